"""What the oracle makes of the ad platforms' reports, against figures worked out by hand."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import value
from oracle_payloads import Json, deliver, money, total
from oracle_reports import google_row, insight, tenant_of


def test_meta_figures_are_texts_and_one_variant_of_a_purchase_counts(tmp_path: Path) -> None:
    bought = [
        {"action_type": "link_click", "value": "40"},
        {"action_type": "purchase", "value": "3"},
        {"action_type": "omni_purchase", "value": "3"},
        {"action_type": "offsite_conversion.fb_pixel_purchase", "value": "3"},
    ]
    values = [{"action_type": "offsite_conversion.fb_pixel_purchase", "value": "210.50", "7d_click": "180.00"}]
    row = insight("2026-03-01", "30.10", actions=bought, action_values=values)
    deliver(tmp_path / "facebook_ads", "ad_performance.json", [{"data": [row], "paging": {}}])
    facts = tenant_of(tmp_path, {"facebook_ads": {}})

    assert money(facts, "ad_spend", "platform_conversions", "platform_revenue") == ["30.10", "3", "210.50"]
    assert money(facts, "impressions", "clicks", "ctr", "cpc", "cpm") == ["1000", "50", "0.050000", "0.6020", "30.1000"]
    assert money(facts, "cost_per_conversion", "platform_roas") == ["10.0333", "6.993355"]
    assert value(facts, "ad_spend", ["channel", "campaign_name"]) == {("Paid Social", "Summer Sale"): Decimal("30.10")}


@pytest.mark.parametrize(
    ("facebook", "instagram", "expected"),
    [
        # one account in both sources, each of which holds every placement
        (("facebook", "instagram", "audience_network"), ("facebook", "instagram", "audience_network"), ("2", "1")),
        # nobody else takes instagram
        (("facebook", "instagram"), (), ("2", "0")),
        # rows without the breakdown hold everything
        ((None,), ("instagram",), ("1", "0")),
        (("facebook",), ("instagram", None), ("1", "1")),
    ],
)
def test_metas_placements_count_once(
    tmp_path: Path, facebook: tuple[str, ...], instagram: tuple[str, ...], expected: tuple[str, str]
) -> None:
    for source, placements in (("facebook_ads", facebook), ("instagram_ads", instagram)):
        rows = [insight("2026-03-01", "1", one) for one in placements]
        deliver(tmp_path / source, "ad_performance.jsonl", rows)
    facts = tenant_of(tmp_path, {"facebook_ads": {"account_id": "act_1"}, "instagram_ads": {"account_id": "act_1"}})

    spend = value(facts, "ad_spend", ["platform"])
    assert (str(spend.get(("facebook_ads",), 0)), str(spend.get(("instagram_ads",), 0))) == expected


def test_of_an_account_and_day_the_newest_delivery_counts_whole(tmp_path: Path) -> None:
    folder = tmp_path / "facebook_ads"
    first = [insight("2026-03-01", "10", campaign="1"), insight("2026-03-01", "20", campaign="2")]
    deliver(folder, "ad_performance-1.jsonl", [*first, insight("2026-03-02", "7")], at=1)
    deliver(folder, "ad_performance-2.jsonl", [insight("2026-03-01", "11", campaign="1")], at=2)
    facts = tenant_of(tmp_path, {"facebook_ads": {}})

    assert value(facts, "ad_spend", grain="day") == {(date(2026, 3, 1),): 11, (date(2026, 3, 2),): 7}

    deliver(folder, "ad_performance-3.jsonl", [insight("2026-03-01", "N/A", campaign="1")], at=3)
    assert total(tenant_of(tmp_path, {"facebook_ads": {}}), "ad_spend") == 18


def test_google_costs_are_millionths_and_its_zeros_are_left_out(tmp_path: Path) -> None:
    rows = [google_row("2026-03-01", 12345678, impressions="10", conversions=1.5, conversionsValue=99.99)]
    answers = [{"results": rows, "fieldMask": ""}, {"results": [google_row("2026-03-02", 0)]}, {"requestId": "x"}]
    folder = tmp_path / "google_ads"
    folder.mkdir()
    (folder / "ad_performance.json").write_text(json.dumps(answers), encoding="utf-8")
    facts = tenant_of(tmp_path, {"google_ads": {}})

    assert money(facts, "ad_spend", "clicks", "platform_conversions", "platform_revenue") == [
        "12.345678",
        "0",
        "1.5",
        "99.99",
    ]
    assert value(facts, "ad_spend", ["channel"]) == {("Paid Search",): Decimal("12.345678")}


def test_microsofts_csv_may_have_a_header_and_a_footer(tmp_path: Path) -> None:
    lines = [
        '"Report Name: Daily","",""',
        "",
        "TimePeriod,AccountId,CampaignId,CampaignName,CurrencyCode,Spend,Impressions,Clicks,ConversionsQualified,Revenue",
        '2026-03-01,4,31,"Brand, UK",USD,12.50,200,10,0.75,--',
        '"©2026 Microsoft Corporation. All rights reserved. ",,,,,,,,,',
    ]
    (tmp_path / "bing_ads").mkdir()
    (tmp_path / "bing_ads" / "ad_performance.csv").write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    facts = tenant_of(tmp_path, {"bing_ads": {}})

    assert money(facts, "ad_spend", "platform_conversions", "platform_revenue") == ["12.50", "0.75", "0"]
    assert value(facts, "clicks", ["campaign_name", "platform"]) == {("Brand, UK", "bing_ads"): 10}


def test_linkedin_names_its_campaigns_elsewhere_and_the_account_is_configured(tmp_path: Path) -> None:
    start = {"year": 2026, "month": 3, "day": 1}
    row: Json = {
        "dateRange": {"start": start, "end": start},
        "pivotValues": ["urn:li:sponsoredCampaign:88"],
        "costInLocalCurrency": "26.8437501",
        "impressions": 400,
        "clicks": 4,
        "externalWebsiteConversions": 2,
        "conversionValueInLocalCurrency": "120.0",
    }
    deliver(tmp_path / "linkedin_ads", "ad_performance.jsonl", [{"elements": [row], "paging": {}}])
    deliver(tmp_path / "linkedin_ads", "campaigns-1.jsonl", [{"id": 88, "name": "Old"}], at=1)
    deliver(tmp_path / "linkedin_ads", "campaigns-2.jsonl", [{"elements": [{"id": 88, "name": "Directors"}]}], at=2)
    facts = tenant_of(tmp_path, {"linkedin_ads": {"account_id": "5", "currency": "USD"}})

    # half-even at six decimals
    assert value(facts, "ad_spend", ["campaign_name"]) == {("Directors",): Decimal("26.843750")}


def test_tiktoks_dash_is_nothing(tmp_path: Path) -> None:
    row: Json = {
        "dimensions": {"campaign_id": "1750", "stat_time_day": "2026-03-01 00:00:00"},
        "metrics": {
            "campaign_name": "Creators",
            "spend": "18.20",
            "impressions": "900",
            "clicks": "-",
            "conversion": "3",
            "complete_payment": "2",
            "total_complete_payment_rate": "75.00",
        },
    }
    answer = {"code": 0, "message": "OK", "data": {"list": [row], "page_info": {"page": 1}}}
    deliver(tmp_path / "tiktok_ads", "ad_performance.jsonl", [answer])
    facts = tenant_of(tmp_path, {"tiktok_ads": {}})

    assert money(facts, "ad_spend", "clicks", "platform_conversions", "platform_revenue") == [
        "18.20",
        "0",
        "3",
        "75.00",
    ]
    assert value(facts, "impressions", grain="day") == {(date(2026, 3, 1),): 900}


def test_amazons_three_reports_have_columns_of_their_own(tmp_path: Path) -> None:
    common: Json = {"date": "2026-03-01", "impressions": 10, "clicks": 1, "campaignBudgetCurrencyCode": "USD"}
    bought: Json = {"purchases14d": 2, "sales14d": 40.5, "purchases": 9, "sales": 900}
    for number, kind in enumerate(("sp", "sb", "sd"), 1):
        row = common | {"campaignId": number, "campaignName": kind.upper(), "cost": number} | bought
        deliver(tmp_path / "amazon_ads", f"{kind}_campaigns.jsonl", [row])
    facts = tenant_of(tmp_path, {"amazon_ads": {}})

    assert value(facts, "platform_conversions", ["campaign_name"]) == {("SP",): 2, ("SB",): 9, ("SD",): 9}
    assert money(facts, "ad_spend", "platform_revenue") == ["6", "1840.5"]
    assert value(facts, "clicks", ["channel"]) == {("Paid Shopping",): 3}


def test_spend_without_a_rate_leaves_the_costs_denominator_but_no_count(tmp_path: Path) -> None:
    rows = [
        insight("2026-03-01", "10", campaign="1"),
        insight("2026-03-01", "99", campaign="2", account_currency="GBP"),
    ]
    deliver(tmp_path / "facebook_ads", "ad_performance.jsonl", rows)
    facts = tenant_of(tmp_path, {"facebook_ads": {}})

    assert money(facts, "ad_spend", "clicks", "cpc", "cpm", "ctr") == ["10", "100", "0.2000", "10.0000", "0.050000"]
    assert value(facts, "ad_spend", ["currency"]) == {("USD",): 10, ("GBP",): None}
