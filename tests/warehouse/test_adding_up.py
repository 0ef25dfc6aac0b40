"""Whatever rows a tenant has: the groups of an additive metric add up to its total, for every dimension."""

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest
from gold import REFRESHED_AT, Row, Shop, fill_gold, mart_meta_from_yaml, merged, source, tenant
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.answer import answer
from warehouse.catalog import DATE
from warehouse.cataloguing import build_catalog
from warehouse.query import MAX_METRICS, MetricQuery

SOURCES = (
    source("one", "shopify", "2026-01-01", "2026-01-31"),
    source("two", "woocommerce", "2026-01-10", "2026-01-31"),
    source("ga", "google_analytics", "2026-01-03", "2026-01-30", "google_analytics", measures=("one",)),
    source("ads", "bing_ads", "2026-01-01", "2026-01-31", "ads"),
)
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)

amounts = st.decimals(-1000, 100_000, places=4).map(str)
days = st.dates(date(2026, 1, 1), date(2026, 1, 31)).map(str)
titles = st.sampled_from([None, "Mug", "mug", ""])
countries = st.sampled_from([None, "Germany", "France"])
lines = st.lists(st.tuples(titles, st.sampled_from(["1", "-2", "0.5"]), amounts, amounts), max_size=2)
orders = st.tuples(days, lines, amounts, countries, st.booleans())
refunds = st.tuples(st.integers(0, 9), days, amounts, titles, countries)
channels = st.sampled_from([None, "Paid Search", "tv", ""])
costs = st.decimals(-10, 10**11, places=6).map(str)
ads = st.tuples(days, channels, channels, costs, st.booleans(), st.integers(0, 10**15))
sessions = st.tuples(days, channels, channels, st.integers(0, 10**15))


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(orders, max_size=5),
    st.lists(refunds, max_size=4),
    st.lists(orders, max_size=3),
    st.booleans(),
    st.lists(ads, max_size=5),
    st.lists(sessions, max_size=4),
)
def test_groups_of_every_additive_metric_add_up_to_its_total(
    ones: list[tuple[str, list[tuple[str | None, str, str, str]], str, str | None, bool]],
    back: list[tuple[int, str, str, str | None, str | None]],
    twos: list[tuple[str, list[tuple[str | None, str, str, str]], str, str | None, bool]],
    priced: bool,
    spent: list[tuple[str, str | None, str | None, str, bool, int]],
    visited: list[tuple[str, str | None, str | None, int]],
) -> None:
    one, two = Shop("one", "shopify"), Shop("two", "woocommerce", "EUR", rate=priced)
    for shop, made in ((one, ones), (two, twos)):
        for number, (day, bought, tax, country, counted) in enumerate(made):
            shop.order(number, day, bought, tax=tax, country=country, counted=counted)
    for number, day, value, title, country in back:
        one.refund(number, day, value, title=title, country=country)
    rows_of = merged(one, two)
    for row in rows_of["fct_orders"]:
        row["is_measured"] = row["is_attributed_to_paid"] = row["source_name"] == "one"
    rows_of["fct_ad_performance"] = [ad(*given) for given in spent]
    rows_of["fct_sessions"] = [session(*given) for given in visited]
    with duckdb.connect(":memory:") as gold:
        fill_gold(gold, rows_of)
        catalog = build_catalog(mart_meta_from_yaml(), tenant(), "s", REFRESHED_AT, SOURCES, (), gold)

        def rows(**arguments: object) -> list[tuple[object, ...]]:
            return list(answer(catalog, gold, MetricQuery.parse(arguments), NOW, deadline=30).rows)

        for dimension in (DATE, *catalog.dimensions):
            able: dict[str, list[str]] = {}
            for name, metric in catalog.listed().items():
                if metric.additive and dimension in catalog.dimensions_of(name):
                    able.setdefault(catalog.facts[metric.facts[0]].kind(dimension), []).append(name)
            for together in able.values():
                for start in range(0, len(together), MAX_METRICS):
                    names = together[start : start + MAX_METRICS]
                    [totals] = rows(metrics=names)
                    groups = rows(metrics=names, group_by=dimension, limit=1000)
                    for position, name in enumerate(names):
                        values = [row[position + 1] for row in groups]
                        added = sum((Decimal(str(value)) for value in values if value is not None), Decimal(0))
                        assert added == Decimal(str(totals[position] or 0)), (name, dimension)


def ad(day: str, channel: str | None, campaign: str | None, cost: str, priced: bool, number: int) -> Row:
    return {
        "source_name": "ads",
        "platform": "bing_ads",
        "currency": "EUR",
        "ad_date": day,
        "channel": channel,
        "campaign_name": campaign,
        "is_priced": priced,
        "spend_amount": cost if priced else None,
        "native_spend_amount": cost,
        "clicks": number,
        "impressions": number,
        "platform_conversions": cost,
    }


def session(day: str, channel: str | None, campaign: str | None, number: int) -> Row:
    return {
        "source_name": "ga",
        "platform": "google_analytics",
        "session_date": day,
        "channel": channel,
        "campaign_name": campaign,
        "device_category": campaign,
        "sessions": number,
        "engaged_sessions": number // 2,
    }
