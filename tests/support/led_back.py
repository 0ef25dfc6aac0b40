"""Three stores' gold made by hand, with its ledger and the raw layer that it would have come from."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from typing import Any

import duckdb
from gold import THREE_STORES, catalog_of, three_stores, write_gold

from ingest.envelope import payload_hash
from warehouse.gold import open_gold
from warehouse.lineage import LEDGER_TABLES
from warehouse.lineage_answer import Lineage
from warehouse.lineage_payloads import raw_chains
from warehouse.lineage_trace import trace
from warehouse.plan import calendar_of
from warehouse.query import MetricQuery

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
LOADED = "timestamptz '2026-04-01 05:00:00+00'"
BUILT = "timestamptz '2026-04-01 05:01:00+00'"

# lines bear their order's payload, as with Shopify; refunds come in a second load
_BEARERS = {"fct_orders": ("orders", "1.5"), "fct_order_lines": ("orders", "1.5"), "fct_refunds": ("refunds", "2.5")}
_RAW = """
create table raw.shopify__{entity} (source_name varchar, source_id varchar, payload json, payload_hash varchar,
                                    file varchar, line bigint, _dlt_load_id varchar)
"""


class LedBack:
    """A number asked of that gold, led back to that raw layer; both may be spoilt first."""

    def __init__(self, folder: Path) -> None:
        self.gold = folder / "gold.duckdb"
        self.raw = folder / "wh.duckdb"
        self._spill = folder / "spill"

    @staticmethod
    def copy_of(base: Path, folder: Path) -> "LedBack":
        """A copy to spoil of one that `build` left in the folder `base`."""
        star = LedBack(folder)
        for file in (star.gold, star.raw):
            copy(base / file.name, file)
        return star

    def build(self) -> None:
        write_gold(self.gold, three_stores())
        with self.writing() as connection:
            for table, columns in LEDGER_TABLES.items():
                connection.execute(f"create table star.{table} ({columns})")
            connection.create_function("digest", lambda text: payload_hash(text.encode()), ["VARCHAR"], "VARCHAR")
            connection.execute("create schema raw")
            for entity in ("orders", "refunds"):
                connection.execute(_RAW.format(entity=entity))
            for invocation, at in (("older", LOADED), ("i1", BUILT)):
                connection.execute(
                    f"insert into star._dlt_dbt_invocations values ('{invocation}', {at}, {at}, true, '1', null, null)"
                )
            for load in ("1.5", "2.5"):
                connection.execute(f"insert into star._dlt_loads values ('{load}', 'acme', 0, {LOADED}, 'h')")
            for fact, (entity, load) in _BEARERS.items():
                self._bear(connection, fact, entity, load)

    @staticmethod
    def _bear(connection: duckdb.DuckDBPyConnection, fact: str, entity: str, load: str) -> None:
        key = "order_key" if entity == "orders" else "refund_line_key"
        payload = f"""'{{"key":"' || {key} || '"}}'"""
        connection.execute(f"update star.{fact} set payload_hash = digest({payload}), _dlt_load_id = '{load}'")
        connection.execute(f"insert into star._dlt_loads values ('{load}', 'dbt.{fact}', 1, {BUILT}, 'c')")
        for invocation, rows in (("older", "1"), ("i1", f"(select count(*) from star.{fact})")):
            connection.execute(
                f"""insert into star._dlt_dbt_model_runs by name
                    select '{invocation}' as invocation_id, 'model.gata.{fact}' as unique_id, 'success' as status,
                           'model' as resource_type, {BUILT} as completed_at, {rows} as rows"""
            )
        if fact != "fct_order_lines":
            connection.execute(
                f"""insert into raw.shopify__{entity}
                    select source_name, {key}, {payload}, payload_hash, '{entity}.jsonl', row_number() over (), '{load}'
                    from star.{fact}"""
            )

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the raw layer, with the gold file attached as star."""
        with duckdb.connect(str(self.raw)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{self.gold}' as star")
            yield connection

    def spoil(self, *statements: str) -> None:
        with self.writing() as connection:
            for statement in statements:
                connection.execute(statement)

    def of(self, metric: str, *, printed: int = 0, **question: Any) -> Lineage:
        """The whole lineage of a metric under period and where."""
        catalog = catalog_of(self.gold, THREE_STORES)
        arguments: Mapping[str, object] = {"metrics": [metric], **question}
        query = MetricQuery.parse(arguments)
        connection = open_gold(self.gold, temp_directory=self._spill)
        try:
            traced = trace(catalog, connection, query, NOW, 30)
        finally:
            connection.close()
        today = calendar_of(catalog).today(NOW)
        return traced.with_raw(
            tuple(raw_chains(self.raw, self.gold, catalog, query, today, payload_hash, self._spill, printed))
        )
