"""Plan: what a question comes to on one catalog, as a value that can be printed, compared and compiled."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from warehouse.catalog import (
    CURRENCY,
    DATE,
    ORDER_KEY,
    Catalog,
    Fact,
    Measure,
    Metric,
    Restriction,
    condition,
    native_of,
)
from warehouse.columns import metric_columns
from warehouse.errors import BadValueError, NotAnswerableError, UnknownNameError, quoted
from warehouse.having import Test, having_of
from warehouse.likeness import unknown_metric
from warehouse.mart_meta import Aggregation
from warehouse.pairing import Pairing
from warehouse.periods import Calendar, Grain, Period
from warehouse.query import AnyFilter, Filter, MetricQuery, Op, Scalar, Show
from warehouse.splits import check_splits
from warehouse.values import ratio_places

# what is compared, filled, windowed or filtered once more is brought here group by group
MOST_GROUPS = 50_000

# no name of a dimension or metric has two underscores
REST = "is__rest"

LISTS: frozenset[Op] = frozenset({"in", "not_in"})
BLANK: frozenset[Op] = frozenset({"is_null", "not_null"})


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


def make_plan(catalog: Catalog, query: MetricQuery, today: date) -> Plan:
    """The plan of a question seen from the tenant's day `today`.

    Raises UnknownNameError, BadValueError or NotAnswerableError with what can be asked instead.
    """
    metrics = _metrics(catalog, query)
    calendar = calendar_of(catalog)
    span = calendar.span(query.period, today)
    group_by, bucket = _groups(query, calendar)
    filters = [part.any if isinstance(part, AnyFilter) else (part,) for part in query.where]
    split = [name for name in group_by if name != DATE]
    fields = [*split, *(each.field for part in filters for each in part)]
    check_splits(catalog, query.metrics, fields)
    bounded = span.days.start is not None
    texts: list[str] = []
    where = tuple(tuple(_condition(each, texts, 2 if bounded else 0) for each in part) for part in filters)
    _check_show(catalog, query, bucket)
    columns = [column.name for column in metric_columns(query.metrics, query.compare is not None, query.show)]
    order = _order(query, columns, group_by)
    shape = Shape(
        legs=_legs(catalog, metrics, fields),
        group_by=group_by,
        bucket=bucket,
        bounded=bounded,
        where=where,
        order=_sql_order(order, metrics),
    )
    cumulative = tuple(name for name, metric in metrics.items() if metric.window is not None)
    plan = Plan(shape, query.metrics, span.days, tuple(texts), query.limit, order=order, cumulative=cumulative)
    ranking = _ranking(catalog, query, plan, fields)
    return replace(
        plan,
        shape=replace(shape, top=ranking.dimension if ranking else None),
        ranking=ranking,
        gaps=query.fill_gaps,
        pairing=Pairing.of(query.compare, span, today) if query.compare else None,
        show=query.show,
        totals=query.totals,
        having=having_of(query.having, columns),
    )


def _check_show(catalog: Catalog, query: MetricQuery, bucket: Bucket | None) -> None:
    _once("show", query.show)
    for name in query.metrics if query.show else ():
        if not catalog.metrics[name].additive:
            others = [each for each in query.metrics if catalog.metrics[each].additive]
            step = f"show it for {', '.join(others)} alone" if others else "leave show out"
            raise NotAnswerableError(f"{quoted(name)} does not add up, so that it has no {query.show[0]}: {step}.")
    if bucket is None and "running" in query.show:
        raise BadValueError("show running adds up over dates: give a grain.")
    if bucket is None and query.fill_gaps:
        raise BadValueError("fill_gaps fills dates without rows: give a grain.")


def _ranking(catalog: Catalog, query: MetricQuery, plan: Plan, fields: list[str]) -> Ranking | None:
    if query.top is None:
        return None
    if query.having:
        raise BadValueError("top and having cannot be asked together: leave one out.")
    split = [name for name in plan.shape.group_by if name != DATE]
    if not split:
        raise BadValueError("top ranks a dimension: give one in group_by.")
    if query.top.dimension is None and len(split) > 1:
        raise BadValueError(f"top ranks one dimension: give it as dimension, {' or '.join(split)}.")
    dimension = query.top.dimension or split[0]
    if dimension not in split:
        raise UnknownNameError("dimension in top", dimension, split, f"Rank one of group_by: {', '.join(split)}.")
    by = (query.top.by or query.metrics[0]).removeprefix("-")
    if by not in query.metrics:
        raise UnknownNameError("metric in top", by, query.metrics, "Rank by an asked metric.")
    # ranked over the facts of all metrics: a group that only another one has is a group too
    order = ((by, True), (dimension, False))
    shape = replace(
        plan.shape,
        group_by=(dimension,),
        bucket=None,
        order=_sql_order(order, {by: catalog.metrics[by]}),
    )
    cumulative = tuple(name for name in plan.cumulative if name == by)
    ranks = replace(plan, shape=shape, metrics=(by,), limit=query.top.n, order=order, cumulative=cumulative)
    return Ranking(query.top.n, by, dimension, ranks)


def _metrics(catalog: Catalog, query: MetricQuery) -> dict[str, Metric]:
    listed = catalog.listed()
    for name in query.metrics:
        if name not in listed:
            raise unknown_metric(catalog, name)
    _once("metrics", query.metrics)
    return {name: listed[name] for name in query.metrics}


def _once(argument: str, names: tuple[str, ...]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadValueError(f"{argument} names {quoted(name)} twice: name it once.")


def _groups(query: MetricQuery, calendar: Calendar) -> tuple[tuple[str, ...], Bucket | None]:
    _once("group_by", query.group_by)
    group_by = query.group_by
    if DATE not in group_by:
        if query.grain is None:
            return group_by, None
        group_by = (DATE, *group_by)
    grain = query.grain or "day"
    return group_by, Bucket(
        grain,
        calendar.week_start if grain == "week" else 0,
        calendar.fiscal_year_start if grain.startswith("fiscal") else 1,
    )


def _condition(given: Filter, texts: list[str], before: int) -> Condition:
    many = isinstance(given.value, tuple)
    op: Op = given.op or ("in" if many else "eq")
    name = quoted(given.field)
    if op in BLANK:
        if given.value is not None:
            raise BadValueError(f"The filter on {name} has a value, but {op} takes none: leave it out.")
        return Condition(given.field, op, ())
    if many and op not in LISTS:
        raise BadValueError(f"The filter on {name} has a list, but {op} takes one value: use in or not_in for a list.")
    values: tuple[Scalar | None, ...] = given.value if isinstance(given.value, tuple) else (given.value,)
    if not values:
        raise BadValueError(f"The filter on {name} has an empty list: give at least one value.")
    slots = []
    for value in values:
        if value is None:
            raise BadValueError(f"The filter on {name} has no value: give one, or use is_null or not_null.")
        if not isinstance(value, str):
            raise BadValueError(
                f"The filter on {name} has the value {quoted(value)}, which is not text: put it in quotes."
            )
        if not _is_unicode(value):
            raise BadValueError(f"The filter on {name} has the value {quoted(value)}, which is not valid Unicode.")
        texts.append(value)
        slots.append(before + len(texts))
    return Condition(given.field, op, tuple(slots))


def _is_unicode(text: str) -> bool:
    # JSON can spell half a surrogate pair, which no database takes
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _legs(catalog: Catalog, metrics: dict[str, Metric], fields: list[str]) -> tuple[Leg, ...]:
    wanted = dict.fromkeys(measure for metric in metrics.values() for measure in metric.measures())
    legs = []
    for name, fact in catalog.facts.items():
        measures = {measure: fact.measures[measure] for measure in wanted if measure in fact.measures}
        if measures:
            legs.append(_leg(name, fact, measures, fields))
    return tuple(legs)


def _leg(name: str, fact: Fact, measures: dict[str, Measure], fields: list[str]) -> Leg:
    # what every measure of the fact asks of a row becomes a condition of the leg: rows that count for none make no
    # group, and which groups there are does not hang on which metrics are asked
    every = list(fact.measures.values())
    shared = tuple(text for text in every[0].filter if all(text in each.filter for each in every))
    aggregates = []
    for measure, meta in measures.items():
        conditions = tuple(condition(text) for text in meta.filter if text not in shared)
        aggregates.append(Aggregate(measure, meta.agg, meta.column, None, conditions, meta.where))
        if meta.unpriced and meta.agg in ("sum", "median"):
            native = native_of(meta.column, fact.columns)
            aggregates.append(Aggregate(unpriced(measure), "unpriced", meta.column, native, conditions, meta.where))
    columns = {fact.date: None, **dict.fromkeys(fields)}
    columns |= {condition(text)[0]: None for meta in measures.values() for text in meta.filter}
    columns |= {each.field: None for meta in measures.values() for each in meta.where}
    columns |= {column: None for each in aggregates for column in (each.column, each.native) if column}
    if any(each.agg == "unpriced" for each in aggregates):
        columns |= {name: None for name in (ORDER_KEY, CURRENCY) if name in fact.columns}
    return Leg(
        fact=name,
        table=fact.table,
        date=fact.date,
        row=fact.row,
        types=tuple((column, fact.columns[column]) for column in columns),
        conditions=tuple(condition(text) for text in shared),
        aggregates=tuple(aggregates),
    )


def unpriced(measure: str) -> str:
    """The name of the count of rows that a measure leaves out for want of a rate."""
    return f"{measure}__unpriced"


def _order(query: MetricQuery, columns: list[str], group_by: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    asked = query.order_by or ((DATE,) if DATE in group_by else (f"-{query.metrics[0]}",))
    order: dict[str, bool] = {}
    for text in asked:
        name = text.removeprefix("-")
        if name not in columns and name not in group_by:
            names = [*columns, *group_by]
            raise UnknownNameError("column in order_by", name, names, "Order by a column of the answer.")
        order.setdefault(name, name != text)
    return tuple({**order, **{name: order.get(name, False) for name in group_by}}.items())


def _sql_order(order: tuple[tuple[str, bool], ...], metrics: dict[str, Metric]) -> tuple[Ordering, ...]:
    """The part of an order that SQL can follow: what is compared or windowed is not known there."""
    known = []
    for name, descending in order:
        if name in metrics:
            known.append(Ordering(_formula(name, metrics[name]), descending))
        elif "__" not in name:
            known.append(Ordering(name, descending))
    return tuple(known)


def _formula(name: str, metric: Metric) -> Formula:
    denominator = None if metric.denominator is None else tuple(metric.denominator.items())
    return Formula(name, tuple(metric.numerator.items()), denominator, ratio_places(metric.unit))
