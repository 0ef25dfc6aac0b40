"""The demo's reference rates: published on working days, carried over the others."""

from datetime import date, timedelta
from decimal import Decimal

from ingest.demo.ecb import HEADING, is_working_day, line, published, rate_in_force

SEED = 42


def test_no_rates_are_published_on_weekends_and_bank_holidays() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    closed = {day for day in year if day.weekday() < 5 and not is_working_day(day)}

    assert closed == {date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)}
    assert not any(is_working_day(day) for day in year if day.weekday() >= 5)


def test_over_easter_the_rate_of_the_thursday_holds() -> None:
    thursday = date(2026, 4, 2)

    for days in range(1, 5):
        assert rate_in_force("USD", thursday + timedelta(days=days), SEED) == published(thursday, SEED)["USD"]
    assert rate_in_force("USD", date(2026, 4, 7), SEED) != published(thursday, SEED)["USD"]


def test_a_euro_is_a_euro_and_what_is_no_longer_quoted_has_no_rate() -> None:
    assert rate_in_force("EUR", date(2026, 4, 5), SEED) == Decimal(1)
    assert rate_in_force("RUB", date(2026, 4, 2), SEED) is None


def test_a_line_has_a_value_or_not_available_under_every_heading() -> None:
    values = line(date(2026, 4, 2), SEED).split(",")
    columns = HEADING.split(",")

    assert len(values) == len(columns)
    assert values[0] == "2026-04-02"
    assert values[-1] == columns[-1] == ""
    assert [columns[n] for n, value in enumerate(values) if value == "N/A"] == ["CYP", "EEK", "HRK", "RUB"]
