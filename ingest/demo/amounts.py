"""Money of the demo: Decimals of two places."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


def charged(amount: Decimal) -> Decimal:
    """Rounded as a shop rounds what it charges: half up, to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def derived(amount: Decimal) -> Decimal:
    """Rounded as the warehouse rounds what it derives by division: half to even, to the cent."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def shared(amount: Decimal, values: Sequence[Decimal]) -> list[Decimal]:
    """An amount shared out by value, to the cent; what rounding leaves goes to the largest, the first of equals."""
    total = sum(values, ZERO)
    if not total:
        return [ZERO for _ in values]
    parts = [(amount * value / total).quantize(CENT, ROUND_DOWN) for value in values]
    parts[max(range(len(values)), key=lambda i: (values[i], -i))] += amount - sum(parts, ZERO)
    return parts


def portion(amount: Decimal, part: int, whole: int) -> Decimal:
    """The part of an amount that some units of a line bear, rounded down to the cent."""
    return amount if part == whole else (amount * part / whole).quantize(CENT, ROUND_DOWN)
