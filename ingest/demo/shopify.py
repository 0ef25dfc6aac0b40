"""Demo orders and customers as Shopify's Admin REST API gives them."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ingest.demo.amounts import ZERO, charged
from ingest.demo.events import Discount, LineSold, OrderPlaced, Shipping, Tax, Version
from ingest.demo.people import Person
from ingest.demo.shopify_money import Money, stamp
from ingest.demo.shopify_refund import refund

Payload = dict[str, object]

_LANDINGS = (
    "/",
    "/collections/all?utm_source=google&utm_medium=cpc&utm_campaign=evergreen",
    "/products/lamp?utm_source=newsletter&utm_medium=email&utm_campaign=spring",
    "/collections/new?fbclid=IwAR0x",
    None,
)
_REFERRERS = ("", "https://www.google.com/", "https://www.instagram.com/", None)


def order(version: Version) -> Payload:
    """One order with its refunds and customer, as told after what the version has seen."""
    placed, zone = version.placed, version.placed.store.zone
    money = Money(placed.store.currency, placed.presentment)
    person, buyer = placed.buyer.person, placed.buyer
    subtotal = sum((line.paid for line in placed.lines), ZERO)
    listed = sum((line.listed for line in placed.lines), ZERO)
    shipping_price = placed.shipping.price if placed.shipping else ZERO
    cuts = listed - subtotal + (placed.shipping.cut if placed.shipping else ZERO)
    left = ZERO if version.cancelled else placed.total - version.refunded_money
    token = f"{placed.order_id * 7919:032x}"
    street = _address(person) if person and placed.channel != "pos" else None
    is_entered = placed.recorded_at != placed.at
    return {
        "id": placed.order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{placed.order_id}",
        "app_id": 580111,
        "browser_ip": "192.0.2.17",
        "buyer_accepts_marketing": placed.order_id % 3 == 0,
        "cancel_reason": version.cancelled.reason if version.cancelled else None,
        "cancelled_at": stamp(version.cancelled.at, zone) if version.cancelled else None,
        "cart_token": token,
        "checkout_id": placed.order_id + 31,
        "client_details": {"accept_language": "en", "browser_ip": "192.0.2.17", "user_agent": "Mozilla/5.0"},
        "closed_at": None,
        "confirmed": True,
        "contact_email": buyer.email,
        "created_at": stamp(placed.recorded_at, zone),
        "currency": placed.store.currency,
        "current_total_price": str(left),
        "current_total_price_set": money.bag(left),
        "customer_locale": "en",
        "discount_codes": [_discount_code(discount) for discount in placed.discounts if discount.kind == "code"],
        "email": buyer.email or "",
        "financial_status": _financial_status(version),
        "fulfillment_status": "fulfilled" if version.state == "fulfilled" else None,
        "gateway": "shopify_payments",
        "landing_site": _landing_site(placed),
        "location_id": 487838322 if placed.channel == "pos" else None,
        "name": placed.name,
        "note": _note(placed),
        "note_attributes": [{"name": "Gift for", "value": person.name}] if person and placed.number % 31 == 0 else [],
        "number": placed.number - 1000,
        "order_number": placed.number,
        "order_status_url": f"https://{placed.store.domain}/690933842/orders/{token}/authenticate?key={token[:8]}",
        "original_total_duties_set": money.bag(placed.duties) if placed.duties else None,
        "payment_gateway_names": ["shopify_payments"],
        "phone": person.phone if person and placed.number % 4 == 0 else None,
        "presentment_currency": money.presentment,
        # records made elsewhere may lack it: then the order's time is that of its record
        "processed_at": None if not is_entered and placed.number % 97 == 0 else stamp(placed.at, zone),
        "referring_site": _REFERRERS[placed.order_id % len(_REFERRERS)],
        "source_name": "shopify_draft_order" if is_entered else placed.channel,
        "subtotal_price": str(subtotal),
        "subtotal_price_set": money.bag(subtotal),
        "tags": "",
        "tax_lines": [money.tax_line(tax) for tax in _order_taxes(placed)],
        "taxes_included": placed.store.prices_include_tax,
        "test": placed.is_test,
        "token": token,
        "total_discounts": str(cuts),
        "total_discounts_set": money.bag(cuts),
        "total_line_items_price": str(listed),
        "total_line_items_price_set": money.bag(listed),
        "total_outstanding": str(placed.total if version.state in ("pending", "authorized") else ZERO),
        "total_price": str(placed.total),
        "total_price_set": money.bag(placed.total),
        "total_shipping_price_set": money.bag(shipping_price),
        "total_tax": str(placed.tax_charged),
        "total_tax_set": money.bag(placed.tax_charged),
        "total_tip_received": str(placed.tip),
        "total_weight": 250 * len(placed.lines),
        "updated_at": stamp(version.updated_at, zone),
        "user_id": 799407056 if placed.channel == "pos" else None,
        "billing_address": street,
        "customer": _customer_of(version),
        "discount_applications": [_application(discount) for discount in placed.discounts],
        "fulfillments": [],
        "line_items": [line_item(line, placed, version, money) for line in placed.lines],
        "payment_details": {
            "credit_card_number": "•••• •••• •••• 4242",
            "credit_card_company": "Visa",
            "credit_card_name": person.name,
        }
        if person and placed.number % 5 == 0
        else None,
        "payment_terms": None,
        "refunds": [refund(event, version, money) for event in version.refunds],
        "shipping_address": street,
        "shipping_lines": [_shipping_line(placed.shipping, placed, money)] if placed.shipping else [],
    }


def customer(
    person: Person, customer_id: int, email: str | None, currency: str, zone: ZoneInfo, *, since: datetime
) -> Payload:
    """One customer record. since: when it last changed."""
    address = {"id": customer_id + 5, "customer_id": customer_id, **_address(person), "default": True}
    del address["latitude"], address["longitude"]
    return {
        "id": customer_id,
        "email": email,
        "created_at": stamp(datetime.combine(person.born, time(), UTC), zone),
        "updated_at": stamp(since, zone),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "state": "disabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "phone": person.phone,
        "email_marketing_consent": {"state": "not_subscribed", "opt_in_level": "single_opt_in"},
        "tags": "",
        "currency": currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": f"gid://shopify/Customer/{customer_id}",
        "default_address": {**address, "country_name": person.place.country},
    }


def line_item(line: LineSold, placed: OrderPlaced, version: Version, money: Money) -> Payload:
    """One line of an order; `total_discount` holds the line's own discounts only, the allocations all of them."""
    own = sum((amount for index, amount in line.cuts if placed.discounts[index].target == "line"), ZERO)
    back = sum(part.quantity for event in version.refunds for part in event.lines if part.line_id == line.line_id)
    product = line.product
    is_dutiable = placed.duties and line is placed.goods[0]
    return {
        "id": line.line_id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line.line_id}",
        "current_quantity": 0 if version.cancelled else line.quantity - back,
        "fulfillable_quantity": line.quantity - back,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": product.is_gift_card,
        "grams": 250,
        "name": product.title,
        "price": str(line.unit_price),
        "price_set": money.bag(line.unit_price),
        "product_exists": True,
        "product_id": product.product_id,
        "properties": _engraving(placed),
        "quantity": line.quantity,
        "requires_shipping": not product.is_gift_card,
        "sku": product.sku,
        "taxable": not product.is_gift_card,
        "title": product.title,
        "total_discount": str(own),
        "total_discount_set": money.bag(own),
        "variant_id": product.variant_id,
        "variant_inventory_management": "shopify",
        "variant_title": None,
        "vendor": product.vendor,
        "tax_lines": [money.tax_line(tax) for tax in line.taxes],
        "duties": [_duty(line, placed.duties, money)] if is_dutiable else [],
        "discount_allocations": [
            {"amount": str(amount), "amount_set": money.bag(amount), "discount_application_index": index}
            for index, amount in line.cuts
        ],
    }


def _financial_status(version: Version) -> str:
    back = version.refunded_money
    if version.state not in ("paid", "fulfilled"):
        return version.state
    return "paid" if not back else "refunded" if back >= version.placed.total else "partially_refunded"


def _customer_of(version: Version) -> Payload | None:
    buyer, store = version.placed.buyer, version.placed.store
    person = buyer.person
    if person is None or buyer.customer_id is None:
        return None
    changed = person.changed_on if person.changed_on and person.changed_on <= version.day else person.born
    since = datetime.combine(changed, time(), UTC)
    email = person.email_on(version.day)
    return customer(person, buyer.customer_id, email, store.currency, store.zone, since=since)


def _address(person: Person) -> Payload:
    place = person.place
    return {
        "first_name": person.first_name,
        "address1": person.street,
        "phone": person.phone,
        "city": place.city,
        "zip": place.postcode,
        "province": place.region,
        "country": place.country,
        "last_name": person.last_name,
        "address2": None,
        "company": None,
        "latitude": Decimal("48.41634"),
        "longitude": Decimal("-75.6868"),
        "name": person.name,
        "country_code": place.country_code,
        "province_code": place.region_code,
    }


def _landing_site(placed: OrderPlaced) -> str | None:
    if placed.channel == "pos":
        return None
    if placed.buyer.email and placed.number % 37 == 0:
        # what links in newsletters carry along
        return f"/?utm_source=newsletter&utm_medium=email&email={quote(placed.buyer.email)}"
    return _LANDINGS[placed.order_id % len(_LANDINGS)]


def _engraving(placed: OrderPlaced) -> list[Payload]:
    person = placed.buyer.person
    return [{"name": "Engraving", "value": person.first_name}] if person and placed.number % 41 == 0 else []


def _note(placed: OrderPlaced) -> str | None:
    person = placed.buyer.person
    if person is None or placed.number % 29:
        return None
    return f"Please ring {person.phone} and ask for {person.name}, {person.street}. Thanks, {person.email or ''}"


def _order_taxes(placed: OrderPlaced) -> Sequence[Tax]:
    parts = [tax for line in placed.lines for tax in line.taxes]
    parts += placed.shipping.taxes if placed.shipping else ()
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for tax in parts:
        sums[tax.title, tax.rate] = sums.get((tax.title, tax.rate), ZERO) + tax.amount
    return [Tax(title, rate, amount) for (title, rate), amount in sums.items()]


def _discount_code(discount: Discount) -> Payload:
    form = "shipping" if discount.target == "shipping" else discount.value_type
    return {"code": discount.code, "amount": str(discount.amount), "type": form}


def _application(discount: Discount) -> Payload:
    named = {"code": discount.code} if discount.kind == "code" else {"title": discount.code}
    described = {"description": discount.code} if discount.kind == "manual" else {}
    return {
        "target_type": "shipping_line" if discount.target == "shipping" else "line_item",
        "type": "discount_code" if discount.kind == "code" else discount.kind,
        "value": str(charged(discount.value)),
        "value_type": discount.value_type,
        "allocation_method": "across" if discount.target == "order" else "each",
        "target_selection": "all" if discount.target == "order" else "explicit",
        **named,
        **described,
    }


def _shipping_line(shipping: Shipping, placed: OrderPlaced, money: Money) -> Payload:
    index = next((i for i, discount in enumerate(placed.discounts) if discount.target == "shipping"), None)
    cut = {"amount": str(shipping.cut), "amount_set": money.bag(shipping.cut), "discount_application_index": index}
    return {
        "id": placed.order_id + 17,
        "carrier_identifier": None,
        "code": shipping.title,
        "delivery_category": None,
        "discounted_price": str(shipping.paid),
        "discounted_price_set": money.bag(shipping.paid),
        "phone": None,
        "price": str(shipping.price),
        "price_set": money.bag(shipping.price),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": shipping.title,
        "tax_lines": [money.tax_line(tax) for tax in shipping.taxes],
        "discount_allocations": [cut] if shipping.cut else [],
    }


def _duty(line: LineSold, amount: Decimal, money: Money) -> Payload:
    return {
        "id": line.line_id + 3,
        "harmonized_system_code": "940520",
        "country_code_of_origin": "US",
        **money.bag(amount),
        "tax_lines": [],
        "admin_graphql_api_id": f"gid://shopify/Duty/{line.line_id + 3}",
    }
