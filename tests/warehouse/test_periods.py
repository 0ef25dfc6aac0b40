"""Periods and grains on a tenant's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import BadValueError
from warehouse.periods import GRAINS, Calendar, Period

MONDAYS = Calendar("America/New_York")
# Wednesday
TODAY = date(2026, 10, 7)


def days(text: str) -> Period:
    start, _, end = text.partition("..")
    return Period(date.fromisoformat(start), date.fromisoformat(end or start))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("today", "2026-10-07"),
        ("yesterday", "2026-10-06"),
        ("last_1_days", "2026-10-06"),
        ("last_7_days", "2026-09-30..2026-10-06"),
        ("last_2_weeks", "2026-09-21..2026-10-04"),
        ("last_1_months", "2026-09-01..2026-09-30"),
        ("last_13_months", "2025-09-01..2026-09-30"),
        ("this_week", "2026-10-05..2026-10-11"),
        ("this_month", "2026-10-01..2026-10-31"),
        ("this_quarter", "2026-10-01..2026-12-31"),
        ("this_year", "2026-01-01..2026-12-31"),
        ("last_week", "2026-09-28..2026-10-04"),
        ("last_month", "2026-09-01..2026-09-30"),
        ("last_quarter", "2026-07-01..2026-09-30"),
        ("last_year", "2025-01-01..2025-12-31"),
        ("week_to_date", "2026-10-05..2026-10-07"),
        ("month_to_date", "2026-10-01..2026-10-07"),
        ("quarter_to_date", "2026-10-01..2026-10-07"),
        ("year_to_date", "2026-01-01..2026-10-07"),
        ("2026", "2026-01-01..2026-12-31"),
        ("2026-Q3", "2026-07-01..2026-09-30"),
        ("2026-10", "2026-10-01..2026-10-31"),
        ("2024-02", "2024-02-01..2024-02-29"),
        ("2026-W40", "2026-09-28..2026-10-04"),
        ("2026-W53", "2026-12-28..2027-01-03"),
        ("2020-W53", "2020-12-28..2021-01-03"),
        ("2024-02-29", "2024-02-29"),
        ("2026-10-01..2026-10-31", "2026-10-01..2026-10-31"),
        ("FY2026", "2026-01-01..2026-12-31"),
        ("FY2026-Q3", "2026-07-01..2026-09-30"),
    ],
)
def test_a_period_names_its_days(name: str, expected: str) -> None:
    assert MONDAYS.period(name, TODAY) == days(expected)


def test_all_has_no_bounds() -> None:
    assert MONDAYS.period("all", TODAY) == Period(None, None)


@pytest.mark.parametrize(
    ("start", "name", "expected"),
    [
        (2, "FY2026", "2025-02-01..2026-01-31"),
        (2, "FY2026-Q1", "2025-02-01..2025-04-30"),
        (2, "FY2026-Q4", "2025-11-01..2026-01-31"),
        (12, "FY2026", "2025-12-01..2026-11-30"),
        (12, "FY2024-Q1", "2023-12-01..2024-02-29"),
        (10, "FY2027-Q1", "2026-10-01..2026-12-31"),
    ],
)
def test_a_fiscal_year_is_named_after_the_year_it_ends_in(start: int, name: str, expected: str) -> None:
    assert Calendar("UTC", fiscal_year_start=start).period(name, TODAY) == days(expected)


@pytest.mark.parametrize(
    ("week_start", "this_week", "last_2_weeks"),
    [
        (6, "2026-10-04..2026-10-10", "2026-09-20..2026-10-03"),
        (2, "2026-10-07..2026-10-13", "2026-09-23..2026-10-06"),
        (3, "2026-10-01..2026-10-07", "2026-09-17..2026-09-30"),
    ],
)
def test_a_week_starts_on_the_tenants_day_and_an_iso_week_on_monday(
    week_start: int, this_week: str, last_2_weeks: str
) -> None:
    calendar = Calendar("UTC", week_start)
    assert calendar.period("this_week", TODAY) == days(this_week)
    assert calendar.period("last_2_weeks", TODAY) == days(last_2_weeks)
    assert calendar.period("2026-W40", TODAY) == days("2026-09-28..2026-10-04")


@pytest.mark.parametrize(
    ("zone", "instant", "expected"),
    [
        ("America/New_York", "2026-10-07T03:59:59", "2026-10-06"),
        ("America/New_York", "2026-10-07T04:00:00", "2026-10-07"),
        # a day of 23 hours, then one of 25
        ("America/New_York", "2026-03-08T04:59:59", "2026-03-07"),
        ("America/New_York", "2026-03-09T03:59:59", "2026-03-08"),
        ("America/New_York", "2026-11-02T04:59:59", "2026-11-01"),
        ("Asia/Tokyo", "2026-02-28T15:00:00", "2026-03-01"),
        # the zone that skipped 30 December
        ("Pacific/Apia", "2011-12-30T09:59:59", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00:00", "2011-12-31"),
    ],
)
def test_today_is_the_tenants_day(zone: str, instant: str, expected: str) -> None:
    now = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert Calendar(zone).today(now) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("today", "name", "expected"),
    [
        ("2024-02-29", "last_12_months", "2023-02-01..2024-01-31"),
        ("2024-02-29", "year_to_date", "2024-01-01..2024-02-29"),
        ("2024-03-31", "last_1_months", "2024-02-01..2024-02-29"),
        ("2027-01-01", "last_week", "2026-12-21..2026-12-27"),
        ("2027-01-01", "this_week", "2026-12-28..2027-01-03"),
        ("2027-01-01", "last_quarter", "2026-10-01..2026-12-31"),
    ],
)
def test_units_before_a_boundary_are_whole(today: str, name: str, expected: str) -> None:
    assert MONDAYS.period(name, date.fromisoformat(today)) == days(expected)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-13",
            "2026-00",
            "2025-W53",
            "2026-W00",
            "2026-02-29",
            "2026-Q5",
            "0000",
            "2026-10-1",
            "26-10",
            "2026-Q0",
        ),
        *("2026-10-02..2026-10-01", "2026-10..2026-11", "2026-10-01..", "..", "FY26", "FY2026-Q5", "fy2026", "FY0000"),
        *(
            "last_0_days",
            "last_99999_months",
            "last_7_years",
            "last_seven_days",
            "next_month",
            "",
            " ",
            "today ",
            "all;",
        ),
        *("२०२६", "2026-10-05T00:00:00", "last_²_days", "' or 1=1", "99999", "this_day", "day_to_date"),
    ],
)
def test_what_is_no_period_is_refused_in_one_short_sentence_with_the_valid_forms(text: str) -> None:
    with pytest.raises(BadValueError) as caught:
        MONDAYS.period(text, TODAY)
    message = str(caught.value)
    assert f'"{text}"' in message
    assert "2026-10" in message or "N in last_N" in message
    assert len(message) < 260


def test_a_misspelt_period_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadValueError, match="Nearest: last_month"):
        MONDAYS.period("last_moth", TODAY)


@given(
    day=st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    week_start=st.integers(0, 6),
    fiscal=st.integers(1, 12),
    grain=st.sampled_from(GRAINS),
)
def test_buckets_tile_the_calendar(day: date, week_start: int, fiscal: int, grain: str) -> None:
    calendar = Calendar("UTC", week_start, fiscal)
    known = next(each for each in GRAINS if each == grain)
    unit = calendar.unit(day, known)
    assert unit.start is not None
    assert unit.end is not None
    assert unit.start <= day <= unit.end
    assert calendar.bucket(unit.end, known) == unit.start
    assert calendar.bucket(unit.end + timedelta(days=1), known) == unit.end + timedelta(days=1)
