"""BigCommerce's V2 orders and their products, V3 refunds."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from oracle_amounts import ZERO, minor_unit, share, without_tax
from oracle_countries import country
from oracle_fields import (
    Json,
    Malformed,
    amount,
    figure,
    flag,
    identity,
    moment,
    moment_of_mail,
    money,
    number,
    record,
    required,
    section,
    sections,
    text,
)
from oracle_files import records
from oracle_records import Bearer, Item, Line, Order, Product, Refund, Store, Version, by_key, cancelled
from oracle_sets import served

PLATFORM = "bigcommerce"
CAPTURED = {"captured", "paid", "partially refunded", "refunded"}
UNCOUNTED = {0: "incomplete", 1: "pending", 6: "declined"}
PAID = {2, 3, 8, 9, 10, 11, 13}
STATUSES = {4: "refunded", 5: "cancelled", 6: "failed", 14: "partially_refunded"}
SHIPPING = {"SHIPPING", "HANDLING", "GIFT_WRAPPING"}


def store(source_name: str, folder: Path) -> Store:
    """The source's orders with the newest set of products of each, and its refunds."""
    sets = product_sets(folder)
    versions: list[Version[Order]] = []
    payloads: list[Version[Json]] = []
    for found in records(folder, "orders", ("order",)):
        try:
            payload = record(found.value)
            parsed = order(source_name, payload, sets.get(required(identity(payload, "id"), "id"), []))
        except Malformed:
            continue
        versions.append(Version(parsed, parsed.updated_at, found.delivery))
        payloads.append(Version(payload, parsed.updated_at, found.delivery))
    result = Store()
    for held in by_key(versions, lambda one: one.order_id).values():
        result.orders.append(cancelled(held[-1].value, held))
    homes = {key: held[-1].value for key, held in by_key(payloads, lambda one: identity(one, "id")).items()}
    delivered = {}
    for found in records(folder, "refunds", ("refund",)):
        try:
            payload = record(found.value)
            order_id = required(identity(payload, "order_id"), "order_id")
            back = refund(source_name, payload, homes.get(order_id), sets.get(order_id, []))
        except Malformed:
            continue
        delivered[back.refund_id] = back
    result.refunds = list(delivered.values())
    return result


def product_sets(folder: Path) -> dict[str, list[Json]]:
    """The products of each order, from the newest file that holds them."""
    found = served(
        records(folder, "order_products", ("order_product", "products")),
        key=lambda one: required(identity(one, "order_id"), "order_id"),
        identity=lambda one: required(identity(one, "id"), "id"),
        parse=checked_product,
    )
    return {order_id: [member.value for member in members] for order_id, members in found.items()}


def checked_product(payload: Json) -> Json:
    required(number(payload, "quantity"), "quantity")
    line_value(payload, included=False)
    line_value(payload, included=True)
    applied(payload)
    return payload


def line_value(payload: Json, included: bool) -> Decimal:
    """A line's gross without tax."""
    if included:
        with_tax = money(payload, "total_inc_tax")
        if with_tax is None:
            with_tax = amount(payload, "price_inc_tax") * amount(payload, "quantity")
        return with_tax - amount(payload, "total_tax")
    total = money(payload, "total_ex_tax")
    if total is None:
        total = required(money(payload, "price_ex_tax"), "total_ex_tax") * amount(payload, "quantity")
    return total


def applied(payload: Json) -> Decimal:
    return sum((amount(one, "amount") for one in sections(payload, "applied_discounts")), ZERO)


def order(source_name: str, payload: Json, products: Sequence[Json]) -> Order:
    """One version of an order.

    Raises:
        Malformed: when a required value is missing or a value has a wrong type.
    """
    status_id = int(required(number(payload, "status_id"), "status_id"))
    currency = text(payload, "default_currency_code") or text(payload, "currency_code")
    currency = required(currency, "default_currency_code").upper()
    places = payload.get("shipping_addresses")
    shipped_to = record(places[0]) if isinstance(places, list) and places else {}
    billing = section(payload, "billing_address")
    status = STATUSES.get(status_id, "paid" if status_id in PAID else "pending")
    customer_id = identity(payload, "customer_id")
    return Order(
        source_name=source_name,
        platform=PLATFORM,
        order_id=required(identity(payload, "id"), "id"),
        order_name=identity(payload, "id"),
        ordered_at=required(moment_of_mail(payload, "date_created"), "date_created"),
        updated_at=moment_of_mail(payload, "date_modified"),
        cancelled_at=None,
        cancel_reason=None,
        source_status=text(payload, "status"),
        status=status,
        exclusion_reason=exclusion(payload, status_id),
        currency=currency,
        country=country(shipped_to, billing, code="country_iso2"),
        customer_id=None if customer_id == "0" else customer_id,
        email=text(billing, "email"),
        total=required(money(payload, "total_inc_tax"), "total_inc_tax"),
        shipping=sum((charge(payload, f"{part}_cost") for part in ("shipping", "handling", "wrapping")), ZERO),
        tax=amount(payload, "total_tax"),
        duties_and_fees=sum((fee(one) for one in sections(payload, "fees")), ZERO),
        tips=ZERO,
        lines=order_lines(payload, products, currency),
        bearer=Bearer("orders", required(identity(payload, "id"), "id"), payload),
        store_currency=text(payload, "store_default_currency_code"),
        store_rate=figure(payload, "store_default_to_transactional_exchange_rate"),
    )


def exclusion(payload: Json, status_id: int) -> str | None:
    if flag(payload, "is_deleted"):
        return "deleted"
    if (text(payload, "payment_method") or "").strip().lower() == "test payment gateway":
        return "test"
    if status_id == 5 and (text(payload, "payment_status") or "").strip().lower() not in CAPTURED:
        return "cancelled without captured payment"
    return UNCOUNTED.get(status_id)


def charge(payload: Json, name: str) -> Decimal:
    """A charge without tax, from the side that the store's pricing makes the exact one."""
    if flag(payload, "is_tax_inclusive_pricing"):
        tax = money(payload, f"{name}_tax")
        if tax is not None:
            return amount(payload, f"{name}_inc_tax") - tax
    return amount(payload, f"{name}_ex_tax")


def fee(payload: Json) -> Decimal:
    return amount(payload, "cost_ex_tax", "cost_exc_tax")


def order_lines(payload: Json, products: Sequence[Json], currency: str) -> tuple[Line, ...]:
    included = flag(payload, "is_tax_inclusive_pricing")
    unit = minor_unit(currency)
    of_order = amount(payload, "discount_amount") + amount(payload, "coupon_discount")
    if not products:
        return (goods_total(payload, of_order, included, unit),)
    values = [line_value(one, included) for one in products]
    discounts = [applied(one) for one in products]
    beyond = of_order - sum(discounts, ZERO)
    if beyond > 0:
        # a gift certificate is no sale, so it takes no part in what is given off the order
        bases = [ZERO if is_gift_card(one) else value for one, value in zip(products, values, strict=True)]
        parts = share(beyond, bases if any(bases) else values, unit)
        discounts = [own + part for own, part in zip(discounts, parts, strict=True)]
    if included:
        rates = [rate(one, "total", value) for one, value in zip(products, values, strict=True)]
        discounts = [without_tax(one, rate, unit) for one, rate in zip(discounts, rates, strict=True)]
    return tuple(
        Line(
            line_id=identity(one, "id"),
            number=index + 1,
            product=product(one),
            quantity=amount(one, "quantity"),
            gross=value,
            discount=discount,
            is_gift_card=is_gift_card(one),
            bearer=Bearer("order_products", identity(one, "id") or "", one),
        )
        for index, (one, value, discount) in enumerate(zip(products, values, discounts, strict=True))
    )


def is_gift_card(product: Json) -> bool:
    return text(product, "type") == "giftcertificate"


def rate(payload: Json, name: str, value: Decimal) -> Decimal:
    """Tax by the amount without it."""
    base = money(payload, f"{name}_ex_tax") or value
    return amount(payload, f"{name}_tax") / base if base else ZERO


def goods_total(payload: Json, discount: Decimal, included: bool, unit: Decimal) -> Line:
    """The one line of an order without products."""
    gross = amount(payload, "subtotal_ex_tax")
    if included:
        gross = amount(payload, "subtotal_inc_tax") - amount(payload, "subtotal_tax")
        discount = without_tax(discount, rate(payload, "subtotal", gross), unit)
    return Line(None, 1, Product(), ZERO, gross, discount)


def product(payload: Json) -> Product:
    product_id = identity(payload, "product_id")
    return Product(
        None if product_id == "0" else product_id,
        text(payload, "name"),
        text(payload, "sku"),
        text(payload, "brand"),
    )


def refund(source_name: str, payload: Json, home: Json | None, products: Sequence[Json]) -> Refund:
    """One refund; items of type ORDER are none, their money is rest.

    Where the requested amounts add up to the total they include tax, which is shared over the items by value.
    """
    total = required(money(payload, "total_amount"), "total_amount")
    tax = amount(payload, "total_tax")
    kept = {identity(one, "id"): one for one in products}
    included = flag(home or {}, "is_tax_inclusive_pricing")
    asked = sections(payload, "items")
    amounts = [requested(one, kept, included) for one in asked]
    whole = sum(amounts, ZERO)
    with_tax = whole == total or (whole + tax != total and included)
    itemised = [
        (kind(one), one, value)
        for one, value in zip(asked, amounts, strict=True)
        if kind(one) in {"PRODUCT", "FEE"} | SHIPPING
    ]
    currency = text(home or {}, "default_currency_code") or text(home or {}, "currency_code") or ""
    taxes = share(tax, [value for _, _, value in itemised], minor_unit(currency.upper()))
    parts = [
        (what, one, value - part if with_tax else value, part)
        for (what, one, value), part in zip(itemised, taxes, strict=True)
    ]
    payments = sections(payload, "payments")
    paid = [amount(one, "amount") for one in payments if not flag(one, "is_declined")]
    return Refund(
        source_name=source_name,
        platform=PLATFORM,
        refund_id=required(identity(payload, "id"), "id"),
        order_id=required(identity(payload, "order_id"), "order_id"),
        refunded_at=required(moment(payload, "created"), "created"),
        reason=text(payload, "reason"),
        items=tuple(refund_item(one, kept, value, part) for what, one, value, part in parts if what == "PRODUCT"),
        money=sum(paid, ZERO) if payments else total,
        bearer=Bearer("refunds", required(identity(payload, "id"), "id"), payload),
        shipping=sum((value for what, _, value, _ in parts if what in SHIPPING), ZERO),
        duties_and_fees=sum((value for what, _, value, _ in parts if what == "FEE"), ZERO),
        tax=sum((part for what, _, _, part in parts if what != "PRODUCT"), ZERO),
    )


def kind(item: Json) -> str:
    return (text(item, "item_type") or "").upper()


def requested(item: Json, kept: dict[str | None, Json], included: bool) -> Decimal:
    """The amount asked for, else price × quantity."""
    asked = money(item, "requested_amount")
    if asked is not None:
        return asked
    line = kept.get(identity(item, "item_id"), {}) if kind(item) == "PRODUCT" else {}
    return amount(line, "price_inc_tax" if included else "price_ex_tax") * amount(item, "quantity")


def refund_item(item: Json, kept: dict[str | None, Json], value: Decimal, tax: Decimal) -> Item:
    line_id = identity(item, "item_id")
    line = kept.get(line_id)
    return Item(
        line_id=line_id,
        product=product(line) if line else Product(),
        quantity=amount(item, "quantity"),
        value=value,
        tax=tax,
        is_gift_card=line is not None and is_gift_card(line),
    )
