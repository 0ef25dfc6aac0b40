"""A home with one small Shopify tenant and its exports, and a stand-in for dbt that builds its star in a few lines."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

import ingest.refresh
from ingest.connector import connector_options
from ingest.refresh import refresh
from ingest.runs import Options, RunDocument
from warehouse.build import BuildReport, ModelRun
from warehouse.home import Home, TenantHome
from warehouse.raw import raw_tables
from warehouse.store import FileStore, Version
from warehouse.tenants import Tenant, load_tenants

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


def order(number: int, total: str = "10.00", updated: int = 0, **more: Any) -> dict[str, Any]:
    """A Shopify order of 5 October; updated: minutes after noon."""
    return {
        "id": number,
        "created_at": NOON.isoformat(),
        "updated_at": (NOON + timedelta(minutes=updated)).isoformat(),
        "total_price": total,
        "currency": "USD",
    } | more


@dataclass
class Shop:
    """One tenant, `acme`, with the sources named."""

    root: Path
    sources: Sequence[str] = ("shopify",)
    currency: str = "USD"

    def __post_init__(self) -> None:
        for source in self.sources:
            self.folder(source).mkdir(parents=True, exist_ok=True)
        lines = [f"      {source}: {{connector: shopify, files: exports/{source}}}" for source in self.sources]
        (self.root / "tenants.yml").write_text(
            "\n".join(
                [
                    "tenants:",
                    "  acme:",
                    "    name: Acme",
                    "    timezone: America/New_York",
                    f"    currency: {self.currency}",
                    "    sources:",
                    *lines,
                ]
            )
        )

    @property
    def tenant(self) -> Tenant:
        return load_tenants(Home(self.root).tenants_file, connector_options())["acme"]

    @property
    def home(self) -> TenantHome:
        return Home(self.root).tenant("acme")

    @property
    def served(self) -> Version | None:
        return FileStore(self.home).current()

    def folder(self, source: str = "shopify") -> Path:
        return self.root / "exports" / source

    def deliver(
        self, *records: Any, name: str = "orders.jsonl", source: str = "shopify", minutes: int | None = None
    ) -> Path:
        """Write an export, one record a line (a text as it is); minutes after noon it is said to have been written."""
        path = self.folder(source) / name
        path.write_text("".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in records), encoding="utf-8")
        if minutes is not None:
            moment = (NOON + timedelta(minutes=minutes)).timestamp()
            os.utime(path, (moment, moment))
        return path

    def refresh(
        self,
        *,
        on_progress: Callable[[RunDocument], None] = lambda run: None,
        is_cancelled: Callable[[], bool] = lambda: False,
        **options: Any,
    ) -> RunDocument:
        return refresh(self.tenant, self.home, Options(**options), lambda run: None, on_progress, is_cancelled)

    def gold(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the snapshot that is served."""
        version = self.served
        assert version is not None, "nothing has been published"
        with duckdb.connect(str(version.gold_file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def raw(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home.warehouse_file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def write(self, *statements: str) -> None:
        """Change the work database by hand."""
        with duckdb.connect(str(self.home.warehouse_file)) as connection:
            for statement in statements:
                connection.execute(statement)

    def total(self) -> tuple[int, str]:
        """Count and total of the orders served."""
        [(count, total)] = self.gold("select count(*), sum(native_total_amount)::varchar from fct_orders")
        return count, total


_STAR = """
create schema if not exists gold;
create or replace table gold.fct_orders as
select source_name, source_id as order_id, source_name || source_id as order_key, true as is_counted, 'USD' as currency,
       ((payload ->> 'created_at')::timestamptz at time zone 'America/New_York')::date as order_date,
       (payload ->> 'total_price')::decimal(18, 4) as native_total_amount,
       (payload ->> 'total_price')::decimal(18, 4) as total_amount, payload_hash, _dlt_load_id
from raw.shopify__orders
qualify row_number() over (
    partition by source_name, source_id order by updated_at desc nulls last, _dlt_load_id desc, payload_hash desc) = 1;
create or replace table gold.fct_order_lines as select source_name, order_id, order_date from gold.fct_orders;
create or replace table gold.fct_refunds as
select source_name, order_id as refund_id, 'item' as kind, order_date as refund_date from gold.fct_orders limit 0;
"""

META: dict[str, dict[str, Any]] = {
    "fct_orders": {
        "meta": {
            "fact": "orders",
            "date": "order_date",
            "day": "order day",
            "requires": ["store"],
            "dimensions": ["source_name"],
            "measures": {"orders_sum": {"agg": "sum", "column": "total_amount", "filter": ["is_counted"]}},
            "metrics": {
                "total_revenue": {
                    "label": "Total revenue",
                    "description": "All of it.",
                    "unit": "currency",
                    "requires": ["store"],
                    "measure": "orders_sum",
                }
            },
        },
        "columns": {"source_name": {"description": "The store.", "meta": {"dimension": {"label": "Store"}}}},
    },
    "fct_order_lines": {"meta": {}, "columns": {}},
    "fct_refunds": {
        "meta": {
            "fact": "refunds",
            "date": "refund_date",
            "day": "return day",
            "requires": ["store"],
            "dimensions": ["source_name"],
            "measures": {},
        },
        "columns": {},
    },
}


class StandIn:
    """Builds the star in place of dbt, or fails as it is told to."""

    def __init__(self) -> None:
        self.runs = 0
        self.full = False
        self.failing: str | None = None
        self.raising: Exception | None = None
        self.statement = ""

    def install(self, put: Callable[[object, str, object], None]) -> "StandIn":
        """Take dbt's place in the refresh; put: setattr, or a monkeypatch's."""
        put(ingest.refresh, "build", self)
        put(ingest.refresh, "assumption_notices", lambda connection: [])
        return self

    def __call__(
        self,
        tenant: Tenant,
        home: TenantHome,
        pipeline: Any,
        on_model: Callable[[int, int, str], None],
        *,
        full: bool = False,
    ) -> BuildReport:
        self.runs += 1
        self.full = full
        started = datetime.now(UTC)
        if self.raising:
            raise self.raising
        with duckdb.connect(str(home.warehouse_file)) as connection:
            if not self.failing and "shopify__orders" in raw_tables(connection):
                connection.execute(_STAR)
                if self.statement:
                    connection.execute(self.statement)
        models = []
        for done, mart in enumerate(META, start=1):
            models.append(_model_run(mart, started, "error" if self.failing == mart else "success"))
            on_model(done, len(META), mart)
        return BuildReport(
            success=self.failing is None,
            invocation_id=f"invocation-{self.runs}",
            started_at=started,
            finished_at=datetime.now(UTC),
            dbt_version="0",
            vars={"tenant": {"slug": tenant.slug}},
            models=models,
            mart_meta=META,
            error=f"the model {self.failing} failed" if self.failing else None,
        )


def _model_run(name: str, started: datetime, status: str) -> ModelRun:
    return ModelRun(
        name=name,
        unique_id=f"model.gata.{name}",
        resource_type="model",
        relation_name=f'"wh"."gold"."{name}"',
        status=status,
        message="OK",
        seconds=0.1,
        rows=None,
        started_at=started,
        completed_at=started,
        depends_on=("source.gata.raw.shopify__orders",),
        source_tables=("shopify__orders",),
        checksum="abc",
        failures=None,
    )
