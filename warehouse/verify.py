"""What must hold before a build is published: the star agrees with the raw payloads, and nothing has collapsed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import duckdb

from warehouse.errors import RefreshError, quoted
from warehouse.names import GOLD_SCHEMA, RAW_SCHEMA, quote
from warehouse.raw import raw_tables
from warehouse.reconcile import reconcile
from warehouse.registry import SourceEntity
from warehouse.store import Version

ALLOWED_FALL = Decimal("0.20")
ALLOWED_FALL_ROWS = 10
ALLOWED_BAD = Decimal("0.01")
ALLOWED_BAD_RECORDS = 10

_HOW_TO_ACCEPT = "Correct the export and refresh again, or publish it as it is with --accept."


def verify(
    connection: duckdb.DuckDBPyConnection, entities: Sequence[SourceEntity], served: Version | None, *, accept: bool
) -> list[str]:
    """Check a build in the work database against raw and against the snapshot served.

    entities: every entity of every configured source. Raises RefreshError (verify_failed) with one sentence that names
    source, counts and the next step. With `accept`, what only looks like a mistake of the delivery (too many bad
    records, a collapse) is returned as notices instead.
    """
    reconcile(connection, entities)
    sources = list(dict.fromkeys(entity.source_name for entity in entities))
    with _served(connection, served):
        doubts = [*_quarantined(connection, sources, served), *_collapsed(connection, sources, served)]
    if doubts and not accept:
        raise RefreshError("verify_failed", f"{doubts[0][1]} {_HOW_TO_ACCEPT}", source=doubts[0][0], retry_safe=False)
    return [f"Accepted: {text}" for _, text in doubts]


@contextmanager
def _served(connection: duckdb.DuckDBPyConnection, served: Version | None) -> Iterator[None]:
    if served is None:
        yield
        return
    path = str(served.gold_file).replace("'", "''")
    connection.execute(f"attach '{path}' as served (read_only)")
    try:
        yield
    finally:
        connection.execute("detach served")


def _quarantined(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[str], served: Version | None
) -> Iterator[tuple[str, str]]:
    # Only what the served snapshot does not hold is judged, so a load that stopped once stops again. Of a file only
    # its last delivery counts: who mends the file is done.
    if "_extracts" not in raw_tables(connection):
        return
    known = "select load_id from served.main._dlt_loads where status = 0" if served else "select null where false"
    found = connection.execute(
        f"""
        with deliveries as (
            select * from {RAW_SCHEMA}._extracts
            qualify row_number() over (partition by source_name, entity, file order by _dlt_load_id desc) = 1
        )
        select source_name, entity, sum(extracted), sum(quarantined) from deliveries
        where _dlt_load_id not in ({known}) and source_name in (select unnest($sources))
        group by source_name, entity, _dlt_load_id
        having sum(quarantined) > {ALLOWED_BAD_RECORDS} and sum(quarantined) > {ALLOWED_BAD} * sum(extracted)
        order by 1, 2
        """,
        {"sources": list(sources)},
    ).fetchall()
    for source, entity, extracted, bad in found:
        share = f"{bad:,} of {extracted:,} records of {entity}"
        yield source, f"Source {quoted(source)}: {share} cannot be used, more than {ALLOWED_BAD:.0%}."


def _collapsed(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[str], served: Version | None
) -> Iterator[tuple[str, str]]:
    if served is None:
        return
    facts = connection.execute(
        """
        select table_name from duckdb_columns()
        where column_name = 'source_name' and starts_with(table_name, 'fct_')
          and ((database_name = 'served' and schema_name = 'main')
               or (database_name = current_database() and schema_name = ?))
        group by 1 having count(*) = 2 order by 1
        """,
        [GOLD_SCHEMA],
    ).fetchall()
    for (fact,) in facts:
        found = connection.execute(
            f"""
            select source_name, before.n, coalesce(now.n, 0)
            from (select source_name, count(*) as n from served.main.{quote(fact)} group by all) as before
            left join (select source_name, count(*) as n from {GOLD_SCHEMA}.{quote(fact)} group by all) as now
                using (source_name)
            where source_name in (select unnest($sources))
            order by 1
            """,
            {"sources": list(sources)},
        ).fetchall()
        for source, before, now in found:
            if before - now > ALLOWED_FALL_ROWS and before - now > ALLOWED_FALL * before:
                fall = f"the rows of {fact} fell from {before:,} to {now:,}"
                yield source, f"Source {quoted(source)}: {fall}, by more than {ALLOWED_FALL:.0%}."
