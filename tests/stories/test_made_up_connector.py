"""A connector is three files: its module, its field map, its records. Nothing else is written by hand."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from shops import open_shops

import ingest.connectors
from ingest.connector import _Registry, connector_options
from ingest.declarations import project_files
from ingest.refresh import refresh
from ingest.runs import Options
from warehouse import dbt_runner
from warehouse.home import Home
from warehouse.store import FileStore
from warehouse.tenants import load_tenants

MADE_UP = Path(__file__).parents[1] / "support" / "made_up"
# name of the module and of the field map → its records
CONNECTORS = {"corner_shop": "receipts.jsonl", "kite_ads": "flights.csv"}


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The registry, and a copy of the dbt project, with the made-up connectors added."""
    shipped, project = dbt_runner.project_folder(), tmp_path / "dbt"
    shutil.copytree(shipped, project)
    modules = tmp_path / "connectors"
    modules.mkdir()
    for name in CONNECTORS:
        shutil.copy(MADE_UP / f"{name}.py", modules)
        shutil.copy(MADE_UP / f"{name}.sql", project / "macros" / "fields")
    monkeypatch.setattr(ingest.connectors, "__path__", [*ingest.connectors.__path__, str(modules)])
    monkeypatch.setattr(dbt_runner, "project_folder", lambda: project)
    monkeypatch.setattr(dbt_runner, "_manifest", None)
    _Registry._connectors.cache_clear()
    for path, text in project_files().items():  # what `python -m ingest.declarations` does
        (project / path.relative_to(shipped)).write_text(text, encoding="utf-8")
    yield
    for name in CONNECTORS:
        sys.modules.pop(f"ingest.connectors.{name}", None)
    _Registry._connectors.cache_clear()


@pytest.mark.slow
def test_a_connector_of_three_files_reaches_the_star(made_up: None, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    sources = {name: {"files": f"exports/{name}"} for name in CONNECTORS}
    open_shops(home, {"acme": {"timezone": "America/New_York", "sources": sources}})
    for name, records in CONNECTORS.items():
        shutil.copy(MADE_UP / records, home.root / "exports" / name)
    tenant = load_tenants(home.tenants_file, connector_options())["acme"]
    run = refresh(tenant, home.tenant("acme"), Options(), lambda run: None, lambda run: None, lambda: False)

    assert run.status == "succeeded", run.error
    assert _gold(home, "select order_id, order_date::varchar, order_status, total_amount::varchar from fct_orders") == [
        ("A-1", "2026-10-05", "paid", "7.5000"),
        ("A-2", "2026-10-05", "paid", "2.5000"),
    ]
    assert _gold(
        home, "select product_title, sum(quantity)::int, sum(net_amount)::varchar from fct_order_lines group by 1"
    ) == [
        ("Cap", 1, "2.5000"),
        ("Mug", 3, "7.5000"),
    ]
    assert _gold(
        home, "select ad_date::varchar, campaign_id, spend_amount::varchar, clicks from fct_ad_performance"
    ) == [
        ("2026-10-05", "blue", "0.750000", 5),
        ("2026-10-05", "red", "1.250000", 10),
        ("2026-10-06", "red", "2.000000", 8),
    ]


def _gold(home: Home, sql: str) -> list[tuple[Any, ...]]:
    version = FileStore(home.tenant("acme")).current()
    assert version is not None
    with duckdb.connect(str(version.gold_file), read_only=True) as connection:
        return connection.execute(f"{sql} order by all").fetchall()
