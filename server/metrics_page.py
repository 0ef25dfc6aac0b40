"""docs/metrics.md: every metric that a tenant could have, from the meta beside the marts.

`python -m server.metrics_page` writes the page after a metric or dimension was added or changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb
import yaml

from warehouse.catalog import DATE, Catalog, CatalogSource, Metric
from warehouse.cataloguing import build_catalog
from warehouse.mart_meta import FactMart, MeasureMeta, MetricMeta, Terms, fact_marts
from warehouse.names import quote
from warehouse.tenants import Tenant

_INTRODUCTION = """\
# Metrics

<!-- Written by `python -m server.metrics_page` from the yml beside each mart; not edited by hand. -->

Every metric that can be asked for, with what it means and what it can be split by. A tenant has those whose sources it
has; `gata-mcp metrics TENANT` shows them. Amounts are in the tenant's reporting currency, days in its time zone (those
of ads and visits: in the account's or property's own). A metric that adds up may be summed over groups; any other is
computed anew for each group and for the total.
"""
_MATRIX = """\
## What can be split by what

✓: a metric can be split and filtered by the dimension. Anything else is refused, and the refusal names a metric that
can. Every metric can be split by date. Metrics asked together count as one: they share what all of them have, and
source_name, platform and currency only where these are of the same (a store, an ad account, a property).
"""


@cache
def marts_as_written() -> dict[str, dict[str, object]]:
    """The marts' meta as their yml has it, in the shape of a dbt manifest, with the columns' types."""
    marts: dict[str, dict[str, object]] = {}
    folder = files("warehouse") / "dbt" / "models" / "marts"
    for file in sorted((each for each in folder.iterdir() if each.name.endswith(".yml")), key=lambda each: each.name):
        for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]:
            columns = {
                column["name"]: {
                    "description": column.get("description", ""),
                    "data_type": column["data_type"],
                    "meta": column.get("config", {}).get("meta", {}),
                }
                for column in model["columns"]
            }
            marts[model["name"]] = {"meta": model.get("config", {}).get("meta", {}), "columns": columns}
    return marts


@cache
def whole_catalog() -> Catalog:
    """The catalog of a tenant that has every source and no rows yet."""
    marts = marts_as_written()
    tags = sorted({tag for mart in fact_marts(marts) for tag in _needed(mart)})
    tenant = Tenant.model_validate({"slug": "any", "name": "Any", "timezone": "UTC", "currency": "USD", "sources": {}})
    source = CatalogSource(name="any", connector="any", provides=tuple(tags))
    with duckdb.connect(":memory:") as gold:
        for name, mart in marts.items():
            columns = mart["columns"]
            assert isinstance(columns, Mapping)
            typed = ", ".join(f"{quote(column)} {body['data_type']}" for column, body in columns.items())
            gold.execute(f"create table {quote(name)} ({typed})")
        return build_catalog(marts, tenant, "none", datetime(2026, 1, 1, tzinfo=UTC), [source], (), gold)


def _needed(mart: FactMart) -> Iterator[str]:
    for metric in mart.meta.metrics.values():
        yield from metric.requires


def metrics_page() -> str:
    """The text of docs/metrics.md."""
    catalog = whole_catalog()
    marts = fact_marts(marts_as_written())
    metas = {name: meta for mart in marts for name, meta in mart.meta.metrics.items() if not meta.hidden}
    measures = {name: (mart, body) for mart in marts for name, body in mart.meta.measures.items()}
    return "\n".join(
        [
            _INTRODUCTION,
            *(line for name, meta in metas.items() for line in _section(name, meta, catalog, measures)),
            _MATRIX,
            *_matrix(catalog),
            "",
            *_dimensions(catalog),
        ]
    )


def _section(
    name: str, meta: MetricMeta, catalog: Catalog, measures: Mapping[str, tuple[FactMart, MeasureMeta]]
) -> Iterator[str]:
    metric = catalog.metrics[name]
    yield f"## {name}"
    yield ""
    yield f"**{metric.label}.** {metric.description}"
    yield ""
    yield f"- **Is**: {_formula(meta, measures)}"
    yield f"- **Unit**: {metric.unit}, {_adds_up(metric)}"
    yield f"- **Day**: {'each part on its own' if metric.day == 'own days' else metric.day}"
    yield f"- **Facts**: {', '.join(metric.facts)}"
    yield f"- **Needs**: {', '.join(meta.requires)}"
    yield f"- **Split and filtered by**: {', '.join(catalog.dimensions_of(name))}"
    if metric.synonyms:
        yield f"- **Also called**: {', '.join(metric.synonyms)}"
    if metric.note:
        yield f"- **Mind**: {metric.note}"
    yield ""


def _adds_up(metric: Metric) -> str:
    kinds = {"ratio": "a ratio", "median": "a median", "count_distinct": "a distinct count"}
    return "adds up" if metric.additive else f"does not add up ({kinds.get(metric.type, metric.type)})"


def _formula(meta: MetricMeta, measures: Mapping[str, tuple[FactMart, MeasureMeta]]) -> str:
    if meta.measure is not None:
        return _aggregate(*measures[meta.measure])
    if meta.terms is not None:
        return _sum(meta.terms, measures)
    assert meta.ratio is not None
    times = f"{meta.ratio.factor} × " if meta.ratio.factor != 1 else ""
    above, below = (_bracketed(_sum(part, measures)) for part in (meta.ratio.numerator, meta.ratio.denominator))
    return f"{times}{above} / {below}"


def _bracketed(formula: str) -> str:
    return f"({formula})" if " + " in formula or " − " in formula else formula


def _sum(terms: Terms, measures: Mapping[str, tuple[FactMart, MeasureMeta]]) -> str:
    added = " + ".join(_term(name, measures) for name in terms.plus)
    return " − ".join([added, *(_term(name, measures) for name in terms.minus)])


def _term(name: str, measures: Mapping[str, tuple[FactMart, MeasureMeta]]) -> str:
    return _aggregate(*measures[name]) if name in measures else name


def _aggregate(mart: FactMart, measure: MeasureMeta) -> str:
    of = f"{mart.table}.{measure.column}" if measure.column else f"rows of {mart.table}"
    where = f" where {' and '.join(measure.filter)}" if measure.filter else ""
    return f"`{measure.agg.replace('_', ' ')} of {of}{where}`"


def _matrix(catalog: Catalog) -> Iterator[str]:
    yield f"| metric | {' | '.join(catalog.dimensions)} |"
    yield f"|---|{':-:|' * len(catalog.dimensions)}"
    for name in catalog.listed():
        able = catalog.dimensions_of(name)
        yield f"| {name} | {' | '.join('✓' if each in able else '' for each in catalog.dimensions)} |"


def _dimensions(catalog: Catalog) -> Iterator[str]:
    yield "## Dimensions"
    yield ""
    yield "| dimension | means | facts | also called |"
    yield "|---|---|---|---|"
    days = ", ".join(dict.fromkeys(fact.day for fact in catalog.facts.values()))
    yield f"| {DATE} | The day that a value falls on, in grains from day to fiscal year: {days}. | all | |"
    for name, one in catalog.dimensions.items():
        facts = _carriers(catalog, name)
        yield f"| {name} | {one.description} | {facts} | {', '.join([one.label, *one.synonyms])} |"
    yield ""


def _carriers(catalog: Catalog, dimension: str) -> str:
    """The facts that carry a dimension, with what it is of in each where that differs."""
    of: dict[str, list[str]] = {}
    for name, fact in catalog.facts.items():
        if dimension in fact.dimensions:
            of.setdefault(fact.kind(dimension), []).append(name)
    kinds: Iterable[tuple[str, list[str]]] = of.items()
    return "; ".join(
        f"{', '.join(names)} ({kind.replace('_', ' ')})" if len(of) > 1 else ", ".join(names) for kind, names in kinds
    )


if __name__ == "__main__":
    page = Path(__file__).parent.parent / "docs" / "metrics.md"
    page.write_text(metrics_page(), encoding="utf-8")
