"""Steps: what is done with the groups that SQL gave, each a function from lines to lines.

Comparison, gaps, share and running sum, having, order, limit, in this order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from warehouse.catalog import DATE, Catalog
from warehouse.columns import MetricColumn
from warehouse.coverage import Coverage
from warehouse.errors import NotAnswerableError
from warehouse.gold import Cell
from warehouse.pairing import Pairing
from warehouse.periods import Calendar
from warehouse.plan import MOST_GROUPS, Plan, calendar_of
from warehouse.rows import Row
from warehouse.values import added, change, ratio

DATE_PREVIOUS = f"{DATE}__previous"

Key = tuple[tuple[Cell, ...], bool]


@dataclass(frozen=True)
class Line:
    """One line of an answer: its group-by cells, and the values of its metrics' columns by name."""

    keys: Mapping[str, Cell]
    is_rest: bool
    values: Mapping[str, Decimal | None]

    def key(self) -> tuple[Cell, ...]:
        """What tells its group from others within a bucket."""
        return (*(cell for name, cell in self.keys.items() if name not in (DATE, DATE_PREVIOUS)), self.is_rest)


@dataclass(frozen=True)
class Compared:
    """Rows beside those of the previous period; lonely: the previous buckets with rows that pair with none."""

    pairs: Sequence[tuple[Row, Row | None]]
    lonely: frozenset[date] = frozenset()


def compare(rows: Sequence[Row], previous: Sequence[Row], plan: Plan, calendar: Calendar) -> Compared:
    """Each row with the previous one of its group and bucket.

    A group that only the previous period has comes with an empty row, one that it lacks with an empty previous row,
    and with none where its bucket has no partner.
    """
    pairing, bucket = plan.pairing, plan.shape.bucket
    if pairing is None or pairing.previous.start is None:
        return Compared([(row, None) for row in rows])
    before: dict[tuple[date | None, Key], Row] = {}
    lonely = set()
    for row in previous:
        owner = None
        if bucket is not None and row.bucket is not None:
            owner = pairing.owner(row.bucket, bucket.grain, calendar)
            if owner is None:
                lonely.add(row.bucket)
                continue
        before[owner, row.key()] = row
    pairs: list[tuple[Row, Row | None]] = []
    for row in rows:
        partner = before.pop((row.bucket, row.key()), None)
        pairs.append((row, partner or _empty_partner(row, plan, pairing, calendar)))
    for (owner, _), row in before.items():
        dated = {} if owner is None else {DATE: owner}
        pairs.append((Row.empty(plan, {**row.keys, **dated}, row.is_rest), row))
    return Compared(pairs, frozenset(lonely))


def fill_gaps(compared: Compared, plan: Plan, calendar: Calendar, coverage: Coverage) -> Compared:
    """The rows, and an empty one for every bucket that a group of either period has none in.

    Buckets run from the period's first day to its last, but not beyond today or the last day that a source covers.
    Raises NotAnswerableError where that is more than MOST_GROUPS rows.
    """
    bucket = plan.shape.bucket
    start, end = coverage.period.start, coverage.elapsed_end
    if not plan.gaps or bucket is None or start is None or end is None or start > end:
        return compared
    present = {(row.bucket, row.key()) for row, _ in compared.pairs}
    groups = {row.key(): row for row, _ in compared.pairs}
    if set(plan.shape.group_by) == {DATE}:
        groups.setdefault(((), False), Row.empty(plan, {}))
    first = calendar.bucket(start, bucket.grain)
    count = calendar.buckets_between(first, calendar.bucket(end, bucket.grain), bucket.grain) + 1
    if count * len(groups) > MOST_GROUPS:
        raise NotAnswerableError(
            f"fill_gaps would give {count * len(groups)} rows, more than {MOST_GROUPS}: ask for a shorter period."
        )
    filled = list(compared.pairs)
    for at in range(count):
        day = calendar.nth_bucket(first, bucket.grain, at)
        for key, group in groups.items():
            if (day, key) not in present:
                row = Row.empty(plan, {**group.keys, DATE: day}, group.is_rest)
                partner = None if plan.pairing is None else _empty_partner(row, plan, plan.pairing, calendar)
                filled.append((row, partner))
    return replace(compared, pairs=filled)


def _empty_partner(row: Row, plan: Plan, pairing: Pairing, calendar: Calendar) -> Row | None:
    bucket = plan.shape.bucket
    if bucket is None or row.bucket is None:
        return Row.empty(plan, row.keys, row.is_rest)
    partner = pairing.partner(row.bucket, bucket.grain, calendar)
    return None if partner is None else Row.empty(plan, {**row.keys, DATE: partner}, row.is_rest)


def line_of(
    catalog: Catalog, plan: Plan, row: Row, now: Coverage, previous: Row | None, before: Coverage | None
) -> Line:
    """The line of a row and the previous one, each under the coverage of its period."""
    values = row.values(catalog, plan, now)
    keys = dict(row.keys)
    if plan.pairing is not None:
        was = (
            dict.fromkeys(plan.metrics)
            if previous is None or before is None
            else previous.values(catalog, plan, before)
        )
        for metric in plan.metrics:
            values[MetricColumn(metric, "previous").name] = was[metric]
            values[MetricColumn(metric, "change").name] = change(values[metric], was[metric])
        if plan.shape.bucket is not None and row.bucket is not None:
            keys[DATE_PREVIOUS] = plan.pairing.partner(row.bucket, plan.shape.bucket.grain, calendar_of(catalog))
    return Line(keys, row.is_rest, values)


def show(lines: Sequence[Line], plan: Plan, totals: Line | None) -> list[Line]:
    """The lines with each metric's share of the totals and its running sum over the dates of its group."""
    if not plan.show:
        return list(lines)
    sums: dict[tuple[tuple[Cell, ...], str], Decimal] = {}
    shown = {}
    for at in sorted(range(len(lines)), key=lambda at: str(lines[at].keys.get(DATE))):
        line, more = lines[at], dict(lines[at].values)
        for metric in plan.metrics:
            value = line.values[metric]
            if "share" in plan.show and totals is not None:
                more[MetricColumn(metric, "share").name] = ratio(value, totals.values[metric], "ratio")
            if "running" in plan.show:
                if value is not None:
                    sums[line.key(), metric] = added(sums.get((line.key(), metric), Decimal(0)), value)
                more[MetricColumn(metric, "running").name] = None if value is None else sums[line.key(), metric]
        shown[at] = replace(line, values=more)
    return [shown[at] for at in range(len(lines))]


def having(lines: Sequence[Line], plan: Plan) -> list[Line]:
    """The lines that meet every condition on their values."""
    return [line for line in lines if all(any(test.holds(line.values) for test in part) for part in plan.having)]


def order(lines: Sequence[Line], plan: Plan) -> list[Line]:
    """The lines in the order asked for, nulls last; the rest last, within its date where that comes first."""
    ordered = list(lines)
    by = list(plan.order)
    rest_at = 1 if by and by[0][0] == DATE else 0
    for at in reversed(range(len(by))):
        name, descending = by[at]
        # sorting is stable: each key leaves those after it their say
        ordered = _sorted(ordered, name, descending)
        if at == rest_at:
            ordered.sort(key=lambda line: line.is_rest)
    return ordered


def totals_of(line: Line, plan: Plan) -> Line:
    """The line of the totals with its windows: it is all of itself, and has no running sum."""
    more = dict(line.values)
    for metric in plan.metrics:
        value = line.values[metric]
        if "share" in plan.show:
            more[MetricColumn(metric, "share").name] = Decimal(1) if value else None
        if "running" in plan.show:
            more[MetricColumn(metric, "running").name] = None
    return replace(line, values=more)


def check_groups(rows: Sequence[object], plan: Plan) -> None:
    """Raises NotAnswerableError where there are more groups than are compared, filled or filtered in one answer."""
    if plan.needs_every_group and len(rows) > MOST_GROUPS:
        raise NotAnswerableError(
            f"The question has more than {MOST_GROUPS} groups: ask for a shorter period, a coarser grain or fewer "
            "dimensions."
        )


def _sorted(lines: Sequence[Line], name: str, descending: bool) -> list[Line]:
    known = [line for line in lines if _cell(line, name) is not None]
    unknown = [line for line in lines if _cell(line, name) is None]

    def cell(line: Line) -> Any:
        # a column's cells are all of one type
        return _cell(line, name)

    return [*sorted(known, key=cell, reverse=descending), *unknown]


def _cell(line: Line, name: str) -> Cell:
    return line.values[name] if name in line.values else line.keys[name]
