"""Notices: what a reader must know beside the figures, one sentence each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from warehouse.catalog import Catalog, CatalogSource
from warehouse.coverage import Coverage
from warehouse.cumulative import begins_before_data
from warehouse.gold import Cell
from warehouse.plan import Plan, calendar_of
from warehouse.query import MAX_LIMIT


@dataclass(frozen=True)
class Outcome:
    """What a question came to.

    coverage, before: of the period and of the one it is compared with. buckets: those with rows. found, found_before:
    whether there are rows in each. truncated: whether there are more than shown. left_out: (what a row is called,
    currency, number of them) without a rate. lonely: previous buckets that pair with none. unknown: a sentence for
    every filter value that no row has. rest: whether a row is the rest beyond a top.
    """

    plan: Plan
    coverage: Coverage
    before: Coverage | None
    buckets: frozenset[date]
    found: bool
    found_before: bool
    truncated: bool
    left_out: Sequence[tuple[Cell, ...]]
    left_out_before: Sequence[tuple[Cell, ...]]
    lonely: frozenset[date]
    unknown: Sequence[str]
    rest: bool


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
    if outcome.found_before and not outcome.found:
        return ["No rows match in this period, only in the previous one."]
    return [] if outcome.found or outcome.unknown else ["No rows match the question."]


def _left_out(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    told = list(_without_rate(catalog, outcome.left_out, ""))
    return [*told, *_without_rate(catalog, outcome.left_out_before, " of the previous period")]


def _without_rate(catalog: Catalog, left_out: Sequence[tuple[Cell, ...]], when: str) -> Iterator[str]:
    for row in dict.fromkeys(str(row) for row, *_ in left_out):
        found = [(currency, int(str(count))) for name, currency, count in left_out if name == row]
        number = sum(count for _, count in found)
        currencies = ", ".join(sorted(str(currency) for currency, _ in found if currency is not None))
        whose = f" in {currencies}" if currencies else ""
        are = "is" if number == 1 else "are"
        rate = f"without a rate to {catalog.tenant.currency}"
        yield f"{_counted(number, row)}{whose}{when} {rate} {are} left out of amounts."


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
        if current in outcome.buckets:
            return [f"The {bucket.grain.replace('_', ' ')} of {current} is not over."]
    return []


def _partial(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    told = []
    for which, coverage in (("period", outcome.coverage), ("previous period", outcome.before)):
        parts = [_days(source) for source in coverage.partial()] if coverage else []
        if parts:
            told.append(f"Not the whole {which} is covered: {', '.join(parts)}.")
    return told


def _compared(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    pairing, bucket = outcome.plan.pairing, outcome.plan.shape.bucket
    if pairing is None:
        return []
    if pairing.previous.start is None:
        return ["There is nothing to compare with: the period has no partner in the calendar before it."]
    if not outcome.lonely or bucket is None:
        return []
    number = _counted(len(outcome.lonely), bucket.grain.replace("_", " "))
    pair = "pairs" if len(outcome.lonely) == 1 else "pair"
    return [f"{number} of the previous period {pair} with none of this one: in its totals, but in no row."]


def _rest(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    ranking = outcome.plan.ranking
    if ranking is None or not outcome.rest:
        return []
    return [f"Other is every {ranking.dimension} beyond the first {ranking.n} by {ranking.by}, taken together."]


def _reaching_back(catalog: Catalog, outcome: Outcome) -> Sequence[str]:
    return list(begins_before_data(catalog, outcome.plan, outcome.coverage))


NOTICES: tuple[Callable[[Catalog, Outcome], Sequence[str]], ...] = (
    _unknown,
    _nothing,
    _left_out,
    _unmeasured,
    _truncated,
    _rest,
    _compared,
    _not_over,
    _partial,
    _reaching_back,
    _notes,
)


def _days(source: CatalogSource) -> str:
    if source.first_day is None or source.data_through is None:
        return f"{source.name} has no data"
    return f"{source.name} has {source.first_day} to {source.data_through}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
