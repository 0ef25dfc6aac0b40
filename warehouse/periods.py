"""Named periods and grains, on a tenant's calendar."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from warehouse.errors import BadValueError, nearest, quoted
from warehouse.tenants import WEEKDAYS

Grain = Literal["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)

NAMED_FORMS = (
    "all, today, yesterday, last_N_days|weeks|months, this_|last_week|month|quarter|year, "
    "week|month|quarter|year_to_date"
)
CALENDAR_FORMS = "2026, 2026-Q3, 2026-10, 2026-W40, 2026-10-05, 2026-10-01..2026-10-31, FY2026, FY2026-Q3"
PERIOD_FORMS = f"{NAMED_FORMS}, {CALENDAR_FORMS}"
# a refusal is short: the description of the argument has every form
EXAMPLES = "last_30_days, this_month, 2026-10 or 2026-10-01..2026-10-31"

_UNITS = ("week", "month", "quarter", "year")
_NAMES = (
    "all",
    "today",
    "yesterday",
    "last_7_days",
    "last_4_weeks",
    "last_3_months",
    *(f"{which}_{unit}" for which in ("this", "last") for unit in _UNITS),
    *(f"{unit}_to_date" for unit in _UNITS),
)
_DAY = timedelta(days=1)
_DAYS: dict[Grain, int] = {"day": 1, "week": 7}
_MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "fiscal_quarter": 3, "year": 12, "fiscal_year": 12}
_COUNTED = re.compile(r"last_([0-9]{1,5})_(day|week|month)s?")
_UNIT = re.compile(r"(this|last)_(week|month|quarter|year)")
_TO_DATE = re.compile(r"(week|month|quarter|year)_to_date")
_CALENDAR = re.compile(r"(?:FY)?[0-9]{4}(?:-.*)?")


@dataclass(frozen=True)
class Period:
    """The days from start to end, both in; None where there is no bound."""

    start: date | None
    end: date | None


@dataclass(frozen=True)
class Span:
    """What a period's name stands for: its days, and the whole units that it is made of.

    unit: day for single days and ranges of them, None for all; whole: the units from their first day to their last,
    which a unit to date has not reached.
    """

    days: Period
    unit: Grain | None
    whole: Period


@dataclass(frozen=True)
class Calendar:
    """How a tenant cuts time: its zone, the day its week starts on (0 is Monday), its fiscal year's first month."""

    timezone: str
    week_start: int = 0
    fiscal_year_start: int = 1

    @staticmethod
    def of(timezone: str, week_start: str, fiscal_year_start: int) -> "Calendar":
        """The calendar of a tenant's settings."""
        return Calendar(timezone, WEEKDAYS.index(week_start), fiscal_year_start)

    def today(self, now: datetime) -> date:
        """The tenant's day at the instant `now`, which must be aware."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def bucket(self, day: date, grain: Grain) -> date:
        """The first day of the bucket that `day` falls into."""
        match grain:
            case "day":
                return day
            case "week":
                return day - timedelta(days=(day.weekday() - self.week_start) % 7)
            case "month":
                return day.replace(day=1)
            case "quarter":
                return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            case "year":
                return date(day.year, 1, 1)
            case "fiscal_quarter":
                return _months_on(day.replace(day=1), -((day.month - self.fiscal_year_start) % 3))
            case "fiscal_year":
                return _months_on(day.replace(day=1), -((day.month - self.fiscal_year_start) % 12))

    def next_bucket(self, first: date, grain: Grain) -> date:
        """The first day of the bucket after the one that begins on `first`."""
        return self.nth_bucket(first, grain, 1)

    def unit(self, day: date, grain: Grain) -> Period:
        """The whole bucket that `day` falls into."""
        first = self.bucket(day, grain)
        return Period(first, self.next_bucket(first, grain) - _DAY)

    def nth_bucket(self, first: date, grain: Grain, count: int) -> date:
        """The first day of the bucket `count` after (negative: before) the one that begins on `first`.

        Raises ValueError or OverflowError outside of the years 1 to 9999.
        """
        months = _MONTHS.get(grain)
        return first + count * _DAYS[grain] * _DAY if months is None else _months_on(first, count * months)

    def buckets_between(self, first: date, last: date, grain: Grain) -> int:
        """How many buckets after the one that begins on `first` the one that begins on `last` is."""
        months = _MONTHS.get(grain)
        if months is None:
            return (last - first).days // _DAYS[grain]
        return ((last.year - first.year) * 12 + last.month - first.month) // months

    def period(self, text: str, today: date) -> Period:
        """The days that a period's name stands for, as in span."""
        return self.span(text, today).days

    def span(self, text: str, today: date) -> Span:
        """What a period's name stands for, seen from `today`.

        Raises BadValueError on anything but PERIOD_FORMS.
        """
        for read in (self._named, self._dates, self._fiscal):
            try:
                found = read(text, today)
            except (ValueError, OverflowError):
                # a month 13, a week 53 in a year of 52, a day before year 1
                raise _no_such_day(text) from None
            if found is not None:
                return found
        raise _unknown(text)

    def _named(self, text: str, today: date) -> Span | None:
        if text == "all":
            return Span(Period(None, None), None, Period(None, None))
        if text == "today":
            return _whole(Period(today, today), "day")
        if text == "yesterday":
            return _whole(Period(today - _DAY, today - _DAY), "day")
        if match := _COUNTED.fullmatch(text):
            grain = _grain(match[2])
            count = int(match[1])
            if count < 1:
                raise BadValueError(f"The period {quoted(text)} is empty: N in last_N_{grain}s is at least 1.")
            end = self.bucket(today, grain)
            return _whole(Period(self.nth_bucket(end, grain, -count), end - _DAY), grain)
        if match := _UNIT.fullmatch(text):
            grain = _grain(match[2])
            this = self.unit(today, grain)
            assert this.start is not None
            return _whole(this if match[1] == "this" else self.unit(this.start - _DAY, grain), grain)
        if match := _TO_DATE.fullmatch(text):
            grain = _grain(match[1])
            return Span(Period(self.bucket(today, grain), today), grain, self.unit(today, grain))
        return None

    def _dates(self, text: str, today: date) -> Span | None:
        if match := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})", text):
            start, end = date.fromisoformat(match[1]), date.fromisoformat(match[2])
            if end < start:
                raise BadValueError(f"The period {quoted(text)} ends before it starts: write {end}..{start}.")
            return _whole(Period(start, end), "day")
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return _whole(Period(date.fromisoformat(text), date.fromisoformat(text)), "day")
        if match := re.fullmatch(r"([0-9]{4})-([0-9]{2})", text):
            return _whole(self.unit(date(int(match[1]), int(match[2]), 1), "month"), "month")
        if match := re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text):
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return _whole(Period(monday, monday + 6 * _DAY), "week")
        if match := re.fullmatch(r"([0-9]{4})-Q([1-4])", text):
            return _whole(self.unit(date(int(match[1]), int(match[2]) * 3 - 2, 1), "quarter"), "quarter")
        if match := re.fullmatch(r"[0-9]{4}", text):
            return _whole(Period(date(int(text), 1, 1), date(int(text), 12, 31)), "year")
        return None

    def _fiscal(self, text: str, today: date) -> Span | None:
        match = re.fullmatch(r"FY([0-9]{4})(?:-Q([1-4]))?", text)
        if match is None:
            return None
        # the fiscal year is named after the calendar year that it ends in
        ends_next_year = self.fiscal_year_start > 1
        first = date(int(match[1]) - ends_next_year, self.fiscal_year_start, 1)
        if match[2] is None:
            return _whole(Period(first, _months_on(first, 12) - _DAY), "fiscal_year")
        start = _months_on(first, 3 * (int(match[2]) - 1))
        return _whole(Period(start, _months_on(start, 3) - _DAY), "fiscal_quarter")


def _whole(days: Period, unit: Grain) -> Span:
    return Span(days, unit, days)


def _grain(unit: str) -> Grain:
    return next(grain for grain in GRAINS if grain == unit)


def _months_on(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _no_such_day(text: str) -> BadValueError:
    return BadValueError(f"The period {quoted(text)} is in no calendar: give one such as {EXAMPLES}.")


def _unknown(text: str) -> BadValueError:
    if _CALENDAR.fullmatch(text) or ".." in text:
        return _no_such_day(text)
    close = nearest(text, _NAMES)
    guess = f" Nearest: {', '.join(close)}." if close else ""
    return BadValueError(f"Unknown period {quoted(text)}.{guess} Give one such as {EXAMPLES}.")
