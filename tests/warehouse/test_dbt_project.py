"""The dbt project: its unit tests, and what must hold of every model."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import dlt
import duckdb
import pytest

from ingest.connector import CONNECTORS
from ingest.declarations import project_files
from ingest.demo.companies import COMPANIES
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


@pytest.fixture(scope="module")
def manifest() -> Any:
    return parsed_manifest()


def models(manifest: Any, folder: str | None = None) -> list[Any]:
    nodes = [node for node in manifest.nodes.values() if str(node.resource_type) == "model"]
    return [node for node in nodes if folder in (None, node.fqn[1])]


def test_every_model_says_its_grain_and_what_each_column_holds(manifest: Any) -> None:
    undescribed = [
        f"{node.name}.{name}"
        for node in models(manifest)
        for name, column in node.columns.items()
        if not column.description
    ]

    assert not undescribed
    assert not [node.name for node in models(manifest) if not node.description.startswith("One row per ")]


def test_the_columns_described_are_those_that_each_model_has(
    empty: tuple[TenantHome, dlt.Pipeline], manifest: Any
) -> None:
    home, _ = empty
    with duckdb.connect(str(home.warehouse_file), read_only=True) as connection:
        held = connection.execute(
            "select table_schema, table_name, list(column_name) from information_schema.columns group by all"
        ).fetchall()
    built = {(schema, name): set(columns) for schema, name, columns in held}
    differing = {
        node.name: sorted(built[node.schema, node.name] ^ set(node.columns))
        for node in models(manifest)
        if built[node.schema, node.name] != set(node.columns)
    }

    assert not differing


def test_every_mart_enforces_its_contract_and_tests_its_key(manifest: Any) -> None:
    marts = {node.name: node for node in models(manifest, "marts")}
    tested: dict[str, set[str]] = {}
    for node in manifest.nodes.values():
        metadata: Any = getattr(node, "test_metadata", None)
        for parent in node.depends_on.nodes if metadata else ():
            tested.setdefault(parent.rsplit(".", 1)[-1], set()).add(metadata.name)

    assert {"fct_orders", "fct_refunds", "fct_ad_performance", "fct_sessions", "fct_events"} <= set(marts)
    assert not [name for name, mart in marts.items() if not mart.config.contract.enforced]
    assert not [name for name in marts if "unique" not in tested.get(name, ())]
    required = {
        name: any(
            str(getattr(constraint.type, "value", constraint.type)) == "not_null"
            for column in mart.columns.values()
            for constraint in column.constraints
        )
        for name, mart in marts.items()
    }
    assert not [name for name, is_said in required.items() if not is_said]


def test_the_closed_vocabularies_of_the_marts_are_checked_while_they_are_written(
    empty: tuple[TenantHome, dlt.Pipeline],
) -> None:
    home, _ = empty
    with duckdb.connect(str(home.warehouse_file), read_only=True) as connection:
        checks = connection.execute(
            """select table_name || '.' || constraint_column_names[1], constraint_text from duckdb_constraints()
               where schema_name = 'gold' and constraint_type = 'CHECK'"""
        ).fetchall()

    assert {column for column, _ in checks} == {
        "dim_campaigns.channel",
        "fct_order_lines.customer_type",
        "fct_order_lines.order_status",
        "fct_orders.customer_type",
        "fct_orders.match_method",
        "fct_orders.order_status",
        "fct_refunds.customer_type",
        "fct_refunds.kind",
        "fct_refunds.order_status",
    }
    statuses = {words for column, words in checks if column.endswith(".order_status")}
    assert len(statuses) == 1
    assert "partially_refunded" in statuses.pop()


def test_no_model_is_switched_off_or_made_ephemeral_by_a_tenant(manifest: Any) -> None:
    for node in models(manifest):
        assert node.config.enabled
        assert node.config.materialized != "ephemeral"
        assert "enabled" not in node.unrendered_config
    assert not manifest.disabled
    assert "enabled" not in (project_folder() / "dbt_project.yml").read_text(encoding="utf-8")


def test_no_model_is_made_for_one_tenant(manifest: Any) -> None:
    names = {word for company in COMPANIES for word in (company.slug, *company.slug.split("_"))}
    for path in project_folder().rglob("*.*"):
        if path.suffix in (".sql", ".yml"):
            text = path.read_text(encoding="utf-8").lower()
            assert not [name for name in names if re.search(rf"\b{name}\b", text)], path
            assert not re.search(r"slug\s*(==|!=| in )(?!\s*'_parse_')", text), path


def test_the_documentation_is_generated_for_a_tenant_and_describes_every_model(
    empty: tuple[TenantHome, dlt.Pipeline], manifest: Any
) -> None:
    home, pipeline = empty

    assert run_dbt(EMPTY, home, pipeline, ["docs", "generate"]).success

    target = home.dbt / "target"
    assert (target / "index.html").is_file()
    catalog = json.loads((target / "catalog.json").read_bytes())["nodes"]
    documented = json.loads((target / "manifest.json").read_bytes())["nodes"]
    for node in models(manifest):
        assert documented[node.unique_id]["description"]
        described = documented[node.unique_id]["columns"]
        assert all(described[column]["description"] for column in catalog[node.unique_id]["columns"]), node.name


def test_what_the_project_is_told_of_the_connectors_is_what_they_declare() -> None:
    stale = [path.name for path, text in project_files().items() if path.read_text(encoding="utf-8") != text]

    assert not stale, "run python -m ingest.declarations"
