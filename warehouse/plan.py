"""Plan: what a question comes to on one catalog, as a value that can be printed, compared and compiled."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from warehouse.catalog import Catalog, Restriction
from warehouse.having import Test
from warehouse.mart_meta import Aggregation
from warehouse.pairing import Pairing
from warehouse.periods import Calendar, Grain, Period
from warehouse.query import Op, Show

# what is compared, filled, windowed or filtered once more is brought here group by group
MOST_GROUPS = 50_000

# no name of a dimension or metric has two underscores
REST = "is__rest"


@dataclass(frozen=True)
class Aggregate:
    """One aggregate of a leg; unpriced counts the rows whose amount in the reporting currency is missing."""

    name: str
    agg: Aggregation | Literal["unpriced"]
    column: str | None
    native: str | None
    conditions: tuple[tuple[str, bool], ...]
    where: tuple[Restriction, ...] = ()


@dataclass(frozen=True)
class Leg:
    """What one fact contributes: its rows under `conditions`, with the types of the columns that are read.

    row: what a row is called where amounts without a rate are counted; by order where there is an order_key.
    """

    fact: str
    table: str
    date: str
    row: str
    types: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, bool], ...]
    aggregates: tuple[Aggregate, ...]


@dataclass(frozen=True)
class Condition:
    """One condition on a dimension; slots: the numbers of its values among the bound ones."""

    field: str
    op: Op
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Formula:
    """A metric over the legs' aggregates: measures with how often each is added, over others or none.

    places: what a ratio is rounded to, so that those which are shown equal are ordered as equal.
    """

    name: str
    numerator: tuple[tuple[str, int], ...]
    denominator: tuple[tuple[str, int], ...] | None
    places: int


@dataclass(frozen=True)
class Ordering:
    """One column to order by: a metric's formula, or a group-by column."""

    by: Formula | str
    descending: bool


@dataclass(frozen=True)
class Bucket:
    """How days are gathered; week_start and fiscal_year_start as in Calendar, 0 and 1 where the grain needs none."""

    grain: Grain
    week_start: int
    fiscal_year_start: int


@dataclass(frozen=True)
class Shape:
    """Everything of a plan that its SQL depends on, and no value: the key of the compiled SQL.

    where: all of these must hold, each being a tuple of which one must. bounded: slots 1 and 2 are the first and the
    last day. top: the dimension of which only some values stay themselves; two slots after those of the filters hold
    them, and whether NULL is among them. The slots after these are the first and the last bucket that each of `dated`
    is covered in, the last slot is the number of rows.
    """

    legs: tuple[Leg, ...]
    group_by: tuple[str, ...]
    bucket: Bucket | None
    bounded: bool
    where: tuple[tuple[Condition, ...], ...]
    order: tuple[Ordering, ...]
    top: str | None = None

    @property
    def top_slot(self) -> int:
        """The slot after those of the days and the filters."""
        return 1 + (2 if self.bounded else 0) + sum(len(each.slots) for part in self.where for each in part)

    @property
    def first_free_slot(self) -> int:
        """The slot after those of the days, the filters and the top values."""
        return self.top_slot + (2 if self.top else 0)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell groups apart."""
        return (*self.group_by, REST) if self.top else self.group_by

    @property
    def dated(self) -> tuple[str, ...]:
        """The measures that groups are ordered by: where nothing covers one, it is null and comes last."""
        formulas = [each.by for each in self.order if isinstance(each.by, Formula)]
        terms = [term for formula in formulas for term in (*formula.numerator, *(formula.denominator or ()))]
        return tuple(dict.fromkeys(name for name, _ in terms))


@dataclass(frozen=True)
class Ranking:
    """The n values of a dimension that have most of a metric, by the plan that ranks them."""

    n: int
    by: str
    dimension: str
    plan: "Plan"


@dataclass(frozen=True)
class Plan:
    """A shape with its values: the days asked for, and the texts bound to the filters' slots; and what is done with
    its groups: gaps filled, a comparison, windows, having, order (columns with whether descending) and limit.

    top_values: what is bound to the slots of shape.top, once the ranking has told it. cumulative: those of the metrics
    that are sums over windows.
    """

    shape: Shape
    metrics: tuple[str, ...]
    period: Period
    texts: tuple[str, ...]
    limit: int
    ranking: Ranking | None = None
    top_values: tuple[str | None, ...] = ()
    gaps: bool = False
    pairing: Pairing | None = None
    show: tuple[Show, ...] = ()
    totals: bool = False
    having: tuple[tuple[Test, ...], ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    cumulative: tuple[str, ...] = ()

    @property
    def bounds(self) -> tuple[date | str, ...]:
        """The bound values of the facts' rows, in the order of their slots."""
        days = (self.period.start, self.period.end) if self.shape.bounded else ()
        return (*(day for day in days if day is not None), *self.texts)

    @property
    def top_bounds(self) -> tuple[list[str] | bool, ...]:
        """The bound values of the slots of shape.top."""
        if self.shape.top is None:
            return ()
        return [value for value in self.top_values if value is not None], None in self.top_values

    @property
    def needs_every_group(self) -> bool:
        """Whether SQL cannot say which groups come first."""
        return bool(self.gaps or self.pairing or self.show or self.having or self.cumulative)

    @property
    def takes_every_group(self) -> bool:
        """Whether all groups are fetched, where they are few enough.

        SQL does not know which sources cover a metric: split by source, it would sort what is null as 0.
        """
        by_source = not {"source_name", "platform"}.isdisjoint(self.shape.group_by)
        return self.needs_every_group or by_source

    def over(self, period: Period) -> "Plan":
        """The same plan over another period."""
        return replace(self, period=period)

    def within(self, days: Period) -> "Plan":
        """The same plan over days whose first and last are given, although it may have been over all."""
        if self.shape.bounded:
            return self.over(days)
        where = tuple(
            tuple(replace(each, slots=tuple(slot + 2 for slot in each.slots)) for each in part)
            for part in self.shape.where
        )
        return replace(self, shape=replace(self.shape, bounded=True, where=where), period=days)

    def before(self) -> "Plan | None":
        """The plan over the period that it is compared with; None where there is none."""
        if self.pairing is None or self.pairing.previous.start is None:
            return None
        return self.over(self.pairing.previous)

    def without_groups(self) -> "Plan":
        """The plan of the totals: the same facts under the same period and filters, in one group."""
        shape = replace(self.shape, group_by=(), bucket=None, order=(), top=None)
        return replace(self, shape=shape, ranking=None, top_values=(), gaps=False, show=(), having=(), order=())

    def texts_of(self, condition: Condition) -> tuple[str, ...]:
        """The values of a condition."""
        return tuple(str(self.bounds[slot - 1]) for slot in condition.slots)


def calendar_of(catalog: Catalog) -> Calendar:
    """The calendar of a catalog's tenant."""
    tenant = catalog.tenant
    return Calendar.of(tenant.timezone, tenant.week_start, tenant.fiscal_year_start)


def unpriced(measure: str) -> str:
    """The name of the count of rows that a measure leaves out for want of a rate."""
    return f"{measure}__unpriced"
