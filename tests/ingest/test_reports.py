from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ingest.records import BadRecord
from ingest.reports import ga4_rows, rows, shopifyql_rows, stream_results, tiktok_rows


def opened(unfold: Callable[[object], Iterable[object]], value: Any) -> list[object]:
    return [found.reason if isinstance(found, BadRecord) else found for found in unfold(value)]


REPORT = {
    "dimensionHeaders": [{"name": "date"}, {"name": "sessionSource"}],
    "metricHeaders": [{"name": "sessions", "type": "TYPE_INTEGER"}],
    "rows": [
        {"dimensionValues": [{"value": "20261001"}, {"value": "google"}], "metricValues": [{"value": "12"}]},
        {"dimensionValues": [{"value": "20261001"}, {}], "metricValues": [{"value": "3"}]},
    ],
    "rowCount": 2,
    "metadata": {"timeZone": "America/New_York", "currencyCode": "USD"},
    "kind": "analyticsData#runReport",
}
FLAT = [
    {"date": "20261001", "sessionSource": "google", "sessions": "12", "_metadata": REPORT["metadata"]},
    {"date": "20261001", "sessionSource": None, "sessions": "3", "_metadata": REPORT["metadata"]},
]


def test_a_report_of_google_analytics_becomes_flat_rows_with_its_metadata() -> None:
    assert opened(ga4_rows, REPORT) == FLAT
    assert opened(ga4_rows, {"reports": [REPORT, {**REPORT, "rows": []}, REPORT]}) == FLAT * 2
    assert opened(ga4_rows, FLAT[0]) == [FLAT[0]]


def test_a_report_without_rows_holds_none() -> None:
    assert opened(ga4_rows, {key: value for key, value in REPORT.items() if key != "rows"}) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rows": [{"dimensionValues": [], "metricValues": []}]}, "The report's row does not have the columns"),
        ({"rows": [5]}, "The report's row does not have the columns"),
        ({"rows": "none"}, "The report's headers or rows cannot be read."),
        ({"dimensionHeaders": [{"title": "date"}]}, "The report's headers or rows cannot be read."),
    ],
)
def test_a_damaged_report_is_named(change: dict[str, Any], reason: str) -> None:
    [found] = opened(ga4_rows, REPORT | change)
    assert str(found).startswith(reason)


def test_pages_of_google_ads_are_opened() -> None:
    row = {"campaign": {"id": "1"}}
    assert opened(stream_results, {"results": [row, row], "fieldMask": "campaign.id", "requestId": "x"}) == [row, row]
    assert opened(stream_results, {"fieldMask": "campaign.id"}) == []
    assert opened(stream_results, row) == [row]


def test_tiktok_s_answers_are_opened_and_its_errors_refused() -> None:
    row = {"dimensions": {"campaign_id": "1"}, "metrics": {"spend": "1.00"}}
    assert opened(tiktok_rows, {"code": 0, "message": "OK", "data": {"list": [row], "page_info": {}}}) == [row]
    assert opened(tiktok_rows, {"code": 0, "message": "OK", "data": {}}) == []
    assert opened(tiktok_rows, row) == [row]
    assert opened(tiktok_rows, {"code": 40105, "message": "Access token is incorrect", "data": {}}) == [
        'This is the vendor\'s error "40105", not a record: "Access token is incorrect".'
    ]
    assert opened(tiktok_rows, {"code": 0, "message": "OK", "data": {"rows": []}}) == [
        "The answer's data holds no list."
    ]


@pytest.mark.parametrize("form", ["objects", "lists", "rowData"])
def test_a_shopifyql_table_becomes_rows_by_column(form: str) -> None:
    table: dict[str, Any] = {"columns": [{"name": "day"}, {"name": "net_sales"}]}
    cells = [["2026-10-01", "10.00"]]
    held: dict[str, dict[str, Any]] = {
        "objects": {"rows": [{"day": "2026-10-01", "net_sales": "10.00"}]},
        "lists": {"rows": cells},
        "rowData": {"rowData": cells},
    }
    table |= held[form]
    answer = {"data": {"shopifyqlQuery": {"tableData": table, "parseErrors": []}}}
    assert opened(shopifyql_rows, answer) == [{"day": "2026-10-01", "net_sales": "10.00"}]


def test_a_shopifyql_question_that_was_not_understood_is_refused() -> None:
    answer = {"data": {"shopifyqlQuery": {"tableData": None, "parseErrors": ["unknown column"]}}}
    assert opened(shopifyql_rows, answer) == ['This is the vendor\'s error, not a record: "unknown column".']


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"message": "Bad", "code": 190, "type": "OAuthException"}},
        [{"error": {"message": "Bad", "code": 190, "status": "PERMISSION_DENIED"}}],
        {"message": "Bad", "status": 401, "serviceErrorCode": 190},
    ],
)
def test_a_vendor_s_error_document_is_refused_with_its_message(answer: object) -> None:
    assert opened(rows, answer) == ['This is the vendor\'s error "190", not a record: "Bad".']


def test_rows_that_look_a_little_like_errors_stay_rows() -> None:
    found: list[Any] = [{"message": "x", "spend": 1}, {"error": "x", "spend": 1}, {"errors": [], "id": 1}, {}, None, []]
    for row in found:
        assert opened(rows, row) == [row]
