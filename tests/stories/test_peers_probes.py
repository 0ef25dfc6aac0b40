"""The probes at which semantic layers were seen to go wrong, as payloads through the whole pipeline, asked over stdio.

Four counted orders of 360.36 in all: two in August, none in September, two in October; the customer of one is known to
nobody, and one has two lines, so that summed by line they come to 560.56. Campaigns cost 105: one with orders, one
without (`tv`), one without a name.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from report_rows import google, transaction, visit
from sdk_client import Connection, connected, said
from sources import Funnel, source
from story import line, order, refund, shopify

from ingest.runs import RunDocument
from warehouse.home import Home

# dbt builds the whole star for them; the same rules over stars made by hand are in tests/warehouse
pytestmark = pytest.mark.slow

EXACT = "90071992547409.93"  # a double holds ….94
TOO_LARGE = "9007199254740993.01"
TOTAL = Decimal("360.36")
QUARTER = {"period": "2026-08-01..2026-10-31"}


def to(country: str) -> dict[str, Any]:
    return {"shipping_address": {"country_code": country}}


def nameless(day: str, campaign: str, spend: float) -> dict[str, Any]:
    row = google(day, campaign, spend)
    return row | {"campaign": {"id": campaign}}


SHOP = shopify(
    "shop",
    order(1, "2026-08-05", "100.10", line(11, "100.10"), **to("US")),
    order(2, "2026-08-20", "200.20", line(21, "150.15"), line(22, "50.05"), **to("DE")),
    # its customer was never delivered, and nothing else tells of a country
    order(3, "2026-10-05", "50.05", line(11, "50.05"), customer={"id": 404}),
    order(4, "2026-10-06", "10.01", line(41, "10.01"), **to("US")),
    order(5, "2026-10-06", "7777.00", line(51, "7777.00"), test=True),
    refunds=[refund(91, 999, "2026-10-07", "5.00")],
)
HUGE = shopify(
    "huge",
    order(1, "2026-11-02", EXACT, line(11, EXACT)),
    order(2, "2026-11-03", TOO_LARGE, line(21, "1.00")),
)
GA = source(
    "ga",
    "google_analytics",
    {"measures": ["shop"]},
    transactions=[
        transaction("2026-08-05", 1, "google", "cpc", "search", "Paid Search"),
        transaction("2026-08-20", 2, "letter", "email", "(not set)", "Email"),
    ],
    sessions=[
        visit("2026-08-05", "google", "cpc", "search", 40, "Paid Search"),
        visit("2026-08-20", "letter", "email", "(not set)", 5, "Email"),
        visit("2026-10-05", "google", "cpv", "tv", 8, "Paid Video"),
        # visited, and nothing ordered
        visit("2026-10-06", "a.example", "referral", "(not set)", 3, "Referral"),
    ],
)
ADS = source(
    "ads",
    "google_ads",
    {"account_id": "1", "currency": "USD", "timezone": "America/New_York"},
    ad_performance=[
        {
            "results": [
                google("2026-08-05", "1", 45, name="search", clicks="9", impressions="100"),
                google("2026-10-05", "2", 30, name="tv", impressions="1000"),
                nameless("2026-10-06", "3", 30),
            ]
        }
    ],
)


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Funnel, RunDocument]:
    acme = Funnel(tmp_path_factory.mktemp("probes"), stores=[SHOP, HUGE, GA, ADS])
    run = acme.refresh()
    assert run.status == "succeeded", run.error
    return acme, run


@pytest.fixture(scope="module")
def run(refreshed: tuple[Funnel, RunDocument]) -> RunDocument:
    return refreshed[1]


@pytest.fixture(scope="module")
def server(refreshed: tuple[Funnel, RunDocument]) -> Iterator[Connection]:
    with connected(Home(refreshed[0].root)) as server:
        yield server


def ask(server: Connection, *metrics: str, store: str = "shop", **question: Any) -> dict[str, Any]:
    """The answer to a question of the orders of one store."""
    where = [{"field": "source_name", "value": store}, *question.pop("where", [])]
    return server.answer("query_metric", metrics=list(metrics), where=where, **question)


def groups(answer: Mapping[str, Any]) -> dict[Any, Any]:
    """The last column by the first."""
    return {row[0]: row[-1] for row in answer["rows"]}


def exact(value: object) -> Decimal:
    return Decimal(str(value))


# orphans and fan-out --------------------------------------------------------------------------------------------------


def test_an_order_of_an_unknown_customer_counts_in_a_group_of_its_own(server: Connection) -> None:
    answer = ask(server, "total_revenue", group_by="customer_country", totals=True)

    assert answer["rows"] == [["Germany", 200.2], ["United States", 110.11], [None, 50.05]]
    assert answer["totals"] == [None, float(TOTAL)]
    assert sum(map(exact, groups(answer).values())) == TOTAL


@pytest.mark.parametrize("dimension", ["customer_country", "customer_type", "channel", "campaign_name", "order_status"])
def test_the_groups_of_any_dimension_add_up_to_the_total(server: Connection, dimension: str) -> None:
    answer = ask(server, "total_revenue", "orders", "total_sales", group_by=dimension, totals=True)

    # the refund of an order that has not arrived takes 5.00 from sales
    assert answer["totals"] == [None, 360.36, 4, 355.36]
    for at in (1, 2, 3):
        assert sum(exact(row[at]) for row in answer["rows"]) == exact(answer["totals"][at])


def test_what_an_order_was_charged_is_not_split_by_product_and_the_metric_offered_instead_can_be(
    server: Connection,
) -> None:
    words = server.refusal("query_metric", metrics=["total_revenue"], group_by="product_title")

    assert '"total_revenue" cannot be split or filtered by "product_title".' in words
    assert "Ask gross_sales, which can" in words
    answer = ask(server, "gross_sales", group_by="product_title", totals=True)
    assert groups(answer) == {"Product 11": 150.15, "Product 21": 150.15, "Product 22": 50.05, "Product 41": 10.01}
    assert answer["totals"] == [None, float(TOTAL)]


# revenue beside spend -------------------------------------------------------------------------------------------------


def test_channels_with_spend_alone_with_orders_alone_and_with_neither_are_all_there(server: Connection) -> None:
    asked = ["total_revenue", "ad_spend", "sessions", "roas"]
    answer = server.answer("query_metric", metrics=asked, group_by="channel", totals=True, **QUARTER)

    assert {row[0]: row[1:] for row in answer["rows"]} == {
        "Email": [200.2, 0, 5, None],
        "Paid Search": [100.1, 75, 40, 1.334667],
        "Paid Video": [0, 30, 8, 0],
        "Referral": [0, 0, 3, None],
        "Unattributed": [60.06, 0, 0, None],
    }
    assert answer["totals"] == [None, 360.36, 105, 56, 0.953333]


def test_a_campaign_without_orders_and_the_spend_of_none_keep_their_rows(server: Connection) -> None:
    answer = server.answer(
        "query_metric", metrics=["total_revenue", "ad_spend"], group_by="campaign_name", totals=True, **QUARTER
    )

    # orders and spend without a campaign meet in one row, not in two
    assert answer["rows"] == [[None, 260.26, 30], ["search", 100.1, 45], ["tv", 0, 30]]
    assert answer["totals"] == [None, 360.36, 105]


def test_the_rest_beyond_the_top_is_recomputed_with_nulls_in_it(server: Connection) -> None:
    asked = ["total_revenue", "ad_spend", "roas"]
    answer = server.answer(
        "query_metric",
        metrics=asked,
        group_by="campaign_name",
        top={"n": 1, "by": "ad_spend"},
        totals=True,
        **QUARTER,
    )

    assert answer["rows"] == [["search", 100.1, 45, 2.224444], ["Other", 260.26, 60, 0]]
    assert answer["other_rows"] == [1]
    assert answer["totals"] == [None, 360.36, 105, 0.953333]


# nothing --------------------------------------------------------------------------------------------------------------


def test_a_sum_of_nothing_is_zero_where_days_are_covered_and_null_where_none_is(server: Connection) -> None:
    september = ask(server, "total_revenue", "orders", "customers", period="2026-09")
    assert september["rows"] == [[0, 0, 0]]
    assert "No rows match the question." in september["notices"]

    long_ago = ask(server, "total_revenue", "orders", "customers", period="2020")
    assert long_ago["rows"] == [[None, None, None]]
    assert any("is covered" in notice for notice in long_ago["notices"])


@pytest.mark.parametrize("metric", ["average_order_value", "return_rate", "repeat_rate", "median_order_value"])
def test_a_ratio_of_nothing_is_null(server: Connection, metric: str) -> None:
    assert ask(server, metric, period="2026-09")["rows"] == [[None]]
    assert ask(server, metric, period="2020")["rows"] == [[None]]


def test_a_ratio_over_a_denominator_of_zero_is_null_and_of_a_numerator_of_zero_is_zero(server: Connection) -> None:
    answer = server.answer("query_metric", metrics=["cpc", "ctr", "cpm"], group_by="campaign_name")

    assert {row[0]: row[1:] for row in answer["rows"]} == {
        "search": [5, 0.09, 450],
        "tv": [None, 0, 30],
        None: [None, None, None],
    }


def test_a_change_from_nothing_is_null(server: Connection) -> None:
    answer = ask(server, "total_revenue", period="2026-10", compare="previous_period", totals=True)

    assert answer["rows"] == [[60.06, 0, None]]
    assert answer["totals"] == [60.06, 0, None]


def test_a_month_without_orders_is_missing_until_gaps_are_filled_and_then_zero(server: Connection) -> None:
    asked = ("total_revenue", "orders", "average_order_value")
    plain = ask(server, *asked, grain="month", **QUARTER)
    filled = ask(server, *asked, grain="month", fill_gaps=True, totals=True, **QUARTER)

    august, september, october = (
        ["2026-08-01", 300.3, 2, 150.15],
        ["2026-09-01", 0, 0, None],
        ["2026-10-01", 60.06, 2, 30.03],
    )
    assert plain["rows"] == [august, october]
    assert filled["rows"] == [august, september, october]
    assert filled["totals"] == [None, 360.36, 4, 90.09]


# exact ----------------------------------------------------------------------------------------------------------------


def test_sixteen_digits_of_money_arrive_as_they_were_sent(server: Connection) -> None:
    result = server.call(
        "query_metric", {"metrics": ["total_revenue", "gross_sales"], "period": "2026-11", "totals": True}
    )

    assert result.structured_content is not None
    # a text, because no JSON number that a double holds is it
    assert result.structured_content["rows"] == [[EXACT, EXACT]]
    assert result.structured_content["totals"] == [EXACT, EXACT]
    assert f"{EXACT},{EXACT}" in said(result).splitlines()


def test_sums_windows_and_comparisons_of_sixteen_digits_lose_no_cent(server: Connection) -> None:
    assert server.rows("total_revenue") == [["90071992547770.29"]]
    months = server.rows("total_revenue", grain="month", show=["running"], period="2026-08-01..2026-11-30")
    assert months == [
        ["2026-08-01", 300.3, 300.3],
        ["2026-10-01", 60.06, 360.36],
        ["2026-11-01", EXACT, "90071992547770.29"],
    ]
    compared = server.rows("total_revenue", period="2026-11", compare="previous_period")
    # (90071992547409.93 − 60.06) / 60.06
    assert compared == [[EXACT, 60.06, "1499700175613.550949"]]
    assert server.rows("total_revenue", group_by="source_name", having={"field": "total_revenue", "value": EXACT}) == [
        ["huge", EXACT]
    ]


def test_an_order_too_large_for_its_column_is_in_quarantine_and_counted(server: Connection, run: RunDocument) -> None:
    [load] = [load for load in run.loads if load.source == "huge"]
    assert (load.extracted, load.accepted, load.quarantined) == (2, 1, 1)

    answer = ask(server, "orders", "total_revenue", store="huge")
    assert answer["rows"] == [[1, EXACT]]
    assert answer["notices"] == [
        "huge: 1 record of orders cannot be used and was left out: orders.jsonl line 2: "
        f'"{TOO_LARGE}" at total_price is too large: at most 14 digits may stand before the point. '
        "Mend the file and refresh again."
    ]


# a name in other letters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        {"field": "channel", "value": "email"},
        {"field": "channel", "op": "in", "value": ["email"]},
        {"any": [{"field": "channel", "value": "email"}, {"field": "channel", "value": "e-mail"}]},
    ],
)
def test_a_value_in_other_letters_matches_nothing_and_the_right_one_is_named(
    server: Connection, where: dict[str, Any]
) -> None:
    total = ask(server, "total_revenue", where=[where])
    assert total["rows"] == [[0]]
    assert 'No row has channel "email". Did you mean "Email"?' in total["notices"]

    grouped = ask(server, "total_revenue", where=[where], group_by="channel")
    assert grouped["rows"] == []
    assert 'No row has channel "email". Did you mean "Email"?' in grouped["notices"]


def test_the_right_value_matches_and_nothing_is_said(server: Connection) -> None:
    answer = ask(server, "total_revenue", where=[{"field": "channel", "value": "Email"}], period="2026-08-20")

    assert answer["rows"] == [[200.2]]
    assert answer["notices"] == []
