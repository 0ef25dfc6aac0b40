"""The history of a tenant's snapshots: each one carries what it holds itself and what those before it held.

So it moves with the pointer, and outlives the snapshots that expire and the work database.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from warehouse.names import quote
from warehouse.store import Version

KEPT_ENTRIES = 200
_FILE = "history.json"


@dataclass(frozen=True)
class SnapshotEntry:
    """One snapshot that was published; loads: how many its ledger holds; rows: by mart."""

    snapshot: str
    loads: int
    newest_load: str | None
    rows: dict[str, int]


def snapshot_history(version: Version | None) -> list[SnapshotEntry]:
    """What was published up to a snapshot, oldest first, the snapshot itself last."""
    if version is None:
        return []
    try:
        return [SnapshotEntry(**entry) for entry in json.loads((version.folder / _FILE).read_bytes())]
    except (FileNotFoundError, ValueError, TypeError):
        # a snapshot of an earlier version has none, and a damaged one keeps nobody from publishing
        return []


def write_history(folder: Path, version_id: str, gold: duckdb.DuckDBPyConnection, before: Version | None) -> None:
    """Write the history of a snapshot that is being made in a folder; gold: its database, complete."""
    names = gold.execute(
        "select table_name from duckdb_tables() where database_name = current_database() "
        "and not starts_with(table_name, '_') order by 1"
    ).fetchall()
    rows = {}
    for (name,) in names:
        [(rows[name],)] = gold.execute(f"select count(*) from {quote(name)}").fetchall()
    [(loads, newest)] = gold.execute(
        "select count(distinct load_id), max(load_id) from _dlt_loads where status = 0"
    ).fetchall()
    entries = [*snapshot_history(before), SnapshotEntry(version_id, loads, newest, rows)][-KEPT_ENTRIES:]
    (folder / _FILE).write_text(json.dumps([asdict(entry) for entry in entries]), encoding="utf-8")
