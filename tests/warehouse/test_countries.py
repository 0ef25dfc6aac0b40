"""Countries by code and by what people call them, from the one table that the models translate by."""

import pytest

from warehouse.countries import _SAID, country_named, country_names


def test_the_names_are_those_of_the_macro() -> None:
    names = country_names()
    assert len(names) == 250
    assert names["US"] == "United States"
    assert names["CI"] == "Côte d’Ivoire"
    assert all(len(code) == 2 and name for code, name in names.items())


@pytest.mark.parametrize(
    ("said", "country"),
    [
        ("US", "United States"),
        ("us", "United States"),
        ("USA", "United States"),
        ("U.S.", "United States"),
        ("U.S.A.", "United States"),
        ("uk", "United Kingdom"),
        ("GB", "United Kingdom"),
        ("de", "Germany"),
        ("Czech Republic", "Czechia"),
        ("Germany", None),
        ("XX", None),
        ("", None),
    ],
)
def test_a_code_or_a_common_name_stands_for_a_country(said: str, country: str | None) -> None:
    assert country_named(said) == country


def test_every_common_name_leads_to_a_country_of_the_table() -> None:
    assert set(_SAID.values()) <= set(country_names())
