"""Plan: what a question comes to on one catalog, as a value that can be printed, compared and compiled."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from warehouse.catalog import CURRENCY, DATE, ORDER_KEY, Catalog, Fact, Measure, Metric, condition, native_of
from warehouse.errors import BadValueError, UnknownNameError, quoted
from warehouse.mart_meta import Aggregation
from warehouse.periods import Calendar, Grain, Period
from warehouse.query import AnyFilter, Filter, MetricQuery, Op, Scalar
from warehouse.splits import check_splits

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
    """A metric over the legs' aggregates: measures with how often each is added, over others or none."""

    name: str
    numerator: tuple[tuple[str, int], ...]
    denominator: tuple[tuple[str, int], ...] | None


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
    last day. The slots after those of the filters are the first and the last bucket that each of `dated` is covered
    in, the last slot is the number of rows.
    """

    legs: tuple[Leg, ...]
    group_by: tuple[str, ...]
    bucket: Bucket | None
    bounded: bool
    where: tuple[tuple[Condition, ...], ...]
    order: tuple[Ordering, ...]

    @property
    def first_free_slot(self) -> int:
        """The slot after those of the days and the filters."""
        return 1 + (2 if self.bounded else 0) + sum(len(each.slots) for part in self.where for each in part)

    @property
    def dated(self) -> tuple[str, ...]:
        """The measures that buckets are ordered by: where nothing covers one, it is null and comes last."""
        if self.bucket is None:
            return ()
        formulas = [each.by for each in self.order if isinstance(each.by, Formula)]
        terms = [term for formula in formulas for term in (*formula.numerator, *(formula.denominator or ()))]
        return tuple(dict.fromkeys(name for name, _ in terms))


@dataclass(frozen=True)
class Plan:
    """A shape with its values: the days asked for, and the texts bound to the filters' slots."""

    shape: Shape
    metrics: tuple[str, ...]
    period: Period
    texts: tuple[str, ...]
    limit: int

    @property
    def bounds(self) -> tuple[date | str, ...]:
        """The bound values of the facts' rows, in the order of their slots."""
        days = (self.period.start, self.period.end) if self.shape.bounded else ()
        return (*(day for day in days if day is not None), *self.texts)

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
    period = calendar.period(query.period, today)
    group_by, bucket = _groups(query, calendar)
    filters = [part.any if isinstance(part, AnyFilter) else (part,) for part in query.where]
    fields = [name for name in group_by if name != DATE]
    fields += [each.field for part in filters for each in part]
    check_splits(catalog, query.metrics, fields)
    bounded = period.start is not None
    texts: list[str] = []
    where = tuple(tuple(_condition(each, texts, 2 if bounded else 0) for each in part) for part in filters)
    shape = Shape(
        legs=_legs(catalog, metrics, fields),
        group_by=group_by,
        bucket=bucket,
        bounded=bounded,
        where=where,
        order=_order(query, metrics, group_by),
    )
    return Plan(shape=shape, metrics=query.metrics, period=period, texts=tuple(texts), limit=query.limit)


def _metrics(catalog: Catalog, query: MetricQuery) -> dict[str, Metric]:
    listed = catalog.listed()
    for name in query.metrics:
        if name not in listed:
            meant = [known for known, metric in listed.items() if _folded(name) in map(_folded, metric.synonyms)]
            step = f"It may be meant as {', '.join(meant)}." if meant else "list_metrics names them all."
            raise UnknownNameError("metric", name, listed, step)
    _once("metrics", query.metrics)
    return {name: listed[name] for name in query.metrics}


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ").strip()


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
        aggregates.append(Aggregate(measure, meta.agg, meta.column, None, conditions))
        if meta.unpriced and meta.agg in ("sum", "median"):
            native = native_of(meta.column, fact.columns)
            aggregates.append(Aggregate(unpriced(measure), "unpriced", meta.column, native, conditions))
    columns = {fact.date: None, **dict.fromkeys(fields)}
    columns |= {condition(text)[0]: None for meta in measures.values() for text in meta.filter}
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


def _order(query: MetricQuery, metrics: dict[str, Metric], group_by: tuple[str, ...]) -> tuple[Ordering, ...]:
    asked = query.order_by or ((DATE,) if DATE in group_by else (f"-{query.metrics[0]}",))
    order: dict[str, Ordering] = {}
    for text in asked:
        name = text.removeprefix("-")
        if name in metrics:
            order.setdefault(name, Ordering(_formula(name, metrics[name]), name != text))
        elif name in group_by:
            order.setdefault(name, Ordering(name, name != text))
        else:
            raise UnknownNameError(
                "column in order_by", name, [*metrics, *group_by], "Order by an asked metric or group-by column."
            )
    for name in group_by:
        order.setdefault(name, Ordering(name, False))
    return tuple(order.values())


def _formula(name: str, metric: Metric) -> Formula:
    denominator = None if metric.denominator is None else tuple(metric.denominator.items())
    return Formula(name, tuple(metric.numerator.items()), denominator)
