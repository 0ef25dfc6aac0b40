"""What query_metric must answer, by the contract's text: the steps in plain Python over exact figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from reference_calendar import Calendar, Days, Pairing, paired
from reference_coverage import Coverage, Only, Source
from reference_filters import passes
from reference_metrics import METRICS, Part, Terms, facts_of
from reference_question import Question, question
from reference_rows import EXACT, REST, Cell, Cut, Engine, Groups, Key, Value

Figure = Decimal | None


@dataclass(frozen=True)
class World:
    """A tenant's star with what the catalog's JSON says of its sources and its calendar."""

    calendar: Calendar
    sources: tuple[Source, ...]
    engine: Engine


@dataclass(frozen=True)
class Expected:
    """An answer; cells are exact figures, days, texts, or REST. left: rows that the limit cut off."""

    columns: tuple[tuple[str, str | None, str], ...]
    rows: list[list[object]]
    left: list[list[object]]
    totals: list[object] | None
    other_rows: list[int] | None
    rest: str
    days: Days | None
    start: date | None
    end: date | None
    complete: bool
    previous_asked: bool
    previous: Days | None
    data_through: dict[str, date | None]


@dataclass
class Line:
    """A row while it is made: its key, and its figures by column."""

    key: dict[str, Value]
    figures: dict[str, Figure] = field(default_factory=dict)
    before: date | None = None

    @property
    def is_rest(self) -> bool:
        return REST in self.key.values()


def expected(world: World, given: Mapping[str, object], today: date) -> Expected:
    """The answer to query_metric's arguments on the tenant's day `today`. Raises Refused."""
    provided = {tag for source in world.sources for tag in source.provides}
    return _Answering(world, question(given, world.calendar, provided, today), today).answer()


class _Answering:
    def __init__(self, world: World, asked: Question, today: date) -> None:
        self.asked, self.today, self.world = asked, today, world
        self.parts = tuple(dict.fromkeys(part for name in asked.metrics for part in METRICS[name].parts))
        self.coverage = Coverage.of(world.sources, self.parts, asked.where)
        self.days = asked.period.days
        self.pairing: Pairing | None = None
        if asked.compare:
            self.pairing = paired(world.calendar, asked.period, asked.compare, today, asked.grain)
        self.kept = self._kept()

    def answer(self) -> Expected:
        asked = self.asked
        start, end = self.coverage.first, max(self.coverage.last or self.today, self.today)
        if self.days is not None:
            start, end = self.days.first, self.days.last
        lines = self._lines(start, end)
        total = self._total()
        self._show(lines, total)
        lines = [line for line in lines if passes(asked.having, lambda name, line=line: line.figures[name])]  # type: ignore[misc]
        lines = self._ordered(lines)
        rows = [self._row(line) for line in lines]
        others = [at for at, line in enumerate(lines[: asked.limit]) if line.is_rest]
        return Expected(
            columns=self._columns(),
            rows=rows[: asked.limit],
            left=rows[asked.limit :],
            totals=self._row(total) if asked.totals else None,
            other_rows=others if asked.top else None,
            rest="Other (rest)" if self.kept and "Other" in self.kept[1] else "Other",
            days=self.days,
            start=start,
            end=end,
            complete=end < self.today and self.coverage.reach(end),
            previous_asked=self.pairing is not None,
            previous=self.pairing.days if self.pairing else None,
            data_through={source.name: source.days.last if source.days else None for source in self.coverage.sources},
        )

    def _groups(self, days: Days | None, labels: Mapping[date, date] | None, dimensions: tuple[str, ...]) -> Groups:
        kept = self.kept if self.kept and self.kept[0] in dimensions else None
        return self.world.engine.groups(self.parts, Cut(dimensions, labels, days, self.asked.where, kept))

    def _kept(self) -> tuple[str, frozenset[str | None]] | None:
        top = self.asked.top
        if top is None:
            return None
        cut = Cut((top.dimension,), None, self.days, self.asked.where)
        groups = self.world.engine.groups(self.parts, cut)
        ranked = []
        for (value,), cells in groups.items():
            figure = self._figure(top.by, cells, self.days, _only({top.dimension: value}, None))
            ranked.append((figure is None, (figure or Decimal(0)).copy_negate(), value is None, value or ""))
        return top.dimension, frozenset(None if null else str(value) for *_, null, value in sorted(ranked)[: top.n])

    def _lines(self, start: date | None, end: date) -> list[Line]:
        asked, calendar, pairing = self.asked, self.world.calendar, self.pairing
        now, before = self._groups(self.days, self._labels(), asked.dimensions), {}
        if pairing and pairing.days:
            labels = None
            if asked.grain:
                whole = {label: calendar.bucket(first, asked.grain) for label, first in pairing.pairs.items()}
                shared = {label: bucket.shared(pairing.days) for label, bucket in whole.items()}
                labels = {day: label for label, days in shared.items() if days for day in days}
            before = self._groups(pairing.days, labels, asked.dimensions)
        keys = dict.fromkeys([*now, *before] if asked.group_by else [()])
        if asked.fill_gaps:
            keys |= dict.fromkeys(self._gaps(list(keys), start, end))
        lines = []
        for key in keys:
            names = ("date", *asked.dimensions) if asked.grain else asked.dimensions
            line = Line(dict(zip(names, key, strict=True)))
            only = _only(line.key, self.kept)
            own = line.key.get("date")
            days = self.days
            if asked.grain and isinstance(own, date):
                whole_bucket = calendar.bucket(own, asked.grain)
                days = whole_bucket.shared(days) if days else whole_bucket
            for name in asked.metrics:
                line.figures[name] = self._figure(name, now.get(key, {}), days, only)
            if pairing:
                self._compare(line, before.get(key, {}), only)
            lines.append(line)
        return lines

    def _labels(self) -> dict[date, date] | None:
        grain = self.asked.grain
        if grain is None:
            return None
        days = self.days or self.world.engine.extent(facts_of(self.asked.metrics))
        buckets = self.world.calendar.buckets(days, grain) if days else []
        return {day: bucket.first for bucket in buckets for day in bucket if not days or days.first <= day <= days.last}

    def _gaps(self, keys: Sequence[Key], start: date | None, end: date) -> list[Key]:
        last = min(end, max(self.today, self.coverage.last or self.today))
        if start is None or last < start:
            return []
        assert self.asked.grain is not None
        others = dict.fromkeys(key[1:] for key in keys) if self.asked.dimensions else {(): None}
        buckets = self.world.calendar.buckets(Days(start, last), self.asked.grain)
        return [(bucket.first, *other) for bucket in buckets for other in others]

    def _compare(self, line: Line, cells: Mapping[Part, Cell], only: Only) -> None:
        assert self.pairing is not None
        days = self.pairing.days
        own = line.key.get("date")
        if self.asked.grain and isinstance(own, date):
            line.before = self.pairing.pairs.get(own)
            bucket = line.before and self.world.calendar.bucket(line.before, self.asked.grain)
            days = bucket.shared(days) if bucket and days else None
        for name in self.asked.metrics:
            now, before = line.figures[name], self._figure(name, cells, days, only) if days else None
            line.figures[f"{name}__previous"] = before
            change = None
            if now is not None and before is not None:
                change = ratio(EXACT.subtract(now, before), before.copy_abs(), 6)
            line.figures[f"{name}__change"] = change

    def _total(self) -> Line:
        line = Line(dict.fromkeys(self.asked.group_by))
        everything: Only = lambda source: True  # noqa: E731
        cells = self._groups(self.days, None, ()).get((), {})
        for name in self.asked.metrics:
            line.figures[name] = self._figure(name, cells, self.days, everything)
        if self.pairing:
            past = self._groups(self.pairing.days, None, ()).get((), {}) if self.pairing.days else {}
            line.key = {}
            self._compare(line, past, everything)
            line.key = dict.fromkeys(self.asked.group_by)
        return line

    def _show(self, lines: list[Line], total: Line) -> None:
        for name in self.asked.metrics:
            whole = total.figures[name]
            for line in (*lines, total):
                if "share" in self.asked.show:
                    line.figures[f"{name}__share"] = ratio(line.figures[name], whole, 6)
                line.figures[f"{name}__running"] = None
            sums: dict[tuple[object, ...], Decimal] = {}
            for line in sorted(lines, key=lambda line: str(line.key.get("date"))):
                own, value = tuple(v for k, v in line.key.items() if k != "date"), line.figures[name]
                if value is not None:
                    sums[own] = EXACT.add(sums.get(own, Decimal(0)), value)
                    line.figures[f"{name}__running"] = sums[own]

    def _ordered(self, lines: list[Line]) -> list[Line]:
        def value(name: str) -> Callable[[Line], object]:
            def of(line: Line) -> object:
                found = line.key.get(name) if name in self.asked.group_by else line.figures[name]
                return None if found is REST else found

            return of

        keys: list[tuple[Callable[[Line], object], bool]] = [(value(name), down) for name, down in self.asked.order_by]
        keys.insert(1 if self.asked.order_by and self.asked.order_by[0][0] == "date" else 0, (_rest, False))
        # by the last key first: Python's sort leaves equals as they are
        for of, down in reversed(keys):
            known = [line for line in lines if of(line) is not None]
            lines = sorted(known, key=of, reverse=down) + [line for line in lines if of(line) is None]  # type: ignore[arg-type]
        return lines

    def _figure(self, name: str, cells: Mapping[Part, Cell], days: Days | None, only: Only) -> Figure:
        metric = METRICS[name]
        over = self._sum(metric.over, cells, days, only)
        if metric.under is None or over is None:
            return over
        return ratio(
            EXACT.multiply(over, Decimal(metric.factor)), self._sum(metric.under, cells, days, only), metric.places
        )

    def _sum(self, terms: Terms, cells: Mapping[Part, Cell], days: Days | None, only: Only) -> Figure:
        found = [(sign, cells.get(part, Cell())) for sign, part in terms]
        if any(cell.value is not None for _, cell in found):
            total = Decimal(0)
            for sign, cell in found:
                total = EXACT.add(total, EXACT.multiply(Decimal(sign), cell.value or Decimal(0)))
            return total
        if any(cell.unpriced for _, cell in found) or any(part.how == "median" for _, part in terms):
            return None
        return Decimal(0) if any(self.coverage.covers(part, days, only) for _, part in terms) else None

    def _columns(self) -> tuple[tuple[str, str | None, str], ...]:
        columns: list[tuple[str, str | None, str]] = []
        for name in self.asked.group_by:
            columns.append((name, None, "date" if name == "date" else "text"))
            if name == "date" and self.pairing:
                columns.append(("date__previous", None, "date"))
        for name in self.asked.metrics:
            kind = "integer" if METRICS[name].whole else "decimal"
            for suffix in self.asked.suffixes:
                is_ratio = suffix in ("__change", "__share")
                columns.append(
                    (f"{name}{suffix}", "ratio" if is_ratio else METRICS[name].unit, "decimal" if is_ratio else kind)
                )
        return tuple(columns)

    def _row(self, line: Line) -> list[object]:
        row: list[object] = []
        for name in self.asked.group_by:
            row.append(line.key[name])
            if name == "date" and self.pairing:
                row.append(line.before)
        return row + [line.figures[name] for name in self.asked.figures]


def ratio(over: Figure, under: Figure, places: int) -> Figure:
    """over / under rounded half-even; None where either is missing or the lower one is 0."""
    if over is None or not under:
        return None
    return EXACT.divide(over, under).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, EXACT)


def _rest(line: Line) -> object:
    return line.is_rest


def _only(key: Mapping[str, Value], kept: tuple[str, frozenset[str | None]] | None) -> Only:
    """Which sources a group can be of."""

    def passes_one(source: Source, name: str, own: str) -> bool:
        if name not in key:
            return True
        if key[name] is REST:
            return kept is not None and own not in kept[1]
        return key[name] == own

    def passes_both(source: Source) -> bool:
        return passes_one(source, "source_name", source.name) and passes_one(source, "platform", source.connector)

    return passes_both
