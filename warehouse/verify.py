"""What must hold before a build is published: the star agrees with the raw payloads, and nothing has collapsed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from warehouse.errors import RefreshError, quoted
from warehouse.names import GOLD_SCHEMA, RAW_SCHEMA, quote
from warehouse.raw import COMPLETED_LOADS, raw_tables
from warehouse.store import Version

ALLOWED_FALL = Decimal("0.20")
ALLOWED_FALL_ROWS = 10
ALLOWED_BAD = Decimal("0.01")
ALLOWED_BAD_RECORDS = 10
GUARDED_FACTS = ("fct_orders", "fct_order_lines", "fct_refunds")

_HOW_TO_ACCEPT = "Correct the export and refresh again, or publish it as it is with --accept."


@dataclass(frozen=True)
class OrderTotals:
    """Where a source's orders lie in raw, and the path of the amount that an order comes to, e.g. total_price."""

    source_name: str
    table: str
    path: str


def verify(
    connection: duckdb.DuckDBPyConnection, orders: Sequence[OrderTotals], served: Version | None, *, accept: bool
) -> list[str]:
    """Check a build in the work database against raw and against the snapshot served.

    Raises RefreshError (verify_failed) with one sentence that names source, counts and the next step. With `accept`,
    what only looks like a mistake of the delivery (too many bad records, a collapse) is returned as notices instead.
    """
    for source in orders:
        _reconcile(connection, source)
    sources = [source.source_name for source in orders]
    with _served(connection, served):
        doubts = [*_quarantined(connection, sources, served), *_collapsed(connection, sources, served)]
    if doubts and not accept:
        raise RefreshError("verify_failed", f"{doubts[0][1]} {_HOW_TO_ACCEPT}", source=doubts[0][0], retry_safe=False)
    return [f"Accepted: {text}" for _, text in doubts]


def _reconcile(connection: duckdb.DuckDBPyConnection, source: OrderTotals) -> None:
    raw = (0, Decimal(0))
    if source.table in raw_tables(connection):
        raw = _count_and_sum(
            connection,
            f"""
            with versions as (
                select rowid as row_id, source_id, updated_at, _dlt_load_id, payload_hash
                from {RAW_SCHEMA}.{quote(source.table)}
                where source_name = $source and _dlt_load_id in ({COMPLETED_LOADS})
            ),
            latest as (
                select row_id from versions
                qualify row_number() over (
                    partition by source_id order by updated_at desc nulls last, _dlt_load_id desc, payload_hash desc
                ) = 1
            )
            select count(*), sum(json_extract_string(payload, $path)::decimal(18, 4))
            from {RAW_SCHEMA}.{quote(source.table)} as raw where rowid in (select row_id from latest)
            """,
            {"source": source.source_name, "path": f"$.{source.path}"},
        )
    star = _count_and_sum(
        connection,
        f"select count(*), sum(native_total_amount) from {GOLD_SCHEMA}.fct_orders where source_name = $source",
        {"source": source.source_name},
    )
    if raw != star:
        raise RefreshError(
            "verify_failed",
            f"Source {quoted(source.source_name)} does not reconcile: its payloads hold {_orders(raw)}, the star "
            f"{_orders(star)}. Report it with the connector's name; --full builds the star anew.",
            source=source.source_name,
            retry_safe=False,
        )


def _count_and_sum(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, str]
) -> tuple[int, Decimal]:
    [(count, total)] = connection.execute(query, parameters).fetchall()
    return count, total or Decimal(0)


def _orders(found: tuple[int, Decimal]) -> str:
    count, total = found
    return f"{count:,} order{'' if count == 1 else 's'} of {total.normalize():,f} in all"


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
    held = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'served' and schema_name = 'main'"
        ).fetchall()
    }
    for fact in GUARDED_FACTS:
        if fact not in held:
            continue
        found = connection.execute(
            f"""
            select source_name, before.n, coalesce(now.n, 0)
            from (select source_name, count(*) as n from served.main.{fact} group by all) as before
            left join (select source_name, count(*) as n from {GOLD_SCHEMA}.{fact} group by all) as now
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
