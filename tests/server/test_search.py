"""What a search of list_metrics finds, and what it puts first."""

import pytest
from funnel import FUNNEL, funnel
from gold import catalog_of, write_gold

from server.search import search_catalog
from warehouse.catalog import Catalog


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, funnel())
    return catalog_of(path, FUNNEL)


@pytest.mark.parametrize(
    ("search", "first"),
    [
        ("revenue", "total_revenue"),
        ("Net Sales", "net_sales"),
        ("netSales", "net_sales"),
        ("net sale", "net_sales"),
        ("AOV", "average_order_value"),
        ("roas", "roas"),
        ("how many customers did we have", "customers"),
        ("returning customers", "returning_customers"),
        ("refund", "refunded_amount"),
        ("ad cost", "ad_spend"),
        ("visits", "sessions"),
        ("revenue per product", "total_revenue"),
        ("sales by country", "total_sales"),
        ("net slaes", "net_sales"),
        ("custmers", "customers"),
    ],
)
def test_the_best_match_comes_first(catalog: Catalog, search: str, first: str) -> None:
    assert next(iter(search_catalog(catalog, search).metrics)) == first


@pytest.mark.parametrize(
    ("search", "dimension", "value"),
    [("united states", "customer_country", "United States"), ("paid social", "channel", "Paid Social")],
)
def test_a_value_finds_its_dimension_and_the_metrics_that_it_splits(
    catalog: Catalog, search: str, dimension: str, value: str
) -> None:
    found = search_catalog(catalog, search)

    assert next(iter(found.dimensions)) == dimension
    assert found.values[dimension][0] == value
    assert not found.metrics_match
    assert all(set(found.dimensions) & set(catalog.dimensions_of(name)) for name in found.metrics)


def test_a_question_in_words_finds_its_metric_and_its_dimension(catalog: Catalog) -> None:
    found = search_catalog(catalog, "sales by country")

    assert next(iter(found.dimensions)) == "customer_country"
    assert found.exact


def test_what_is_nothing_like_anything_finds_nothing(catalog: Catalog) -> None:
    found = search_catalog(catalog, "xyzzy")

    assert (found.metrics, found.dimensions, found.exact) == ({}, {}, False)
