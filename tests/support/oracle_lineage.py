"""Which payloads bear a figure of the oracle's, for the check of the product's own lineage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from oracle_facts import Facts, Row
from oracle_filters import passes
from oracle_metrics import DAYS, MEASURES, METRICS, Sum
from oracle_records import Bearer


@dataclass(frozen=True)
class Cited:
    """A payload and the source that it came from."""

    source_name: str
    bearer: Bearer


def bearing_rows(
    facts: Facts,
    metric: str,
    where: Iterable[object] = (),
    start: date | None = None,
    end: date | None = None,
) -> list[tuple[str, Row]]:
    """The rows that a figure is made of, each with its fact; those of a ratio's denominator are among them.

    A sum is made of rows with an amount other than zero, a count of every row, anything else of the rows that have a
    value. start, end and the filters are as in oracle.value.
    """
    asked = METRICS[metric]
    sums = (asked,) if isinstance(asked, Sum) else (asked.numerator, asked.denominator)
    filters = list(where)
    found: dict[int, tuple[str, Row]] = {}
    for name in sorted({name for one in sums for name in (*one.plus, *one.minus)}):
        measure = MEASURES[name]
        for row in getattr(facts, measure.fact):
            day = row[DAYS[measure.fact]]
            if not row["is_counted"] or (start and day < start) or (end and day > end):
                continue
            if measure.bears(row) and all(passes(row, one) for one in filters):
                found[id(row)] = (measure.fact, row)
    return list(found.values())


def bearers(
    facts: Facts,
    metric: str,
    where: Iterable[object] = (),
    start: date | None = None,
    end: date | None = None,
) -> set[Cited]:
    """The payloads of those rows."""
    return {
        Cited(str(row["source_name"]), bearer)
        for _, row in bearing_rows(facts, metric, where, start, end)
        if isinstance(bearer := row["bearer"], Bearer)
    }
