"""The refresh worker's side of the readers: large files of lines are read by several processes at once.

The parts come in the order of the file, whichever reader made them. Small files are read in this process: starting
another takes more than half a second.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from secrets import token_hex
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter

from ingest.connector import CONNECTORS, Entity
from ingest.documents import Export, unreadable
from ingest.reader import DoneEvent, Event, FailedEvent, PartEvent, ShareRequest
from warehouse.errors import RefreshError, quoted

WORTH_IT = 32 << 20  # bytes of a plain file; packed it has about a fifth
_PACKED = 5
_MOST = 8
_LOOK = 0.2  # seconds between two looks at cancellation

_event: TypeAdapter[Event] = TypeAdapter(Event)


class Readers:
    """A pool of reader processes, started when they are first needed; use it as a context manager.

    folder: where parts are put. salt, keep_pii: of the tenant's redaction.
    """

    def __init__(self, folder: Path, salt: bytes, keep_pii: bool) -> None:
        self._folder = folder
        self._salt = salt
        self._keep_pii = keep_pii
        self._processes: list[_Reader] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that run."""
        return tuple(process.pid for process in self._processes)

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        processes, self._processes = self._processes, []
        for process in processes:
            process.end()

    def suit(self, path: Path, entity: Entity) -> bool:
        """Whether a file is better read by several processes. Raises RefreshError where it cannot be read."""
        try:
            size = path.stat().st_size * (_PACKED if path.suffix == ".gz" else 1)
            known = CONNECTORS.get(entity.shape)
            return (
                size >= WORTH_IT
                and processors() > 1
                and known is not None
                and entity in known.entities
                and Export(path, entity).form() == "lines"
            )
        except OSError as error:
            raise unreadable(path.name) from error

    def read(
        self, path: Path, entity: Entity, source_name: str, beat: Callable[[], None]
    ) -> Iterator[tuple[Path, int]]:
        """The parts of a file of lines in its order, each with the number of characters of its payloads.

        beat is called several times a second and may raise. Raises RefreshError where the file cannot be read,
        OSError where a part cannot be written. After an exception the processes are ended.
        """
        try:
            yield from self._read(path, entity, source_name, beat)
        except BaseException:
            self.close()
            raise

    def _read(
        self, path: Path, entity: Entity, source_name: str, beat: Callable[[], None]
    ) -> Iterator[tuple[Path, int]]:
        events: SimpleQueue[Event] = SimpleQueue()
        shares = min(processors(), _MOST)
        while len(self._processes) < shares:
            self._processes.append(_Reader())
        prefix = token_hex(8)
        for share, process in enumerate(self._processes):
            request = ShareRequest(
                path=path,
                shape=entity.shape,
                entity=entity.name,
                source_name=source_name,
                salt=self._salt.decode(),
                keep_pii=self._keep_pii,
                folder=self._folder,
                prefix=prefix,
                share=share,
                shares=shares,
            )
            process.read(request, events.put)
        held: dict[int, PartEvent] = {}
        group = done = 0
        groups = set[int]()
        while done < shares:
            beat()
            try:
                event = events.get(timeout=_LOOK)
            except Empty:
                continue
            match event:
                case PartEvent():
                    held[event.group] = event
                case DoneEvent():
                    done += 1
                    groups.add(event.groups)
                case FailedEvent():
                    raise _failure(event, path)
            while (next_part := held.pop(group, None)) is not None:
                group += 1
                if next_part.part is not None:
                    yield next_part.part, next_part.characters
        if groups != {group}:
            raise RefreshError(
                "unreachable",
                f"The file {quoted(path.name)} changed while it was read; refresh again when it is whole.",
            )


class _Reader:
    """One child process and the thread that hears it."""

    def __init__(self) -> None:
        self._hear: Callable[[Event], None] | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingest.reader"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._thread = threading.Thread(target=self._listen, name=f"reader-{self._process.pid}", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def read(self, request: ShareRequest, hear: Callable[[Event], None]) -> None:
        """Ask for a share; `hear` is told every event, on a thread of its own."""
        self._hear = hear
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            hear(FailedEvent())

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self._hear = None
        self._process.kill()
        self._process.wait()
        self._thread.join()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            for line in pipe:
                event = _event.validate_json(line)
                if self._hear is not None:
                    self._hear(event)
        # a process that ends by itself has died
        if self._hear is not None:
            self._hear(FailedEvent())


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _failure(event: FailedEvent, path: Path) -> Exception:
    if event.unreadable:
        return unreadable(path.name)
    if event.errno is not None:
        return OSError(event.errno, os.strerror(event.errno))
    return RefreshError("internal", "A process that reads files ended before its work was done; refresh again.")
