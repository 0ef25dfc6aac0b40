"""Which sources a question is about and which days they have, as the contract says it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reference_calendar import Days
from reference_filters import Filters
from reference_metrics import FACTS, Part


@dataclass(frozen=True)
class Source:
    """A source as the catalog's JSON has it; measures: the stores that a property measures, None for all."""

    name: str
    connector: str
    provides: tuple[str, ...]
    measures: tuple[str, ...] | None
    days: Days | None

    @staticmethod
    def of(given: Mapping[str, object]) -> "Source":
        first, last, measures = given["first_day"], given["data_through"], given["measures"]
        provides = given["provides"]
        assert isinstance(provides, list | tuple)
        return Source(
            str(given["name"]),
            str(given["connector"]),
            tuple(map(str, provides)),
            tuple(map(str, measures)) if isinstance(measures, list | tuple) else None,
            Days(date.fromisoformat(str(first)), date.fromisoformat(str(last))) if first and last else None,
        )


Only = Callable[[Source], bool]


@dataclass(frozen=True)
class Coverage:
    """The sources in scope, and by part the days that they have, each with its source."""

    sources: tuple[Source, ...]
    spans: Mapping[Part, tuple[tuple[Source, Days], ...]]

    @staticmethod
    def of(sources: Sequence[Source], parts: Sequence[Part], where: Filters) -> "Coverage":
        used: dict[str, Source] = {}
        spans: dict[Part, tuple[tuple[Source, Days], ...]] = {}
        for part in parts:
            own = [each for each in sources if FACTS[part.fact].provider in each.provides and _may_pass(each, where)]
            found = [(each, each.days) for each in own if each.days]
            used |= {each.name: each for each in own}
            if part.measured:
                # a store's day counts where a property that measures the store has it too
                both = [(each, property_) for each in own for property_ in sources if _measures(property_, each)]
                used |= {property_.name: property_ for _, property_ in both}
                shared = [(each, each.days and each.days.shared(at.days)) for each, at in both if at.days]
                found = [(each, days) for each, days in shared if days]
            spans[part] = tuple(found)
        return Coverage(tuple(used.values()), spans)

    def covers(self, part: Part, days: Days | None, only: Only) -> bool:
        """Whether one of the days (None: any) is had by a source that passes `only`."""
        return any(only(source) and (days is None or days.shared(span)) for source, span in self.spans[part])

    @property
    def first(self) -> date | None:
        return min((source.days.first for source in self.sources if source.days), default=None)

    @property
    def last(self) -> date | None:
        return max((source.days.last for source in self.sources if source.days), default=None)

    def reach(self, day: date) -> bool:
        """Whether every source has got as far as the day."""
        return all(source.days is not None and source.days.last >= day for source in self.sources)


def _measures(property_: Source, store: Source) -> bool:
    measures = property_.measures
    return "google_analytics" in property_.provides and (measures is None or store.name in measures)


def _may_pass(source: Source, where: Filters) -> bool:
    own = {"source_name": source.name, "platform": source.connector}
    return all(any(each.field not in own or each.holds(own[each.field]) for each in part) for part in where)
