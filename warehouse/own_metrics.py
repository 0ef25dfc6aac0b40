"""The operator's own metrics: what metrics.yml says, resolved on a catalog to measures and metrics of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from warehouse.catalog import DATE, Catalog, Fact, Measure, Metric, MetricType, Window
from warehouse.cataloguing import dimension_set, fact_sets
from warehouse.errors import nearest, quoted
from warehouse.formulas import ADDITIVE, Formula, NotASum, sum_of
from warehouse.mart_meta import Aggregation, Unit
from warehouse.metric_rows import Star, unit_is_currency
from warehouse.metrics_file import (
    FILE,
    Count,
    Cumulative,
    Fault,
    Filtered,
    MetricsFile,
    OfColumn,
    OwnMetric,
    Ratio,
    Sum,
)
from warehouse.names import SLUG_RULE, is_slug

_MEND = "Mend that one first"


class _NotOffered(Exception):
    """A part lacks a source, or is for other tenants: the metric is left out without a word, as built-in ones are."""


@dataclass(frozen=True)
class _Part:
    """What a metric comes to, own or built in: a formula over measures, and what an answer must say of it."""

    formula: Formula
    unit: Unit
    day: str | None = None
    notes: tuple[str, ...] = ()
    window: Window | None = None
    measures: Mapping[str, tuple[str, Measure]] = field(default_factory=dict)
    doubts: tuple[tuple[str, str], ...] = ()


def with_own_metrics(catalog: Catalog, file: MetricsFile, gold: duckdb.DuckDBPyConnection) -> Catalog:
    """The catalog with the metrics of a metrics.yml in place of those of another that it may hold.

    gold: a connection whose default schema holds the snapshot's marts; it is only read. What cannot be used is left
    out and named in metric_notices; what a tenant lacks the sources of is left out as built-in metrics are.
    """
    base = _without_own(catalog)
    resolver = _Resolver(base, file, Star(base, gold))
    notices = dict(file.faults)
    made: dict[str, _Part] = {}
    for name in file.metrics:
        try:
            made[name] = resolver.own(name)
        except Fault as fault:
            notices[name] = str(fault)
        except _NotOffered:
            continue
    for name, part in made.items():
        if part.doubts:
            told = "; ".join(f"field where.{at}: {doubt}" for at, doubt in part.doubts)
            notices[name] = f"{FILE}: metric {name}, {told}. Correct it if it is misspelt."
    facts = {
        name: fact.model_copy(update={"measures": {**fact.measures, **_added(made.values(), name)}})
        for name, fact in base.facts.items()
    }
    sets = fact_sets(facts, base.dimensions) | base.dimension_sets
    metrics = base.metrics | {
        name: _metric(name, file.metrics[name], part, facts, base, sets) for name, part in made.items()
    }
    used = {metric.dimension_set for metric in metrics.values()}
    return base.model_copy(
        update={
            "facts": facts,
            "metrics": metrics,
            "dimension_sets": {key: names for key, names in sets.items() if key in used},
            "metric_notices": {name: notices[name] for name in (FILE, *file.faults, *file.metrics) if name in notices},
            "metrics_digest": file.digest,
        }
    )


def _without_own(catalog: Catalog) -> Catalog:
    metrics = {name: metric for name, metric in catalog.metrics.items() if not metric.own}
    used = {metric.dimension_set for metric in metrics.values()}
    return catalog.model_copy(
        update={
            # no name of a built-in measure has two underscores
            "facts": {
                name: fact.model_copy(update={"measures": {k: m for k, m in fact.measures.items() if "__" not in k}})
                for name, fact in catalog.facts.items()
            },
            "metrics": metrics,
            "dimension_sets": {key: names for key, names in catalog.dimension_sets.items() if key in used},
        }
    )


def _added(parts: Iterable[_Part], fact: str) -> dict[str, Measure]:
    return {name: measure for part in parts for name, (of, measure) in part.measures.items() if of == fact}


def _metric(
    name: str,
    own: OwnMetric,
    part: _Part,
    facts: Mapping[str, Fact],
    base: Catalog,
    sets: dict[str, tuple[str, ...]],
) -> Metric:
    formula = part.formula
    measures = {key: m for fact in facts.values() for key, m in fact.measures.items()}
    names = {*formula.numerator, *(formula.denominator or ())}
    used = tuple(key for key, fact in facts.items() if not names.isdisjoint(fact.measures))
    days = {facts[key].day for key in used}
    doubts = [f"{doubt[0].upper()}{doubt[1:]}." for _, doubt in part.doubts]
    notes = dict.fromkeys([*([own.note] if own.note else []), *part.notes, *doubts])
    kind: MetricType = "derived"
    if part.window is not None:
        kind = "cumulative"
    elif formula.denominator is not None:
        kind = "ratio"
    elif list(formula.numerator.values()) == [1]:
        kind = measures[next(iter(formula.numerator))].agg
    return Metric(
        label=own.label or name.replace("_", " ").capitalize(),
        description=own.description,
        unit=part.unit,
        type=kind,
        additive=kind not in ("ratio", "cumulative") and all(measures[key].agg in ADDITIVE for key in names),
        day=part.day or (days.pop() if len(days) == 1 else "own days"),
        synonyms=own.synonyms,
        hidden=own.hidden,
        note=" ".join(notes) or None,
        facts=used,
        dimension_set=dimension_set(facts, used, base.dimensions, sets),
        numerator=formula.numerator,
        denominator=formula.denominator,
        window=part.window,
        own=True,
    )


class _Resolver:
    """Resolves own metrics, each once, in whatever order they refer to one another."""

    def __init__(self, base: Catalog, file: MetricsFile, star: Star) -> None:
        self._base = base
        self._file = file
        self._star = star
        self._measures = {name: (fact, m) for fact, of in base.facts.items() for name, m in of.measures.items()}
        self._provided = {tag for source in base.sources for tag in source.provides}
        self._known: dict[str, _Part | Fault | _NotOffered] = {}
        self._open: list[str] = []

    def own(self, name: str) -> _Part:
        """What an own metric comes to; raises Fault or _NotOffered."""
        if name not in self._known:
            self._open.append(name)
            try:
                _check_name(name, self._base, self._measures)
                self._known[name] = self._resolved(name, self._file.metrics[name])
            except (Fault, _NotOffered) as error:
                self._known[name] = error
            finally:
                self._open.pop()
        known = self._known[name]
        if isinstance(known, _Part):
            return known
        raise known

    def _resolved(self, name: str, metric: OwnMetric) -> _Part:
        match metric.formula:
            case "ratio", Ratio() as ratio:
                part = self._ratio(name, ratio)
            case _, Sum() as terms:
                part = self._derived(name, terms)
            case _, Filtered() as filtered:
                part = self._filtered(name, filtered)
            case _, Cumulative() as cumulative:
                part = self._cumulative(name, cumulative)
            case kind, OfColumn() | Count() as given:
                part = self._aggregate(name, kind, given)
        return part if metric.unit is None else _in_unit(name, part, metric.unit)

    def _ratio(self, name: str, ratio: Ratio) -> _Part:
        above = self._sum(name, "numerator", ratio.numerator)
        below = self._sum(name, "denominator", ratio.denominator)
        numerator = {measure: times * ratio.factor for measure, times in above.formula.numerator.items()}
        # an amount over a count is an amount of each, over an amount it is a share of it
        unit: Unit = "currency" if above.unit == "currency" != below.unit else "ratio"
        return _joined([above, below], Formula(numerator, below.formula.numerator), unit)

    def _derived(self, name: str, terms: Sum) -> _Part:
        whole = self._sum(name, "derived", terms)
        if not self._adds_up(whole):
            [part] = dict.fromkeys((*terms.plus, *terms.minus))
            raise Fault(name, "derived", f"{part} does not add up", "Name metrics that add up")
        return whole

    def _filtered(self, name: str, filtered: Filtered) -> _Part:
        base = self._part(name, "metric", filtered.metric)
        if base.formula.denominator is not None:
            remedy = "Filter what it is made of, and divide these metrics"
            raise Fault(name, "metric", f"{filtered.metric} is a ratio", remedy)
        measures = {key: base.measures.get(key) or self._measures[key] for key in base.formula.numerator}
        facts = tuple(fact for fact in self._base.facts if any(fact == of for of, _ in measures.values()))
        rows = self._star.rows(name, facts, filtered.where)
        self._check_provided(rows.requires)
        made = {f"{name}__{key}": (of, rows.of(measure)) for key, (of, measure) in measures.items()}
        numerator = {f"{name}__{key}": times for key, times in base.formula.numerator.items()}
        return _Part(Formula(numerator), base.unit, base.day, base.notes, measures=made, doubts=rows.doubts)

    def _aggregate(self, name: str, kind: str, given: OfColumn | Count) -> _Part:
        fact, measure, rows = self._star.measure(name, kind, given)
        self._check_fact(fact)
        self._check_provided(measure.requires)
        unit: Unit = "count"
        if unit_is_currency(measure, self._base.facts[fact]):
            unit = "currency"
        elif kind == "sum" and self._base.facts[fact].columns[str(given.column)].startswith("DECIMAL"):
            unit = "number"
        key = f"{name}__{kind}"
        return _Part(Formula({key: 1}), unit, measures={key: (fact, measure)}, doubts=rows.doubts)

    def _cumulative(self, name: str, cumulative: Cumulative) -> _Part:
        base = self._part(name, "metric", cumulative.metric)
        if not self._adds_up(base):
            raise Fault(name, "metric", f"{cumulative.metric} does not add up", "Name a metric that adds up")
        return _Part(base.formula, base.unit, base.day, base.notes, cumulative.window, base.measures)

    def _sum(self, name: str, at: str, terms: Sum) -> _Part:
        signed = [(sign, part) for sign, names in ((1, terms.plus), (-1, terms.minus)) for part in names]
        parts = {part: self._part(name, at, part) for _, part in signed}
        measures = {key: self._agg(key, part.measures) for part in parts.values() for key in part.formula.numerator}
        loose = [part for part, found in parts.items() if not self._adds_up(found)]
        if loose and len(signed) > 1:
            raise Fault(name, at, f"{loose[0]} does not add up", "Name it alone, or metrics that add up")
        try:
            total = sum_of([(sign, part, parts[part].formula) for sign, part in signed], measures)
        except NotASum as error:
            raise Fault(name, at, f"it {error}", "Name metrics that add up") from error
        units = {part.unit for part in parts.values()}
        if "currency" in units and len(units) > 1:
            others = " and ".join(part for part, found in parts.items() if found.unit != "currency")
            raise Fault(name, at, f"it adds amounts and {others}, which is none", "Add what is of one unit")
        return _joined(list(parts.values()), Formula(total), units.pop() if len(units) == 1 else "number")

    def _part(self, metric: str, at: str, name: str) -> _Part:
        """What a name in a formula stands for; built-in ones first, because no own one may have their name."""
        if (built_in := self._base.metrics.get(name)) is not None:
            formula = Formula(built_in.numerator, built_in.denominator)
            # a day that the facts do not say by themselves, as the refund day of refunded_amount
            said = {"own days", *(self._base.facts[fact].day for fact in built_in.facts)}
            day = None if built_in.day in said else built_in.day
            return _Part(formula, built_in.unit, day, (built_in.note,) if built_in.note else ())
        if name in self._base.not_offered or (name in self._file.others and name not in self._measures):
            raise _NotOffered
        if name in self._measures:
            fact, measure = self._measures[name]
            self._check_fact(fact)
            self._check_provided(measure.requires)
            return _Part(Formula({name: 1}), self._unit(name))
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            raise Fault(metric, at, f"it is defined by itself: {circle}", "Break the circle")
        if name in self._file.faults:
            raise Fault(metric, at, f"{name} is left out itself", _MEND)
        if name not in self._file.metrics:
            known = [*self._base.metrics, *self._file.metrics, *self._measures]
            close = nearest(name, [other for other in known if other != metric])
            hint = f"; nearest: {', '.join(close)}" if close else ""
            raise Fault(metric, at, f"unknown metric {quoted(name)}{hint}", "Correct the name")
        try:
            part = self.own(name)
        except Fault as fault:
            raise Fault(metric, at, f"{name} is left out itself", _MEND) from fault
        if part.window is not None:
            raise Fault(metric, at, f"{name} is cumulative, which is no part of another metric", "Name another")
        return part

    def _unit(self, measure: str) -> Unit:
        for metric in self._base.metrics.values():
            if metric.denominator is None and metric.numerator == {measure: 1}:
                return metric.unit
        fact, found = self._measures[measure]
        if unit_is_currency(found, self._base.facts[fact]):
            return "currency"
        return "count" if found.agg in ("count", "count_distinct") else "number"

    def _adds_up(self, part: _Part) -> bool:
        if part.formula.denominator is not None:
            return False
        return all(self._agg(key, part.measures) in ADDITIVE for key in part.formula.numerator)

    def _agg(self, measure: str, made: Mapping[str, tuple[str, Measure]]) -> Aggregation:
        return (made.get(measure) or self._measures[measure])[1].agg

    def _check_fact(self, fact: str) -> None:
        if self._provided.isdisjoint(self._base.facts[fact].requires):
            raise _NotOffered

    def _check_provided(self, requires: Iterable[str]) -> None:
        if not self._provided.issuperset(requires):
            raise _NotOffered


def _joined(parts: list[_Part], formula: Formula, unit: Unit) -> _Part:
    days = {part.day for part in parts}
    return _Part(
        formula,
        unit,
        days.pop() if len(days) == 1 else None,
        tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        None,
        {name: measure for part in parts for name, measure in part.measures.items()},
        tuple(dict.fromkeys(doubt for part in parts for doubt in part.doubts)),
    )


def _in_unit(name: str, part: _Part, unit: Unit) -> _Part:
    if part.unit == "currency":
        fitting: tuple[Unit, ...] = ("currency",)
    elif part.formula.denominator is not None:
        fitting = ("ratio", "number")
    else:
        fitting = ("count", "number")
    if unit not in fitting:
        raise Fault(name, "unit", f"it is {unit}, and the metric is {part.unit}", f"Give {' or '.join(fitting)}")
    return _Part(part.formula, unit, part.day, part.notes, part.window, part.measures, part.doubts)


def _check_name(name: str, base: Catalog, measures: Mapping[str, object]) -> None:
    # imported here: the server reads catalogs before it can afford to import ibis
    import ibis.expr.types as ir

    if not is_slug(name):
        raise Fault(name, None, "the name cannot be used", f"Write {SLUG_RULE}")
    columns = {column for fact in base.facts.values() for column in fact.columns}
    for what, taken in (
        ("a built-in metric's", {*base.metrics, *base.not_offered}),
        ("a built-in measure's", measures),
        ("a dimension's", {DATE, *base.dimensions}),
        ("a column's", columns),
        ("one of ibis's own", {name} if hasattr(ir.Table, name) else ()),
    ):
        if name in taken:
            raise Fault(name, None, f"the name is {what}", "Choose another")
