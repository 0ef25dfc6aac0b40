"""A connector is three files: its module, its field map, its records. Nothing else is written by hand."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from shops import open_shops
from story import Story

import ingest.connectors
from ingest.connector import CONNECTORS, connector_options
from ingest.declarations import project_files
from ingest.refresh import Options, refresh
from warehouse import dbt_runner
from warehouse.home import Home
from warehouse.tenants import load_tenants

MADE_UP = Path(__file__).parents[1] / "support" / "made_up"
# what each of them brings beside its module and its field map
CONNECTORS_MADE_UP = {"corner_shop": "receipts.jsonl", "kite_ads": "flights.csv"}


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The registry and a copy of the dbt project, with the made-up connectors added."""
    shipped, project = dbt_runner.project_folder(), tmp_path / "dbt"
    shutil.copytree(shipped, project)
    modules = tmp_path / "connectors"
    modules.mkdir()
    for name in CONNECTORS_MADE_UP:
        shutil.copy(MADE_UP / f"{name}.py", modules)
        shutil.copy(MADE_UP / f"{name}.sql", project / "macros" / "fields")
    monkeypatch.setattr(ingest.connectors, "__path__", [*ingest.connectors.__path__, str(modules)])
    monkeypatch.setattr(dbt_runner, "project_folder", lambda: project)
    monkeypatch.setattr(dbt_runner, "_manifest", None)
    CONNECTORS.forget()
    for path, text in project_files().items():  # python -m ingest.declarations
        (project / path.relative_to(shipped)).write_text(text, encoding="utf-8")
    yield
    for name in CONNECTORS_MADE_UP:
        sys.modules.pop(f"ingest.connectors.{name}", None)
    monkeypatch.undo()
    CONNECTORS.forget()


def test_a_connector_of_three_files_reaches_the_star(made_up: None, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    sources = {name: {"files": f"exports/{name}"} for name in CONNECTORS_MADE_UP}
    open_shops(home, {"acme": {"timezone": "America/New_York", "sources": sources}})
    for name, records in CONNECTORS_MADE_UP.items():
        shutil.copy(MADE_UP / records, home.root / "exports" / name)
    tenant = load_tenants(home.tenants_file, connector_options())["acme"]
    run = refresh(tenant, home.tenant("acme"), Options(), lambda run: None, lambda run: None, lambda: False)
    acme = Story(home.root)

    assert (run.status, run.notices) == ("succeeded", [])
    assert acme.gold("select order_id, order_date::varchar, order_status, total_amount from fct_orders order by 1") == []
