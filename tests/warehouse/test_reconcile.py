import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.errors import RefreshError
from warehouse.reconcile import reconcile
from warehouse.registry import AddedUp, SourceEntity


def entity(shape: str, name: str, **more: Any) -> SourceEntity:
    declared: dict[str, Any] = {"kind": "record", "feeds": name, "api": None, "source_name": shape} | more
    return SourceEntity(connector=shape, shape=shape, entity=name, table=f"{shape}__{name}", **declared)


ORDERS = entity(
    "store",
    "orders",
    totals={"total": AddedUp(("set.amount", "total"))},
    embeds={"order_products": "lines", "refunds": "refunds", "customers": "customer"},
)
REFUNDS = entity("store", "refunds")
ADS = entity(
    "ads",
    "report",
    kind="set",
    feeds="ad_performance",
    nulls=frozenset({"-"}),
    totals={
        "spend": AddedUp(("metrics.costMicros",), "0.000001"),
        "clicks": AddedUp(("metrics.clicks",)),
    },
)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    file = tmp_path / "wh.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            """
            create schema raw; create schema master; create schema gold; create schema intermediate;
            create table raw._dlt_loads (load_id varchar, status bigint);
            insert into raw._dlt_loads values ('1', 0), ('2', 0);
            create table raw._sets (source_name varchar, entity varchar, set_key varchar, _dlt_load_id varchar);
            create table master.platform_mm__campaigns (source_name varchar);
            create table intermediate.int_unified_customers (source_name varchar, customer_id varchar);
            create table gold.fct_order_lines (source_name varchar);
            create table gold.fct_orders (source_name varchar, native_total_amount decimal(18, 4));
            create table gold.fct_refunds (source_name varchar, refund_id varchar, kind varchar);
            create table gold.fct_ad_performance (source_name varchar, native_spend_amount decimal(18, 6),
                                                  impressions bigint, clicks bigint);
            create table intermediate.int_unified_ad_performance (
                source_name varchar, spend_amount decimal(18, 6), impressions bigint, clicks bigint,
                is_counted boolean);
            """
        )
        for table in ("store__orders", "store__refunds", "ads__report"):
            connection.execute(
                f"""create table raw.{table} (source_name varchar, source_id varchar, parent_id varchar,
                        updated_at timestamptz, payload json, payload_hash varchar, _dlt_load_id varchar)"""
            )
        yield connection


def give(
    work: duckdb.DuckDBPyConnection,
    held: SourceEntity,
    number: str,
    payload: Mapping[str, Any],
    *,
    load: str = "1",
    key: str | None = None,
) -> None:
    work.execute(
        f"insert into raw.{held.table} values (?, ?, ?, null, ?, 'x', ?)",
        [held.source_name, number, key, json.dumps(payload), load],
    )
    if key is not None:
        work.execute("insert into raw._sets values (?, ?, ?, ?)", [held.source_name, held.entity, key, load])


def insert(work: duckdb.DuckDBPyConnection, table: str, *rows: tuple[Any, ...]) -> None:
    for row in rows:
        work.execute(f"insert into {table} values ({', '.join('?' * len(row))})", list(row))


def refused(work: duckdb.DuckDBPyConnection, *entities: SourceEntity) -> str:
    with pytest.raises(RefreshError) as error:
        reconcile(work, entities)
    assert error.value.kind == "verify_failed"
    return str(error.value).partition(" Report it")[0]


def a_store(work: duckdb.DuckDBPyConnection) -> None:
    """Two orders with three lines, three refunds of which one is told twice, and one customer."""
    give(
        work,
        ORDERS,
        "1",
        {"total": "10.00", "lines": [{"id": 1}, {"id": 2}], "refunds": [{"id": 7}, {"id": 8}], "customer": {"id": 5}},
    )
    give(
        work,
        ORDERS,
        "2",
        {"set": {"amount": "5.50"}, "total": "9", "lines": [{"id": 1}], "refunds": [], "customer": None},
    )
    give(work, REFUNDS, "8", {"id": 8})
    give(work, REFUNDS, "9", {"id": 9})
    insert(work, "gold.fct_order_lines", ("store",), ("store",), ("store",))
    insert(work, "intermediate.int_unified_customers", ("store", "5"))
    insert(work, "gold.fct_orders", ("store", "10"), ("store", "5.5"))
    insert(work, "gold.fct_refunds", *(("store", number, "item") for number in "7889"), ("store", None, "cancellation"))


def test_a_store_agrees_in_orders_lines_refunds_and_customers(work: duckdb.DuckDBPyConnection) -> None:
    a_store(work)
    reconcile(work, [ORDERS, REFUNDS])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("delete from gold.fct_order_lines where rowid = 0", "order_products: its payloads hold 3, the star 2."),
        ("delete from gold.fct_refunds where refund_id = '7'", "refunds: its payloads hold 3, the star 2."),
        ("delete from intermediate.int_unified_customers", "customers: its payloads hold 1, the star 0."),
        (
            "update gold.fct_orders set native_total_amount = 9 where rowid = 1",
            "orders: its payloads hold 2 (total 15.5), the star 2 (total 19).",
        ),
    ],
)
def test_what_is_lost_on_the_way_is_named(work: duckdb.DuckDBPyConnection, damage: str, said: str) -> None:
    a_store(work)
    work.execute(damage)
    assert f'Source "store" does not reconcile in {said}' in refused(work, ORDERS, REFUNDS)


def test_an_order_without_lines_has_one_in_the_star(work: duckdb.DuckDBPyConnection) -> None:
    a_store(work)
    work.execute("update raw.store__orders set payload = json_merge_patch(payload, '{\"lines\": []}')")
    work.execute("delete from gold.fct_order_lines where rowid = 0")
    reconcile(work, [ORDERS, REFUNDS])


def test_lines_that_come_apart_from_their_orders_count_once_these_are_there(work: duckdb.DuckDBPyConnection) -> None:
    orders = entity("store", "orders", totals={"total": AddedUp(("total",))})
    lines = entity("store", "products", kind="set", feeds="order_products")
    work.execute("create table raw.store__products as from raw.store__orders")
    for number in "12":
        give(work, orders, number, {"total": "1"})
        insert(work, "gold.fct_orders", ("store", "1"))
    give(work, lines, "1", {}, key="1")
    give(work, lines, "2", {}, key="1")
    give(work, lines, "3", {}, key="9")
    insert(work, "gold.fct_order_lines", ("store",), ("store",), ("store",))
    reconcile(work, [orders, lines])
    work.execute("delete from gold.fct_order_lines where rowid = 0")
    assert "in order_products: its payloads hold 3, the star 2." in refused(work, orders, lines)
    work.execute("drop table raw.store__products")
    reconcile(work, [orders, lines])


def test_what_the_star_has_no_rows_of_is_counted_in_its_master_model(work: duckdb.DuckDBPyConnection) -> None:
    campaigns = entity("store", "campaigns")
    work.execute("create table raw.store__campaigns as from raw.store__orders")
    give(work, campaigns, "1", {})
    assert "in campaigns: its payloads hold 1, the star 0." in refused(work, campaigns)
    insert(work, "master.platform_mm__campaigns", ("store",))
    reconcile(work, [campaigns])


def test_ids_of_both_apis_of_a_vendor_are_the_same_thing(work: duckdb.DuckDBPyConnection) -> None:
    a_store(work)
    work.execute("delete from raw.store__refunds where source_id = '8'")
    give(work, REFUNDS, "gid://shopify/Refund/8", {})
    reconcile(work, [ORDERS, REFUNDS])


def ad(cost: object, clicks: object) -> dict[str, Any]:
    return {"metrics": {"costMicros": cost, "clicks": clicks}}


def test_the_newest_version_of_each_set_is_added_up_and_no_other(work: duckdb.DuckDBPyConnection) -> None:
    give(work, ADS, "1", ad("1000000", "5"), key="monday")
    give(work, ADS, "2", ad("2000000", "5"), key="monday")
    give(work, ADS, "3", ad(3_500_000, 1), key="tuesday")
    give(work, ADS, "1", ad("1234567", "-"), load="2", key="monday")
    insert(work, "gold.fct_ad_performance", ("ads", "1.234567", 0, 0), ("ads", "3.5", 0, 1))
    reconcile(work, [ADS])
    insert(work, "gold.fct_ad_performance", ("ads", "2", 0, 5))
    assert refused(work, ADS).endswith(
        "in ad_performance: its payloads hold 2 (spend 4.734567, clicks 1), the star 3 (spend 6.734567, clicks 6)."
    )


def test_a_set_emptied_since_holds_nothing(work: duckdb.DuckDBPyConnection) -> None:
    give(work, ADS, "1", ad("1000000", "5"), key="monday")
    insert(work, "raw._sets", ("ads", "report", "monday", "2"))
    reconcile(work, [ADS])


def test_rows_left_out_by_a_rule_are_accounted_for(work: duckdb.DuckDBPyConnection) -> None:
    give(work, ADS, "1", ad("1000000", "5"), key="monday")
    give(work, ADS, "2", ad("2000000", "5"), key="monday")
    insert(work, "gold.fct_ad_performance", ("ads", "1", 0, 5))
    refused(work, ADS)
    left_out = "intermediate.int_unified_ad_performance"
    insert(work, left_out, ("ads", "1", 0, 5, True), ("ads", "2", 0, 5, False))
    reconcile(work, [ADS])


def test_only_amounts_finer_than_the_star_may_differ_and_by_their_rounding_alone(
    work: duckdb.DuckDBPyConnection,
) -> None:
    fine = entity("ads", "report", feeds="ad_performance", totals={"spend": AddedUp(("spend",))})
    give(work, fine, "1", {"spend": "0.1234565"})
    insert(work, "gold.fct_ad_performance", ("ads", "0.123456", 0, 0))
    reconcile(work, [fine])
    give(work, fine, "2", {"spend": "1"})
    insert(work, "gold.fct_ad_performance", ("ads", "1.000002", 0, 0))
    assert "spend 1.1234565" in refused(work, fine)


def test_a_source_without_records_must_have_none_in_the_star(work: duckdb.DuckDBPyConnection) -> None:
    nothing = entity("events_only", "events")
    work.execute("create table gold.fct_events (source_name varchar, event_count bigint)")
    reconcile(work, [nothing])
    insert(work, "gold.fct_events", ("events_only", 1))
    assert "in events: its payloads hold 0, the star 1." in refused(work, nothing)
