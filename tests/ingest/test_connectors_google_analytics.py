"""Google Analytics: answers of runReport and batchRunReports in the form of their reference (README.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from payload_rows import ids, of_records, of_text, payloads, raw_rows, reasons, source_ids

METADATA = {"currencyCode": "USD", "timeZone": "America/New_York"}


def report(dimensions: dict[str, str], **metrics: str) -> dict[str, Any]:
    return {
        "dimensionHeaders": [{"name": name} for name in dimensions],
        "metricHeaders": [{"name": name, "type": "TYPE_INTEGER"} for name in metrics],
        "rows": [
            {
                "dimensionValues": [{"value": value} for value in dimensions.values()],
                "metricValues": [{"value": value} for value in metrics.values()],
            }
        ],
        "rowCount": 1,
        "kind": "analyticsData#runReport",
    }


def test_the_published_sessions_become_flat_rows_with_their_report_s_metadata() -> None:
    first, second = payloads(raw_rows("google_analytics_sessions.json"))
    assert first == {
        "date": "20080110",
        "sessionSource": "google",
        "sessionMedium": "cpc",
        "sessionCampaignName": "ipod_winter",
        "sessionDefaultChannelGroup": "Paid Search",
        "deviceCategory": "desktop",
        "country": "United States",
        "sessions": "40",
        "engagedSessions": "25",
        "_metadata": METADATA,
    }
    assert (second["sessionSource"], second["sessions"], second["engagedSessions"]) == ("(direct)", "10", "0")


def test_a_row_is_known_by_day_and_everything_that_splits_it() -> None:
    assert ids(raw_rows("google_analytics_sessions.json"))[0] == (
        "2008-01-10|sessionSource=google|sessionMedium=cpc|sessionCampaignName=ipod_winter"
        "|sessionDefaultChannelGroup=Paid Search|deviceCategory=desktop|country=United States",
        "|2008-01-10",
    )


def test_the_published_transaction_holds_the_order_s_id() -> None:
    (row,) = raw_rows("google_analytics_transactions.json")
    assert row.source_id.startswith("2008-01-10|450789469|sessionSource=google")
    assert row.parent_id == "|2008-01-10"
    assert payloads([row])[0]["purchaseRevenue"] == "598.94"


def test_the_published_events_of_a_batch_are_known_by_day_and_name() -> None:
    assert ids(raw_rows("google_analytics_events.json")) == [
        ("2008-01-10|purchase", "|2008-01-10"),
        ("2008-01-10|page_view", "|2008-01-10"),
    ]
    assert [row["eventCount"] for row in payloads(raw_rows("google_analytics_events.json"))] == ["1", "173"]


def test_a_report_without_rows_brings_none(tmp_path: Path) -> None:
    empty = {"dimensionHeaders": [{"name": "date"}], "metricHeaders": [{"name": "sessions"}], "metadata": METADATA}
    assert of_text("google_analytics", "sessions", json.dumps(empty), tmp_path) == []


def test_flat_rows_and_tables_are_read_as_well(tmp_path: Path) -> None:
    flat = {"date": "20261001", "sessionSource": "google", "sessions": 3}
    table = "date,sessionSource,sessions\n20261001,google,3\n"
    of_json = of_records("google_analytics", "sessions", [flat], tmp_path)
    of_csv = of_text("google_analytics", "sessions", table, tmp_path, "csv")
    assert ids(of_json) == ids(of_csv) == [("2026-10-01|sessionSource=google", "|2026-10-01")]


def test_rows_split_by_a_column_that_nobody_knows_do_not_become_one(tmp_path: Path) -> None:
    texts = [
        json.dumps(report({"date": "20261001", "customChannel": channel}, sessions="1")) for channel in ("one", "two")
    ]
    rows = of_text("google_analytics", "sessions", "\n".join(texts) + "\n", tmp_path, "jsonl")
    assert source_ids(rows) == [
        "2026-10-01|_dimensions=customChannel=one",
        "2026-10-01|_dimensions=customChannel=two",
    ]


@pytest.mark.parametrize("column", ["pagePath", "eventName", "itemName", "dateRange"])
def test_sessions_that_would_count_several_times_are_refused(column: str, tmp_path: Path) -> None:
    (reason,) = reasons(
        of_text(
            "google_analytics",
            "sessions",
            json.dumps(report({"date": "20261001", column: "x"}, sessions="1")),
            tmp_path,
        )
    )
    assert (reason or "").startswith("This is no record of sessions")


def test_purchases_without_an_id_do_not_spoil_their_day(tmp_path: Path) -> None:
    rows = of_text(
        "google_analytics",
        "transactions",
        json.dumps(report({"date": "20261001", "transactionId": ""}, purchaseRevenue="5")),
        tmp_path,
    )
    assert source_ids(rows) == ["2026-10-01|"]


def test_an_error_answer_goes_to_quarantine_with_its_message(tmp_path: Path) -> None:
    answer = {"error": {"code": 403, "message": "User does not have sufficient permissions for this property."}}
    (reason,) = reasons(of_text("google_analytics", "sessions", json.dumps(answer), tmp_path))
    assert "sufficient permissions" in (reason or "")
