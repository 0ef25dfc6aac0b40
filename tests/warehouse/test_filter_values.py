"""Filter values that no row has: the answer is of the value as given, and a notice says which may be meant."""

from collections.abc import Iterator

import pytest
from gold import THREE_STORES, Asked, Shop, write_gold

COUNTRIES = ("United States", "Germany", "Côte d’Ivoire", None)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    shop = Shop("shopify", "shopify")
    for at, country in enumerate(COUNTRIES):
        shop.order(at, "2026-01-05", [("Café Noir Mug", "1", "10", "0")], country=country)
    for row, channel in zip(shop.rows["fct_orders"], ("Email", "Paid Search", "Paid Social", "Direct"), strict=True):
        row["channel"] = channel
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, shop.rows)
    asked = Asked(path, THREE_STORES)
    yield asked
    asked.close()


def notice(asked: Asked, field: str, value: str, op: str = "eq") -> str:
    metric = "units_sold" if field.startswith("product") else "orders"
    answer = asked.ask(metrics=metric, where={"field": field, "op": op, "value": value})
    if op == "eq":
        # nothing is matched that was not asked for
        assert answer.rows == ((0,),)
    return answer.notices[0]


@pytest.mark.parametrize(
    ("field", "value", "meant"),
    [
        ("channel", "email", "Email"),
        ("channel", "EMAILS", "Email"),
        ("channel", "e-mail", "Email"),
        ("channel", "paid search", "Paid Search"),
        ("channel", "paid_search", "Paid Search"),
        ("channel", "Paid Serch", "Paid Search"),
        ("order_status", "Paid", "paid"),
        ("currency", "usd", "USD"),
        ("product_title", "cafe noir mugs", "Café Noir Mug"),
        ("customer_country", "US", "United States"),
        ("customer_country", "usa", "United States"),
        ("customer_country", "U.S.", "United States"),
        ("customer_country", "DE", "Germany"),
        ("customer_country", "ivory coast", "Côte d’Ivoire"),
        ("customer_country", "Cote d'Ivoire", "Côte d’Ivoire"),
        ("customer_country", "Germny", "Germany"),
    ],
)
def test_another_spelling_of_a_value_is_told_the_value(asked: Asked, field: str, value: str, meant: str) -> None:
    said = notice(asked, field, value)

    assert said.startswith(f'No row has {field} "{value}". Did you mean "{meant}"')
    assert notice(asked, field, value, "ne") == said


def test_a_country_that_no_row_has_is_like_no_other(asked: Asked) -> None:
    assert notice(asked, "customer_country", "AT") == (
        'No row has customer_country "AT". Its values are "Côte d’Ivoire", "Germany", "United States".'
    )


def test_a_value_that_is_there_needs_no_notice(asked: Asked) -> None:
    answer = asked.ask(metrics="orders", where={"field": "channel", "value": ["Email", "Direct"]})

    assert answer.rows == ((2,),)
    assert not [text for text in answer.notices if "No row has" in text]


def test_values_of_a_dimension_with_many_are_looked_for_in_the_facts(tmp_path_factory: pytest.TempPathFactory) -> None:
    shop = Shop("shopify", "shopify")
    for at in range(110):
        shop.order(at, "2026-01-05", [(f"Größe {at}", "1", "1", "0")], country=f"Land {at}")
    shop.order(200, "2026-01-05", [("Mug", "1", "1", "0")], country="United States")
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, shop.rows)
    many = Asked(path, THREE_STORES)

    assert many.catalog.dimensions["customer_country"].values is None
    assert notice(many, "customer_country", "US").endswith('Did you mean "United States"?')
    assert notice(many, "product_title", "GROSSE 77").startswith('No row has product_title "GROSSE 77".')
    assert '"Größe 77"' in notice(many, "product_title", "grösse 77")
    assert notice(many, "product_title", "☕").endswith("Filter with op contains to look for a part of it.")
    many.close()
