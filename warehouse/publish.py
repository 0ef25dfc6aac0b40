"""From a verified build to the snapshot that is served: gold, catalog, fingerprint."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from warehouse.catalog import Catalog, CatalogSource
from warehouse.cataloguing import build_catalog
from warehouse.lineage import LEDGER_TABLES
from warehouse.mart_meta import fact_marts
from warehouse.metrics_file import MetricsFile
from warehouse.names import GOLD_SCHEMA, RAW_SCHEMA, quote
from warehouse.own_metrics import with_own_metrics
from warehouse.semantic import semantic_yaml
from warehouse.snapshot_history import write_history
from warehouse.store import FileStore, Version, new_version_id
from warehouse.tenants import Tenant

_MEMORY = "2GB"


@dataclass(frozen=True)
class PublishedSource:
    """A configured source: its connector, and what that connector's data can answer (store, …).

    measures: the stores that a source of sessions measures, None for all of them.
    """

    name: str
    connector: str
    provides: tuple[str, ...]
    measures: tuple[str, ...] | None = None


def publish(
    store: FileStore,
    warehouse: Path,
    tenant: Tenant,
    mart_meta: Mapping[str, Mapping[str, object]],
    sources: Sequence[PublishedSource],
    notices: Sequence[str],
    fingerprint: str,
    own_metrics: MetricsFile | None = None,
) -> Catalog:
    """Copy the marts and the ledger of the work database into a snapshot and make it the current one.

    mart_meta: as in BuildReport; only marts named there are copied, facts ordered by their business date. own_metrics:
    those of metrics.yml; what is wrong with them is in the catalog's metric_notices. Returns the catalog that was
    published. Until the pointer moves, the last step, the snapshot before is served.
    """
    version_id = new_version_id()
    published: list[Catalog] = []

    def write(folder: Path) -> None:
        with duckdb.connect(str(folder / "gold.duckdb"), config={"memory_limit": _MEMORY}) as gold:
            gold.execute("set TimeZone = 'UTC'")
            _copy(gold, warehouse, mart_meta)
            catalog = build_catalog(
                mart_meta,
                tenant,
                version_id,
                datetime.now(UTC).replace(microsecond=0),
                _covered(gold, mart_meta, sources),
                notices,
                gold,
            )
            catalog = with_own_metrics(catalog, own_metrics or MetricsFile(), gold)
            write_history(folder, version_id, gold, store.current())
            gold.execute("checkpoint")
        _describe(folder, catalog, fingerprint)
        published.append(catalog)

    store.publish(version_id, write)
    return published[0]


def republish(store: FileStore, served: Version, own_metrics: MetricsFile) -> Catalog:
    """Publish the rows that are served once more, with other own metrics; returns the new catalog.

    For a metrics.yml that has changed while nothing else has: no model is run, and the gold is copied as it is.
    """
    version_id = new_version_id()
    published: list[Catalog] = []

    def write(folder: Path) -> None:
        before = Catalog.from_json(served.catalog_file.read_bytes())
        file = folder / served.gold_file.name
        shutil.copyfile(served.gold_file, file)
        now = datetime.now(UTC).replace(microsecond=0)
        renewed = before.model_copy(update={"snapshot": version_id, "refreshed_at": now})
        with duckdb.connect(str(file), read_only=True, config={"memory_limit": _MEMORY}) as gold:
            catalog = with_own_metrics(renewed, own_metrics, gold)
            write_history(folder, version_id, gold, served)
        _describe(folder, catalog, served.fingerprint_file.read_text(encoding="utf-8"))
        published.append(catalog)

    store.publish(version_id, write)
    return published[0]


def _describe(folder: Path, catalog: Catalog, fingerprint: str) -> None:
    (folder / "catalog.json").write_text(catalog.to_json(), encoding="utf-8")
    (folder / "semantic.yml").write_text(semantic_yaml(catalog), encoding="utf-8")
    (folder / "fingerprint").write_text(fingerprint, encoding="utf-8")


def _copy(gold: duckdb.DuckDBPyConnection, warehouse: Path, mart_meta: Mapping[str, Mapping[str, object]]) -> None:
    path = str(warehouse).replace("'", "''")
    gold.execute(f"attach '{path}' as wh (read_only)")
    existing = set(
        gold.execute("select schema_name, table_name from duckdb_tables() where database_name = 'wh'").fetchall()
    )
    for mart, body in sorted(mart_meta.items()):
        if (GOLD_SCHEMA, mart) in existing:
            meta = body.get("meta")
            day = meta.get("date") if isinstance(meta, Mapping) else None
            order = f" order by {quote(day)}" if isinstance(day, str) else ""
            gold.execute(f"create table {quote(mart)} as select * from wh.{GOLD_SCHEMA}.{quote(mart)}{order}")
    for table, columns in LEDGER_TABLES.items():
        # a star of sources that have brought nothing yet has a ledger as well, an empty one
        held = (RAW_SCHEMA, table) in existing
        content = f"as select * from wh.{RAW_SCHEMA}.{quote(table)}" if held else f"({columns})"
        gold.execute(f"create table {quote(table)} {content}")
    gold.execute("detach wh")


def _covered(
    gold: duckdb.DuckDBPyConnection,
    mart_meta: Mapping[str, Mapping[str, object]],
    sources: Sequence[PublishedSource],
) -> list[CatalogSource]:
    # for files: from the earliest to the latest business date of any record of the source
    days: dict[str, tuple[date, date]] = {}
    columns = set(gold.execute("select table_name, column_name from duckdb_columns()").fetchall())
    for mart in fact_marts(mart_meta):
        table, day = mart.table, quote(mart.meta.date)
        if {(table, mart.meta.date), (table, "source_name")} <= columns:
            for source, first, last in gold.execute(
                f"select source_name, min({day}), max({day}) from {quote(table)} where {day} is not null group by 1"
            ).fetchall():
                known = days.get(source, (first, last))
                days[source] = (min(first, known[0]), max(last, known[1]))
    return [
        CatalogSource(
            name=source.name,
            connector=source.connector,
            provides=source.provides,
            measures=source.measures,
            first_day=days[source.name][0] if source.name in days else None,
            data_through=days[source.name][1] if source.name in days else None,
        )
        for source in sources
    ]
