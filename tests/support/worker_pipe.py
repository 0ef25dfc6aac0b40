"""The test's end of a refresh worker's pipes, whether it is a thread of the test or a child process."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from ingest.worker import Worker

PATIENCE = 90.0
Event = dict[str, Any]


class WorkerPipe:
    """Writes requests and hears events; `lines` are what the worker wrote, as it wrote it."""

    def __init__(self, requests: IO[bytes], events: IO[bytes]) -> None:
        self._requests = requests
        self._heard: SimpleQueue[bytes] = SimpleQueue()
        self.lines: list[bytes] = []
        self._reader = threading.Thread(target=self._read, args=[events], daemon=True)
        self._reader.start()

    def send(self, **request: object) -> None:
        self._requests.write(json.dumps(request).encode() + b"\n")
        self._requests.flush()

    def next(self) -> Event:
        """The next event; raises queue.Empty where none comes, EOFError after the last."""
        line = self._heard.get(timeout=PATIENCE)
        if not line:
            raise EOFError
        self.lines.append(line)
        event: Event = json.loads(line)
        return event

    def until(self, *names: str) -> list[Event]:
        """The events up to the first of one of these names."""
        events = [self.next()]
        while events[-1]["event"] not in names:
            events.append(self.next())
        return events

    def end(self) -> None:
        """End the worker's standard input."""
        self._requests.close()

    def rest(self) -> Iterator[Event]:
        """Every event until the worker closes its side."""
        try:
            while True:
                yield self.next()
        except EOFError:
            return

    def _read(self, events: IO[bytes]) -> None:
        for line in events:
            self._heard.put(line)
        self._heard.put(b"")


class ThreadWorker(WorkerPipe):
    """A worker in a thread, so that a test may put something in dbt's place."""

    def __init__(self, idle_seconds: float = PATIENCE) -> None:
        requests, send = os.pipe()
        hear, events = os.pipe()
        self._events = os.fdopen(events, "wb")
        self.worker = Worker(requests, self._events, idle_seconds)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        super().__init__(os.fdopen(send, "wb"), os.fdopen(hear, "rb"))
        self.thread.start()

    def _serve(self) -> None:
        with self._events:
            self.worker.serve()


class ChildWorker(WorkerPipe):
    """A worker as it is started in earnest."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.errors = folder / "stderr"
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ingest.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        super().__init__(self.process.stdin, self.process.stdout)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def leave(self) -> int:
        """End its standard input and wait for it; → its exit code."""
        self.end()
        return self.process.wait(PATIENCE)
