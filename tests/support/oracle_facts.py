"""The three facts of a tenant's star, from its stores' records: persons, statuses, rests and cancellations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from oracle_amounts import ZERO, minor_unit, share
from oracle_records import EARLIEST, Item, Line, Order, Product, Refund, Store

Value = str | int | bool | Decimal | date | datetime | None
Row = dict[str, Value]
OrderKey = tuple[str, str]

REFUNDED = ("return", "tax", "shipping", "duties_and_fees", "tips", "refunded")
CHARGED = ("total", "shipping", "tax", "duties_and_fees", "tips")


@dataclass(frozen=True)
class Facts:
    """Rows by the columns of fct_orders, fct_order_lines and fct_refunds; money is Decimal, a day a date."""

    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    week_start: str = "monday"
    fiscal_year_start: int = 1


@dataclass(frozen=True)
class Tenant:
    zone: ZoneInfo
    currency: str


@dataclass
class Back:
    """One row of fct_refunds: amounts that come back, in the order's currency."""

    kind: str
    line_id: str | None = None
    product: Product = field(default_factory=Product)
    quantity: Decimal = ZERO
    goods: Decimal = ZERO
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    duties_and_fees: Decimal = ZERO
    tips: Decimal = ZERO
    money: Decimal = ZERO

    def amounts(self) -> tuple[Decimal, ...]:
        """In the order of REFUNDED."""
        return (self.goods, self.tax, self.shipping, self.duties_and_fees, self.tips, self.money)


def facts(stores: Sequence[Store], tenant: Tenant, week_start: str = "monday", fiscal_year_start: int = 1) -> Facts:
    """Every order, line and refund of the tenant, excluded ones with is_counted false."""
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
    result = Facts(week_start=week_start, fiscal_year_start=fiscal_year_start)
    for key, order in orders.items():
        refunds = of_order.pop(key, [])
        person = known.get(key)
        shared = order_dimensions(order, refunds, tenant, places.get((order.source_name, order.customer_id or "")))
        shared["customer_type"] = None if person is None else "new" if key in first else "returning"
        result.orders.append(order_row(order, shared, person, key in first, tenant))
        result.lines.extend(line_row(order, line, shared, tenant) for line in order.lines)
        for refund_id, at, reason, back in order_returns(order, refunds):
            result.refunds.append(refund_row(key, refund_id, at, reason, back, shared, tenant, order.currency))
    for key, refunds in of_order.items():
        for one in refunds:
            shared = {"source_name": one.source_name, "platform": one.platform, "is_counted": True}
            for back in Ledger(None).rows(one):
                row = refund_row(
                    key,
                    one.refund_id,
                    one.refunded_at,
                    one.reason,
                    back,
                    shared,
                    tenant,
                    one.currency or tenant.currency,
                )
                result.refunds.append(row)
    return result


# Persons


def normal(email: str | None) -> str | None:
    return email.strip().lower() or None if email else None


def persons(stores: Sequence[Store]) -> dict[OrderKey, str]:
    """Who placed each order: the e-mail of the customer's latest record, else the order's own, else one that the
    customer's id has anywhere (the latest), else store and customer id. Nobody's orders are not among them."""
    latest: dict[OrderKey, str | None] = {}
    anywhere: dict[OrderKey, tuple[datetime, str]] = {}

    def seen(key: OrderKey, at: datetime | None, email: str | None) -> None:
        if email and (key not in anywhere or anywhere[key][0] <= (at or EARLIEST)):
            anywhere[key] = (at or EARLIEST, email)

    for store in stores:
        for customer in store.customers:
            latest[customer.source_name, customer.customer_id] = normal(customer.email)
            seen((customer.source_name, customer.customer_id), customer.updated_at, normal(customer.email))
        for order in store.orders:
            if order.customer_id:
                seen((order.source_name, order.customer_id), order.updated_at, normal(order.email))
    found = {}
    for store in stores:
        for order in store.orders:
            key = (order.source_name, order.customer_id or "")
            email = latest.get(key) or normal(order.email) or anywhere.get(key, (EARLIEST, ""))[1]
            if email:
                found[order.source_name, order.order_id] = f"email {email}"
            elif order.customer_id:
                found[order.source_name, order.order_id] = f"customer {order.source_name} {order.customer_id}"
    return found


def first_orders(orders: Iterable[Order], known: Mapping[OrderKey, str]) -> set[OrderKey]:
    """Each person's first counted order ever, ties by (ordered_at, source_name, order_id)."""
    first: dict[str, tuple[datetime, str, str]] = {}
    for order in orders:
        person = known.get((order.source_name, order.order_id))
        if person is None or order.exclusion_reason:
            continue
        rank = (order.ordered_at, order.source_name, order.order_id)
        first[person] = min(rank, first.get(person, rank))
    return {(source_name, order_id) for _, source_name, order_id in first.values()}


# Rows


def order_status(order: Order, refunds: Sequence[Refund]) -> str:
    """Cancelled, refunded and partially refunded as the vendor says; else what the refunds' money says."""
    money = sum((one.money for one in refunds), ZERO)
    if order.status in ("cancelled", "refunded", "partially_refunded") or money <= 0:
        return order.status
    return "refunded" if money >= order.total else "partially_refunded"


def order_dimensions(order: Order, refunds: Sequence[Refund], tenant: Tenant, home_country: str | None) -> Row:
    return {
        "source_name": order.source_name,
        "platform": order.platform,
        "order_status": order_status(order, refunds),
        "currency": order.currency,
        "customer_country": order.country or home_country,
        "channel": "Unattributed",
        "campaign_name": None,
        "is_counted": order.exclusion_reason is None,
    }


def reported(names: Sequence[str], amounts: Sequence[Decimal], currency: str, tenant: Tenant) -> Row:
    """Amounts in the reporting currency, NULL where they are in another one, and beside them the native ones."""
    own = currency == tenant.currency
    row: Row = {f"{name}_amount": amount if own else None for name, amount in zip(names, amounts, strict=True)}
    return row | {f"native_{name}_amount": amount for name, amount in zip(names, amounts, strict=True)}


def order_row(order: Order, shared: Row, person: str | None, is_first: bool, tenant: Tenant) -> Row:
    charged = (order.total, order.shipping, order.tax, order.duties_and_fees, order.tips)
    return {
        **shared,
        "order_key": f"{order.source_name} {order.order_id}",
        "order_id": order.order_id,
        "order_name": order.order_name,
        "ordered_at": order.ordered_at,
        "order_date": order.ordered_at.astimezone(tenant.zone).date(),
        "updated_at": order.updated_at,
        "cancelled_at": order.cancelled_at,
        "source_status": order.source_status,
        "exclusion_reason": order.exclusion_reason,
        "person_key": person,
        "is_first_order": is_first,
        **reported(CHARGED, charged, order.currency, tenant),
    }


def product_columns(source_name: str, product: Product) -> Row:
    return {
        "product_key": f"{source_name} {product.product_id}" if product.product_id else None,
        "product_id": product.product_id,
        "product_title": product.title,
        "product_sku": product.sku,
        "product_vendor": product.vendor,
    }


def line_row(order: Order, line: Line, shared: Row, tenant: Tenant) -> Row:
    return {
        **shared,
        **product_columns(order.source_name, line.product),
        "order_key": f"{order.source_name} {order.order_id}",
        "order_id": order.order_id,
        "line_id": line.line_id,
        "line_number": line.number,
        "order_date": order.ordered_at.astimezone(tenant.zone).date(),
        "is_gift_card": line.is_gift_card,
        "is_counted": order.exclusion_reason is None and line.is_sale,
        "quantity": line.quantity,
        **reported(("gross", "discount", "net"), (line.gross, line.discount, line.net), order.currency, tenant),
    }


def refund_row(
    key: OrderKey,
    refund_id: str | None,
    at: datetime,
    reason: str | None,
    back: Back,
    shared: Row,
    tenant: Tenant,
    currency: str,
) -> Row:
    nothing: Row = dict.fromkeys(
        ("order_status", "currency", "customer_country", "customer_type", "channel", "campaign_name")
    )
    return {
        **nothing,
        **shared,
        **product_columns(key[0], back.product),
        "order_key": " ".join(key),
        "order_id": key[1],
        "refund_id": refund_id,
        "line_id": back.line_id,
        "kind": back.kind,
        "refunded_at": at,
        "refund_date": at.astimezone(tenant.zone).date(),
        "refund_reason": reason,
        "quantity": back.quantity,
        **reported(REFUNDED, back.amounts(), currency, tenant),
    }


# What comes back


def order_returns(order: Order, refunds: Sequence[Refund]) -> list[tuple[str | None, datetime, str | None, Back]]:
    """The rows of an order's refunds, and of its cancellation between those before it and those from then on."""
    ledger = Ledger(order)
    found: list[tuple[str | None, datetime, str | None, Back]] = []
    until = order.cancelled_at
    for one in refunds:
        if until is None or one.refunded_at < until:
            found.extend((one.refund_id, one.refunded_at, one.reason, back) for back in ledger.rows(one))
    if until is not None:
        found.extend((None, until, order.cancel_reason, back) for back in ledger.cancellation())
        for one in refunds:
            if one.refunded_at >= until:
                rows = (back for back in ledger.money_only(one) if back.kind == "item" or back.money)
                found.extend((one.refund_id, one.refunded_at, one.reason, back) for back in rows)
    return found


class Ledger:
    """What an order still holds while its refunds are gone through in the order of their days.

    Without an order (it has not arrived) nothing bounds what comes back, and all of a rest is goods.
    """

    def __init__(self, order: Order | None) -> None:
        self.order = order
        self.lines = [line for line in order.lines if line.is_sale] if order else []
        self.goods = sum((line.net for line in self.lines), ZERO)
        self.shipping = order.shipping if order else ZERO
        self.tax = order.tax if order else ZERO
        self.duties_and_fees = order.duties_and_fees if order else ZERO
        self.tips = order.tips if order else ZERO
        self.by_line: dict[str, Decimal] = {}
        self.units: dict[str, Decimal] = {}
        self.unit = minor_unit(order.currency) if order else Decimal("0.01")

    def rows(self, refund: Refund) -> list[Back]:
        """An itemised row a returned line, never capped, and one for everything else that the refund gives back."""
        rows = self.money_only(refund)
        items, rest = rows[: len(refund.items)], rows[-1]
        for item, back in zip(refund.items, items, strict=True):
            back.tax = item.tax
            if item.is_tip:
                back.tips = item.value
                self.tips -= item.value
            elif not item.is_gift_card:
                back.quantity, back.goods = item.quantity, item.value
                self.take(item)
            self.tax -= item.tax
        rest.shipping, rest.tax, rest.duties_and_fees = refund.shipping, refund.tax, refund.duties_and_fees
        self.shipping -= refund.shipping
        self.tax -= refund.tax
        self.duties_and_fees -= refund.duties_and_fees
        self.take_rest(rest, refund)
        return rows if any(rest.amounts()) else items

    def take(self, item: Item) -> None:
        self.goods -= item.value
        if item.line_id is not None:
            self.by_line[item.line_id] = self.by_line.get(item.line_id, ZERO) + item.value
            self.units[item.line_id] = self.units.get(item.line_id, ZERO) + item.quantity

    def take_rest(self, row: Back, refund: Refund) -> None:
        """Goods first, then shipping, taxes, duties and fees, each up to what the order still holds."""
        given = sum((item.value + item.tax for item in refund.items), ZERO)
        given += refund.shipping + refund.tax + refund.duties_and_fees
        left = max(refund.money - given, ZERO) if refund.recorded is None else refund.recorded
        goods = left if self.order is None or left < 0 else min(left, max(self.goods, ZERO))
        row.goods += goods
        self.goods -= goods
        left -= goods
        if self.order is None or left <= 0:
            return
        for name in ("shipping", "tax", "duties_and_fees"):
            part = min(left, max(getattr(self, name), ZERO))
            setattr(row, name, getattr(row, name) + part)
            setattr(self, name, getattr(self, name) - part)
            left -= part

    def money_only(self, refund: Refund) -> list[Back]:
        """Its money alone: an item has its value and tax where that suffices, else its share; last, what is left."""
        wanted = [item.value + item.tax for item in refund.items]
        parts = wanted if refund.money >= sum(wanted, ZERO) else share(refund.money, wanted, self.unit)
        rows = [
            Back("item", item.line_id, item.product, money=part) for item, part in zip(refund.items, parts, strict=True)
        ]
        return [*rows, Back("rest", money=refund.money - sum(parts, ZERO))]

    def cancellation(self) -> list[Back]:
        """Line by line what the refunds so far have not taken back; what came back without a product is shared out."""
        assert self.order is not None
        ids = {line.line_id for line in self.lines}
        whole = sum((line.net for line in self.lines), ZERO)
        held = [line.net - self.by_line.get(line.line_id or "", ZERO) for line in self.lines]
        elsewhere = whole - self.goods - sum((back for key, back in self.by_line.items() if key in ids), ZERO)
        weights = held if any(one > 0 for one in held) else [line.net for line in self.lines]
        parts = share(elsewhere, weights, self.unit)
        rows = []
        for line, holds, part in zip(self.lines, held, parts, strict=True):
            back = Back("cancellation", line.line_id, line.product)
            back.goods = _remaining(line.net, holds - part)
            back.quantity = _remaining(line.quantity, line.quantity - self.units.get(line.line_id or "", ZERO))
            if back.goods or back.quantity:
                rows.append(back)
        beside = Back("cancellation")
        for name in ("shipping", "tax", "duties_and_fees", "tips"):
            setattr(beside, name, _remaining(getattr(self.order, name), getattr(self, name)))
        if any(beside.amounts()):
            home = rows[0] if rows else beside
            home.shipping, home.tax = beside.shipping, beside.tax
            home.duties_and_fees, home.tips = beside.duties_and_fees, beside.tips
            rows = rows or [beside]
        return rows


def _remaining(charged: Decimal, left: Decimal) -> Decimal:
    """What is left of a charge, never beyond zero."""
    return max(left, ZERO) if charged >= 0 else min(left, ZERO)
