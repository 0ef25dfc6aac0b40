"""WooCommerce's v3 orders and refunds. Its amounts are without tax, whatever its prices are."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from oracle_amounts import ZERO
from oracle_countries import country
from oracle_fields import (
    Json,
    Malformed,
    amount,
    identity,
    moment_in_utc,
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

PLATFORM = "woocommerce"
COUNTED = {"processing", "completed", "on-hold", "refunded"}
STATUSES = {
    "processing": "paid",
    "completed": "paid",
    "refunded": "refunded",
    "cancelled": "cancelled",
    "trash": "cancelled",
    "failed": "failed",
}


def store(source_name: str, folder: Path) -> Store:
    """The source's orders and refunds, those included that only an order's own list names."""
    versions: list[Version[Order]] = []
    payloads: list[Version[Json]] = []
    for found in records(folder, "orders", ("order",)):
        try:
            payload = record(found.value)
            parsed = order(source_name, payload)
            for named in sections(payload, "refunds"):
                required(identity(named, "id"), "id"), amount(named, "total")
        except Malformed:
            continue
        versions.append(Version(parsed, parsed.updated_at, found.delivery))
        payloads.append(Version(payload, parsed.updated_at, found.delivery))
    result = Store()
    for held in by_key(versions, lambda one: one.order_id).values():
        result.orders.append(cancelled(held[-1].value, held))
    homes = by_key(payloads, lambda one: identity(one, "id"))
    delivered: dict[str, Refund] = {}
    for found in records(folder, "order_refunds", ("order_refund", "refunds", "refund")):
        try:
            payload = record(found.value)
            home = homes.get(required(parent(payload), "parent_id"))
            back = refund(source_name, payload, home[-1].value if home else {})
        except Malformed:
            continue
        delivered[back.refund_id] = back
    for order_id, of_order in homes.items():
        for named in sections(of_order[-1].value, "refunds"):
            back = named_only(source_name, required(order_id, "id"), named, of_order)
            delivered.setdefault(back.refund_id, back)
    result.refunds = list(delivered.values())
    return result


def order(source_name: str, payload: Json) -> Order:
    """One version of an order.

    Raises:
        Malformed: when a required value is missing or a value has a wrong type.
    """
    status = required(text(payload, "status"), "status")
    customer_id = identity(payload, "customer_id")
    billing = section(payload, "billing")
    paid_at = moment_in_utc(payload, "date_paid_gmt") or moment_in_utc(payload, "date_paid")
    counted = status in COUNTED or (status == "cancelled" and paid_at is not None)
    fees = sum((amount(one, "total") for one in sections(payload, "fee_lines")), ZERO)
    return Order(
        source_name=source_name,
        platform=PLATFORM,
        order_id=required(identity(payload, "id"), "id"),
        order_name=text(payload, "number"),
        ordered_at=required(moment_in_utc(payload, "date_created_gmt"), "date_created_gmt"),
        updated_at=moment_in_utc(payload, "date_modified_gmt"),
        cancelled_at=None,
        cancel_reason=None,
        source_status=status,
        status=STATUSES.get(status, "pending"),
        exclusion_reason=None if counted else status,
        currency=required(text(payload, "currency"), "currency").upper(),
        country=country(section(payload, "shipping"), billing, code="country"),
        customer_id=None if customer_id == "0" else customer_id,
        email=text(billing, "email"),
        total=required(money(payload, "total"), "total"),
        shipping=amount(payload, "shipping_total"),
        tax=amount(payload, "total_tax"),
        duties_and_fees=fees,
        tips=ZERO,
        lines=order_lines(payload, fees),
        bearer=Bearer("orders", required(identity(payload, "id"), "id"), payload),
    )


def order_lines(payload: Json, fees: Decimal) -> tuple[Line, ...]:
    items = sections(payload, "line_items")
    if not items:
        discount = amount(payload, "discount_total")
        goods = amount(payload, "total") - amount(payload, "total_tax") - amount(payload, "shipping_total") - fees
        return (Line(None, 1, Product(), ZERO, goods + discount, discount),)
    found = []
    for index, item in enumerate(items):
        total = required(money(item, "total"), "total")
        gross = money(item, "subtotal")
        gross = total if gross is None else gross
        found.append(
            Line(
                line_id=identity(item, "id"),
                number=index + 1,
                product=product(item),
                quantity=required(number(item, "quantity"), "quantity"),
                gross=gross,
                discount=gross - total,
            )
        )
    return tuple(found)


def product(item: Json) -> Product:
    product_id = identity(item, "product_id")
    return Product(None if product_id == "0" else product_id, text(item, "name"), text(item, "sku"))


def parent(payload: Json) -> str | None:
    """The order's id, which may stand only in the link to it."""
    for name in ("parent_id", "order_id"):
        said = identity(payload, name)
        if said and said != "0":
            return said
    for link in sections(section(payload, "_links"), "up"):
        last = (text(link, "href") or "").rstrip("/").rpartition("/")[2]
        if last.isdigit():
            return last
    return None


def refund(source_name: str, payload: Json, home: Json) -> Refund:
    """One refund; quantities and totals of its lines are negative, its amount is positive."""
    kept = {identity(line, "id"): line for line in sections(home, "line_items")}
    beside = sections(payload, "shipping_lines"), sections(payload, "fee_lines")
    shipping, fees = (-sum((amount(line, "total") for line in lines), ZERO) for lines in beside)
    tax = -sum((amount(line, "total_tax") for lines in beside for line in lines), ZERO)
    items = (refund_item(line, kept) for line in sections(payload, "line_items"))
    return Refund(
        source_name=source_name,
        platform=PLATFORM,
        refund_id=required(identity(payload, "id"), "id"),
        order_id=required(parent(payload), "parent_id"),
        refunded_at=required(moment_in_utc(payload, "date_created_gmt"), "date_created_gmt"),
        reason=text(payload, "reason"),
        items=tuple(item for item in items if item.quantity or item.value or item.tax),
        money=abs(required(money(payload, "amount"), "amount")),
        shipping=shipping,
        duties_and_fees=fees,
        tax=tax,
        bearer=Bearer("order_refunds", required(identity(payload, "id"), "id"), payload),
    )


def refund_item(payload: Json, kept: dict[str | None, Json]) -> Item:
    notes = sections(payload, "meta_data")
    line_id = next((identity(note, "value") for note in notes if text(note, "key") == "_refunded_item_id"), None)
    return Item(
        line_id=line_id,
        product=product(kept.get(line_id, payload)),
        quantity=-required(number(payload, "quantity"), "quantity"),
        value=-required(money(payload, "total"), "total"),
        tax=-amount(payload, "total_tax"),
    )


def named_only(source_name: str, order_id: str, named: Json, versions: list[Version[Json]]) -> Refund:
    """A refund that only its order names, dated by the first version of the order that holds it."""
    refund_id = required(identity(named, "id"), "id")

    def holds(version: Version[Json]) -> bool:
        return any(identity(one, "id") == refund_id for one in sections(version.value, "refunds"))

    first = next(version for version in versions if holds(version))
    dated = first.updated_at or moment_in_utc(first.value, "date_created_gmt")
    bare: Json = {"id": refund_id, "parent_id": order_id, "amount": abs(amount(named, "total"))}
    bare |= {"reason": named.get("reason") or named.get("refund"), "date_created_gmt": "2000-01-01T00:00:00"}
    parsed = refund(source_name, bare, {})
    return replace(
        parsed, refunded_at=required(dated, "date_modified_gmt"), bearer=Bearer("orders", order_id, versions[-1].value)
    )
