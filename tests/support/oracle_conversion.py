"""An order's amounts in the reporting currency: rounded once, in parts that add up, and the same for its refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from oracle_amounts import ZERO
from oracle_records import Line, Order

LineAmounts = tuple[Decimal, Decimal, Decimal]
"""Gross, discount and net."""


def converted(amount: Decimal, ratio: Fraction, unit: Decimal) -> Decimal:
    """The multiple of unit nearest to amount × ratio, halves to the even one."""
    # A Fraction's own round() goes to the even neighbour.
    return unit * round(Fraction(amount) * ratio / Fraction(unit))


def parts(amounts: Sequence[Decimal], ratio: Fraction, unit: Decimal) -> list[Decimal]:
    """Amounts converted so that they add up to the converted sum: the largest, the first of equals, takes the rest."""
    found = [converted(amount, ratio, unit) for amount in amounts]
    if found:
        largest = max(range(len(found)), key=lambda index: (amounts[index], -index))
        found[largest] += converted(sum(amounts, ZERO), ratio, unit) - sum(found, ZERO)
    return found


@dataclass(frozen=True)
class Priced:
    """charged: total, shipping, tax, duties and fees, tips."""

    charged: tuple[Decimal, ...]
    lines: tuple[LineAmounts, ...]


def native(order: Order) -> Priced:
    """An order's amounts in its own currency."""
    charged = (order.total, order.shipping, order.tax, order.duties_and_fees, order.tips)
    return Priced(charged, tuple((line.gross, line.discount, line.net) for line in order.lines))


def priced(order: Order, ratio: Fraction, unit: Decimal) -> Priced:
    """An order's amounts by the ratio: what it charges is one sum in parts, of which a tip among its lines is none.

    A line keeps gross = net + discount, its net is the part.
    """
    own = native(order)
    total, *beside = own.charged
    of_lines = [line for line in order.lines if not line.is_tip]
    found = parts([*(line.net for line in of_lines), *beside], ratio, unit)
    nets = iter(found)
    lines = tuple(_line(line, ratio, unit, None if line.is_tip else next(nets)) for line in order.lines)
    return Priced((converted(total, ratio, unit), *nets), lines)


def _line(line: Line, ratio: Fraction, unit: Decimal, net: Decimal | None) -> LineAmounts:
    net = converted(line.net, ratio, unit) if net is None else net
    discount = converted(line.discount, ratio, unit)
    return (net + discount, discount, net)


class Returned:
    """What comes back of an order, converted row by row so that all of it together is what was charged.

    Each amount of a row is what it adds to the converted sum so far; once all that was charged is back, the sum is
    exactly what was charged, converted.
    """

    def __init__(self, order: Order, ratio: Fraction, unit: Decimal) -> None:
        self._ratio, self._unit = ratio, unit
        self._charged = [self._amounts(order, native(order)), self._amounts(order, priced(order, ratio, unit))]
        self._back = [ZERO] * 6

    @staticmethod
    def _amounts(order: Order, of: Priced) -> list[Decimal]:
        """In the order of a refund row's: goods, tax, shipping, duties and fees, tips, money."""
        total, shipping, tax, duties_and_fees, tips = of.charged
        nets = (net for line, (_, _, net) in zip(order.lines, of.lines, strict=True) if line.is_sale)
        return [sum(nets, ZERO), tax, shipping, duties_and_fees, tips, total]

    def row(self, amounts: Sequence[Decimal]) -> tuple[Decimal, ...]:
        """The next row's amounts, in the same order, converted."""
        found = []
        for index, amount in enumerate(amounts):
            before = self._sum(index, self._back[index])
            self._back[index] += amount
            found.append(self._sum(index, self._back[index]) - before)
        return tuple(found)

    def _sum(self, index: int, back: Decimal) -> Decimal:
        own, reported = self._charged[0][index], self._charged[1][index]
        return reported if back == own else converted(back, self._ratio, self._unit)
