"""CSV exports: a heading and rows → records of texts.

Before the heading and after the last row a report may have lines that tell of itself, as Microsoft's have.
"""

import csv
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from ingest import limits
from ingest.records import BadRecord
from ingest.texts import Text, lines
from warehouse.errors import quoted

_DELIMITERS = (",", ";", "\t")
_LINES_BEFORE = 50
_LINES_OF_ROW = 1_000

# the module's own limit is far below that of a record
csv.field_size_limit(limits.RECORD_LIMIT)
_OPEN = BadRecord("The row's quotes do not close.")

Numbered = tuple[int, bytes]


class _Heading(NamedTuple):
    names: list[str]
    delimiter: str


def table(text: Text, known: frozenset[str]) -> Iterator[tuple[int, object]]:
    """The rows of a table as (line, {heading: text}), or a BadRecord in a row's place.

    known: names of columns. The heading is the first line that has one of them, else the first of several columns.
    Texts are kept as they are, blank ones too; a column without a name is left out where it is empty, such as the one
    behind a last comma.
    """
    numbered = lines(text.stream)
    head = list(islice(numbered, _LINES_BEFORE))
    line = head[-1][0] if head else 0
    found = _heading(head, known)
    if found is None:
        if head and not text.damage:
            yield 1, BadRecord("The table has no line that names its columns.")
    else:
        at, heading = found
        twice = next((name for name in heading.names if name and heading.names.count(name) > 1), None)
        if twice is not None:
            yield head[at][0], BadRecord(f"The table has two columns named {quoted(twice)}.")
            return
        for line, value in _rows(chain(head[at + 1 :], numbered), heading):
            if value is not None:
                yield line, value
    if text.damage:
        yield line + 1, BadRecord(text.damage)


def _heading(head: list[Numbered], known: frozenset[str]) -> tuple[int, _Heading] | None:
    first = None
    for at, (_, line) in enumerate(head):
        text = line.decode(errors="replace").rstrip("\r\n")
        for delimiter in _DELIMITERS:
            names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter), [])]
            if sum(map(bool, names)) > 1:
                if not known.isdisjoint(names):
                    return at, _Heading(names, delimiter)
                first = first or (at, _Heading(names, delimiter))
    return first


def _rows(numbered: Iterator[Numbered], heading: _Heading) -> Iterator[tuple[int, dict[str, str] | BadRecord | None]]:
    """What the rows hold, each with its first line. A row goes on in the next line as long as a quote is open."""
    waiting: deque[Numbered] = deque()
    while True:
        number, line = waiting.popleft() if waiting else next(numbered, (0, b""))
        if not line:
            return
        if line.isspace():
            continue
        value = _value(line, heading)
        more: list[Numbered] = []
        while value is _OPEN and len(more) < _LINES_OF_ROW:
            follows = waiting.popleft() if waiting else next(numbered, None)
            if follows is None:
                break
            more.append(follows)
            # only a quote can close the row
            if b'"' in follows[1]:
                value = _value(b"".join([line, *(text for _, text in more)]), heading)
        if more and isinstance(value, BadRecord):
            # what was taken for the rest of a row are rows of their own
            value = BadRecord.of(_OPEN.reason, line)
            waiting.extendleft(reversed(more))
        yield number, value


def _value(text: bytes, heading: _Heading) -> dict[str, str] | BadRecord | None:
    row = _row(text, heading.delimiter)
    return row if isinstance(row, BadRecord) else _record(row, heading.names)


def _row(text: bytes, delimiter: str) -> list[str] | BadRecord:
    """The cells of a row, _OPEN where a quote is still open at its end."""
    if len(text) > limits.RECORD_LIMIT:
        return BadRecord.of(f"The row is larger than {limits.RECORD_LIMIT // limits.MEGABYTE} MB.", text)
    if b"\x00" in text:
        return BadRecord.of("The row holds a NUL character.", text)
    try:
        letters = text.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return BadRecord.of("The row is not valid UTF-8.", text)
    if '"' not in letters:
        return letters.split(delimiter)
    try:
        return next(csv.reader([letters], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return _OPEN
        return BadRecord.of("The row's quotes are misplaced.", text)


def _record(row: list[str], names: list[str]) -> dict[str, str] | BadRecord | None:
    """The row as a record; None where it holds nothing, or is a line that tells of the report."""
    filled = sum(1 for cell in row if cell.strip())
    if not filled or (filled == 1 and len(row) < len(names) and row[0].startswith(("©", "@", "(c)"))):
        return None
    columns = sum(map(bool, names))
    if len(row) < len(names) - (not names[-1]):
        return BadRecord(f"The row ends after {len(row)} of {columns} columns.")
    unnamed = (cell for name, cell in zip_longest(names, row, fillvalue="") if not name and cell.strip())
    if next(unnamed, None) is not None:
        return BadRecord(f"The row has more values than the table has columns, {columns}.")
    return {name: cell for name, cell in zip(names, row, strict=False) if name}
