"""Payloads as their vendors publish them, one of every connector, and what each must become in the star, worked out by
hand from the definitions. Orders, lines and refunds of the stores' published payloads: test_vendor_payloads.py.

Where each payload comes from: support/published_payloads/README.md. What is quoted here is the payload's own text.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from shutil import copy

import duckdb
import pytest
from payload_rows import PAYLOADS
from shared_data import shared_data
from sources import Funnel, source
from story import Store, line, order, shopify
from written_rows import WrittenRows

# source: its connector, what tenants.yml says of it, and its published files
SOURCES: Mapping[str, tuple[str, Mapping[str, str], tuple[str, ...]]] = {
    "graphql": (
        "shopify",
        {"api": "graphql"},
        ("shopify_graphql_orders.json", "shopify_shopifyql.json"),
    ),
    "google_analytics": (
        "google_analytics",
        {},
        ("google_analytics_sessions.json", "google_analytics_transactions.json", "google_analytics_events.json"),
    ),
    "facebook_ads": (
        "facebook_ads",
        {},
        ("facebook_ads_ad_performance.json", "facebook_ads_account_performance.json", "facebook_ads_campaigns.json"),
    ),
    "instagram_ads": ("instagram_ads", {}, ("instagram_ads_ad_performance.json",)),
    "google_ads": ("google_ads", {}, ("google_ads_ad_performance.json",)),
    "bing_ads": ("bing_ads", {}, ("bing_ads_ad_performance.csv",)),
    "linkedin_ads": (
        "linkedin_ads",
        {"account_id": "506289162", "currency": "USD"},
        ("linkedin_ads_ad_performance.json", "linkedin_ads_campaigns.json"),
    ),
    "tiktok_ads": ("tiktok_ads", {}, ("tiktok_ads_ad_performance.json",)),
    "amazon_ads": (
        "amazon_ads",
        {},
        ("amazon_ads_sp_campaigns.json", "amazon_ads_sb_campaigns.json", "amazon_ads_sd_campaigns.json"),
    ),
    "mixpanel": ("mixpanel", {}, ("mixpanel_events.jsonl",)),
    "amplitude": ("amplitude", {}, ("amplitude_events.jsonl",)),
    "ecb_rates": ("ecb_rates", {}, ("ecb_rates_rates.csv",)),
}
# the stores' own, of the shared data; ordered.json is the order that google_analytics_transactions.json tells of
STORES: Mapping[str, str] = {
    "shopify": "shopify_order.json",
    "bigcommerce": "bigcommerce_orders.json",
    "woocommerce": "woocommerce_orders.json",
}


def sold_abroad(number: int, day: str, total: str, currency: str) -> dict[str, object]:
    return order(number, day, total, line(number, total), currency=currency)


# orders of ours around a published day of the ECB's: reference rates are carried over for seven days
ABROAD = shopify(
    "abroad",
    sold_abroad(1, "2021-12-01", "100.00", "CAD"),
    sold_abroad(2, "2021-12-03", "10.00", "EUR"),
    sold_abroad(3, "2021-12-08", "1000", "JPY"),
    sold_abroad(4, "2021-12-09", "100.00", "CAD"),
    sold_abroad(5, "2021-12-01", "100.00", "HRK"),
    sold_abroad(6, "2021-12-01", "100.00", "EEK"),
)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Funnel:
    """A refreshed tenant, in New York and USD, whose sources hold the published files as they are."""
    told: list[Store] = [source(name, connector, settings) for name, (connector, settings, _) in SOURCES.items()]
    stores = [Store(name, name, {}) for name in STORES]
    story = Funnel(tmp_path_factory.mktemp("published"), stores=[*told, *stores, ABROAD])
    for name, (connector, settings, files) in SOURCES.items():
        shape = f"{connector}_{settings['api']}" if "api" in settings else connector
        for file in files:
            entity = file.removeprefix(f"{shape}_").removeprefix(f"{connector}_")
            copy(PAYLOADS / file, story.folder(name) / entity)
    if os.environ.get("GATA_TEST_DATA"):
        for name, published in STORES.items():
            copy(shared_data() / "vendor" / published, story.folder(name) / "orders.json")
    run = story.refresh()
    assert run.status == "succeeded", run.error
    assert [load for load in run.loads if load.quarantined] == []
    return story


def assert_rows(acme: Funnel, table: str, written: str) -> None:
    """Assert that the table's rows, in the columns written, are those written and no others."""
    assert acme.served is not None
    with duckdb.connect(str(acme.served.gold_file), read_only=True) as gold:
        assert WrittenRows.of(written).missing_and_extra(gold, table) == ([], [])


# advertising ----------------------------------------------------------------------------------------------------------

# Meta (AdsInsights of facebook-business; Airbyte's recorded answer): "account_id": "212551616838260", "date_start":
# "2021-02-21"; "publisher_platform": "instagram", "spend": "0.08", "impressions": "97", "clicks": "0"; and "facebook",
# "0.87", "628", "1", with `actions` 2 and `action_values` 36.5 under three names of one purchase: it counts once. Both
# sources have the same export: each takes its own row.
# Google (searchStream): "costMicros": "14250000", "conversions": 1.5, "conversionsValue": 598.94; on the next day
# nothing but "impressions": "12". The account is that of "customers/1842689525/campaigns/1485014801".
# Microsoft (guides/reports.md): "95.50","3000","35","2.50","1,250.00"; "0.00","7","0","0.00","0.00".
# LinkedIn (adAnalytics): "costInLocalCurrency": "209.449" and "509.980"; externalWebsiteConversions 3 and 0;
# conversionValueInLocalCurrency "450.0" and "0.0".
# TikTok (report/integrated): "spend": "20.00", "conversion": "2", "total_complete_payment_rate": "84.50", which is no
# rate; "-" on the next day is none.
# Amazon (Reporting v3): of Sponsored Products two ad groups, 14.5 and 9.45, "purchases14d" 3 and 2, "sales14d" 89.97
# and 40.0; of Brands and Display "purchases" and "sales".
SPEND = """
source_name   | ad_date    | campaign_id       | spend_amount | impressions | clicks
facebook_ads  | 2021-02-21 | 23846765228240398 | 0.87         | 628         | 1
instagram_ads | 2021-02-21 | 23846765228240398 | 0.08         | 97          | 0
google_ads    | 2008-01-10 | 1485014801        | 14.25        | 1034        | 21
google_ads    | 2008-01-11 | 1485014801        | 0            | 12          | 0
bing_ads      | 2020-02-07 | 361540001         | 95.50        | 3000        | 35
bing_ads      | 2020-02-08 | 361540001         | 0            | 7           | 0
linkedin_ads  | 2023-01-02 | 141049524         | 209.449      | 19090       | 100
linkedin_ads  | 2023-01-03 | 141049524         | 509.98       | 20210       | 408
tiktok_ads    | 2024-01-01 | 11111111          | 20.00        | 4696        | 51
tiktok_ads    | 2024-01-02 | 11111111          | 0            | 0           | 0
amazon_ads    | 2022-07-05 | 158410630682987   | 14.5         | 2216        | 13
amazon_ads    | 2022-07-05 | 158410630682987   | 9.45         | 3721        | 10
amazon_ads    | 2022-07-05 | 284110630682001   | 3.3          | 120         | 2
amazon_ads    | 2022-07-05 | 73210630682004    | 1.25         | 900         | 1
"""
CLAIMS = """
source_name   | ad_date    | spend_amount | platform_conversions | platform_revenue_amount
facebook_ads  | 2021-02-21 | 0.87         | 2                    | 36.5
instagram_ads | 2021-02-21 | 0.08         | 0                    | 0
google_ads    | 2008-01-10 | 14.25        | 1.5                  | 598.94
google_ads    | 2008-01-11 | 0            | 0                    | 0
bing_ads      | 2020-02-07 | 95.50        | 2.5                  | 1250.00
bing_ads      | 2020-02-08 | 0            | 0                    | 0
linkedin_ads  | 2023-01-02 | 209.449      | 3                    | 450
linkedin_ads  | 2023-01-03 | 509.98       | 0                    | 0
tiktok_ads    | 2024-01-01 | 20.00        | 2                    | 84.50
tiktok_ads    | 2024-01-02 | 0            | 0                    | 0
amazon_ads    | 2022-07-05 | 14.5         | 3                    | 89.97
amazon_ads    | 2022-07-05 | 9.45         | 2                    | 40.0
amazon_ads    | 2022-07-05 | 3.3          | 1                    | 19.99
amazon_ads    | 2022-07-05 | 1.25         | 2                    | 48.5
"""
# Without sessions that join, a campaign has its platform's own channel; Google's joins "ipod_winter" of GA4, which says
# Paid Search. Meta's campaign was renamed ("name": "Awareness Campaign 1, renamed"). Neither TikTok's nor Amazon's rows
# name an account.
NAMES = """
platform      | ad_date    | account_id      | channel       | campaign_name                 | publisher_platform
facebook_ads  | 2021-02-21 | 212551616838260 | Paid Social   | Awareness Campaign 1, renamed | facebook
instagram_ads | 2021-02-21 | 212551616838260 | Paid Social   | Awareness Campaign 1, renamed | instagram
google_ads    | 2008-01-10 | 1842689525      | Paid Search   | ipod_winter                   | -
google_ads    | 2008-01-11 | 1842689525      | Paid Search   | ipod_winter                   | -
bing_ads      | 2020-02-07 | 1460001         | Paid Search   | red shoes                     | -
bing_ads      | 2020-02-08 | 1460001         | Paid Search   | red shoes                     | -
linkedin_ads  | 2023-01-02 | 506289162       | Paid Social   | Campaign Sponsored update B   | -
linkedin_ads  | 2023-01-03 | 506289162       | Paid Social   | Campaign Sponsored update B   | -
tiktok_ads    | 2024-01-01 | -               | Paid Social   | Website Traffic20211020010104 | -
tiktok_ads    | 2024-01-02 | -               | Paid Social   | Website Traffic20211020010104 | -
amazon_ads    | 2022-07-05 | -               | Paid Shopping | SP campaign                   | -
amazon_ads    | 2022-07-05 | -               | Paid Shopping | SP campaign                   | -
amazon_ads    | 2022-07-05 | -               | Paid Shopping | SB campaign                   | -
amazon_ads    | 2022-07-05 | -               | Paid Shopping | SD campaign                   | -
"""
CAMPAIGNS = """
campaign_id       | platform_family | campaign_name                 | channel       | account_id
23846765228240398 | meta            | Awareness Campaign 1, renamed | Paid Social   | 212551616838260
1485014801        | google          | ipod_winter                   | Paid Search   | 1842689525
361540001         | microsoft       | red shoes                     | Paid Search   | 1460001
141049524         | linkedin        | Campaign Sponsored update B   | Paid Social   | 506289162
11111111          | tiktok          | Website Traffic20211020010104 | Paid Social   | -
158410630682987   | amazon          | SP campaign                   | Paid Shopping | -
284110630682001   | amazon          | SB campaign                   | Paid Shopping | -
73210630682004    | amazon          | SD campaign                   | Paid Shopping | -
"""
CAMPAIGN_DAYS = """
campaign_id       | first_day  | last_day
23846765228240398 | 2021-02-21 | 2021-02-21
1485014801        | 2008-01-10 | 2008-01-11
361540001         | 2020-02-07 | 2020-02-08
141049524         | 2023-01-02 | 2023-01-03
11111111          | 2024-01-01 | 2024-01-02
158410630682987   | 2022-07-05 | 2022-07-05
284110630682001   | 2022-07-05 | 2022-07-05
73210630682004    | 2022-07-05 | 2022-07-05
"""


@pytest.mark.parametrize(
    ("table", "written"),
    [
        pytest.param("fct_ad_performance", SPEND, id="spend"),
        pytest.param("fct_ad_performance", CLAIMS, id="what the platforms claim"),
        pytest.param("fct_ad_performance", NAMES, id="names, channels and accounts"),
        pytest.param("dim_campaigns", CAMPAIGNS, id="campaigns"),
        pytest.param("dim_campaigns", CAMPAIGN_DAYS, id="days of campaigns"),
    ],
)
def test_advertising_is_what_the_platforms_reports_say(acme: Funnel, table: str, written: str) -> None:
    assert_rows(acme, table, written)


def test_native_amounts_of_accounts_in_the_reporting_currency_are_the_reported_ones(acme: Funnel) -> None:
    # LinkedIn's by tenants.yml, the others' by their own word
    assert acme.rows("select distinct currency, is_priced from fct_ad_performance") == [("USD", True)]
    differing = """select count(*) from fct_ad_performance where (native_spend_amount, native_platform_revenue_amount)
        is distinct from (spend_amount, platform_revenue_amount)"""
    assert acme.rows(differing) == [(0,)]


def test_meta_s_two_platforms_come_to_the_account_s_own_total(acme: Funnel) -> None:
    # the account's report says "spend": "0.95", "impressions": "725", "clicks": "1"
    metrics = ("ad_spend", "impressions", "clicks")
    metas = [{"field": "platform", "value": ["facebook_ads", "instagram_ads"]}]
    assert acme.ask(*metrics, where=metas).rows == ((0.95, 725, 1),)
    assert sorted(acme.ask(*metrics, where=metas, group_by="platform").rows) == [
        ("facebook_ads", 0.87, 628, 1),
        ("instagram_ads", 0.08, 97, 0),
    ]
    compared = "select measure, platform_amount, star_amount from platform_totals where account_id is not null"
    found = {measure: (float(theirs), float(ours)) for measure, theirs, ours in acme.rows(compared)}
    assert found == {"spend": (0.95, 0.95), "impressions": (725, 725), "clicks": (1, 1)}


# visits and events ----------------------------------------------------------------------------------------------------

# GA4 (RunReportResponse): dimensionValues "20080110", "google", "cpc", "ipod_winter", "Paid Search", "desktop", "United
# States", metricValues "40" and "25"; "20080110", "(direct)", "(none)", "(direct)", "Direct", "mobile", "10" and "0".
SESSIONS = """
source_name      | session_date | channel     | campaign_name | session_source | session_medium
google_analytics | 2008-01-10   | Paid Search | ipod_winter   | google         | cpc
google_analytics | 2008-01-10   | Direct      | -             | (direct)       | (none)
"""
VISITORS = """
channel     | device_category | visitor_country | sessions | engaged_sessions
Paid Search | desktop         | United States   | 40       | 25
Direct      | mobile          | United States   | 10       | 0
"""
# GA4 (batchRunReports): "purchase" "1" and "page_view" "173" of 20080110. Mixpanel (export.openapi.yaml): "time":
# 1602611311 is 17:48:31 UTC on 13 October 2020, 1602787121 18:38:41 on the 15th, 1518393599 the last second of 11
# February 2018: 18:59:59 in New York. Amplitude (Export API): "event_time": "2020-02-15 01:00:00.123456" is UTC, so it
# was the evening before in New York.
EVENTS = """
source_name      | event_name    | event_at                    | event_date | event_count
google_analytics | purchase      | -                           | 2008-01-10 | 1
google_analytics | page_view     | -                           | 2008-01-10 | 173
mixpanel         | Signed up     | 2020-10-13T17:48:31Z        | 2020-10-13 | 1
mixpanel         | Signed up     | 2020-10-15T18:38:41Z        | 2020-10-15 | 1
mixpanel         | Viewed report | 2018-02-11T23:59:59Z        | 2018-02-11 | 1
amplitude        | first_event   | 2020-02-15T01:00:00.123456Z | 2020-02-14 | 1
"""


@pytest.mark.parametrize(
    ("table", "written"),
    [
        pytest.param("fct_sessions", SESSIONS, id="sessions"),
        pytest.param("fct_sessions", VISITORS, id="visitors"),
        pytest.param("fct_events", EVENTS, id="events"),
    ],
)
def test_visits_and_events_are_what_the_reports_and_exports_say(acme: Funnel, table: str, written: str) -> None:
    assert_rows(acme, table, written)


def test_every_row_names_its_connector_and_no_platform_of_another(acme: Funnel) -> None:
    for table in ("fct_sessions", "fct_events", "fct_ad_performance"):
        assert acme.rows(f"select count(*) from {table} where platform != source_name") == [(0,)]


# GA4 (RunReportResponse): "20080110", "450789469", "google", "cpc", "ipod_winter", "Paid Search". Shopify's order has
# "id": 450789469 and "created_at": "2008-01-10T11:00:00-05:00"; the other stores' orders are in no report, and the
# property measures every store.
ATTRIBUTED = """
source_name | order_id  | channel      | campaign_name | match_method | is_attributed_to_paid | is_measured
shopify     | 450789469 | Paid Search  | ipod_winter   | order_id     | true                  | true
graphql     | 158040885 | Unattributed | -             | none         | false                 | true
graphql     | 199007853 | Unattributed | -             | none         | false                 | true
bigcommerce | 100       | Unattributed | -             | none         | false                 | true
woocommerce | 727       | Unattributed | -             | none         | false                 | true
woocommerce | 723       | Unattributed | -             | none         | false                 | true
"""


def test_an_order_is_attributed_by_its_transaction(acme: Funnel) -> None:
    shared_data()
    assert_rows(acme, "(select * from fct_orders where source_name != 'abroad')", ATTRIBUTED)
    [(theirs, ours)] = acme.rows(
        """select campaign_key, (select campaign_key from dim_campaigns where campaign_id = '1485014801')
           from fct_orders where order_id = '450789469'"""
    )
    assert theirs is not None
    assert theirs == ours


# Shopify's GraphQL API and exchange rates -----------------------------------------------------------------------------

# Shopify (Admin GraphQL, "Retrieve specific order details"): "createdAt": "2024-01-01T00:00:00Z", an evening of 2023 in
# New York; "displayFinancialStatus": "PAID"; "amount": "2000.0", "currencyCode": "CAD", of which no rate is known near
# that day; "email": "bob@example.com" twice, so that of one moment the smaller id is the first.
GRAPHQL = """
order_id  | order_name | ordered_at           | order_date | order_status | source_status
158040885 | #2000      | 2024-01-01T00:00:00Z | 2023-12-31 | paid         | paid
199007853 | #2006      | 2024-01-01T00:00:00Z | 2023-12-31 | paid         | paid
"""
GRAPHQL_AMOUNTS = """
order_id  | currency | total_amount | native_total_amount | native_tax_amount | native_shipping_amount
158040885 | CAD      | -            | 2000                | 0                 | 0
199007853 | CAD      | -            | 2000                | 0                 | 0
"""
GRAPHQL_PERSONS = """
order_id  | is_counted | is_first_order | customer_type | customer_country
158040885 | true       | true           | new           | -
199007853 | true       | false          | returning     | -
"""
# "quantity": 10 at "200.0"; the order without lines has its "subtotalPriceSet" for one
GRAPHQL_LINES = """
order_id  | line_id   | product_title | product_sku | quantity | gross_amount | native_gross_amount | native_net_amount
158040885 | 466157049 | Draft - 151cm | draft-151   | 10       | -            | 2000                | 2000
199007853 | -         | -             | -           | 0        | -            | 2000                | 2000
"""
# ECB (eurofxref-hist.csv), 2021-12-01: 1 EUR is 1.1314 USD, 1.4433 CAD, 128.27 JPY, 7.5185 HRK, and EEK is N/A.
# 100 CAD × 1.1314 / 1.4433 = 78.389…; 10 EUR × 1.1314 = 11.314; 1000 JPY × 1.1314 / 128.27 = 8.820…;
# 100 HRK × 1.1314 / 7.5185 = 15.048…; eight days later there is no rate.
RATES = """
order_id | order_date | currency | total_amount | native_total_amount
1        | 2021-12-01 | CAD      | 78.39        | 100
2        | 2021-12-03 | EUR      | 11.31        | 10
3        | 2021-12-08 | JPY      | 8.82         | 1000
4        | 2021-12-09 | CAD      | -            | 100
5        | 2021-12-01 | HRK      | 15.05        | 100
6        | 2021-12-01 | EEK      | -            | 100
"""


@pytest.mark.parametrize(
    ("table", "store", "written"),
    [
        pytest.param("fct_orders", "graphql", GRAPHQL, id="orders"),
        pytest.param("fct_orders", "graphql", GRAPHQL_AMOUNTS, id="amounts"),
        pytest.param("fct_orders", "graphql", GRAPHQL_PERSONS, id="persons"),
        pytest.param("fct_order_lines", "graphql", GRAPHQL_LINES, id="lines"),
        pytest.param("fct_orders", "abroad", RATES, id="rates"),
    ],
)
def test_orders_of_graphql_and_orders_abroad_are_what_the_payloads_say(
    acme: Funnel, table: str, store: str, written: str
) -> None:
    assert_rows(acme, f"(select * from {table} where source_name = '{store}')", written)


def test_shopify_s_own_daily_report_is_kept_beside_the_star(acme: Funnel) -> None:
    # ShopifyqlQueryResponse: "day": "2024-01-01", "gross_sales": "4000.0", "orders": "2": the shop's own day, which is
    # not the tenant's
    found = acme.rows(
        "select day::varchar, platform_amount, star_amount from platform_totals where source_name = 'graphql'"
        " and measure in ('gross_sales', 'total_sales', 'orders') order by platform_amount"
    )
    assert [(day, float(theirs), float(ours)) for day, theirs, ours in found] == [
        ("2024-01-01", 2, 0),
        ("2024-01-01", 4000, 0),
        ("2024-01-01", 4000, 0),
    ]


# addresses of people and of their computers, in the orders and events above
PERSONAL = ("bob@example.com", "user@example.com", "test-email@mixpanel.com", "203.0.113.9")


def test_no_person_of_an_event_or_an_order_is_in_any_file_of_the_tenant(acme: Funnel) -> None:
    exported = "".join(path.read_text(encoding="utf-8") for path in PAYLOADS.iterdir())
    assert [trace for trace in PERSONAL if trace not in exported] == []
    files = [path for path in acme.home.root.rglob("*") if path.is_file()]
    assert acme.home.warehouse_file in files
    for path in files:
        content = path.read_bytes().lower()
        assert [trace for trace in PERSONAL if trace.encode() in content] == [], path.name


def test_no_published_payload_is_left_out() -> None:
    told = {file for _, _, files in SOURCES.values() for file in files}
    assert told == {path.name for path in Path(PAYLOADS).iterdir() if path.name != "README.md"}
