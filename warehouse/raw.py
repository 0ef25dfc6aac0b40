"""The raw layer in the work database: its tables, and which of its loads are complete."""

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
