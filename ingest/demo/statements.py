"""How often a report tells a day: the last days of a month come again with the next, with other figures.

Every delivery says what the vendor's report said when it was made; the newest counts. Ad platforms tell such a day
three times (10, then 12, then 10 again: clicks found invalid), the GA4 property twice (hits that arrived late).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Restating:
    """A vendor's habit. tail: the days of a month that are told again; on: days of the next month on which they are."""

    tail: int
    on: tuple[int, ...]


ADS = Restating(tail=3, on=(2, 5))
PROPERTY = Restating(tail=2, on=(2,))


@dataclass(frozen=True, slots=True)
class Statement:
    """What is told of a day in one delivery. version: from 1 on; told_on: the day of the delivery."""

    version: int
    told_on: date
    is_final: bool


def statements(day: date, habit: Restating, until: date) -> Iterator[Statement]:
    """What has been told of a day by the end of another, oldest first."""
    is_told_again = day.day > monthrange(day.year, day.month)[1] - habit.tail
    yield Statement(1, day, not is_told_again)
    if not is_told_again:
        return
    first = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    for version, number in enumerate(habit.on, 2):
        told_on = first.replace(day=number)
        if told_on <= until:
            yield Statement(version, told_on, version == len(habit.on) + 1)
