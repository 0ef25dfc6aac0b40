"""Windows: the days that a cumulative metric adds up, on a tenant's calendar."""

from calendar import monthrange
from datetime import date, timedelta

from warehouse.catalog import Window
from warehouse.periods import Calendar, Grain, Period

_DAY = timedelta(days=1)


def window_days(window: Window, last: date, calendar: Calendar) -> Period:
    """The days of a window that ends on `last`, both bounds given; of `all`, from the first day there is.

    Months back go by the calendar: three that end on 31 May begin on 1 March, one that ends on 15 March on 16 February.
    """
    if window.unit == "all":
        return Period(date.min, last)
    grain: Grain = window.unit
    if window.last is None:
        return Period(calendar.bucket(last, grain), last)
    try:
        if grain == "month":
            return Period(_months_before(last + _DAY, window.last), last)
        return Period(calendar.nth_bucket(last + _DAY, grain, -window.last), last)
    except (ValueError, OverflowError):
        # before the year 1
        return Period(date.min, last)


def _months_before(day: date, months: int) -> date:
    # the same day of that month, or its last where it has none
    years, month = divmod(day.month - 1 - months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))
