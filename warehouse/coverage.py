"""Coverage: which sources a question is about, and which days they have."""

from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.catalog import Catalog, CatalogSource
from warehouse.periods import Period
from warehouse.plan import Condition, Plan

_OF_A_SOURCE = ("source_name", "platform")


@dataclass(frozen=True)
class Coverage:
    """The sources in scope of a question, the days asked for, and the tenant's day it is asked on.

    open: no days were asked for; then period runs from the first day that a source covers to today, or to the last
    covered if that is later.
    """

    sources: tuple[CatalogSource, ...]
    period: Period
    today: date
    open: bool

    @staticmethod
    def of(catalog: Catalog, plan: Plan, today: date) -> "Coverage":
        """The coverage of a plan: sources that provide what its facts need, narrowed by its filters."""
        needed = {tag for leg in plan.shape.legs for tag in catalog.facts[leg.fact].requires}
        sources = tuple(
            source
            for source in catalog.sources
            if not needed.isdisjoint(source.provides)
            and all(any(_may_hold(each, plan, source) for each in part) for part in plan.shape.where)
        )
        if plan.period.start is not None:
            return Coverage(sources, plan.period, today, open=False)
        first = min((source.first_day for source in sources if source.first_day), default=None)
        return Coverage(sources, Period(first, max(_last_covered(sources), today)), today, open=True)

    def covers(self, days: Period, source_name: str | None = None, platform: str | None = None) -> bool:
        """Whether any source in scope, or of the named source or platform, has one of the period's `days`."""
        return any(
            _overlap(Period(source.first_day, source.data_through), days, self.period)
            for source in self.sources
            if source.data_through is not None
            and source_name in (None, source.name)
            and platform in (None, source.connector)
        )

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


def _last_covered(sources: tuple[CatalogSource, ...]) -> date:
    return max((source.data_through for source in sources if source.data_through), default=date.min)


def _overlap(*periods: Period) -> bool:
    start = max((period.start for period in periods if period.start), default=date.min)
    return start <= min((period.end for period in periods if period.end), default=date.max)


def _may_hold(condition: Condition, plan: Plan, source: CatalogSource) -> bool:
    """Whether rows of the source can meet a condition; of other fields anything may be true."""
    if condition.field not in _OF_A_SOURCE:
        return True
    own = source.name if condition.field == "source_name" else source.connector
    texts = plan.texts_of(condition)
    match condition.op:
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
