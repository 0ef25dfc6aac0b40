import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.errors import RefreshError
from warehouse.home import Home
from warehouse.raw import quarantine_notices
from warehouse.registry import AddedUp, SourceEntity
from warehouse.store import FileStore, Version, new_version_id
from warehouse.verify import verify


def orders_of(source: str, path: str, shape: str = "shopify") -> SourceEntity:
    return SourceEntity(
        source_name=source,
        connector=shape,
        api=None,
        shape=shape,
        entity="orders",
        table=f"{shape}__orders",
        kind="record",
        feeds="orders",
        totals={"total": AddedUp((path,))},
    )


SHOP = orders_of("shop", "total_price")
EUROPE = orders_of("shop_eu", "totals.charged")


@pytest.fixture
def work(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "wh.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            """
            create schema raw;
            create schema gold;
            create table raw._dlt_loads (load_id varchar, status bigint);
            insert into raw._dlt_loads values ('1', 0), ('2', 0), ('2', 0), ('2', 1);
            create table raw.shopify__orders (source_name varchar, source_id varchar, updated_at timestamptz,
                                              payload json, payload_hash varchar, _dlt_load_id varchar,
                                              parent_id varchar);
            create table raw._extracts (source_name varchar, entity varchar, file varchar, extracted bigint,
                                        accepted bigint, quarantined bigint, appended bigint, _dlt_load_id varchar);
            create table raw._quarantine (source_name varchar, entity varchar, file varchar, line bigint,
                                          reason varchar, _dlt_load_id varchar);
            create table gold.fct_orders (source_name varchar, native_total_amount decimal(18, 4));
            create table gold.fct_order_lines (source_name varchar);
            create table gold.fct_refunds (source_name varchar);
            """
        )
        yield connection


def payload(
    work: duckdb.DuckDBPyConnection,
    number: str,
    total: object,
    *,
    minute: int | None = 0,
    load: str = "1",
    hash: str = "a",
) -> None:
    work.execute(
        "insert into raw.shopify__orders values ('shop', ?, ?, ?, ?, ?, null)",
        [
            number,
            None if minute is None else f"2026-10-05 12:{minute:02}:00Z",
            json.dumps({"total_price": total, "totals": {"charged": total}}),
            hash,
            load,
        ],
    )


def star(work: duckdb.DuckDBPyConnection, *totals: str) -> None:
    work.execute("delete from gold.fct_orders")
    for total in totals:
        work.execute("insert into gold.fct_orders values ('shop', ?)", [total])


def lines(work: duckdb.DuckDBPyConnection, count: int, source: str = "shop") -> None:
    work.execute("delete from gold.fct_order_lines")
    work.execute("insert into gold.fct_order_lines select ? from range(?)", [source, count])


def extract(work: duckdb.DuckDBPyConnection, load: str, file: str, extracted: int, bad: int) -> None:
    work.execute(
        "insert into raw._extracts values ('shop', 'orders', ?, ?, ?, ?, ?, ?)",
        [file, extracted, extracted - bad, bad, extracted, load],
    )


def serve(tmp_path: Path, *, lines: int = 0, loads: tuple[str, ...] = ()) -> Version:
    def write(folder: Path) -> None:
        with duckdb.connect(str(folder / "gold.duckdb")) as gold:
            gold.execute("create table fct_order_lines as select 'shop' as source_name from range(?)", [lines])
            gold.execute("create table _dlt_loads (load_id varchar, status bigint)")
            for load in loads:
                gold.execute("insert into _dlt_loads values (?, 0)", [load])

    store = FileStore(Home(tmp_path).tenant("acme"))
    with store.writer():
        return store.publish(new_version_id(), write)


def refused(work: duckdb.DuckDBPyConnection, served: Version | None = None, orders: SourceEntity = SHOP) -> str:
    with pytest.raises(RefreshError) as error:
        verify(work, [orders], served, accept=False)
    assert error.value.kind == "verify_failed"
    assert error.value.source == orders.source_name
    return str(error.value)


def test_a_star_that_agrees_with_the_payloads_passes(work: duckdb.DuckDBPyConnection) -> None:
    payload(work, "1", "10.10")
    payload(work, "2", 5)
    star(work, "10.1", "5")
    assert verify(work, [SHOP], None, accept=False) == []


def test_the_latest_version_of_each_order_is_compared(work: duckdb.DuckDBPyConnection) -> None:
    payload(work, "1", "10", minute=5, load="1")
    payload(work, "1", "8", minute=3, load="2")
    payload(work, "2", "1", load="1")
    payload(work, "2", "2", load="2")
    payload(work, "3", "7", hash="a")
    payload(work, "3", "9", hash="b")
    payload(work, "4", "4", minute=None, load="2")
    payload(work, "4", "5", minute=1, load="1")
    star(work, "10", "2", "9", "5")
    assert verify(work, [SHOP], None, accept=False) == []


def test_a_missing_order_and_a_wrong_total_are_refused(work: duckdb.DuckDBPyConnection) -> None:
    payload(work, "1", "10")
    payload(work, "2", "5.50")
    star(work, "10")
    said = refused(work)
    assert 'Source "shop" does not reconcile in orders: its payloads hold 2 (total 15.5), the star 1 (total 10)' in said
    star(work, "10", "5.5001")
    refused(work)


def test_rows_of_a_load_that_never_completed_do_not_count(work: duckdb.DuckDBPyConnection) -> None:
    payload(work, "1", "10")
    payload(work, "2", "5", load="9")
    star(work, "10")
    verify(work, [SHOP], None, accept=False)


def test_a_source_without_a_raw_table_must_have_no_orders(work: duckdb.DuckDBPyConnection) -> None:
    nothing = orders_of("shop", "total", "woocommerce")
    verify(work, [nothing], None, accept=False)
    star(work, "10")
    refused(work, orders=nothing)


def test_a_total_deep_in_the_payload_is_found(work: duckdb.DuckDBPyConnection) -> None:
    payload(work, "1", "10")
    work.execute("update raw.shopify__orders set source_name = 'shop_eu'")
    work.execute("insert into gold.fct_orders values ('shop_eu', 10)")
    verify(work, [EUROPE], None, accept=False)


def test_reconciliation_cannot_be_accepted_away(work: duckdb.DuckDBPyConnection) -> None:
    payload(work, "1", "10")
    with pytest.raises(RefreshError):
        verify(work, [SHOP], None, accept=True)


@pytest.mark.parametrize(("before", "now", "falls"), [(100, 80, False), (100, 79, True), (12, 2, False), (12, 1, True)])
def test_a_collapse_is_more_than_a_fifth_and_more_than_ten_rows(
    work: duckdb.DuckDBPyConnection, tmp_path: Path, before: int, now: int, falls: bool
) -> None:
    served = serve(tmp_path, lines=before)
    lines(work, now)
    if falls:
        assert f"the rows of fct_order_lines fell from {before} to {now}" in refused(work, served)
        assert "--accept" in refused(work, served)
        [notice] = verify(work, [SHOP], served, accept=True)
        assert notice.startswith("Accepted: ")
    else:
        assert verify(work, [SHOP], served, accept=False) == []


def test_a_source_that_is_no_longer_configured_may_go(work: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert verify(work, [EUROPE], serve(tmp_path, lines=100), accept=False) == []


@pytest.mark.parametrize(("extracted", "bad", "stops"), [(1000, 11, True), (1100, 11, False), (20, 10, False)])
def test_more_than_a_hundredth_and_more_than_ten_bad_records_stop_the_publish(
    work: duckdb.DuckDBPyConnection, extracted: int, bad: int, stops: bool
) -> None:
    extract(work, "1", "orders.jsonl", extracted, bad)
    if stops:
        assert refused(work).startswith('Source "shop": 11 of 1,000 records of orders cannot be used')
    else:
        assert verify(work, [SHOP], None, accept=False) == []


def test_bad_records_are_counted_over_the_files_of_a_load_not_over_loads(work: duckdb.DuckDBPyConnection) -> None:
    extract(work, "1", "orders-1.jsonl", 100, 6)
    extract(work, "1", "orders-2.jsonl", 100, 6)
    extract(work, "2", "orders-3.jsonl", 100_000, 0)
    assert "12 of 200" in refused(work)


def test_bad_records_of_a_published_load_and_of_a_file_mended_since_are_past(
    work: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    extract(work, "1", "orders.jsonl", 100, 50)
    assert verify(work, [SHOP], serve(tmp_path, loads=("1",)), accept=False) == []
    extract(work, "2", "orders.jsonl", 100, 0)
    assert verify(work, [SHOP], None, accept=False) == []


def test_what_is_in_quarantine_is_noticed_until_its_file_is_mended(work: duckdb.DuckDBPyConnection) -> None:
    extract(work, "1", "orders.jsonl", 100, 1)
    work.execute("insert into raw._quarantine values ('shop', 'orders', 'orders.jsonl', 7, 'id is missing.', '1')")
    assert quarantine_notices(work, ["shop"]) == [
        "shop: 1 record of orders cannot be used and was left out: orders.jsonl line 7: id is missing. "
        "Mend the file and refresh again."
    ]
    assert quarantine_notices(work, ["another"]) == []
    extract(work, "2", "orders.jsonl", 100, 0)
    assert quarantine_notices(work, ["shop"]) == []
