"""The metrics of metrics.md over the facts, by any of their dimensions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from statistics import median

from oracle_channels import PAID_CHANNELS
from oracle_conversion import converted
from oracle_facts import Facts, Row, Value
from oracle_filters import fields_of, passes

Group = tuple[Value, ...]
Groups = dict[Group, Decimal | int | None]
Aggregate = Callable[[list[Row]], Decimal | int | None]

SOURCE = ("source_name", "platform")
VISIT = ("channel", "campaign_name")
ORDER = (*SOURCE, *VISIT, "order_status", "currency", "customer_country", "customer_type")
PRODUCT = ("product_title", "product_sku", "product_vendor")
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "orders": ORDER,
    "lines": (*ORDER, *PRODUCT),
    "refunds": (*ORDER, *PRODUCT, "refund_reason"),
    "ads": (*SOURCE, *VISIT, "currency"),
    "sessions": (*SOURCE, *VISIT, "device_category", "visitor_country"),
    "events": (*SOURCE, "event_name"),
}
STORES = {"orders", "lines", "refunds"}
SOURCES_OWN = {*SOURCE, "currency"}
"""Of a store among the stores' facts, of something else in every other fact."""

DAYS = {
    "orders": "order_date",
    "lines": "order_date",
    "refunds": "refund_date",
    "ads": "ad_date",
    "sessions": "session_date",
    "events": "event_date",
}


def every(row: Row) -> bool:
    return True


@dataclass(frozen=True)
class Measure:
    """An aggregate of those of a fact's counted rows that it is about; `column` is what it reads, if anything."""

    fact: str
    aggregate: Aggregate
    column: str | None = None
    where: Callable[[Row], bool] = every
    is_sum: bool = False

    def bears(self, row: Row) -> bool:
        """Whether a row adds to it: a sum needs an amount other than zero, anything else a value."""
        held = True if self.column is None else row[self.column]
        return self.where(row) and (bool(held) if self.is_sum else held is not None)


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
    factor: int = 1


def total(fact: str, column: str, where: Callable[[Row], bool] = every) -> Measure:
    def aggregate(rows: list[Row]) -> Decimal | None:
        amounts = [Decimal(amount) for row in rows if isinstance(amount := row[column], Decimal | int)]
        return sum(amounts, Decimal(0)) if amounts or not rows else None

    return Measure(fact, aggregate, column, where, is_sum=True)


def is_priced(row: Row) -> bool:
    return row["is_priced"] is True


def is_paid(row: Row) -> bool:
    return row["channel"] in PAID_CHANNELS


def count(where: Callable[[Row], bool] = every) -> Measure:
    return Measure("orders", len, None, where)


def persons(where: Callable[[Row], bool] = every) -> Measure:
    def aggregate(rows: list[Row]) -> int:
        return len({row["person_key"] for row in rows} - {None})

    return Measure("orders", aggregate, "person_key", where)


def middle(rows: list[Row]) -> Decimal | None:
    amounts = [amount for row in rows if isinstance(amount := row["total_amount"], Decimal)]
    return median(amounts) if amounts else None


MEASURES: Mapping[str, Measure] = {
    "total_revenue": total("orders", "total_amount"),
    "taxes_charged": total("orders", "tax_amount"),
    "shipping_charged": total("orders", "shipping_amount"),
    "duties_and_fees_charged": total("orders", "duties_and_fees_amount"),
    "tips_charged": total("orders", "tips_amount"),
    "orders": count(),
    "orders_with_amount": count(lambda row: row["total_amount"] is not None),
    "median_order_value": Measure("orders", middle, "total_amount"),
    "customers": persons(),
    "new_customers": count(lambda row: row["is_first_order"] is True),
    "returning_customers": persons(lambda row: row["is_first_order"] is False),
    "gross_sales": total("lines", "gross_amount"),
    "discounts": total("lines", "discount_amount"),
    "units_sold": total("lines", "quantity"),
    "returns": total("refunds", "return_amount"),
    "taxes_refunded": total("refunds", "tax_amount"),
    "shipping_refunded": total("refunds", "shipping_amount"),
    "duties_and_fees_refunded": total("refunds", "duties_and_fees_amount"),
    "tips_refunded": total("refunds", "tips_amount"),
    "refunded_amount": total("refunds", "refunded_amount"),
    "units_returned": total("refunds", "quantity"),
    "attributed_revenue": total("orders", "total_amount", is_paid),
    "measured_orders": count(lambda row: row["is_measured"] is True),
    "sessions": total("sessions", "sessions"),
    "engaged_sessions": total("sessions", "engaged_sessions"),
    "events": total("events", "event_count"),
    "ad_spend": total("ads", "spend_amount"),
    "platform_revenue": total("ads", "platform_revenue_amount"),
    "platform_conversions": total("ads", "platform_conversions"),
    "impressions": total("ads", "impressions"),
    "clicks": total("ads", "clicks"),
    "priced_conversions": total("ads", "platform_conversions", is_priced),
    "priced_impressions": total("ads", "impressions", is_priced),
    "priced_clicks": total("ads", "clicks", is_priced),
}

BEFORE_RETURNS = Sum(("gross_sales",), ("discounts",))

TOTAL_SALES = Sum(
    ("gross_sales", "taxes_charged", "shipping_charged", "duties_and_fees_charged"),
    ("discounts", "returns", "taxes_refunded", "shipping_refunded", "duties_and_fees_refunded"),
)
SPEND = Sum(("ad_spend",))

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
            "attributed_revenue",
            "sessions",
            "engaged_sessions",
            "events",
            "ad_spend",
            "impressions",
            "clicks",
            "platform_conversions",
            "platform_revenue",
        )
    },
    **{
        name: Sum((f"{name}_charged",), (f"{name}_refunded",))
        for name in ("taxes", "shipping", "duties_and_fees", "tips")
    },
    "net_sales": Sum(("gross_sales",), ("discounts", "returns")),
    "total_sales": TOTAL_SALES,
    "average_order_value": Ratio(BEFORE_RETURNS, Sum(("orders_with_amount",)), 4),
    "repeat_rate": Ratio(Sum(("returning_customers",)), Sum(("customers",)), 6),
    "return_rate": Ratio(Sum(("returns",)), BEFORE_RETURNS, 6),
    "bounce_rate": Ratio(Sum(("sessions",), ("engaged_sessions",)), Sum(("sessions",)), 6),
    "conversion_rate": Ratio(Sum(("measured_orders",)), Sum(("sessions",)), 6),
    "ctr": Ratio(Sum(("clicks",)), Sum(("impressions",)), 6),
    "cpc": Ratio(SPEND, Sum(("priced_clicks",)), 4),
    "cpm": Ratio(SPEND, Sum(("priced_impressions",)), 4, factor=1000),
    "cost_per_conversion": Ratio(SPEND, Sum(("priced_conversions",)), 4),
    "platform_roas": Ratio(Sum(("platform_revenue",)), SPEND, 6),
    "roas": Ratio(Sum(("attributed_revenue",)), SPEND, 6),
    "mer": Ratio(TOTAL_SALES, SPEND, 6),
    "cac_blended": Ratio(SPEND, Sum(("new_customers",)), 4),
}

NOT_ADDITIVE = {"median_order_value", "customers", "returning_customers"}
ADDS_UP = tuple(name for name, one in METRICS.items() if isinstance(one, Sum) and name not in NOT_ADDITIVE)


def facts_of(metric: str) -> frozenset[str]:
    """Of which facts a metric is made: any of orders, lines, refunds, ads, sessions, events."""
    asked = METRICS[metric]
    sums = (asked,) if isinstance(asked, Sum) else (asked.numerator, asked.denominator)
    return frozenset(MEASURES[name].fact for one in sums for name in (*one.plus, *one.minus))


def dimensions_of(metric: str) -> tuple[str, ...]:
    """The dimensions that all facts of a metric carry and mean the same by, without date."""
    facts = facts_of(metric)
    alike = len(facts) == 1 or facts <= STORES
    held = [DIMENSIONS[fact] for fact in sorted(facts)]
    shared = (name for name in held[0] if all(name in others for others in held))
    return tuple(name for name in shared if alike or name not in SOURCES_OWN)


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
    return {group: divided(over.get(group), under.get(group), asked) for group in {**over, **under}}


def keys(parts: Sequence[tuple[int, Groups]]) -> list[Group]:
    return list(dict.fromkeys(group for _, part in parts for group in part))


def added(parts: Sequence[tuple[int, Decimal | int | None]]) -> Decimal | int | None:
    if all(part is None for _, part in parts):
        return None
    if all(sign == 1 for sign, _ in parts) and len(parts) == 1:
        return parts[0][1]
    return sum((sign * Decimal(part) for sign, part in parts if part is not None), Decimal(0))


def divided(over: Decimal | int | None, under: Decimal | int | None, asked: Ratio) -> Decimal | None:
    if over is None or not under:
        return None
    return converted(Decimal(asked.factor), Fraction(over) / Fraction(under), Decimal(1).scaleb(-asked.places))


def measured(
    facts: Facts,
    measure: Measure,
    columns: tuple[str, ...],
    grain: str | None,
    start: date | None,
    end: date | None,
    filters: Sequence[object],
) -> Groups:
    groups = grouped(facts, measure.fact, columns, grain, start, end)
    if filters:
        chosen = {
            group: [row for row in rows if all(passes(row, one) for one in filters)] for group, rows in groups.items()
        }
        groups = {group: rows for group, rows in chosen.items() if rows or not columns}
    return {group: measure.aggregate([row for row in rows if measure.where(row)]) for group, rows in groups.items()}


@lru_cache(maxsize=12)
def grouped(
    facts: Facts, fact: str, columns: tuple[str, ...], grain: str | None, start: date | None, end: date | None
) -> dict[Group, list[Row]]:
    """A fact's counted rows by group; the one of no columns is always there."""
    day_column = DAYS[fact]
    groups: dict[Group, list[Row]] = {} if columns else {(): []}
    rows: list[Row] = getattr(facts, fact)
    for row in rows:
        day = row[day_column]
        assert isinstance(day, date)
        if not row["is_counted"] or (start and day < start) or (end and day > end):
            continue
        bucket = bucket_of(day, grain or "day", facts)
        groups.setdefault(tuple(bucket if name == "date" else row[name] for name in columns), []).append(row)
    return groups


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
