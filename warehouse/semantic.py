"""Catalog → the YAML that BSL's own loader reads: one flat model a fact."""

import yaml

from warehouse.catalog import DATE, Catalog, Fact, Measure, Metric, condition

_AGGREGATIONS = {"sum": "sum", "count": "count", "count_distinct": "nunique", "median": "median"}


def semantic_yaml(catalog: Catalog) -> str:
    """The catalog as a semantic layer of BSL, for `from_yaml(file, tables={mart: table})`.

    One model a fact with its dimensions and measures; metrics of one fact stand under their own names, or under their
    measure's where a column has the metric's. Metrics over several facts are left out: BSL's joins would give wrong
    sums. So are the operator's of some values of a column, because BSL's expressions are code, in which no text of a
    file should stand, and cumulative ones, whose windows reach beyond the days asked for.
    """
    models = {name: _model(catalog, name, fact) for name, fact in catalog.facts.items()}
    return yaml.safe_dump(models, sort_keys=False, allow_unicode=True, width=110)


def _model(catalog: Catalog, name: str, fact: Fact) -> dict[str, object]:
    told = {key: measure for key, measure in fact.measures.items() if not measure.where}
    own = {
        key: metric
        for key, metric in catalog.listed().items()
        if metric.facts == (name,) and metric.window is None and told.keys() >= set(metric.measures())
    }
    direct: dict[str, str] = {}
    for key, metric in own.items():
        if metric.denominator is None and list(metric.numerator.values()) == [1] and key not in fact.columns:
            # a built-in metric comes before an operator's of the same measure
            direct.setdefault(next(iter(metric.numerator)), key)
    names = {measure: direct.get(measure, measure) for measure in told}
    measures = {
        names[key]: {"expr": _expression(measure), **_about(catalog.metrics.get(names[key]))}
        for key, measure in told.items()
    }
    calculated = {
        key: {"expr": _calculation(metric, names), **_about(metric)}
        for key, metric in own.items()
        if key not in measures and key not in fact.columns
    }
    dimensions: dict[str, object] = {
        DATE: {
            "expr": f"_.{fact.date}",
            "description": f"The {fact.day}.",
            "is_time_dimension": True,
            "smallest_time_grain": "TIME_GRAIN_DAY",
        }
    }
    for key in fact.dimensions:
        dimensions[key] = {"expr": f"_.{key}", "description": catalog.dimensions[key].description}
    return {
        "table": fact.table,
        "dimensions": dimensions,
        "measures": measures,
        **({"calculated_measures": calculated} if calculated else {}),
    }


def _about(metric: Metric | None) -> dict[str, object]:
    if metric is None:
        return {}
    return {"description": metric.description, "metadata": {"label": metric.label, "unit": metric.unit}}


def _expression(measure: Measure) -> str:
    tests = [f"_.{column}" if wanted else f"~_.{column}" for column, wanted in map(condition, measure.filter)]
    where = f"where={' & '.join(tests)}" if tests else ""
    column = f".{measure.column}" if measure.column else ""
    return f"_{column}.{_AGGREGATIONS[measure.agg]}({where})"


def _calculation(metric: Metric, names: dict[str, str]) -> str:
    numerator = _sum(metric.numerator, names)
    if metric.denominator is None:
        return numerator
    return f"({numerator}) / ({_sum(metric.denominator, names)}).nullif(0)"


def _sum(times: dict[str, int], names: dict[str, str]) -> str:
    return " + ".join(
        f"_.{names[name]} * {count}" if count != 1 else f"_.{names[name]}" for name, count in times.items()
    )
