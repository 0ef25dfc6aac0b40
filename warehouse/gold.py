"""A snapshot's gold file: opened for reading and nothing else, queried under a deadline."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from threading import Condition, Lock, Thread
from time import monotonic
from typing import Self

import duckdb

from warehouse.errors import NotAnswerableError

Cell = str | int | Decimal | date | None
_AGAIN = 0.05  # seconds

Bound = str | int | date | bool | list[str]


def open_gold(
    path: Path, *, temp_directory: Path, memory_limit: str = "1GB", threads: int = 2
) -> duckdb.DuckDBPyConnection:
    """A read-only connection that can reach no other file, with its configuration locked.

    temp_directory: where large sorts may spill, never beside the snapshot. Raises duckdb.Error where the file cannot
    be opened.
    """
    connection = duckdb.connect(
        str(path),
        read_only=True,
        config={
            "enable_external_access": "false",
            "memory_limit": memory_limit,
            "temp_directory": str(temp_directory),
            "threads": str(threads),
        },
    )
    # global: a cursor does not inherit the session's zone, and cannot set its own once the configuration is locked
    connection.execute("set global timezone = 'UTC'")
    connection.execute("set lock_configuration = true")
    return connection


class Deadline:
    """The seconds that a question may take over all of its statements, from when it is entered; `stop` ends it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = Lock()
        self._stopped = False
        self._over = False
        self._running: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        _WATCH.wake(self, self.seconds)
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._over = True

    def stop(self) -> None:
        """Let no other statement begin, and interrupt the one that runs."""
        with self._lock:
            if self._over:
                return
            self._stopped = True
            if self._running is not None:
                # a connection that was closed must not end the thread that watches all others
                with suppress(duckdb.Error):
                    self._running.interrupt()
                # an interrupt that comes before the statement has begun is lost
                _WATCH.wake(self, _AGAIN)

    def begin(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Say which cursor runs a statement from now on; raises NotAnswerableError where it is too late."""
        with self._lock:
            if self._stopped:
                raise self.passed()
            self._running = cursor

    def end(self) -> None:
        """Say that the statement is over."""
        with self._lock:
            self._running = None

    def passed(self) -> NotAnswerableError:
        """What is said of a question that was stopped."""
        return NotAnswerableError(
            f"The question took longer than {self.seconds:g} seconds: ask for a shorter period or fewer groups."
        )


class _Watch:
    """Stops questions at their deadlines, all from one thread: starting one for each costs more than a short query."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._due: list[tuple[float, int, Deadline]] = []
        self._numbers = count()
        self._started = False

    def wake(self, deadline: Deadline, seconds: float) -> None:
        """Stop a question in so many seconds."""
        with self._changed:
            entry = (monotonic() + seconds, next(self._numbers), deadline)
            heappush(self._due, entry)
            if not self._started:
                self._started = True
                Thread(target=self._run, name="deadlines", daemon=True).start()
            if self._due[0] is entry:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                wait = self._due[0][0] - monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                deadline = heappop(self._due)[2]
            deadline.stop()


_WATCH = _Watch()


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Bound], deadline: Deadline
) -> list[tuple[Cell, ...]]:
    """The rows of a query, run on a cursor of its own.

    Raises NotAnswerableError where the deadline came first.
    """
    cursor = connection.cursor()
    try:
        deadline.begin(cursor)
        try:
            return cursor.execute(sql, list(values)).fetchall()
        except duckdb.InterruptException as error:
            raise deadline.passed() from error
        finally:
            deadline.end()
    finally:
        cursor.close()
