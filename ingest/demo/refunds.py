"""Money and goods that come back in the demo: what one refund takes of what an order still holds."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from random import Random

from ingest.demo.amounts import ZERO, charged, portion
from ingest.demo.events import LineReturned, LineSold, OrderPlaced, Refunded

_REASONS = ("", "wrong size", "arrived damaged", "changed my mind", "late delivery")


class Refunds:
    """The refunds of one order, one after another: none takes more than is left."""

    def __init__(self, placed: OrderPlaced, chance: Random) -> None:
        self.placed = placed
        self._chance = chance
        self._count = 0
        self._quantity = {line.line_id: line.quantity for line in placed.goods}
        self._value = {line.line_id: line.net for line in placed.goods}
        self._tax = {line.line_id: line.tax for line in placed.goods}
        self._money = ZERO

    @property
    def can_refund_shipping(self) -> bool:
        """Whether shipping is left to give back and its vendor says so unmistakably (not with tax inside the price)."""
        shipping = self.placed.shipping
        included = self.placed.store.prices_include_tax
        return shipping is not None and shipping.net > 0 and not (included and shipping.tax)

    def some(self) -> list[tuple[LineSold, int]]:
        """A part of the goods that are left: one line, and of several units not all."""
        line = self._chance.choice([line for line in self.placed.goods if self._quantity[line.line_id]])
        left = self._quantity[line.line_id]
        return [(line, self._chance.randint(1, left - 1) if left > 1 else 1)]

    def everything(self) -> list[tuple[LineSold, int]]:
        """All goods that are left."""
        return [(line, self._quantity[line.line_id]) for line in self.placed.goods if self._quantity[line.line_id]]

    def of_goods(
        self,
        at: datetime,
        day: date,
        goods: Iterable[tuple[LineSold, int]],
        *,
        with_shipping: bool = False,
        keep: Decimal = ZERO,
        records_kept: bool = True,
        form: str = "",
    ) -> Refunded:
        """Goods come back. keep: the share of their value that is not paid out; recorded by the vendor or not."""
        lines = tuple(self._returned(line, quantity) for line, quantity in goods)
        shipping = self.placed.shipping if with_shipping else None
        net, tax = (shipping.net, shipping.tax) if shipping else (ZERO, ZERO)
        kept = charged(sum((line.value for line in lines), ZERO) * keep)
        money = sum((line.value + line.tax for line in lines), ZERO) + net + tax - kept
        return self._refund(at, day, lines, net, tax, -kept if records_kept else ZERO, money, form)

    def of_money(self, at: datetime, day: date, money: Decimal, form: str = "") -> Refunded:
        """Money comes back without goods."""
        return self._refund(at, day, (), ZERO, ZERO, money, money, form)

    @property
    def money_left(self) -> Decimal:
        """What was charged and not given back yet."""
        return self.placed.total - self._money

    def _returned(self, line: LineSold, quantity: int) -> LineReturned:
        key, left = line.line_id, self._quantity[line.line_id]
        value = self._value[key] if quantity == left else portion(line.net, quantity, line.quantity)
        tax = self._tax[key] if quantity == left else portion(line.tax, quantity, line.quantity)
        self._quantity[key] -= quantity
        self._value[key] -= value
        self._tax[key] -= tax
        return LineReturned(key, quantity, value, tax)

    def _refund(
        self,
        at: datetime,
        day: date,
        lines: tuple[LineReturned, ...],
        shipping: Decimal,
        shipping_tax: Decimal,
        rest: Decimal,
        money: Decimal,
        form: str,
    ) -> Refunded:
        self._count += 1
        self._money += money
        order_id = self.placed.order_id
        # WooCommerce numbers refunds among the orders, the others apart
        own = self.placed.store.connector == "woocommerce"
        return Refunded(
            at=at,
            day=day,
            refund_id=order_id + self._count if own else order_id * 10 + self._count,
            lines=lines,
            shipping=shipping,
            shipping_tax=shipping_tax,
            rest=rest,
            money=money,
            restock=self._chance.random() < 0.7,
            reason=self._chance.choice(_REASONS),
            form=form,
        )
