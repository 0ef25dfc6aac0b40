"""The numbers of JSON that are no whole numbers, kept digit by digit."""

from decimal import Decimal

# the digits that every double holds
_DOUBLE_DIGITS = 15


class LongNumber(Decimal):
    """A number of more digits than a double is sure to hold.

    A payload has it as text: who reads it as a JSON number, as DuckDB does, would round it without a word.
    """


def decimal_number(literal: str) -> Decimal:
    """The number that a literal writes. Raises decimal.InvalidOperation where its exponent is beyond all bounds."""
    # most literals are short, and their digits need not be counted
    if len(literal) <= _DOUBLE_DIGITS:
        return Decimal(literal)
    number = LongNumber(literal)
    return number if len(number.as_tuple().digits) > _DOUBLE_DIGITS else Decimal(number)
