"""An export file's text, gzip or not, in blocks of whole lines."""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ingest import limits

BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BUFFER = limits.MEGABYTE
_BLOCK = limits.MEGABYTE // 2
_CUT = "The gzip file is cut off: what follows is missing; deliver the file again."
_CORRUPT = "The gzip file is damaged: what follows cannot be read; deliver the file again."


class Inflated(io.RawIOBase):
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


class Text(NamedTuple):
    """An open file's uncompressed text. start: its first two bytes."""

    stream: BinaryIO
    start: bytes
    inflated: Inflated | None
    file: BinaryIO

    @property
    def damage(self) -> str | None:
        """Why the text ends before its end, known once it has been read that far; None where it does not."""
        return self.inflated.damage if self.inflated else None

    def close(self) -> None:
        self.stream.close()
        self.file.close()


def open_text(path: Path) -> Text:
    """Open a file; close it with `closing`. Raises OSError."""
    file = io.BufferedReader(io.FileIO(path), _BUFFER)
    # by its first bytes, not its name: downloads are unpacked under the old name, and packed under the plain one
    if file.peek(2)[:2] != b"\x1f\x8b":
        return Text(file, file.peek(2)[:2], None, file)
    inflated = Inflated(file)
    stream = io.BufferedReader(inflated, _BUFFER)
    return Text(stream, stream.peek(2)[:2], inflated, file)


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers. Of a line longer than a record may be, as much as shows that it is too long."""
    number = 0
    while line := _line(stream):
        number += 1
        yield number, line.removeprefix(BOM) if number == 1 else line


def length(stream: BinaryIO, most: int) -> int:
    """The length of a stream, or a number above `most` where it is longer."""
    found = 0
    while found <= most and (data := stream.read(_BUFFER)):
        found += len(data)
    return found


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a text. first: the number of the first; damage: why no other follows although one should."""

    first: int
    data: bytes
    damage: str | None = None

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers."""
        return enumerate(io.BytesIO(self.data), self.first)


def blocks(text: Text, joined: bytes = b"") -> Iterator[Block]:
    """A text's lines, in blocks of about half a megabyte that are the same however often it is read.

    joined: what lines hold that must not be parted from the line before them.
    """
    first, held = 1, b""
    while data := held + text.stream.read(_BLOCK - len(held)):
        pieces, held = [data], b""
        if not data.endswith(b"\n"):
            pieces.append(_line(text.stream))
        while joined and (line := _line(text.stream)):
            if joined not in line:
                held = line
                break
            pieces.append(line)
        data = b"".join(pieces)
        if first == 1:
            data = data.removeprefix(BOM)
        whole = data.endswith(b"\n")
        yield Block(first, data, None if whole else text.damage)
        if not whole:
            return
        first += data.count(b"\n")
    if text.damage:
        yield Block(first, b"", text.damage)


def _line(stream: BinaryIO) -> bytes:
    """The next line. Of one longer than a record may be, as much as shows that it is too long, and a line end."""
    line = stream.readline(limits.RECORD_LIMIT + 1)
    if len(line) <= limits.RECORD_LIMIT or line.endswith(b"\n"):
        return line
    while (rest := stream.readline(_BUFFER)) and not rest.endswith(b"\n"):
        pass
    return line + b"\n"
