from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import lineage
from warehouse.build import BuildReport, ModelRun

THEN = datetime(2026, 10, 5, 12, tzinfo=UTC)
NOW = datetime(2026, 10, 5, 13, tzinfo=UTC)


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "wh.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            """
            create schema raw;
            create table raw._dlt_loads (load_id varchar not null, schema_name varchar, status bigint not null,
                                         inserted_at timestamptz not null, schema_version_hash varchar);
            create table raw._dlt_pipeline_state (version bigint, _dlt_load_id varchar);
            create table raw._extracts (source_name varchar, _dlt_load_id varchar);
            create table raw.shopify__orders (source_id varchar, _dlt_load_id varchar);
            create table raw.shopify__refunds (source_id varchar, _dlt_load_id varchar);
            """
        )
        load(connection, "1.0", orders=2)
        yield connection


def load(connection: duckdb.DuckDBPyConnection, load_id: str, orders: int = 0, refunds: int = 0) -> None:
    connection.execute("insert into raw._dlt_loads values (?, 'acme', 0, ?, 'h')", [load_id, THEN])
    for table, rows in (("orders", orders), ("refunds", refunds)):
        for number in range(rows):
            connection.execute(f"insert into raw.shopify__{table} values (?, ?)", [str(number), load_id])


def model(name: str, *tables: str, status: str = "success", kind: str = "model") -> ModelRun:
    return ModelRun(
        name=name,
        unique_id=f"{kind}.gata.{name}",
        resource_type=kind,
        relation_name=name,
        status=status,
        message="OK",
        seconds=0.5,
        rows=3,
        started_at=THEN,
        completed_at=NOW,
        depends_on=(),
        source_tables=tables,
        checksum="c0de",
        failures=None,
    )


ORDERS = model("fct_orders", "shopify__orders", "woocommerce__orders")
REFUNDS = model("fct_refunds", "shopify__orders", "shopify__refunds")
DATES = model("dim_date")


def build(*models: ModelRun, invocation: str = "i1", **changes: Any) -> BuildReport:
    report = BuildReport(
        success=True,
        invocation_id=invocation,
        started_at=THEN,
        finished_at=NOW,
        dbt_version="1.11",
        vars={"tenant": {"slug": "acme"}},
        models=list(models),
    )
    return replace(report, **changes)


def ledger(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select load_id, schema_name, status from raw._dlt_loads where schema_name <> 'acme' order by all"
    ).fetchall()


def test_each_model_has_a_row_for_each_load_of_its_raw_tables(raw: duckdb.DuckDBPyConnection) -> None:
    load(raw, "2.0", refunds=1)
    lineage.record(raw, build(ORDERS, REFUNDS, DATES))
    assert ledger(raw) == [
        ("1.0", "dbt.fct_orders", 1),
        ("1.0", "dbt.fct_refunds", 1),
        ("2.0", "dbt.fct_refunds", 1),
    ]


def test_a_rebuild_over_known_loads_adds_its_invocation_only(raw: duckdb.DuckDBPyConnection) -> None:
    lineage.record(raw, build(ORDERS))
    lineage.record(raw, build(ORDERS, invocation="i2"))
    assert len(ledger(raw)) == 1
    assert raw.execute("select invocation_id from raw._dlt_dbt_invocations order by 1").fetchall() == [("i1",), ("i2",)]
    assert raw.execute("from raw._dlt_dbt_invocation_loads").fetchall() == [("i1", "1.0", "raw", "shopify__orders", 2)]


def test_a_new_load_is_added_to_the_known_ones(raw: duckdb.DuckDBPyConnection) -> None:
    lineage.record(raw, build(ORDERS))
    load(raw, "2.0", orders=3)
    lineage.record(raw, build(ORDERS, invocation="i2"))
    assert [row[0] for row in ledger(raw)] == ["1.0", "2.0"]
    assert raw.execute("select load_id, rows_in_load from raw._dlt_dbt_invocation_loads order by 1").fetchall() == [
        ("1.0", 2),
        ("2.0", 3),
    ]


def test_a_failed_model_is_recorded_as_failed_and_then_as_transformed(raw: duckdb.DuckDBPyConnection) -> None:
    failed = replace(ORDERS, status="error", started_at=None, completed_at=None)
    lineage.record(raw, build(failed, REFUNDS, success=False, error="the model fct_orders failed"))
    lineage.record(raw, build(failed, invocation="i2", success=False))
    lineage.record(raw, build(ORDERS, invocation="i3"))
    assert ledger(raw) == [
        ("1.0", "dbt.fct_orders", -1),
        ("1.0", "dbt.fct_orders", 1),
        ("1.0", "dbt.fct_refunds", 1),
    ]
    assert raw.execute("select success, error from raw._dlt_dbt_invocations order by invocation_id").fetchall() == [
        (False, "the model fct_orders failed"),
        (False, None),
        (True, None),
    ]


def test_skipped_models_and_tests_are_runs_but_transform_no_load(raw: duckdb.DuckDBPyConnection) -> None:
    skipped = replace(ORDERS, status="skipped")
    tested = model("unique_orders", "shopify__orders", status="pass", kind="test")
    lineage.record(raw, build(skipped, tested))
    assert ledger(raw) == []
    runs = raw.execute(
        "select unique_id, status, source_tables, rows from raw._dlt_dbt_model_runs order by 1"
    ).fetchall()
    assert runs == [
        ("model.gata.fct_orders", "skipped", ["shopify__orders", "woocommerce__orders"], 3),
        ("test.gata.unique_orders", "pass", ["shopify__orders"], 3),
    ]


def test_dlts_own_rows_are_never_changed(raw: duckdb.DuckDBPyConnection) -> None:
    before = raw.execute("from raw._dlt_loads").fetchall()
    lineage.record(raw, build(ORDERS, replace(REFUNDS, status="error")))
    assert raw.execute("from raw._dlt_loads where schema_name = 'acme'").fetchall() == before


def test_a_load_that_never_completed_is_transformed_by_nobody(raw: duckdb.DuckDBPyConnection) -> None:
    raw.execute("insert into raw.shopify__orders values ('9', '9.9')")
    lineage.record(raw, build(ORDERS))
    assert [row[0] for row in ledger(raw)] == ["1.0"]


def test_a_load_listed_twice_is_recorded_once(raw: duckdb.DuckDBPyConnection) -> None:
    raw.execute("insert into raw._dlt_loads from raw._dlt_loads")
    lineage.record(raw, build(ORDERS))
    assert len(ledger(raw)) == 1


def test_a_build_is_recorded_whole_or_not_at_all(raw: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error):
        lineage.record(raw, build(ORDERS, replace(REFUNDS, unique_id=None)))  # type: ignore[arg-type]
    assert ledger(raw) == []
    assert raw.execute("select count(*) from duckdb_tables() where table_name like '_dlt_dbt%'").fetchall() == [(0,)]


def test_before_the_first_load_there_is_nothing_to_record(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "wh.duckdb")) as connection:
        lineage.record(connection, build(DATES))
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]
