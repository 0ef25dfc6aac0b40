"""Pairing: the days and buckets that a comparison sets beside those asked for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from warehouse.errors import BadValueError
from warehouse.periods import Calendar, Grain, Period, Span

Compare = Literal["previous_period", "previous_year"]
COMPARES: tuple[Compare, ...] = get_args(Compare)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pairing:
    """A period and the one before it that it is compared with.

    previous: both days None where no day has a partner (week 53, 29 February). weekly: both are made of weeks, so that
    a day's partner a year before is that of its weekday, not that of its date.
    """

    compare: Compare
    current: Period
    previous: Period
    weekly: bool

    @staticmethod
    def of(compare: Compare, span: Span, today: date) -> "Pairing":
        """The pairing of a named period seen from `today`.

        A whole unit pairs with the whole one before it. One that is not over pairs, as far as it has elapsed, with as
        many days, at most the unit; a year before up to the same day of the calendar, of a week with as many days.
        Raises BadValueError on `all`, which nothing comes before.
        """
        if span.unit is None:
            raise BadValueError('compare needs a period that something comes before, not "all": give one such as 2026.')
        before = _period_before if compare == "previous_period" else _year_before
        try:
            previous = before(span, today)
        except (ValueError, OverflowError):
            # before the year 1
            previous = Period(None, None)
        return Pairing(compare, span.days, previous, weekly=span.unit == "week")

    def partner(self, bucket: date, grain: Grain, calendar: Calendar) -> date | None:
        """The previous bucket that a bucket of the current period pairs with."""
        return self._paired(bucket, grain, calendar, self.current, self.previous, -1)

    def owner(self, bucket: date, grain: Grain, calendar: Calendar) -> date | None:
        """The bucket of the current period that a previous bucket pairs with."""
        return self._paired(bucket, grain, calendar, self.previous, self.current, 1)

    def _paired(
        self, bucket: date, grain: Grain, calendar: Calendar, own: Period, other: Period, years: int
    ) -> date | None:
        if own.start is None or other.start is None or other.end is None:
            return None
        first, last = calendar.bucket(other.start, grain), calendar.bucket(other.end, grain)
        try:
            if self.compare == "previous_period":
                position = calendar.buckets_between(calendar.bucket(own.start, grain), bucket, grain)
                found: date | None = calendar.nth_bucket(first, grain, position)
            elif grain == "day" and self.weekly:
                weekday = (bucket - own.start) % timedelta(days=7)
                week = _years_on(bucket - weekday, "week", years)
                found = week and week + weekday
            else:
                found = _years_on(bucket, grain, years)
        except (ValueError, OverflowError):
            return None
        return found if found is not None and first <= found <= last else None


def _elapsed(span: Span, today: date) -> int | None:
    """How many days of an unfinished unit have begun; None where it is over or has not begun, and for days."""
    start, end = span.whole.start, span.whole.end
    if span.unit == "day" or start is None or end is None or not start <= today <= end:
        return None
    return (today - start).days + 1


def _period_before(span: Span, today: date) -> Period:
    start, end = _bounds(span.whole)
    if span.unit == "day":
        return Period(start - (end - start + _DAY), start - _DAY)
    # as many units as the period has; a whole period is one or more of them
    first = start
    if span.unit == "week":
        first = start - (end - start + _DAY)
    else:
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        first = _months_before(start, months)
    last = start - _DAY
    elapsed = _elapsed(span, today)
    return Period(first, last if elapsed is None else min(first + (elapsed - 1) * _DAY, last))


def _year_before(span: Span, today: date) -> Period:
    start, end = _bounds(span.whole)
    elapsed = _elapsed(span, today)
    if span.unit == "week":
        return _weeks_a_year_before(start, end, elapsed)
    if span.unit == "day":
        # the nearest days within the range that have a partner
        first = _years_on(start, "day", -1) or date(start.year - 1, 3, 1)
        last = _years_on(end, "day", -1) or date(end.year - 1, 2, 28)
        return Period(first, last) if first <= last else Period(None, None)
    first = _months_before(start, 12)
    if elapsed is not None:
        return Period(first, _years_on(today, "day", -1) or date(today.year - 1, 2, 28))
    return Period(first, _months_before(end + _DAY, 12) - _DAY)


def _weeks_a_year_before(start: date, end: date, elapsed: int | None) -> Period:
    first, last = start, end - 6 * _DAY
    while first <= last and _years_on(first, "week", -1) is None:
        first += 7 * _DAY
    while first <= last and _years_on(last, "week", -1) is None:
        last -= 7 * _DAY
    before, latest = _years_on(first, "week", -1), _years_on(last, "week", -1)
    if first > last or before is None or latest is None:
        return Period(None, None)
    return Period(before, latest + (6 if elapsed is None else elapsed - 1) * _DAY)


def _years_on(bucket: date, grain: Grain, years: int) -> date | None:
    """The bucket of the same name `years` later: the same day of the calendar, the week of that number, the month."""
    if grain == "week":
        # a week has the ISO year and number of its fourth day
        year, number, weekday = (bucket + 3 * _DAY).isocalendar()
        try:
            return date.fromisocalendar(year + years, number, weekday) - 3 * _DAY
        except ValueError:
            return None
    if grain == "day" and (bucket.month, bucket.day) == (2, 29):
        return None
    return bucket.replace(year=bucket.year + years)


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 - months, 12)
    return date(day.year + years, month + 1, 1)


def _bounds(period: Period) -> tuple[date, date]:
    assert period.start is not None
    assert period.end is not None
    return period.start, period.end
