"""Rows: what SQL gave, brought to the asked metrics' values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from warehouse.catalog import DATE, Catalog, Metric
from warehouse.coverage import Coverage
from warehouse.gold import Cell
from warehouse.periods import Period
from warehouse.plan import Plan, calendar_of, unpriced
from warehouse.values import Number, combined, on_the_wire, ratio

_Covered = Callable[[Iterable[str]], bool]


@dataclass(frozen=True)
class Row:
    """One row of SQL: its group-by cells, and its components, None where no row of a fact stands behind one."""

    keys: Mapping[str, Cell]
    components: Mapping[str, Decimal | None]

    @staticmethod
    def of(plan: Plan, cells: Mapping[str, Cell]) -> "Row":
        """A row of the plan's SQL, by column name."""
        components: dict[str, Decimal | None] = {}
        for leg in plan.shape.legs:
            for each in leg.aggregates:
                cell = cells[each.name]
                # a count of 0 is a count of nothing, as a sum over no rows is
                nothing = cell is None or (each.agg not in ("sum", "median") and cell == 0)
                components[each.name] = None if nothing else Decimal(str(cell))
        return Row({name: cells[name] for name in plan.shape.group_by}, components)

    @property
    def found(self) -> bool:
        """Whether any row of a fact stands behind it."""
        return any(value is not None for value in self.components.values())

    @property
    def bucket(self) -> date | None:
        """The first day of its bucket, where the question is split by date."""
        day = self.keys.get(DATE)
        return day if isinstance(day, date) else None

    def on_the_wire(self, catalog: Catalog, plan: Plan, coverage: Coverage) -> tuple[Number | None, ...]:
        """Its cells in the order of the answer's columns."""
        days = self._days(catalog, plan, coverage)

        def covered(measures: Iterable[str]) -> bool:
            return coverage.covers(measures, days, self._text("source_name"), self._text("platform"))

        values = [self._value(catalog.metrics[name], catalog, covered) for name in plan.metrics]
        return (*map(self._text, self.keys), *map(on_the_wire, values))

    def _text(self, name: str) -> str | None:
        cell = self.keys.get(name)
        return None if cell is None else str(cell)

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
