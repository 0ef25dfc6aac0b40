"""Exact numbers, and numbers on the wire."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.values import combined, on_the_wire, ratio

AMOUNTS = st.decimals(min_value=-(10**33), max_value=10**33, places=4)


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("0", 0),
        ("-0.0000", 0),
        ("12.3400", 12.34),
        ("12.0000", 12),
        ("-0.0001", -0.0001),
        ("12345678901.2345", 12345678901.2345),
        ("999999999999999", 999999999999999),
        ("9007199254740993.01", "9007199254740993.01"),
        ("9007199254740993", "9007199254740993"),
        ("1000000000000000000", 1000000000000000000),
        ("123456789012.3456", "123456789012.3456"),
    ],
)
def test_a_sum_is_a_json_number_where_that_is_exact_and_else_a_string(value: str, wire: object) -> None:
    result = on_the_wire(Decimal(value))
    assert result == wire
    assert type(result) is type(wire)


def test_nothing_is_null_on_the_wire_and_nan_never_gets_there() -> None:
    assert on_the_wire(None) is None
    with pytest.raises(ArithmeticError):
        on_the_wire(Decimal("nan"))


@given(AMOUNTS)
def test_every_amount_survives_json(amount: Decimal) -> None:
    read = json.loads(json.dumps(on_the_wire(amount)), parse_float=float)
    assert Decimal(str(read)) == amount


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_adding_and_taking_away_never_rounds(a: Decimal, b: Decimal, c: Decimal) -> None:
    total = combined({"a": 1, "b": -1, "c": 2}, {"a": a, "b": b, "c": c})
    assert total is not None
    assert Fraction(total) == Fraction(a) - Fraction(b) + 2 * Fraction(c)


def test_a_missing_component_is_zero_and_all_missing_are_nothing() -> None:
    assert combined({"a": 1, "b": -1}, {"a": None, "b": Decimal(3)}) == -3
    assert combined({"a": 1, "b": -1}, {"a": None, "b": None}) is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "unit", "expected"),
    [
        ("1", "3", "ratio", "0.333333"),
        ("1", "3", "currency", "0.3333"),
        ("0.00005", "1", "currency", "0.0000"),
        ("0.00015", "1", "currency", "0.0002"),
        ("5", "0", "ratio", None),
        ("0", "5", "ratio", "0.000000"),
        (None, "5", "ratio", None),
        ("5", None, "ratio", None),
    ],
)
def test_a_ratio_is_rounded_half_even_and_null_without_a_denominator(
    numerator: str | None, denominator: str | None, unit: str, expected: str | None
) -> None:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    result = ratio(number(numerator), number(denominator), "currency" if unit == "currency" else "ratio")
    assert result == number(expected)
