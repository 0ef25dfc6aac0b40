"""Tenants' calendars written anew from the contract: periods, buckets, and what a comparison pairs them with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# the months of a unit; a week and a day have none
MONTHS = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}
GRAINS = ("day", "week", *MONTHS)


class Refused(Exception):
    """A question that must not be answered, and why."""


@dataclass(frozen=True)
class Days:
    """Days in a row, both in."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def shared(self, other: "Days") -> "Days | None":
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Days(first, last) if first <= last else None


@dataclass(frozen=True)
class Period:
    """What a period's name stands for: its days, what it is counted in, and the end of the unit it is in."""

    days: Days | None
    unit: str
    unit_ends: date | None = None

    def elapsed(self, today: date) -> int | None:
        """The days of an unfinished unit until today; None where it is over, not begun, or no unit."""
        if self.days is None or self.unit_ends is None or not self.days.first <= today <= self.unit_ends:
            return None
        return (today - self.days.first).days + 1


@dataclass(frozen=True)
class Calendar:
    timezone: str
    week_start: str = "monday"
    fiscal_year_start: int = 1

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def bucket(self, day: date, grain: str) -> Days:
        """The whole bucket of a day."""
        if grain == "day":
            return Days(day, day)
        if grain == "week":
            # day 1 of the calendar, 0001-01-01, was a Monday
            since = (day.toordinal() - 1 - WEEKDAYS.index(self.week_start)) % 7
            return _week(day - timedelta(days=since))
        shift = self.fiscal_year_start - 1 if grain.startswith("fiscal") else 0
        month = _month_number(day)
        first = month - (month - shift) % MONTHS[grain]
        return _months(first, MONTHS[grain])

    def buckets(self, days: Days, grain: str) -> list[Days]:
        """The whole buckets that have one of the days."""
        found = [self.bucket(days.first, grain)]
        while found[-1].last < days.last:
            found.append(self.bucket(found[-1].last + timedelta(days=1), grain))
        return found

    def period(self, text: str, today: date) -> Period:
        try:
            found = self._named(text, today) or self._dated(text)
        except (ValueError, OverflowError):
            raise Refused(f"no such period: {text}") from None
        if found is None:
            raise Refused(f"no such period: {text}")
        return found

    def _named(self, text: str, today: date) -> Period | None:
        one = timedelta(days=1)
        if text == "all":
            return Period(None, "all")
        if text in ("today", "yesterday"):
            day = today if text == "today" else today - one
            return Period(Days(day, day), "day")
        which, _, unit = text.partition("_")
        if which in ("this", "last") and unit in ("week", "month", "quarter", "year"):
            this = self.bucket(today, unit)
            found = this if which == "this" else self.bucket(this.first - one, unit)
            return Period(found, unit, found.last)
        if text.endswith("_to_date") and (unit := text.removesuffix("_to_date")) in (
            "week",
            "month",
            "quarter",
            "year",
        ):
            this = self.bucket(today, unit)
            return Period(Days(this.first, today), unit, this.last)
        match = re.fullmatch(r"last_(\d{1,5})_(day|week|month)s?", text, re.ASCII)
        if match is None:
            return None
        count, unit = int(match[1]), match[2]
        if count == 0:
            raise Refused("an empty period")
        last = self.bucket(today, unit).first - one
        first = last
        if unit == "month":
            first = _months(_month_number(last) - count + 1, count).first
        else:
            first = last - timedelta(days=count * (7 if unit == "week" else 1) - 1)
        return Period(Days(first, last), unit, None if unit == "day" else last)

    def _dated(self, text: str) -> Period | None:
        start, dots, end = text.partition("..")
        if dots:
            if not (_is_day(start) and _is_day(end)) or end < start:
                raise Refused(f"no such range: {text}")
            return Period(Days(date.fromisoformat(start), date.fromisoformat(end)), "day")
        if _is_day(text):
            return Period(Days(date.fromisoformat(text), date.fromisoformat(text)), "day")
        match = re.fullmatch(r"(FY)?(\d{4})(?:-(?:Q([1-4])|W(\d{2})|(\d{2})))?", text, re.ASCII)
        if match is None or (match[1] and (match[4] or match[5])):
            return None
        year = int(match[2])
        if match[4]:
            week = _week(date.fromisocalendar(year, int(match[4]), 1))
            return Period(week, "week", week.last)
        # months counted from the year 0; a fiscal year ends in the year that it is named after
        begins = year * 12
        if match[1] and self.fiscal_year_start > 1:
            begins += self.fiscal_year_start - 13
        prefix = "fiscal_" if match[1] else ""
        if match[5]:
            if not 1 <= int(match[5]) <= 12:
                raise Refused(f"no such month: {text}")
            days, unit = _months(begins + int(match[5]) - 1, 1), "month"
        elif match[3]:
            days, unit = _months(begins + 3 * (int(match[3]) - 1), 3), f"{prefix}quarter"
        else:
            days, unit = _months(begins, 12), f"{prefix}year"
        return Period(days, unit, days.last)


@dataclass(frozen=True)
class Pairing:
    """What a period is compared with: its days, and of each bucket the previous one it pairs with."""

    days: Days | None
    pairs: dict[date, date]


def paired(calendar: Calendar, period: Period, compare: str, today: date, grain: str | None) -> Pairing:
    """The pairing of a period. Refuses `all`."""
    if period.days is None:
        raise Refused("nothing comes before all")
    before = _period_before(period, today) if compare == "previous_period" else _year_before(period, today)
    if before is None or grain is None:
        return Pairing(before, {})
    own = [bucket.first for bucket in calendar.buckets(period.days, grain)]
    theirs = [bucket.first for bucket in calendar.buckets(before, grain)]
    if compare == "previous_period":
        return Pairing(before, dict(zip(own, theirs, strict=False)))
    pairs = {bucket: _bucket_a_year_before(bucket, grain, period) for bucket in own}
    return Pairing(before, {bucket: found for bucket, found in pairs.items() if found in theirs and found is not None})


def _period_before(period: Period, today: date) -> Days | None:
    assert period.days is not None
    first, last = period.days.first, period.unit_ends or period.days.last
    ends = first - timedelta(days=1)
    if period.unit in MONTHS:
        months = _month_number(last) - _month_number(first) + 1
        starts = _months(_month_number(first) - months, 1).first
    else:
        starts = first - (last - first) - timedelta(days=1)
    return _elapsed_part(Days(starts, ends), period.elapsed(today))


def _year_before(period: Period, today: date) -> Days | None:
    assert period.days is not None
    first, last = period.days.first, period.unit_ends or period.days.last
    if period.unit == "week":
        partners = [_week_a_year_before(first + timedelta(days=day)) for day in range(0, (last - first).days, 7)]
        found = [partner for partner in partners if partner is not None]
        if not found:
            return None
        return _elapsed_part(Days(found[0], found[-1] + timedelta(days=6)), period.elapsed(today))
    if period.unit in MONTHS:
        starts = _months(_month_number(first) - 12, 1).first
        if period.elapsed(today) is not None:
            return Days(starts, _day_a_year_before(today) or date(today.year - 1, 2, 28))
        return Days(starts, _months(_month_number(last) - 12, 1).last)
    starts = _day_a_year_before(first) or date(first.year - 1, 3, 1)
    ends = _day_a_year_before(last) or date(last.year - 1, 2, 28)
    return Days(starts, ends) if starts <= ends else None


def _elapsed_part(unit: Days, elapsed: int | None) -> Days:
    if elapsed is None:
        return unit
    return Days(unit.first, min(unit.first + timedelta(days=elapsed - 1), unit.last))


def _bucket_a_year_before(bucket: date, grain: str, period: Period) -> date | None:
    if grain == "week":
        return _week_a_year_before(bucket)
    if grain != "day":
        return _months(_month_number(bucket) - 12, 1).first
    if period.unit == "week":
        assert period.days is not None
        into = (bucket - period.days.first).days % 7
        week = _week_a_year_before(bucket - timedelta(days=into))
        return None if week is None else week + timedelta(days=into)
    return _day_a_year_before(bucket)


def _day_a_year_before(day: date) -> date | None:
    return None if (day.month, day.day) == (2, 29) else date(day.year - 1, day.month, day.day)


def _week_a_year_before(first: date) -> date | None:
    """The week of that number in the year before: 52 or 53 weeks earlier, or none. Numbers are of the fourth day."""
    year, number, _ = (first + timedelta(days=3)).isocalendar()
    for weeks in (52, 53):
        earlier = first - timedelta(weeks=weeks)
        if (earlier + timedelta(days=3)).isocalendar()[:2] == (year - 1, number):
            return earlier
    return None


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is not None


def _week(first: date) -> Days:
    return Days(first, first + timedelta(days=6))


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _months(first: int, count: int) -> Days:
    after = first + count
    return Days(date(first // 12, first % 12 + 1, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1))
