"""Demo reference rates, as the European Central Bank publishes them: units for a euro, on its working days only."""

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


@lru_cache(maxsize=4096)
def rate(currency: str, day: date, seed: int) -> Decimal | None:
    """Units of a currency for one euro, published on that very day."""
    quoted = _QUOTED.get(currency)
    if quoted is None or not is_working_day(day):
        return None
    about, decimals = quoted
    wave = 0.025 * sin(2 * pi * day.toordinal() / 290 + len(currency) * about)
    noise = 0.004 * (dice(seed, "rate", currency, day).random() - 0.5)
    return Decimal(str(about * (1 + wave + noise))).quantize(Decimal(1).scaleb(-decimals))


def rate_in_force(currency: str, day: date, seed: int) -> Decimal | None:
    """The last rate known on a day, at most a week old; a euro is one euro."""
    if currency == "EUR":
        return Decimal(1)
    known = (rate(currency, day - timedelta(days=age), seed) for age in range(_CARRIED + 1))
    return next((found for found in known if found is not None), None)


def is_working_day(day: date) -> bool:
    """Whether rates are published: not on weekends, nor on the holidays of the banks' settlement system."""
    easter = _easter(day.year)
    moving = {easter - timedelta(days=2), easter + timedelta(days=1)}
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS and day not in moving


def line(day: date, seed: int) -> str:
    """A working day's line of eurofxref-hist.csv: a comma at every end."""
    values = (rate(currency, day, seed) for currency in _QUOTED)
    return f"{day}," + "".join(f"{'N/A' if value is None else value}," for value in values)


_HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}


def _easter(year: int) -> date:
    """Easter Sunday: the Sunday after the first full moon of spring, by the church's tables."""
    century, golden = year // 100, year % 19
    leap = century // 4
    moon = (century - leap - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + leap) % 7
    return date(year, 3, 28) + timedelta(days=moon - weekday)
