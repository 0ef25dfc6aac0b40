"""Zero, null and what is told, where sources of several kinds cover different days."""

import copy
from datetime import date

import pytest
from funnel import FUNNEL, funnel
from gold import Asked, Row, source, write_gold

from warehouse.catalog import CatalogSource
from warehouse.coverage import Coverage
from warehouse.planning import make_plan
from warehouse.query import MetricQuery


def other(tmp_path_factory: pytest.TempPathFactory, rows: dict[str, list[Row]], *sources: CatalogSource) -> Asked:
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, rows)
    return Asked(path, sources)


@pytest.mark.parametrize(
    ("metrics", "arguments", "expected"),
    [
        # stores begin before ads, ads before sessions, and events come last
        (["orders", "ad_spend", "sessions", "events"], {"period": "2026-01-06"}, (0, None, None, None)),
        (["orders", "ad_spend", "sessions", "events"], {"period": "2026-01-11"}, (0, 0, None, None)),
        (["orders", "ad_spend", "sessions", "events"], {"period": "2026-02-03"}, (0, 0, 0, 0)),
        (["orders", "ad_spend", "sessions", "events"], {"period": "2026-04-01"}, (None, None, None, None)),
        (["orders", "ad_spend", "sessions", "events"], {"period": "2026-03-31"}, (2, 0, None, 1)),
        # revenue that is attributed needs a store and the property that measures it, on the same day
        (["total_revenue", "attributed_revenue"], {"period": "2026-01-05"}, (37.15, 37.15)),
        (["total_revenue", "attributed_revenue"], {"period": "2026-01-06"}, (0, None)),
        (["total_revenue", "attributed_revenue"], {"period": "2026-02-03"}, (0, 0)),
        (["total_revenue", "attributed_revenue"], {"period": "2026-03-30"}, (0, 0)),
        (["total_revenue", "attributed_revenue"], {"period": "2026-03-31"}, (0.01, None)),
        (
            ["orders", "attributed_revenue"],
            {"period": "2026-02-03", "where": {"field": "source_name", "value": "woo"}},
            (None, None),
        ),
        (
            ["orders", "attributed_revenue"],
            {"period": "2026-03-05", "where": {"field": "source_name", "value": "shopify_eu"}},
            (0, None),
        ),
        # a ratio is null where its numerator is, or on a missing or zero denominator
        (["attributed_revenue", "ad_spend", "roas"], {"period": "2026-02-12"}, (0, 0, None)),
        (["attributed_revenue", "ad_spend", "roas"], {"period": "2026-01-10"}, (None, 12.345678, None)),
        (["attributed_revenue", "ad_spend", "roas"], {"period": "2026-02-28"}, (0, 8.25, 0)),
        (["attributed_revenue", "ad_spend", "roas"], {"period": "2026-02-10"}, (11, 3.1, 3.548387)),
        (["attributed_revenue", "ad_spend", "roas"], {"period": "2026-01-05"}, (37.15, None, None)),
        (["sessions", "conversion_rate"], {"period": "2026-02-11"}, (0, None)),
        (["sessions", "conversion_rate"], {"period": "2026-02-01"}, (120, 0)),
        (["ad_spend", "new_customers", "cac_blended"], {"period": "2026-02-28"}, (8.25, 0, None)),
        (["ad_spend", "mer"], {"period": "2026-03-31"}, (0, None)),
    ],
)
def test_nothing_is_zero_where_its_own_sources_cover_the_days_and_else_null(
    asked: Asked, metrics: list[str], arguments: dict[str, object], expected: tuple[object, ...]
) -> None:
    assert asked.rows(metrics=metrics, **arguments) == [expected]


def test_a_channel_without_orders_has_spend_and_one_without_spend_has_orders(asked: Asked) -> None:
    metrics = ["total_revenue", "returns", "ad_spend", "sessions", "roas"]
    assert asked.rows(metrics=metrics, group_by="channel", order_by="channel") == [
        ("Cross-network", 0, 0, None, 0, None),
        ("Direct", 14.99, 0, 0, 7, None),
        ("Display", 0, 0, 8.25, 0, 0),
        ("Email", 7.77, 0, 0, 0, None),
        ("Organic Search", 0, 0, 0, 31, None),
        ("Paid Search", 45.18, 13.95, 5.5, 40, 8.214545),
        ("Paid Social", 134.55, 9.45, 15.445679, 173, 8.711174),
        ("Unattributed", 0.01, None, 0, 0, None),
        (None, 0, 5, 0, 0, None),
    ]


@pytest.mark.parametrize("grain", ["day", "month"])
def test_buckets_that_nothing_covers_come_last_whichever_way_they_are_ordered(asked: Asked, grain: str) -> None:
    for metrics in (["attributed_revenue", "ad_spend"], ["roas", "ad_spend"], ["events", "net_sales"], ["cac_blended"]):
        whole = {row[0]: row[1] for row in asked.rows(metrics=metrics, grain=grain, limit=1000)}
        for sign in ("", "-"):
            rows = asked.rows(metrics=metrics, grain=grain, order_by=f"{sign}{metrics[0]}", limit=1000)
            assert {row[0]: row[1] for row in rows} == whole
            values = [row[1] for row in rows if row[1] is not None]
            assert [row[1] for row in rows] == sorted(values, reverse=sign == "-") + [None] * (len(rows) - len(values))


def test_the_worst_month_is_none_of_those_without_a_figure(asked: Asked) -> None:
    # January has spend, and orders that no property measured yet
    worst = asked.rows(metrics="roas", grain="month", order_by="roas", limit=1, period="2025-12-15..2026-03-31")
    assert worst == [("2026-02-01", 0.969163)]


def test_split_by_what_an_account_is_called_each_group_has_its_own_days(asked: Asked) -> None:
    rows = asked.rows(metrics=["ad_spend", "clicks"], group_by="source_name", period="2026-03", order_by="source_name")
    assert rows == [("facebook_ads", 0, 0), ("google_ads", 5.5, 94)]
    rows = asked.rows(metrics="events", group_by="platform", order_by="platform")
    assert rows == [("google_analytics", 304), ("mixpanel", 2)]


def test_the_sources_in_scope_are_those_of_the_asked_metrics(asked: Asked) -> None:
    def through(*metrics: str, **more: object) -> set[str]:
        return set(asked.ask(metrics=list(metrics), **more).data_through)

    stores, ads = {"shopify", "woo", "shopify_eu"}, {"facebook_ads", "google_ads"}
    assert through("net_sales") == stores
    assert through("ad_spend") == ads
    assert through("sessions") == {"ga"}
    assert through("events") == {"ga", "mixpanel"}
    assert through("mer") == stores | ads
    assert through("attributed_revenue") == stores | {"ga"}
    assert through("roas") == stores | ads | {"ga"}
    assert through("ad_spend", where={"field": "platform", "value": "google_ads"}) == {"google_ads"}
    # filtered by a store, the property that measures it still counts; one that none measures has none
    assert through("attributed_revenue", where={"field": "source_name", "value": "woo"}) == {"woo", "ga"}
    assert through("attributed_revenue", where={"field": "source_name", "value": "shopify_eu"}) == {"shopify_eu"}


def test_a_period_that_only_some_sources_cover_is_told_with_their_days(asked: Asked) -> None:
    def told(**arguments: object) -> list[str]:
        return [text for text in asked.ask(**arguments).notices if "covered" in text]

    assert told(metrics="ad_spend", period="2026-02") == [
        "Not the whole period is covered: google_ads has 2026-03-01 to 2026-03-25."
    ]
    march = {"period": "2026-03", "where": {"field": "channel", "value": "Paid Social"}}
    assert told(metrics=["attributed_revenue", "roas"], **march) == [
        "Not the whole period is covered: woo has 2026-02-10 to 2026-03-20, ga has 2026-02-01 to 2026-03-30, "
        "google_ads has 2026-03-01 to 2026-03-25."
    ]
    assert told(metrics="sessions", period="2026-03-01..2026-03-30") == []


def test_stores_that_no_property_measures_are_named(asked: Asked) -> None:
    def told(**arguments: object) -> list[str]:
        return [text for text in asked.ask(**arguments).notices if "measures" in text]

    missing = "No google_analytics source measures shopify_eu: its orders are not in"
    assert told(metrics="conversion_rate") == [f"{missing} conversion_rate."]
    assert told(metrics=["orders", "roas", "attributed_revenue"]) == [f"{missing} roas and attributed_revenue."]
    assert told(metrics=["conversion_rate", "roas"]) == [f"{missing} conversion_rate.", f"{missing} roas."]
    assert told(metrics=["orders", "sessions", "mer"]) == []
    assert told(metrics="attributed_revenue", where={"field": "source_name", "value": "shopify"}) == []


def test_where_measures_is_left_out_a_property_measures_every_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    every = source("ga", "google_analytics", "2026-02-01", "2026-03-30", "google_analytics", "events")
    measured = other(tmp_path_factory, funnel(), *FUNNEL[:3], every)
    answer = measured.ask(metrics="attributed_revenue", period="2026-03-05", group_by=[])
    assert answer.rows == ((0,),)
    assert not [text for text in answer.notices if "measures" in text]
    measured.close()


def test_days_that_two_properties_cover_for_two_stores_are_not_mixed(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows: dict[str, list[Row]] = {}
    asked = other(
        tmp_path_factory,
        rows,
        source("one", "shopify", "2026-01-01", "2026-01-31"),
        source("two", "woocommerce", "2026-02-01", "2026-02-28"),
        source("ga_one", "google_analytics", "2026-02-01", "2026-02-28", "google_analytics", measures=("one",)),
        source("ga_two", "google_analytics", "2026-02-15", "2026-03-31", "google_analytics", measures=("two",)),
    )
    assert asked.rows(metrics="attributed_revenue", period="2026-02-10") == [(None,)]
    assert asked.rows(metrics="attributed_revenue", period="2026-02-20") == [(0,)]
    assert asked.rows(metrics="attributed_revenue", period="2026-03-10") == [(None,)]
    asked.close()


def test_amounts_without_a_rate_are_told_by_orders_and_by_ad_rows(asked: Asked) -> None:
    def told(*metrics: str, **more: object) -> list[str]:
        return [text for text in asked.ask(metrics=list(metrics), **more).notices if "rate to" in text]

    orders = "2 orders in EUR without a rate to USD are left out of amounts."
    assert told("ad_spend") == ["2 ad rows in EUR without a rate to USD are left out of amounts."]
    assert told("platform_roas", "clicks") == ["2 ad rows in EUR without a rate to USD are left out of amounts."]
    assert told("mer") == ["2 ad rows in EUR without a rate to USD are left out of amounts.", orders]
    assert told("clicks", "orders") == []
    assert told("ad_spend", period="2026-03-25") == ["1 ad row in EUR without a rate to USD is left out of amounts."]
    # null where no row of the group has a rate, and clicks of rows without one are in no cost per click
    rows = asked.rows(metrics=["ad_spend", "clicks", "cpc"], group_by="campaign_name", period="2026-03")
    assert rows == [("Brand", 5.5, 90, 0.1375), ("Rested", 0, 0, None), ("Max", None, 4, None)]


def test_a_metrics_note_stands_with_every_answer_that_holds_it_once(asked: Asked) -> None:
    note = str(asked.catalog.metrics["sessions"].note)
    assert note.startswith("GA4's own figure")
    assert asked.ask(metrics=["sessions", "engaged_sessions"], period="2026-03-01").notices == (note,)
    assert note not in asked.ask(metrics=["orders"], period="2026-03-01").notices


def test_a_sources_own_notices_stand_with_the_metrics_that_it_is_in_scope_of(asked: Asked) -> None:
    noted = copy.copy(asked)
    notices = ("google_ads: its days are those of UTC.", "A rate lacks.")
    noted.catalog = asked.catalog.model_copy(update={"notices": notices})
    assert noted.ask(metrics="roas").notices[-2:] == notices
    assert noted.ask(metrics="orders").notices[-1:] == notices[1:]
    assert notices[0] not in noted.ask(metrics="orders").notices


def test_a_source_of_another_kind_is_no_value_of_a_filter(asked: Asked) -> None:
    answer = asked.ask(metrics="ad_spend", where={"field": "platform", "value": "shopify"})
    assert answer.rows == ((None,),)
    assert answer.notices[0] == ('No row has platform "shopify". Its values are "facebook_ads", "google_ads".')
    store = asked.ask(metrics="orders", where={"field": "source_name", "value": ["woo", "ga"]})
    assert store.rows == ((2,),)
    assert store.notices[0].startswith('No row has source_name "ga". Its values are "shopify"')


def test_sums_of_whole_numbers_and_of_six_places_are_exact(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = funnel()
    rows["fct_sessions"][0]["sessions"] = 9_007_199_254_740_993
    rows["fct_ad_performance"][0] |= {"spend_amount": "123456789012.345678", "platform_conversions": "0.100000"}
    exact = other(tmp_path_factory, rows, *FUNNEL)
    day = exact.ask(metrics=["sessions", "events"], period="2026-02-01")
    assert day.rows == (("9007199254740993", 300),)
    assert [column.type for column in day.columns] == ["integer", "integer"]
    spent = exact.ask(metrics=["ad_spend", "platform_conversions"], period="2026-01")
    assert spent.rows == (("123456789012.345679", 0.433333),)
    assert [(column.unit, column.type) for column in spent.columns] == [("currency", "decimal"), ("number", "decimal")]
    exact.close()


def test_coverage_without_days_asked_runs_from_the_first_day_of_the_sources_in_scope(asked: Asked) -> None:
    def period(metric: str) -> tuple[date | None, date | None]:
        plan = make_plan(asked.catalog, MetricQuery.parse({"metrics": metric}), date(2026, 3, 15))
        coverage = Coverage.of(asked.catalog, plan, date(2026, 3, 15))
        return coverage.period.start, coverage.period.end

    assert period("sessions") == (date(2026, 2, 1), date(2026, 3, 30))
    assert period("roas") == (date(2026, 1, 5), date(2026, 3, 31))
