"""Days and moments in the forms that reports and event exports write them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?: 00:00:00)?").fullmatch
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})").fullmatch
# month first, as Microsoft writes it
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})").fullmatch
_SECONDS = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]{1,9})?").fullmatch
_START = datetime(1970, 1, 1, tzinfo=UTC)
# 1e11 seconds lie in the year 5138, 1e11 milliseconds in 1973
_MILLISECONDS_FROM = 10**11


def day_text(value: object) -> str | None:
    """A day as YYYY-MM-DD; None where the value is none.

    It may be written 2026-10-01, 20261001 (also as a number), 2026-10-01 00:00:00, 10/1/2026 or
    {"year": 2026, "month": 10, "day": 1}. A time of day other than midnight makes it a moment, not a day.
    """
    if type(value) is str:
        return _day_text(value.strip())
    if type(value) is int:
        return _day_text(str(value)) if 0 < value < 10**8 else None
    if type(value) is dict:
        year, month, day = (value.get(part) for part in ("year", "month", "day"))
        if type(year) is int and type(month) is int and type(day) is int:
            return _of(year, month, day)
    return None


# a report repeats its few days in row after row
@lru_cache(maxsize=4096)
def _day_text(text: str) -> str | None:
    match = _ISO(text) or _DIGITS(text)
    if match:
        return _of(int(match[1]), int(match[2]), int(match[3]))
    match = _SLASHED(text)
    return _of(int(match[3]), int(match[1]), int(match[2])) if match else None


def _of(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        return None


def epoch(value: object) -> datetime | None:
    """The UTC moment of a number of seconds since 1970, or of milliseconds from 1e11 on; None where it is none."""
    if type(value) is str:
        text = value.strip()
        if _SECONDS(text) is None:
            return None
        number = Decimal(text)
    elif isinstance(value, Decimal | int) and type(value) is not bool:
        number = Decimal(value)
    else:
        return None
    try:
        microseconds = number * (1_000 if abs(number) >= _MILLISECONDS_FROM else 1_000_000)
        return _START + timedelta(microseconds=int(microseconds))
    except (OverflowError, ArithmeticError, ValueError):
        return None
