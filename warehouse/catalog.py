"""What can be asked of one snapshot: facts, dimensions, metrics and freshness, published beside its gold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from warehouse.errors import RefreshError
from warehouse.formulas import ADDITIVE, Formula, formulas
from warehouse.mart_meta import Aggregation, FactMart, MeasureMeta, MetricMeta, Unit, fact_marts
from warehouse.names import is_slug, quote
from warehouse.tenants import Tenant

DATE = "date"
FEW_VALUES = 100
_LONG_VALUE = 200
_EXACT = re.compile(r"(TINY|SMALL|BIG)?INT|INTEGER|DECIMAL\(.*\)")
# amounts without a rate are told as so many orders in such a currency
_LEFT_OUT_BY = frozenset({"order_key", "currency"})

DimensionType = Literal["text"]
MetricType = Literal["sum", "count", "count_distinct", "median", "derived", "ratio"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CatalogTenant(_Frozen):
    """The tenant, and what its calendar and its amounts go by."""

    slug: str
    name: str
    timezone: str
    currency: str
    week_start: str
    fiscal_year_start: int


class CatalogSource(_Frozen):
    """One source: what it provides (store, …), and the first and last business day that it covers."""

    name: str
    connector: str
    provides: tuple[str, ...]
    first_day: date | None = None
    data_through: date | None = None


class Measure(_Frozen):
    """One aggregate of a fact; filter names boolean columns, "not " before one that must be false.

    unpriced: some counted row of this snapshot has an amount in its own currency and none in the reporting currency.
    """

    agg: Aggregation
    column: str | None = None
    filter: tuple[str, ...] = ()
    unpriced: bool = False


class Fact(_Frozen):
    """One fact: its table, its date column, what that day is called, its physical columns with their types."""

    table: str
    date: str
    day: str
    requires: tuple[str, ...]
    columns: dict[str, str]
    dimensions: tuple[str, ...]
    measures: dict[str, Measure]


class Value(_Frozen):
    """A value of a dimension and the number of fact rows that have it."""

    value: str
    rows: int


class Dimension(_Frozen):
    """One dimension; values: all of them, the most frequent first, of a text that has few, else None."""

    label: str
    description: str
    synonyms: tuple[str, ...] = ()
    type: DimensionType
    values: tuple[Value, ...] | None = None


class Metric(_Frozen):
    """One metric.

    numerator, denominator: measures with the number of times each is added (negative: taken away); only ratios have
    a denominator. day: which day a value falls on. dimension_set: the id of the dimensions that it can be split by.
    """

    label: str
    description: str
    unit: Unit
    type: MetricType
    additive: bool
    day: str
    synonyms: tuple[str, ...] = ()
    hidden: bool = False
    facts: tuple[str, ...]
    dimension_set: str
    numerator: dict[str, int]
    denominator: dict[str, int] | None = None

    def measures(self) -> Iterator[str]:
        """The measures that the metric is made of, the numerator's first."""
        yield from self.numerator
        yield from (name for name in self.denominator or () if name not in self.numerator)


class Catalog(_Frozen):
    """Everything that a query of one snapshot needs beside the rows. Immutable, as the snapshot is."""

    version: Literal[1] = 1
    tenant: CatalogTenant
    snapshot: str
    refreshed_at: datetime
    sources: tuple[CatalogSource, ...]
    facts: dict[str, Fact]
    dimensions: dict[str, Dimension]
    metrics: dict[str, Metric]
    dimension_sets: dict[str, tuple[str, ...]]
    notices: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The catalog as the text of catalog.json."""
        return self.model_dump_json(indent=1)

    @staticmethod
    def from_json(text: str | bytes) -> "Catalog":
        """The catalog of a catalog.json; raises pydantic's ValidationError on one of another version."""
        return Catalog.model_validate_json(text)

    def listed(self) -> dict[str, Metric]:
        """The metrics that may be asked for, by name."""
        return {name: metric for name, metric in self.metrics.items() if not metric.hidden}

    def fact_of(self, measure: str) -> str:
        """The name of the fact that a measure belongs to; raises KeyError on an unknown one."""
        for name, fact in self.facts.items():
            if measure in fact.measures:
                return name
        raise KeyError(measure)

    def dimensions_of(self, metric: str) -> tuple[str, ...]:
        """The dimensions that a metric can be split and filtered by, `date` first."""
        return self.dimension_sets[self.metrics[metric].dimension_set]


def build_catalog(
    mart_meta: Mapping[str, object],
    tenant: Tenant,
    snapshot: str,
    refreshed_at: datetime,
    sources: Sequence[CatalogSource],
    notices: Sequence[str],
    gold: duckdb.DuckDBPyConnection,
) -> Catalog:
    """The catalog of a snapshot, from the marts' meta and the physical gold tables.

    mart_meta: {mart: {"meta", "columns": {column: {"description", "data_type", "meta"}}}} as in a dbt manifest. gold:
    a connection whose default schema holds the marts; it is only read. Metrics whose `requires` no source provides
    are left out. Raises RefreshError (contract), naming mart, metric or column, where meta and tables do not agree.
    """
    marts = fact_marts(mart_meta)
    facts = {mart.meta.fact: _fact(mart, gold) for mart in marts}
    if len(facts) != len(marts):
        raise _wrong("Two marts are one fact", [mart.table for mart in marts])
    dimensions = {name: _dimension(name, marts, facts, gold) for mart in marts for name in mart.meta.dimensions}
    metas = {name: meta for mart in marts for name, meta in mart.meta.metrics.items()}
    _check_names(marts, facts, dimensions)
    aggregations = {name: measure.agg for fact in facts.values() for name, measure in fact.measures.items()}
    resolved = formulas(metas, aggregations)
    provided = {tag for source in sources for tag in source.provides}
    metrics: dict[str, Metric] = {}
    sets: dict[str, tuple[str, ...]] = {}
    for name, meta in metas.items():
        if provided.issuperset(meta.requires):
            metrics[name] = _metric(meta, resolved[name], aggregations, facts, dimensions, sets)
    return Catalog(
        tenant=CatalogTenant(
            slug=tenant.slug,
            name=tenant.name,
            timezone=tenant.timezone,
            currency=tenant.currency,
            week_start=tenant.week_start,
            fiscal_year_start=tenant.fiscal_year_start,
        ),
        snapshot=snapshot,
        refreshed_at=refreshed_at,
        sources=tuple(sources),
        facts=facts,
        dimensions=dimensions,
        metrics=metrics,
        dimension_sets=sets,
        notices=tuple(notices),
    )


def _fact(mart: FactMart, gold: duckdb.DuckDBPyConnection) -> Fact:
    meta, table = mart.meta, mart.table
    try:
        described = gold.execute(f"describe {quote(table)}").fetchall()
    except duckdb.CatalogException as error:
        raise _wrong("The mart is not in gold", [table]) from error
    columns = {str(row[0]): str(row[1]) for row in described}
    named = {name for measure in meta.measures.values() for name in _columns(measure)}
    missing = sorted({meta.date, *meta.dimensions, *named} - set(columns))
    if missing:
        raise _wrong(f"Mart {table} has no such column", missing)
    if columns[meta.date] != "DATE":
        raise _wrong(f"The date of mart {table} is {columns[meta.date]} instead of DATE", [meta.date])
    measures = {}
    for name, measure in meta.measures.items():
        _check_measure(name, measure, columns)
        unpriced = _unpriced(table, measure, columns, gold)
        measures[name] = Measure(agg=measure.agg, column=measure.column, filter=measure.filter, unpriced=unpriced)
    return Fact(
        table=table,
        date=meta.date,
        day=meta.day,
        requires=meta.requires,
        columns=columns,
        dimensions=meta.dimensions,
        measures=measures,
    )


def condition(text: str) -> tuple[str, bool]:
    """A measure's filter as (boolean column, wanted value): "not is_gift_card" → ("is_gift_card", False)."""
    column = text.removeprefix("not ")
    return column, column == text


def _columns(measure: MeasureMeta) -> set[str]:
    own = {measure.column} if measure.column else set()
    return own | {condition(text)[0] for text in measure.filter}


def _check_measure(name: str, measure: MeasureMeta, columns: Mapping[str, str]) -> None:
    if measure.column is None and measure.agg != "count":
        raise _wrong(f"Measure {name} is a {measure.agg} and names no column", [])
    for column in (condition(text)[0] for text in measure.filter):
        if columns[column] != "BOOLEAN":
            raise _wrong(f"The filter of measure {name} is {columns[column]} instead of BOOLEAN", [column])
    # a DOUBLE is no number here: its sums are not exact
    if measure.column and measure.agg in ("sum", "median") and not _EXACT.fullmatch(columns[measure.column]):
        raise _wrong(f"Measure {name} is a {measure.agg} of {columns[measure.column]}", [measure.column])
    if native_of(measure.column, columns) and not _LEFT_OUT_BY.issubset(columns):
        raise _wrong(f"Measure {name} needs columns to count amounts without a rate", sorted(_LEFT_OUT_BY))


def _unpriced(table: str, measure: MeasureMeta, columns: Mapping[str, str], gold: duckdb.DuckDBPyConnection) -> bool:
    native = native_of(measure.column, columns)
    if native is None or measure.column is None:
        return False
    tests = [f"{quote(measure.column)} is null", f"{quote(native)} is not null"]
    tests += [f"{quote(column)} = {wanted}" for column, wanted in map(condition, measure.filter)]
    return bool(gold.execute(f"select exists(from {quote(table)} where {' and '.join(tests)})").fetchall()[0][0])


def native_of(column: str | None, columns: Mapping[str, str]) -> str | None:
    """The column that holds the same amount in the row's own currency, if there is one."""
    native = f"native_{column}"
    return native if native in columns else None


def _dimension(
    name: str, marts: Sequence[FactMart], facts: Mapping[str, Fact], gold: duckdb.DuckDBPyConnection
) -> Dimension:
    carriers = [fact for fact in facts.values() if name in fact.dimensions]
    for fact in carriers:
        if fact.columns[name] != "VARCHAR":
            raise _wrong(
                f"Dimension {name} of mart {fact.table} is {fact.columns[name]}, not VARCHAR as in all", [name]
            )
    definitions = [
        mart.definitions[name] for mart in marts if name in mart.definitions and name in mart.meta.dimensions
    ]
    if len(definitions) != 1:
        raise _wrong(f"The dimension must be defined at one fact's column, not at {len(definitions)}", [name])
    (meta, description) = definitions[0]
    values = _values(name, [fact.table for fact in carriers], gold)
    return Dimension(label=meta.label, description=description, synonyms=meta.synonyms, type="text", values=values)


def _values(name: str, tables: Sequence[str], gold: duckdb.DuckDBPyConnection) -> tuple[Value, ...] | None:
    rows = " union all ".join(f"select {quote(name)} as value from {quote(table)}" for table in tables)
    found = gold.execute(
        f"select value, count(*) as n from ({rows}) where value is not null group by 1 order by n desc, value limit ?",
        [FEW_VALUES + 1],
    ).fetchall()
    if len(found) > FEW_VALUES or any(len(value) > _LONG_VALUE for value, _ in found):
        return None
    return tuple(Value(value=value, rows=count) for value, count in found)


def _check_names(marts: Sequence[FactMart], facts: Mapping[str, Fact], dimensions: Mapping[str, Dimension]) -> None:
    # imported here: the server reads catalogs before it can afford to import ibis
    import ibis.expr.types as ir

    physical = {column for fact in facts.values() for column in fact.columns}
    taken: set[str] = {DATE, *dimensions}
    for name in (name for mart in marts for name in (*mart.meta.measures, *mart.meta.metrics)):
        if name in taken:
            raise _wrong("The name is used twice among dimensions, measures and metrics", [name])
        taken.add(name)
    for name in (name for mart in marts for name in mart.meta.measures):
        if name in physical:
            # BSL then reads the column where the measure is meant, without an error
            raise _wrong("The measure has the name of a column", [name])
    for name in taken:
        if not is_slug(name):
            raise _wrong("The name is not of lower-case letters, digits and single underscores", [name])
        if name != DATE and hasattr(ir.Table, name):
            raise _wrong("The name is one of ibis's own", [name])


def _metric(
    meta: MetricMeta,
    formula: Formula,
    aggregations: Mapping[str, Aggregation],
    facts: Mapping[str, Fact],
    dimensions: Mapping[str, Dimension],
    sets: dict[str, tuple[str, ...]],
) -> Metric:
    measures = {*formula.numerator, *(formula.denominator or ())}
    used = tuple(name for name, fact in facts.items() if not measures.isdisjoint(fact.measures))
    shared = (DATE, *(name for name in dimensions if all(name in facts[fact].dimensions for fact in used)))
    set_id = next((known for known, names in sets.items() if names == shared), "_and_".join(used))
    sets[set_id] = shared
    days = {facts[fact].day for fact in used}
    kind: MetricType = "derived"
    if formula.denominator is not None:
        kind = "ratio"
    elif meta.measure is not None:
        kind = aggregations[meta.measure]
    return Metric(
        label=meta.label,
        description=meta.description,
        unit=meta.unit,
        type=kind,
        additive=formula.denominator is None and all(aggregations[name] in ADDITIVE for name in measures),
        day=meta.day or (days.pop() if len(days) == 1 else "own days"),
        synonyms=meta.synonyms,
        hidden=meta.hidden,
        facts=used,
        dimension_set=set_id,
        numerator=formula.numerator,
        denominator=formula.denominator,
    )


def _wrong(what: str, names: Sequence[str]) -> RefreshError:
    at = f": {', '.join(names)}" if names else ""
    return RefreshError("contract", f"{what}{at}. Correct the mart's yml.", retry_safe=False)
