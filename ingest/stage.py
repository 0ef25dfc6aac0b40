"""stage.duckdb: what this refresh read from its sources, and the choice of what is new against the raw layer.

Rows lie in parts, Arrow files of bounded size beside it; SQL chooses among them by their narrow columns, so that memory
stays flat whatever the size of an export.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest.envelope import QuarantineRow, RawRow
from ingest.parts import Columns, read_narrow, read_part, write_part
from ingest.sets import choose_sets, set_notices
from warehouse.names import RAW_SCHEMA, quote

Kind = Literal["record", "set"]

_BATCH_ROWS = 5_000
_INSERTED_ROWS = 50_000
_MEMORY = "512MB"

# n numbers everything in the order it was read: deliveries by modification time and name, then parts, then lines
_TABLES = """
create table deliveries (delivery bigint, table_name varchar, source_name varchar, entity varchar, kind varchar,
                         name varchar, modified_at timestamptz, changed boolean, is_report boolean);
create table rows (n bigint, delivery bigint, file varchar, source_id varchar, parent_id varchar,
                   updated_at timestamptz, payload_hash varchar);
create table bad (n bigint, delivery bigint, file varchar, set_key varchar, line bigint, reason varchar,
                  payload_hash varchar);
create table chosen (delivery bigint, n bigint, position bigint);
create table chosen_sets (source_name varchar, entity varchar, set_key varchar, delivery bigint, set_hash varchar,
                          members bigint);
create table chosen_bad (n bigint);
"""


@dataclass(frozen=True)
class StagedDelivery:
    """A delivery about to be staged.

    name: what tells it from the others of its entity; changed: False for one that is read only to settle which of
    several files holds a set, and is not counted; is_report: whether its sets are those of a report.
    """

    table: str
    source_name: str
    entity: str
    kind: Kind
    name: str
    modified_at: datetime
    changed: bool = True
    is_report: bool = False


@dataclass(frozen=True)
class Extracted:
    """What one file brought: extracted = accepted + quarantined; appended: rows that are new to the raw layer."""

    source_name: str
    entity: str
    file: str
    extracted: int
    accepted: int
    quarantined: int
    appended: int


@dataclass(frozen=True)
class _Part:
    """A part of a delivery; its rows are numbered from `first` on."""

    path: Path
    delivery: int
    file: str
    first: int
    rows: int


class Stage:
    """The staging database of one refresh; use it as a context manager, its files are removed at the end."""

    def __init__(self, file: Path, warehouse: Path) -> None:
        self._file = file
        self._warehouse = warehouse
        self._n = 0
        self._parts: list[_Part] = []
        self._deliveries: list[StagedDelivery] = []
        self._columns = Columns()
        self._columns_file = ""
        self._waiting: list[pa.Table] = []
        self.notices: list[str] = []
        self._connection: duckdb.DuckDBPyConnection
        self._tables: set[str] = set()

    @property
    def folder(self) -> Path:
        """Where parts lie; it is emptied and removed with the stage."""
        return self._file.with_name(f"{self._file.name}.parts")

    def __enter__(self) -> Self:
        self._remove()
        self._connection = duckdb.connect(config={"memory_limit": _MEMORY, "threads": 2})
        self._connection.execute("set TimeZone = 'UTC'")
        path = str(self._file).replace("'", "''")
        self._connection.execute(f"set temp_directory = '{path}.tmp'")
        self._connection.execute(f"attach '{path}' as stage")
        self._connection.execute("use stage")
        self._connection.execute(_TABLES)
        self.folder.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the staging file; may be called again."""
        self._connection.close()
        self._remove()

    def begin(self, delivery: StagedDelivery) -> None:
        """Begin a delivery; those of one entity come in the order of modification time and name."""
        self._flush()
        self._deliveries.append(delivery)
        self._tables.add(delivery.table)
        self._connection.execute(
            "insert into deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                len(self._deliveries),
                delivery.table,
                delivery.source_name,
                delivery.entity,
                delivery.kind,
                delivery.name,
                delivery.modified_at,
                delivery.changed,
                delivery.is_report,
            ],
        )

    def put(self, row: RawRow | QuarantineRow) -> None:
        """Stage a record of the delivery begun last, accepted or not."""
        if row.file != self._columns_file:
            self._flush()
            self._columns_file = row.file
        self._columns.put(row)
        if self._columns.is_full:
            self._flush()

    def take(self, path: Path, file: str) -> None:
        """Stage the rows of a part in the stage's folder, which come next of a file of the delivery begun last."""
        self._flush()
        self._register(path, file, read_narrow(path))

    def abandon(self, source_name: str) -> None:
        """Take back everything of a source that could not be read to its end."""
        self._flush()
        self._insert()
        of_source = "delivery in (select delivery from deliveries where source_name = ?)"
        for table in ("rows", "bad", "deliveries"):
            self._connection.execute(f"delete from {table} where {of_source}", [source_name])
        for part in self._parts:
            if self._deliveries[part.delivery - 1].source_name == source_name:
                part.path.unlink()
        self._parts = [part for part in self._parts if part.path.exists()]

    def select(self) -> list[Extracted]:
        """Choose what is new against the raw layer, and count; the warehouse file is let go of again."""
        if not self._tables:
            return []
        self._flush()
        self._insert()
        held = self._attach()
        for table in sorted(self._tables):
            self._choose_records(table, held)
        choose_sets(self._connection, held="_sets" in held)
        self._choose_bad(held)
        if self._warehouse.exists():
            self._connection.execute("detach wh")
        self.notices = set_notices(self._connection)
        return self._count()

    def tables(self) -> list[str]:
        """The raw tables that get new rows."""
        found = self._connection.execute(
            "select distinct table_name from chosen join deliveries using (delivery) order by 1"
        ).fetchall()
        return [name for (name,) in found]

    def new_rows(self, table: str, loaded_at: datetime) -> Iterator[pa.Table]:
        """The new rows of a raw table, in batches."""
        for part, staged, chosen in self._chosen("select n, position from chosen", table):
            rows = _taken(part, chosen).drop_columns(["reason"])
            yield pa.table(
                {
                    "source_name": _constant(staged.source_name, rows),
                    **{name: rows[name] for name in ("source_id", "parent_id", "updated_at")},
                    "position": chosen["position"],
                    **{name: rows[name] for name in ("payload", "payload_hash")},
                    "file": _constant(part.file, rows),
                    "line": rows["line"],
                    "loaded_at": _constant(loaded_at, rows, pa.timestamp("us", tz="UTC")),
                }
            )

    def new_sets(self) -> Iterator[pa.RecordBatch]:
        """The versions of sets that are new, for raw._sets."""
        return self._stream(
            """select source_name, entity, set_key, set_hash, members, name as file, modified_at as file_modified_at
               from chosen_sets join deliveries using (delivery, source_name, entity)""",
            {},
        )

    def new_quarantine(self) -> Iterator[pa.Table]:
        """The records that are new in quarantine, for raw._quarantine."""
        for part, staged, chosen in self._chosen("select n from chosen_bad"):
            rows = _taken(part, chosen)
            yield pa.table(
                {
                    "source_name": _constant(staged.source_name, rows),
                    "entity": _constant(staged.entity, rows),
                    "file": _constant(part.file, rows),
                    **{name: rows[name] for name in ("line", "reason", "payload_hash", "payload")},
                }
            )

    def _attach(self) -> set[str]:
        # the raw tables that exist
        if not self._warehouse.exists():
            return set()
        path = str(self._warehouse).replace("'", "''")
        self._connection.execute(f"attach '{path}' as wh (read_only)")
        found = self._connection.execute(
            "select table_name from duckdb_tables() where database_name = 'wh' and schema_name = ?", [RAW_SCHEMA]
        ).fetchall()
        return {name for (name,) in found}

    def _choose_records(self, table: str, held: set[str]) -> None:
        raw = f"wh.{RAW_SCHEMA}.{quote(table)}"
        known = held_last = ""
        if table in held:
            known = f"anti join {raw} as held using (source_name, source_id, payload_hash)"
            held_last = f"""anti join (
                select source_name, source_id, arg_max(payload_hash, _dlt_load_id) as payload_hash
                from {raw} where updated_at is null group by all
            ) as held using (source_name, source_id, payload_hash)"""
        self._connection.execute(
            """create temp table versions as
               select n, delivery, source_name, source_id, payload_hash, updated_at
               from rows join deliveries using (delivery) where table_name = ? and kind = 'record'""",
            [table],
        )
        self._connection.execute(
            f"""insert into chosen
                select delivery, n, 0 from (
                    select min(n) as n, arg_min(delivery, n) as delivery, source_name, source_id, payload_hash
                    from versions where updated_at is not null group by all
                ) {known}"""
        )
        self._connection.execute(
            f"""insert into chosen
                select delivery, n, 0 from (
                    select max(n) as n, arg_max(delivery, n) as delivery, arg_max(payload_hash, n) as payload_hash,
                           source_name, source_id
                    from versions where updated_at is null group by all
                ) {held_last}"""
        )
        self._connection.execute("drop table versions")

    def _choose_bad(self, held: set[str]) -> None:
        known = (
            f"""where not exists (
                select 1 from wh.{RAW_SCHEMA}._quarantine as q
                where q.source_name = b.source_name and q.entity = b.entity and q.file = b.file and q.line = b.line
                  and q.reason = b.reason and q.payload_hash is not distinct from b.payload_hash)"""
            if "_quarantine" in held
            else ""
        )
        self._connection.execute(
            f"""
            insert into chosen_bad
            select n from (
                select source_name, entity, file, line, reason, payload_hash, min(n) as n
                from bad join deliveries using (delivery) group by all
            ) as b {known}
            """
        )

    def _count(self) -> list[Extracted]:
        counted = self._connection.execute(
            """
            with seen as (
                select delivery, file, n, true as good from rows union all select delivery, file, n, false from bad
            ),
            taken as (select n from chosen union all select n from chosen_bad)
            select source_name, entity, coalesce(file, name) as file, count(n), count(n) filter (good),
                   count(n) filter (not good), count(taken.n)
            from deliveries left join seen using (delivery) left join taken using (n)
            where changed group by 1, 2, 3 order by 1, 2, 3
            """
        ).fetchall()
        return [Extracted(*row) for row in counted]

    def _stream(self, query: str, parameters: dict[str, object]) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor() as cursor:
            cursor.execute("set TimeZone = 'UTC'")
            cursor.execute("use stage")
            yield from cursor.execute(query, parameters).to_arrow_reader(_BATCH_ROWS)

    def _chosen(self, query: str, table: str | None = None) -> Iterator[tuple[_Part, StagedDelivery, pa.Table]]:
        """The parts with rows that are chosen, each with what `query` gives of those, in order."""
        with self._connection.cursor() as cursor:
            cursor.execute("use stage")
            for part in self._parts:
                staged = self._deliveries[part.delivery - 1]
                if table in (None, staged.table):
                    of_part = [part.first, part.first + part.rows]
                    found = cursor.execute(f"{query} where n >= ? and n < ? order by n", of_part).to_arrow_table()
                    if found.num_rows:
                        yield part, staged, found

    def _flush(self) -> None:
        if len(self._columns):
            path = self.folder / f"{len(self._parts)}.arrow"
            batch = self._columns.batch()
            write_part(path, [batch])
            self._register(path, self._columns_file, pa.Table.from_batches([batch]).drop_columns(["payload"]))

    def _register(self, path: Path, file: str, narrow: pa.Table) -> None:
        delivery = len(self._deliveries)
        self._parts.append(_Part(path, delivery, file, self._n, narrow.num_rows))
        numbers = pa.array(range(self._n, self._n + narrow.num_rows), pa.int64())
        self._n += narrow.num_rows
        narrow = narrow.append_column("n", numbers)
        narrow = narrow.append_column("delivery", _constant(delivery, narrow, pa.int64()))
        self._waiting.append(narrow.append_column("file", _constant(file, narrow)))
        if sum(waiting.num_rows for waiting in self._waiting) >= _INSERTED_ROWS:
            self._insert()

    def _insert(self) -> None:
        if self._waiting:
            self._connection.register("waiting", pa.concat_tables(self._waiting))
            self._connection.execute(
                """insert into rows select n, delivery, file, source_id, parent_id, updated_at, payload_hash
                   from waiting where reason is null"""
            )
            self._connection.execute(
                """insert into bad select n, delivery, file, parent_id, line, reason, payload_hash
                   from waiting where reason is not null"""
            )
            self._connection.unregister("waiting")
            self._waiting = []

    def _remove(self) -> None:
        for path in self._file.parent.glob(f"{self._file.name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _taken(part: _Part, chosen: pa.Table) -> pa.Table:
    """The chosen rows of a part, in order."""
    rows = read_part(part.path)
    return rows if chosen.num_rows == part.rows else rows.take(pc.subtract(chosen["n"], part.first))


def _constant(value: object, rows: pa.Table, kind: pa.DataType | None = None) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind or pa.string()), rows.num_rows)
