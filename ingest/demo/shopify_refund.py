"""Demo refunds as Shopify's Admin REST API gives them."""

from decimal import Decimal

from ingest.demo.amounts import ZERO
from ingest.demo.events import LineReturned, LineSold, Refunded, Version
from ingest.demo.shopify_money import Money, stamp

Payload = dict[str, object]


def refund(event: Refunded, version: Version, money: Money) -> Payload:
    """One refund, as it stands inside its order and by itself."""
    placed = version.placed
    at = stamp(event.at, placed.store.zone)
    by_adjustment = event.form == "adjustment"
    adjustments = []
    shipping_lines = [_shipping_line(event, version, money)] if event.shipping and not by_adjustment else []
    if event.shipping and by_adjustment:
        adjustments.append(
            _adjustment(event, version, 1, "shipping_refund", -event.shipping, -event.shipping_tax, money)
        )
    if event.rest:
        # money given beyond the items is negative here, money kept back from them positive
        adjustments.append(_adjustment(event, version, 2, "refund_discrepancy", -event.rest, ZERO, money))
    return {
        "id": event.refund_id,
        "order_id": placed.order_id,
        "created_at": at,
        "note": event.reason or None,
        "user_id": 799407056,
        "processed_at": None if event.refund_id % 41 == 0 else at,
        "restock": event.restock and bool(event.lines),
        "duties": [],
        "total_duties_set": money.bag(ZERO),
        "return": None,
        "additional_fees": [],
        "total_additional_fees_set": money.bag(ZERO),
        "admin_graphql_api_id": f"gid://shopify/Refund/{event.refund_id}",
        "refund_shipping_lines": shipping_lines,
        "order_adjustments": adjustments,
        "refund_line_items": [_line(part, event, version, money) for part in event.lines],
        "transactions": _transactions(event, version, at),
    }


def _line(part: LineReturned, event: Refunded, version: Version, money: Money) -> Payload:
    line = next(line for line in version.placed.lines if line.line_id == part.line_id)
    # in a shop whose prices include tax the subtotal does too, as the line's price does
    subtotal = part.value + (part.tax if version.placed.store.prices_include_tax else ZERO)
    return {
        "id": event.refund_id * 10 + part.line_id % 10,
        "line_item_id": part.line_id,
        "location_id": 487838322 if event.restock else None,
        "quantity": part.quantity,
        "restock_type": ("cancel" if version.cancelled else "return") if event.restock else "no_restock",
        "subtotal": subtotal,
        "subtotal_set": money.bag(subtotal),
        "total_tax": part.tax,
        "total_tax_set": money.bag(part.tax),
        "line_item": _sold(line, money),
    }


def _sold(line: LineSold, money: Money) -> Payload:
    return {
        "id": line.line_id,
        "variant_id": line.product.variant_id,
        "title": line.product.title,
        "quantity": line.quantity,
        "sku": line.product.sku,
        "vendor": line.product.vendor,
        "product_id": line.product.product_id,
        "gift_card": line.product.is_gift_card,
        "name": line.product.title,
        "price": str(line.unit_price),
        "price_set": money.bag(line.unit_price),
        "tax_lines": [money.tax_line(tax) for tax in line.taxes],
    }


def _shipping_line(event: Refunded, version: Version, money: Money) -> Payload:
    shipping = version.placed.shipping
    subtotal = event.shipping + (event.shipping_tax if version.placed.store.prices_include_tax else ZERO)
    return {
        "id": event.refund_id + 7,
        "shipping_line": {
            "id": version.placed.order_id + 17,
            "title": shipping.title if shipping else "",
            "price": str(shipping.price if shipping else ZERO),
        },
        "subtotal_amount_set": money.bag(subtotal),
        "tax_amount_set": money.bag(event.shipping_tax),
    }


def _adjustment(
    event: Refunded, version: Version, number: int, kind: str, amount: Decimal, tax: Decimal, money: Money
) -> Payload:
    return {
        "id": event.refund_id * 10 + number,
        "order_id": version.placed.order_id,
        "refund_id": event.refund_id,
        "amount": str(amount),
        "tax_amount": str(tax),
        "kind": kind,
        "reason": kind.replace("_", " ").capitalize(),
        "amount_set": money.bag(amount),
        "tax_amount_set": money.bag(tax),
    }


def _transactions(event: Refunded, version: Version, at: str) -> list[Payload]:
    def transaction(number: int, status: str) -> Payload:
        return {
            "id": event.refund_id * 10 + number,
            "order_id": version.placed.order_id,
            "kind": "refund",
            "gateway": "shopify_payments",
            "status": status,
            "message": None,
            "created_at": at,
            "processed_at": at,
            "test": False,
            "authorization": None,
            "parent_id": version.placed.order_id + 1,
            "receipt": {},
            "error_code": None,
            "source_name": "1830279",
            "amount": str(event.money),
            "currency": version.placed.store.currency,
        }

    # a try that failed gave nothing back
    failed = [transaction(3, "failure")] if event.refund_id % 19 == 0 else []
    return [*failed, transaction(4, "success")] if event.money else []
