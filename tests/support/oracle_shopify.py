"""Shopify's Admin REST orders, refunds and customers; GraphQL's are told in the same shape and read as such."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import oracle_graphql
from oracle_agreements import Agreement, agreements, told_by_ledger
from oracle_amounts import ZERO, minor_unit, rounded, share, without_tax
from oracle_countries import country
from oracle_fields import (
    Json,
    Malformed,
    amount,
    flag,
    identity,
    moment,
    money,
    number,
    record,
    required,
    section,
    sections,
    text,
)
from oracle_files import records
from oracle_graphql import answers
from oracle_records import Bearer, Customer, Delivery, Item, Line, Order, Product, Refund, Store, Version, by_key

PLATFORM = "shopify"
WORDS = {
    "pending": "pending",
    "authorized": "pending",
    "partially_paid": "pending",
    "expired": "pending",
    "paid": "paid",
    "voided": "failed",
    "refunded": "refunded",
    "partially_refunded": "partially_refunded",
}


def store(source_name: str, folder: Path, api: str | None = None) -> Store:
    """The source's orders, its refunds (inside of orders or by themselves, one id once) and its customers.

    api: `graphql` where the files hold what that API answers, with the sales ledger; else REST.
    """
    graphql = api == "graphql"
    payloads: dict[str, list[Version[Json]]] = {}
    versions: list[Version[Order]] = []
    ledgers: dict[Delivery, list[Agreement]] = {}
    for found in records(folder, "orders", ("order",), answers("orders") if graphql else None):
        try:
            payload = record(found.value)
            if graphql:
                ledgers[found.delivery] = agreements(payload)
                payload = oracle_graphql.order(payload)
            parsed = order(source_name, payload)
            for inner in sections(payload, "refunds"):
                refund(source_name, inner, payload)
        except Malformed:
            continue
        parsed = replace(parsed, bearer=Bearer("orders", parsed.order_id, record(found.value)))
        versions.append(Version(parsed, parsed.updated_at, found.delivery))
        payloads.setdefault(parsed.order_id, []).append(Version(payload, parsed.updated_at, found.delivery))
    newest = {key: max(held, key=lambda version: version.age) for key, held in payloads.items()}
    served = {key: held[-1] for key, held in by_key(versions, lambda one: one.order_id).items()}
    result = Store(orders=[version.value for version in served.values()])
    result.customers = sorted_customers(source_name, folder, list(newest.values()), graphql)
    of_order: dict[str, list[Refund]] = {key: [] for key in served}
    bearers = {key: version.value.bearer for key, version in served.items()}
    for parsed_refund in refunds(source_name, folder, newest, bearers):
        of_order.setdefault(parsed_refund.order_id, []).append(parsed_refund)
    for key, held in of_order.items():
        told = ledgers.get(served[key].delivery, []) if key in served else []
        result.refunds.extend(told_by_ledger(served[key].value, held, told) if told else held)
    return result


def order(source_name: str, payload: Json) -> Order:
    """One version of an order.

    Raises:
        Malformed: when a required value is missing or a value has a wrong type.
    """
    ordered_at = moment(payload, "processed_at", "created_at")
    currency = required(text(payload, "currency"), "currency").upper()
    cancelled_at = moment(payload, "cancelled_at")
    word = text(payload, "financial_status")
    lines = order_lines(payload, currency)
    total_duties = money(payload, "original_total_duties", "current_total_duties")
    total_fees = money(payload, "original_total_additional_fees", "current_total_additional_fees")
    customer = section(payload, "customer")
    return Order(
        source_name=source_name,
        platform=PLATFORM,
        order_id=required(identity(payload, "id"), "id"),
        order_name=text(payload, "name"),
        ordered_at=required(ordered_at, "processed_at"),
        updated_at=moment(payload, "updated_at"),
        cancelled_at=cancelled_at,
        cancel_reason=text(payload, "cancel_reason"),
        source_status=word,
        status="cancelled" if cancelled_at else WORDS.get((word or "").lower(), "pending"),
        exclusion_reason=exclusion(payload, lines),
        currency=currency,
        country=country(
            section(payload, "shipping_address"),
            section(payload, "billing_address"),
            section(customer, "default_address"),
            code="country_code",
        ),
        customer_id=identity(customer, "id"),
        email=text(payload, "email"),
        total=required(money(payload, "total_price"), "total_price"),
        shipping=shipping(payload),
        tax=amount(payload, "total_tax"),
        duties_and_fees=(total_duties or ZERO) + (total_fees or ZERO),
        tips=amount(payload, "total_tip_received"),
        lines=lines,
        bearer=Bearer("orders", required(identity(payload, "id"), "id"), payload),
    )


def exclusion(payload: Json, lines: tuple[Line, ...]) -> str | None:
    if flag(payload, "test"):
        return "test"
    held = sections(payload, "line_items")
    return "gift cards only" if held and all(line.is_gift_card for line in lines) else None


def tax_of(payload: Json) -> Decimal:
    return sum((amount(line, "price") for line in sections(payload, "tax_lines")), ZERO)


def allocations(payload: Json) -> Decimal:
    return sum((amount(one, "amount") for one in sections(payload, "discount_allocations")), ZERO)


def order_lines(payload: Json, currency: str) -> tuple[Line, ...]:
    """The lines with every discount shared out, tax taken out where prices include it."""
    unit = minor_unit(currency)
    items = sections(payload, "line_items")
    if not items:
        return (goods_total(payload, unit),)
    values = [
        required(money(item, "price"), "price") * required(number(item, "quantity"), "quantity") for item in items
    ]
    discounts = [
        allocations(item) if item.get("discount_allocations") is not None else amount(item, "total_discount")
        for item in items
    ]
    given = sum(discounts, ZERO) + sum((shipping_discount(line) for line in sections(payload, "shipping_lines")), ZERO)
    of_order = amount(payload, "total_discounts") - given
    if of_order > 0:
        # Shopify discounts neither gift cards nor tips, so they take no part in what it does not allocate itself.
        bases = [
            ZERO if flag(item, "gift_card") or section(item, "tip") else value
            for item, value in zip(items, values, strict=True)
        ]
        parts = share(of_order, bases if any(bases) else values, unit)
        discounts = [own + part for own, part in zip(discounts, parts, strict=True)]
    found = []
    for index, (item, value, discount) in enumerate(zip(items, values, discounts, strict=True)):
        gross = value
        if flag(payload, "taxes_included"):
            net = value - discount - tax_of(item)
            discount = without_tax(discount, tax_rate(item, net), unit)
            gross = net + discount
        found.append(
            Line(
                line_id=identity(item, "id"),
                number=index + 1,
                product=product(item),
                quantity=required(number(item, "quantity"), "quantity"),
                gross=gross,
                discount=discount,
                is_gift_card=flag(item, "gift_card"),
                is_tip=bool(section(item, "tip")),
            )
        )
    return tuple(found)


def goods_total(payload: Json, unit: Decimal) -> Line:
    """The one line of an order without lines."""
    discount = amount(payload, "total_discounts")
    gross = money(payload, "total_line_items_price")
    if gross is None:
        gross = amount(payload, "subtotal_price") + discount
    if flag(payload, "taxes_included"):
        net = gross - discount - amount(payload, "total_tax")
        discount = without_tax(discount, tax_rate(payload, net), unit)
        gross = net + discount
    return Line(None, 1, Product(), ZERO, gross, discount)


def tax_rate(payload: Json, net: Decimal) -> Decimal:
    """The sum of the tax lines' rates, else tax by what is left without it."""
    lines = sections(payload, "tax_lines")
    rates = [line.get("rate") for line in lines]
    if all(isinstance(rate, int | Decimal) for rate in rates):
        return sum((Decimal(str(rate)) for rate in rates), ZERO)
    return tax_of(payload) / net if net else ZERO


def product(item: Json) -> Product:
    return Product(identity(item, "product_id"), text(item, "title"), text(item, "sku"), text(item, "vendor"))


def shipping_discount(line: Json) -> Decimal:
    discounted = money(line, "discounted_price")
    if discounted is None:
        return allocations(line)
    return amount(line, "price") - discounted if money(line, "price") is not None else allocations(line)


def shipping(payload: Json) -> Decimal:
    """What was charged for shipping, without its tax."""
    lines = sections(payload, "shipping_lines")
    if not lines:
        return amount(payload, "total_shipping_price")
    charged = sum((amount(line, "price") - shipping_discount(line) for line in lines), ZERO)
    return charged - sum(map(tax_of, lines), ZERO) if flag(payload, "taxes_included") else charged


def refunds(
    source_name: str, folder: Path, orders: dict[str, Version[Json]], bearers: dict[str, Bearer]
) -> Iterator[Refund]:
    """Every refund once: the last delivered of those inside the orders served and those by themselves.

    bearers: the payloads of the orders as they were delivered.
    """
    found: dict[str, tuple[Delivery, Refund, Json]] = {}

    def deliver(payload: Json, held: Json | None, delivery: Delivery, bearer: Bearer | None = None) -> None:
        parsed = refund(source_name, payload, held)
        parsed = replace(parsed, bearer=bearer or parsed.bearer)
        if parsed.refund_id not in found or found[parsed.refund_id][0] <= delivery:
            found[parsed.refund_id] = (delivery, parsed, payload)

    for order_id, version in orders.items():
        for inner in sections(version.value, "refunds"):
            deliver(inner, version.value, version.delivery, bearers[order_id])
    for by_itself in records(folder, "refunds", ("refund",)):
        try:
            payload = record(by_itself.value)
            home = orders.get(required(identity(payload, "order_id"), "order_id"))
            deliver(payload, home.value if home else None, by_itself.delivery)
        except Malformed:
            continue
    of_order: dict[str, list[tuple[Refund, Json]]] = {}
    for _, parsed, payload in found.values():
        of_order.setdefault(parsed.order_id, []).append((parsed, payload))
    for order_id, held in of_order.items():
        yield from with_money(held, orders[order_id].value if order_id in orders else {})


def with_money(held: list[tuple[Refund, Json]], home: Json) -> Iterator[Refund]:
    """An order's refunds with their money in its currency.

    What is in the buyer's currency is converted at the order's own ratio, each refund as what it adds to the converted
    sum so far, so that all of them together give back what was charged.
    """
    foreign = ZERO
    for parsed, payload in sorted(held, key=lambda one: (one[0].refunded_at, len(one[0].refund_id), one[0].refund_id)):
        own = ZERO
        before = in_shop_money(foreign, home)
        for one in paid_back(payload):
            paid = required(money(one, "amount"), "amount")
            if section(one, "amount_set") or not is_buyers(text(one, "currency"), home):
                own += paid
            else:
                foreign += paid
        yield replace(parsed, money=own + in_shop_money(foreign, home) - before)


def paid_back(payload: Json) -> list[Json]:
    return [
        one
        for one in sections(payload, "transactions")
        if text(one, "kind") == "refund" and text(one, "status") == "success"
    ]


def refund(source_name: str, payload: Json, held: Json | None) -> Refund:
    """One refund; `held` is its order's payload, None where that has not arrived."""
    home = held or {}
    kept = {identity(line, "id"): line for line in sections(home, "line_items")}
    included = flag(home, "taxes_included")
    adjustments = sections(payload, "order_adjustments")
    of_shipping = [one for one in adjustments if text(one, "kind") == "shipping_refund"]
    others = [one for one in adjustments if text(one, "kind") != "shipping_refund"]
    shipped, shipping_tax = ZERO, ZERO
    for one in of_shipping:
        shipped -= amount(one, "amount")
        shipping_tax -= amount(one, "tax_amount")
    if sections(payload, "refund_shipping_lines"):
        shipped, shipping_tax = ZERO, ZERO
    for line in sections(payload, "refund_shipping_lines"):
        tax = amount(line, "tax_amount")
        shipped += amount(line, "subtotal_amount") - (tax if included else ZERO)
        shipping_tax += tax
    recorded = None
    if others:
        recorded = -sum((amount(one, "amount") + amount(one, "tax_amount") for one in others), ZERO)
    return Refund(
        source_name=source_name,
        platform=PLATFORM,
        refund_id=required(identity(payload, "id"), "id"),
        order_id=required(identity(payload, "order_id") or identity(home, "id"), "order_id"),
        refunded_at=required(moment(payload, "processed_at", "created_at"), "processed_at"),
        reason=text(payload, "note"),
        items=tuple(refund_item(one, kept, included) for one in sections(payload, "refund_line_items")),
        money=sum((required(money(one, "amount"), "amount") for one in paid_back(payload)), ZERO),
        bearer=Bearer("refunds", required(identity(payload, "id"), "id"), payload),
        shipping=shipped,
        tax=shipping_tax,
        recorded=recorded,
        currency=None if held else next((text(one, "currency") for one in paid_back(payload)), None),
    )


def refund_item(payload: Json, kept: dict[str | None, Json], included: bool) -> Item:
    line_id = identity(payload, "line_item_id")
    line = kept.get(line_id) if line_id else None
    said = section(payload, "line_item")
    quantity = required(number(payload, "quantity"), "quantity")
    tax = amount(payload, "total_tax")
    value = money(payload, "subtotal")
    if value is None:
        price = money(said, "price")
        value = (amount(line or {}, "price") if price is None else price) * quantity
    return Item(
        line_id=line_id,
        product=product(line or said),
        quantity=quantity,
        value=value - tax if included else value,
        tax=tax,
        is_gift_card=flag(line or said, "gift_card"),
        is_tip=bool(section(line or said, "tip")),
    )


def buyers_total(home: Json) -> tuple[Decimal | None, Decimal | None, str | None]:
    """An order's total in the shop's and in the buyer's currency, and that currency."""
    both = section(home, "total_price_set")
    presented = section(both, "presentment_money")
    return number(section(both, "shop_money"), "amount"), number(presented, "amount"), text(presented, "currency_code")


def is_buyers(currency: str | None, home: Json) -> bool:
    """Whether money in this currency is the buyer's, and the order says at what ratio."""
    of_order = text(home, "currency")
    if not currency or not of_order or currency.upper() == of_order.upper():
        return False
    in_shop, in_buyers, buyers = buyers_total(home)
    return buyers == currency and bool(in_shop) and bool(in_buyers)


def in_shop_money(paid: Decimal, home: Json) -> Decimal:
    """An amount in the buyer's currency in the order's, at the order's own ratio."""
    in_shop, in_buyers, _ = buyers_total(home)
    if not paid or not in_shop or not in_buyers:
        return ZERO
    return rounded(paid * in_shop / in_buyers, minor_unit((text(home, "currency") or "").upper()))


def sorted_customers(
    source_name: str, folder: Path, orders: list[Version[Json]], graphql: bool = False
) -> list[Customer]:
    """Customer records, those inside the orders served included, the latest last."""
    found = [Version(section(version.value, "customer"), None, version.delivery) for version in orders]
    for by_itself in records(folder, "customers", ("customer",), answers("customers") if graphql else None):
        if isinstance(by_itself.value, dict):
            told = oracle_graphql.customer(by_itself.value) if graphql else by_itself.value
            found.append(Version(told, None, by_itself.delivery))
    dated = []
    for version in found:
        try:
            customer_id, updated_at = identity(version.value, "id"), moment(version.value, "updated_at")
            if customer_id:
                place = country(section(version.value, "default_address"), code="country_code")
                known = Customer(source_name, customer_id, updated_at, text(version.value, "email"), place)
                dated.append(Version(known, updated_at, version.delivery))
        except Malformed:
            continue
    return [version.value for version in sorted(dated, key=lambda version: version.age)]
