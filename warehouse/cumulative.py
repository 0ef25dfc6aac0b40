"""Cumulative metrics: sums over windows that end on a bucket's last day, whatever period is asked.

The metric that is added up is asked again, by day where the question has dates, over all days that a window reaches;
its sums are then taken exactly, window by window.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from warehouse.catalog import DATE, Catalog, Window
from warehouse.coverage import Coverage
from warehouse.errors import NotAnswerableError
from warehouse.gold import Cell
from warehouse.periods import Calendar, Period
from warehouse.plan import MOST_GROUPS, Bucket, Ordering, Plan, calendar_of, unpriced
from warehouse.planning import make_plan
from warehouse.query import MetricQuery
from warehouse.rows import Row
from warehouse.values import added
from warehouse.windows import window_days

# what windows are summed from: a group of each day that they reach
MOST_DAYS = 100_000

_Key = tuple[tuple[Cell, ...], bool]
_Components = Mapping[str, Decimal | None]
_Fetch = Callable[[Plan, int], list[Row]]


def with_windows(catalog: Catalog, plan: Plan, coverage: Coverage, rows: Sequence[Row], fetch: _Fetch) -> list[Row]:
    """The rows of a plan with the components of its cumulative metrics, and a row for every group and bucket that only
    a window finds something in.

    fetch: the rows of another plan, at most so many and one more. Raises NotAnswerableError where there are too many.
    """
    start, end = coverage.period.start, coverage.elapsed_end
    if not plan.cumulative or end is None or (start is not None and end < start):
        return list(rows)
    if plan.shape.bucket is None:
        found = _of_period(catalog, plan, end, fetch)
    else:
        found = _of_buckets(catalog, plan, coverage, end, fetch)
    present = {(row.bucket, row.key()): row for row in rows}
    for (bucket, key), (keys, windows) in found.items():
        dated = {} if bucket is None else {DATE: bucket}
        row = present.get((bucket, key)) or Row.empty(plan, _in_order(plan, {**keys, **dated}), key[1])
        present[bucket, key] = replace(row, windows=windows)
    if len(present) > MOST_GROUPS:
        raise _too_many(len(present))
    return list(present.values())


def reaching(catalog: Catalog, plan: Plan, coverage: Coverage) -> Plan:
    """The plan over all days that its cumulative metrics reach; the plan itself where it has none."""
    days = _reach(catalog, plan, coverage)
    return plan if days is None else plan.within(days)


def lineage_plan(catalog: Catalog, query: MetricQuery, today: date) -> Plan:
    """The plan of a question of one number, over the days whose rows bear it: those of its window, if it has one."""
    plan = make_plan(catalog, query, today)
    coverage = Coverage.of(catalog, plan, today)
    end = coverage.elapsed_end
    if not plan.cumulative or end is None:
        return plan
    return plan.within(window_days(_windows(catalog, plan)[plan.metrics[0]], end, calendar_of(catalog)))


def begins_before_data(catalog: Catalog, plan: Plan, coverage: Coverage) -> Iterator[str]:
    """A sentence for each cumulative metric of which a window begins before any source in scope covers it."""
    calendar = calendar_of(catalog)
    first = _first_end(catalog, plan, coverage)
    for name, window in _windows(catalog, plan).items():
        spans = [span for measure in catalog.metrics[name].measures() for span in coverage.spans[measure]]
        known = min((span.days.start for span in spans if span.days.start), default=None)
        if window.unit != "all" and first is not None and known is not None:
            start = window_days(window, first, calendar).start
            if start is not None and start < known:
                yield f"{name} reaches back to {start}, and its data begins on {known}."


def _windows(catalog: Catalog, plan: Plan) -> dict[str, Window]:
    found = {name: catalog.metrics[name].window for name in plan.cumulative}
    return {name: window for name, window in found.items() if window is not None}


def _first_end(catalog: Catalog, plan: Plan, coverage: Coverage) -> date | None:
    """The last day of the first window."""
    end = coverage.elapsed_end
    if plan.shape.bucket is None or coverage.period.start is None or end is None:
        return end
    unit = calendar_of(catalog).unit(coverage.period.start, plan.shape.bucket.grain)
    return end if unit.end is None else min(unit.end, end)


def _reach(catalog: Catalog, plan: Plan, coverage: Coverage) -> Period | None:
    first, end = _first_end(catalog, plan, coverage), coverage.elapsed_end
    if not plan.cumulative or first is None or end is None:
        return None
    calendar = calendar_of(catalog)
    starts = [window_days(window, first, calendar).start or date.min for window in _windows(catalog, plan).values()]
    # later windows reach back less far than the first
    return Period(min(starts), end)


_Found = dict[tuple[date | None, _Key], tuple[Mapping[str, Cell], dict[str, _Components]]]


def _of_period(catalog: Catalog, plan: Plan, end: date, fetch: _Fetch) -> _Found:
    found: _Found = {}
    for name, window in _windows(catalog, plan).items():
        days = window_days(window, end, calendar_of(catalog))
        for row in _checked(fetch(_part(catalog, plan, (name,)).within(days), MOST_GROUPS), MOST_GROUPS):
            found.setdefault((None, row.key()), (row.keys, {}))[1][name] = row.components
    return found


def _of_buckets(catalog: Catalog, plan: Plan, coverage: Coverage, end: date, fetch: _Fetch) -> _Found:
    bucket, start = plan.shape.bucket, coverage.period.start
    reach = _reach(catalog, plan, coverage)
    if bucket is None or start is None or reach is None:
        return {}
    part = _part(catalog, plan, plan.cumulative).within(reach)
    by_day = replace(part, shape=replace(part.shape, bucket=Bucket("day", 0, 1)))
    groups: dict[_Key, list[Row]] = {}
    for row in _checked(fetch(by_day, MOST_DAYS), MOST_DAYS):
        groups.setdefault(row.key(), []).append(row)
    calendar = calendar_of(catalog)
    ends = dict(_buckets(calendar, bucket, start, end))
    if len(ends) * len(groups) > MOST_GROUPS:
        raise _too_many(len(ends) * len(groups))
    windows = _windows(catalog, plan)
    days = {
        (first, name): window_days(w, last, calendar) for first, last in ends.items() for name, w in windows.items()
    }
    found: _Found = {}
    for key, rows in groups.items():
        sums = _Sums.of(rows)
        for first in ends:
            taken = {name: sums.over(days[first, name], _components(catalog, name)) for name in windows}
            if any(value is not None for components in taken.values() for value in components.values()):
                found[first, key] = (rows[0].keys, taken)
    return found


def _buckets(calendar: Calendar, bucket: Bucket, start: date, end: date) -> Iterator[tuple[date, date]]:
    """The first day of each bucket, with the last of its days that the period has."""
    first = calendar.bucket(start, bucket.grain)
    while first <= end:
        following = calendar.next_bucket(first, bucket.grain)
        yield first, min(following - timedelta(days=1), end)
        first = following


@dataclass(frozen=True)
class _Sums:
    """The components of one group's days, added up from its first day on: (days, running sums) by component."""

    running: Mapping[str, tuple[list[date], list[Decimal]]]

    @staticmethod
    def of(rows: Iterable[Row]) -> "_Sums":
        running: dict[str, tuple[list[date], list[Decimal]]] = {}
        for row in sorted(rows, key=lambda row: row.bucket or date.min):
            for name, value in row.components.items():
                if value is not None and row.bucket is not None:
                    days, sums = running.setdefault(name, ([], [Decimal(0)]))
                    days.append(row.bucket)
                    sums.append(added(sums[-1], value))
        return _Sums(running)

    def over(self, period: Period, names: Iterable[str]) -> _Components:
        """Each component's sum over a period, None where no day of it has any."""
        return {name: self._over(period, name) for name in names}

    def _over(self, period: Period, name: str) -> Decimal | None:
        if name not in self.running:
            return None
        days, sums = self.running[name]
        after = len(days) if period.end is None else bisect_right(days, period.end)
        before = 0 if period.start is None else bisect_left(days, period.start)
        return None if before >= after else added(sums[after], sums[before].copy_negate())


def _components(catalog: Catalog, metric: str) -> list[str]:
    return [name for measure in catalog.metrics[metric].measures() for name in (measure, unpriced(measure))]


def _part(catalog: Catalog, plan: Plan, metrics: Iterable[str]) -> Plan:
    """The plan of the components of these metrics alone."""
    wanted = {name for metric in metrics for name in _components(catalog, metric)}
    legs = [
        replace(leg, aggregates=tuple(each for each in leg.aggregates if each.name in wanted))
        for leg in plan.shape.legs
    ]
    by_keys = tuple(Ordering(name, False) for name in plan.shape.group_by)
    shape = replace(plan.shape, legs=tuple(leg for leg in legs if leg.aggregates), order=by_keys)
    return replace(plan, shape=shape)


def _in_order(plan: Plan, keys: Mapping[str, Cell]) -> dict[str, Cell]:
    return {name: keys[name] for name in plan.shape.group_by}


def _checked(rows: list[Row], most: int) -> list[Row]:
    if len(rows) > most:
        raise _too_many(len(rows))
    return rows


def _too_many(count: int) -> NotAnswerableError:
    return NotAnswerableError(
        f"The windows of the cumulative metrics are made of {count:,} groups or more, which are too many: "
        "ask for a shorter period, a coarser grain or fewer dimensions."
    )
