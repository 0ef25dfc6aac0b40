"""Notices: what a reader must know beside the figures, one sentence each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warehouse.catalog import Catalog, CatalogSource
from warehouse.coverage import Coverage
from warehouse.gold import Cell
from warehouse.plan import Plan, calendar_of
from warehouse.query import MAX_LIMIT
from warehouse.rows import Row


@dataclass(frozen=True)
class Outcome:
    """What a question came to.

    truncated: whether there are more rows. left_out: (what a row is called, currency, number of them) without a rate.
    unknown: a sentence for every filter value that no row has.
    """

    plan: Plan
    coverage: Coverage
    rows: Sequence[Row]
    truncated: bool
    left_out: Sequence[tuple[Cell, ...]]
    unknown: Sequence[str]


def notices_of(catalog: Catalog, outcome: Outcome) -> tuple[str, ...]:
    """The notices of an answer: its own, the most important first, then those of the snapshot's sources in scope."""
    elsewhere = {f"{source.name}:" for source in catalog.sources} - {f"{s.name}:" for s in outcome.coverage.sources}
    return (
        *(text for find in NOTICES for text in find(catalog, outcome)),
        *(text for text in catalog.notices if text.split(" ", 1)[0] not in elsewhere),
    )


def _unknown(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    return outcome.unknown


def _nothing(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    found = any(row.found for row in outcome.rows)
    return [] if found or outcome.unknown else ["No rows match the question."]


def _left_out(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    told = []
    for row in dict.fromkeys(str(row) for row, *_ in outcome.left_out):
        found = [(currency, int(str(count))) for name, currency, count in outcome.left_out if name == row]
        number = sum(count for _, count in found)
        currencies = ", ".join(sorted(str(currency) for currency, _ in found if currency is not None))
        whose = f" in {currencies}" if currencies else ""
        are = "is" if number == 1 else "are"
        told.append(
            f"{_counted(number, row)}{whose} without a rate to {catalog.tenant.currency} {are} left out of amounts."
        )
    return told


def _unmeasured(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    told = []
    for (measure, tag), sources in outcome.coverage.unmeasured.items():
        metrics = [name for name in outcome.plan.metrics if measure in catalog.metrics[name].measures()]
        if sources:
            names, whose = ", ".join(source.name for source in sources), "its" if len(sources) == 1 else "their"
            rows = f"{catalog.facts[catalog.fact_of(measure)].row}s"
            told.append(f"No {tag} source measures {names}: {whose} {rows} are not in {' and '.join(metrics)}.")
    return told


def _notes(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    return list(dict.fromkeys(note for name in outcome.plan.metrics if (note := catalog.metrics[name].note)))


def _truncated(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    if not outcome.truncated:
        return []
    limit = outcome.plan.limit
    step = "narrow the question" if limit == MAX_LIMIT else f"raise limit (at most {MAX_LIMIT}) or narrow the question"
    return [f"There are more rows than the {limit} shown: {step}."]


def _not_over(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    period, today, bucket = outcome.plan.period, outcome.coverage.today, outcome.plan.shape.bucket
    if period.start is not None and period.start > today:
        return [f"The period has not begun: it starts on {period.start}."]
    if period.end is not None and period.end >= today:
        return [f"The period is not over: it ends on {period.end}."]
    if period.end is None and bucket is not None:
        current = calendar_of(catalog).bucket(today, bucket.grain)
        if any(row.bucket == current for row in outcome.rows):
            return [f"The {bucket.grain.replace('_', ' ')} of {current} is not over."]
    return []


def _partial(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    parts = [_days(source) for source in outcome.coverage.partial()]
    return [f"Not the whole period is covered: {', '.join(parts)}."] if parts else []


NOTICES: tuple[Callable[[Catalog, Outcome], Sequence[str]], ...] = (
    _unknown,
    _nothing,
    _left_out,
    _unmeasured,
    _truncated,
    _not_over,
    _partial,
    _notes,
)


def _days(source: CatalogSource) -> str:
    if source.first_day is None or source.data_through is None:
        return f"{source.name} has no data"
    return f"{source.name} has {source.first_day} to {source.data_through}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
