"""The facts of a tenant's stores: orders, lines and what came back, from their records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from oracle_amounts import ZERO, minor_unit
from oracle_conversion import Priced, Returned, converted, native, priced
from oracle_persons import first_orders, persons
from oracle_rates import Rates
from oracle_records import Bearer, Line, Order, OrderKey, Payload, Product, Refund, Store
from oracle_returns import REFUNDED, Holdings, Return, order_returns, refund_returns

Value = str | int | bool | Decimal | date | datetime | Bearer | Payload | None
Row = dict[str, Value]

CHARGED = ("total", "shipping", "tax", "duties_and_fees", "tips")
LINE = ("gross", "discount", "net")


@dataclass(frozen=True, eq=False)
class Facts:
    """Rows by the columns of the star's facts; money is Decimal, a day a date. They stay as they are made.

    `payload` of a row is the vendor's record that bears its amounts, `bearer` that with its entity and id.
    """

    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    ads: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    week_start: str = "monday"
    fiscal_year_start: int = 1


@dataclass(frozen=True)
class Touch:
    """What is known of the visit that brought an order."""

    channel: str = "Unattributed"
    campaign_name: str | None = None
    match_method: str = "none"


@dataclass(frozen=True)
class Tenant:
    zone: ZoneInfo
    currency: str
    rates: Rates = field(default_factory=Rates)

    @property
    def unit(self) -> Decimal:
        return minor_unit(self.currency)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def ratio(self, order: Order) -> Fraction | None:
        """What one unit of an order's currency is in the reporting one: by the vendor's own rate, else by the day's."""
        if order.currency == self.currency:
            return Fraction(1)
        on = self.day(order.ordered_at)
        if order.store_currency and order.store_currency != order.currency and order.store_rate:
            of_store = self.rates.ratio(order.store_currency, self.currency, on)
            return of_store / Fraction(order.store_rate) if of_store is not None else None
        return self.rates.ratio(order.currency, self.currency, on)


def store_facts(
    stores: Sequence[Store],
    tenant: Tenant,
    touches: Mapping[OrderKey, Touch],
    measured: Mapping[str, bool],
) -> Facts:
    """Every order, line and refund of the tenant, excluded ones with is_counted false.

    touches: the orders that a visit is known of; measured: by source_name, whether a property measures the store.
    """
    orders = {(one.source_name, one.order_id): one for store in stores for one in store.orders}
    of_order: dict[OrderKey, list[Refund]] = {}
    for store in stores:
        for one in store.refunds:
            of_order.setdefault((one.source_name, one.order_id), []).append(one)
    for held in of_order.values():
        held.sort(key=lambda one: (one.refunded_at, len(one.refund_id), one.refund_id))
    known = persons(stores)
    first = first_orders(orders.values(), known)
    places = {
        (one.source_name, one.customer_id): one.country for store in stores for one in store.customers if one.country
    }
    result = Facts()
    for key, order in orders.items():
        refunds = of_order.pop(key, [])
        person = known.get(key)
        home_country = places.get((order.source_name, order.customer_id or ""))
        touch = touches.get(key, Touch())
        shared = order_dimensions(order, refunds, home_country, touch)
        shared["customer_type"] = None if person is None else "new" if key in first else "returning"
        own, ratio = native(order), tenant.ratio(order)
        amounts = own if ratio == 1 else priced(order, ratio, tenant.unit) if ratio else None
        row = order_row(order, shared, person, key in first, tenant, own, amounts)
        row["match_method"], row["is_measured"] = touch.match_method, measured.get(order.source_name, False)
        result.orders.append(row)
        for index, line in enumerate(order.lines):
            reported_line = amounts.lines[index] if amounts else None
            result.lines.append(line_row(order, line, shared, tenant, own.lines[index], reported_line))
        rows = order_returns(order, refunds)
        for back, in_reporting in zip(rows, reported_rows(rows, order, ratio, tenant), strict=True):
            result.refunds.append(refund_row(key, back, shared, tenant, in_reporting))
    for key, refunds in of_order.items():
        for refund in refunds:
            result.refunds.extend(orphan_rows(key, refund, tenant))
    return result


def reported_rows(
    rows: Sequence[Return], order: Order, ratio: Fraction | None, tenant: Tenant
) -> list[Sequence[Decimal] | None]:
    """The amounts of what comes back of an order, in the reporting currency."""
    if ratio is None:
        return [None for _ in rows]
    if ratio == 1:
        return [row.back.amounts() for row in rows]
    returned = Returned(order, ratio, tenant.unit)
    return [returned.row(row.back.amounts()) for row in rows]


def orphan_rows(key: OrderKey, refund: Refund, tenant: Tenant) -> list[Row]:
    """A refund whose order has not arrived. That order's day is not known: the refund's own stands in for it."""
    shared: Row = {"source_name": refund.source_name, "platform": refund.platform, "is_counted": True}
    ratio = tenant.rates.ratio(refund.currency or tenant.currency, tenant.currency, tenant.day(refund.refunded_at))
    found = []
    for one in refund_returns(refund, Holdings(None)):
        amounts: Sequence[Decimal] | None = one.back.amounts()
        if ratio != 1:
            amounts = [converted(part, ratio, tenant.unit) for part in one.back.amounts()] if ratio else None
        found.append(refund_row(key, one, shared, tenant, amounts))
    return found


def order_status(order: Order, refunds: Sequence[Refund]) -> str:
    """Cancelled, refunded and partially refunded as the vendor says; else what the refunds' money says."""
    money = sum((one.money for one in refunds), ZERO)
    if order.status in ("cancelled", "refunded", "partially_refunded") or money <= 0:
        return order.status
    return "refunded" if money >= order.total else "partially_refunded"


def order_dimensions(order: Order, refunds: Sequence[Refund], home_country: str | None, touch: Touch) -> Row:
    return {
        "source_name": order.source_name,
        "platform": order.platform,
        "order_status": order_status(order, refunds),
        "currency": order.currency,
        "customer_country": order.country or home_country,
        "channel": touch.channel,
        "campaign_name": touch.campaign_name,
        "is_counted": order.exclusion_reason is None,
    }


def reported(names: Sequence[str], own: Sequence[Decimal], amounts: Sequence[Decimal] | None) -> Row:
    """Amounts in the reporting currency, NULL without a rate, and beside them the native ones."""
    row: Row = {f"{name}_amount": amounts[index] if amounts else None for index, name in enumerate(names)}
    return row | {f"native_{name}_amount": amount for name, amount in zip(names, own, strict=True)}


def borne(by: Bearer) -> Row:
    return {"bearer": by, "payload": by.payload}


def order_row(
    order: Order,
    shared: Row,
    person: str | None,
    is_first: bool,
    tenant: Tenant,
    own: Priced,
    amounts: Priced | None,
) -> Row:
    return {
        **shared,
        "order_key": f"{order.source_name} {order.order_id}",
        "order_id": order.order_id,
        "order_name": order.order_name,
        "ordered_at": order.ordered_at,
        "order_date": tenant.day(order.ordered_at),
        "updated_at": order.updated_at,
        "cancelled_at": order.cancelled_at,
        "source_status": order.source_status,
        "exclusion_reason": order.exclusion_reason,
        "person_key": person,
        "is_first_order": is_first,
        **borne(order.bearer),
        **reported(CHARGED, own.charged, amounts.charged if amounts else None),
    }


def product_columns(source_name: str, product: Product) -> Row:
    return {
        "product_key": f"{source_name} {product.product_id}" if product.product_id else None,
        "product_id": product.product_id,
        "product_title": product.title,
        "product_sku": product.sku,
        "product_vendor": product.vendor,
    }


def line_row(
    order: Order,
    line: Line,
    shared: Row,
    tenant: Tenant,
    own: Sequence[Decimal],
    amounts: Sequence[Decimal] | None,
) -> Row:
    return {
        **shared,
        **product_columns(order.source_name, line.product),
        "order_key": f"{order.source_name} {order.order_id}",
        "order_id": order.order_id,
        "line_id": line.line_id,
        "line_number": line.number,
        "order_date": tenant.day(order.ordered_at),
        "is_gift_card": line.is_gift_card,
        "is_counted": order.exclusion_reason is None and line.is_sale,
        "quantity": line.quantity,
        **borne(line.bearer or order.bearer),
        **reported(LINE, own, amounts),
    }


def refund_row(key: OrderKey, one: Return, shared: Row, tenant: Tenant, amounts: Sequence[Decimal] | None) -> Row:
    nothing: Row = dict.fromkeys(
        ("order_status", "currency", "customer_country", "customer_type", "channel", "campaign_name")
    )
    return {
        **nothing,
        **shared,
        **product_columns(key[0], one.back.product),
        "order_key": " ".join(key),
        "order_id": key[1],
        "refund_id": one.refund_id,
        "line_id": one.back.line_id,
        "kind": one.back.kind,
        "refunded_at": one.at,
        "refund_date": tenant.day(one.at),
        "refund_reason": one.reason,
        "quantity": one.back.quantity,
        **borne(one.bearer),
        **reported(REFUNDED, one.back.amounts(), amounts),
    }
