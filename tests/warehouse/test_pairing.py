"""What a period and its buckets are compared with; every date here is from the calendar, by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import BadValueError
from warehouse.pairing import COMPARES, Pairing
from warehouse.periods import GRAINS, Calendar, Grain

MONDAYS = Calendar("UTC")
SUNDAYS = Calendar("UTC", week_start=6)
FEBRUARY = Calendar("UTC", fiscal_year_start=2)


def previous(name: str, compare: str, today: str, calendar: Calendar = MONDAYS) -> str:
    pairing = paired(name, compare, today, calendar)
    return f"{pairing.previous.start}..{pairing.previous.end}"


def paired(name: str, compare: str, today: str = "2026-10-07", calendar: Calendar = MONDAYS) -> Pairing:
    on = date.fromisoformat(today)
    how = next(each for each in COMPARES if each == compare)
    return Pairing.of(how, calendar.span(name, on), on)


@pytest.mark.parametrize(
    ("name", "today", "expected"),
    [
        ("today", "2026-10-07", "2026-10-06..2026-10-06"),
        ("yesterday", "2026-03-01", "2026-02-27..2026-02-27"),
        ("last_7_days", "2026-10-07", "2026-09-23..2026-09-29"),
        ("last_2_weeks", "2026-10-07", "2026-09-07..2026-09-20"),
        ("last_3_months", "2026-05-15", "2025-11-01..2026-01-31"),
        # whole units, also where they are of unequal length
        ("last_month", "2026-04-02", "2026-02-01..2026-02-28"),
        ("2026-02", "2026-10-07", "2026-01-01..2026-01-31"),
        ("2024", "2026-10-07", "2023-01-01..2023-12-31"),
        ("2026-Q1", "2026-10-07", "2025-10-01..2025-12-31"),
        ("2026-W01", "2026-10-07", "2025-12-22..2025-12-28"),
        # an unfinished unit: as many days, at most the unit
        ("this_month", "2026-10-07", "2026-09-01..2026-09-07"),
        ("this_month", "2026-03-31", "2026-02-01..2026-02-28"),
        ("this_month", "2026-02-28", "2026-01-01..2026-01-28"),
        ("this_week", "2026-10-11", "2026-09-28..2026-10-04"),
        ("month_to_date", "2026-03-01", "2026-02-01..2026-02-01"),
        ("month_to_date", "2026-03-31", "2026-02-01..2026-02-28"),
        ("quarter_to_date", "2026-06-30", "2026-01-01..2026-03-31"),
        ("quarter_to_date", "2026-09-29", "2026-04-01..2026-06-30"),
        ("year_to_date", "2024-12-31", "2023-01-01..2023-12-31"),
        ("week_to_date", "2026-10-05", "2026-09-28..2026-09-28"),
        ("2026-10", "2026-10-31", "2026-09-01..2026-09-30"),
        # one that has not begun is whole
        ("2026-11", "2026-10-07", "2026-10-01..2026-10-31"),
        # a range is so many days, even where it is a month
        ("2026-10-01..2026-10-31", "2026-11-07", "2026-08-31..2026-09-30"),
        ("2026-03-01", "2026-10-07", "2026-02-28..2026-02-28"),
        ("0001", "2026-10-07", "None..None"),
    ],
)
def test_the_period_before(name: str, today: str, expected: str) -> None:
    assert previous(name, "previous_period", today) == expected


@pytest.mark.parametrize(
    ("name", "today", "expected"),
    [
        ("today", "2026-10-07", "2025-10-07..2025-10-07"),
        ("last_7_days", "2025-03-04", "2024-02-25..2024-03-03"),
        # a finished unit is compared with the whole one, 29 days of February too
        ("2025-02", "2026-10-07", "2024-02-01..2024-02-29"),
        ("2024-02", "2026-10-07", "2023-02-01..2023-02-28"),
        ("last_3_months", "2026-05-15", "2025-02-01..2025-04-30"),
        ("2026-Q3", "2026-10-07", "2025-07-01..2025-09-30"),
        # an unfinished one up to the same day of the calendar
        ("this_month", "2025-02-28", "2024-02-01..2024-02-28"),
        ("this_month", "2024-02-29", "2023-02-01..2023-02-28"),
        ("year_to_date", "2024-02-29", "2023-01-01..2023-02-28"),
        ("this_year", "2026-10-07", "2025-01-01..2025-10-07"),
        # weeks by their number
        ("2026-W40", "2026-12-07", "2025-09-29..2025-10-05"),
        ("2026-W53", "2027-02-01", "None..None"),
        ("this_week", "2026-10-07", "2025-10-06..2025-10-08"),
        ("last_4_weeks", "2027-01-13", "2025-12-15..2026-01-04"),
        # 29 February has no day a year before; a range goes by the days that have
        ("2024-02-29", "2026-10-07", "None..None"),
        ("2024-02-29..2024-03-02", "2026-10-07", "2023-03-01..2023-03-02"),
        ("2024-02-20..2024-02-29", "2026-10-07", "2023-02-20..2023-02-28"),
        ("0001-05", "2026-10-07", "None..None"),
    ],
)
def test_the_year_before(name: str, today: str, expected: str) -> None:
    assert previous(name, "previous_year", today) == expected


def test_fiscal_units_pair_with_fiscal_units() -> None:
    assert previous("FY2026", "previous_year", "2026-10-07", FEBRUARY) == "2024-02-01..2025-01-31"
    assert previous("FY2026-Q1", "previous_period", "2026-10-07", FEBRUARY) == "2024-11-01..2025-01-31"
    # the fourth quarter of fiscal 2027 ends on 31 January 2027; 40 of its days have begun
    assert previous("FY2027-Q4", "previous_period", "2026-12-10", FEBRUARY) == "2026-08-01..2026-09-09"


def test_a_tenants_own_week_has_the_number_of_its_fourth_day() -> None:
    # Sunday 4 to Saturday 10 October 2026: Wednesday is in ISO week 41; a year before that is Wednesday 8 October
    assert previous("last_week", "previous_year", "2026-10-12", SUNDAYS) == "2025-10-05..2025-10-11"


def test_nothing_comes_before_everything() -> None:
    with pytest.raises(BadValueError, match='not "all"'):
        paired("all", "previous_year")


def partners(name: str, compare: str, grain: Grain, buckets: list[str], calendar: Calendar = MONDAYS) -> list[str]:
    pairing = paired(name, compare, "2027-06-15", calendar)
    return [str(pairing.partner(date.fromisoformat(bucket), grain, calendar)) for bucket in buckets]


def test_buckets_pair_by_position_in_the_period_before() -> None:
    assert partners("2026-03", "previous_period", "day", ["2026-03-01", "2026-03-28", "2026-03-29"]) == [
        "2026-02-01",
        "2026-02-28",
        "None",
    ]
    # a range of 31 days before a range of 31 days: months by their place, not by their name
    assert partners("2026-10-15..2026-11-14", "previous_period", "month", ["2026-10-01", "2026-11-01"]) == [
        "2026-09-01",
        "2026-10-01",
    ]
    # October 2026 begins in the week of 28 September, September in that of 31 August
    assert partners("2026-10", "previous_period", "week", ["2026-09-28", "2026-10-26"]) == ["2026-08-31", "2026-09-28"]


def test_buckets_pair_by_their_name_in_the_year_before() -> None:
    assert partners("2024", "previous_year", "day", ["2024-02-28", "2024-02-29", "2024-03-01"]) == [
        "2023-02-28",
        "None",
        "2023-03-01",
    ]
    assert partners("2026", "previous_year", "week", ["2026-12-21", "2026-12-28"]) == ["2025-12-22", "None"]
    assert partners("2026", "previous_year", "month", ["2026-02-01"]) == ["2025-02-01"]
    # within weeks a day pairs with its weekday
    assert partners("2026-W41", "previous_year", "day", ["2026-10-05", "2026-10-11"]) == ["2025-10-06", "2025-10-12"]


@given(
    start=st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    length=st.integers(0, 800),
    elapsed=st.integers(-5, 900),
    week_start=st.integers(0, 6),
    fiscal=st.integers(1, 12),
    grain=st.sampled_from(GRAINS),
    compare=st.sampled_from(COMPARES),
    name=st.sampled_from(["range", "this_month", "this_week", "last_5_weeks", "year_to_date", "last_month"]),
)
def test_a_partner_s_owner_is_the_bucket_itself(
    start: date, length: int, elapsed: int, week_start: int, fiscal: int, grain: Grain, compare: str, name: str
) -> None:
    calendar = Calendar("UTC", week_start, fiscal)
    today = start + timedelta(days=elapsed)
    if name == "range":
        name = f"{start}..{start + timedelta(days=length)}"
    pairing = paired(name, compare, str(today), calendar)
    current = pairing.current
    assert current.start is not None
    assert current.end is not None
    bucket = calendar.bucket(current.start, grain)
    while bucket <= current.end:
        partner = pairing.partner(bucket, grain, calendar)
        if partner is not None:
            assert calendar.bucket(partner, grain) == partner
            assert pairing.owner(partner, grain, calendar) == bucket
            assert partner <= bucket
        bucket = calendar.next_bucket(bucket, grain)
