"""The catalog as a semantic layer that BSL's own loader reads."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pytest
import yaml
from boring_semantic_layer import from_yaml
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
    assert set(yaml.safe_load(semantic_yaml(catalog))) == {"orders", "order_lines", "refunds"}
