"""Coverage: which sources a question is about, and which days they have."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.catalog import Catalog, CatalogSource
from warehouse.periods import Calendar, Period
from warehouse.plan import Condition, Plan
from warehouse.query import Op

_OF_A_SOURCE = ("source_name", "platform")


@dataclass(frozen=True)
class Span:
    """Days that a source covers for a measure."""

    source: CatalogSource
    days: Period


@dataclass(frozen=True)
class Coverage:
    """The sources in scope of a question, the days asked for, and the tenant's day it is asked on.

    spans: by measure, the days that its sources in scope cover. unmeasured: by measure and by what it requires beside
    its fact's sources, those of them that no source with that measures. open: no days were asked for; then period runs
    from the first day that a source covers to today, or to the last covered if that is later.
    """

    sources: tuple[CatalogSource, ...]
    spans: Mapping[str, tuple[Span, ...]]
    unmeasured: Mapping[tuple[str, str], tuple[CatalogSource, ...]]
    period: Period
    today: date
    open: bool

    @staticmethod
    def of(catalog: Catalog, plan: Plan, today: date) -> "Coverage":
        """The coverage of a plan: sources that provide what its facts need, narrowed by its filters, and those that
        measure them where a measure requires it."""
        used: set[str] = set()
        spans: dict[str, tuple[Span, ...]] = {}
        unmeasured: dict[tuple[str, str], tuple[CatalogSource, ...]] = {}
        for leg in plan.shape.legs:
            fact = catalog.facts[leg.fact]
            asked = [source for source in catalog.sources if _provides(source, fact.requires) and _asked(source, plan)]
            for name in (each.name for each in leg.aggregates if each.name in fact.measures):
                where = fact.measures[name].where
                own = [one for one in asked if all(_may_meet(each.field, each.op, each.values, one) for each in where)]
                used.update(source.name for source in own)
                covered = [Span(source, _days(source)) for source in own if source.data_through]
                for tag in fact.measures[name].requires:
                    measuring = {source.name: _measuring(catalog, source, tag) for source in own}
                    used.update(one.name for found in measuring.values() for one in found)
                    unmeasured[name, tag] = tuple(source for source in own if not measuring[source.name])
                    covered = [
                        Span(span.source, shared)
                        for span in covered
                        for one in measuring[span.source.name]
                        if one.data_through and (shared := _overlap(span.days, _days(one)))
                    ]
                spans[name] = tuple(covered)
        sources = tuple(source for source in catalog.sources if source.name in used)
        period, is_open = plan.period, plan.period.start is None
        if is_open:
            first = min((source.first_day for source in sources if source.first_day), default=None)
            period = Period(first, max(_last_covered(sources), today))
        return Coverage(sources, spans, unmeasured, period, today, is_open)

    def covers(self, measures: Iterable[str], days: Period, of: Callable[[CatalogSource], bool]) -> bool:
        """Whether any source in scope of one of the measures, `of` those meant, has one of the period's `days`."""
        shared = _overlap(days, self.period)
        return shared is not None and self.reaches(measures, shared, of)

    def reaches(self, measures: Iterable[str], days: Period, of: Callable[[CatalogSource], bool]) -> bool:
        """As covers, of days that may lie outside of the period."""
        return any(
            _overlap(span.days, days) is not None and of(span.source)
            for measure in measures
            for span in self.spans[measure]
        )

    def has_holes(self, plan: Plan) -> bool:
        """Whether there are days within the period, between two that are covered, on which no source covers a measure
        that the plan's dates are ordered by: SQL is told the first and the last only."""
        return plan.shape.bucket is not None and any(map(self._has_hole, plan.shape.dated))

    def _has_hole(self, measure: str) -> bool:
        spans = [_overlap(span.days, self.period) for span in self.spans[measure]]
        reached: date | None = None
        for start, end in sorted((span.start, span.end) for span in spans if span and span.start and span.end):
            if reached is not None and start > reached + timedelta(days=1):
                return True
            reached = end if reached is None else max(reached, end)
        return False

    def buckets(self, plan: Plan, calendar: Calendar) -> tuple[date, ...]:
        """The first and the last bucket (without dates: day) that each measure of `shape.dated` is covered in, in the
        order of their slots; of one that nothing covers, two that nothing lies between."""
        bounds: list[date] = []
        for measure in plan.shape.dated:
            spans = [_overlap(span.days, self.period) for span in self.spans[measure]]
            first = min((span.start for span in spans if span and span.start), default=date.max)
            last = max((span.end for span in spans if span and span.end), default=date.min)
            if first <= last and plan.shape.bucket is not None:
                first, last = (calendar.bucket(day, plan.shape.bucket.grain) for day in (first, last))
            bounds += [first, last]
        return tuple(bounds)

    @property
    def elapsed_end(self) -> date | None:
        """The period's last day, or the last that has come: today, or the last covered day if that is later."""
        return self.period.end and min(self.period.end, max(self.today, _last_covered(self.sources)))

    @property
    def complete(self) -> bool:
        """Whether the period is over on the tenant's clock and every source in scope reaches its end."""
        end = self.period.end
        return (
            end is not None
            and end < self.today
            and all(source.data_through is not None and source.data_through >= end for source in self.sources)
        )

    def partial(self) -> list[CatalogSource]:
        """The sources in scope that have only a part of the period's elapsed days."""
        start, end = self.period.start, self.period.end
        if start is None or end is None or start > self.today:
            return []
        # nobody can have more than yesterday whole; without bounds the sources are measured by one another
        end = _last_covered(self.sources) if self.open else min(end, self.today - timedelta(days=1))
        return [
            source
            for source in self.sources
            if source.first_day is None
            or source.data_through is None
            or source.first_day > start
            or source.data_through < end
        ]


def _provides(source: CatalogSource, tags: Iterable[str]) -> bool:
    return not set(tags).isdisjoint(source.provides)


def _measuring(catalog: Catalog, source: CatalogSource, tag: str) -> list[CatalogSource]:
    return [
        one for one in catalog.sources if tag in one.provides and (one.measures is None or source.name in one.measures)
    ]


def _days(source: CatalogSource) -> Period:
    return Period(source.first_day, source.data_through)


def _last_covered(sources: tuple[CatalogSource, ...]) -> date:
    return max((source.data_through for source in sources if source.data_through), default=date.min)


def _overlap(*periods: Period) -> Period | None:
    start = max((period.start for period in periods if period.start), default=date.min)
    end = min((period.end for period in periods if period.end), default=date.max)
    return Period(start, end) if start <= end else None


def _asked(source: CatalogSource, plan: Plan) -> bool:
    return all(any(_may_hold(each, plan, source) for each in part) for part in plan.shape.where)


def _may_hold(condition: Condition, plan: Plan, source: CatalogSource) -> bool:
    """Whether rows of the source can meet a condition; of other fields anything may be true."""
    return _may_meet(condition.field, condition.op, plan.texts_of(condition), source)


def _may_meet(field: str, op: Op, texts: tuple[str, ...], source: CatalogSource) -> bool:
    if field not in _OF_A_SOURCE:
        return True
    own = source.name if field == "source_name" else source.connector
    match op:
        case "eq" | "in":
            return own in texts
        case "ne" | "not_in":
            return own not in texts
        case "gt":
            return own > texts[0]
        case "gte":
            return own >= texts[0]
        case "lt":
            return own < texts[0]
        case "lte":
            return own <= texts[0]
        case "contains":
            return texts[0].lower() in own
        case "starts_with":
            return own.startswith(texts[0].lower())
        case "is_null":
            return False
        case "not_null":
            return True
