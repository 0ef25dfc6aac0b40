"""Sessions, events, advertising and attribution: the models over a raw layer written by hand."""

from decimal import Decimal
from typing import Any

import pytest
from raw_tables import RawTables

DAY, NEXT_DAY = "2026-03-06", "2026-03-07"
ZONE = {"timeZone": "America/New_York"}


def shopify_order(number: int, name: str, total: str, day: str = DAY) -> dict[str, Any]:
    at = f"{day}T12:00:00-05:00"
    return {"id": number, "name": name, "processed_at": at, "total_price": total, "currency": "USD"}


def woo_order(number: int, total: str, day: str = DAY) -> dict[str, Any]:
    at = f"{day}T17:00:00"
    return {
        "id": number,
        "number": str(number),
        "status": "completed",
        "date_created_gmt": at,
        "total": total,
        "currency": "USD",
    }


def visits(day: str, source: str, medium: str, sessions: int, **more: Any) -> dict[str, Any]:
    tags = {"sessionSource": source, "sessionMedium": medium}
    return {
        "date": day.replace("-", ""),
        **tags,
        "sessions": str(sessions),
        "engagedSessions": "1",
        "_metadata": ZONE,
    } | more


def sale(day: str, id: str, source: str, medium: str, **more: Any) -> dict[str, Any]:
    tags = {"sessionSource": source, "sessionMedium": medium}
    return {"date": day.replace("-", ""), "transactionId": id, **tags, "_metadata": ZONE} | more


def insight(spend: str, platform: str | None, campaign: str = "11", **more: Any) -> dict[str, Any]:
    row = {"date_start": DAY, "account_id": "1", "account_currency": "USD", "campaign_id": campaign, "spend": spend}
    return row | ({"publisher_platform": platform} if platform else {}) | more


def google(day: str, micros: str, name: str, **customer: str) -> dict[str, Any]:
    account = {"id": "9", "currencyCode": "GBP", "timeZone": "America/New_York"} | customer
    metrics = {"costMicros": micros, "impressions": "100", "clicks": "10", "conversions": 1.5, "conversionsValue": 20}
    return {"segments": {"date": day}, "customer": account, "campaign": {"id": "21", "name": name}, "metrics": metrics}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> RawTables:
    raw = RawTables(
        tmp_path_factory.mktemp("ads"),
        {
            "shop": "shopify",
            "woo": "woocommerce",
            "outlet": "woocommerce",
            "ga": {"connector": "google_analytics", "measures": ["shop", "woo"]},
            "fb": "facebook_ads",
            "ig": {"connector": "instagram_ads", "account_id": "act_1"},
            "gg": "google_ads",
            "ms": "bing_ads",
            "tt": "tiktok_ads",
            "am": {"connector": "amazon_ads", "currency": "XAF"},
            "mp": "mixpanel",
            "ecb": "ecb_rates",
        },
    )
    raw.records(
        "shop",
        "orders",
        shopify_order(5001, "#1001", "100.00"),
        shopify_order(5002, "#1002", "50.00"),
        shopify_order(5003, "#1003", "25.00"),
    )
    raw.records("woo", "orders", woo_order(1002, "10.00"), woo_order(77, "5.00"))
    raw.records("outlet", "orders", woo_order(88, "8.00"))
    raw.report(
        "ga",
        "sessions",
        f"|{DAY}",
        visits(DAY, "google", "cpc", 30, sessionCampaignId="21", sessionDefaultChannelGroup="Cross-network"),
        visits(DAY, "google", "cpc", 20, sessionCampaignId="21", sessionDefaultChannelGroup="Paid Search"),
        visits(DAY, "ig", "paid", 8, sessionCampaignName="Spring Sale", deviceCategory="mobile", country="Canada"),
        visits(DAY, "(direct)", "(none)", 2, _metadata={**ZONE, "dataLossFromOtherRow": True}),
    )
    raw.report(
        "ga",
        "transactions",
        f"|{DAY}",
        sale(DAY, "5001", "google", "cpc", sessionCampaignId="21", sessionDefaultChannelGroup="Cross-network"),
        sale(DAY, "1003", "ig", "paid", sessionCampaignName="spring-sale"),
        sale(DAY, "88", "google", "cpc"),
        # fits order #1002 of the shop and order 1002 of woo on the same day
        sale(DAY, "1002", "newsletter", "email"),
    )
    raw.report(
        "ga",
        "transactions",
        f"|{NEXT_DAY}",
        sale(NEXT_DAY, "77", "partner", "referral", sessionCampaignName="(referral)"),
    )
    raw.report("ga", "events", f"|{DAY}", {"date": "20260306", "eventName": "view_item", "eventCount": "40"})
    raw.report(
        "fb",
        "ad_performance",
        f"1|{DAY}",
        insight("10.00", "facebook", campaign_name="Spring Sale"),
        insight("4.00", "instagram"),
        insight("1.50", "messenger"),
    )
    raw.report("ig", "ad_performance", f"1|{DAY}", insight("4.00", "instagram"), insight("10.00", "facebook"))
    raw.report("ig", "ad_performance", f"2|{DAY}", insight("3.00", "facebook", account_id="2"))
    raw.report("gg", "ad_performance", f"9|{DAY}", google(DAY, "7000000", "Shopping"))
    raw.report("gg", "ad_performance", f"9|{DAY}", google(DAY, "10010000", "Shopping 2026"), load="200.1")
    microsoft = {"TimePeriod": DAY, "CampaignId": "31", "CurrencyCode": "USD", "Spend": "2.50", "Clicks": "1"}
    raw.report("ms", "ad_performance", f"|{DAY}", microsoft)
    tiktok = {"dimensions": {"campaign_id": "41", "stat_time_day": f"{DAY} 00:00:00"}, "metrics": {"spend": "0.105"}}
    raw.report("tt", "ad_performance", f"|{DAY}", tiktok)
    amazon = {"date": DAY, "campaignId": 51, "cost": 500, "clicks": 5}
    raw.report("am", "sp_campaigns", f"|{DAY}", {**amazon, "purchases14d": 2})
    raw.report("am", "sd_campaigns", f"|{DAY}", {**amazon, "purchases": 1})
    raw.records("mp", "events", {"id": "1", "event": "view_item", "properties": {"time": 1772848800}})
    raw.records("ecb", "rates", {"Date": DAY, "USD": "1.1", "GBP": "0.8", "XAF": "N/A"}, id="Date")
    report = raw.build()
    assert report.success, report.models
    return raw


def test_an_order_bears_the_channel_and_the_campaign_of_its_transaction(acme: RawTables) -> None:
    found = acme.query(
        """select source_name, order_id, channel, campaign_name, match_method, is_attributed_to_paid, is_measured
           from gold.fct_orders order by 1, 2"""
    )

    assert found == [
        ("outlet", "88", "Unattributed", None, "none", False, False),
        ("shop", "5001", "Cross-network", "Shopping 2026", "order_id", True, True),
        ("shop", "5002", "Unattributed", None, "none", False, True),
        ("shop", "5003", "Paid Social", "Spring Sale", "order_name", True, True),
        ("woo", "1002", "Unattributed", None, "none", False, True),
        ("woo", "77", "Referral", None, "order_id", False, True),
    ]


def test_spend_and_revenue_of_a_campaign_stand_under_one_key_name_and_channel(acme: RawTables) -> None:
    found = acme.query(
        """select campaigns.platform_family, campaigns.campaign_name, campaigns.channel,
                  (select sum(sessions) from gold.fct_sessions where campaign_key = campaigns.campaign_key),
                  (select sum(total_amount) from gold.fct_orders where campaign_key = campaigns.campaign_key)
           from gold.dim_campaigns as campaigns
           where exists (from gold.fct_ad_performance as ads
                         where ads.campaign_key = campaigns.campaign_key and ads.channel = campaigns.channel)
           order by 1, 2"""
    )

    assert found == [
        ("amazon", None, "Paid Shopping", None, None),
        ("google", "Shopping 2026", "Cross-network", 50, Decimal("100.0000")),
        ("meta", "Spring Sale", "Paid Social", 8, Decimal("25.0000")),
        ("microsoft", None, "Paid Search", None, None),
        ("tiktok", None, "Paid Social", None, None),
    ]


def test_metas_two_platforms_sum_up_to_the_account(acme: RawTables) -> None:
    found = acme.query(
        """select source_name, publisher_platform, spend_amount from gold.fct_ad_performance
           where platform in ('facebook_ads', 'instagram_ads') order by 1, 2"""
    )

    assert found == [
        ("fb", "facebook", Decimal("10.000000")),
        ("fb", "messenger", Decimal("1.500000")),
        ("ig", "instagram", Decimal("4.000000")),
    ]


def test_of_a_restated_report_day_the_newest_version_counts_in_the_reporting_currency(acme: RawTables) -> None:
    found = acme.query(
        """select native_spend_amount, spend_amount, platform_revenue_amount, platform_conversions, clicks, _dlt_load_id
           from gold.fct_ad_performance where source_name = 'gg'"""
    )

    # 10.01 × 1.1 / 0.8 = 13.76375, 20 × 1.1 / 0.8 = 27.5
    assert found == [
        (Decimal("10.010000"), Decimal("13.760000"), Decimal("27.500000"), Decimal("1.500000"), 10, "200.1")
    ]


def test_amounts_without_a_rate_are_not_priced_and_keep_their_counts(acme: RawTables) -> None:
    found = acme.query(
        """select is_priced, spend_amount, native_spend_amount, clicks, platform_conversions
           from gold.fct_ad_performance where source_name = 'am' order by platform_conversions"""
    )

    assert found == [
        (False, None, Decimal("500.000000"), 5, Decimal("1.000000")),
        (False, None, Decimal("500.000000"), 5, Decimal("2.000000")),
    ]


def test_events_of_reports_and_of_records_stand_in_one_fact(acme: RawTables) -> None:
    found = acme.query("select source_name, event_name, event_date::text, event_count from gold.fct_events order by 1")

    # 2026-03-07 02:00 UTC is the evening before in New York
    assert found == [("ga", "view_item", DAY, 40), ("mp", "view_item", DAY, 1)]


def test_the_days_of_every_fact_are_in_the_calendar(acme: RawTables) -> None:
    [found] = acme.query(
        """select count(*) from (select session_date as day from gold.fct_sessions
           union all select ad_date from gold.fct_ad_performance union all select event_date from gold.fct_events)
           where day not in (select date from gold.dim_date)"""
    )

    assert found == (0,)


def test_what_was_assumed_is_told(acme: RawTables) -> None:
    assert acme.notices() == [
        "ms: its days are those of UTC, not of the tenant's time zone.",
        "tt: 1 report row without a currency, taken as USD; set currency: in tenants.yml to say otherwise.",
        "ig: 1 report row of other placements than Instagram left out, because no facebook_ads source has their "
        "account and day.",
        "ga: on 1 day GA4 put rows together as (other); figures split by their columns are not complete.",
        "ga: the id of 1 transaction fits several orders and not one of them by day; these orders stay Unattributed by "
        "it.",
    ]
