"""Answer: the rows of a question, and what a reader must know to trust them."""

from datetime import date, datetime
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from warehouse.catalog import DATE, Catalog, Metric
from warehouse.coverage import Coverage
from warehouse.filter_values import unknown_values
from warehouse.gold import Cell, fetch
from warehouse.notices import Outcome, notices_of
from warehouse.plan import Plan, calendar_of, make_plan
from warehouse.query import MetricQuery
from warehouse.rows import Row
from warehouse.values import Number

ColumnType = Literal["date", "text", "integer", "decimal"]


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Output):
    """One column; unit: of a metric currency, count, ratio or number."""

    name: str
    label: str
    unit: str | None = None
    type: ColumnType


class PeriodAnswered(_Output):
    """The days that the rows are of; complete: over on the tenant's clock, and reached by every source in scope."""

    start: date | None
    end: date | None
    timezone: str
    complete: bool


class Answer(_Output):
    """The structured answer of query_metric.

    rows: cells in the order of columns; dates are the first day of their bucket, numbers that a double cannot hold
    exactly are strings. data_through: of the sources in scope.
    """

    tenant: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Number | None, ...], ...]
    row_count: int
    truncated: bool
    period: PeriodAnswered
    currency: str
    snapshot: str
    refreshed_at: datetime
    data_through: dict[str, date | None]
    definitions: dict[str, str]
    notices: tuple[str, ...]


def answer(
    catalog: Catalog, connection: duckdb.DuckDBPyConnection, query: MetricQuery, now: datetime, deadline: float
) -> Answer:
    """The answer to a question on one snapshot.

    connection: the snapshot's gold, opened by open_gold. now: an aware instant, the clock of the question. deadline:
    seconds that each statement may take. Raises a CallerError, with the next step, on what cannot be answered.
    """
    # imported here: BSL and ibis take a second, which starting a server must not wait for
    from warehouse.legs import compiled, compiled_left_out

    calendar = calendar_of(catalog)
    today = calendar.today(now)
    plan = make_plan(catalog, query, today)
    coverage = Coverage.of(catalog, plan, today)
    sql = compiled(plan.shape)
    values = [*plan.bounds, *coverage.buckets(plan, calendar), plan.limit + 1]
    fetched = fetch(connection, sql.sql, values, deadline)
    rows = [Row.of(plan, dict(zip(sql.columns, cells, strict=True))) for cells in fetched[: plan.limit]]
    left_out: list[tuple[Cell, ...]] = []
    if any(each.agg == "unpriced" for leg in plan.shape.legs for each in leg.aggregates):
        left_out = fetch(connection, compiled_left_out(plan.shape).sql, plan.bounds, deadline)
    outcome = Outcome(
        plan=plan,
        coverage=coverage,
        rows=rows,
        truncated=len(fetched) > plan.limit,
        left_out=left_out,
        unknown=unknown_values(catalog, connection, plan, any(row.found for row in rows), deadline),
    )
    return Answer(
        tenant=catalog.tenant.slug,
        columns=_columns(catalog, plan),
        rows=tuple(row.on_the_wire(catalog, plan, coverage) for row in rows),
        row_count=len(rows),
        truncated=outcome.truncated,
        period=PeriodAnswered(
            start=coverage.period.start,
            end=coverage.period.end,
            timezone=catalog.tenant.timezone,
            complete=coverage.complete,
        ),
        currency=catalog.tenant.currency,
        snapshot=catalog.snapshot,
        refreshed_at=catalog.refreshed_at,
        data_through={source.name: source.data_through for source in coverage.sources},
        definitions={name: catalog.metrics[name].description for name in plan.metrics},
        notices=notices_of(catalog, outcome),
    )


def _columns(catalog: Catalog, plan: Plan) -> tuple[Column, ...]:
    columns = []
    for name in plan.shape.group_by:
        if name == DATE:
            columns.append(Column(name=name, label="Date", type="date"))
        else:
            columns.append(Column(name=name, label=catalog.dimensions[name].label, type="text"))
    for name in plan.metrics:
        metric = catalog.metrics[name]
        kind: ColumnType = "integer" if _is_whole(catalog, metric) else "decimal"
        columns.append(Column(name=name, label=metric.label, unit=metric.unit, type=kind))
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
