import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.drift import Change
from warehouse.registry import SAMPLE, SourceEntity, drift, drift_notices, register, registered

ORDERS = SourceEntity(
    source_name="shop",
    connector="shopify",
    api="rest",
    shape="shopify",
    entity="orders",
    table="shopify__orders",
    kind="record",
    feeds="orders",
    required=frozenset({"id", "total_price"}),
    read=frozenset({"id", "total_price"}),
)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "wh.duckdb")) as connection:
        connection.execute(
            """
            create schema raw;
            create table raw._dlt_loads (load_id varchar, status bigint);
            create table raw._extracts (source_name varchar, entity varchar, appended bigint, _dlt_load_id varchar);
            create table raw._quarantine (source_name varchar, entity varchar, payload json, _dlt_load_id varchar);
            create table raw.shopify__orders (source_name varchar, source_id varchar, payload json,
                                              _dlt_load_id varchar);
            """
        )
        yield connection


def load(
    work: duckdb.DuckDBPyConnection,
    number: str,
    good: Iterable[dict[str, Any]],
    bad: Iterable[dict[str, Any] | None] = (),
    *,
    source: str = "shop",
    complete: bool = True,
) -> None:
    goods = [[source, str(each["id"]), json.dumps(each), number] for each in good]
    bads = [[source, "orders", None if each is None else json.dumps(each), number] for each in bad]
    if goods:
        work.executemany("insert into raw.shopify__orders values (?, ?, ?, ?)", goods)
    if bads:
        work.executemany("insert into raw._quarantine values (?, ?, ?, ?)", bads)
    work.execute("insert into raw._extracts values (?, 'orders', ?, ?)", [source, len(goods) + len(bads), number])
    if complete:
        work.execute("insert into raw._dlt_loads values (?, 0)", [number])


def orders(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": n, "total_price": "10.00"} | more for n in range(count)]


def count(work: duckdb.DuckDBPyConnection, table: str) -> int:
    [(found,)] = work.execute(f"select count(*) from raw.{table}").fetchall()
    return int(found)


def test_a_load_is_looked_at_once_and_says_what_feeds_which_model(work: duckdb.DuckDBPyConnection) -> None:
    load(work, "1", orders(30, note="x"))
    register(work, [ORDERS])
    register(work, [ORDERS])

    [held] = registered(work)
    assert (held.source_name, held.connector, held.api, held.entity) == ("shop", "shopify", "rest", "orders")
    assert held.master_model == "platform_mm__orders"
    assert held.loads == 1
    assert dict(held.verdicts) == {"required": 2, "optional": 1}
    assert drift_notices(work, ["shop"], []) == []
    assert work.execute("select path, holders, seen, types from raw._payload_paths order by 1").fetchall() == [
        ("id", 30, 30, {"number": 30}),
        ("note", 30, 30, {"text": 30}),
        ("total_price", 30, 30, {"text": 30}),
    ]


def test_drift_is_recorded_and_noticed_until_a_snapshot_holds_its_load(work: duckdb.DuckDBPyConnection) -> None:
    load(work, "1", orders(30, note="x"))
    register(work, [ORDERS])
    load(work, "2", orders(30))
    register(work, [ORDERS])

    [notice] = drift_notices(work, ["shop"], ["1"])
    assert notice == "shop: the form of orders has changed: note is gone."
    assert drift_notices(work, ["shop"], ["1", "2"]) == []
    assert drift_notices(work, ["another"], ["1"]) == []
    assert drift(work, 10) == [("2", "shop", "orders", Change("gone", "note", "all of 30", "none of 30"))]
    load(work, "3", orders(30))
    register(work, [ORDERS])
    assert registered(work)[0].missing == ["note"]
    assert count(work, "_drift") == 1


def test_records_in_quarantine_tell_of_drift_as_well(work: duckdb.DuckDBPyConnection) -> None:
    load(work, "1", orders(30))
    register(work, [ORDERS])
    load(work, "2", [], [{"id": n, "total": "10.00"} for n in range(30)] + [None])
    register(work, [ORDERS])

    [notice] = drift_notices(work, ["shop"], ["1"])
    assert "total_price is now called total" in notice


def test_loads_that_were_missed_are_made_up_for_and_unfinished_ones_left(work: duckdb.DuckDBPyConnection) -> None:
    load(work, "1", orders(30, note="x"))
    load(work, "2", orders(30))
    load(work, "3", orders(30, more=1), complete=False)
    register(work, [ORDERS])

    assert registered(work)[0].loads == 2
    assert [change.path for *_, change in drift(work, 10)] == ["note"]


def test_a_sample_comes_from_all_over_a_load_whatever_its_size(work: duckdb.DuckDBPyConnection) -> None:
    work.execute(
        """
        insert into raw.shopify__orders
        select if(i % 2 = 0, 'shop', 'other'), i::varchar,
               json_object('id', i, 'total_price', '1', 'tenth', (i * 10 // 50000)::varchar), '1'
        from range(50000) as r(i)
        """
    )
    load(work, "1", [], [{"id": n} for n in range(500)])
    work.execute("update raw._extracts set appended = 25500")
    register(work, [ORDERS])

    [(sampled,)] = work.execute("select sampled from raw._registry").fetchall()
    assert SAMPLE - 20 < sampled <= SAMPLE
    [(with_total,)] = work.execute("select seen from raw._payload_paths where path = 'total_price'").fetchall()
    assert sampled - with_total == 4  # the share of what is in quarantine


def test_another_source_and_another_api_have_a_history_of_their_own(work: duckdb.DuckDBPyConnection) -> None:
    load(work, "1", orders(30, note="x"))
    register(work, [ORDERS])
    load(work, "2", orders(30), source="other")
    load(work, "3", orders(30, lineItems=[]))
    register(work, [replace(ORDERS, source_name="other"), replace(ORDERS, api="graphql")])

    assert count(work, "_drift") == 0
