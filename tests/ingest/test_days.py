from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ingest.days import day_text, epoch


@pytest.mark.parametrize(
    "value",
    [
        "2026-10-01",
        " 2026-10-01 ",
        "20261001",
        20261001,
        "2026-10-01 00:00:00",
        "10/1/2026",
        "10/01/2026",
        {"year": 2026, "month": 10, "day": 1},
    ],
    ids=repr,
)
def test_a_day_is_read_in_every_form_that_reports_write(value: object) -> None:
    assert day_text(value) == "2026-10-01"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "-",
        "2026-02-30",
        "2026-13-01",
        "31/12/2026",
        "2026-10-01 13:00:00",
        "2026-10-01T00:00:00",
        "202610",
        "2026100112",
        -20261001,
        20261001.0,
        True,
        [2026, 10, 1],
        {"year": 2026, "month": 10},
        {"year": "2026", "month": "10", "day": "1"},
        {"year": 10**30, "month": 10, "day": 1},
        "00000101",
    ],
    ids=repr,
)
def test_what_is_no_day_is_none(value: object) -> None:
    assert day_text(value) is None


@pytest.mark.parametrize(
    "value",
    [1_760_000_000, "1760000000", Decimal("1760000000"), 1_760_000_000_000, "1760000000000", "1760000000.000"],
    ids=repr,
)
def test_a_moment_is_read_from_seconds_and_milliseconds(value: object) -> None:
    assert epoch(value) == datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)


def test_a_moment_keeps_its_fraction() -> None:
    assert epoch("1760000000.123456") == datetime(2025, 10, 9, 8, 53, 20, 123456, tzinfo=UTC)
    assert epoch(1_760_000_000_123) == datetime(2025, 10, 9, 8, 53, 20, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", [None, "", "soon", "1e9", True, [], 10**30, Decimal("1E+40"), Decimal("NaN"), "9" * 17]
)
def test_what_is_no_moment_is_none(value: object) -> None:
    assert epoch(value) is None
