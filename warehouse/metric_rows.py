"""Which rows of a fact an own metric is of: its facts, columns and conditions, checked against the star."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.catalog import CURRENCY, DATE, Catalog, Fact, Measure, Restriction, condition, native_of
from warehouse.cataloguing import is_exact, lacks_rates
from warehouse.errors import nearest, quoted
from warehouse.mart_meta import Aggregation, MeasureMeta
from warehouse.metrics_file import Condition, Count, Fault, OfColumn
from warehouse.names import quote
from warehouse.query import BLANK, LISTS, Op

_TEXT, _FLAG = "VARCHAR", "BOOLEAN"
_NATIVE = "native_"
_EXACTLY: tuple[Op, ...] = ("eq", "in")
_CORRECT = "Correct the name"
_FEW = 10


@dataclass(frozen=True)
class Rows:
    """What holds of the rows of an own metric: conditions as a Measure has them, and what a source must provide.

    doubts: a sentence for every value that no row has, "No row has channel …", by field.
    """

    filter: tuple[str, ...] = ()
    where: tuple[Restriction, ...] = ()
    requires: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()

    def of(self, measure: Measure) -> Measure:
        """A measure over those of its rows."""
        return measure.model_copy(
            update={
                "filter": tuple(dict.fromkeys((*measure.filter, *self.filter))),
                "where": tuple(dict.fromkeys((*measure.where, *self.where))),
                "requires": tuple(dict.fromkeys((*measure.requires, *self.requires))),
            }
        )


@dataclass(frozen=True)
class Star:
    """The facts of a catalog with the built-in measures alone, and the gold that they are of, which is only read."""

    catalog: Catalog
    gold: duckdb.DuckDBPyConnection

    def fact(self, metric: str, name: str) -> str:
        """The fact of that name, or of that mart; raises Fault."""
        for known, fact in self.catalog.facts.items():
            if name in (known, fact.table):
                return known
        raise _unknown(metric, "fact", "fact", name, self.catalog.facts)

    def rows(self, metric: str, facts: Sequence[str], where: Sequence[Condition]) -> Rows:
        """What `where` asks of the rows of all these facts; raises Fault where one of them cannot be asked so."""
        filters: list[str] = []
        restrictions: list[Restriction] = []
        requires: list[str] = []
        doubts: list[tuple[str, str]] = []
        for each in where:
            fact = self._carrier(metric, facts, each.field)
            if fact.columns[each.field] == _FLAG:
                text = _flag(metric, each, fact)
                filters.append(text)
                requires += _required_with(fact, text)
            else:
                restriction = _restriction(metric, each)
                restrictions.append(restriction)
                unseen = self._unseen(facts, restriction)
                doubts += [(each.field, self._doubt(facts, restriction, value)) for value in unseen]
        return Rows(tuple(filters), tuple(restrictions), tuple(requires), tuple(doubts))

    def measure(self, metric: str, kind: str, given: OfColumn | Count) -> tuple[str, Measure, Rows]:
        """An aggregate over a column: its fact, and its measure, of the rows that count for the fact's own metrics."""
        name = self.fact(metric, given.fact)
        fact = self.catalog.facts[name]
        agg: Aggregation = "count_distinct" if kind == "distinct" else "sum" if kind == "sum" else "count"
        if given.column is not None:
            _check_column(metric, agg, given.column, fact)
        rows = self.rows(metric, [name], given.where)
        meta = MeasureMeta(agg=agg, column=given.column, filter=_counting(fact))
        measure = Measure(agg=agg, column=given.column, filter=meta.filter)
        if agg == "sum":
            lacking = lacks_rates(fact.table, meta, fact.columns, self.gold)
            measure = measure.model_copy(update={"unpriced": lacking})
        return name, rows.of(measure), rows

    def _carrier(self, metric: str, facts: Sequence[str], field: str) -> Fact:
        carriers = [self.catalog.facts[name] for name in facts]
        if field == DATE or any(fact.date == field for fact in carriers):
            remedy = "Leave it out: the period of a question says which days"
            raise Fault(metric, "where", f"{field} is the day", remedy)
        if len(carriers) > 1:
            self._check_shared(metric, facts, field)
        elif field not in carriers[0].columns:
            known = [column for column, kind in carriers[0].columns.items() if kind in (_TEXT, _FLAG)]
            what = f"dimension or column of {facts[0]}"
            raise _unknown(metric, "where", what, field, [*carriers[0].dimensions, *known])
        elif carriers[0].columns[field] not in (_TEXT, _FLAG):
            what = f"{field} is {carriers[0].columns[field]}"
            raise Fault(metric, f"where.{field}", what, "Filter by columns of text, or of true and false")
        return carriers[0]

    def _check_shared(self, metric: str, facts: Sequence[str], field: str) -> None:
        carriers = {name: self.catalog.facts[name] for name in facts}
        made_of = " and ".join(facts)
        if field not in self.catalog.dimensions:
            raise _unknown(metric, "where", f"dimension of {made_of}", field, self.catalog.dimensions)
        shared = [
            name
            for name in self.catalog.dimensions
            if all(name in fact.dimensions for fact in carriers.values())
            and len({fact.kind(name) for fact in carriers.values()}) == 1
        ]
        if field in shared:
            return
        without = [name for name, fact in carriers.items() if field not in fact.dimensions]
        what = f"{field} is no dimension of {' and '.join(without)}"
        if not without:
            what = f"{field} is not the same in {made_of}"
        remedy = f"Filter by {', '.join(shared)}" if shared else "Filter its parts, each by its own"
        raise Fault(metric, "where", f"{what}, and it is made of {made_of}" if without else what, remedy)

    def _unseen(self, facts: Sequence[str], restriction: Restriction) -> list[str]:
        if restriction.op not in _EXACTLY:
            return []
        column = quote(restriction.field)
        rows = " union all ".join(f"select {column} as v from {quote(self.catalog.facts[f].table)}" for f in facts)
        if not self.gold.execute(f"select exists(select 1 from ({rows}))").fetchall()[0][0]:
            return []
        found = self.gold.execute(
            f"select distinct v from ({rows}) where v in (select unnest(?))", [list(restriction.values)]
        ).fetchall()
        return [value for value in restriction.values if (value,) not in found]

    def _doubt(self, facts: Sequence[str], restriction: Restriction, value: str) -> str:
        dimension = self.catalog.dimensions.get(restriction.field)
        close = nearest(value, [each.value for each in (dimension.values or ())] if dimension else [])
        hint = f"; nearest: {', '.join(close)}" if close else ""
        return f"no row of {' or '.join(facts)} has {restriction.field} {quoted(value)}{hint}"


def unit_is_currency(measure: Measure, fact: Fact) -> bool:
    """Whether a measure is an amount in the reporting currency."""
    return measure.agg in ("sum", "median") and native_of(measure.column, fact.columns) is not None


def _counting(fact: Fact) -> tuple[str, ...]:
    """What every measure of a fact asks of a row: an order that does not count is in no metric."""
    every = list(fact.measures.values())
    return tuple(text for text in every[0].filter if all(text in each.filter for each in every)) if every else ()


def _required_with(fact: Fact, text: str) -> list[str]:
    """What all measures require that ask the same of a row: who is measured is known only where something measures."""
    found = [set(measure.requires) for measure in fact.measures.values() if text in measure.filter]
    return sorted(set.intersection(*found)) if found else []


def _check_column(metric: str, agg: Aggregation, column: str, fact: Fact) -> None:
    if column not in fact.columns:
        raise _unknown(metric, "column", f"column of {fact.table}", column, fact.columns)
    kind = fact.columns[column]
    if agg == "count_distinct" and kind != _TEXT and not kind.endswith("INT") and kind != "INTEGER":
        raise Fault(metric, "column", f"{column} is {kind}", "Count distinct values of text or whole numbers")
    if agg == "sum" and not is_exact(kind):
        raise Fault(metric, "column", f"{column} is {kind}", "Sum whole numbers or decimals")
    if agg == "sum" and column.startswith(_NATIVE) and column.removeprefix(_NATIVE) in fact.columns:
        what = f"{column} holds amounts of several currencies"
        raise Fault(metric, "column", what, f"Sum {column.removeprefix(_NATIVE)}, which is in the reporting one")
    if agg == "sum" and native_of(column, fact.columns) and CURRENCY not in fact.columns:
        raise Fault(
            metric, "column", f"{fact.table} has no {CURRENCY} to tell amounts without a rate by", "Sum another"
        )


def _flag(metric: str, given: Condition, fact: Fact) -> str:
    field = given.field
    if given.op not in (None, "eq") or not isinstance(given.value, bool):
        what = f"it holds true or false, and {quoted(given.op or given.value)} is neither"
        raise Fault(metric, f"where.{field}", what, "Give true or false")
    if (field, not given.value) in map(condition, _counting(fact)):
        what = f"rows where it is {str(given.value).lower()} come into no metric of {fact.table}"
        raise Fault(metric, f"where.{field}", what, "Leave it out")
    return field if given.value else f"not {field}"


def _restriction(metric: str, given: Condition) -> Restriction:
    at = f"where.{given.field}"
    many = isinstance(given.value, list)
    op: Op = given.op or ("in" if many else "eq")
    if op in BLANK:
        if given.value is not None:
            raise Fault(metric, at, f"{op} takes no value", "Leave value out")
        return Restriction(field=given.field, op=op)
    if many and op not in LISTS:
        raise Fault(metric, at, f"{op} takes one value, not a list", "Use in or not_in for a list")
    values = given.value if isinstance(given.value, list) else [given.value]
    if not values:
        raise Fault(metric, at, "the list is empty", "Give at least one value")
    for value in values:
        if value is None:
            raise Fault(metric, at, "it has no value", "Give one, or use the op is_null or not_null")
        if not isinstance(value, str):
            raise Fault(metric, at, f"{quoted(value)} is read as no text", "Put it in quotes")
        # a marker of a bound value would be taken for one
        if value.startswith("@@") or any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
            raise Fault(metric, at, f"{quoted(value)} cannot be compared with", "Leave it out")
    return Restriction(field=given.field, op=op, values=tuple(values))


def _unknown(metric: str, field: str, what: str, name: str, known: Iterable[str]) -> Fault:
    names = list(known)
    close = nearest(name, names)
    hint = f"; nearest: {', '.join(close)}" if close else f"; known: {', '.join(names)}" if len(names) < _FEW else ""
    return Fault(metric, field, f"unknown {what} {quoted(name)}{hint}", _CORRECT)
