"""A number led back within one snapshot: answer, rows of the star, loads of their payloads, run of the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import duckdb

from warehouse.catalog import Catalog, Metric
from warehouse.cumulative import lineage_plan
from warehouse.gold import Bound, Cell, Deadline, fetch
from warehouse.lineage_answer import (
    FormulaStep,
    Lineage,
    LoadOfPayloads,
    LoadsStep,
    MeasureChain,
    ModelStep,
    RowsStep,
    agreed,
)
from warehouse.lineage_rows import BearingRows, bearing_rows
from warehouse.names import quote
from warehouse.plan import calendar_of
from warehouse.query import MetricQuery
from warehouse.values import Number, combined, on_the_wire, ratio


@dataclass(frozen=True)
class _Star:
    """A snapshot's gold, asked under a deadline."""

    connection: duckdb.DuckDBPyConnection
    deadline: Deadline

    def rows(self, sql: str, *values: Bound) -> list[tuple[Cell, ...]]:
        return fetch(self.connection, sql, values, self.deadline)


def trace(
    catalog: Catalog, connection: duckdb.DuckDBPyConnection, query: MetricQuery, now: datetime, deadline: float
) -> Lineage:
    """The lineage of one number as far as its snapshot tells: without the raw layer.

    query: one metric, with period and filters, ungrouped. connection, now, deadline: as for `answer`. Raises a
    CallerError in the words of `answer` on what cannot be asked.
    """
    # imported here: BSL and ibis take a second, which starting a worker must not wait for
    from warehouse.answer import answer

    given = answer(catalog, connection, query, now, deadline)
    plan = lineage_plan(catalog, query, calendar_of(catalog).today(now))
    [name] = plan.metrics
    metric = catalog.metrics[name]
    [(value,)] = given.rows
    components: dict[str, Decimal | None] = {}
    chains = []
    with Deadline(deadline) as until:
        star = _Star(connection, until)
        for bearing in bearing_rows(catalog, plan):
            chain, component = _chain(star, bearing)
            components[bearing.measure] = component
            chains.append(chain)
    formula = _formula(metric, components, value)
    return Lineage(
        tenant=given.tenant,
        metric=name,
        label=metric.label,
        unit=metric.unit,
        currency=given.currency,
        value=value,
        start=plan.period.start,
        end=plan.period.end,
        where=tuple(part.model_dump(mode="json", exclude_none=True) for part in query.where),
        snapshot=given.snapshot,
        refreshed_at=given.refreshed_at,
        definition=metric.description,
        notices=given.notices,
        agrees=agreed(formula, tuple(chains)),
        formula=formula,
        measures=tuple(chains),
    )


def _formula(metric: Metric, components: Mapping[str, Decimal | None], answered: Number | None) -> FormulaStep:
    numerator = combined(metric.numerator, components)
    if metric.denominator is None:
        found = numerator
        # of days that are covered and empty the answer is 0, of others nothing
        agrees = answered == on_the_wire(found) or (found is None and answered == 0)
    else:
        denominator = combined(metric.denominator, components)
        found = ratio(numerator, denominator, metric.unit)
        empty = ratio(numerator or Decimal(0), denominator, metric.unit)
        agrees = answered in (on_the_wire(found), on_the_wire(empty))
    value = on_the_wire(found)
    says = f"The rows come to {_said(value)}, the answer is {_said(answered)}."
    return FormulaStep(
        agrees=agrees,
        says=None if agrees else says,
        numerator=metric.numerator,
        denominator=metric.denominator,
        value=value,
    )


def _said(value: Number | None) -> str:
    return "nothing" if value is None else str(value)


def _chain(star: _Star, bearing: BearingRows) -> tuple[MeasureChain, Decimal | None]:
    rows, component = _rows(star, bearing)
    model = _model(star, bearing.table)
    chain = MeasureChain(
        measure=bearing.measure,
        fact=bearing.fact,
        table=bearing.table,
        aggregation=bearing.agg,
        column=bearing.column,
        rows=rows,
        model=model,
        loads=_loads(star, bearing),
    )
    return chain, component


def _rows(star: _Star, bearing: BearingRows) -> tuple[RowsStep, Decimal | None]:
    [(count, all_rows, value, nameless)] = star.rows(
        f"""
        with counted as (
            select *, {bearing.bears} as bears from {quote(bearing.table)} where {bearing.counted}
        )
        select count(*) filter (bears), count(*), {bearing.aggregated},
               count(*) filter (bears and (payload_hash is null or _dlt_load_id is null))
        from counted
        """,
        *bearing.values,
    )
    component = None if not all_rows or value is None else Decimal(str(value))
    says = f"Rows of {bearing.table} that name no payload: {nameless:,}."
    step = RowsStep(
        agrees=not nameless,
        says=says if nameless else None,
        count=_whole(count),
        value=0 if not all_rows and value == 0 else on_the_wire(component),
        zeros=_whole(all_rows) - _whole(count),
        without_rate=_without_rate(star, bearing),
    )
    return step, component


def _without_rate(star: _Star, bearing: BearingRows) -> int:
    if bearing.native is None or bearing.column is None:
        return 0
    missing = f"{quote(bearing.column)} is null and {quote(bearing.native)} is not null"
    [(count,)] = star.rows(
        f"select count(*) from {quote(bearing.table)} where {bearing.condition} and {missing}", *bearing.values
    )
    return _whole(count)


def _loads(star: _Star, bearing: BearingRows) -> LoadsStep:
    found = star.rows(
        f"""
        with payloads as (
            select distinct {bearing.payloads}
            from {quote(bearing.table)}
            where {bearing.selected} and payload_hash is not null and _dlt_load_id is not null
        ),
        loads as (select load_id, count(*) as payloads from payloads group by load_id),
        completed as (
            select load_id, min(epoch_us(inserted_at)) // 1000000 as completed_at
            from _dlt_loads where status = 0 group by load_id
        ),
        taken_in as (select distinct load_id from _dlt_loads where status = 1 and schema_name = ?)
        select load_id, completed_at, payloads, taken_in.load_id is not null
        from loads left join completed using (load_id) left join taken_in using (load_id)
        order by load_id
        """,
        *bearing.values,
        f"dbt.{bearing.table}",
    )
    loads = tuple(
        LoadOfPayloads(load_id=str(load), completed_at=_instant(at), payloads=_whole(payloads))
        for load, at, payloads, _ in found
    )
    unknown = [load.load_id for load in loads if load.completed_at is None]
    passed_by = [str(row[0]) for row in found if not row[3]]
    says = None
    if unknown:
        says = f"The ledger names no completed load {_named(unknown)}."
    elif passed_by:
        says = f"By the ledger {bearing.table} has not taken in load {_named(passed_by)}."
    return LoadsStep(agrees=says is None, says=says, payloads=sum(load.payloads for load in loads), loads=loads)


def _named(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more"


def _model(star: _Star, table: str) -> ModelStep:
    [(in_star,)] = star.rows(f"select count(*) from {quote(table)}")
    runs = star.rows(
        """
        select invocation_id, status, epoch_us(completed_at) // 1000000, rows
        from _dlt_dbt_model_runs join _dlt_dbt_invocations using (invocation_id)
        where resource_type = 'model' and ends_with(unique_id, ?)
        order by finished_at desc, invocation_id limit 1
        """,
        f".{table}",
    )
    rows_in_star = _whole(in_star)
    for invocation, status, completed_at, rows in runs:
        left = None if rows is None else _whole(rows)
        return ModelStep(
            agrees=status == "success" and left == rows_in_star,
            says=_model_says(table, str(status), left, rows_in_star),
            name=table,
            invocation_id=str(invocation),
            status=str(status),
            completed_at=_instant(completed_at),
            rows=left,
            rows_in_star=rows_in_star,
        )
    return ModelStep(
        agrees=False,
        says=f"The ledger names no run of {table}.",
        name=table,
        invocation_id=None,
        status=None,
        completed_at=None,
        rows=None,
        rows_in_star=rows_in_star,
    )


def _model_says(table: str, status: str, left: int | None, in_star: int) -> str | None:
    if status != "success":
        return f"The last run of {table} in the ledger is {status}."
    if left is None:
        return f"The ledger does not say how many rows the run of {table} left."
    if left != in_star:
        return f"The run of {table} left {left:,} rows, the star has {in_star:,}."
    return None


def _instant(seconds: Cell) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(_whole(seconds), UTC)


def _whole(cell: Cell) -> int:
    assert isinstance(cell, int)
    return cell
