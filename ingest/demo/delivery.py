"""Which versions of a demo order reach which delivery: late, stale, twice."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from ingest.demo.dice import dice
from ingest.demo.events import Cancelled, Edited, Story, Version


@dataclass(frozen=True, slots=True)
class Delivered:
    """A version in the delivery of a day's month, at its place in it."""

    day: date
    at: datetime
    version: Version


def delivered(story: Story, until: date, seed: int) -> list[Delivered]:
    """The versions of an order that its shop's exports hold at the end of a day.

    A month's export holds an order's last version of that month; of some orders every one, and then the newer before
    the older. The first version seen cancelled is always there. A few records stand twice, a few come once more with
    a later delivery, a few stale ones after the newer.
    """
    chance = _chance(story, seed)
    is_talkative, is_twice, is_stale, is_late = (chance.random() < share for share in (0.25, 0.008, 0.03, 0.01))
    versions = story.versions(until)
    found: list[Delivered] = []
    for month in _by_month(versions):
        shown = [v for v in month if is_talkative or v is month[-1] or _is_first_cancelled(v)]
        times = [version.updated_at for version in shown]
        found += [Delivered(v.day, at, v) for v, at in zip(shown, reversed(times), strict=True)]
    if not found:
        return []
    if is_twice:
        found.append(found[0])
    last = found[-1]
    if is_stale and len(versions) > 1:
        found.append(Delivered(last.day, last.at + timedelta(seconds=1), versions[0]))
    # the second day of the next month
    again = (found[0].day.replace(day=28) + timedelta(days=4)).replace(day=2)
    if is_late and again <= until:
        found.append(Delivered(again, found[0].at, found[0].version))
    return found


def delivered_sets(story: Story, until: date) -> list[Delivered]:
    """The versions whose products a delivery holds: the last of each month in which they changed."""
    versions = [v for v in story.versions(until) if not v.seen or isinstance(v.seen[-1], Edited)]
    return [Delivered(month[-1].day, month[-1].updated_at, month[-1]) for month in _by_month(versions)]


def _by_month(versions: list[Version]) -> list[list[Version]]:
    months: dict[tuple[int, int], list[Version]] = {}
    for version in versions:
        months.setdefault((version.day.year, version.day.month), []).append(version)
    return list(months.values())


def _is_first_cancelled(version: Version) -> bool:
    return bool(version.seen) and isinstance(version.seen[-1], Cancelled)


def _chance(story: Story, seed: int) -> Random:
    placed = story.placed
    return dice(seed, "delivery", placed.store.source_name, placed.order_id)
