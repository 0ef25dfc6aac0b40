"""The dbt project: its unit tests, and what must hold of every model."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pytest
import yaml

from ingest.connector import CONNECTORS
from warehouse.build import BuildReport, run_dbt
from warehouse.dbt_runner import parsed_manifest, project_folder
from warehouse.home import TenantHome
from warehouse.tenants import SourceConfig, Tenant

EMPTY = Tenant(
    slug="empty",
    name="Empty",
    timezone="UTC",
    currency="USD",
    sources={"shopify": SourceConfig(name="shopify", connector="shopify")},
)
RAW_COLUMNS = {
    "source_name": "text",
    "source_id": "text",
    "parent_id": "text",
    "updated_at": "timestamp",
    "position": "bigint",
    "payload": "json",
    "payload_hash": "text",
    "file": "text",
    "line": "bigint",
    "loaded_at": "timestamp",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[TenantHome, dlt.Pipeline]:
    """A tenant whose raw tables exist and hold nothing of its own: unit tests read column types from them."""
    home = TenantHome(tmp_path_factory.mktemp("empty"))
    home.work.mkdir()
    pipeline = dlt.pipeline(
        "empty",
        pipelines_dir=str(home.dlt),
        destination=dlt.destinations.duckdb(str(home.warehouse_file)),
        dataset_name="raw",
    )
    row = {
        **dict.fromkeys(RAW_COLUMNS, "x"),
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
        "loaded_at": datetime(2026, 1, 1, tzinfo=UTC),
        "position": 0,
        "line": 1,
        "payload": "{}",
        "source_name": "nobody",
    }
    hints: Any = {name: {"data_type": kind} for name, kind in RAW_COLUMNS.items()}
    tables = [entity.table for connector in CONNECTORS.values() for entity in connector.entities]
    resources = [dlt.resource([row], name=table, columns=hints) for table in tables]
    resources.append(dlt.resource([{"source_name": "nobody", "entity": "x", "set_key": "1"}], name="_sets"))
    pipeline.run(resources)
    assert run_dbt(EMPTY, home, pipeline, ["run"]).success
    return home, pipeline


@pytest.fixture(scope="module")
def unit_tests(empty: tuple[TenantHome, dlt.Pipeline]) -> BuildReport:
    return run_dbt(EMPTY, *empty, ["test", "--select", "test_type:unit"])


def test_every_rule_holds_in_its_unit_test(unit_tests: BuildReport) -> None:
    failed = {run.name: run.message for run in unit_tests.models if run.status != "pass"}

    assert not failed
    assert len(unit_tests.models) >= 17


def test_a_run_without_a_tenant_is_refused_when_it_executes(
    empty: tuple[TenantHome, dlt.Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, pipeline = empty
    monkeypatch.setattr("warehouse.build.tenant_vars", lambda *_: {"slug": "_parse_", "sources": {}, "raw_tables": []})

    report = run_dbt(EMPTY, home, pipeline, ["run"])

    assert not report.success


def test_dbt_writes_nothing_into_the_installed_project(empty: tuple[TenantHome, dlt.Pipeline]) -> None:
    assert not (project_folder() / "target").exists()
    assert not (project_folder() / "logs").exists()


def models() -> Iterator[Any]:
    manifest = parsed_manifest()
    yield from (node for node in manifest.nodes.values() if str(node.resource_type) == "model")


def test_every_model_and_column_is_described() -> None:
    undescribed = [
        f"{node.name}.{name}" for node in models() for name, column in node.columns.items() if not column.description
    ]
    assert not undescribed
    assert not [node.name for node in models() if not node.description or not node.columns]


def test_every_mart_enforces_its_contract_and_tests_its_key() -> None:
    manifest = parsed_manifest()
    marts = [node for node in models() if node.fqn[1] == "marts"]
    unique = {
        next(iter(node.depends_on.nodes)).rsplit(".", 1)[-1]
        for node in manifest.nodes.values()
        if str(node.resource_type) == "test" and node.name.startswith("unique_")
    }

    assert len(marts) >= 10
    assert not [mart.name for mart in marts if not mart.config.contract.enforced]
    assert not [mart.name for mart in marts if mart.name not in unique]


def test_no_model_is_switched_off_or_made_ephemeral_by_a_tenant() -> None:
    assert not [node.name for node in models() if node.config.materialized == "ephemeral" or not node.config.enabled]


def test_the_sources_are_the_registry() -> None:
    declared = yaml.safe_load(Path(project_folder() / "models/master/sources.yml").read_text(encoding="utf-8"))
    names = {table["name"] for table in declared["sources"][0]["tables"]} - {"_sets"}

    assert names == {entity.table for connector in CONNECTORS.values() for entity in connector.entities}
