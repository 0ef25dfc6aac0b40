"""The records in a folder of export files, in the order of their delivery."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from oracle_records import Delivery

Unfold = Callable[[Iterable[object]], Iterable[object]]
"""Makes the records of a file out of its values, where an API's answer is more than a wrapper around them."""

NAME = re.compile(r"(?P<stem>.+?)(\.part(?P<part>\d+))?\.(?P<form>jsonl|ndjson|json|csv)(?P<gz>\.gz)?")


@dataclass(frozen=True)
class Record:
    """One value of a file, an object or whatever else stood in its place; `file` is shared by the parts of one."""

    value: object
    file: tuple[int, str]
    position: int

    @property
    def delivery(self) -> Delivery:
        return (*self.file, self.position)


def records(
    folder: Path, entity: str, wrappers: Collection[str] = (), unfold: Unfold | None = None, header: str = ""
) -> Iterator[Record]:
    """Every record of an entity below folder, the oldest delivery first.

    A delivery is `<entity>.<form>`, `<entity>-<anything>.<form>`, or all parts of one of them together; its time is
    that of its newest part. What is not JSON is left out. `header` is a column that the first row of a CSV table must
    have, where lines of another kind may stand above it.
    """
    if not folder.is_dir():
        return
    files: dict[str, list[tuple[int, Path, str, bool]]] = {}
    for path in sorted(folder.iterdir()):
        named = NAME.fullmatch(path.name)
        if named and path.is_file() and (named["stem"] == entity or named["stem"].startswith(f"{entity}-")):
            part = int(named["part"] or 0)
            name = named["stem"] if named["part"] else path.name
            files.setdefault(name, []).append((part, path, named["form"], bool(named["gz"])))
    dated = sorted((max(path.stat().st_mtime_ns for _, path, _, _ in parts), name) for name, parts in files.items())
    for modified, name in dated:
        position = 0
        for _, path, form, zipped in sorted(files[name]):
            written = _content(path, zipped)
            held: Iterable[object] = _csv_rows(written, header) if form == "csv" else _json_values(written)
            if unfold is None:
                held = (member for value in held for member in _unwrapped(value, {entity, *wrappers}))
            else:
                held = unfold(held)
            for member in held:
                yield Record(member, (modified, name), position)
                position += 1


def _content(path: Path, zipped: bool) -> bytes:
    held = path.read_bytes()
    if zipped:
        held = _inflated(held)
    return held.removeprefix(b"\xef\xbb\xbf")


def _inflated(held: bytes) -> bytes:
    try:
        return gzip.decompress(held)
    except (EOFError, OSError, zlib.error):
        # Truncated: what can still be read. Its last line is broken and falls out like any other broken one.
        try:
            return zlib.decompressobj(wbits=31).decompress(held)
        except zlib.error:
            return b""


def _parsed(written: str) -> object:
    def refuse(constant: str) -> object:
        raise ValueError(constant)

    return json.loads(written, parse_float=Decimal, parse_constant=refuse)


def _json_values(written: bytes) -> Iterator[object]:
    """An array's members, the one value, or the value of each line."""
    try:
        whole = _parsed(written.decode("utf-8"))
    except ValueError:
        for line in written.split(b"\n"):
            if line.strip():
                try:
                    yield _parsed(line.decode("utf-8"))
                except ValueError:
                    continue
        return
    yield from whole if isinstance(whole, list) else [whole]


def _unwrapped(value: object, wrappers: Collection[str]) -> Iterator[object]:
    """The records in an API's answer, `{"orders": [...]}`, `{"refund": {...}}`, `{"data": [...]}`; else the value."""
    if isinstance(value, list):
        for member in value:
            yield from _unwrapped(member, wrappers)
        return
    if isinstance(value, dict) and "id" not in value:
        for key in (*wrappers, "data"):
            inside = value.get(key)
            if isinstance(inside, list | dict):
                yield from inside if isinstance(inside, list) else [inside]
                return
    yield value


def _csv_rows(written: bytes, header: str) -> Iterator[object]:
    """One object a row; a cell that holds a JSON object or list is read as such, `a.b` is b inside of a."""
    lines = io.StringIO(written.decode("utf-8", errors="replace"), newline="")
    table = [row for row in csv.reader(lines) if row]
    start = next((index for index, row in enumerate(table) if header in row), 0) if header else 0
    for row in table[start + 1 :]:
        found: dict[str, object] = {}
        for name, cell in zip(table[start], row, strict=False):
            if name == "" or cell == "":
                continue
            *parents, last = name.split(".")
            home = found
            for parent in parents:
                inner = home.setdefault(parent, {})
                if isinstance(inner, dict):
                    home = inner
            home[last] = _cell(cell)
        yield found


def _cell(cell: str) -> object:
    if cell[:1] in ("{", "["):
        try:
            return _parsed(cell)
        except ValueError:
            return cell
    return cell
