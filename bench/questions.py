"""The questions of the benchmark: each as hand-written SQL, as a call of ours, and as the peers' calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench.star import FIRST_DAY, LAST_DAY

Call = Mapping[str, Any]
_COUNTRY = "Germany"
# what each fact is and which column is its day, in the peers' models as well
_ORDERS, _LINES, _ADS = "orders.order_date", "lines.order_date", "ads.ad_date"


@dataclass(frozen=True)
class Question:
    """One question about one period.

    sql: the statement whose rows are right; its columns are those of the call without changes. bsl, sidemantic: the
    calls that answer it; the rows of several are one beside the other, by their first cell.
    """

    name: str
    sql: str
    call: Call
    bsl: Sequence[Call]
    sidemantic: Sequence[Call]


def questions(round_: int) -> list[Question]:
    """The questions, over periods that no other round asks about."""
    start = date.fromisoformat(FIRST_DAY) + timedelta(days=round_)
    days, period = f"order_date between '{start}' and '{LAST_DAY}'", f"{start}..{LAST_DAY}"
    whole = (str(start), LAST_DAY)
    orders, lines = _within(whole, _ORDERS), _within(whole, _LINES)
    since = date(2025, 9, 1) + timedelta(days=round_)
    year = (str(since), "2026-09-30")
    before = (str(since.replace(year=2024)), "2025-09-30")
    total = {"metrics": ["total_revenue"], "period": period}
    return [
        Question(
            "total",
            f"select sum(total_amount) from fct_orders where is_counted and {days}",
            total,
            [{"model_name": "orders", "measures": ["revenue"], "filters": _filters(whole, "order_date")}],
            [{"metrics": ["orders.revenue"], "where": orders}],
        ),
        Question(
            "by month",
            f"select date_trunc('month', order_date), sum(total_amount) from fct_orders where is_counted and {days} "
            "group by 1 order by 1",
            {**total, "grain": "month"},
            [_by_month(["order_date"], _filters(whole, "order_date"))],
            [
                {
                    "metrics": ["orders.revenue"],
                    "dimensions": ["orders.order_date__month"],
                    "where": orders,
                    "order_by": ["orders.order_date__month"],
                }
            ],
        ),
        Question(
            "channel x month, filtered",
            "select date_trunc('month', order_date), channel, sum(total_amount) from fct_orders "
            f"where is_counted and customer_country = '{_COUNTRY}' and {days} group by 1, 2 order by 1, 2",
            {
                **total,
                "group_by": ["channel"],
                "grain": "month",
                "where": [{"field": "customer_country", "value": _COUNTRY}],
                "limit": 1000,
            },
            [
                _by_month(
                    ["order_date", "channel"],
                    [
                        *_filters(whole, "order_date"),
                        {"field": "customer_country", "operator": "=", "value": _COUNTRY},
                    ],
                )
            ],
            [
                {
                    "metrics": ["orders.revenue"],
                    "dimensions": ["orders.order_date__month", "orders.channel"],
                    "where": f"{orders} and orders.customer_country = '{_COUNTRY}'",
                    "order_by": ["orders.order_date__month", "orders.channel"],
                }
            ],
        ),
        Question(
            "top 10 products",
            f"select product_title, sum(gross_amount) from fct_order_lines where is_counted and {days} "
            "group by 1 order by 2 desc limit 10",
            {"metrics": ["gross_sales"], "group_by": ["product_title"], "limit": 10, "period": period},
            [
                {
                    "model_name": "lines",
                    "measures": ["gross_sales"],
                    "dimensions": ["product_title"],
                    "filters": _filters(whole, "order_date"),
                    "order_by": [["gross_sales", "desc"]],
                    "limit": 10,
                }
            ],
            [
                {
                    "metrics": ["lines.gross_sales"],
                    "dimensions": ["lines.product_title"],
                    "where": lines,
                    "order_by": ["lines.gross_sales desc"],
                    "limit": 10,
                }
            ],
        ),
        Question(
            "average order value",
            f"select (select sum(gross_amount) - sum(discount_amount) from fct_order_lines where is_counted and {days})"
            f" / (select count(total_amount) from fct_orders where is_counted and {days})",
            {"metrics": ["average_order_value"], "period": period},
            [{"model_name": "lines", "measures": ["order_value"], "filters": _filters(whole, "order_date")}],
            [{"metrics": ["lines.order_value"], "where": lines}],
        ),
        Question(
            "channels, previous year",
            _channels_sql(year, before),
            {
                "metrics": ["total_revenue", "ad_spend", "roas"],
                "group_by": ["channel"],
                "period": "..".join(year),
                "compare": "previous_year",
            },
            [
                {
                    "model_name": "channels",
                    "dimensions": ["channels.channel"],
                    "measures": ["orders.revenue", "ads.spend", "roas"],
                    "filters": [*_filters(period, _ORDERS), *_filters(period, _ADS)],
                }
                for period in (year, before)
            ],
            [
                {
                    "metrics": ["orders.revenue", "ads.spend", "roas"],
                    "dimensions": ["channels.channel"],
                    "where": f"{_within(period, _ORDERS)} and {_within(period, _ADS)}",
                }
                for period in (year, before)
            ],
        ),
    ]


def _by_month(dimensions: list[str], filters: list[Call]) -> Call:
    return {
        "model_name": "orders",
        "measures": ["revenue"],
        "dimensions": dimensions,
        "time_grain": "TIME_GRAIN_MONTH",
        "filters": filters,
        "order_by": [[name, "asc"] for name in dimensions],
    }


def _filters(period: tuple[str, str], day: str) -> list[Call]:
    # BSL's time_range is refused where the day is not grouped by
    return [
        {"field": day, "operator": operator, "value": value}
        for operator, value in zip((">=", "<="), period, strict=True)
    ]


def _within(period: tuple[str, str], day: str) -> str:
    return f"{day} >= '{period[0]}' and {day} <= '{period[1]}'"


def _channels_sql(year: tuple[str, str], before: tuple[str, str]) -> str:
    def both(amount: str, day: str, of: str = "") -> str:
        return ", ".join(
            f"coalesce(sum({amount}) filter (where {day} between '{start}' and '{end}'{of}), 0)"
            for start, end in (year, before)
        )

    def days(day: str) -> str:
        return f"({day} between '{year[0]}' and '{year[1]}' or {day} between '{before[0]}' and '{before[1]}')"

    return (
        f"with sold as (select channel, {both('total_amount', 'order_date')}, "
        f"{both('total_amount', 'order_date', ' and is_attributed_to_paid')} "
        f"from fct_orders where is_counted and {days('order_date')} group by 1), "
        f"spent as (select channel, {both('spend_amount', 'ad_date')} from fct_ad_performance "
        f"where {days('ad_date')} group by 1) "
        "select coalesce(s.c, a.c), coalesce(r, 0), coalesce(rp, 0), coalesce(p, 0), coalesce(pp, 0), "
        "coalesce(t, 0) / nullif(p, 0), coalesce(tp, 0) / nullif(pp, 0) "
        "from sold s(c, r, rp, t, tp) full join spent a(c, p, pp) on s.c is not distinct from a.c order by 2 desc"
    )
