"""Demo reference rates, as the European Central Bank publishes them: units for a euro, on its working days only."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import pi, sin

from ingest.demo.dice import dice

# currency: (about so many for a euro, decimals); None: no longer quoted
_QUOTED: dict[str, tuple[float, int] | None] = {
    "USD": (1.09, 4),
    "JPY": (161.5, 2),
    "BGN": (1.9558, 4),
    "CYP": None,
    "CZK": (25.1, 3),
    "DKK": (7.4593, 4),
    "EEK": None,
    "GBP": (0.857, 5),
    "HUF": (391.0, 2),
    "PLN": (4.29, 4),
    "SEK": (11.31, 4),
    "CHF": (0.952, 4),
    "NOK": (11.62, 4),
    "HRK": None,
    "RUB": None,
    "CAD": (1.487, 4),
    "AUD": (1.652, 4),
}
HEADING = "Date," + "".join(f"{currency}," for currency in _QUOTED)
# a rate is carried over weekends and holidays: the first days of a demo need those before
DAYS_BEFORE = 10
_CARRIED = 7


@lru_cache(maxsize=1024)
def published(day: date, seed: int) -> Mapping[str, Decimal]:
    """Units of each currency for one euro, published on that very day; none where it is no working day."""
    if not is_working_day(day):
        return {}
    chance = dice(seed, "rates", day)
    found = {}
    for currency, quoted in _QUOTED.items():
        if quoted:
            about, decimals = quoted
            swing = 0.025 * sin(2 * pi * day.toordinal() / 290 + about) + 0.004 * (chance.random() - 0.5)
            found[currency] = Decimal(str(about * (1 + swing))).quantize(Decimal(1).scaleb(-decimals))
    return found


def rate_in_force(currency: str, day: date, seed: int) -> Decimal | None:
    """The last rate known on a day, at most a week old; a euro is one euro."""
    if currency == "EUR":
        return Decimal(1)
    known = (published(day - timedelta(days=age), seed) for age in range(_CARRIED + 1))
    return next((rates[currency] for rates in known if currency in rates), None)


def is_working_day(day: date) -> bool:
    """Whether rates are published: not on weekends, nor on the holidays of the banks' settlement system."""
    easter = _easter(day.year)
    moving = {easter - timedelta(days=2), easter + timedelta(days=1)}
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS and day not in moving


def line(day: date, seed: int) -> str:
    """A working day's line of eurofxref-hist.csv: a comma at every end."""
    rates = published(day, seed)
    return f"{day}," + "".join(f"{rates.get(currency, 'N/A')}," for currency in _QUOTED)


_HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}


def _easter(year: int) -> date:
    """Easter Sunday: the Sunday after the first full moon of spring, by the church's tables."""
    century, golden = year // 100, year % 19
    leap = century // 4
    moon = (century - leap - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + leap) % 7
    return date(year, 3, 28) + timedelta(days=moon - weekday)
