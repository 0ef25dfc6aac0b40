"""Meta's insights: a recorded answer (published_payloads/README.md), numbers as text as the API writes them."""

from pathlib import Path

import pytest
from payload_rows import ids, of_records, payloads, raw_rows, reasons, source_ids

ROW = {
    "account_id": "1",
    "campaign_id": "2",
    "date_start": "2026-10-01",
    "date_stop": "2026-10-01",
    "spend": "1.50",
    "impressions": "10",
}


@pytest.mark.parametrize("shape", ["facebook_ads", "instagram_ads"])
def test_the_published_rows_are_known_by_account_day_campaign_and_platform(shape: str) -> None:
    rows = raw_rows(f"{shape}_ad_performance.json")
    key = "212551616838260|2021-02-21"
    assert ids(rows) == [
        (f"{key}|23846765228240398|publisher_platform=instagram", key),
        (f"{key}|23846765228240398|publisher_platform=facebook", key),
    ]


def test_the_published_figures_are_kept_as_they_were_written() -> None:
    instagram, facebook = payloads(raw_rows("facebook_ads_ad_performance.json"))
    assert instagram["spend"] == "0.08"
    assert instagram["impressions"] == "97"
    assert instagram["clicks"] == "0"
    assert instagram["account_currency"] == "USD"
    assert instagram["date_start"] == instagram["date_stop"] == "2021-02-21"
    assert facebook["spend"] == "0.87"
    assert facebook["action_values"] == [
        {"action_type": action, "value": "36.5", "1d_view": "6.5", "7d_click": "30"}
        for action in ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
    ]


def test_the_published_account_total_is_a_row_a_day() -> None:
    rows = raw_rows("facebook_ads_account_performance.json")
    assert ids(rows) == [("212551616838260|2021-02-21", "212551616838260|2021-02-21")]
    assert payloads(rows)[0]["spend"] == "0.95"


def test_a_campaign_is_known_by_its_id_and_update_time() -> None:
    (row,) = raw_rows("facebook_ads_campaigns.json")
    assert (row.source_id, row.parent_id) == ("23846765228240398", None)
    assert row.updated_at is not None
    assert row.updated_at.isoformat() == "2021-02-18T09:00:02+00:00"


def test_a_row_of_a_month_is_refused(tmp_path: Path) -> None:
    rows = of_records("facebook_ads", "ad_performance", [{**ROW, "date_stop": "2026-10-31"}], tmp_path)
    assert reasons(rows) == ["The row covers 2026-10-01 to 2026-10-31; ask for one row a day."]


@pytest.mark.parametrize(
    ("column", "values"),
    [("age", ("18-24", "25-34")), ("gender", ("female", "male")), ("adset_id", ("5", "6")), ("country", ("DE", "FR"))],
)
def test_rows_that_are_split_do_not_become_one(column: str, values: tuple[str, str], tmp_path: Path) -> None:
    rows = of_records("facebook_ads", "ad_performance", [{**ROW, column: value} for value in values], tmp_path)
    assert reasons(rows) == [None, None]
    assert len(set(source_ids(rows))) == 2
    assert [row[column] for row in payloads(rows)] == list(values)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"spend": None}, "spend is missing."),
        ({"spend": "N/A"}, "'N/A' at spend is not an amount."),
        ({"campaign_id": ""}, "campaign_id is missing."),
        ({"impressions": "ten"}, "'ten' at impressions is not a whole number."),
    ],
)
def test_a_row_that_cannot_be_right_says_why(change: dict[str, object], reason: str, tmp_path: Path) -> None:
    (found,) = reasons(of_records("facebook_ads", "ad_performance", [{**ROW, **change}], tmp_path))
    assert found is not None
    assert found.replace('"', "'") == reason


def test_a_campaign_s_row_is_no_account_total(tmp_path: Path) -> None:
    assert reasons(of_records("facebook_ads", "account_performance", [ROW], tmp_path)) == [
        "This is no record of account_performance; it looks like a record of ad_performance."
    ]
