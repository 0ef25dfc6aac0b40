"""Whatever rows a tenant has: the groups of an additive metric add up to its total, for every dimension."""

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
from gold import REFRESHED_AT, Shop, fill_gold, mart_meta_from_yaml, merged, source, tenant
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.answer import answer
from warehouse.catalog import DATE, build_catalog
from warehouse.query import MAX_METRICS, MetricQuery

SOURCES = (
    source("one", "shopify", "2026-01-01", "2026-01-31"),
    source("two", "woocommerce", "2026-01-10", "2026-01-31"),
)
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)

amounts = st.decimals(-1000, 100_000, places=4).map(str)
days = st.dates(date(2026, 1, 1), date(2026, 1, 31)).map(str)
titles = st.sampled_from([None, "Mug", "mug", ""])
countries = st.sampled_from([None, "Germany", "France"])
lines = st.lists(st.tuples(titles, st.sampled_from(["1", "-2", "0.5"]), amounts, amounts), max_size=2)
orders = st.tuples(days, lines, amounts, countries, st.booleans())
refunds = st.tuples(st.integers(0, 9), days, amounts, titles, countries)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(orders, max_size=5), st.lists(refunds, max_size=4), st.lists(orders, max_size=3), st.booleans())
def test_groups_of_every_additive_metric_add_up_to_its_total(
    ones: list[tuple[str, list[tuple[str | None, str, str, str]], str, str | None, bool]],
    back: list[tuple[int, str, str, str | None, str | None]],
    twos: list[tuple[str, list[tuple[str | None, str, str, str]], str, str | None, bool]],
    priced: bool,
) -> None:
    one, two = Shop("one", "shopify"), Shop("two", "woocommerce", "EUR", rate=priced)
    for shop, made in ((one, ones), (two, twos)):
        for number, (day, bought, tax, country, counted) in enumerate(made):
            shop.order(number, day, bought, tax=tax, country=country, counted=counted)
    for number, day, value, title, country in back:
        one.refund(number, day, value, title=title, country=country)
    with duckdb.connect(":memory:") as gold:
        fill_gold(gold, merged(one, two))
        catalog = build_catalog(mart_meta_from_yaml(), tenant(), "s", REFRESHED_AT, SOURCES, (), gold)

        def rows(**arguments: object) -> list[tuple[object, ...]]:
            return list(answer(catalog, gold, MetricQuery.parse(arguments), NOW, deadline=30).rows)

        for dimension in (DATE, *catalog.dimensions):
            able = [name for name, metric in catalog.listed().items() if metric.additive]
            able = [name for name in able if dimension in catalog.dimensions_of(name)]
            for start in range(0, len(able), MAX_METRICS):
                names = able[start : start + MAX_METRICS]
                [totals] = rows(metrics=names)
                groups = rows(metrics=names, group_by=dimension, limit=1000)
                for position, name in enumerate(names):
                    values = [row[position + 1] for row in groups]
                    added = sum((Decimal(str(value)) for value in values if value is not None), Decimal(0))
                    assert added == Decimal(str(totals[position] or 0)), (name, dimension)
