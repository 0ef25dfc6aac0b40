"""Which names a text may be meant as, and what is said of one that does not exist."""

import pytest
from gold import Asked
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import UnknownNameError
from warehouse.likeness import likeness, meant, nearest_of, words_of


def refusal(asked: Asked, **arguments: object) -> str:
    with pytest.raises(UnknownNameError) as refused:
        asked.ask(**arguments)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Net_Sales", ["net", "sale"]),
        ("netSales", ["net", "sale"]),
        ("Schlüssel-Länder", ["schlussel", "lander"]),
        ("Countries, taxes & statuses", ["country", "tax", "statuse"]),
        ("status bus gas class", ["status", "bus", "gas", "class"]),
        ("", []),
        ("—%_", []),
    ],
)
def test_words_are_without_case_accents_and_plural(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_lies_between_nothing_and_the_same(one: str, two: str) -> None:
    left, right = words_of(one), words_of(two)
    assert 0 <= likeness(left, right) <= 1
    assert likeness(left, left) == (1 if left else 0)


def test_a_name_itself_comes_before_what_is_called_so() -> None:
    known = {"sales": ("revenue",), "total_sales": ("sales", "all sales")}
    assert meant("Sales", known) == ["sales"]
    assert meant("ALL_SALES", known) == ["total_sales"]
    assert meant("", known) == meant("?", known) == []
    assert nearest_of("toal sales", known)[0] == "total_sales"
    assert nearest_of("xyzzy", known) == []


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("revenue", "total_revenue"),
        ("Net Sales", "net_sales"),
        ("netSales", "net_sales"),
        ("net_sale", "net_sales"),
        ("AOV", "average_order_value"),
        ("Click-through rate", "ctr"),
        ("spend", "ad_spend"),
        ("refunds", "refunded_amount"),
        ("toal_revenue", "total_revenue"),
    ],
)
def test_an_unknown_metric_is_refused_with_the_one_that_is_meant(asked: Asked, name: str, nearest: str) -> None:
    assert f'Unknown metric "{name}". Nearest: {nearest}' in refusal(asked, metrics=name)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("country", "customer_country"),
        ("Country", "customer_country"),
        ("product", "product_title"),
        ("products", "product_title"),
        ("store", "source_name"),
        ("status", "order_status"),
        ("brand", "product_vendor"),
        ("Refund Reason", "refund_reason"),
        ("chanel", "channel"),
    ],
)
def test_an_unknown_dimension_is_refused_with_the_one_that_is_meant(asked: Asked, name: str, nearest: str) -> None:
    expected = f'Unknown dimension "{name}". Nearest: {nearest}'
    assert expected in refusal(asked, metrics="returns", group_by=name)
    assert expected in refusal(asked, metrics="returns", where={"field": name, "value": "x"})


def test_what_the_metrics_can_be_split_by_is_offered_first_and_else_a_metric_that_can(asked: Asked) -> None:
    assert "Nearest: visitor_country." in refusal(asked, metrics="sessions", group_by="country")
    assert "Ask units_sold, which can" in refusal(asked, metrics="orders", group_by="item")
    assert "product" not in refusal(asked, metrics="orders", group_by="productivity").partition(".")[2]


def test_a_name_of_the_other_sort_is_told_where_it_belongs(asked: Asked) -> None:
    assert refusal(asked, metrics="channel") == (
        'Unknown metric "channel". It is a dimension: put it into group_by or where.'
    )
    assert "put it into metrics, or into having" in refusal(asked, metrics="orders", group_by="net_sales")
    assert "give grain month." in refusal(asked, metrics="orders", group_by="Month")
    assert "give grain fiscal_quarter." in refusal(asked, metrics="orders", group_by="fiscal quarter")


@pytest.mark.parametrize("name", ["x" * 5000, "\x00\x1b[31m", "'; drop table fct_orders", "customers " * 40])
def test_a_refusal_of_a_name_is_short_whatever_the_name(asked: Asked, name: str) -> None:
    for message in (refusal(asked, metrics=name), refusal(asked, metrics="orders", group_by=name)):
        assert len(message) <= 260
        assert message.isprintable()
