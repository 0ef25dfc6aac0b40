"""The vendors' words for the state of an order that are in no list: counted as pending, recorded and told."""

import duckdb

from warehouse.names import RAW_SCHEMA
from warehouse.raw import raw_tables
from warehouse.registry import REGISTRY_TABLES

_UNKNOWN = """
select source_name, coalesce(source_status, '') as word, count(*) as orders, min(_dlt_load_id) as _dlt_load_id
from intermediate.int_orders_classified where not is_status_known group by all
"""


def record_unknown_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Append to the drift every word that a source uses for the first time; connection: writing, after a build."""
    # a tenant whose sources have brought nothing yet has no raw schema to write to, and no words
    if not _is_built(connection) or not connection.execute(_UNKNOWN).fetchall():
        return
    if "_drift" not in raw_tables(connection):
        connection.execute(f"create table {RAW_SCHEMA}._drift ({REGISTRY_TABLES['_drift']})")
    connection.execute(
        f"""
        insert into {RAW_SCHEMA}._drift
        select _dlt_load_id, source_name, 'orders', 'unknown status', '', '', word, true from ({_UNKNOWN})
        where (source_name, word) not in (
            select (source_name, now) from {RAW_SCHEMA}._drift where kind = 'unknown status')
        order by all
        """
    )


def unknown_word_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """A sentence for each source whose orders bear such words now; connection: the work database."""
    if not _is_built(connection):
        return []
    found = connection.execute(
        f"""
        select source_name, sum(orders)::bigint, list(word order by orders desc, word) from ({_UNKNOWN})
        group by 1 order by 1
        """
    ).fetchall()
    return [
        f"{source}: {'1 order has' if count == 1 else f'{count:,} orders have'} a status that is not known "
        f"({_quoted(words)}) and {'stands' if count == 1 else 'stand'} as pending."
        for source, count, words in found
    ]


def _quoted(words: list[str]) -> str:
    more = [f"{len(words) - 3} more"] if len(words) > 3 else []
    return ", ".join([*(f'"{word}"' for word in words[:3]), *more])


def _is_built(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        """select 1 from duckdb_columns() where database_name = current_database() and schema_name = 'intermediate'
           and table_name = 'int_orders_classified' and column_name = 'is_status_known'"""
    ).fetchone()
    return found is not None
