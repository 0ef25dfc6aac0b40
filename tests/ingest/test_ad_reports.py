from decimal import Decimal

import pytest

from ingest.ad_reports import figures, pages, several_days
from ingest.connector import Total
from ingest.records import BadRecord


def unchanged(row: dict[str, object]) -> object:
    return row


def test_the_rows_of_a_page_and_a_row_by_itself_are_read_alike() -> None:
    unfold = pages("data", unchanged)
    row = {"spend": "1"}
    assert list(unfold({"data": [row], "paging": {}})) == list(unfold(row)) == [row]


def test_an_empty_page_has_no_rows() -> None:
    assert list(pages("data", unchanged)({"data": []})) == []


def test_what_is_no_row_stays_in_its_place() -> None:
    assert list(pages("data", unchanged)({"data": [1, None]})) == [1, None]
    assert list(pages("data", unchanged)("text")) == ["text"]


def test_an_error_document_is_no_row() -> None:
    (bad,) = pages("data", unchanged)({"error": {"message": "Invalid OAuth access token.", "code": 190}})
    assert isinstance(bad, BadRecord)
    assert "Invalid OAuth access token." in bad.reason


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10-01", "2026-10-01"), ("2026-10-01", None), (None, None), ("2026-10-01", "soon"), (20261001, "20261001")],
)
def test_a_row_of_one_day_is_right(first: object, last: object) -> None:
    assert several_days(first, last) is None


def test_a_row_of_several_days_is_refused_with_its_days() -> None:
    assert several_days("2026-10-01", "2026-10-31") == BadRecord(
        "The row covers 2026-10-01 to 2026-10-31; ask for one row a day."
    )


def test_reconciliation_adds_up_spend_in_the_unit_of_the_account() -> None:
    assert figures(["costMicros"], "impressions", "clicks", "0.000001") == {
        "spend": Total(("costMicros",), "0.000001"),
        "impressions": Total(("impressions",)),
        "clicks": Total(("clicks",)),
    }
    assert Decimal(figures(["spend"], "i", "c")["spend"].factor) == 1
