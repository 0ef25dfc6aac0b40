"""Whether a build may be incremental, and over which loads.

The models that parse JSON keep what they made of earlier loads. That holds only while everything is as the last good
build left it; wherever it is not sure, the answer is a full build.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from warehouse.names import RAW_SCHEMA, quote
from warehouse.raw import COMPLETED_LOADS, entity_tables, is_loaded, raw_tables

# what parses JSON and is replaced order by order
INCREMENTAL_MODELS = (
    "int_order_cancellations",
    "int_refund_records",
    "int_unified_order_lines",
    "int_unified_orders",
    "int_unified_refund_lines",
)
_SCHEMA = "intermediate"
_STATE = f"{RAW_SCHEMA}._build_state"
# beyond this part of all rows, replacing costs more than building anew
_MOST_NEW = 0.25


@dataclass(frozen=True)
class New:
    """What the models have not seen: completed loads, and the raw tables that they brought rows of."""

    loads: tuple[str, ...]
    tables: tuple[str, ...]


def new_rows(connection: duckdb.DuckDBPyConnection, fingerprint: str) -> New | None:
    """What the models have not seen; None where they must be built from every row.

    connection: to the work database. None unless the last build succeeded under the same fingerprint (project, tenant
    settings, package), its loads are all still there, its tables have the rows it left, no raw table has come since,
    and little is new.
    """
    if not is_loaded(connection) or "_build_state" not in raw_tables(connection):
        return None
    state = connection.execute(f"select fingerprint, loads, tables, counts from {_STATE}").fetchall()
    if len(state) != 1 or state[0][0] != fingerprint:
        return None
    built, completed = set(state[0][1]), set(_completed(connection))
    if not built <= completed or list(state[0][2]) != entity_tables(connection):
        return None
    if list(state[0][3]) != _counts(connection):
        return None
    loads = sorted(completed - built)
    rows = _rows(connection, loads)
    new, held = sum(new for new, _ in rows.values()), sum(held for _, held in rows.values())
    if held and new / held > _MOST_NEW:
        return None
    tables = {table for table, (new, _) in rows.items() if new} | _emptied(connection, loads)
    return New(tuple(loads), tuple(sorted(tables)))


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Before a build: until it succeeds, nothing is known of its tables."""
    if is_loaded(connection):
        columns = "fingerprint varchar, loads varchar[], tables varchar[], counts bigint[]"
        connection.execute(f"create table if not exists {_STATE} ({columns})")
        connection.execute(f"delete from {_STATE}")


def remember(connection: duckdb.DuckDBPyConnection, fingerprint: str) -> None:
    """After a build that succeeded: what its tables were made from."""
    if is_loaded(connection):
        connection.execute(
            f"insert into {_STATE} values (?, ?, ?, ?)",
            [fingerprint, _completed(connection), entity_tables(connection), _counts(connection)],
        )


def _completed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(f"select load_id from ({COMPLETED_LOADS}) order by 1").fetchall()
    return [load for (load,) in found]


def _counts(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """The rows of each incremental model; -1 for one that does not exist."""
    found = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ? and database_name = current_database()", [_SCHEMA]
    ).fetchall()
    tables, counts = {table for (table,) in found}, []
    for model in INCREMENTAL_MODELS:
        query = f"select count(*) from {_SCHEMA}.{quote(model)}" if model in tables else "select -1"
        counts += [int(count) for (count,) in connection.execute(query).fetchall()]
    return counts


def _rows(connection: duckdb.DuckDBPyConnection, loads: Sequence[str]) -> dict[str, tuple[int, int]]:
    """For each raw table, the rows that came with some loads, and all rows."""
    counted = {}
    for table in entity_tables(connection):
        [(new, held)] = connection.execute(
            f"""select count(*) filter (_dlt_load_id in (select unnest($loads))), count(*)
                from {RAW_SCHEMA}.{quote(table)}""",
            {"loads": list(loads)},
        ).fetchall()
        counted[table] = (new, held)
    return counted


def _emptied(connection: duckdb.DuckDBPyConnection, loads: Sequence[str]) -> set[str]:
    """The raw tables of sets that some loads brought a version of, be it one without members."""
    if "_sets" not in raw_tables(connection):
        return set()
    found = connection.execute(
        f"select distinct entity from {RAW_SCHEMA}._sets where _dlt_load_id in (select unnest(?))", [list(loads)]
    ).fetchall()
    entities = {entity for (entity,) in found}
    return {table for table in entity_tables(connection) if table.split("__", 1)[1] in entities}
