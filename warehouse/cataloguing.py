"""The catalog of a snapshot, made from the marts' meta and the physical gold tables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import duckdb

from warehouse.catalog import (
    CURRENCY,
    DATE,
    ORDER_KEY,
    Catalog,
    CatalogSource,
    CatalogTenant,
    Dimension,
    Fact,
    Measure,
    Metric,
    MetricType,
    Value,
    condition,
    native_of,
)
from warehouse.errors import RefreshError
from warehouse.formulas import ADDITIVE, Formula, formulas
from warehouse.mart_meta import Aggregation, FactMart, MeasureMeta, MetricMeta, fact_marts
from warehouse.names import is_slug, quote
from warehouse.tenants import Tenant

FEW_VALUES = 100
_LONG_VALUE = 200
_EXACT = re.compile(r"(TINY|SMALL|BIG)?INT|INTEGER|DECIMAL\(.*\)")


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
    are left out and named apart. Raises RefreshError (contract), naming mart, metric or column, where meta and tables
    do not agree.
    """
    marts = fact_marts(mart_meta)
    facts = {mart.meta.fact: _fact(mart, gold) for mart in marts}
    if len(facts) != len(marts):
        raise _wrong("Two marts are one fact", [mart.table for mart in marts])
    names = dict.fromkeys(name for mart in marts for name in mart.meta.dimensions)
    dimensions = {name: _dimension(name, marts, facts, gold) for name in names}
    metas = {name: meta for mart in marts for name, meta in mart.meta.metrics.items()}
    _check_names(marts, facts, dimensions)
    aggregations = {name: measure.agg for fact in facts.values() for name, measure in fact.measures.items()}
    resolved = formulas(metas, aggregations)
    provided = {tag for source in sources for tag in source.provides}
    metrics: dict[str, Metric] = {}
    sets = fact_sets(facts, dimensions)
    for name, meta in metas.items():
        _check_requires(name, meta, resolved[name], facts)
        if provided.issuperset(meta.requires):
            metrics[name] = _metric(meta, resolved[name], aggregations, facts, dimensions, sets)
    used = {metric.dimension_set for metric in metrics.values()}
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
        dimension_sets={key: shared for key, shared in sets.items() if key in used},
        not_offered=tuple(name for name in metas if name not in metrics),
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
    if strange := sorted(set(meta.kinds) - set(meta.dimensions)):
        raise _wrong(f"Mart {table} names kinds of what is no dimension of it", strange)
    measures = {}
    for name, measure in meta.measures.items():
        _check_measure(name, measure, columns)
        measures[name] = Measure(
            agg=measure.agg,
            column=measure.column,
            filter=measure.filter,
            requires=measure.requires,
            unpriced=lacks_rates(table, measure, columns, gold),
        )
    return Fact(
        table=table,
        date=meta.date,
        day=meta.day,
        row=meta.row or ("order" if ORDER_KEY in columns else f"row of {meta.fact}"),
        requires=meta.requires,
        columns=columns,
        dimensions=meta.dimensions,
        kinds=meta.kinds,
        measures=measures,
    )


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
    if measure.column and measure.agg in ("sum", "median") and not is_exact(columns[measure.column]):
        raise _wrong(f"Measure {name} is a {measure.agg} of {columns[measure.column]}", [measure.column])
    if native_of(measure.column, columns) and CURRENCY not in columns:
        raise _wrong(f"Measure {name} needs a column to tell amounts without a rate by", [CURRENCY])


def is_exact(column_type: str) -> bool:
    """Whether a column of that type holds whole numbers or decimals, whose sums are exact."""
    return _EXACT.fullmatch(column_type) is not None


def lacks_rates(table: str, measure: MeasureMeta, columns: Mapping[str, str], gold: duckdb.DuckDBPyConnection) -> bool:
    """Whether a row that comes into the measure has an amount in its own currency and none in the reporting one."""
    native = native_of(measure.column, columns)
    if native is None or measure.column is None:
        return False
    tests = [f"{quote(measure.column)} is null", f"{quote(native)} is not null"]
    tests += [f"{quote(column)} = {wanted}" for column, wanted in map(condition, measure.filter)]
    return bool(gold.execute(f"select exists(from {quote(table)} where {' and '.join(tests)})").fetchall()[0][0])


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
    values = _values(name, carriers, gold)
    return Dimension(label=meta.label, description=description, synonyms=meta.synonyms, type="text", values=values)


def _values(name: str, carriers: Sequence[Fact], gold: duckdb.DuckDBPyConnection) -> tuple[Value, ...] | None:
    kinds = sorted({fact.kind(name) for fact in carriers})
    rows = " union all ".join(
        f"select {quote(name)} as value, {kinds.index(fact.kind(name))} as kind, count(*) as n "
        f"from {quote(fact.table)} group by 1"
        for fact in carriers
    )
    found = gold.execute(
        f"select value, sum(n)::bigint as rows, list_sort(list(distinct kind)) from ({rows}) "
        "where value is not null group by 1 order by rows desc, value limit ?",
        [FEW_VALUES + 1],
    ).fetchall()
    if len(found) > FEW_VALUES or any(len(value) > _LONG_VALUE for value, *_ in found):
        return None
    if len(kinds) == 1:
        return tuple(Value(value=value, rows=count) for value, count, _ in found)
    return tuple(Value(value=value, rows=count, kinds=tuple(kinds[at] for at in of)) for value, count, of in found)


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


def _check_requires(name: str, meta: MetricMeta, formula: Formula, facts: Mapping[str, Fact]) -> None:
    measures = {key: measure for fact in facts.values() for key, measure in fact.measures.items()}
    for key in (*formula.numerator, *(formula.denominator or ())):
        if missing := sorted(set(measures[key].requires) - set(meta.requires)):
            raise _wrong(f"Metric {name} does not require what its measure {key} does", missing)


def fact_sets(facts: Mapping[str, Fact], dimensions: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The dimensions of each fact, `date` first, as the sets that are named after one fact."""
    names = tuple(dimensions)
    return {name: _shared(facts, [name], names) for name in facts}


def dimension_set(
    facts: Mapping[str, Fact], used: Sequence[str], dimensions: Iterable[str], sets: dict[str, tuple[str, ...]]
) -> str:
    """The id of the set of dimensions that the facts `used` share; put into `sets` where it is not there yet."""
    shared = _shared(facts, used, dimensions)
    # a set that is no single fact's is named after what it holds
    set_id = next((known for known, names in sets.items() if names == shared), "_and_".join(shared[1:] or shared))
    sets[set_id] = shared
    return set_id


def _shared(facts: Mapping[str, Fact], used: Sequence[str], dimensions: Iterable[str]) -> tuple[str, ...]:
    carriers = [facts[name] for name in used]
    return (
        DATE,
        *(
            name
            for name in dimensions
            if all(name in fact.dimensions for fact in carriers) and len({fact.kind(name) for fact in carriers}) == 1
        ),
    )


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
        note=meta.note,
        facts=used,
        dimension_set=dimension_set(facts, used, dimensions, sets),
        numerator=formula.numerator,
        denominator=formula.denominator,
    )


def _wrong(what: str, names: Sequence[str]) -> RefreshError:
    at = f": {', '.join(names)}" if names else ""
    return RefreshError("contract", f"{what}{at}. Correct the mart's yml.", retry_safe=False)
