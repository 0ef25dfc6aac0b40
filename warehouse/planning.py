"""Planning: a question, checked against a catalog, becomes its plan."""

from dataclasses import replace
from datetime import date

from warehouse.catalog import (
    CURRENCY,
    DATE,
    ORDER_KEY,
    Catalog,
    Fact,
    Measure,
    Metric,
    condition,
    native_of,
)
from warehouse.columns import metric_columns
from warehouse.errors import BadValueError, NotAnswerableError, UnknownNameError, quoted
from warehouse.having import having_of
from warehouse.likeness import unknown_metric
from warehouse.pairing import Pairing
from warehouse.periods import Calendar
from warehouse.plan import (
    Aggregate,
    Bucket,
    Condition,
    Formula,
    Leg,
    Ordering,
    Plan,
    Ranking,
    Shape,
    calendar_of,
    unpriced,
)
from warehouse.query import BLANK, LISTS, AnyFilter, Filter, MetricQuery, Op, Scalar
from warehouse.splits import check_splits
from warehouse.values import ratio_places


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
