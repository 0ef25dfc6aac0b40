"""Shape → SQL: one query-scoped BSL model a fact over unbound tables, joined null-safe on the asked dimensions.

The one module that wraps BSL and ibis. What of them is not used, because it gives wrong numbers without an error:
BSL's joins, its string and dict filters, time_range and time_grain.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any

import ibis
import sqlglot
from boring_semantic_layer import Dimension, Measure, to_semantic_table
from ibis.backends.sql.datatypes import DuckDBType
from sqlglot import exp

from warehouse.catalog import CURRENCY, DATE, ORDER_KEY
from warehouse.gold import Bound
from warehouse.plan import REST, Aggregate, Bucket, Condition, Formula, Leg, Shape, unpriced
from warehouse.query import Op

# a physical column under its own name would be taken for a measure or dimension of that name
_PHYSICAL = "__f_"
_RIGHT = "__r_"
_SLOT = "@@p{}@@"

Expr = Any


@dataclass(frozen=True)
class Compiled:
    """SQL with $n for the bound values, and the names of its columns: the shape's keys, then the aggregates."""

    sql: str
    columns: tuple[str, ...]


@lru_cache(maxsize=512)
def compiled(shape: Shape) -> Compiled:
    """The SQL of a shape; the number of rows is its last bound value. Compiled once a shape, for every tenant."""
    rows = reduce(lambda query, step: step(query, shape), STEPS, _first_leg(shape))
    limit = shape.first_free_slot + 2 * len(shape.dated)
    return Compiled(f"{_sql(rows)}\nLIMIT ${limit}", tuple(rows.columns))


@lru_cache(maxsize=512)
def compiled_left_out(shape: Shape) -> Compiled:
    """The SQL that counts what the shape's aggregates leave out for want of a rate: (row, currency, n).

    Rows of orders, their lines and refunds count as orders, each once; those of other facts as themselves.
    """
    orders: dict[str, list[Expr]] = {}
    counted = []
    for leg in shape.legs:
        missing = [each for each in leg.aggregates if each.agg == "unpriced"]
        if missing:
            rows = _rows(leg).filter(lambda t, leg=leg: _wanted(t, leg, shape))
            rows = rows.filter(lambda t, missing=missing: _any([_unpriced(t, each) for each in missing]))
            currency = _column(rows, CURRENCY)
            if any(column == ORDER_KEY for column, _ in leg.types):
                orders.setdefault(leg.row, []).append(rows.select(currency=currency, key=_column(rows, ORDER_KEY)))
            else:
                counted.append(_by_currency(leg.row, rows.select(currency=currency), lambda t: t.count()))
    for row, parts in orders.items():
        keys = reduce(lambda one, other: one.union(other), parts)
        # a refund whose order is unknown stands for an order of its own
        counted.append(_by_currency(row, keys, lambda t: t.key.nunique() + t.key.isnull().sum()))
    found = reduce(lambda one, other: one.union(other), counted).order_by(["row", "currency"])
    return Compiled(_sql(found), tuple(found.columns))


def inlined(sql: str, values: Sequence[Bound]) -> str:
    """The SQL with its bound values as literals, to be read or run by itself."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    for node in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        value = values[int(node.name) - 1]
        node.replace(exp.convert(value.isoformat() if isinstance(value, date) else value))
    return tree.sql(dialect="duckdb")


def _by_currency(row: str, rows: Expr, count: Callable[[Expr], Expr]) -> Expr:
    counts = rows.group_by("currency").aggregate(n=count(rows).cast("int64"))
    return counts.select(row=ibis.literal(row), currency=counts.currency, n=counts.n)


def _first_leg(shape: Shape) -> Expr:
    return _leg(shape.legs[0], shape)


def _join_legs(rows: Expr, shape: Shape) -> Expr:
    for leg in shape.legs[1:]:
        rows = _drill_across(rows, _leg(leg, shape), shape.keys)
    return rows


def _put_in_order(rows: Expr, shape: Shape) -> Expr:
    rows = rows.select([*shape.keys, *(each.name for leg in shape.legs for each in leg.aggregates)])
    keys = []
    for ordering in shape.order:
        key = rows[ordering.by] if isinstance(ordering.by, str) else _value(rows, ordering.by, shape)
        keys.append(ibis.desc(key, nulls_first=False) if ordering.descending else ibis.asc(key, nulls_first=False))
    if shape.top:
        # the rest comes last, within its date where that comes first
        keys.insert(1 if shape.order[0].by == DATE else 0, rows[REST].asc())
    return rows.order_by(keys) if keys else rows


STEPS: tuple[Callable[[Expr, Shape], Expr], ...] = (_join_legs, _put_in_order)


def _leg(leg: Leg, shape: Shape) -> Expr:
    dimensions = {name: Dimension(expr=_dimension(name, leg, shape)) for name in shape.keys}
    measures = {each.name: Measure(expr=_measure(each)) for each in leg.aggregates}
    model = to_semantic_table(_rows(leg), name=leg.fact).with_dimensions(**dimensions).with_measures(**measures)
    query = model.query(
        dimensions=list(dimensions), measures=list(measures), filters=[lambda t: _wanted(t, leg, shape)]
    )
    return query.to_untagged()


def _rows(leg: Leg) -> Expr:
    table = ibis.table({column: DuckDBType.from_string(kind) for column, kind in leg.types}, name=leg.table)
    return table.select(**{f"{_PHYSICAL}{column}": table[column] for column, _ in leg.types})


def _column(rows: Expr, column: str) -> Expr:
    return rows[f"{_PHYSICAL}{column}"]


def _dimension(name: str, leg: Leg, shape: Shape) -> Callable[[Expr], Expr]:
    bucket = shape.bucket
    if name == DATE and bucket is not None:
        return lambda t: _bucketed(_column(t, leg.date), bucket)
    if name == REST:
        return lambda t: ~_is_top(t, shape)
    if name == shape.top:
        return lambda t: ibis.ifelse(_is_top(t, shape), _column(t, name), ibis.null())
    return lambda t: _column(t, name)


def _is_top(t: Expr, shape: Shape) -> Expr:
    top = _slot(shape.top_slot, "array<string>")
    return ibis.coalesce(top.contains(_column(t, str(shape.top))), _slot(shape.top_slot + 1, "boolean"))


def _bucketed(day: Expr, bucket: Bucket) -> Expr:
    """The first day of a day's bucket, as Calendar.bucket says it."""
    if bucket.grain == "day":
        return day
    days, months = 0, 0
    if bucket.grain == "week":
        days = bucket.week_start
    elif bucket.grain == "fiscal_quarter":
        months = (bucket.fiscal_year_start - 1) % 3
    elif bucket.grain == "fiscal_year":
        months = bucket.fiscal_year_start - 1
    unit = bucket.grain.removeprefix("fiscal_")[0].upper()
    shift = ibis.interval(months=months) if months else ibis.interval(days=days)
    first = (day - shift if days or months else day).truncate(unit)
    # DuckDB's results are timestamps that ibis takes for dates; a plain cast to date would be left out
    if days or months:
        first = first.cast("timestamp").cast("date") + shift
    return first.cast("timestamp").cast("date")


def _measure(each: Aggregate) -> Callable[[Expr], Expr]:
    def expression(t: Expr) -> Expr:
        where = _all(_conditions(t, each))
        column: Expr = None if each.column is None else _column(t, each.column)
        match each.agg:
            case "unpriced":
                return t.count(where=_unpriced(t, each))
            case "count":
                return t.count(where=where) if column is None else column.count(where=where)
            case "count_distinct":
                return column.nunique(where=where)
            case "sum":
                return column.sum(where=where)
            case "median":
                # DuckDB's own median interpolates decimals in doubles: the mean of the two middles is exact
                lower, upper = _quantile(column, 0.5, where=where), _quantile(-column, 0.5, where=where)
                return (lower.cast("decimal(20, 4)") - upper) * ibis.literal(Decimal("0.5"), "decimal(2, 1)")

    return expression


@ibis.udf.agg.builtin(  # type: ignore[untyped-decorator]
    name="quantile_disc", signature=(("decimal(18, 4)", "float64"), "decimal(18, 4)")
)
def _quantile(column: Any, at: Any) -> Any:
    """The value at a quantile, one that occurs."""


def _unpriced(t: Expr, each: Aggregate) -> Expr:
    missing = _column(t, str(each.column)).isnull() & _column(t, str(each.native)).notnull()
    return _all([missing, *_conditions(t, each)])


def _conditions(t: Expr, each: Aggregate) -> list[Expr]:
    tests = [_is(t, column, wanted) for column, wanted in each.conditions]
    return tests + [_meets(_column(t, one.field), one.op, list(map(ibis.literal, one.values))) for one in each.where]


def _is(t: Expr, column: str, wanted: bool) -> Expr:
    return _column(t, column) if wanted else ~_column(t, column)


def _wanted(t: Expr, leg: Leg, shape: Shape) -> Expr:
    tests = [ibis.literal(True), *(_is(t, column, wanted) for column, wanted in leg.conditions)]
    if shape.bounded:
        day = _column(t, leg.date)
        tests += [day >= _slot(1, "date"), day <= _slot(2, "date")]
    tests += [_any([_holds(t, each) for each in part]) for part in shape.where]
    return _all(tests)


def _holds(t: Expr, condition: Condition) -> Expr:
    values = [_slot(slot, "string") for slot in condition.slots]
    return _meets(_column(t, condition.field), condition.op, values)


def _meets(column: Expr, op: Op, values: list[Expr]) -> Expr:
    match op:
        case "eq":
            return column == values[0]
        case "ne":
            return ~column.identical_to(values[0])
        case "in":
            return column.isin(values)
        case "not_in":
            return column.isnull() | column.notin(values)
        case "gt":
            return column > values[0]
        case "gte":
            return column >= values[0]
        case "lt":
            return column < values[0]
        case "lte":
            return column <= values[0]
        case "contains":
            return column.lower().contains(values[0].lower())
        case "starts_with":
            return column.lower().startswith(values[0].lower())
        case "is_null":
            return column.isnull()
        case "not_null":
            return column.notnull()


def _slot(number: int, kind: str) -> Expr:
    text = ibis.literal(_SLOT.format(number))
    return text if kind == "string" else text.cast(kind)


def _drill_across(left: Expr, right: Expr, group_by: tuple[str, ...]) -> Expr:
    if not group_by:
        return left.cross_join(right)
    right = right.rename({f"{_RIGHT}{name}": name for name in group_by})
    on = [left[name].identical_to(right[f"{_RIGHT}{name}"]) for name in group_by]
    joined = left.join(right, on, how="outer")
    # a projection of its own: what is joined next must not become part of this join's chain
    keys = {name: ibis.coalesce(joined[name], joined[f"{_RIGHT}{name}"]) for name in group_by}
    return joined.mutate(**keys).select([name for name in joined.columns if not name.startswith(_RIGHT)])


def _value(rows: Expr, formula: Formula, shape: Shape) -> Expr:
    """What a metric is ordered by; exact for sums, a DOUBLE for ratios."""
    numerator = _total(rows, formula.numerator, shape)
    if formula.denominator is None:
        return numerator
    denominator = _total(rows, formula.denominator, shape)
    return (numerator.cast("float64") / denominator.cast("float64").nullif(0)).round(formula.places)


def _total(rows: Expr, terms: tuple[tuple[str, int], ...], shape: Shape) -> Expr:
    aggregates = {each.name: each for leg in shape.legs for each in leg.aggregates}
    total = reduce(
        lambda one, other: one + other, [_times(ibis.coalesce(rows[name], 0), times) for name, times in terms]
    )
    # null where rows have amounts and none of them a rate, or nothing covers the bucket; a median of nothing is none
    missing = [ibis.coalesce(rows[unpriced(name)] > 0, False) for name, _ in terms if unpriced(name) in aggregates]
    if any(aggregates[name].agg == "median" for name, _ in terms):
        missing = [ibis.literal(True)]
    if shape.dated:
        missing.append(~_any([_covered(rows, name, shape) for name, _ in terms]))
    if not missing:
        return total
    absent = _all([_is_absent(rows[name], aggregates[name]) for name, _ in terms])
    return ibis.ifelse(absent & _any(missing), ibis.null(), total)


def _is_absent(value: Expr, each: Aggregate) -> Expr:
    # a count of 0 is a count of nothing, as a sum over no rows is
    return value.isnull() if each.agg in ("sum", "median") else ibis.coalesce(value, 0) == 0


def _covered(rows: Expr, measure: str, shape: Shape) -> Expr:
    slot = shape.first_free_slot + 2 * shape.dated.index(measure)
    first, last = _slot(slot, "date"), _slot(slot + 1, "date")
    return first <= last if shape.bucket is None else (rows[DATE] >= first) & (rows[DATE] <= last)


def _times(value: Expr, times: int) -> Expr:
    return value if times == 1 else -value if times == -1 else value * times


def _all(tests: list[Expr]) -> Expr:
    return reduce(lambda one, other: one & other, tests) if tests else None


def _any(tests: list[Expr]) -> Expr:
    return reduce(lambda one, other: one | other, tests)


def _sql(rows: Expr) -> str:
    """ibis can only inline literals: the sentinels in its SQL become parameters."""
    tree = sqlglot.parse_one(str(ibis.to_sql(rows, dialect="duckdb")), read="duckdb")
    prefix, suffix = _SLOT.split("{}")
    for node in list(tree.find_all(exp.Literal)):
        if node.is_string and node.this.startswith(prefix):
            number = node.this.removeprefix(prefix).removesuffix(suffix)
            node.replace(exp.Parameter(this=exp.Literal.number(int(number))))
    return tree.sql(dialect="duckdb")
