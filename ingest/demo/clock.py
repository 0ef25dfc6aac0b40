"""The demo's clock: moments on a tenant's own days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# the last minutes of a day stay free, so that what a vendor writes seconds later falls on the same day
LAST_SECOND = 86_000


def instant(day: date, second: int, zone: ZoneInfo) -> datetime:
    """The moment (UTC) that many seconds into a tenant's day, as its wall clock shows it."""
    local = datetime.combine(day, time(), zone) + timedelta(seconds=second)
    return local.astimezone(UTC)


def months_before(day: date, months: int) -> date:
    """The day after the same day of the month, so many months ago (the last day of a shorter month)."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last) + timedelta(days=1)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th day")


def days(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both in."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
