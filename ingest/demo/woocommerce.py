"""Demo orders and refunds as WooCommerce's REST API (v3) gives them: amounts without tax, whatever prices show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from ingest.demo.amounts import ZERO, charged
from ingest.demo.events import Cancelled, LineReturned, LineSold, OrderPlaced, Progressed, Refunded, Tax, Version

Payload = dict[str, object]

PAID = frozenset({"processing", "completed"})


def order(version: Version) -> Payload:
    """One order; its refunds are listed with their amount, but without their dates."""
    placed = version.placed
    person, place = placed.buyer.person, placed.place
    street: Payload = {
        "first_name": person.first_name if person else "",
        "last_name": person.last_name if person else "",
        "company": "",
        "address_1": person.street if person else "",
        "address_2": "",
        "city": place.city,
        "state": place.region_code,
        "postcode": place.postcode,
        "country": place.country_code,
    }
    shipping, shipping_tax = (placed.shipping.net, placed.shipping.tax) if placed.shipping else (ZERO, ZERO)
    discount = sum((line.discount for line in placed.lines), ZERO)
    discount_tax = sum((_tax_before(line) - line.tax for line in placed.lines), ZERO)
    url = f"https://{placed.store.domain}/wp-json/wc/v3"
    token = f"{placed.order_id * 7919:013x}"
    customer_id = placed.buyer.customer_id or 0
    links = {"self": [{"href": f"{url}/orders/{placed.order_id}"}], "collection": [{"href": f"{url}/orders"}]}
    if customer_id:
        links["customer"] = [{"href": f"{url}/customers/{customer_id}"}]
    return {
        "id": placed.order_id,
        "parent_id": 0,
        "number": str(placed.order_id),
        "order_key": f"wc_order_{token}",
        "created_via": "checkout",
        "version": "9.4.2",
        "status": _status(version),
        "currency": placed.store.currency,
        **_dated("date_created", placed.at, placed),
        **_dated("date_modified", version.updated_at, placed),
        "discount_total": str(discount),
        "discount_tax": str(discount_tax),
        "shipping_total": str(shipping),
        "shipping_tax": str(shipping_tax),
        "cart_tax": str(placed.tax_charged - shipping_tax),
        "total": str(placed.total),
        "total_tax": str(placed.tax_charged),
        "prices_include_tax": False,
        "customer_id": customer_id,
        "customer_ip_address": "192.0.2.80",
        "customer_user_agent": "mozilla/5.0 (x11; ubuntu; linux x86_64)",
        "customer_note": f"For {person.name}, please" if person and placed.number % 29 == 0 else "",
        "billing": {**street, "email": placed.buyer.email or "", "phone": person.phone if person else ""},
        "shipping": street,
        "payment_method": "stripe",
        "payment_method_title": "Credit card",
        "transaction_id": f"ch_{token}" if _paid_at(version) else "",
        **_dated("date_paid", _paid_at(version), placed),
        **_dated("date_completed", version.updated_at if version.state == "completed" else None, placed),
        "cart_hash": token,
        "meta_data": _meta(placed),
        "line_items": [_line(line) for line in placed.lines],
        "tax_lines": _tax_lines(placed),
        "shipping_lines": _shipping_lines(placed),
        "fee_lines": [
            {
                "id": placed.order_id * 10 + 8,
                "name": fee.name,
                "tax_class": "",
                "tax_status": "taxable",
                "amount": str(fee.amount),
                "total": str(fee.amount),
                "total_tax": str(fee.tax),
                "taxes": _taxes(fee.taxes),
                "meta_data": [],
            }
            for fee in placed.fees
        ],
        "coupon_lines": [
            {
                "id": placed.order_id * 10 + 7,
                "code": coupon.code.lower(),
                "discount": str(discount),
                "discount_tax": str(discount_tax),
                "meta_data": [],
            }
            for coupon in placed.discounts
        ],
        "refunds": [
            {"id": event.refund_id, "refund": event.reason, "total": str(-event.money)} for event in version.refunds
        ],
        "payment_url": f"https://{placed.store.domain}/checkout/order-pay/{placed.order_id}/?key=wc_order_{token}",
        "is_editable": False,
        "needs_payment": False,
        "needs_processing": True,
        "currency_symbol": "$",
        "_links": links,
    }


def refund(event: Refunded, version: Version) -> Payload:
    """One refund: quantities and totals of its lines are negative, its amount is positive.

    Some know their order by `parent_id`, as the list of all refunds gives it, the others by their links alone.
    """
    placed = version.placed
    url = f"https://{placed.store.domain}/wp-json/wc/v3/orders/{placed.order_id}"
    sold = {line.line_id: line for line in placed.lines}
    parent = {"parent_id": placed.order_id} if event.refund_id % 3 == 0 else {}
    return {
        "id": event.refund_id,
        **parent,
        **_dated("date_created", event.at, placed),
        "amount": str(event.money),
        "reason": event.reason,
        "refunded_by": 1,
        "refunded_payment": event.refund_id % 2 == 0,
        "meta_data": [],
        "line_items": [_returned(part, sold[part.line_id], event) for part in event.lines],
        "shipping_lines": [
            {
                "id": event.refund_id * 10 + 9,
                "method_title": placed.shipping.title,
                "method_id": "flat_rate",
                "total": str(-event.shipping),
                "total_tax": str(-event.shipping_tax),
                "taxes": [],
                "meta_data": [{"id": event.refund_id * 10, "key": "_refunded_item_id", "value": _shipping_id(placed)}],
            }
        ]
        if event.shipping and placed.shipping
        else [],
        "tax_lines": [],
        "fee_lines": [],
        "_links": {
            "self": [{"href": f"{url}/refunds/{event.refund_id}"}],
            "collection": [{"href": f"{url}/refunds"}],
            "up": [{"href": url}],
        },
    }


def _meta(placed: OrderPlaced) -> list[Payload]:
    person = placed.buyer.person
    values = {
        "_order_stock_reduced": "yes",
        "_wc_order_attribution_source_type": "utm",
        "_wc_order_attribution_utm_source": "google",
    }
    if person and placed.number % 19 == 0:  # a plugin's own field
        values["_gift_recipient"] = f"{person.name}, {person.street}"
    return [
        {"id": placed.order_id * 4 + n, "key": key, "value": value} for n, (key, value) in enumerate(values.items())
    ]


def _status(version: Version) -> str:
    if version.cancelled:
        return "cancelled"
    if version.refunded_money and version.refunded_money >= version.placed.total:
        return "refunded"
    return version.state


def _paid_at(version: Version) -> datetime | None:
    """When it was paid: at once, or when its state became one that only payment brings."""
    if version.first.state in PAID:
        return version.first.at + timedelta(seconds=2)
    for event in version.seen:
        if isinstance(event, Cancelled):
            return None
        if isinstance(event, Progressed) and event.state in PAID:
            return event.at
    return None


def _dated(name: str, at: datetime | None, placed: OrderPlaced) -> Payload:
    """A time twice: on the site's clock and in GMT, both without an offset."""
    if at is None:
        return {name: None, f"{name}_gmt": None}
    local = at.astimezone(placed.store.zone).replace(tzinfo=None)
    return {name: local.isoformat(), f"{name}_gmt": at.replace(tzinfo=None).isoformat()}


def _tax_before(line: LineSold) -> Decimal:
    return sum((charged(line.gross * tax.rate) for tax in line.taxes), ZERO)


def _rate_id(tax: Tax) -> int:
    return 70 + sum(map(ord, tax.title)) % 29


def _taxes(taxes: Sequence[Tax], sign: int = 1) -> list[Payload]:
    return [{"id": _rate_id(tax), "total": str(sign * tax.amount), "subtotal": ""} for tax in taxes]


def _line(line: LineSold) -> Payload:
    return {
        "id": line.line_id,
        "name": line.product.title,
        "product_id": line.product.product_id,
        "variation_id": 0,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": str(line.gross),
        "subtotal_tax": str(_tax_before(line)),
        "total": str(line.net),
        "total_tax": str(line.tax),
        "taxes": [
            {"id": _rate_id(tax), "total": str(tax.amount), "subtotal": str(charged(line.gross * tax.rate))}
            for tax in line.taxes
        ],
        "meta_data": [],
        "sku": line.product.sku,
        "price": line.net / line.quantity if line.net % line.quantity == 0 else round(line.net / line.quantity, 6),
        "image": {"id": "", "src": ""},
        "parent_name": None,
    }


def _tax_lines(placed: OrderPlaced) -> list[Payload]:
    goods: dict[tuple[str, Decimal], Decimal] = {}
    shipping: dict[tuple[str, Decimal], Decimal] = {}
    parts = [(goods, tax) for line in placed.lines for tax in line.taxes]
    parts += [(goods, tax) for fee in placed.fees for tax in fee.taxes]
    parts += [(shipping, tax) for tax in (placed.shipping.taxes if placed.shipping else ())]
    for sums, tax in parts:
        sums[tax.title, tax.rate] = sums.get((tax.title, tax.rate), ZERO) + tax.amount
    return [
        {
            "id": placed.order_id * 10 + 5,
            "rate_code": f"{placed.place.country_code}-{placed.place.region_code}-{title.upper()}",
            "rate_id": _rate_id(Tax(title, rate, ZERO)),
            "label": title,
            "compound": False,
            "tax_total": str(goods.get((title, rate), ZERO)),
            "shipping_tax_total": str(shipping.get((title, rate), ZERO)),
            "rate_percent": rate * 100,
            "meta_data": [],
        }
        for title, rate in dict.fromkeys([*goods, *shipping])
    ]


def _shipping_id(placed: OrderPlaced) -> str:
    return str(placed.order_id * 10 + 6)


def _shipping_lines(placed: OrderPlaced) -> list[Payload]:
    if placed.shipping is None:
        return []
    return [
        {
            "id": int(_shipping_id(placed)),
            "method_title": placed.shipping.title,
            "method_id": "flat_rate",
            "instance_id": "1",
            "total": str(placed.shipping.net),
            "total_tax": str(placed.shipping.tax),
            "taxes": _taxes(placed.shipping.taxes),
            "meta_data": [],
        }
    ]


def _returned(part: LineReturned, line: LineSold, event: Refunded) -> Payload:
    return {
        "id": event.refund_id * 10 + part.line_id % 10,
        "name": line.product.title,
        "product_id": line.product.product_id,
        "variation_id": 0,
        "quantity": -part.quantity,
        "tax_class": "",
        "subtotal": str(-part.value),
        "subtotal_tax": str(-part.tax),
        "total": str(-part.value),
        "total_tax": str(-part.tax),
        "taxes": [],
        "meta_data": [
            {
                "id": event.refund_id * 10 + part.line_id % 10,
                "key": "_refunded_item_id",
                "value": str(part.line_id),
            }
        ],
        "sku": line.product.sku,
        "price": -(part.value / part.quantity).quantize(Decimal("0.000001")),
    }
