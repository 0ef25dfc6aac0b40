"""Google Ads: pages of searchStream in the JSON mapping that the REST reference publishes (README.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from payload_rows import ids, of_records, of_text, payloads, raw_rows, reasons, source_ids

ROW: dict[str, Any] = {
    "customer": {"resourceName": "customers/1", "id": "1", "currencyCode": "USD"},
    "campaign": {"resourceName": "customers/1/campaigns/2", "id": "2", "name": "Brand"},
    "segments": {"date": "2026-10-01"},
    "metrics": {"costMicros": "1500000", "impressions": "10", "clicks": "1", "conversions": 0.5},
}


def test_the_published_rows_are_known_by_customer_day_and_campaign() -> None:
    assert ids(raw_rows("google_ads_ad_performance.json")) == [
        ("1842689525|2008-01-10|1485014801", "1842689525|2008-01-10"),
        ("1842689525|2008-01-11|1485014801", "1842689525|2008-01-11"),
    ]


def test_the_published_figures_are_kept_as_they_were_written() -> None:
    first, second = payloads(raw_rows("google_ads_ad_performance.json"))
    assert first["metrics"] == {
        "clicks": "21",
        "conversions": 1.5,
        "conversionsValue": 598.94,
        "costMicros": "14250000",
        "impressions": "1034",
    }
    assert first["segments"] == {"date": "2008-01-10"}
    assert first["campaign"] == {
        "id": "1485014801",
        "name": "ipod_winter",
        "resourceName": "customers/1842689525/campaigns/1485014801",
    }
    # figures of zero may be left out
    assert second["metrics"] == {"impressions": "12"}


def test_the_account_is_taken_from_the_resource_name_where_its_id_was_not_asked_for() -> None:
    assert payloads(raw_rows("google_ads_ad_performance.json"))[0]["customer"] == {
        "currencyCode": "USD",
        "id": "1842689525",
        "resourceName": "customers/1842689525",
        "timeZone": "America/New_York",
    }


@pytest.mark.parametrize(
    "row",
    [
        {
            "customer": {"resource_name": "customers/1", "id": 1, "currency_code": "USD"},
            "campaign": {"resource_name": "customers/1/campaigns/2", "id": 2, "name": "Brand"},
            "segments": {"date": "2026-10-01"},
            "metrics": {"cost_micros": 1500000, "impressions": 10, "clicks": 1, "conversions": 0.5},
        },
        {
            "customer.id": "1",
            "customer.currency_code": "USD",
            "campaign.id": "2",
            "campaign.name": "Brand",
            "segments.date": "2026-10-01",
            "metrics.cost_micros": "1500000",
            "metrics.impressions": "10",
            "metrics.clicks": "1",
            "metrics.conversions": "0.5",
        },
        {
            "customer_id": "1",
            "customer_currency_code": "USD",
            "campaign_id": "2",
            "campaign_name": "Brand",
            "segments_date": "2026-10-01",
            "metrics_cost_micros": "1500000",
            "metrics_impressions": "10",
            "metrics_clicks": "1",
            "metrics_conversions": "0.5",
        },
    ],
    ids=["client library", "dotted", "flattened"],
)
def test_rows_in_other_notations_become_the_same_row(row: object, tmp_path: Path) -> None:
    rows = of_records("google_ads", "ad_performance", [ROW, row], tmp_path)
    assert reasons(rows) == [None, None]
    assert set(source_ids(rows)) == {"1|2026-10-01|2"}
    first, second = payloads(rows)
    for path in (
        "customer.currencyCode",
        "campaign.name",
        "segments.date",
        "metrics.costMicros",
        "metrics.conversions",
    ):
        head, _, tail = path.partition(".")
        assert str(first[head][tail]) == str(second[head][tail]), path


def test_a_table_of_dotted_columns_is_read(tmp_path: Path) -> None:
    text = "segments.date,campaign.id,campaign.name,metrics.cost_micros\n2026-10-01,2,Brand,1500000\n"
    rows = of_text("google_ads", "ad_performance", text, tmp_path, "csv")
    assert reasons(rows) == [None]
    assert payloads(rows) == [
        {
            "campaign": {"id": "2", "name": "Brand"},
            "metrics": {"costMicros": "1500000"},
            "segments": {"date": "2026-10-01"},
        }
    ]


def test_the_sum_of_all_rows_is_no_row(tmp_path: Path) -> None:
    pages = [{"results": [ROW]}, {"summaryRow": {"metrics": {"costMicros": "1500000"}}, "requestId": "x"}]
    assert reasons(of_text("google_ads", "ad_performance", json.dumps(pages), tmp_path)) == [None]


def test_rows_that_are_split_do_not_become_one(tmp_path: Path) -> None:
    rows = of_records(
        "google_ads",
        "ad_performance",
        [{**ROW, "segments": {"date": "2026-10-01", "device": device}} for device in ("MOBILE", "DESKTOP")],
        tmp_path,
    )
    assert source_ids(rows) == [
        "1|2026-10-01|2|segments.device=MOBILE",
        "1|2026-10-01|2|segments.device=DESKTOP",
    ]


def test_a_campaign_is_known_by_its_id(tmp_path: Path) -> None:
    campaign = {"campaign": {"resourceName": "customers/1/campaigns/2", "name": "Brand, renamed", "status": "ENABLED"}}
    assert ids(of_records("google_ads", "campaigns", [campaign], tmp_path)) == [("2", None)]


def test_an_account_s_total_holds_no_campaign(tmp_path: Path) -> None:
    total = {key: ROW[key] for key in ("customer", "segments", "metrics")}
    rows = of_records("google_ads", "account_performance", [total, ROW], tmp_path)
    assert reasons(rows) == [
        None,
        "This is no record of account_performance; it looks like a record of ad_performance.",
    ]


def test_an_error_answer_goes_to_quarantine_with_its_message(tmp_path: Path) -> None:
    answer = [{"error": {"code": 401, "message": "Request had invalid authentication credentials."}}]
    (reason,) = reasons(of_text("google_ads", "ad_performance", json.dumps(answer), tmp_path))
    assert "Request had invalid authentication credentials." in (reason or "")
