"""How often the demo's reports tell a day."""

from datetime import date

from ingest.demo.statements import ADS, PROPERTY, statements


def told(day: date, until: date) -> list[tuple[int, date, bool]]:
    return [(one.version, one.told_on, one.is_final) for one in statements(day, ADS, until)]


def test_a_day_in_the_middle_of_a_month_is_told_once_and_for_all() -> None:
    assert told(date(2026, 9, 27), date(2027, 1, 1)) == [(1, date(2026, 9, 27), True)]


def test_the_last_days_of_a_month_are_told_three_times() -> None:
    for day in (28, 29, 30):
        assert told(date(2026, 9, day), date(2026, 10, 5)) == [
            (1, date(2026, 9, day), False),
            (2, date(2026, 10, 2), False),
            (3, date(2026, 10, 5), True),
        ]


def test_what_has_not_been_told_yet_is_not_there() -> None:
    assert len(told(date(2026, 2, 28), date(2026, 2, 28))) == 1
    assert len(told(date(2026, 2, 28), date(2026, 3, 4))) == 2


def test_a_property_tells_two_days_twice_into_the_next_year() -> None:
    found = list(statements(date(2026, 12, 31), PROPERTY, date(2027, 1, 2)))

    assert [(one.version, one.told_on, one.is_final) for one in found] == [
        (1, date(2026, 12, 31), False),
        (2, date(2027, 1, 2), True),
    ]
    assert len(list(statements(date(2026, 12, 29), PROPERTY, date(2027, 1, 2)))) == 1
