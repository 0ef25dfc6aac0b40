"""Rows: what SQL gave, brought to the asked metrics' values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from warehouse.catalog import DATE, Catalog, CatalogSource, Metric
from warehouse.coverage import Coverage
from warehouse.gold import Cell
from warehouse.periods import Period
from warehouse.plan import REST, Plan, calendar_of, unpriced
from warehouse.values import combined, ratio
from warehouse.windows import window_days

_Covered = Callable[[Iterable[str]], bool]


@dataclass(frozen=True)
class Row:
    """One row of SQL: its group-by cells, and its components, None where no row of a fact stands behind one.

    is_rest: it is the group of everything beyond the top values. windows: by cumulative metric, the components of its
    window that ends with the row's bucket.
    """

    keys: Mapping[str, Cell]
    components: Mapping[str, Decimal | None]
    is_rest: bool = False
    windows: Mapping[str, Mapping[str, Decimal | None]] = field(default_factory=dict)

    @staticmethod
    def of(plan: Plan, cells: Mapping[str, Cell]) -> "Row":
        """A row of the plan's SQL, by column name."""
        components: dict[str, Decimal | None] = {}
        for leg in plan.shape.legs:
            for each in leg.aggregates:
                cell = cells[each.name]
                # a count of 0 is a count of nothing, as a sum over no rows is
                nothing = cell is None or (each.agg not in ("sum", "median") and cell == 0)
                components[each.name] = None if nothing else cell if isinstance(cell, Decimal) else Decimal(str(cell))
        return Row({name: cells[name] for name in plan.shape.group_by}, components, bool(cells.get(REST)))

    @staticmethod
    def empty(plan: Plan, keys: Mapping[str, Cell], is_rest: bool = False) -> "Row":
        """A row of a group that no row of a fact stands behind."""
        return Row(keys, {each.name: None for leg in plan.shape.legs for each in leg.aggregates}, is_rest)

    def key(self) -> tuple[tuple[Cell, ...], bool]:
        """What tells its group from others within a bucket."""
        return tuple(cell for name, cell in self.keys.items() if name != DATE), self.is_rest

    @property
    def found(self) -> bool:
        """Whether any row of a fact stands behind it."""
        parts = (self.components, *self.windows.values())
        return any(value is not None for part in parts for value in part.values())

    @property
    def bucket(self) -> date | None:
        """The first day of its bucket, where the question is split by date."""
        day = self.keys.get(DATE)
        return day if isinstance(day, date) else None

    def values(self, catalog: Catalog, plan: Plan, coverage: Coverage) -> dict[str, Decimal | None]:
        """The values of the plan's metrics by name."""

        def covered(measures: Iterable[str]) -> bool:
            return coverage.covers(measures, self._days(catalog, plan, coverage), self._may_be_of(plan))

        return {
            name: self._of_window(name, catalog, plan, coverage)
            if name in plan.cumulative
            else self._value(catalog.metrics[name], catalog, covered)
            for name in plan.metrics
        }

    def _of_window(self, name: str, catalog: Catalog, plan: Plan, coverage: Coverage) -> Decimal | None:
        """The value of a cumulative metric: what any source covers of its window decides between 0 and null."""
        metric, end = catalog.metrics[name], coverage.elapsed_end
        bucket = self._days(catalog, plan, coverage)
        if metric.window is None or end is None or bucket.end is None or (bucket.start and bucket.start > end):
            return None
        days = window_days(metric.window, min(bucket.end, end), calendar_of(catalog))

        def covered(measures: Iterable[str]) -> bool:
            return coverage.reaches(measures, days, self._may_be_of(plan))

        summed = {**dict.fromkeys(metric.measures()), **self.windows.get(name, {})}
        return Row(self.keys, summed)._value(metric, catalog, covered)

    def _may_be_of(self, plan: Plan) -> Callable[[CatalogSource], bool]:
        """Whether the row's group can hold rows of a source."""
        named = {name: self.keys[name] for name in ("source_name", "platform") if name in self.keys}

        def may_be(source: CatalogSource) -> bool:
            for name, cell in named.items():
                own = source.name if name == "source_name" else source.connector
                if self.is_rest and name == plan.shape.top:
                    if own in plan.top_values:
                        return False
                elif cell not in (None, own):
                    return False
            return True

        return may_be

    def _days(self, catalog: Catalog, plan: Plan, coverage: Coverage) -> Period:
        if plan.shape.bucket is None or self.bucket is None:
            return coverage.period
        return calendar_of(catalog).unit(self.bucket, plan.shape.bucket.grain)

    def _value(self, metric: Metric, catalog: Catalog, covered: _Covered) -> Decimal | None:
        numerator = self._total(metric.numerator, catalog, covered)
        if metric.denominator is None:
            return numerator
        return ratio(numerator, self._total(metric.denominator, catalog, covered), metric.unit)

    def _total(self, times: Mapping[str, int], catalog: Catalog, covered: _Covered) -> Decimal | None:
        total = combined(times, self.components)
        if total is not None:
            return total
        without_rate = any(self.components.get(unpriced(name)) for name in times)
        median = any(catalog.facts[catalog.fact_of(name)].measures[name].agg == "median" for name in times)
        return Decimal(0) if not without_rate and not median and covered(times) else None
