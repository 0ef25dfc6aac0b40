"""Metrics' formulas, resolved to sums of measures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from warehouse.errors import RefreshError, nearest
from warehouse.mart_meta import Aggregation, MetricMeta, Terms

ADDITIVE: frozenset[Aggregation] = frozenset({"sum", "count"})


@dataclass(frozen=True)
class Formula:
    """Measures with the number of times each is added (negative: taken away), over a denominator or none."""

    numerator: dict[str, int]
    denominator: dict[str, int] | None = None


class NotASum(Exception):
    """Why parts cannot be added up, as what the sum does: "adds the ratio ctr, which does not add up"."""


def sum_of(parts: Iterable[tuple[int, str, Formula]], measures: Mapping[str, Aggregation]) -> dict[str, int]:
    """Measures with the number of times each is added, of parts given as (1 or -1, name, formula).

    Raises NotASum on a part that does not add up, but for one alone, and where nothing is left.
    """
    total: dict[str, int] = {}
    for sign, name, formula in parts:
        if formula.denominator is not None:
            raise NotASum(f"adds the ratio {name}, which does not add up")
        for measure, times in formula.numerator.items():
            total[measure] = total.get(measure, 0) + sign * times
    total = {measure: times for measure, times in total.items() if times}
    if not total:
        raise NotASum("adds up nothing: name a measure or a metric")
    loose = [measure for measure in total if measures[measure] not in ADDITIVE]
    if loose and total != {loose[0]: 1}:
        raise NotASum(f"adds {loose[0]} to others, but it does not add up")
    return total


def formulas(metrics: Mapping[str, MetricMeta], measures: Mapping[str, Aggregation]) -> dict[str, Formula]:
    """The formula of every metric, over measures alone.

    Raises RefreshError (contract) on an unknown name, a circle, or a sum that would add what does not add up.
    """
    resolver = _Resolver(metrics, measures)
    return {name: resolver.formula(name) for name in metrics}


class _Resolver:
    def __init__(self, metrics: Mapping[str, MetricMeta], measures: Mapping[str, Aggregation]) -> None:
        self._metrics = metrics
        self._measures = measures
        self._open: list[str] = []

    def formula(self, name: str) -> Formula:
        if name in self._open:
            raise RefreshError("contract", f"Metric {name} is defined by itself: {' → '.join([*self._open, name])}.")
        meta = self._metrics[name]
        self._open.append(name)
        try:
            if meta.measure is not None:
                if meta.measure not in self._measures:
                    raise self._unknown(name, meta.measure)
                return Formula({meta.measure: 1})
            if meta.terms is not None:
                return Formula(self._sum(name, meta.terms))
            assert meta.ratio is not None
            numerator = self._sum(name, meta.ratio.numerator)
            return Formula(
                {measure: times * meta.ratio.factor for measure, times in numerator.items()},
                self._sum(name, meta.ratio.denominator),
            )
        finally:
            self._open.pop()

    def _sum(self, metric: str, terms: Terms) -> dict[str, int]:
        signed = [(sign, name) for sign, names in ((1, terms.plus), (-1, terms.minus)) for name in names]
        try:
            return sum_of([(sign, name, self._term(metric, name)) for sign, name in signed], self._measures)
        except NotASum as error:
            raise RefreshError("contract", f"Metric {metric} {error}.") from error

    def _term(self, metric: str, name: str) -> Formula:
        if name in self._measures:
            return Formula({name: 1})
        if name not in self._metrics:
            raise self._unknown(metric, name)
        return self.formula(name)

    def _unknown(self, metric: str, name: str) -> RefreshError:
        close = nearest(name, [*self._metrics, *self._measures])
        guess = f"; nearest: {', '.join(close)}" if close else ""
        return RefreshError("contract", f"Metric {metric} refers to {name}, which is no metric or measure{guess}.")
