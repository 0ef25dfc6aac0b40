"""Every metric counted by hand over rows given as dicts: plain Python that shares no code with the product."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

from funnel import FUNNEL, MEASURED, funnel

Row = Mapping[str, object]
Key = str | None
DAYS = {
    "fct_orders": "order_date",
    "fct_order_lines": "order_date",
    "fct_refunds": "refund_date",
    "fct_ad_performance": "ad_date",
    "fct_sessions": "session_date",
    "fct_events": "event_date",
}
STORES = ("fct_orders", "fct_order_lines", "fct_refunds")
PROVIDERS = {**dict.fromkeys(STORES, "store"), "fct_ad_performance": "ads", "fct_sessions": "google_analytics"}
PROVIDERS["fct_events"] = "events"


@dataclass(frozen=True)
class Part:
    """A sum over the rows of one mart: a column, else the number of rows; of those rows only that pass `only`."""

    mart: str
    column: str | None = None
    sign: int = 1
    only: Callable[[Row], object] = lambda row: True
    measured: bool = False

    def value(self, rows: Iterable[Row]) -> Decimal | None:
        found = [Decimal(str(row[self.column])) for row in rows if self.column and row.get(self.column) is not None]
        if self.column is None:
            found = [Decimal(1) for _ in rows]
        return sum(found, Decimal(0)) if found else None

    def has_no_rate(self, rows: Iterable[Row]) -> bool:
        return any(row.get(self.column or "") is None and row.get(f"native_{self.column}") is not None for row in rows)


def orders(column: str | None = None, only: Callable[[Row], object] = lambda row: True, measured: bool = False) -> Part:
    return Part("fct_orders", column, 1, only, measured)


def lines(column: str, sign: int = 1) -> Part:
    return Part("fct_order_lines", column, sign)


def refunds(column: str, sign: int = 1) -> Part:
    return Part("fct_refunds", column, sign)


def ads(column: str, only: Callable[[Row], object] = lambda row: True) -> Part:
    return Part("fct_ad_performance", column, 1, only)


NET = (lines("gross_amount"), lines("discount_amount", -1), refunds("return_amount", -1))
GOODS = (lines("gross_amount"), lines("discount_amount", -1))


def net_of(name: str) -> tuple[Part, ...]:
    return (orders(f"{name}_amount"), refunds(f"{name}_amount", -1))


VISITS, ENGAGED = Part("fct_sessions", "sessions"), Part("fct_sessions", "engaged_sessions")
SPEND, CLAIMED = ads("spend_amount"), ads("platform_revenue_amount")
ATTRIBUTED = orders("total_amount", lambda row: row["is_attributed_to_paid"], measured=True)
FIRST = orders(None, lambda row: row["is_first_order"])
TOTAL_SALES = (*NET, *net_of("tax"), *net_of("shipping"), *net_of("duties_and_fees"))

SUMS: dict[str, tuple[Part, ...]] = {
    "total_revenue": (orders("total_amount"),),
    "gross_sales": (lines("gross_amount"),),
    "discounts": (lines("discount_amount"),),
    "returns": (refunds("return_amount"),),
    "net_sales": NET,
    "taxes": net_of("tax"),
    "shipping": net_of("shipping"),
    "duties_and_fees": net_of("duties_and_fees"),
    "tips": net_of("tips"),
    "total_sales": TOTAL_SALES,
    "refunded_amount": (refunds("refunded_amount"),),
    "orders": (orders(),),
    "units_sold": (lines("quantity"),),
    "units_returned": (refunds("quantity"),),
    "new_customers": (FIRST,),
    "sessions": (VISITS,),
    "engaged_sessions": (ENGAGED,),
    "events": (Part("fct_events", "event_count"),),
    "ad_spend": (SPEND,),
    "impressions": (ads("impressions"),),
    "clicks": (ads("clicks"),),
    "platform_conversions": (ads("platform_conversions"),),
    "platform_revenue": (CLAIMED,),
    "attributed_revenue": (ATTRIBUTED,),
}


@dataclass(frozen=True)
class Ratio:
    """Sums over sums, times a factor, to so many places."""

    over: tuple[Part, ...]
    under: tuple[Part, ...]
    places: int = 6
    factor: int = 1


PRICED = {name: ads(name, lambda row: row["is_priced"]) for name in ("impressions", "clicks", "platform_conversions")}
RATIOS = {
    "average_order_value": Ratio(GOODS, (orders(None, lambda row: row["total_amount"] is not None),), 4),
    "return_rate": Ratio((refunds("return_amount"),), GOODS),
    "bounce_rate": Ratio((VISITS, Part("fct_sessions", "engaged_sessions", -1)), (VISITS,)),
    "conversion_rate": Ratio((orders(None, lambda row: row["is_measured"], measured=True),), (VISITS,)),
    "ctr": Ratio((ads("clicks"),), (ads("impressions"),)),
    "cpc": Ratio((SPEND,), (PRICED["clicks"],), 4),
    "cpm": Ratio((SPEND,), (PRICED["impressions"],), 4, 1000),
    "cost_per_conversion": Ratio((SPEND,), (PRICED["platform_conversions"],), 4),
    "platform_roas": Ratio((CLAIMED,), (SPEND,)),
    "roas": Ratio((ATTRIBUTED,), (SPEND,)),
    "mer": Ratio(TOTAL_SALES, (SPEND,)),
    "cac_blended": Ratio((SPEND,), (FIRST,), 4),
}
PERSONS: dict[str, Callable[[Row], object]] = {
    "customers": lambda row: True,
    "returning_customers": lambda row: not row["is_first_order"],
}
METRICS = (*SUMS, *RATIOS, *PERSONS, "repeat_rate", "median_order_value")


def marts_of(metric: str) -> tuple[str, ...]:
    """The marts that a metric is made of."""
    if metric in SUMS:
        parts = SUMS[metric]
    elif metric in RATIOS:
        parts = (*RATIOS[metric].over, *RATIOS[metric].under)
    else:
        parts = (orders(),)
    return tuple(dict.fromkeys(part.mart for part in parts))


def by_hand(metric: str, dimension: str | None = None, grain: str = "day") -> dict[Key, Decimal | None]:
    """The values of a metric over all days, by the values of a dimension; split by nothing, under None."""
    rows = {mart: [row for row in some if row.get("is_counted", True)] for mart, some in funnel().items()}
    keys: set[Key] = {None}
    if dimension is not None:
        keys = {_key(row, mart, dimension, grain) for mart in marts_of(metric) for row in rows[mart]}
    values: dict[Key, Decimal | None] = {}
    for key in keys:
        group = {
            mart: [row for row in some if dimension is None or _key(row, mart, dimension, grain) == key]
            for mart, some in rows.items()
            if mart in marts_of(metric)
        }
        values[key] = _value(metric, group, dimension, key, grain)
    return values


def _key(row: Row, mart: str, dimension: str, grain: str) -> Key:
    if dimension != "date":
        value = row.get(dimension)
        return None if value is None else str(value)
    day = str(row[DAYS[mart]])
    return day if grain == "day" else f"{day[:7]}-01"


def _value(
    metric: str, group: Mapping[str, Sequence[Row]], dimension: str | None, key: Key, grain: str
) -> Decimal | None:
    def total(parts: Sequence[Part]) -> Decimal | None:
        rows = {part: [row for row in group[part.mart] if part.only(row)] for part in parts}
        values = {part: part.value(rows[part]) for part in parts}
        if any(value is not None for value in values.values()):
            return sum((part.sign * (value or Decimal(0)) for part, value in values.items()), Decimal(0))
        if any(part.has_no_rate(rows[part]) for part in parts):
            return None
        return Decimal(0) if any(_covers(part, dimension, key, grain) for part in parts) else None

    def persons(only: Callable[[Row], object]) -> Decimal:
        return Decimal(len({row["person_key"] for row in group["fct_orders"] if row["person_key"] and only(row)}))

    if metric in SUMS:
        return total(SUMS[metric])
    if metric in PERSONS:
        return persons(PERSONS[metric])
    if metric == "median_order_value":
        amounts = [Decimal(str(row["total_amount"])) for row in group["fct_orders"] if row["total_amount"] is not None]
        return median(amounts) if amounts else None
    if metric == "repeat_rate":
        over: Decimal | None = persons(PERSONS["returning_customers"])
        under: Decimal | None = persons(PERSONS["customers"])
        ratio = Ratio((), ())
    else:
        ratio = RATIOS[metric]
        over, under = total(ratio.over), total(ratio.under)
    if over is None or not under:
        return None
    return (over * ratio.factor / under).quantize(Decimal(1).scaleb(-ratio.places), ROUND_HALF_EVEN)


def _covers(part: Part, dimension: str | None, key: Key, grain: str) -> bool:
    """Whether some source that the part is of has one of the days that a group is of."""
    own = [source for source in FUNNEL if PROVIDERS[part.mart] in source.provides]
    if dimension == "source_name":
        own = [source for source in own if source.name == key]
    if dimension == "platform":
        own = [source for source in own if source.connector == key]
    covered = {day for source in own for day in _days(source.first_day, source.data_through)}
    if part.measured:
        [property_] = [source for source in FUNNEL if "google_analytics" in source.provides]
        stores = {
            day for source in own if source.name in MEASURED for day in _days(source.first_day, source.data_through)
        }
        covered = stores & set(_days(property_.first_day, property_.data_through))
    if dimension == "date":
        covered = {day for day in covered if (str(day) if grain == "day" else f"{str(day)[:7]}-01") == key}
    return bool(covered)


def _days(first: date | None, last: date | None) -> list[date]:
    if first is None or last is None:
        return []
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
