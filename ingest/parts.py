"""Parts: what was read of a file, as Arrow files beside the stage, in the order in which it was read.

Payloads lie in parts alone; the stage chooses among them by their narrow columns. So they are written once, by
whichever process read them, and read once, by the load.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from ingest.envelope import QuarantineRow, RawRow

TIME = pa.timestamp("us", tz="UTC")
# a row with a reason is one of quarantine, and its parent_id the key of the set that it spoils
SCHEMA = pa.schema(
    [
        ("source_id", pa.string()),
        ("parent_id", pa.string()),
        ("updated_at", TIME),
        ("payload_hash", pa.string()),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("payload", pa.string()),
    ]
)
NARROW = SCHEMA.names[:-1]
_BATCH_ROWS = 5_000
_BATCH_CHARACTERS = 8 << 20
_WRITTEN = pa.ipc.IpcWriteOptions(compression="lz4")


class Columns:
    """Rows under way to a part, column by column."""

    def __init__(self) -> None:
        self._columns: tuple[list[object], ...]
        self.characters: int
        self._clear()

    def __len__(self) -> int:
        return len(self._columns[0])

    @property
    def is_full(self) -> bool:
        """Whether there are as many as a batch should have."""
        return len(self) >= _BATCH_ROWS or self.characters >= _BATCH_CHARACTERS

    def put(self, row: RawRow | QuarantineRow) -> None:
        """Add a record, accepted or not."""
        if isinstance(row, RawRow):
            self.add(row)
        else:
            self.reject(row)

    def add(self, row: RawRow) -> None:
        """Add an accepted record."""
        ids, parents, times, hashes, lines, reasons, payloads = self._columns
        ids.append(row.source_id)
        parents.append(row.parent_id)
        times.append(row.updated_at)
        hashes.append(row.payload_hash)
        lines.append(row.line)
        reasons.append(None)
        payloads.append(row.payload)
        self.characters += len(row.payload)

    def reject(self, bad: QuarantineRow) -> None:
        """Add a record that goes to quarantine."""
        values = (None, bad.parent_id, None, bad.payload_hash, bad.line, bad.reason, bad.payload)
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)
        self.characters += len(bad.payload or "")

    def batch(self) -> pa.RecordBatch:
        """The rows; from here on there are none."""
        arrays = [pa.array(column, field.type) for column, field in zip(self._columns, SCHEMA, strict=True)]
        self._clear()
        return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)

    def _clear(self) -> None:
        self._columns = tuple([] for _ in SCHEMA)
        self.characters = 0


def write_part(path: Path, batches: Sequence[pa.RecordBatch]) -> None:
    """Write an Arrow file. Raises OSError."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, SCHEMA, options=_WRITTEN) as writer:
        for batch in batches:
            writer.write_batch(batch)


def read_narrow(path: Path) -> pa.Table:
    """A part without its payloads."""
    options = pa.ipc.IpcReadOptions(included_fields=list(range(len(NARROW))))
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file, options=options) as reader:
        return reader.read_all()


def read_part(path: Path) -> pa.Table:
    """A part."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        return reader.read_all()
