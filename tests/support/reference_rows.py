"""Groups of facts counted in plain Python over rows: the engine for small stars."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Protocol

from reference_calendar import Days
from reference_filters import Filters, passes
from reference_metrics import FACTS, Part

# sums have more digits than Python's own 28
EXACT = Context(prec=200)


class Rest:
    """The value of a dimension in the group of what is not among the top."""

    def __repr__(self) -> str:
        return "REST"


REST = Rest()
Value = str | date | Rest | None
Key = tuple[Value, ...]


@dataclass(frozen=True)
class Cell:
    """What a part comes to in a group: None where no row has a value; unpriced: some amount has no rate."""

    value: Decimal | None = None
    unpriced: bool = False


Groups = dict[Key, dict[Part, Cell]]


@dataclass(frozen=True)
class Cut:
    """How rows are cut: into days under labels (None: no date), by dimensions; kept: a dimension's top values.

    days: only rows of these, None for all. Rows of days that have no label are left out.
    """

    dimensions: tuple[str, ...] = ()
    labels: Mapping[date, date] | None = None
    days: Days | None = None
    where: Filters = ()
    kept: tuple[str, frozenset[str | None]] | None = None


class Engine(Protocol):
    """Counts groups: keys are the label, where there are labels, and then the dimensions' values."""

    def groups(self, parts: Sequence[Part], cut: Cut) -> Groups: ...

    def extent(self, facts: Sequence[str]) -> Days | None:
        """From the first to the last day of any row of the facts."""
        ...


class Rows:
    """Facts as rows given as dicts, by table."""

    def __init__(self, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        self._tables = {
            name: [row for row in tables.get(fact.table, ()) if fact.counted is None or row[fact.counted]]
            for name, fact in FACTS.items()
        }

    def extent(self, facts: Sequence[str]) -> Days | None:
        days = [_day(row[FACTS[name].day]) for name in facts for row in self._tables[name]]
        return Days(min(days), max(days)) if days else None

    def groups(self, parts: Sequence[Part], cut: Cut) -> Groups:
        groups: Groups = defaultdict(dict)
        for name in dict.fromkeys(part.fact for part in parts):
            gathered: dict[Key, list[Mapping[str, object]]] = defaultdict(list)
            for row in self._tables[name]:
                day = _day(row[FACTS[name].day])
                if (cut.days and not cut.days.first <= day <= cut.days.last) or (
                    cut.labels is not None and day not in cut.labels
                ):
                    continue
                if passes(cut.where, lambda field, row=row: _text(row, field)):  # type: ignore[misc]
                    label = () if cut.labels is None else (cut.labels[day],)
                    gathered[(*label, *(_kept(row, each, cut) for each in cut.dimensions))].append(row)
            for key, rows in gathered.items():
                for part in parts:
                    if part.fact == name:
                        groups[key][part] = _cell(part, rows)
        return dict(groups)


def _cell(part: Part, rows: Sequence[Mapping[str, object]]) -> Cell:
    rows = [row for row in rows if all(bool(row[name.lstrip("!")]) != name.startswith("!") for name in part.only)]
    if part.column is None:
        return Cell(Decimal(len(rows)) if rows else None)
    values = [row[part.column] for row in rows if row.get(part.column) is not None]
    left_out = part.native is not None and any(
        row.get(part.column) is None and row.get(part.native) is not None for row in rows
    )
    return Cell(_HOW[part.how](values) if values else None, left_out)


_HOW: dict[str, Callable[[Sequence[object]], Decimal]] = {
    "sum": lambda values: added(Decimal(str(value)) for value in values),
    "count": lambda values: Decimal(len(values)),
    "distinct": lambda values: Decimal(len(set(values))),
    "median": lambda values: middle([Decimal(str(value)) for value in values]),
}


def added(values: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value)
    return total


def middle(values: Sequence[Decimal]) -> Decimal:
    """The exact median: of an even number of values the mean of the two in the middle."""
    ordered = sorted(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return EXACT.divide(EXACT.add(low, high), Decimal(2))


def _kept(row: Mapping[str, object], dimension: str, cut: Cut) -> Value:
    value = _text(row, dimension)
    return REST if cut.kept and cut.kept[0] == dimension and value not in cut.kept[1] else value


def _text(row: Mapping[str, object], field: str) -> str | None:
    value = row.get(field)
    return None if value is None else str(value)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
