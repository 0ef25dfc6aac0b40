"""The metrics and dimensions of metrics.md written out by hand, for the reference."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A mart: its table, its day, which of its rows count, what its sources provide, and what its dimensions are of."""

    table: str
    day: str
    counted: str | None
    provider: str
    of: str
    dimensions: tuple[str, ...]


_ATTRIBUTED = ("source_name", "platform", "channel", "campaign_name")
_ORDERS = (*_ATTRIBUTED, "order_status", "currency", "customer_country", "customer_type")
_LINES = (*_ORDERS, "product_title", "product_sku", "product_vendor")
FACTS = {
    "orders": Fact("fct_orders", "order_date", "is_counted", "store", "store", _ORDERS),
    "lines": Fact("fct_order_lines", "order_date", "is_counted", "store", "store", _LINES),
    "refunds": Fact("fct_refunds", "refund_date", "is_counted", "store", "store", (*_LINES, "refund_reason")),
    "ads": Fact("fct_ad_performance", "ad_date", None, "ads", "account", (*_ATTRIBUTED, "currency")),
    "visits": Fact(
        "fct_sessions",
        "session_date",
        None,
        "google_analytics",
        "property",
        (*_ATTRIBUTED, "device_category", "visitor_country"),
    ),
    "events": Fact("fct_events", "event_date", None, "events", "events", ("source_name", "platform", "event_name")),
}
# what these are of differs between facts
OF_A_SOURCE = ("source_name", "platform", "currency")
DIMENSIONS = tuple(dict.fromkeys(name for fact in FACTS.values() for name in fact.dimensions))


@dataclass(frozen=True)
class Part:
    """One aggregate of a fact; only: boolean columns that must hold, "!" before one that must not.

    how: sum, count (of rows, or of rows that have the column), distinct or median. measured: only where a property
    measures the store.
    """

    fact: str
    how: str
    column: str | None = None
    only: tuple[str, ...] = ()
    measured: bool = False

    @property
    def native(self) -> str | None:
        """The column of the same amount in its own currency, by which a missing rate is told."""
        if self.column is None or not self.column.endswith("_amount") or self.how not in ("sum", "median"):
            return None
        return f"native_{self.column}"


Terms = tuple[tuple[int, Part], ...]


@dataclass(frozen=True)
class Metric:
    """Sums over sums; requires: what some source must provide for the metric to be known."""

    over: Terms
    under: Terms | None = None
    unit: str = "currency"
    factor: int = 1
    whole: bool = False
    requires: tuple[str, ...] = ("store",)

    @property
    def additive(self) -> bool:
        return self.under is None and all(part.how in ("sum", "count") for _, part in self.over)

    @property
    def places(self) -> int:
        return 4 if self.unit == "currency" else 6

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for _, part in (*self.over, *(self.under or ())))


def _sum(fact: str, column: str, *only: str, measured: bool = False) -> Part:
    return Part(fact, "sum", column, only, measured)


def _plus(*parts: Part) -> Terms:
    return tuple((1, part) for part in parts)


def _minus(*parts: Part) -> Terms:
    return tuple((-1, part) for part in parts)


def _charged(name: str) -> Terms:
    return (*_plus(_sum("orders", f"{name}_amount")), *_minus(_sum("refunds", f"{name}_amount")))


_GOODS = (*_plus(_sum("lines", "gross_amount")), *_minus(_sum("lines", "discount_amount")))
_RETURNS = _sum("refunds", "return_amount")
_NET = (*_GOODS, *_minus(_RETURNS))
_SALES = (*_NET, *_charged("tax"), *_charged("shipping"), *_charged("duties_and_fees"))
_COUNTED = Part("orders", "count")
_FIRST = Part("orders", "count", None, ("is_first_order",))
_PRICED = Part("orders", "count", "total_amount")
_MEASURED = Part("orders", "count", None, ("is_measured",), measured=True)
_PERSONS = Part("orders", "distinct", "person_key")
_AGAIN = Part("orders", "distinct", "person_key", ("!is_first_order",))
_ATTRIBUTED_TOTAL = _sum("orders", "total_amount", "is_attributed_to_paid", measured=True)
_VISITS = _sum("visits", "sessions")
_ENGAGED = _sum("visits", "engaged_sessions")
_SPEND = _sum("ads", "spend_amount")
_CLAIMED = _sum("ads", "platform_revenue_amount")
_GA = ("google_analytics",)
_STORE_GA = ("store", "google_analytics")
_ADS = ("ads",)


def _ads(name: str, *only: str) -> Part:
    return _sum("ads", name, *only)


METRICS: dict[str, Metric] = {
    "total_revenue": Metric(_plus(_sum("orders", "total_amount"))),
    "gross_sales": Metric(_plus(_sum("lines", "gross_amount"))),
    "discounts": Metric(_plus(_sum("lines", "discount_amount"))),
    "returns": Metric(_plus(_RETURNS)),
    "net_sales": Metric(_NET),
    "taxes": Metric(_charged("tax")),
    "shipping": Metric(_charged("shipping")),
    "duties_and_fees": Metric(_charged("duties_and_fees")),
    "tips": Metric(_charged("tips")),
    "total_sales": Metric(_SALES),
    "refunded_amount": Metric(_plus(_sum("refunds", "refunded_amount"))),
    "orders": Metric(_plus(_COUNTED), unit="count", whole=True),
    "average_order_value": Metric(_GOODS, _plus(_PRICED)),
    "median_order_value": Metric(_plus(Part("orders", "median", "total_amount"))),
    "units_sold": Metric(_plus(_sum("lines", "quantity")), unit="count"),
    "units_returned": Metric(_plus(_sum("refunds", "quantity")), unit="count"),
    "customers": Metric(_plus(_PERSONS), unit="count", whole=True),
    "new_customers": Metric(_plus(_FIRST), unit="count", whole=True),
    "returning_customers": Metric(_plus(_AGAIN), unit="count", whole=True),
    "repeat_rate": Metric(_plus(_AGAIN), _plus(_PERSONS), unit="ratio"),
    "return_rate": Metric(_plus(_RETURNS), _GOODS, unit="ratio"),
    "sessions": Metric(_plus(_VISITS), unit="count", whole=True, requires=_GA),
    "engaged_sessions": Metric(_plus(_ENGAGED), unit="count", whole=True, requires=_GA),
    "bounce_rate": Metric((*_plus(_VISITS), *_minus(_ENGAGED)), _plus(_VISITS), unit="ratio", requires=_GA),
    "conversion_rate": Metric(_plus(_MEASURED), _plus(_VISITS), unit="ratio", requires=_STORE_GA),
    "events": Metric(_plus(_sum("events", "event_count")), unit="count", whole=True, requires=("events",)),
    "ad_spend": Metric(_plus(_SPEND), requires=_ADS),
    "impressions": Metric(_plus(_ads("impressions")), unit="count", whole=True, requires=_ADS),
    "clicks": Metric(_plus(_ads("clicks")), unit="count", whole=True, requires=_ADS),
    "ctr": Metric(_plus(_ads("clicks")), _plus(_ads("impressions")), unit="ratio", requires=_ADS),
    "cpc": Metric(_plus(_SPEND), _plus(_ads("clicks", "is_priced")), requires=_ADS),
    "cpm": Metric(_plus(_SPEND), _plus(_ads("impressions", "is_priced")), factor=1000, requires=_ADS),
    "platform_conversions": Metric(_plus(_ads("platform_conversions")), unit="number", requires=_ADS),
    "platform_revenue": Metric(_plus(_CLAIMED), requires=_ADS),
    "cost_per_conversion": Metric(_plus(_SPEND), _plus(_ads("platform_conversions", "is_priced")), requires=_ADS),
    "platform_roas": Metric(_plus(_CLAIMED), _plus(_SPEND), unit="ratio", requires=_ADS),
    "attributed_revenue": Metric(_plus(_ATTRIBUTED_TOTAL), requires=_STORE_GA),
    "roas": Metric(
        _plus(_ATTRIBUTED_TOTAL), _plus(_SPEND), unit="ratio", requires=("store", "google_analytics", "ads")
    ),
    "mer": Metric(_SALES, _plus(_SPEND), unit="ratio", requires=("store", "ads")),
    "cac_blended": Metric(_plus(_SPEND), _plus(_FIRST), requires=("store", "ads")),
}


def facts_of(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The facts that metrics are made of, in no order that matters."""
    return tuple(dict.fromkeys(part.fact for name in metrics for part in METRICS[name].parts))


def carried(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The dimensions that every one of the metrics can be split by, date apart."""
    facts = [FACTS[name] for name in facts_of(metrics)]
    kinds = {fact.of for fact in facts}
    return tuple(
        name
        for name in DIMENSIONS
        if all(name in fact.dimensions for fact in facts) and (name not in OF_A_SOURCE or len(kinds) == 1)
    )
