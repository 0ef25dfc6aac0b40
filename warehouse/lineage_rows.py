"""Which rows of the star a number is made of: SQL of its own, so that it can be held against the query's."""

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.catalog import Catalog
from warehouse.gold import Bound
from warehouse.names import quote
from warehouse.plan import Plan, unpriced
from warehouse.query import Op

_COMPARED = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_AGGREGATED = {
    "sum": "sum({})",
    "count": "count({})",
    "count_distinct": "count(distinct {})",
    "median": "(quantile_disc({0}, 0.5)::decimal(20, 4) - quantile_disc(-{0}, 0.5)) * 0.5",
}


@dataclass(frozen=True)
class BearingRows:
    """The rows of one fact that bear one measure of a number.

    agg: how the measure comes of its column; column: None where rows are counted. native: the column of the same amount
    in its own currency, where some row has no rate. condition: what holds of each row, SQL over the fact's columns with
    ? for values. columns: those that the fact's table has.
    """

    measure: str
    fact: str
    table: str
    agg: str
    column: str | None
    native: str | None
    condition: str
    values: tuple[Bound, ...]
    columns: tuple[str, ...]

    @property
    def counted(self) -> str:
        """The condition of the rows that come into the measure."""
        return self.condition if self.column is None else f"{self.condition} and {quote(self.column)} is not null"

    @property
    def bears(self) -> str:
        """What holds of a counted row that bears something: an amount of 0 is no part of a sum."""
        return f"{quote(self.column)} <> 0" if self.column is not None and self.agg == "sum" else "true"

    @property
    def selected(self) -> str:
        """The condition of the rows that bear something."""
        return f"{self.counted} and {self.bears}"

    @property
    def payloads(self) -> str:
        """What identifies the payload of a row: (source_name, source_id, payload_hash, load_id), as a select list.

        source_id is null where the fact does not have it.
        """
        source_id = "source_id" if "source_id" in self.columns else "null::varchar as source_id"
        return f"source_name, {source_id}, payload_hash, _dlt_load_id as load_id"

    @property
    def aggregated(self) -> str:
        """The SQL of the measure's value over its rows."""
        return _AGGREGATED[self.agg].format("*" if self.column is None else quote(self.column))


def bearing_rows(catalog: Catalog, plan: Plan) -> Iterator[BearingRows]:
    """The rows behind each measure of a plan's metrics, in the order that the first metric names its measures."""
    found = {each.measure: each for each in _of_legs(catalog, plan)}
    for metric in plan.metrics:
        for measure in catalog.metrics[metric].measures():
            if measure in found:
                yield found.pop(measure)


def _of_legs(catalog: Catalog, plan: Plan) -> Iterator[BearingRows]:
    for leg in plan.shape.legs:
        natives = {each.name: each.native for each in leg.aggregates if each.agg == "unpriced"}
        for each in leg.aggregates:
            if each.agg in _AGGREGATED:
                tests, values = _tests(plan, leg.date, (*leg.conditions, *each.conditions))
                for one in each.where:
                    test, given = _test(one.field, one.op, one.values)
                    tests.append(test)
                    values += given
                yield BearingRows(
                    measure=each.name,
                    fact=leg.fact,
                    table=leg.table,
                    agg=each.agg,
                    column=each.column,
                    native=natives.get(unpriced(each.name)),
                    condition=" and ".join(tests) or "true",
                    values=tuple(values),
                    columns=tuple(catalog.facts[leg.fact].columns),
                )


def _tests(plan: Plan, day: str, flags: tuple[tuple[str, bool], ...]) -> tuple[list[str], list[Bound]]:
    tests = [quote(column) if wanted else f"not {quote(column)}" for column, wanted in flags]
    values: list[Bound] = []
    if plan.period.start is not None and plan.period.end is not None:
        tests.append(f"{quote(day)} between ? and ?")
        values += [plan.period.start, plan.period.end]
    for alternatives in plan.shape.where:
        held = []
        for condition in alternatives:
            test, given = _test(condition.field, condition.op, plan.texts_of(condition))
            held.append(test)
            values += given
        tests.append(f"({' or '.join(held)})")
    return tests, values


def _test(field: str, op: Op, texts: tuple[str, ...]) -> tuple[str, list[Bound]]:
    column = quote(field)
    given: list[Bound] = list(texts)
    match op:
        case "is_null" | "not_null":
            return f"{column} is {'not ' if op == 'not_null' else ''}null", []
        case "ne":
            return f"{column} is distinct from ?", given
        case "in":
            return f"{column} in ({', '.join('?' * len(given))})", given
        case "not_in":
            return f"({column} is null or {column} not in ({', '.join('?' * len(given))}))", given
        case "contains":
            return f"contains(lower({column}), lower(?))", given
        case "starts_with":
            return f"starts_with(lower({column}), lower(?))", given
        case _:
            return f"{column} {_COMPARED[op]} ?", given
