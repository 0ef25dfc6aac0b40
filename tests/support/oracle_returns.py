"""What comes back of an order: its refunds' items, their rests, and a cancellation, in the order's currency."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from oracle_amounts import ZERO, minor_unit, share
from oracle_records import Bearer, Item, Order, Product, Refund

REFUNDED = ("return", "tax", "shipping", "duties_and_fees", "tips", "refunded")


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


@dataclass(frozen=True)
class Return:
    """A row with what it carries beside its amounts; a cancellation is of no refund."""

    refund_id: str | None
    at: datetime
    reason: str | None
    back: Back
    bearer: Bearer


def order_returns(order: Order, refunds: Sequence[Refund]) -> list[Return]:
    """The rows of an order's refunds, and of its cancellation between those before it and those from then on."""
    held = Holdings(order)
    found: list[Return] = []
    until = order.cancelled_at
    for one in refunds:
        if until is None or one.refunded_at < until:
            found.extend(refund_returns(one, held))
    if until is not None:
        bearer = order.cancelled_by or order.bearer
        found.extend(Return(None, until, order.cancel_reason, back, bearer) for back in held.cancellation())
        for one in refunds:
            if one.refunded_at >= until:
                found.extend(refund_returns(replace(one, is_money_only=True), held))
    return found


def refund_returns(refund: Refund, held: "Holdings") -> list[Return]:
    """The rows of one refund, as what it gives back of what an order still holds."""
    if refund.is_money_only:
        rows = [row for row in held.money_only(refund) if row.kind == "item" or row.money]
    else:
        rows = held.rows(refund)
    return [Return(refund.refund_id, refund.refunded_at, refund.reason, back, refund.bearer) for back in rows]


class Holdings:
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
