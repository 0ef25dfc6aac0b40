"""The store metrics of metrics.md over the facts, by any of their dimensions."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

from oracle_facts import Facts, Row, Value

Group = tuple[Value, ...]
Groups = dict[Group, Decimal | int | None]
Aggregate = Callable[[list[Row]], Decimal | int | None]

STORE = ("source_name", "platform", "channel", "campaign_name")
ORDER = (*STORE, "order_status", "currency", "customer_country", "customer_type")
PRODUCT = ("product_title", "product_sku", "product_vendor")
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "orders": ORDER,
    "lines": (*ORDER, *PRODUCT),
    "refunds": (*ORDER, *PRODUCT, "refund_reason"),
}
DAYS = {"orders": "order_date", "lines": "order_date", "refunds": "refund_date"}


@dataclass(frozen=True)
class Measure:
    """An aggregate of one fact's counted rows."""

    fact: str
    aggregate: Aggregate


@dataclass(frozen=True)
class Sum:
    """Measures added up, a missing one as zero unless all of them are."""

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ratio:
    numerator: Sum
    denominator: Sum
    places: int


def total(column: str) -> Aggregate:
    def aggregate(rows: list[Row]) -> Decimal | None:
        amounts = [amount for row in rows if isinstance(amount := row[column], Decimal)]
        return sum(amounts, Decimal(0)) if amounts or not rows else None

    return aggregate


def count(where: Callable[[Row], bool] = lambda row: True) -> Aggregate:
    return lambda rows: sum(1 for row in rows if where(row))


def persons(where: Callable[[Row], bool] = lambda row: True) -> Aggregate:
    return lambda rows: len({row["person_key"] for row in rows if row["person_key"] is not None and where(row)})


def middle(rows: list[Row]) -> Decimal | None:
    amounts = [amount for row in rows if isinstance(amount := row["total_amount"], Decimal)]
    return median(amounts) if amounts else None


MEASURES: Mapping[str, Measure] = {
    "total_revenue": Measure("orders", total("total_amount")),
    "taxes_charged": Measure("orders", total("tax_amount")),
    "shipping_charged": Measure("orders", total("shipping_amount")),
    "duties_and_fees_charged": Measure("orders", total("duties_and_fees_amount")),
    "tips_charged": Measure("orders", total("tips_amount")),
    "orders": Measure("orders", count()),
    "orders_with_amount": Measure("orders", count(lambda row: row["total_amount"] is not None)),
    "median_order_value": Measure("orders", middle),
    "customers": Measure("orders", persons()),
    "new_customers": Measure("orders", count(lambda row: row["is_first_order"] is True)),
    "returning_customers": Measure("orders", persons(lambda row: row["is_first_order"] is False)),
    "gross_sales": Measure("lines", total("gross_amount")),
    "discounts": Measure("lines", total("discount_amount")),
    "units_sold": Measure("lines", total("quantity")),
    "returns": Measure("refunds", total("return_amount")),
    "taxes_refunded": Measure("refunds", total("tax_amount")),
    "shipping_refunded": Measure("refunds", total("shipping_amount")),
    "duties_and_fees_refunded": Measure("refunds", total("duties_and_fees_amount")),
    "tips_refunded": Measure("refunds", total("tips_amount")),
    "refunded_amount": Measure("refunds", total("refunded_amount")),
    "units_returned": Measure("refunds", total("quantity")),
}

BEFORE_RETURNS = Sum(("gross_sales",), ("discounts",))

METRICS: Mapping[str, Sum | Ratio] = {
    **{
        name: Sum((name,))
        for name in (
            "total_revenue",
            "gross_sales",
            "discounts",
            "returns",
            "refunded_amount",
            "orders",
            "median_order_value",
            "units_sold",
            "units_returned",
            "customers",
            "new_customers",
            "returning_customers",
        )
    },
    **{
        name: Sum((f"{name}_charged",), (f"{name}_refunded",))
        for name in ("taxes", "shipping", "duties_and_fees", "tips")
    },
    "net_sales": Sum(("gross_sales",), ("discounts", "returns")),
    "total_sales": Sum(
        ("gross_sales", "taxes_charged", "shipping_charged", "duties_and_fees_charged"),
        ("discounts", "returns", "taxes_refunded", "shipping_refunded", "duties_and_fees_refunded"),
    ),
    "average_order_value": Ratio(BEFORE_RETURNS, Sum(("orders_with_amount",)), 4),
    "repeat_rate": Ratio(Sum(("returning_customers",)), Sum(("customers",)), 6),
    "return_rate": Ratio(Sum(("returns",)), BEFORE_RETURNS, 6),
}

NOT_ADDITIVE = {"median_order_value", "customers", "returning_customers"}
ADDS_UP = tuple(name for name, one in METRICS.items() if isinstance(one, Sum) and name not in NOT_ADDITIVE)


def facts_of(metric: str) -> set[str]:
    """Of which facts a metric is made: any of orders, lines, refunds."""
    asked = METRICS[metric]
    sums = (asked,) if isinstance(asked, Sum) else (asked.numerator, asked.denominator)
    return {MEASURES[name].fact for one in sums for name in (*one.plus, *one.minus)}


def dimensions_of(metric: str) -> tuple[str, ...]:
    """The dimensions that all facts of a metric carry, without date."""
    held = [DIMENSIONS[fact] for fact in facts_of(metric)]
    return tuple(name for name in held[0] if all(name in others for others in held))


def value(
    facts: Facts,
    metric: str,
    group_by: Sequence[str] = (),
    grain: str | None = None,
    start: date | None = None,
    end: date | None = None,
    where: Iterable[object] = (),
) -> Groups:
    """A metric by group. A grain adds `date`, the first day of the bucket, in front unless group_by places it.

    start and end are both in. A filter is (field, value), (field, op, value) or {field, op, value}, with `{any: [...]}`
    for OR. Without group_by the one key is (). A group of which no counted row exists is not in the answer; None is
    an amount that no row has, and a ratio that has no denominator. Ratios are rounded as contracts.md says.

    Raises:
        KeyError: when the metric is unknown.
        ValueError: when one of the metric's facts does not carry a dimension.
    """
    columns = tuple(group_by)
    if grain is not None and "date" not in columns:
        columns = ("date", *columns)
    filters = list(where)
    for name in (*columns, *fields_of(filters)):
        if name not in (*dimensions_of(metric), "date"):
            raise ValueError(f"{metric} cannot be split or filtered by {name}")
    asked = METRICS[metric]

    def summed(one: Sum) -> Groups:
        signed = [(1, name) for name in one.plus] + [(-1, name) for name in one.minus]
        parts = [(sign, measured(facts, MEASURES[name], columns, grain, start, end, filters)) for sign, name in signed]
        return {group: added([(sign, part.get(group)) for sign, part in parts]) for group in keys(parts)}

    if isinstance(asked, Sum):
        return summed(asked)
    over, under = summed(asked.numerator), summed(asked.denominator)
    step = Decimal(1).scaleb(-asked.places)
    return {group: divided(over.get(group), under.get(group), step) for group in {**over, **under}}


def keys(parts: Sequence[tuple[int, Groups]]) -> list[Group]:
    return list(dict.fromkeys(group for _, part in parts for group in part))


def added(parts: Sequence[tuple[int, Decimal | int | None]]) -> Decimal | int | None:
    if all(part is None for _, part in parts):
        return None
    if all(sign == 1 for sign, _ in parts) and len(parts) == 1:
        return parts[0][1]
    return sum((sign * Decimal(part) for sign, part in parts if part is not None), Decimal(0))


def divided(over: Decimal | int | None, under: Decimal | int | None, step: Decimal) -> Decimal | None:
    if over is None or not under:
        return None
    return (Decimal(over) / Decimal(under)).quantize(step, rounding=ROUND_HALF_EVEN)


def measured(
    facts: Facts,
    measure: Measure,
    columns: tuple[str, ...],
    grain: str | None,
    start: date | None,
    end: date | None,
    filters: Sequence[object],
) -> Groups:
    day_column = DAYS[measure.fact]
    groups: dict[Group, list[Row]] = {} if columns else {(): []}
    rows = {"orders": facts.orders, "lines": facts.lines, "refunds": facts.refunds}[measure.fact]
    for row in rows:
        day = row[day_column]
        assert isinstance(day, date)
        if not row["is_counted"] or (start and day < start) or (end and day > end):
            continue
        if not all(passes(row, one) for one in filters):
            continue
        bucket = bucket_of(day, grain or "day", facts)
        groups.setdefault(tuple(bucket if name == "date" else row[name] for name in columns), []).append(row)
    return {group: measure.aggregate(held) for group, held in groups.items()}


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def bucket_of(day: date, grain: str, facts: Facts) -> date:
    """The first day of the unit that a day is in."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=(day.weekday() - WEEKDAYS.index(facts.week_start)) % 7)
    months = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}[grain]
    first = facts.fiscal_year_start if grain.startswith("fiscal") else 1
    back = (day.month - first) % months
    index = day.year * 12 + day.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)


# Filters

Comparison = Callable[[Value, object], bool]


def _ordered(compare: Callable[[str, str], bool]) -> Comparison:
    return lambda held, asked: held is not None and compare(str(held), str(asked))


def _among(held: Value, asked: object) -> bool:
    assert isinstance(asked, list | tuple | set | frozenset)
    return held is not None and held in asked


OPS: Mapping[str, Comparison] = {
    "eq": lambda held, asked: held is not None and held == asked,
    "ne": lambda held, asked: held is None or held != asked,
    "in": _among,
    "not_in": lambda held, asked: not _among(held, asked),
    "gt": _ordered(operator.gt),
    "gte": _ordered(operator.ge),
    "lt": _ordered(operator.lt),
    "lte": _ordered(operator.le),
    "contains": lambda held, asked: held is not None and str(asked) in str(held),
    "starts_with": lambda held, asked: held is not None and str(held).startswith(str(asked)),
    "is_null": lambda held, asked: held is None,
    "not_null": lambda held, asked: held is not None,
}


def fields_of(filters: Iterable[object]) -> set[str]:
    found: set[str] = set()
    for one in filters:
        if isinstance(one, Mapping) and "any" in one:
            found |= fields_of(one["any"])
        else:
            found.add(_filter(one)[0])
    return found


def passes(row: Row, one: object) -> bool:
    if isinstance(one, Mapping) and "any" in one:
        return any(passes(row, inner) for inner in one["any"])
    name, op, asked = _filter(one)
    return OPS[op](row[name], asked)


def _filter(one: object) -> tuple[str, str, object]:
    """Field, op and value; the op is `eq`, or `in` for a list, where none is given."""
    if isinstance(one, Mapping):
        name, op, asked = str(one["field"]), one.get("op"), one.get("value")
    else:
        assert isinstance(one, tuple)
        assert len(one) in (2, 3)
        name, op, asked = str(one[0]), one[1] if len(one) == 3 else None, one[-1]
    return name, str(op or ("in" if isinstance(asked, list) else "eq")), asked
