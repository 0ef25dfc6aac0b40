"""The end of a number's lineage: the payloads behind its rows, found again in the raw layer of the work database.

Only the refresh worker opens that database, under the tenant's lock.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from warehouse.catalog import ORDER_KEY, Catalog
from warehouse.cumulative import lineage_plan
from warehouse.lineage_answer import ContextKind, ContextStep, FileOfPayloads, Payload, RawChain, RawStep
from warehouse.lineage_rows import BearingRows, bearing_rows
from warehouse.names import RAW_SCHEMA, quote
from warehouse.query import MetricQuery

LISTED_FILES = 20
LISTED_PAYLOADS = 10
# a hash is taken again of so many payloads at most: of a million it would take longer than the rest
MOST_HASHED = 50_000
_MEMORY = "1GB"
_BATCH = 2_000
_ORDERS = "fct_orders"
# the columns of an order, or of a fact's own rows, that name a payload which bears none of the amount
_CONTEXT: tuple[tuple[ContextKind, str, str], ...] = (
    ("attribution", "transaction_payload_hash", "transaction_load_id"),
    ("rate", "rate_payload_hash", "rate_load_id"),
)

Digest = Callable[[bytes], str]


def raw_chains(
    warehouse: Path,
    gold: Path,
    catalog: Catalog,
    query: MetricQuery,
    today: date,
    digest: Digest,
    spill: Path,
    printed: int = 0,
    listed: int = LISTED_PAYLOADS,
) -> list[RawChain]:
    """The raw end of the chain of each measure of a question.

    warehouse: the work database, which nobody else may write meanwhile; gold: that of the snapshot that answered.
    today: the tenant's day on which it did. digest: how the envelope hashed a payload. spill: where large joins may
    go. printed: how many payloads are given with their text; listed: how many are named at all.
    """
    with _attached(warehouse, gold, spill) as connection:
        raw = _Raw(connection, tuple(_entity_tables(connection)), digest, printed, max(printed, listed))
        orders = next((tuple(fact.columns) for fact in catalog.facts.values() if fact.table == _ORDERS), ())
        return [raw.chain(bearing, orders) for bearing in bearing_rows(catalog, lineage_plan(catalog, query, today))]


@contextmanager
def _attached(warehouse: Path, gold: Path, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"memory_limit": _MEMORY, "threads": 2}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set temp_directory = '{_text(spill)}'")
        connection.execute(f"attach '{_text(gold)}' as star (read_only)")
        if warehouse.exists():  # else nothing is found
            connection.execute(f"attach '{_text(warehouse)}' as wh (read_only)")
        yield connection


def _text(path: Path) -> str:
    return str(path).replace("'", "''")


def _entity_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'wh' and schema_name = ? order by 1", [RAW_SCHEMA]
    ).fetchall()
    return [name for (name,) in found if not name.startswith("_")]


@dataclass(frozen=True)
class _Raw:
    """The raw layer beside a snapshot; `named` and `found` are tables that each chain fills anew."""

    connection: duckdb.DuckDBPyConnection
    tables: tuple[str, ...]
    digest: Digest
    printed: int
    listed: int

    def chain(self, bearing: BearingRows, orders: Sequence[str]) -> RawChain:
        self._find(
            f"""select distinct {bearing.payloads}
                from star.{quote(bearing.table)}
                where {bearing.selected} and payload_hash is not null and _dlt_load_id is not null""",
            bearing,
        )
        raw = self._raw()
        self.connection.execute("create or replace table bearing as from named")
        context = [self._context(kind, sql, bearing) for kind, sql in _context_queries(bearing, orders)]
        return RawChain(measure=bearing.measure, raw=raw, context=tuple(step for step in context if step.payloads))

    def _find(self, named: str, bearing: BearingRows) -> None:
        """Fill `named` with the payloads of a query, and `found` with those that raw holds under the same load."""
        self.connection.execute(
            f"create or replace table named as select row_number() over () as n, * from ({named})", list(bearing.values)
        )
        self.connection.execute(
            "create or replace table found (n bigint, table_name varchar, source_name varchar, source_id varchar, "
            "file varchar, line bigint, row_id bigint)"
        )
        for table in self.tables:
            self.connection.execute(
                f"""
                insert into found
                select n, ?, raw.source_name, raw.source_id, raw.file, raw.line, raw.rowid
                from wh.{RAW_SCHEMA}.{quote(table)} as raw
                inner join named on raw.payload_hash = named.payload_hash and raw._dlt_load_id = named.load_id
                    and raw.source_name = coalesce(named.source_name, raw.source_name)
                    and raw.source_id = coalesce(named.source_id, raw.source_id)
                """,
                [table],
            )

    def _counts(self) -> tuple[int, int]:
        """How many payloads are named, and how many of them were found."""
        [(named, found)] = self.connection.execute(
            "select (select count(*) from named), (select count(distinct n) from found)"
        ).fetchall()
        return named, found

    def _raw(self) -> RawStep:
        named, found = self._counts()
        hashed, differing = self._hashed()
        says = None
        if found < named:
            says = self._missing(named, found)
        elif differing:
            says = f"Payloads in raw whose hash, taken again, is not the one they are held under: {differing:,}."
        files = self.connection.execute(
            "select source_name, table_name, file, count(*) from found group by all order by 4 desc, 1, 2, 3"
        ).fetchall()
        return RawStep(
            agrees=says is None,
            says=says,
            found=found,
            hashed=hashed,
            files_count=len(files),
            files=tuple(
                FileOfPayloads(source=source, table=table, file=file, payloads=count)
                for source, table, file, count in files[:LISTED_FILES]
            ),
            payloads=tuple(self._listed()),
        )

    def _missing(self, named: int, found: int) -> str:
        elsewhere = 0
        for table in self.tables:
            [(count,)] = self.connection.execute(
                f"""select count(*) from named anti join found using (n)
                    where (source_name, payload_hash) in (
                        select (source_name, payload_hash) from wh.{RAW_SCHEMA}.{quote(table)})"""
            ).fetchall()
            elsewhere += count
        held = f", {elsewhere:,} of which are held under another load or id" if elsewhere else ""
        return f"Not in raw as the star names them: {named - found:,} of {named:,} payloads{held}."

    def _hashed(self) -> tuple[int, int]:
        hashed = differing = 0
        for table in self._found_tables():
            rows = self.connection.execute(
                f"""select payload, payload_hash from wh.{RAW_SCHEMA}.{quote(table)}
                    where rowid in (select row_id from found where table_name = ? order by row_id limit ?)""",
                [table, max(MOST_HASHED - hashed, 0)],
            )
            while batch := rows.fetchmany(_BATCH):
                hashed += len(batch)
                differing += sum(self.digest(payload.encode()) != hash for payload, hash in batch)
        return hashed, differing

    def _found_tables(self) -> list[str]:
        found = self.connection.execute("select distinct table_name from found order by 1").fetchall()
        return [name for (name,) in found]

    def _listed(self) -> Iterator[Payload]:
        listed = self.connection.execute(
            """select found.source_name, table_name, found.source_id, file, line, load_id, payload_hash, row_id
               from found join named using (n)
               order by found.source_name, table_name, found.source_id, load_id limit ?""",
            [self.listed],
        ).fetchall()
        for place, (source, table, source_id, file, line, load, payload_hash, row) in enumerate(listed):
            text = None
            if place < self.printed:
                [(text,)] = self.connection.execute(
                    f"select payload::varchar from wh.{RAW_SCHEMA}.{quote(table)} where rowid = ?", [row]
                ).fetchall()
            yield Payload(
                source=source,
                table=table,
                source_id=source_id,
                file=file,
                line=line,
                load_id=load,
                payload_hash=payload_hash,
                payload=text,
            )

    def _context(self, kind: ContextKind, sql: str, bearing: BearingRows) -> ContextStep:
        # a Shopify order holds its own lines: what bears the amount is no context
        self._find(f"select * from ({sql}) anti join bearing using (payload_hash, load_id)", bearing)
        named, found = self._counts()
        says = None if named == found else f"Not in raw: {named - found:,} of {named:,} {kind} payloads."
        return ContextStep(agrees=says is None, says=says, kind=kind, payloads=named, found=found)


def _context_queries(bearing: BearingRows, orders: Sequence[str]) -> Iterator[tuple[ContextKind, str]]:
    """What names the payloads of each kind of context behind a fact's rows, as far as the star has the columns."""
    of_rows = f"star.{quote(bearing.table)} where {bearing.selected}"
    of_orders = f"star.{quote(_ORDERS)} where {ORDER_KEY} in (select {ORDER_KEY} from {of_rows})"
    through_orders = bearing.table != _ORDERS and ORDER_KEY in bearing.columns and ORDER_KEY in orders
    if through_orders:
        of_order = "source_name, null::varchar as source_id, payload_hash, _dlt_load_id as load_id"
        yield "order", f"select distinct {of_order} from {of_orders}"
    for kind, payload_hash, load in _CONTEXT:
        for columns, rows in ((bearing.columns, of_rows), (orders if through_orders else (), of_orders)):
            if payload_hash in columns and load in columns:
                # which source a transaction or a rate came from the load and the hash tell
                yield (
                    kind,
                    f"""select distinct null::varchar as source_name, null::varchar as source_id,
                               {payload_hash} as payload_hash, {load} as load_id
                        from {rows} and {payload_hash} is not null""",
                )
                break
