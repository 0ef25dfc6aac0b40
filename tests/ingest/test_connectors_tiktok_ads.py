"""TikTok: an answer of report/integrated/get in the form of its API (published_payloads/README.md)."""

from pathlib import Path
from typing import Any

import pytest
from payload_rows import accepted, ids, of_records, of_text, payloads, raw_rows, reasons

ROW: dict[str, Any] = {
    "dimensions": {"stat_time_day": "2026-10-01 00:00:00", "campaign_id": "2"},
    "metrics": {"spend": "1.50", "impressions": "10", "clicks": "1"},
}


def test_the_published_rows_are_known_by_day_and_campaign() -> None:
    assert ids(raw_rows("tiktok_ads_ad_performance.json")) == [
        ("2024-01-01|11111111", "|2024-01-01"),
        ("2024-01-02|11111111", "|2024-01-02"),
    ]


def test_the_published_figures_are_kept_as_they_were_written() -> None:
    first, second = payloads(raw_rows("tiktok_ads_ad_performance.json"))
    assert first["dimensions"] == {"stat_time_day": "2024-01-01 00:00:00", "campaign_id": "11111111"}
    assert first["metrics"] == {
        "campaign_name": "Website Traffic20211020010104",
        "spend": "20.00",
        "impressions": "4696",
        "clicks": "51",
        "ctr": "1.09",
        "cpc": "0.39",
        "cpm": "4.26",
        "conversion": "2",
        "complete_payment": "2",
        "total_complete_payment_rate": "84.50",
        "currency": "USD",
    }
    assert second["metrics"]["conversion"] == "-"


def test_an_answer_with_another_code_than_0_is_refused_with_the_vendor_s_message(tmp_path: Path) -> None:
    text = '{"code": 40105, "message": "Access token is incorrect or has been revoked.", "data": {}}'
    (reason,) = reasons(of_text("tiktok_ads", "ad_performance", text, tmp_path))
    assert "40105" in (reason or "")
    assert "Access token is incorrect or has been revoked." in (reason or "")


def test_a_flat_row_is_parted_into_dimensions_and_metrics(tmp_path: Path) -> None:
    text = "stat_time_day,campaign_id,campaign_name,spend,clicks\n2026-10-01,2,Brand,1.50,-\n"
    rows = of_text("tiktok_ads", "ad_performance", text, tmp_path, "csv")
    assert reasons(rows) == [None]
    assert payloads(rows) == [
        {
            "dimensions": {"campaign_id": "2", "stat_time_day": "2026-10-01"},
            "metrics": {"campaign_name": "Brand", "clicks": "-", "spend": "1.50"},
        }
    ]


@pytest.mark.parametrize("path", [("dimensions", "advertiser_id"), ("metrics", "advertiser_id"), ("advertiser_id",)])
def test_the_advertiser_is_part_of_the_key_where_a_row_names_it(path: tuple[str, ...], tmp_path: Path) -> None:
    *way, last = path
    row = {**ROW, way[0]: {**ROW[way[0]], last: "7"}} if way else {**ROW, last: 7}
    (found,) = of_records("tiktok_ads", "ad_performance", [row], tmp_path)
    assert found.parent_id == "7|2026-10-01"


def test_a_row_by_the_hour_is_no_day(tmp_path: Path) -> None:
    row = {**ROW, "dimensions": {"stat_time_day": "2026-10-01 09:00:00", "campaign_id": "2"}}
    (reason,) = reasons(of_records("tiktok_ads", "ad_performance", [row], tmp_path))
    assert "at dimensions.stat_time_day is not a day" in (reason or "")


def test_a_campaign_is_known_by_its_id_and_update_time(tmp_path: Path) -> None:
    campaign = {"campaign_id": "2", "campaign_name": "Brand", "modify_time": "2026-10-01 12:30:00"}
    (row,) = accepted(of_records("tiktok_ads", "campaigns", [campaign], tmp_path))
    assert row.source_id == "2"
    assert row.updated_at is not None
    assert row.updated_at.isoformat() == "2026-10-01T12:30:00+00:00"
