"""One export file → its records, whatever JSON form it came in, gzip or not.

One record (or one page of records) a line is read line by line in flat memory. Anything else is one JSON document,
read whole: a list, a wrapper such as {"orders": […]}, a bare record. Of a damaged document every record that can be
made out is taken. What cannot be read becomes a BadRecord in its place: nothing is left out in silence.
"""

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import InvalidOperation
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from ingest.connector import Entity, siblings
from ingest.decimals import decimal_number
from warehouse.errors import RefreshError, quoted

MEGABYTE = 1 << 20
RECORD_LIMIT = 64 * MEGABYTE
DOCUMENT_LIMIT = 512 * MEGABYTE
_BUFFER = MEGABYTE
_KEPT_OF_BAD = 64 * 1024
_PROBED_LINES = 200

_START = re.compile(rb"\s*(\S)").match
_BETWEEN = re.compile(r"[\s,\[\]}]*").match
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
).search
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# what an API puts beside its list of records
_PAGE_KEYS = frozenset(
    {"meta", "links", "_links", "pagination", "count", "total", "total_pages", "page", "next", "previous", "has_more"}
)

_TOO_LONG = f"The record is larger than {RECORD_LIMIT // MEGABYTE} MB."
_TOO_DEEP = "The record is nested too deeply."
_TOO_LARGE_DOCUMENT = (
    f"The file is one JSON document of more than {DOCUMENT_LIMIT // MEGABYTE} MB; deliver it as one record a line."
)
_NUL = "The record holds a NUL character."
_CUT = "The gzip file is cut off: what follows is missing; deliver the file again."
_CORRUPT = "The gzip file is damaged: what follows cannot be read; deliver the file again."

# `float_hook` sees the digits as they were written: no number passes through a float, and whole numbers of any length
# stay whole numbers
_decode = msgspec.json.Decoder(float_hook=decimal_number).decode
_members = msgspec.json.Decoder(list[msgspec.Raw]).decode
_values = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
# finds where a record ends, no more: its values are thrown away
_outline = json.JSONDecoder(strict=False, parse_float=str, parse_int=str, parse_constant=str)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """What stands where a record should. reason: one sentence; text: the first bytes of it, never to be kept."""

    reason: str
    text: bytes = field(default=b"", repr=False)

    @staticmethod
    def of(reason: str, text: bytes) -> "BadRecord":
        """A bad record that holds no more of its text than is needed to see what it was part of."""
        return BadRecord(reason, text[:_KEPT_OF_BAD])

    @property
    def cropped(self) -> bool:
        """Whether there was more text than is held."""
        return len(self.text) == _KEPT_OF_BAD


class FileRecord(NamedTuple):
    """value: a parsed record, any other JSON value, or a BadRecord; file: its name; line: from 1 on, uncompressed."""

    value: object
    file: str
    line: int


Notice = Callable[[str], None]


def read(path: Path, entity: Entity, notice: Notice) -> Iterator[FileRecord]:
    """The records of one file, in its order. notice is told, in a sentence, of a file without any content.

    Raises RefreshError (unreachable) where the file cannot be opened or read at all.
    """
    try:
        for line, value in _Document(path, entity, notice).records():
            yield FileRecord(value, path.name, line)
    except OSError as error:
        raise RefreshError(
            "unreachable", f"The file {quoted(path.name)} cannot be read; check that it exists and its rights."
        ) from error


class _Inflated(io.RawIOBase):
    """The text of a gzip file as far as it can be had; `damage` says why it ends before its end."""

    def __init__(self, file: BinaryIO) -> None:
        self._gzip = gzip.GzipFile(fileobj=file)
        self.damage: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        if self.damage:
            return 0
        try:
            # read1 gives what is there already: read would lose it in the error that comes after
            data = self._gzip.read1(len(buffer))
        except EOFError:
            self.damage = _CUT
        except (gzip.BadGzipFile, zlib.error):
            self.damage = _CORRUPT
        else:
            buffer[: len(data)] = data
            return len(data)
        return 0


class _Text(NamedTuple):
    """An open file's uncompressed text."""

    stream: BinaryIO
    start: bytes
    inflated: _Inflated | None
    file: BinaryIO

    @property
    def damage(self) -> str | None:
        return self.inflated.damage if self.inflated else None

    def close(self) -> None:
        self.stream.close()
        self.file.close()


def _open(path: Path) -> _Text:
    file = io.BufferedReader(io.FileIO(path), _BUFFER)
    # by its first bytes, not its name: downloads are unpacked under the old name, and packed under the plain one
    if file.peek(2)[:2] != b"\x1f\x8b":
        return _Text(file, file.peek(2)[:2], None, file)
    inflated = _Inflated(file)
    stream = io.BufferedReader(inflated, _BUFFER)
    return _Text(stream, stream.peek(2)[:2], inflated, file)


class _Document:
    def __init__(self, path: Path, entity: Entity, notice: Notice) -> None:
        self._path = path
        self._entity = entity
        self._notice = notice
        self._own = (*entity.wrapper, *entity.one)
        self._known = frozenset(self._own) | {key for other in siblings(entity) for key in other.wrapper + other.one}
        keys = b"|".join(re.escape(key).encode() for key in entity.wrapper)
        self._head = re.compile(rb'\s*(?:\{\s*"(?:' + keys + rb')"\s*:\s*)?\[')

    def records(self) -> Iterator[tuple[int, object]]:
        form = self._form()
        if form == "lines":
            with closing(_open(self._path)) as text:
                yield from self._by_line(text.stream, lambda: text.damage)
        elif form == "document":
            with closing(_open(self._path)) as text:
                data = text.stream.read(DOCUMENT_LIMIT + 1).removeprefix(_BOM)
                yield from self._whole(data, text.damage)
        elif form == "empty":
            self._notice(f"{quoted(self._path.name)} is empty.")
        else:
            yield 1, BadRecord(form)

    def _form(self) -> str:
        """`lines`, `document`, `empty`, or the sentence that refuses the file."""
        with closing(_open(self._path)) as text:
            if text.start in _UTF16:
                return "The file is UTF-16; deliver it as UTF-8."
            start = next(((line, data) for line, data in _lines(text.stream) if data.strip()), None)
            if start is None:
                return "document" if text.damage else "empty"
            if _is_object(start[1].lstrip()):
                return "lines"
        with closing(_open(self._path)) as text:
            if _length(text.stream, DOCUMENT_LIMIT + 1) <= DOCUMENT_LIMIT:
                return "document"
        with closing(_open(self._path)) as text:
            probe = zip(range(_PROBED_LINES), _lines(text.stream), strict=False)
            return "lines" if any(_is_object(data) for _, (_, data) in probe) else _TOO_LARGE_DOCUMENT

    def _by_line(self, stream: BinaryIO, damage: Callable[[], str | None]) -> Iterator[tuple[int, object]]:
        entity_id = self._entity.id
        number, reported = 0, False
        for number, line in _lines(stream):
            if line.isspace():
                continue
            value = _decoded(line)
            if type(value) is dict and entity_id in value:
                yield number, value
            elif isinstance(value, BadRecord):
                if damage() and not line.endswith(b"\n"):
                    value, reported = BadRecord(damage() or "", value.text), True
                # of a page of records only those that are bad are lost
                page = line[:1] == b"{" and self._head.match(line) and not reported
                for bad in self._page(line) if page else [value]:
                    yield number, bad
            elif type(value) is list:
                yield number, BadRecord("The line is a list, not a record; deliver one record a line.")
            else:
                for record in self._unwrapped(value):
                    yield number, record
        cut = damage()
        if cut and not reported:
            yield number + 1, BadRecord(cut)

    def _page(self, line: bytes) -> Iterator[object]:
        return (value for _, value in self._whole(line, None))

    def _whole(self, data: bytes, damage: str | None) -> Iterator[tuple[int, object]]:
        try:
            pieces = None if damage else self._pieces(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pieces = None
        if pieces is not None:
            for line, piece in _located(data, pieces):
                for record in self._unwrapped(_decoded(piece)):
                    yield line, record
        elif self._head.match(data) is None and any(map(_is_object, data.splitlines())):
            yield from self._by_line(io.BufferedReader(io.BytesIO(data)), lambda: damage)
        else:
            yield from self._salvaged(data, damage)

    def _pieces(self, data: bytes) -> list[msgspec.Raw]:
        """The texts of a document's records."""
        start = _START(data)
        first = start[1] if start else b""
        if first == b"[":
            return _members(data)
        if first != b"{":
            # a scalar is no document to take records from: this fails where more stands behind it
            _decode(data)
        values = _values(data) if first == b"{" else {}
        if self._is_wrapper(values):
            own = [value for key, value in values.items() if key in self._known]
            lists = [value for key, value in values.items() if key in self._entity.wrapper]
            if len(own) == len(lists) == 1 and bytes(memoryview(lists[0])[:1]) == b"[":
                return _members(lists[0])
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
                reason = _TOO_DEEP if isinstance(error, RecursionError) else _explained(data[position:end])
                if damage and end == len(letters):
                    reason, reported = damage, True
                yield line, BadRecord.of(reason, data[position : min(end, position + _KEPT_OF_BAD)])
            else:
                for record in self._unwrapped(_decoded(data[position:end])):
                    yield line, record
            position = end
        if damage and not reported:
            yield line + data.count(b"\n", counted), BadRecord(damage)

    def _is_wrapper(self, value: Mapping[str, object]) -> bool:
        return (
            self._entity.id not in value
            and not self._known.isdisjoint(value)
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


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers. Of a line longer than a record may be, as much as shows that it is too long."""
    number = 0
    while line := stream.readline(RECORD_LIMIT + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > RECORD_LIMIT and not line.endswith(b"\n"):
            while (rest := stream.readline(_BUFFER)) and not rest.endswith(b"\n"):
                pass
        yield number, line


def _length(stream: BinaryIO, most: int) -> int:
    """The length of a stream, or a number above `most` where it is longer."""
    length = 0
    while length <= most and (data := stream.read(_BUFFER)):
        length += len(data)
    return length


def _is_object(line: bytes) -> bool:
    """Whether a line is a JSON object from its first character on."""
    return line[:1] == b"{" and type(_decoded(line)) is dict


def _decoded(text: bytes) -> object:
    """The JSON value of a text, or a BadRecord."""
    if len(text) > RECORD_LIMIT:
        return BadRecord.of(_TOO_LONG, text)
    try:
        value = _decode(text)
    except UnicodeDecodeError:
        return BadRecord.of("The record is not valid UTF-8.", text)
    except RecursionError:
        return BadRecord.of(_TOO_DEEP, text)
    except InvalidOperation:
        return BadRecord.of("The record holds a number that is too large.", text)
    except msgspec.ValidationError:
        return BadRecord.of("The record holds a number that is too large.", text)
    except msgspec.DecodeError:
        return BadRecord.of(_explained(text), text)
    if b"\\u0000" in text and _holds_nul(value):
        return BadRecord.of(_NUL, text)
    return value


def _explained(text: bytes) -> str:
    """Why a text is not JSON, as a sentence."""
    if b"\x00" in text:
        return _NUL
    if text.rstrip().endswith(b"}") and _LONE_SURROGATE(text):
        return "The record holds half a character (half a surrogate pair)."
    try:
        _decode(text)
    except msgspec.DecodeError as error:
        where = re.search(r"\(byte ([0-9]+)\)", str(error))
        if where is None or int(where[1]) >= len(text.rstrip()):
            return "The record is not complete JSON: it breaks off."
        return f"The record is not valid JSON: it is malformed at byte {int(where[1]) + 1}."
    except (ValueError, RecursionError, InvalidOperation):
        pass
    return "The record is not valid JSON."


def _holds_nul(value: object) -> bool:
    if type(value) is str:
        return "\x00" in value
    if type(value) is dict:
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return type(value) is list and any(map(_holds_nul, value))


def _located(data: bytes, pieces: list[msgspec.Raw]) -> Iterator[tuple[int, bytes]]:
    """Each piece of a document with the line it begins at."""
    line, counted, position = 1, 0, 0
    for piece in pieces:
        text = bytes(piece)
        position = data.index(text, position)
        line, counted = line + data.count(b"\n", counted, position), position
        yield line, text
        position += len(text)
