"""The folder of one demo store: deliveries of records, month by month, each file in its store's own form."""

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec

# decimals that a vendor writes as text are text already; what is left are its numbers
_ENCODER = msgspec.json.Encoder(decimal_format="number")

Payload = dict[str, object]


def encoded(payload: object) -> bytes:
    """A payload as JSON, decimals exact."""
    return _ENCODER.encode(payload)


@dataclass(frozen=True, slots=True)
class Form:
    """How an entity's files look.

    name: with {month} (a delivery a month), {part} (parts of one delivery) or neither (one file). wrapper: the API's
    key around an array, "" for a bare array, None for one record a line. newline and mark (a byte-order mark) concern
    lines. compose: makes a file of the records in any other way.
    """

    name: str
    wrapper: str | None = None
    newline: bytes = b"\n"
    mark: bytes = b""
    compose: Callable[[list[bytes]], bytes] | None = None

    @property
    def is_single(self) -> bool:
        return "{" not in self.name

    @property
    def takes_lines(self) -> bool:
        """Whether a broken line harms no other record of its file."""
        return self.wrapper is None and self.compose is None

    def bytes_of(self, records: Iterable[bytes]) -> bytes:
        """The content of a file with these records."""
        if self.compose:
            text = self.compose(list(records))
        elif self.wrapper is None:
            text = self.mark + b"".join(record + self.newline for record in records)
        else:
            array = b"[" + b",\n".join(records) + b"]"
            text = b'{"%s":%s}' % (self.wrapper.encode(), array) if self.wrapper else array
        return gzip.compress(text, compresslevel=4, mtime=0) if self.name.endswith(".gz") else text


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One record as it will stand in a file: at its place in time, then by its number."""

    at: datetime
    number: int
    text: bytes


class Folder:
    """Collects the records of one source and writes its files; what is the same already is left untouched."""

    def __init__(self, root: Path, forms: dict[str, Form]) -> None:
        self._root = root
        self._forms = forms
        self._pending: dict[tuple[str, int, int], list[Record]] = {}
        self._first_part: dict[str, int] = {}
        self.written = 0
        self.kept = 0
        self.records: dict[str, int] = dict.fromkeys(forms, 0)

    @property
    def entities(self) -> tuple[str, ...]:
        return tuple(self._forms)

    def is_single(self, entity: str) -> bool:
        """Whether all records of an entity are in one file."""
        return self._forms[entity].is_single

    def takes_lines(self, entity: str) -> bool:
        """Whether a broken line harms no other record of its file."""
        return self._forms[entity].takes_lines

    def add(self, entity: str, day: date, record: Record, version: int = 1) -> None:
        """A record of the delivery of that day's month, or of a later one that tells days of that month again."""
        month = 0 if self._forms[entity].is_single else _month(day)
        self._pending.setdefault((entity, month, version), []).append(record)
        self.records[entity] += 1

    def write_before(self, day: date) -> None:
        """Write the deliveries of all months before that of a day: nothing will be added to them."""
        self._write([key for key in self._pending if 0 < key[1] < _month(day)])

    def write_all(self) -> None:
        """Write whatever is still collected."""
        self._write(list(self._pending))

    def _write(self, keys: Iterable[tuple[str, int, int]]) -> None:
        for entity, month, version in sorted(keys):
            form = self._forms[entity]
            year, index = divmod(month - 1, 12)
            part = month - self._first_part.setdefault(entity, month) + 1
            # later in the alphabet than what it tells again: of two files of one moment the name decides
            again = f"_v{version}" if version > 1 else ""
            name = form.name.format(month=f"{year:04d}-{index + 1:02d}{again}", part=part)
            content = form.bytes_of(_texts(self._pending.pop((entity, month, version))))
            if write_if_new(self._root / name, content):
                self.written += 1
            else:
                self.kept += 1


def write_if_new(path: Path, content: bytes) -> bool:
    """Put a file in place whole, unless it holds these bytes already; whether it was written."""
    if path.exists() and path.stat().st_size == len(content) and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
    return True


def _texts(records: list[Record]) -> Iterator[bytes]:
    return (record.text for record in sorted(records))


def _month(day: date) -> int:
    return day.year * 12 + day.month
