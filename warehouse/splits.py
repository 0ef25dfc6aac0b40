"""Splits: which dimensions the metrics of one question share, and the refusal of any other."""

from collections.abc import Sequence

from warehouse.catalog import DATE, Catalog, Metric
from warehouse.errors import BadValueError, NotAnswerableError, UnknownNameError, quoted
from warehouse.likeness import dimension_meant, unknown_dimension

_OFFERED = 3


def check_splits(catalog: Catalog, metrics: Sequence[str], fields: Sequence[str]) -> None:
    """Let pass what every one of the metrics can be split and filtered by.

    Metrics asked together count as one: a field must be carried by the facts of all of them and be of the same kind
    in each. Raises UnknownNameError, BadValueError or NotAnswerableError, which names what can be asked instead.
    """
    for field in fields:
        if field == DATE:
            raise BadValueError(
                f"where cannot filter by {quoted(DATE)}: give period instead, e.g. 2026-10-01..2026-10-31."
            )
        if field not in catalog.dimensions:
            shared = shared_by(catalog, metrics)
            unknown = unknown_dimension(catalog, field, shared)
            other = dimension_meant(catalog, field)
            raise unknown if unknown.close or other is None else _by_another_word(catalog, metrics, field, other)
    for metric in metrics:
        for field in fields:
            if field not in catalog.dimensions_of(metric):
                raise NotAnswerableError(
                    f"{quoted(metric)} cannot be split or filtered by {quoted(field)}{_whose(catalog, metric, field)}."
                    f"{_instead(catalog, metrics, metric, fields)} leave {field} out."
                )
    for field in fields:
        # each metric carries it, so it is of one kind in each
        kinds = {_kind(catalog, metric, field): metric for metric in reversed(metrics)}
        if len(kinds) > 1:
            whose = " and ".join(f"the {_spoken(kind)}'s for {kinds[kind]}" for kind in reversed(kinds))
            others = [name for name in shared_by(catalog, metrics) if name != DATE]
            step = f", or split by {' or '.join(others[:_OFFERED])}" if others else ""
            raise NotAnswerableError(f"{quoted(field)} is {whose}: ask them apart{step}.")


def _by_another_word(catalog: Catalog, metrics: Sequence[str], field: str, meant: str) -> UnknownNameError:
    metric = next((name for name in metrics if meant not in catalog.dimensions_of(name)), metrics[0])
    instead = _instead(catalog, metrics, metric, [meant])
    step = f"{quoted(metric)} cannot be split or filtered by it.{instead} leave it out."
    return UnknownNameError("dimension", field, (), step, [meant])


def shared_by(catalog: Catalog, metrics: Sequence[str]) -> list[str]:
    """The dimensions that a question of these metrics can be split by, `date` first."""
    return [
        name
        for name in (DATE, *catalog.dimensions)
        if all(name in catalog.dimensions_of(metric) for metric in metrics)
        and len({_kind(catalog, metric, name) for metric in metrics}) == 1
    ]


def _kind(catalog: Catalog, metric: str, dimension: str) -> str:
    return catalog.facts[catalog.metrics[metric].facts[0]].kind(dimension)


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _whose(catalog: Catalog, metric: str, field: str) -> str:
    """What the field is of in each of the metric's facts, where they all have it."""
    names = catalog.metrics[metric].facts
    if any(field not in catalog.facts[name].dimensions for name in names):
        return ""
    kinds = {catalog.facts[name].kind(field): name for name in reversed(names)}
    return ", which is " + " and ".join(f"the {_spoken(kind)}'s in {_spoken(kinds[kind])}" for kind in reversed(kinds))


def _instead(catalog: Catalog, asked: Sequence[str], metric: str, fields: Sequence[str]) -> str:
    able = [name for name in catalog.listed() if set(fields) <= set(catalog.dimensions_of(name))]
    if not able:
        return " Instead,"
    best = max(able, key=lambda name: _likeness(catalog, metric, name))
    return f" Ask {best} alone, or" if best in asked else f" Ask {best}, which can, or"


def _likeness(catalog: Catalog, metric: str, other: str) -> int:
    """How well another metric does in a metric's place: it is a part of it, of its unit, named alike …"""
    one, two = catalog.metrics[metric], catalog.metrics[other]
    score = 5 if _is_part(two, one) else 4 if _shares_a_part(one, two) else 0
    if one.unit == two.unit:
        # ratios are of all sorts, amounts and counts are not
        score += 1 if one.unit == "ratio" else 3
    if set(metric.split("_")) & set(other.split("_")):
        score += 2
    return score + (one.day == two.day) + (one.additive == two.additive)


def _is_part(part: Metric, whole: Metric) -> bool:
    if whole.denominator is None or part.denominator is not None:
        return False
    return part.numerator in (whole.numerator, whole.denominator)


def _shares_a_part(one: Metric, two: Metric) -> bool:
    if one.denominator is None or two.denominator is None:
        return False
    return one.numerator == two.numerator or one.denominator == two.denominator
