"""Raw DuckDB SQL against query_metric over MCP stdio, in one run.

    uv run python bench/query.py [ORDERS]

Publishes a synthetic star of ORDERS orders (default 1,000,000) with two lines each, starts `gata-mcp serve` on it and
asks five questions through the SDK's own client; prints p50 and p95 of both in milliseconds and their ratio. A server
keeps the answers of a snapshot, so each round asks for another period where the question has one.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from warehouse.build import mart_meta
from warehouse.dbt_runner import parsed_manifest
from warehouse.home import Home, replace_text
from warehouse.publish import PublishedSource, publish
from warehouse.store import FileStore
from warehouse.tenants import SourceConfig, Tenant

ROUNDS = 20
SLUG = "bench"
TENANT = Tenant(
    slug=SLUG,
    name="Bench",
    timezone="UTC",
    currency="USD",
    sources={"shopify": SourceConfig(name="shopify", connector="shopify", files=Path())},
)
STAR = """
create schema gold;
create table n as select
    i,
    '2024-01-01'::date + (hash(i) % 1020)::integer as day,
    (1 + hash(i, 1) % 50000 / 100.0)::decimal(18, 4) as amount,
    ['paid', 'paid', 'paid', 'refunded', 'pending'][1 + (hash(i, 2) % 5)::integer] as status,
    ['United States', 'Germany', 'France', null][1 + (hash(i, 3) % 4)::integer] as country,
    hash(i, 4) % 200000 as person
from range({orders}) t(i);
"""


def star(file: Path, orders: int, columns: dict[str, dict[str, str]]) -> None:
    """Write gold tables of the marts' own columns, filled from what a column is called."""
    known = {
        "order_date": "day", "refund_date": "day", "ordered_at": "day::timestamptz", "refunded_at": "day::timestamptz",
        "updated_at": "day::timestamptz", "order_status": "status", "customer_country": "country",
        "order_key": "'o' || i", "order_id": "i", "order_line_key": "'l' || i || '-' || k", "line_number": "k",
        "refund_line_key": "'r' || i", "refund_id": "i", "person_key": "'p' || person", "is_counted": "i % 50 != 0",
        "is_first_order": "i % 4 = 0", "customer_type": "case when i % 4 = 0 then 'new' else 'returning' end",
        "channel": "'Unattributed'", "source_name": "'shopify'", "platform": "'shopify'", "currency": "'USD'",
        "kind": "'item'", "quantity": "1 + i % 3", "product_id": "hash(i, k) % 5000",
        "product_title": "'Product ' || hash(i, k) % 5000", "product_sku": "'S' || hash(i, k) % 5000",
        "product_vendor": "'V' || hash(i, k) % 50", "discount_amount": "round(amount / 20, 2)",
    }  # fmt: skip
    rows = {"fct_orders": "n, (select 1 as k)", "fct_order_lines": "n, (values (1), (2)) v(k)"}
    with duckdb.connect(str(file)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(STAR.format(orders=orders))
        for mart, types in columns.items():
            cells = []
            for name, kind in types.items():
                default = "amount" if name.endswith("_amount") else "false" if name.startswith("is_") else "null"
                plain = name.removeprefix("native_")
                cells.append(f'({known.get(plain, default)})::{kind} as "{name}"')
            source = rows.get(mart, "(select * from n where i % 20 = 0), (select 1 as k)")
            if mart.startswith("dim_"):
                source += " where false"
            connection.execute(f"create table gold.{mart} as select {', '.join(cells)} from {source}")


def questions(round_: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """Each question as SQL and as a call, over a period that differs from round to round."""
    start = f"2024-01-{1 + round_:02d}"
    days = f"order_date between '{start}' and '2026-10-16'"
    period = f"{start}..2026-10-16"
    return {
        "total": (
            f"select sum(total_amount) from fct_orders where is_counted and {days}",
            {"metrics": ["total_revenue"], "period": period},
        ),
        "by month": (
            f"select date_trunc('month', order_date), sum(total_amount) from fct_orders where is_counted and {days} "
            "group by 1 order by 1",
            {"metrics": ["total_revenue"], "grain": "month", "period": period},
        ),
        "status x month, filtered": (
            "select date_trunc('month', order_date), order_status, sum(total_amount) from fct_orders "
            f"where is_counted and customer_country = 'Germany' and {days} group by 1, 2 order by 1, 2",
            {
                "metrics": ["total_revenue"],
                "group_by": ["order_status"],
                "grain": "month",
                "where": [{"field": "customer_country", "value": "Germany"}],
                "period": period,
            },
        ),
        "top 10 products": (
            f"select product_title, sum(gross_amount) from fct_order_lines where is_counted and {days} "
            "group by 1 order by 2 desc limit 10",
            {"metrics": ["gross_sales"], "group_by": ["product_title"], "limit": 10, "period": period},
        ),
        "average order value": (
            f"select (select sum(gross_amount) - sum(discount_amount) from fct_order_lines where is_counted and {days})"
            f" / (select count(*) from fct_orders where is_counted and {days})",
            {"metrics": ["average_order_value"], "period": period},
        ),
    }


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


async def measure(home: Home) -> None:
    version = FileStore(home.tenant(SLUG)).current()
    assert version is not None
    raw: dict[str, list[float]] = {name: [] for name in questions(0)}
    with duckdb.connect(str(version.gold_file), read_only=True) as connection:
        for round_ in range(ROUNDS + 1):
            for name, (sql, _) in questions(round_).items():
                raw[name].append(timed(lambda sql=sql: connection.execute(sql).fetchall()))
    server = StdioServerParameters(
        command=sys.executable, args=["-c", "from server.cli import main; main()", "serve", "--home", str(home.root)]
    )
    asked: dict[str, list[float]] = {name: [] for name in questions(0)}
    async with Client(stdio_client(server)) as client:
        for round_ in range(ROUNDS + 1):
            for name, (_, call) in questions(round_).items():
                started = time.perf_counter()
                result = await client.call_tool("query_metric", {"tenant": SLUG, **call})
                asked[name].append((time.perf_counter() - started) * 1000)
                assert not result.is_error, result.content
    write = sys.stdout.write
    write(f"{'question':28}{'raw p50':>9}{'p95':>9}{'stdio p50':>11}{'p95':>9}{'ratio':>8}{'added ms':>10}\n")
    for name in raw:
        # the first round compiles plans and warms caches on both sides
        (raw50, raw95), (ask50, ask95) = percentiles(raw[name][1:]), percentiles(asked[name][1:])
        write(f"{name:28}{raw50:9.1f}{raw95:9.1f}{ask50:11.1f}{ask95:9.1f}{ask50 / raw50:8.2f}{ask50 - raw50:10.1f}\n")
    write(f"first round over stdio: {', '.join(f'{name} {times[0]:.0f} ms' for name, times in asked.items())}\n")


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    meta = mart_meta(parsed_manifest().nodes.values())
    columns = {
        mart: {name: column["data_type"] for name, column in body["columns"].items()} for mart, body in meta.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        replace_text(
            home.tenants_file,
            f"tenants:\n  {SLUG}:\n    name: Bench\n    timezone: UTC\n    currency: USD\n"
            "    sources:\n      shopify: {files: .}\n",
        )
        store = FileStore(home.tenant(SLUG))
        with store.writer() as warehouse:
            star(warehouse, orders, columns)
            source = PublishedSource("shopify", "shopify", ("store",))
            publish(store, warehouse, TENANT, meta, [source], [], "bench")
        asyncio.run(measure(home))


if __name__ == "__main__":
    main()
