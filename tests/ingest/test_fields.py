from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fields import FieldType, compile_checks, getter, id_text, instant, listing


def fault(leaf: FieldType, value: object) -> str | None:
    found = compile_checks({"field": leaf})({"field": value})
    return str(found) if found else None


@pytest.mark.parametrize(
    "value",
    [
        "0",
        "0.00",
        "-9.00",
        "598.94",
        "62.6793",
        "99999999999999.9999",
        "1.50000000",
        12,
        -3,
        99999999999999,
        Decimal("0.1"),
        Decimal("1E+3"),
        Decimal("-0.0000"),
        "1e3",
        "+5",
        ".5",
        "",
        "  ",
        None,
    ],
)
def test_an_amount_that_the_warehouse_holds_exactly_is_accepted(value: object) -> None:
    assert fault(FieldType.MONEY, value) is None


@pytest.mark.parametrize(
    ("value", "clause"),
    [
        ("N/A", '"N/A" at field is not an amount'),
        ("1,000.00", '"1,000.00" at field is not an amount'),
        ("NaN", '"NaN" at field is not an amount'),
        ("Infinity", '"Infinity" at field is not an amount'),
        ("1_000", '"1_000" at field is not an amount'),
        ("١٢", '"١٢" at field is not an amount'),
        ("12 USD", '"12 USD" at field is not an amount'),
        (True, '"true" at field is not an amount'),
        ({"amount": "1"}, "a list or an object at field is not an amount"),
        ("9007199254740993.01", '"9007199254740993.01" at field is too large'),
        (100000000000000, '"100000000000000" at field is too large'),
        (Decimal("1E+400"), '"1E+400" at field is too large'),
        ("1.23456", '"1.23456" at field has more than 4 decimals'),
        (Decimal("0.00001"), '"0.00001" at field has more than 4 decimals'),
        (Decimal("1E-400"), '"1E-400" at field has more than 4 decimals'),
    ],
)
def test_an_amount_that_the_warehouse_cannot_hold_is_named_with_its_path(value: object, clause: str) -> None:
    found = fault(FieldType.MONEY, value)
    assert str(found).startswith(clause)


def test_a_negative_quantity_is_accepted() -> None:
    assert fault(FieldType.QUANTITY, -2) is None
    assert fault(FieldType.QUANTITY, "-2.5") is None
    assert fault(FieldType.QUANTITY, "two") == '"two" at field is not a quantity'


@pytest.mark.parametrize(
    ("text", "form", "utc"),
    [
        ("2008-01-10T11:00:00-05:00", FieldType.INSTANT, datetime(2008, 1, 10, 16, tzinfo=UTC)),
        ("2008-01-10T11:00:00Z", FieldType.INSTANT, datetime(2008, 1, 10, 11, tzinfo=UTC)),
        ("2008-01-10T11:00:00.250+05:30", FieldType.INSTANT, datetime(2008, 1, 10, 5, 30, 0, 250_000, tzinfo=UTC)),
        ("2017-03-22T19:28:02", FieldType.UTC_INSTANT, datetime(2017, 3, 22, 19, 28, 2, tzinfo=UTC)),
        ("Tue, 05 Mar 2019 21:40:11 +0000", FieldType.RFC2822, datetime(2019, 3, 5, 21, 40, 11, tzinfo=UTC)),
        ("Tue, 5 Mar 2019 21:40:11 -0130", FieldType.RFC2822, datetime(2019, 3, 5, 23, 10, 11, tzinfo=UTC)),
    ],
)
def test_a_timestamp_of_each_vendor_becomes_the_same_instant_in_utc(text: str, form: FieldType, utc: datetime) -> None:
    assert instant(text, form) == utc
    assert fault(form, text) is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2008-01-10T11:00:00", FieldType.INSTANT),  # without an offset nobody knows when that was
        ("2008-01-10", FieldType.INSTANT),
        ("2008-13-10T11:00:00Z", FieldType.INSTANT),
        ("0000-00-00T00:00:00", FieldType.UTC_INSTANT),
        ("2008-W02-4T11:00:00Z", FieldType.INSTANT),
        ("2019-03-05T21:40:11Z", FieldType.RFC2822),
        ("Tue, 35 Mar 2019 21:40:11 +0000", FieldType.RFC2822),
        ("Tue, 05 Foo 2019 21:40:11 +0000", FieldType.RFC2822),
        ("yesterday", FieldType.INSTANT),
    ],
)
def test_a_text_that_is_no_timestamp_of_its_form_is_refused(text: str, form: FieldType) -> None:
    assert instant(text, form) is None
    assert f'"{text}" at field is not a date and time such as' in str(fault(form, text))


@pytest.mark.parametrize(
    ("leaf", "good", "bad"),
    [
        (FieldType.ID, [1, "a1"], [True, Decimal("1.0"), {}]),
        (FieldType.TEXT, ["x"], [1, []]),
        (FieldType.INTEGER, [0, "14", -1], ["four", Decimal("1.5"), True, 10**40]),
        (FieldType.BOOLEAN, [True, False, 0, 1, "true", "0"], ["yes", 2, []]),
        (FieldType.CURRENCY, ["USD"], ["usd", "US", "US$", 840]),
        (FieldType.RATE, [Decimal("0.06"), "1.0000000000", 1], ["6 %", True, []]),
    ],
)
def test_each_type_takes_its_own_values_only(leaf: FieldType, good: list[object], bad: list[object]) -> None:
    assert [fault(leaf, value) for value in good] == [None] * len(good)
    assert all(fault(leaf, value) for value in bad)


def test_a_fault_names_the_place_in_a_list() -> None:
    check = compile_checks({"lines[*].tax[*].price": FieldType.MONEY})
    record = {"lines": [{"tax": [{"price": "1"}]}, {"tax": [{"price": "1"}, {"price": "x"}]}]}
    assert str(check(record)) == '"x" at lines[1].tax[1].price is not an amount'


@pytest.mark.parametrize(
    ("record", "clause"),
    [
        ({"lines": "none"}, "lines is not a list"),
        ({"lines": [5]}, "lines[0] is not an object"),
        ({"lines": [None]}, "lines[0] is not an object"),
        ({"customer": "Bob"}, "customer is not an object"),
    ],
)
def test_what_lies_on_the_way_to_a_field_must_be_what_the_path_says(record: object, clause: str) -> None:
    check = compile_checks({"lines[*].price": FieldType.MONEY, "customer.id": FieldType.ID})
    assert str(check(record)) == clause


@pytest.mark.parametrize("record", [{}, {"lines": None}, {"lines": []}, {"lines": {}}, {"customer": []}])
def test_what_is_absent_or_empty_the_php_way_is_no_fault(record: object) -> None:
    check = compile_checks({"lines[*].price": FieldType.MONEY, "customer.id": FieldType.ID})
    assert check(record) is None


def test_a_path_reads_through_objects_and_lists_and_gives_none_where_it_leads_nowhere() -> None:
    read = getter("_links.up[0].href")
    assert read({"_links": {"up": [{"href": "x"}]}}) == "x"
    nowhere: list[object] = [{}, {"_links": []}, {"_links": {"up": []}}, {"_links": {"up": {}}}, 5]
    assert [read(record) for record in nowhere] == [None] * 5


def test_an_id_is_text_whether_the_vendor_writes_a_number_or_a_text() -> None:
    assert (id_text(450789469), id_text(" 450789469 "), id_text(" "), id_text(1.0)) == (
        "450789469",
        "450789469",
        None,
        None,
    )


def test_names_are_listed_as_in_a_sentence() -> None:
    assert (listing(["a"]), listing(["a", "b"], "or"), listing(["a", "b", "c"])) == ("a", "a or b", "a, b and c")


@pytest.mark.parametrize("leaf", [FieldType.COST, FieldType.NUMBER])
@pytest.mark.parametrize(
    "value",
    ["0.1234567", "1e-7", "1.5E3", -3, 0, Decimal("0.000000001"), "999999999999.999999", " 5 ", "", None],
    ids=repr,
)
def test_a_figure_of_any_precision_is_accepted(leaf: FieldType, value: object) -> None:
    assert fault(leaf, value) is None


@pytest.mark.parametrize(
    ("leaf", "value", "clause"),
    [
        (FieldType.COST, "1,000.00", '"1,000.00" at field is not an amount'),
        (FieldType.COST, "-", '"-" at field is not an amount'),
        (FieldType.COST, True, '"true" at field is not an amount'),
        (FieldType.NUMBER, "NaN", '"NaN" at field is not a number'),
        (FieldType.NUMBER, [], "a list or an object at field is not a number"),
        (
            FieldType.COST,
            10**12,
            '"1000000000000" at field is too large: at most 12 digits may stand before the point',
        ),
        # in DECIMAL(18,6) it would be rounded up to a digit more
        (FieldType.COST, "999999999999.9999999", '"999999999999.9999999" at field is too large'),
        (FieldType.NUMBER, Decimal("1E+400"), '"1E+400" at field is too large'),
        (FieldType.DAY, "2026-02-30", '"2026-02-30" at field is not a day such as 2026-10-01'),
        (FieldType.DAY, "2026-10-01T08:00:00", '"2026-10-01T08:00:00" at field is not a day such as 2026-10-01'),
        (FieldType.EPOCH, "soon", '"soon" at field is not a number of seconds since 1970'),
    ],
    ids=repr,
)
def test_a_figure_day_or_moment_of_a_report_that_is_none_is_refused(
    leaf: FieldType, value: object, clause: str
) -> None:
    assert str(fault(leaf, value)).startswith(clause)


def test_a_word_for_no_value_is_no_fault_where_the_entity_knows_it() -> None:
    check = compile_checks({"rows[*].spend": FieldType.COST, "day": FieldType.DAY}, frozenset({"-"}))
    assert check({"rows": [{"spend": " - "}], "day": "-"}) is None
    assert str(check({"rows": [{"spend": "--"}]})) == '"--" at rows[0].spend is not an amount'


def test_what_is_remembered_of_an_amount_does_not_hide_a_value_of_another_type() -> None:
    check = compile_checks({"field": FieldType.MONEY})
    for value in ("1", "1.00", "", "1"):
        assert check({"field": value}) is None
    assert check({"field": True}) is not None
    assert check({"field": ["1"]}) is not None


_PARTS = st.sampled_from(
    ["0001", "1970", "2024", "2026", "9999", "02", "12", "13", "29", "30", "31", "00", "23", "24", "60"]
)
_ENDS = st.sampled_from(
    ["", "Z", "z", ".5Z", ".1234567Z", "+05:00", "-0500", "+14:59", "+15:00", "+05", "-23:59", "+5:00"]
)


@given(st.tuples(_PARTS, _PARTS, _PARTS, st.sampled_from("T t"), _PARTS, _PARTS, _PARTS, _ENDS))
def test_a_look_at_a_moment_accepts_just_what_can_be_worked_out(parts: tuple[str, ...]) -> None:
    year, month, day, between, hour, minute, second, end = parts
    text = f"{year}-{month}-{day}{between}{hour}:{minute}:{second}{end}"
    for form in (FieldType.INSTANT, FieldType.UTC_INSTANT):
        assert (fault(form, text) is None) == (instant(text, form) is not None)
