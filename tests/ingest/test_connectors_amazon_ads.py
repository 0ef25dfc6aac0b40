"""Amazon: the sample report of its guide, with the day of a DAILY report (published_payloads/README.md)."""

from pathlib import Path

import pytest
from payload_rows import ids, of_records, payloads, raw_rows, reasons, source_ids

SP = {"date": "2026-10-01", "campaignId": 2, "cost": 1.5, "purchases14d": 1, "sales14d": 9.99}
SB = {"date": "2026-10-01", "campaignId": "2", "cost": 1.5, "purchases": 1, "sales": 9.99}


def test_the_published_rows_are_known_by_day_campaign_and_ad_group() -> None:
    assert ids(raw_rows("amazon_ads_sp_campaigns.json")) == [
        ("2022-07-05|158410630682987|adGroupId=72320882861500", "|2022-07-05"),
        ("2022-07-05|158410630682987|adGroupId=55720282058882", "|2022-07-05"),
    ]


def test_the_published_figures_are_kept_as_they_were_written() -> None:
    first, second = payloads(raw_rows("amazon_ads_sp_campaigns.json"))
    assert first == {
        "adGroupId": 72320882861500,
        "campaignBudgetCurrencyCode": "USD",
        "campaignId": 158410630682987,
        "campaignName": "SP campaign",
        "clicks": 13,
        "cost": 14.5,
        "date": "2022-07-05",
        "impressions": 2216,
        "purchases14d": 3,
        "purchases1d": 1,
        "purchases30d": 3,
        "purchases7d": 2,
        "sales14d": 89.97,
    }
    assert (second["cost"], second["clicks"], second["impressions"]) == (9.45, 10, 3721)


def test_an_id_is_the_same_as_number_and_as_text(tmp_path: Path) -> None:
    rows = of_records("amazon_ads", "sp_campaigns", [SP, {**SP, "campaignId": "2"}], tmp_path)
    assert set(source_ids(rows)) == {"2026-10-01|2"}


@pytest.mark.parametrize("entity", ["sb_campaigns", "sd_campaigns"])
def test_brands_and_display_have_purchases_without_a_window(entity: str, tmp_path: Path) -> None:
    rows = of_records("amazon_ads", entity, [SB, SP], tmp_path)
    assert reasons(rows) == [None, f"This is no record of {entity}; it looks like a record of sp_campaigns."]


def test_a_report_of_brands_is_none_of_products(tmp_path: Path) -> None:
    assert reasons(of_records("amazon_ads", "sp_campaigns", [SB], tmp_path)) == [
        "This is no record of sp_campaigns; it looks like a record of sb_campaigns."
    ]


def test_a_summary_is_no_day(tmp_path: Path) -> None:
    summary = {"startDate": "2026-10-01", "endDate": "2026-10-31", "campaignId": 2, "cost": 1.5}
    assert reasons(of_records("amazon_ads", "sp_campaigns", [summary], tmp_path)) == ["date is missing."]


def test_rows_by_placement_do_not_become_one(tmp_path: Path) -> None:
    split = [{**SP, "placementClassification": place} for place in ("Top of Search on-Amazon", "Other on-Amazon")]
    rows = of_records("amazon_ads", "sp_campaigns", split, tmp_path)
    assert len(set(source_ids(rows))) == 2
