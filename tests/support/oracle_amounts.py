"""Arithmetic of money as metrics.md lays it down: minor units, sharing out, taking tax out by the rate."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

ZERO = Decimal(0)

_NO_DECIMALS = frozenset(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"))
_NO_DECIMALS |= frozenset(("VUV", "XAF", "XOF", "XPF"))
_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of an ISO 4217 currency: 1, 0.01 or 0.001."""
    if currency in _NO_DECIMALS:
        return Decimal(1)
    return Decimal("0.001") if currency in _THREE_DECIMALS else Decimal("0.01")


def rounded(amount: Decimal, unit: Decimal) -> Decimal:
    """The multiple of unit nearest to amount, halves to the even one."""
    return amount.quantize(unit, rounding=ROUND_HALF_EVEN)


def share(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Total in parts by weight, each to the minor unit; they add up exactly.

    The remainder goes to the largest part, the first of equals. A weight of zero or less takes no part; where no
    weight is positive, all of it is the first one's.
    """
    positive = [max(weight, ZERO) for weight in weights]
    whole = sum(positive, ZERO)
    if not positive:
        return []
    if whole == 0:
        return [total, *(ZERO for _ in positive[1:])]
    parts = [rounded(total * weight / whole, unit) for weight in positive]
    parts[positive.index(max(positive))] += total - sum(parts, ZERO)
    return parts


def without_tax(amount: Decimal, rate: Decimal, unit: Decimal) -> Decimal:
    """An amount that includes tax, with the tax taken out by its rate (0.1 is 10 %), rounded to the minor unit."""
    if amount == 0 or rate == 0:
        return amount
    return rounded(amount / (1 + rate), unit)
