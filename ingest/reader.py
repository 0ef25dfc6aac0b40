"""The reader: a child process that reads its share of large files of lines, and gives events as JSON lines.

Started as `python -P -m ingest.reader` by ingest.readers. Every reader goes through the whole file, which costs little,
and makes parts of its own groups of blocks: group g belongs to reader g modulo their number. Its stdin ends when its
parent does; it then leaves at once.
"""

import gc
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Literal

from pydantic import BaseModel, ConfigDict

from ingest.connector import CONNECTORS
from ingest.documents import Export, unreadable
from ingest.envelope import Envelope
from ingest.parts import Columns, write_part
from ingest.records import FileRecord
from ingest.redaction import Redactor
from ingest.texts import Block
from warehouse.errors import RefreshError

# of half a megabyte each
_GROUP_BLOCKS = 8


class ShareRequest(BaseModel):
    """Read share number `share` of `shares` of a file of lines into parts `<prefix>-<group>.arrow` of a folder.

    Answered by part …, done, or by error.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    shape: str
    entity: str
    source_name: str
    salt: str
    keep_pii: bool
    folder: Path
    prefix: str
    share: int
    shares: int


class PartEvent(BaseModel):
    """A group of blocks was read. part: its file, None where it holds no rows; characters: of its payloads."""

    event: Literal["part"] = "part"
    group: int
    part: Path | None
    characters: int


class DoneEvent(BaseModel):
    """The file was read to its end, in so many groups over all shares."""

    event: Literal["done"] = "done"
    groups: int


class FailedEvent(BaseModel):
    """Reading failed. unreadable: the file cannot be read; errno: why a part cannot be written, if that is it."""

    event: Literal["failed"] = "failed"
    unreadable: bool = False
    errno: int | None = None


Event = PartEvent | DoneEvent | FailedEvent


def read_share(request: ShareRequest) -> Iterator[PartEvent | DoneEvent]:
    """Read a share; the last event is `done`.

    Raises RefreshError where the file cannot be read, OSError where a part cannot be written.
    """
    entity = CONNECTORS[request.shape].entity(request.entity)
    export = Export(request.path, entity)
    envelope = Envelope(request.source_name, entity, Redactor(request.salt.encode(), request.keep_pii))
    groups = 0
    for group, blocks in groupby(enumerate(_blocks(export)), lambda numbered: numbered[0] // _GROUP_BLOCKS):
        groups = group + 1
        # of another's group the blocks are passed over
        if group % request.shares == request.share:
            yield _part(request, group, (block for _, block in blocks), export, envelope)
    yield DoneEvent(groups=groups)


def _blocks(export: Export) -> Iterator[Block]:
    try:
        yield from export.blocks()
    except OSError as error:
        raise unreadable(export.path.name) from error


def _part(request: ShareRequest, group: int, blocks: Iterable[Block], export: Export, envelope: Envelope) -> PartEvent:
    columns, batches, characters = Columns(), [], 0
    for block in blocks:
        for line, value in export.of_block(block):
            columns.put(envelope.wrap(FileRecord(value, request.path.name, line)))
            if columns.is_full:
                characters += columns.characters
                batches.append(columns.batch())
    characters += columns.characters
    if len(columns):
        batches.append(columns.batch())
    part = request.folder / f"{request.prefix}-{group}.arrow"
    if batches:
        write_part(part, batches)
    return PartEvent(group=group, part=part if batches else None, characters=characters)


def serve(requests: BinaryIO, events: BinaryIO) -> None:
    """Serve share requests, a line each, one after the other, until they end; then leave, whatever is under way."""
    waiting: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        for line in requests:
            waiting.put(line)
        # nobody is there to take what is still read
        os._exit(0)

    threading.Thread(target=listen, name="requests", daemon=True).start()
    while True:
        request = ShareRequest.model_validate_json(waiting.get())
        try:
            for event in read_share(request):
                _emit(events, event)
        except RefreshError:
            _emit(events, FailedEvent(unreadable=True))
        except OSError as error:
            _emit(events, FailedEvent(errno=error.errno))


def _emit(events: BinaryIO, event: Event) -> None:
    events.write(event.model_dump_json().encode() + b"\n")
    events.flush()


def main() -> None:
    """Serve on stdin and stdout; whatever else is printed goes to stderr."""
    # records are trees, which go when nothing refers to them any more: looking for cycles is 6 % of the time
    gc.freeze()
    gc.set_threshold(100_000)
    events = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, events)


if __name__ == "__main__":
    main()
