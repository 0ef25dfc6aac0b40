"""stage.duckdb: what this refresh read from its sources, and the choice of what is new against the raw layer.

Rows are written in Arrow batches of bounded size and chosen by SQL over narrow columns, so that memory stays flat
whatever the size of an export.
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

from ingest.envelope import QuarantineRow, RawRow
from ingest.sets import choose_sets, set_notices
from warehouse.names import RAW_SCHEMA, quote

Kind = Literal["record", "set"]

_BATCH_ROWS = 5_000
_BATCH_CHARACTERS = 8 << 20
_MEMORY = "512MB"
_ROW_GROUP = 8_192

_TIME = pa.timestamp("us", tz="UTC")
_ROWS = pa.schema(
    [
        ("n", pa.int64()),
        ("delivery", pa.int64()),
        ("source_id", pa.string()),
        ("parent_id", pa.string()),
        ("updated_at", _TIME),
        ("payload", pa.string()),
        ("payload_hash", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
    ]
)
_BAD = pa.schema(
    [
        ("n", pa.int64()),
        ("delivery", pa.int64()),
        ("set_key", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("payload_hash", pa.string()),
        ("payload", pa.string()),
    ]
)

# n numbers everything in the order it was read: deliveries by modification time and name, then parts, then lines
_TABLES = """
create table deliveries (delivery bigint, table_name varchar, source_name varchar, entity varchar, kind varchar,
                         name varchar, modified_at timestamptz, changed boolean);
create table rows (n bigint, delivery bigint, source_id varchar, parent_id varchar, updated_at timestamptz,
                   payload varchar, payload_hash varchar, file varchar, line bigint);
create table bad (n bigint, delivery bigint, set_key varchar, file varchar, line bigint, reason varchar,
                  payload_hash varchar, payload varchar);
create table chosen (delivery bigint, n bigint, position bigint);
create table chosen_sets (source_name varchar, entity varchar, set_key varchar, delivery bigint, set_hash varchar,
                          members bigint);
create table chosen_bad (n bigint);
"""


@dataclass(frozen=True)
class StagedDelivery:
    """A delivery about to be staged.

    name: what tells it from the others of its entity; changed: False for one that is read only to settle which of
    several files holds a set, and is not counted.
    """

    table: str
    source_name: str
    entity: str
    kind: Kind
    name: str
    modified_at: datetime
    changed: bool = True


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


class Stage:
    """The staging database of one refresh; use it as a context manager, its file is removed at the end."""

    def __init__(self, file: Path, warehouse: Path) -> None:
        self._file = file
        self._warehouse = warehouse
        self._n = 0
        self._delivery = 0
        self._size = 0
        self._rows: list[tuple[object, ...]] = []
        self._bad: list[tuple[object, ...]] = []
        self.notices: list[str] = []
        self._connection: duckdb.DuckDBPyConnection
        self._tables: set[str] = set()

    def __enter__(self) -> Self:
        self._remove()
        self._connection = duckdb.connect(config={"memory_limit": _MEMORY, "threads": 2})
        self._connection.execute("set TimeZone = 'UTC'")
        path = str(self._file).replace("'", "''")
        self._connection.execute(f"set temp_directory = '{path}.tmp'")
        # a row group is rewritten whole at each checkpoint: of the usual 122,880 orders that is hundreds of megabytes
        self._connection.execute(f"attach '{path}' as stage (row_group_size {_ROW_GROUP})")
        self._connection.execute("use stage")
        self._connection.execute(_TABLES)
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
        self._delivery += 1
        self._tables.add(delivery.table)
        self._connection.execute(
            "insert into deliveries values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self._delivery,
                delivery.table,
                delivery.source_name,
                delivery.entity,
                delivery.kind,
                delivery.name,
                delivery.modified_at,
                delivery.changed,
            ],
        )

    def add(self, row: RawRow) -> None:
        """Stage an accepted record of the delivery begun last."""
        self._n += 1
        self._rows.append(
            (
                self._n,
                self._delivery,
                row.source_id,
                row.parent_id,
                row.updated_at,
                row.payload,
                row.payload_hash,
                row.file,
                row.line,
            )
        )
        self._grow(row.payload)

    def reject(self, bad: QuarantineRow) -> None:
        """Stage a record of the delivery begun last that goes to quarantine."""
        self._n += 1
        self._bad.append(
            (self._n, self._delivery, bad.parent_id, bad.file, bad.line, bad.reason, bad.payload_hash, bad.payload)
        )
        self._grow(bad.payload or "")

    def abandon(self, source_name: str) -> None:
        """Take back everything of a source that could not be read to its end."""
        self._flush()
        of_source = "delivery in (select delivery from deliveries where source_name = ?)"
        for table in ("rows", "bad", "deliveries"):
            self._connection.execute(f"delete from {table} where {of_source}", [source_name])

    def select(self) -> list[Extracted]:
        """Choose what is new against the raw layer, and count; the warehouse file is let go of again."""
        if not self._tables:
            return []
        self._flush()
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

    def new_rows(self, table: str, loaded_at: datetime) -> Iterator[pa.RecordBatch]:
        """The new rows of a raw table, in batches."""
        return self._stream(
            """select source_name, source_id, parent_id, updated_at, position, payload, payload_hash, file, line,
                      $loaded_at::timestamptz as loaded_at
               from rows join chosen using (n) join deliveries on deliveries.delivery = rows.delivery
               where table_name = $table""",
            {"table": table, "loaded_at": loaded_at},
        )

    def new_sets(self) -> Iterator[pa.RecordBatch]:
        """The versions of sets that are new, for raw._sets."""
        return self._stream(
            """select source_name, entity, set_key, set_hash, members, name as file, modified_at as file_modified_at
               from chosen_sets join deliveries using (delivery, source_name, entity)""",
            {},
        )

    def new_quarantine(self) -> Iterator[pa.RecordBatch]:
        """The records that are new in quarantine, for raw._quarantine."""
        return self._stream(
            """select source_name, entity, file, line, reason, payload_hash, payload
               from bad join chosen_bad using (n) join deliveries using (delivery)""",
            {},
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

    def _grow(self, payload: str) -> None:
        self._size += len(payload)
        if len(self._rows) + len(self._bad) >= _BATCH_ROWS or self._size >= _BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        for name, schema, rows in (("rows", _ROWS, self._rows), ("bad", _BAD, self._bad)):
            if rows:
                columns = zip(*rows, strict=True)
                arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
                batch = pa.Table.from_arrays(arrays, schema=schema)
                self._connection.register("batch", batch)
                self._connection.execute(f"insert into {name} select * from batch")
                self._connection.unregister("batch")
        self._rows, self._bad, self._size = [], [], 0

    def _remove(self) -> None:
        for path in self._file.parent.glob(f"{self._file.name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
