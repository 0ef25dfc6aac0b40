"""The raw layer in the work database: its tables, and which of its loads are complete."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from warehouse.names import RAW_SCHEMA

# A load killed while it was archived stands twice in _dlt_loads, and the ledger adds rows of other statuses:
# never join the table itself.
COMPLETED_LOADS = f"select distinct load_id from {RAW_SCHEMA}._dlt_loads where status = 0"


def raw_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The names of the tables in the raw schema of the default database of a connection."""
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() and schema_name = ?",
        [RAW_SCHEMA],
    ).fetchall()
    return {name for (name,) in found}


def entity_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Those that hold payloads, in order."""
    return sorted(name for name in raw_tables(connection) if not name.startswith("_"))


def is_loaded(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any load may have been completed, so that the tables every load writes exist."""
    return {"_dlt_loads", "_dlt_pipeline_state", "_extracts"} <= raw_tables(connection)


def unpublished_loads(connection: duckdb.DuckDBPyConnection, gold_file: Path) -> list[str]:
    """The completed loads that brought rows and are not in the ledger of a snapshot, oldest first."""
    path = str(gold_file).replace("'", "''")
    connection.execute(f"attach '{path}' as served (read_only)")
    try:
        found = connection.execute(
            f"""
            select distinct _dlt_load_id from {RAW_SCHEMA}._extracts
            where appended > 0 and _dlt_load_id in ({COMPLETED_LOADS})
              and _dlt_load_id not in (select load_id from served.main._dlt_loads where status = 0)
            order by 1
            """
        ).fetchall()
    finally:
        connection.execute("detach served")
    return [load for (load,) in found]


def published_loads(connection: duckdb.DuckDBPyConnection, gold_file: Path | None) -> list[str]:
    """The loads in the ledger of a snapshot; none without one."""
    if gold_file is None:
        return []
    path = str(gold_file).replace("'", "''")
    connection.execute(f"attach '{path}' as served (read_only)")
    try:
        found = connection.execute("select distinct load_id from served.main._dlt_loads where status = 0").fetchall()
    finally:
        connection.execute("detach served")
    return [load for (load,) in found]


def quarantine_notices(connection: duckdb.DuckDBPyConnection, sources: Sequence[str]) -> list[str]:
    """A sentence for each entity whose files, as they were read last, hold records that cannot be used."""
    if "_extracts" not in raw_tables(connection):
        return []
    found = connection.execute(
        f"""
        with deliveries as (
            select * from {RAW_SCHEMA}._extracts
            qualify row_number() over (partition by source_name, entity, file order by _dlt_load_id desc) = 1
        )
        select source_name, entity, sum(quarantined)::bigint, list(file) from deliveries
        where source_name in (select unnest($sources)) and quarantined > 0 group by 1, 2 order by 1, 2
        """,
        {"sources": list(sources)},
    ).fetchall()
    notices = []
    for source, entity, count, files in found:
        first = connection.execute(
            f"""select file, line, reason from {RAW_SCHEMA}._quarantine where source_name = ? and entity = ?
                  and file in (select unnest(?)) order by _dlt_load_id desc, file, line limit 1""",
            [source, entity, files],
        ).fetchone()
        records, were = ("1 record", "was") if count == 1 else (f"{count:,} records", "were")
        example = f"{', for example' if count > 1 else ':'} {first[0]} line {first[1]}: {first[2]}" if first else "."
        notices.append(
            f"{source}: {records} of {entity} cannot be used and {were} left out{example} "
            "Mend the file and refresh again."
        )
    return notices
