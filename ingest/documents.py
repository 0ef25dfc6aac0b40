"""One export file → its records, whatever form it came in, gzip or not.

One record (or one page of records) a line is read line by line in flat memory, and so is a CSV table. Anything else
is one JSON document, read whole: a list, a wrapper such as {"orders": […]}, a bare record. Of a damaged document
every record that can be made out is taken. What cannot be read becomes a BadRecord in its place: nothing is left out
in silence.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from ingest import bulk, limits, tables
from ingest.connector import Entity, siblings
from ingest.json_text import TOO_DEEP, check, decoded, explained, is_object, located, members, values
from ingest.records import BadRecord, FileRecord
from ingest.texts import BOM, UTF16, Block, blocks, length, lines, open_text
from warehouse.errors import RefreshError, quoted

__all__ = ["Export", "Notice", "read", "unreadable"]

_KEPT_OF_BAD = 64 * 1024
_PROBED_LINES = 200

_START = re.compile(rb"\s*(\S)").match
_BETWEEN = re.compile(r"[\s,\[\]}]*").match
# what an API puts beside its list of records
_PAGE_KEYS = frozenset(
    {
        *("meta", "links", "_links", "pagination", "count", "total", "total_pages", "page", "next", "previous"),
        *("has_more", "paging", "summary", "metadata", "request_id"),
    }
)
_TOO_LARGE_DOCUMENT = (
    f"The file is one JSON document of more than {limits.DOCUMENT_LIMIT // limits.MEGABYTE} MB; "
    "deliver it as one record a line."
)
# finds where a record ends, no more: its values are thrown away
_outline = json.JSONDecoder(strict=False, parse_float=str, parse_int=str, parse_constant=str)

Notice = Callable[[str], None]
Form = Literal["lines", "document", "table", "empty"]


def read(path: Path, entity: Entity, notice: Notice) -> Iterator[FileRecord]:
    """The records of one file, in its order. notice is told, in a sentence, of a file without any content.

    Raises RefreshError (unreachable) where the file cannot be opened or read at all.
    """
    try:
        for line, value in Export(path, entity).records(notice):
            yield FileRecord(value, path.name, line)
    except OSError as error:
        raise unreadable(path.name) from error


def unreadable(name: str) -> RefreshError:
    """The failure of a source one of whose files cannot be opened or read at all."""
    return RefreshError("unreachable", f"The file {quoted(name)} cannot be read; check that it exists and its rights.")


class Export:
    """One file of an entity. What its methods raise is OSError."""

    def __init__(self, path: Path, entity: Entity) -> None:
        self.path = path
        self._entity = entity
        self._heads = frozenset(re.split(r"[.\[]", id_path)[0] for id_path in entity.ids)
        # of a plain record the first look says that it is one
        self._plain = entity.id if not (entity.unfold or entity.children) else None
        self._own = (*entity.wrapper, *entity.one)
        self._known = frozenset(self._own) | {key for other in siblings(entity) for key in other.wrapper + other.one}
        keys = b"|".join(re.escape(key).encode() for key in entity.wrapper)
        self._head = re.compile(rb'\s*(?:\{\s*"(?:' + keys + rb')"\s*:\s*)?\[')

    def records(self, notice: Notice) -> Iterator[tuple[int, object]]:
        """The records with the lines they begin at."""
        form = self.form()
        if form == "lines":
            for block in self.blocks():
                yield from self.of_block(block)
        elif form == "document":
            with closing(open_text(self.path)) as text:
                data = text.stream.read(limits.DOCUMENT_LIMIT + 1).removeprefix(BOM)
                yield from self._whole(data, text.damage)
        elif form == "table":
            yield from self._table()
        elif form == "empty":
            notice(f"{quoted(self.path.name)} is empty.")
        else:
            yield 1, form

    def form(self) -> Form | BadRecord:
        """What the file is, or the bad record that it is as a whole."""
        with closing(open_text(self.path)) as text:
            if text.start in UTF16:
                return BadRecord("The file is UTF-16; deliver it as UTF-8.")
            start = next(((line, data) for line, data in lines(text.stream) if data.strip()), None)
            if start is None:
                return "document" if text.damage else "empty"
            if self._entity.csv and self.path.name.removesuffix(".gz").endswith(".csv"):
                return "table"
            if is_object(start[1].lstrip()):
                return "lines"
        with closing(open_text(self.path)) as text:
            if length(text.stream, limits.DOCUMENT_LIMIT + 1) <= limits.DOCUMENT_LIMIT:
                return "document"
        with closing(open_text(self.path)) as text:
            probe = zip(range(_PROBED_LINES), lines(text.stream), strict=False)
            return "lines" if any(is_object(data) for _, (_, data) in probe) else BadRecord(_TOO_LARGE_DOCUMENT)

    def blocks(self) -> Iterator[Block]:
        """The blocks of a file of lines; a record and its parts are in one."""
        with closing(open_text(self.path)) as text:
            yield from blocks(text, bulk.PARENT_BYTES if self._entity.children else b"")

    def of_block(self, block: Block) -> Iterator[tuple[int, object]]:
        """The records of a block with their lines."""
        found = self._by_line(block)
        if not self._entity.children:
            return found
        return self._opened(bulk.joined(found, self._entity.children))

    def _table(self) -> Iterator[tuple[int, object]]:
        known = {*self._entity.fields, *self._heads} | {path.partition(".")[0] for path in self._entity.fields}
        with closing(open_text(self.path)) as text:
            yield from self._opened(tables.table(text, frozenset(known)))

    def _by_line(self, block: Block) -> Iterator[tuple[int, object]]:
        plain, parts = self._plain, bool(self._entity.children)
        number, reported = block.first - 1, False
        for number, line in block.lines():
            if line.isspace():
                continue
            value = decoded(line)
            if type(value) is dict and (plain in value or parts):
                yield number, value
            elif isinstance(value, BadRecord):
                if block.damage and not line.endswith(b"\n"):
                    value, reported = BadRecord(block.damage, value.text), True
                # of a page of records only those that are bad are lost
                page = line[:1] == b"{" and self._head.match(line) and not reported
                for bad in self._page(line) if page else [value]:
                    yield number, bad
            elif type(value) is list:
                yield number, BadRecord("The line is a list, not a record; deliver one record a line.")
            else:
                for record in self._unfolded(value):
                    yield number, record
        if block.damage and not reported:
            yield number + 1, BadRecord(block.damage)

    def _page(self, line: bytes) -> Iterator[object]:
        return (value for _, value in self._whole(line, None))

    def _whole(self, data: bytes, damage: str | None) -> Iterator[tuple[int, object]]:
        try:
            pieces = None if damage else self._pieces(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pieces = None
        if pieces is not None:
            most = limits.ANSWER_LIMIT if len(pieces) == 1 and self._entity.unfold else None
            yield from self._opened((line, decoded(piece, most)) for line, piece in located(data, pieces))
        elif self._head.match(data) is None and any(map(is_object, data.splitlines())):
            yield from self._by_line(Block(1, data, damage))
        else:
            yield from self._salvaged(data, damage)

    def _pieces(self, data: bytes) -> list[msgspec.Raw]:
        """The texts of a document's records."""
        start = _START(data)
        first = start[1] if start else b""
        if first == b"[":
            return members(data)
        if first != b"{":
            # a scalar is no document to take records from: this fails where more stands behind it
            check(data)
        found = values(data) if first == b"{" else {}
        if self._is_wrapper(found):
            own = [value for key, value in found.items() if key in self._known]
            lists = [value for key, value in found.items() if key in self._entity.wrapper]
            if len(own) == len(lists) == 1 and bytes(memoryview(lists[0])[:1]) == b"[":
                return members(lists[0])
        return [msgspec.Raw(data.strip())]

    def _salvaged(self, data: bytes, damage: str | None) -> Iterator[tuple[int, object]]:
        """Record after record of a damaged document; after a damage it goes on where a line begins with a record."""
        head = self._head.match(data)
        # one character a byte, so that positions are the same in both
        letters = data.decode("latin-1")
        position = head.end() if head else 0
        line, counted, reported = 1, 0, False
        while True:
            gap = _BETWEEN(letters, position)
            position = gap.end() if gap else position
            if position >= len(letters):
                break
            line, counted = line + data.count(b"\n", counted, position), position
            try:
                end = _outline.raw_decode(letters, position)[1]
            except (ValueError, RecursionError) as error:
                found = letters.find("\n{", position)
                end = found + 1 if found >= 0 else len(letters)
                reason = TOO_DEEP if isinstance(error, RecursionError) else explained(data[position:end])
                if damage and end == len(letters):
                    reason, reported = damage, True
                yield line, BadRecord.of(reason, data[position : min(end, position + _KEPT_OF_BAD)])
            else:
                for record in self._unfolded(decoded(data[position:end])):
                    yield line, record
            position = end
        if damage and not reported:
            yield line + data.count(b"\n", counted), BadRecord(damage)

    def _opened(self, found: Iterable[tuple[int, object]]) -> Iterator[tuple[int, object]]:
        for line, value in found:
            for record in self._unfolded(value):
                yield line, record

    def _unfolded(self, value: object) -> Iterator[object]:
        """The records of what an API answered, out of the vendor's own form and out of wrappers, in either order."""
        unfold = self._entity.unfold
        if unfold is None or isinstance(value, BadRecord):
            yield from self._unwrapped(value)
            return
        try:
            for found in unfold(value):
                if type(found) is dict and self._is_wrapper(found):
                    for member in self._unwrapped(found):
                        yield from [member] if isinstance(member, BadRecord) else unfold(member)
                else:
                    yield found
        except RecursionError:
            yield BadRecord(TOO_DEEP)

    def _is_wrapper(self, value: Mapping[str, object]) -> bool:
        return (
            not self._known.isdisjoint(value)
            and self._heads.isdisjoint(value)
            and (self._known | _PAGE_KEYS).issuperset(value)
        )

    def _unwrapped(self, value: object) -> Iterator[object]:
        """The records of a wrapper; any other value as it is."""
        if type(value) is not dict or not self._is_wrapper(value):
            yield value
            return
        name = self._entity.name
        for key, held in value.items():
            if key not in self._known:
                continue
            if key not in self._own:
                yield BadRecord(f"This holds {quoted(key)}, not {name}; deliver it under the name of its own entity.")
            elif type(held) is list and key in self._entity.wrapper:
                yield from held
            elif type(held) is dict and key in self._entity.one:
                yield held
            else:
                yield BadRecord(f"What stands under {quoted(key)} holds no {name}.")
