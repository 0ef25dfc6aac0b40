"""Exact numbers: metrics from their components, and numbers on the wire."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal

from warehouse.mart_meta import Unit

RATIO_PLACES = 6
CURRENCY_RATIO_PLACES = 4

# sums have up to 38 digits: wide enough that adding them never rounds
_WIDE = Context(prec=100, rounding=ROUND_HALF_EVEN)
_SAFE_DIGITS = 15

Number = int | float | str


def combined(times: Mapping[str, int], components: Mapping[str, Decimal | None]) -> Decimal | None:
    """The sum of components, each so many times, missing ones as 0; None where all are missing."""
    total: Decimal | None = None
    for name, count in times.items():
        if (value := components[name]) is not None:
            total = _WIDE.fma(value, count, total or 0)
    return total


def ratio_places(unit: Unit) -> int:
    """The decimal places of a ratio of that unit."""
    return CURRENCY_RATIO_PLACES if unit == "currency" else RATIO_PLACES


def ratio(numerator: Decimal | None, denominator: Decimal | None, unit: Unit) -> Decimal | None:
    """numerator / denominator, rounded half-even; None where either is missing or the denominator is 0."""
    if numerator is None or not denominator:
        return None
    return _WIDE.divide(numerator, denominator).quantize(Decimal(1).scaleb(-ratio_places(unit)), context=_WIDE)


def change(value: Decimal | None, previous: Decimal | None) -> Decimal | None:
    """(value − previous) / |previous| as a ratio; None where either is missing or the previous is 0."""
    if value is None or previous is None:
        return None
    return ratio(_WIDE.subtract(value, previous), abs(previous), "ratio")


def added(one: Decimal, other: Decimal) -> Decimal:
    """The exact sum."""
    return _WIDE.add(one, other)


def on_the_wire(value: Decimal | None) -> Number | None:
    """The value as a JSON number where that is exact (15 significant digits), else as a string.

    Whole numbers are ints; trailing zeros are dropped.
    """
    if value is None:
        return None
    if not value.is_finite():
        raise ArithmeticError("a metric is not finite")
    text = str(value)
    if len(text) <= _SAFE_DIGITS and "E" not in text:
        # almost every value: the long road costs five times as much
        number = float(text)
        return int(number) if number.is_integer() else number
    exact = value.normalize(_WIDE)
    if len(exact.as_tuple().digits) > _SAFE_DIGITS:
        return f"{exact:f}"
    return int(exact) if exact == exact.to_integral_value() else float(exact)
