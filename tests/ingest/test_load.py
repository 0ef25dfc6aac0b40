import logging
import shutil
from pathlib import Path

import duckdb
import pytest
from raw_layer import Delivery, RawLayer

from ingest.load import tenant_pipeline
from ingest.stage import Stage


@pytest.fixture
def raw(tmp_path: Path) -> RawLayer:
    return RawLayer(tmp_path)


def cursor(raw: RawLayer) -> dict[str, list[str]]:
    with tenant_pipeline(raw.home, "acme") as pipeline:
        return {source: sorted(files) for source, files in pipeline.cursor.items()}


def loads(raw: RawLayer) -> int:
    [(count,)] = raw.query("select count(*) from raw._dlt_loads where status = 0")
    return int(count)


def test_rows_sets_quarantine_and_counts_of_a_refresh_are_one_load(raw: RawLayer) -> None:
    report = raw.load(
        Delivery("a", [("1", "10", 0)], bad=[(None, "no id")]), Delivery("b", [("o1", "1", "10")], kind="set")
    )
    tables = ("vendor__orders", "vendor__lines", "_sets", "_quarantine", "_extracts")
    found = {raw.query(f"select distinct _dlt_load_id from raw.{table}")[0][0] for table in tables}
    assert found == {report.load_id}


def test_raw_columns_have_the_types_that_the_models_expect(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", '{"id": 1}', 0)]))
    types = raw.query(
        "select column_name, data_type from information_schema.columns where table_name = 'vendor__orders' order by all"
    )
    assert dict(types) == {
        "source_name": "VARCHAR",
        "source_id": "VARCHAR",
        "parent_id": "VARCHAR",
        "updated_at": "TIMESTAMP WITH TIME ZONE",
        "position": "BIGINT",
        "payload": "JSON",
        "payload_hash": "VARCHAR",
        "file": "VARCHAR",
        "line": "BIGINT",
        "loaded_at": "TIMESTAMP WITH TIME ZONE",
        "_dlt_load_id": "VARCHAR",
    }


def test_nothing_read_is_no_load(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    assert raw.load().load_id is None
    assert loads(raw) == 1


def test_the_cursor_comes_back_from_the_destination_after_the_work_folder_is_lost(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    raw.load(Delivery("b", [("2", "20", 0)]))
    shutil.rmtree(raw.home.dlt)
    assert cursor(raw) == {"shop": ["a", "b"]}


def test_the_cursor_survives_the_ledgers_rows(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    raw.query("insert into raw._dlt_loads select load_id, 'dbt.fct_orders', 1, now(), '' from raw._dlt_loads")
    shutil.rmtree(raw.home.dlt)
    assert cursor(raw) == {"shop": ["a"]}


def test_a_cursor_without_its_rows_is_forgotten(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    shutil.rmtree(raw.home.work)
    assert cursor(raw) == {}


def test_an_older_database_put_back_brings_its_own_cursor(raw: RawLayer, tmp_path: Path) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    shutil.copy(raw.home.warehouse_file, tmp_path / "backup")
    raw.load(Delivery("b", [("2", "20", 0)]))
    shutil.copy(tmp_path / "backup", raw.home.warehouse_file)
    assert cursor(raw) == {"shop": ["a"]}


def test_rows_of_a_load_that_never_completed_are_swept_and_read_again(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    second = raw.load(Delivery("b", [("2", "20", 0)]))
    raw.query(f"delete from raw._dlt_loads where load_id = '{second.load_id}'")
    shutil.rmtree(raw.home.dlt)
    assert cursor(raw) == {"shop": ["a"]}
    assert raw.query("select source_id from raw.vendor__orders") == [("1",)]
    assert raw.query("select count(*) from raw._extracts") == [(1,)]
    raw.load(Delivery("b", [("2", "20", 0)]))
    assert raw.query("select source_id from raw.vendor__orders order by 1") == [("1",), ("2",)]


def test_a_package_left_pending_is_dropped_and_its_rows_come_once(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    with (
        tenant_pipeline(raw.home, "acme") as pipeline,
        Stage(raw.home.stage_file, raw.home.warehouse_file) as stage,
    ):
        delivery = Delivery("b", [("2", "20", 0)])
        raw.stage(stage, delivery)
        stage.select()
        rows = stage.new_rows("vendor__orders", delivery.modified_at)
        pipeline.pipeline.extract(rows, table_name="vendor__orders", loader_file_format="parquet")
        pipeline.pipeline.normalize()
        assert pipeline.pipeline.has_pending_data
    assert cursor(raw) == {"shop": ["a"]}
    raw.load(Delivery("b", [("2", "20", 0)]))
    assert raw.query("select source_id from raw.vendor__orders order by 1") == [("1",), ("2",)]


def test_a_load_listed_twice_does_not_double_anything(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    raw.query("insert into raw._dlt_loads from raw._dlt_loads")
    assert cursor(raw) == {"shop": ["a"]}
    assert raw.query("select count(*) from raw.vendor__orders") == [(1,)]


def test_dlts_warning_about_hints_stays_out_of_the_log(raw: RawLayer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        raw.load(Delivery("a", [("1", "10", 0)]))
    assert caplog.records == []


def test_no_payload_is_left_in_the_pipelines_work_folder(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    assert list(raw.home.dlt.rglob("*.parquet")) == []


def test_the_database_is_let_go_of(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    with (
        duckdb.connect(str(raw.home.warehouse_file), read_only=True),
        duckdb.connect(str(raw.home.warehouse_file), read_only=True),
    ):
        pass
