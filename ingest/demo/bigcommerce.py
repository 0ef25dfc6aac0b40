"""Demo orders, their products and refunds as BigCommerce gives them (orders V2, refunds V3)."""

from datetime import datetime
from decimal import Decimal

from ingest.demo.amounts import ZERO
from ingest.demo.events import Discount, LineSold, OrderPlaced, Refunded, Version
from ingest.demo.people import Person

Payload = dict[str, object]

# state: (status id, BigCommerce's own word)
_STATUSES = {
    "incomplete": (0, "Incomplete"),
    "pending": (1, "Pending"),
    "shipped": (2, "Shipped"),
    "partially shipped": (3, "Partially Shipped"),
    "declined": (6, "Declined"),
    "awaiting payment": (7, "Awaiting Payment"),
    "awaiting pickup": (8, "Awaiting Pickup"),
    "awaiting shipment": (9, "Awaiting Shipment"),
    "completed": (10, "Completed"),
    "awaiting fulfillment": (11, "Awaiting Fulfillment"),
    "manual verification": (12, "Manual Verification"),
    "disputed": (13, "Disputed"),
}
UNPAID = frozenset({"incomplete", "pending", "declined", "awaiting payment", "manual verification"})
_HOST = "https://api.bigcommerce.com/stores/w4yn3/v2/orders"


def order(version: Version) -> Payload:
    """One order, without its products: those are records of their own."""
    placed = version.placed
    status_id, status = _status(version)
    state = "awaiting fulfillment" if version.state == "deleted" else version.state
    discount = next(iter(placed.discounts), None)
    goods = sum((line.listed for line in placed.lines), ZERO)
    goods_tax = sum((line.tax for line in placed.lines), ZERO)
    shipping = placed.shipping.net if placed.shipping else ZERO
    # the currency the shop window showed; what was paid is in default_currency_code
    shown, rate = ("CAD", "1.3700000000") if placed.number % 23 == 0 else ("USD", "1.0000000000")
    resource = f"/orders/{placed.order_id}"
    return {
        "id": placed.order_id,
        "customer_id": placed.buyer.customer_id or 0,
        "date_created": _stamp(placed.at),
        "date_modified": _stamp(version.updated_at),
        "date_shipped": _stamp(version.updated_at) if state in ("shipped", "completed") else "",
        "status_id": status_id,
        "status": status,
        **_cost("subtotal", goods, goods_tax),
        "base_shipping_cost": _four(shipping),
        **_cost("shipping_cost", shipping, ZERO),
        "shipping_cost_tax_class_id": 2,
        "base_handling_cost": _four(placed.handling),
        **_cost("handling_cost", placed.handling, ZERO),
        "handling_cost_tax_class_id": 2,
        "base_wrapping_cost": _four(placed.wrapping),
        **_cost("wrapping_cost", placed.wrapping, ZERO),
        "wrapping_cost_tax_class_id": 3,
        **_cost("total", placed.total - placed.tax_charged, placed.tax_charged),
        "items_total": sum(line.quantity for line in placed.lines),
        "items_shipped": sum(line.quantity for line in placed.lines) if state in ("shipped", "completed") else 0,
        "payment_method": "Test Payment Gateway" if placed.is_test else "Credit Card",
        "payment_provider_id": None if state in UNPAID else f"ch_{placed.order_id}",
        "payment_status": "" if state in UNPAID else "captured",
        # BigCommerce's documentation: always 0 here, refunds are known from V3 only
        "refunded_amount": "0.0000",
        "order_is_digital": False,
        "store_credit_amount": "0.0000",
        "gift_certificate_amount": "0.0000",
        "ip_address": "192.0.2.44",
        "ip_address_v6": "",
        "geoip_country": placed.place.country,
        "geoip_country_iso2": placed.place.country_code,
        "currency_id": 1,
        "currency_code": shown,
        "currency_exchange_rate": rate,
        "default_currency_id": 1,
        "default_currency_code": placed.store.currency,
        "staff_notes": _staff_notes(placed),
        "customer_message": "",
        "discount_amount": _four(_cut(discount, "automatic")),
        "coupon_discount": _four(_cut(discount, "code")),
        "shipping_address_count": 1,
        "is_deleted": version.state == "deleted",
        "ebay_order_id": "0",
        "cart_id": f"{placed.order_id:08x}-2e88-4817-aea4-b0ed01490114",
        "billing_address": _address(placed),
        "is_email_opt_in": False,
        "credit_card_type": None,
        "order_source": "www",
        "channel_id": 1,
        "external_source": None,
        "products": {"url": f"{_HOST}/{placed.order_id}/products", "resource": f"{resource}/products"},
        "shipping_addresses": {
            "url": f"{_HOST}/{placed.order_id}/shippingaddresses",
            "resource": f"{resource}/shippingaddresses",
        },
        "coupons": {"url": f"{_HOST}/{placed.order_id}/coupons", "resource": f"{resource}/coupons"},
        "external_id": None,
        "external_merchant_id": None,
        "tax_provider_id": "BasicTaxProvider",
        "store_default_currency_code": "",
        "store_default_to_transactional_exchange_rate": "1.0000000000",
        "is_tax_inclusive_pricing": False,
        "custom_status": status,
        "customer_locale": "en",
        "external_order_id": "",
        "fees": [
            {
                "id": placed.order_id * 10 + number,
                "type": "custom_fee",
                "name": fee.name,
                "display_name_customer": fee.name,
                "display_name_merchant": fee.name,
                "source": "AA",
                "base_cost": _four(fee.amount),
                "cost_ex_tax": _four(fee.amount),
                "cost_inc_tax": _four(fee.amount + fee.tax),
                "cost_tax": _four(fee.tax),
                "tax_class_id": None,
            }
            for number, fee in enumerate(placed.fees)
        ],
    }


def order_products(version: Version) -> list[Payload]:
    """The products of one order, as its products endpoint lists them: a set, told whole."""
    return [_product(line, version) for line in version.placed.lines]


def refund(event: Refunded, version: Version) -> Payload:
    """One refund (V3): amounts are JSON numbers here, and `requested_amount` is null where only a quantity was."""
    items: list[Payload] = [
        {
            "item_type": "PRODUCT",
            "item_id": part.line_id,
            "reason": event.reason,
            "quantity": part.quantity,
            "requested_amount": None if event.form == "quantity" else part.value,
        }
        for part in event.lines
    ]
    address = version.placed.order_id + 3
    if event.shipping:
        items.append(_item("SHIPPING", address, event, event.shipping))
    if event.rest:
        items.append(_item("ORDER", version.placed.order_id, event, event.rest))
    payment = {"provider_id": "braintree", "amount": event.money, "offline": False}
    declined = {**payment, "id": event.refund_id + 1, "is_declined": True, "declined_message": "Insufficient funds."}
    paid = {**payment, "id": event.refund_id + 2, "is_declined": False, "declined_message": ""}
    return {
        "id": event.refund_id,
        "order_id": version.placed.order_id,
        "user_id": 4,
        "created": event.at.isoformat(),
        "reason": event.reason,
        "total_amount": event.money,
        "total_tax": event.tax,
        "uses_merchant_override_values": False,
        "payments": [declined, paid] if event.refund_id % 13 == 0 else [paid],
        "items": items,
    }


def _status(version: Version) -> tuple[int, str]:
    if version.cancelled:
        return 5, "Cancelled"
    back = version.refunded_money
    if back:
        return (4, "Refunded") if back >= version.placed.total else (14, "Partially Refunded")
    return _STATUSES["awaiting fulfillment" if version.state == "deleted" else version.state]


def _product(line: LineSold, version: Version) -> Payload:
    placed, product, one = version.placed, line.product, line.unit_price
    back = sum(part.quantity for event in version.refunds for part in event.lines if part.line_id == line.line_id)
    unit_tax = sum((tax.rate for tax in line.taxes), Decimal(0)) * one
    return {
        "id": line.line_id,
        "order_id": placed.order_id,
        "product_id": product.product_id,
        "variant_id": product.variant_id,
        "order_pickup_method_id": 0,
        "order_address_id": placed.order_id + 3,
        "name": product.title,
        "name_customer": product.title,
        "name_merchant": product.title,
        "sku": product.sku,
        "upc": "",
        "type": "physical",
        "base_price": _four(one),
        "price_ex_tax": _four(one),
        "price_inc_tax": _four(one + unit_tax),
        "price_tax": _four(unit_tax),
        "base_total": _four(line.listed),
        "total_ex_tax": _four(line.listed),
        "total_inc_tax": _four(line.listed + line.tax),
        "total_tax": _four(line.tax),
        "discounted_total_inc_tax": _four(line.net + line.tax),
        "weight": "0.2500",
        "quantity": line.quantity,
        "is_refunded": back == line.quantity,
        "quantity_refunded": back,
        "refund_amount": "0.0000",
        "return_id": 0,
        "wrapping_name": "",
        "wrapping_message": "",
        "quantity_shipped": 0,
        "fixed_shipping_cost": "0.0000",
        "ebay_item_id": "",
        "brand": product.vendor,
        "applied_discounts": [_applied(placed.discounts[index], amount) for index, amount in line.cuts],
        "product_options": _engraving(placed),
        "configurable_fields": [],
    }


def _engraving(placed: OrderPlaced) -> list[Payload]:
    person = placed.buyer.person
    if person is None or placed.number % 41:
        return []
    return [{"id": 5, "type": "Text field", "display_name": "Engraving", "display_value": person.first_name}]


def _applied(discount: Discount, amount: Decimal) -> Payload:
    is_coupon = discount.kind == "code"
    return {
        "id": "coupon" if is_coupon else "total-discount",
        "amount": _four(amount),
        "name": "Coupon" if is_coupon else "Automatic discount",
        "code": discount.code if is_coupon else None,
        "target": "order",
    }


def _item(kind: str, item_id: int, event: Refunded, amount: Decimal) -> Payload:
    return {
        "item_type": kind,
        "item_id": item_id,
        "reason": event.reason,
        "quantity": 1,
        "requested_amount": amount,
    }


def _address(placed: OrderPlaced) -> Payload:
    person: Person | None = placed.buyer.person
    return {
        "first_name": person.first_name if person else "",
        "last_name": person.last_name if person else "",
        "company": "",
        "street_1": person.street if person else "",
        "street_2": "",
        "city": placed.place.city,
        "state": placed.place.region,
        "zip": placed.place.postcode,
        "country": placed.place.country,
        "country_iso2": placed.place.country_code,
        "phone": person.phone if person else "",
        "email": placed.buyer.email or "",
        "form_fields": [{"name": "Delivery for", "value": person.name}] if person and placed.number % 17 == 0 else [],
    }


def _staff_notes(placed: OrderPlaced) -> str:
    person = placed.buyer.person
    return f"Called {person.name} on {person.phone}" if person and placed.number % 29 == 0 else ""


def _cost(name: str, amount: Decimal, tax: Decimal) -> Payload:
    return {f"{name}_ex_tax": _four(amount), f"{name}_inc_tax": _four(amount + tax), f"{name}_tax": _four(tax)}


def _cut(discount: Discount | None, kind: str) -> Decimal:
    return discount.amount if discount and discount.kind == kind else ZERO


def _four(amount: Decimal) -> str:
    return f"{amount:.4f}"


def _stamp(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S +0000")
