"""The catalog as a semantic layer that BSL's own loader reads."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pytest
import yaml
from boring_semantic_layer import from_yaml
from funnel import FUNNEL, funnel
from gold import THREE_STORES, Asked, catalog_of, three_stores, write_gold

from warehouse.semantic import semantic_yaml


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, three_stores())
    asked = Asked(path, THREE_STORES)
    yield asked
    asked.close()


@pytest.fixture(scope="module")
def models(stores: Asked, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("semantic") / "semantic.yml"
    file.write_text(semantic_yaml(stores.catalog), encoding="utf-8")
    # a file of its own: ibis opens it with other settings than ours
    copy = file.with_name("gold.duckdb")
    copy.write_bytes(stores.path.read_bytes())
    connection = ibis.duckdb.connect(str(copy), read_only=True)
    loaded: dict[str, Any] = from_yaml(
        str(file), tables={name: connection.table(name) for name in connection.list_tables()}
    )
    return loaded


@pytest.mark.parametrize(
    ("fact", "metric"),
    [
        ("orders", "orders"),
        ("orders", "total_revenue"),
        ("orders", "customers"),
        ("orders", "new_customers"),
        ("orders", "returning_customers"),
        ("orders", "median_order_value"),
        ("orders", "repeat_rate"),
        ("order_lines", "gross_sales"),
        ("order_lines", "units_sold"),
        ("refunds", "returns"),
        ("refunds", "units_returned"),
    ],
)
def test_bsl_loads_the_file_and_gets_the_same_total(
    stores: Asked, models: dict[str, Any], fact: str, metric: str
) -> None:
    [[theirs]] = models[fact].query(measures=[metric]).execute().values.tolist()
    [(ours,)] = stores.rows(metrics=metric)
    assert Decimal(str(theirs)) == Decimal(str(ours))


def test_bsl_splits_by_the_catalogs_dimensions(stores: Asked, models: dict[str, Any]) -> None:
    frame = models["orders"].query(dimensions=["source_name"], measures=["orders"]).execute()
    assert sorted(frame.values.tolist()) == sorted(
        [list(row) for row in stores.rows(metrics="orders", group_by="source_name")]
    )


def test_metrics_of_several_facts_are_left_out_and_names_of_columns_are_not_taken(stores: Asked) -> None:
    document = yaml.safe_load(semantic_yaml(stores.catalog))
    names = {
        name for model in document.values() for name in (*model["measures"], *model.get("calculated_measures", {}))
    }
    assert "net_sales" not in names
    assert "refunded_amount" not in names
    assert "refunded_money" in names
    assert document["orders"]["measures"]["orders"]["metadata"] == {"label": "Orders", "unit": "count"}


def test_the_file_of_a_shop_without_rows_loads_too(tmp_path: Path) -> None:
    write_gold(tmp_path / "gold.duckdb", {})
    catalog = catalog_of(tmp_path / "gold.duckdb", THREE_STORES)
    assert set(yaml.safe_load(semantic_yaml(catalog))) >= {"orders", "order_lines", "refunds"}


def test_every_metric_of_one_fact_of_a_whole_star_is_loaded_with_its_total(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("gold")
    write_gold(folder / "gold.duckdb", funnel())
    asked = Asked(folder / "gold.duckdb", FUNNEL)
    (folder / "semantic.yml").write_text(semantic_yaml(asked.catalog), encoding="utf-8")
    (folder / "copy.duckdb").write_bytes(asked.path.read_bytes())
    connection = ibis.duckdb.connect(str(folder / "copy.duckdb"), read_only=True)
    tables = {name: connection.table(name) for name in connection.list_tables()}
    loaded = from_yaml(str(folder / "semantic.yml"), tables=tables)
    for name in ("ctr", "cpm", "cost_per_conversion", "platform_roas", "ad_spend", "bounce_rate", "events"):
        metric = asked.catalog.metrics[name]
        [[theirs]] = loaded[metric.facts[0]].query(measures=[name]).execute().values.tolist()
        [(ours,)] = asked.rows(metrics=name)
        places = 6 if metric.unit != "currency" else 4
        assert round(float(theirs), places) == pytest.approx(float(ours), abs=10**-places), name
    asked.close()
