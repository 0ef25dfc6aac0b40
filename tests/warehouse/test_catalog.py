"""The catalog: what the marts' yml and the physical tables come to, and what is refused at publish."""

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from funnel import FUNNEL, funnel
from gold import (
    REFRESHED_AT,
    THREE_STORES,
    Shop,
    catalog_of,
    fill_gold,
    mart_meta_from_yaml,
    source,
    tenant,
    three_stores,
    write_gold,
)

from warehouse.catalog import Catalog, CatalogSource
from warehouse.cataloguing import FEW_VALUES, build_catalog
from warehouse.errors import RefreshError

METRICS = {
    "total_revenue": ("currency", "order day", True),
    "gross_sales": ("currency", "order day", True),
    "discounts": ("currency", "order day", True),
    "returns": ("currency", "return day", True),
    "net_sales": ("currency", "own days", True),
    "taxes": ("currency", "own days", True),
    "shipping": ("currency", "own days", True),
    "duties_and_fees": ("currency", "own days", True),
    "tips": ("currency", "own days", True),
    "total_sales": ("currency", "own days", True),
    "refunded_amount": ("currency", "refund day", True),
    "orders": ("count", "order day", True),
    "average_order_value": ("currency", "order day", False),
    "median_order_value": ("currency", "order day", False),
    "units_sold": ("count", "order day", True),
    "units_returned": ("count", "return day", True),
    "customers": ("count", "order day", False),
    "new_customers": ("count", "order day", True),
    "returning_customers": ("count", "order day", False),
    "repeat_rate": ("ratio", "order day", False),
    "return_rate": ("ratio", "own days", False),
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, three_stores())
    return catalog_of(path, THREE_STORES, notices=("3 records are in quarantine.",))


def test_every_store_metric_is_offered_with_its_unit_day_and_additivity(catalog: Catalog) -> None:
    offered = {name: (metric.unit, metric.day, metric.additive) for name, metric in catalog.listed().items()}
    assert offered == METRICS


def test_metrics_of_several_facts_take_the_dimensions_that_all_of_them_carry(catalog: Catalog) -> None:
    orders = {
        *("date", "source_name", "platform", "channel", "campaign_name"),
        *("order_status", "currency", "customer_country", "customer_type"),
    }
    products = {"product_title", "product_sku", "product_vendor"}
    assert set(catalog.dimensions_of("orders")) == orders
    assert set(catalog.dimensions_of("total_sales")) == orders
    assert set(catalog.dimensions_of("average_order_value")) == orders
    assert set(catalog.dimensions_of("net_sales")) == orders | products
    assert set(catalog.dimensions_of("units_returned")) == orders | products | {"refund_reason"}
    assert len(catalog.dimension_sets) == 3


def test_a_catalog_survives_its_file(catalog: Catalog) -> None:
    text = catalog.to_json()
    assert Catalog.from_json(text) == catalog
    assert json.loads(text)["version"] == 1
    assert json.loads(text)["tenant"]["currency"] == "USD"


def test_few_values_are_listed_the_most_frequent_first_with_their_rows(catalog: Catalog) -> None:
    values = catalog.dimensions["customer_country"].values
    assert values is not None
    assert [(value.value, value.rows) for value in values] == [
        ("United States", 11),
        ("France", 6),
        ("Germany", 4),
        ("Canada", 2),
    ]
    assert catalog.dimensions["campaign_name"].values == ()


def test_many_or_long_values_are_not_listed(tmp_path: Path) -> None:
    shop = Shop("shopify", "shopify")
    for number in range(FEW_VALUES + 1):
        shop.order(number, "2026-01-01", [(f"Product {number}", "1", "1", "0")], country="x" * 201)
    write_gold(tmp_path / "gold.duckdb", shop.rows)
    catalog = catalog_of(tmp_path / "gold.duckdb", THREE_STORES)
    assert catalog.dimensions["product_title"].values is None
    assert catalog.dimensions["customer_country"].values is None


def test_measures_know_whether_an_amount_lacks_a_rate(catalog: Catalog, tmp_path: Path) -> None:
    assert catalog.facts["orders"].measures["charged_total"].unpriced
    assert not catalog.facts["order_lines"].measures["sold_quantity"].unpriced
    shop = Shop("shopify", "shopify")
    shop.order(1, "2026-01-01", [("Mug", "1", "1", "0")])
    write_gold(tmp_path / "gold.duckdb", shop.rows)
    priced = catalog_of(tmp_path / "gold.duckdb", THREE_STORES)
    assert not priced.facts["orders"].measures["charged_total"].unpriced


def test_metrics_that_no_source_provides_for_are_not_offered(tmp_path: Path) -> None:
    write_gold(tmp_path / "gold.duckdb", {})
    rates = CatalogSource(name="rates", connector="ecb_rates", provides=())
    catalog = catalog_of(tmp_path / "gold.duckdb", [rates])
    assert catalog.metrics == {}
    assert catalog.dimension_sets == {}


def test_sources_without_a_day_are_kept(tmp_path: Path) -> None:
    write_gold(tmp_path / "gold.duckdb", {})
    catalog = catalog_of(tmp_path / "gold.duckdb", [source("shopify", "shopify", None, None)])
    assert catalog.sources[0].first_day is None
    assert Catalog.from_json(catalog.to_json()) == catalog


def orders_meta(meta: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = meta["fct_orders"]["meta"]
    return found


def metric(**formula: object) -> dict[str, object]:
    return {"label": "X", "description": "x", "unit": "currency", "requires": ["store"], **formula}


def rename(meta: dict[str, Any], old: str, new: str) -> None:
    measures = orders_meta(meta)["measures"]
    measures[new] = measures.pop(old)


BREAKS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "column": (lambda m: orders_meta(m)["measures"]["buyers"].update(column="person"), "no such column: person"),
    "filter": (lambda m: orders_meta(m)["measures"]["buyers"].update(filter="not counted"), "no such column: counted"),
    "filter type": (lambda m: orders_meta(m)["measures"]["buyers"].update(filter="channel"), "instead of BOOLEAN"),
    "sum of text": (lambda m: orders_meta(m)["measures"]["buyers"].update(agg="sum"), "sum of VARCHAR"),
    "aggregate": (lambda m: orders_meta(m)["measures"]["buyers"].update(agg="avg"), "measures.buyers.agg"),
    "no column": (lambda m: orders_meta(m)["measures"].update(buyers={"agg": "sum"}), "names no column"),
    "date": (lambda m: orders_meta(m).update(date="ordered_at"), "instead of DATE"),
    "dimension type": (lambda m: orders_meta(m)["dimensions"].append("is_counted"), "not VARCHAR"),
    "undefined dimension": (lambda m: orders_meta(m)["dimensions"].append("match_method"), "defined at one fact's"),
    "dimension twice": (
        lambda m: m["fct_refunds"]["columns"]["channel"].update(meta={"dimension": {"label": "Channel"}}),
        "defined at one fact's column, not at 2: channel",
    ),
    "measure like a column": (lambda m: rename(m, "buyers", "person_key"), "has the name of a column: person_key"),
    "metric like a measure": (
        lambda m: orders_meta(m)["metrics"].update(buyers=metric(measure="buyers")),
        "used twice among dimensions, measures and metrics: buyers",
    ),
    "name of ibis": (lambda m: orders_meta(m)["metrics"].update(count=metric(measure="buyers")), "ibis's own: count"),
    "name": (
        lambda m: orders_meta(m)["metrics"].update({"a__b": metric(measure="buyers")}),
        "single underscores: a__b",
    ),
    "reference": (
        lambda m: orders_meta(m)["metrics"].update(x=metric(terms={"plus": ["gross_sale"]})),
        "gross_sale, which is no metric or measure; nearest: gross_sales",
    ),
    "circle": (
        lambda m: orders_meta(m)["metrics"].update(
            x=metric(terms={"plus": ["y"]}), y=metric(terms={"plus": ["orders", "x"]})
        ),
        "x → y → x",
    ),
    "sum of ratios": (
        lambda m: orders_meta(m)["metrics"].update(x=metric(terms={"plus": ["repeat_rate"]})),
        "the ratio repeat_rate, which does not add up",
    ),
    "sum of distinct": (
        lambda m: orders_meta(m)["metrics"].update(x=metric(terms={"plus": ["customers", "orders"]})),
        "adds buyers to others",
    ),
    "nothing": (
        lambda m: orders_meta(m)["metrics"].update(x=metric(terms={"plus": ["tips"], "minus": ["tips"]})),
        "adds up nothing",
    ),
    "two formulas": (
        lambda m: orders_meta(m)["metrics"].update(x=metric(measure="buyers", terms={"plus": ["tips"]})),
        "exactly one of measure, terms and ratio",
    ),
    "no formula": (lambda m: orders_meta(m)["metrics"].update(x=metric()), "exactly one of measure"),
    "factor": (
        lambda m: orders_meta(m)["metrics"].update(
            x=metric(ratio={"factor": 0, "numerator": {"plus": "tips"}, "denominator": {"plus": "orders"}})
        ),
        "fct_orders is wrong at metrics.x.ratio.factor",
    ),
    "kind": (
        lambda m: orders_meta(m).update(kinds={"colour": "store"}),
        "kinds of what is no dimension of it: colour",
    ),
    "requirement": (
        lambda m: orders_meta(m)["measures"]["buyers"].update(requires="google_analytics"),
        "Metric customers does not require what its measure buyers does: google_analytics",
    ),
    "unknown key": (lambda m: orders_meta(m).update(dimension=["x"]), "fct_orders is wrong at dimension"),
    "missing table": (lambda m: m.update(fct_x=m.pop("fct_orders")), "not in gold: fct_x"),
}


@pytest.mark.parametrize("fault", BREAKS)
def test_a_fault_in_a_marts_yml_stops_the_publish_and_is_named(fault: str) -> None:
    breaks, message = BREAKS[fault]
    meta = copy.deepcopy(mart_meta_from_yaml())
    breaks(meta)
    with duckdb.connect(":memory:") as gold:
        fill_gold(gold, {})
        with pytest.raises(RefreshError) as caught:
            build_catalog(meta, tenant(), "s", REFRESHED_AT, THREE_STORES, (), gold)
    assert message in str(caught.value)
    assert caught.value.kind == "contract"


def test_amounts_need_a_currency_to_be_told_by_where_they_lack_a_rate() -> None:
    meta = copy.deepcopy(mart_meta_from_yaml())
    meta["fct_refunds"]["meta"]["dimensions"].remove("currency")
    del meta["fct_refunds"]["meta"]["kinds"]["currency"]
    with duckdb.connect(":memory:") as gold:
        fill_gold(gold, {})
        gold.execute("alter table fct_refunds drop column currency")
        with pytest.raises(RefreshError, match="needs a column to tell amounts without a rate by: currency"):
            build_catalog(meta, tenant(), "s", REFRESHED_AT, THREE_STORES, (), gold)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, funnel())
    return catalog_of(path, FUNNEL)


def test_facts_share_a_dimension_only_where_it_is_of_the_same_kind(whole: Catalog) -> None:
    stores = {"source_name", "platform", "currency"}
    assert stores <= set(whole.dimensions_of("net_sales"))
    assert stores <= set(whole.dimensions_of("ad_spend"))
    assert {"source_name", "platform"} <= set(whole.dimensions_of("events"))
    for metric in ("roas", "mer", "cac_blended", "conversion_rate"):
        assert whole.dimensions_of(metric) == ("date", "channel", "campaign_name")
    assert len(whole.dimension_sets) == 7
    assert whole.metrics["roas"].dimension_set == whole.metrics["conversion_rate"].dimension_set


def test_a_value_of_a_dimension_of_several_kinds_names_those_it_is_of(whole: Catalog) -> None:
    values = whole.dimensions["currency"].values
    assert {(value.value, value.kinds) for value in values or ()} == {
        ("USD", ("ad_account", "store")),
        ("EUR", ("ad_account", "store")),
    }
    values = whole.dimensions["source_name"].values
    kinds = {value.value: value.kinds for value in values or ()}
    assert (kinds["woo"], kinds["ga"]) == (("store",), ("event_source", "property"))
    assert {value.kinds for value in whole.dimensions["channel"].values or ()} == {()}


def test_a_dimension_of_several_facts_is_described_for_all_of_them(whole: Catalog) -> None:
    assert whole.dimensions["source_name"].label == "Source"
    assert "ad account" in whole.dimensions["source_name"].description
    assert whole.dimensions["device_category"].description.startswith("Category of the device")


def test_a_metric_needs_everything_that_it_requires(whole: Catalog, tmp_path: Path) -> None:
    def offered(*names: str) -> set[str]:
        path = tmp_path / f"{'-'.join(names)}.duckdb"
        write_gold(path, {})
        sources = [source for source in FUNNEL if source.name in names]
        return set(catalog_of(path, sources).listed())

    stores, ads, analytics = offered("shopify"), offered("google_ads"), offered("ga")
    assert stores == set(METRICS)
    assert ads == {name for name, metric in whole.metrics.items() if metric.facts == ("ad_performance",)}
    assert analytics == {"sessions", "engaged_sessions", "bounce_rate", "events"}
    assert offered("mixpanel") == {"events"}
    assert offered("shopify", "ga") == stores | analytics | {"attributed_revenue", "conversion_rate"}
    assert offered("shopify", "google_ads") == stores | ads | {"mer", "cac_blended"}
    assert offered("shopify", "google_ads", "ga") == set(whole.listed())


def test_the_whole_catalog_survives_its_file_and_one_of_stores_alone_is_still_read(whole: Catalog) -> None:
    assert Catalog.from_json(whole.to_json()) == whole
    written = json.loads(whole.to_json())
    for fact in written["facts"].values():
        del fact["kinds"], fact["row"]
        for measure in fact["measures"].values():
            del measure["requires"]
    for source_ in written["sources"]:
        del source_["measures"]
    assert Catalog.from_json(json.dumps(written)).facts["orders"].row == "order"


def test_the_coverage_of_a_source_is_in_the_catalog(catalog: Catalog) -> None:
    assert catalog.sources[1].data_through == date(2026, 3, 20)
    assert catalog.notices == ("3 records are in quarantine.",)
