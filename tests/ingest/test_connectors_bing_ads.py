"""Microsoft's report file, with header and footer as its guide shows it (published_payloads/README.md)."""

from pathlib import Path

import pytest
from payload_rows import ids, of_records, of_text, payloads, raw_rows, reasons, source_ids

ROW = {"TimePeriod": "2026-10-01", "AccountId": "1", "CampaignId": "2", "CampaignName": "Brand", "Spend": "1.50"}


def test_the_published_rows_are_known_by_account_day_and_campaign() -> None:
    assert ids(raw_rows("bing_ads_ad_performance.csv")) == [
        ("1460001|2020-02-07|361540001", "1460001|2020-02-07"),
        ("1460001|2020-02-08|361540001", "1460001|2020-02-08"),
    ]


def test_the_published_columns_are_kept_under_their_names() -> None:
    assert payloads(raw_rows("bing_ads_ad_performance.csv"))[0] == {
        "TimePeriod": "2020-02-07",
        "AccountId": "1460001",
        "CampaignId": "361540001",
        "CampaignName": "red shoes",
        "CurrencyCode": "USD",
        "Spend": "95.50",
        "Impressions": "3000",
        "Clicks": "35",
        "ConversionsQualified": "2.50",
        # 1,250.00 in the file
        "Revenue": "1250.00",
    }


@pytest.mark.parametrize(
    ("written", "kept"), [("1,000.00", "1000.00"), ("-1,234,567.5", "-1234567.5"), ("12.50", "12.50"), ("7", "7")]
)
def test_commas_that_group_digits_are_taken_out_of_figures(written: str, kept: str, tmp_path: Path) -> None:
    rows = of_records("bing_ads", "ad_performance", [{**ROW, "Revenue": written}], tmp_path)
    assert reasons(rows) == [None]
    assert payloads(rows)[0]["Revenue"] == kept


@pytest.mark.parametrize("written", ["1,00", "1,2,3", "1.000,00"])
def test_other_commas_are_no_figure(written: str, tmp_path: Path) -> None:
    (reason,) = reasons(of_records("bing_ads", "ad_performance", [{**ROW, "Revenue": written}], tmp_path))
    assert "at Revenue is not an amount" in (reason or "")


@pytest.mark.parametrize("day", ["10/1/2026", "2026-10-01", "2026-10-01 00:00:00"])
def test_a_day_has_one_key_however_it_is_written(day: str, tmp_path: Path) -> None:
    (row,) = of_records("bing_ads", "ad_performance", [{**ROW, "TimePeriod": day}], tmp_path)
    assert row.parent_id == "1|2026-10-01"


@pytest.mark.parametrize("period", ["2020-03-15|7", "3/15/2020 12:00:00 AM|7", "2020"])
def test_other_periods_than_days_are_refused(period: str, tmp_path: Path) -> None:
    (reason,) = reasons(of_records("bing_ads", "ad_performance", [{**ROW, "TimePeriod": period}], tmp_path))
    assert "at TimePeriod is not a day" in (reason or "")


def test_no_value_is_a_dash_or_nothing(tmp_path: Path) -> None:
    text = "TimePeriod,CampaignId,Spend,Impressions,Clicks\n2026-10-01,2,1.5,--,\n"
    assert reasons(of_text("bing_ads", "ad_performance", text, tmp_path, "csv")) == [None]


def test_a_campaign_may_be_named_as_the_service_or_as_the_report_names_it(tmp_path: Path) -> None:
    rows = of_records(
        "bing_ads",
        "campaigns",
        [{"Campaigns": [{"Id": 2, "Name": "Brand"}]}, {"CampaignId": "3", "CampaignName": "Generic"}],
        tmp_path,
    )
    assert source_ids(rows) == ["2", "3"]


def test_an_account_s_total_holds_no_campaign(tmp_path: Path) -> None:
    total = {key: ROW[key] for key in ("TimePeriod", "AccountId", "Spend")}
    rows = of_records("bing_ads", "account_performance", [total, ROW], tmp_path)
    assert reasons(rows) == [
        None,
        "This is no record of account_performance; it looks like a record of ad_performance.",
    ]
