"""Answer: the rows of a question, and what a reader must know to trust them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from warehouse import steps
from warehouse.catalog import DATE, Catalog, Metric
from warehouse.columns import metric_columns
from warehouse.coverage import Coverage
from warehouse.cumulative import reaching, with_windows
from warehouse.filter_values import unknown_values
from warehouse.gold import Bound, Cell, Deadline, fetch
from warehouse.notices import Outcome, notices_of
from warehouse.plan import MOST_GROUPS, Plan, calendar_of
from warehouse.planning import make_plan
from warehouse.query import MetricQuery
from warehouse.rows import Row
from warehouse.steps import DATE_PREVIOUS, Line
from warehouse.values import Number, on_the_wire

OTHER = "Other"

Cells = tuple[Number | None, ...]

ColumnType = Literal["date", "text", "integer", "decimal"]


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Output):
    """One column; unit: of a metric currency, count, ratio or number."""

    name: str
    label: str
    unit: str | None = None
    type: ColumnType


class Days(_Output):
    """Days from start to end, both in; None where there are none."""

    start: date | None
    end: date | None


class PeriodAnswered(Days):
    """The days that the rows are of; complete: over on the tenant's clock, and reached by every source in scope.

    previous: the days that they are compared with.
    """

    timezone: str
    complete: bool
    previous: Days | None = None

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked(self, dump: SerializerFunctionWrapHandler) -> dict[str, object]:
        shown: dict[str, object] = dump(self)
        return {name: value for name, value in shown.items() if name != "previous" or value is not None}


class Answer(_Output):
    """The structured answer of query_metric.

    rows: cells in the order of columns; dates are the first day of their bucket, numbers that a double cannot hold
    exactly are strings. totals: one row more, of the same columns. other_rows: the indices of the rows that are the
    rest beyond a top. data_through: of the sources in scope. sql: the statements that were run, if that was asked.
    """

    tenant: str
    columns: tuple[Column, ...]
    rows: tuple[Cells, ...]
    row_count: int
    truncated: bool
    totals: Cells | None = None
    other_rows: tuple[int, ...] | None = None
    period: PeriodAnswered
    currency: str
    snapshot: str
    refreshed_at: datetime
    data_through: dict[str, date | None]
    definitions: dict[str, str]
    notices: tuple[str, ...]
    sql: str | None = None


def answer(
    catalog: Catalog,
    connection: duckdb.DuckDBPyConnection,
    query: MetricQuery,
    now: datetime,
    deadline: Deadline | float,
) -> Answer:
    """The answer to a question on one snapshot.

    connection: the snapshot's gold, opened by open_gold. now: an aware instant, the clock of the question. deadline:
    the seconds that it may take, or one that was entered. Raises a CallerError, with the next step, on what cannot be
    answered.
    """
    if not isinstance(deadline, Deadline):
        with Deadline(deadline) as entered:
            return answer(catalog, connection, query, now, entered)
    today = calendar_of(catalog).today(now)
    plan = make_plan(catalog, query, today)
    gold = _Gold(catalog, connection, deadline, today)
    plan = gold.ranked(plan)
    outcome, lines, totals = _worked_out(gold, plan)
    names = [*plan.shape.group_by]
    if plan.pairing is not None and DATE in names:
        names.insert(names.index(DATE) + 1, DATE_PREVIOUS)
    columns = _columns(catalog, plan, names)
    values = [column.name for column in columns[len(names) :]]
    dimension = plan.ranking.dimension if plan.ranking else ""
    other = OTHER if OTHER not in plan.top_values else f"{OTHER} (rest)"
    return Answer(
        tenant=catalog.tenant.slug,
        columns=columns,
        rows=tuple(_cells(line, names, values, dimension, other) for line in lines),
        row_count=len(lines),
        truncated=outcome.truncated,
        totals=None if totals is None or not plan.totals else _cells(totals, names, values, dimension, other),
        other_rows=tuple(at for at, line in enumerate(lines) if line.is_rest) if plan.ranking else None,
        period=_period(catalog, plan, outcome.coverage),
        currency=catalog.tenant.currency,
        snapshot=catalog.snapshot,
        refreshed_at=catalog.refreshed_at,
        data_through={source.name: source.data_through for source in outcome.coverage.sources},
        definitions={name: catalog.metrics[name].description for name in plan.metrics},
        notices=notices_of(catalog, outcome),
        sql=";\n".join(gold.statements()) if query.explain else None,
    )


@dataclass(frozen=True)
class _Side:
    """One period of a question: its plan, what is covered, its rows; every: whether these are all there are."""

    plan: Plan
    coverage: Coverage
    rows: list[Row]
    every: bool


def _worked_out(gold: "_Gold", plan: Plan) -> tuple[Outcome, list[Line], Line | None]:
    """What a plan comes to: its lines step by step, and its totals where they are needed."""
    catalog, calendar = gold.catalog, calendar_of(gold.catalog)
    now = gold.side(plan)
    earlier = plan.before()
    before = None if earlier is None else gold.side(earlier)
    covered_before = None if before is None else before.coverage
    totals = None
    if plan.totals or "share" in plan.show:
        whole, was = gold.total(now), None if before is None else gold.total(before)
        line = steps.line_of(catalog, plan.without_groups(), whole, now.coverage, was, covered_before)
        totals = steps.totals_of(line, plan)
    compared = steps.compare(now.rows, before.rows if before else [], plan, calendar)
    compared = steps.fill_gaps(compared, plan, calendar, now.coverage)
    pairs = compared.pairs if now.every else compared.pairs[: plan.limit]
    lines = [steps.line_of(catalog, plan, row, now.coverage, was, covered_before) for row, was in pairs]
    if now.every:
        lines = steps.order(steps.having(steps.show(lines, plan, totals), plan), plan)
    found = any(row.found for row in now.rows)
    outcome = Outcome(
        plan=plan,
        coverage=now.coverage,
        before=covered_before,
        buckets=frozenset(row.bucket for row in now.rows if row.bucket),
        found=found,
        found_before=before is not None and any(row.found for row in before.rows),
        truncated=len(lines if now.every else compared.pairs) > plan.limit,
        left_out=gold.left_out(now),
        left_out_before=[] if before is None else gold.left_out(before),
        lonely=compared.lonely,
        unknown=unknown_values(catalog, gold.connection, plan, found, gold.deadline),
        rest=any(line.is_rest for line in lines[: plan.limit]),
    )
    return outcome, lines[: plan.limit], totals


class _Gold:
    """A snapshot's gold as one question reads it: on one day, under one deadline."""

    def __init__(
        self, catalog: Catalog, connection: duckdb.DuckDBPyConnection, deadline: Deadline, today: date
    ) -> None:
        self.catalog = catalog
        self.connection = connection
        self.deadline = deadline
        self.today = today
        self._ran: list[tuple[str, Sequence[Bound]]] = []

    def ranked(self, plan: Plan) -> Plan:
        """The plan with the values that its ranking puts first."""
        if plan.ranking is None:
            return plan
        side = self.side(plan.ranking.plan)
        lines = [steps.line_of(self.catalog, side.plan, row, side.coverage, None, None) for row in side.rows]
        if side.every:
            lines = steps.order(lines, side.plan)
        values = [line.keys[plan.ranking.dimension] for line in lines[: plan.ranking.n]]
        return replace(plan, top_values=tuple(None if value is None else str(value) for value in values))

    def side(self, plan: Plan) -> _Side:
        """A period of a question, with its rows: all where it takes every group and they are few enough, else up to one
        beyond its limit. Raises NotAnswerableError where it needs every group and there are too many.
        """
        coverage = Coverage.of(self.catalog, plan, self.today)
        every = plan.takes_every_group or coverage.has_holes(plan)
        rows = self._rows(plan, coverage, MOST_GROUPS if every else plan.limit)
        return _Side(plan, coverage, rows, every and len(rows) <= MOST_GROUPS)

    def total(self, side: _Side) -> Row:
        """The one row of a period without groups."""
        [row] = self._rows(side.plan.without_groups(), side.coverage, 1)
        return row

    def _rows(self, plan: Plan, coverage: Coverage, most: int) -> list[Row]:
        rows = self._groups(plan, most, coverage.buckets(plan, calendar_of(self.catalog)))
        steps.check_groups(rows, plan)
        return with_windows(self.catalog, plan, coverage, rows, self._groups)

    def _groups(self, plan: Plan, most: int, dated: Sequence[Bound] = ()) -> list[Row]:
        """The groups of a plan, so many and one more at most; dated: what is bound to the slots of `shape.dated`."""
        # imported here: BSL and ibis take a second, which starting a server must not wait for
        from warehouse.legs import compiled

        sql = compiled(plan.shape)
        fetched = self._fetch(sql.sql, [*plan.bounds, *plan.top_bounds, *dated, most + 1])
        return [Row.of(plan, dict(zip(sql.columns, cells, strict=True))) for cells in fetched]

    def left_out(self, side: _Side) -> list[tuple[Cell, ...]]:
        """What amounts leave out for want of a rate: (what a row is called, currency, number of them)."""
        plan = reaching(self.catalog, side.plan, side.coverage)
        if not any(each.agg == "unpriced" for leg in plan.shape.legs for each in leg.aggregates):
            return []
        from warehouse.legs import compiled_left_out

        return self._fetch(compiled_left_out(plan.shape).sql, plan.bounds)

    def statements(self) -> list[str]:
        """What was run so far, with the values in it."""
        from warehouse.legs import inlined

        return [inlined(sql, values) for sql, values in self._ran]

    def _fetch(self, sql: str, values: Sequence[Bound]) -> list[tuple[Cell, ...]]:
        self._ran.append((sql, values))
        return fetch(self.connection, sql, values, self.deadline)


def _period(catalog: Catalog, plan: Plan, coverage: Coverage) -> PeriodAnswered:
    previous = plan.pairing.previous if plan.pairing else None
    return PeriodAnswered(
        start=coverage.period.start,
        end=coverage.period.end,
        timezone=catalog.tenant.timezone,
        complete=coverage.complete,
        previous=Days(start=previous.start, end=previous.end) if previous else None,
    )


def _cells(line: Line, groups: Sequence[str], values: Sequence[str], dimension: str, other: str) -> Cells:
    """A line's cells by the names of its columns; `other`: what the rest of `dimension` is called."""
    keys = {**line.keys, dimension: other} if line.is_rest else line.keys
    texts = (keys.get(name) for name in groups)
    return (
        *(None if cell is None else str(cell) for cell in texts),
        *(on_the_wire(line.values[name]) for name in values),
    )


def _columns(catalog: Catalog, plan: Plan, groups: Sequence[str]) -> tuple[Column, ...]:
    columns = []
    for name in groups:
        if name == DATE:
            columns.append(Column(name=name, label="Date", type="date"))
        elif name == DATE_PREVIOUS:
            columns.append(Column(name=name, label="Date, previous", type="date"))
        else:
            columns.append(Column(name=name, label=catalog.dimensions[name].label, type="text"))
    for each in metric_columns(plan.metrics, plan.pairing is not None, plan.show):
        metric = catalog.metrics[each.metric]
        kind: ColumnType = "integer" if _is_whole(catalog, metric) and not each.is_ratio else "decimal"
        unit = "ratio" if each.is_ratio else metric.unit
        columns.append(Column(name=each.name, label=each.label(metric.label), unit=unit, type=kind))
    return tuple(columns)


def _is_whole(catalog: Catalog, metric: Metric) -> bool:
    if metric.denominator is not None:
        return False
    for name in metric.measures():
        fact = catalog.facts[catalog.fact_of(name)]
        measure = fact.measures[name]
        whole_sum = measure.agg == "sum" and "INT" in fact.columns[str(measure.column)]
        if not whole_sum and measure.agg not in ("count", "count_distinct"):
            return False
    return True
