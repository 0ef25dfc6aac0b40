"""A snapshot's gold file: opened for reading and nothing else, queried under a deadline."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Condition, Timer
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
        self._idle = Condition()
        self._stopped = False
        self._running: duckdb.DuckDBPyConnection | None = None
        self._timer = Timer(seconds, self.stop)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()

    def stop(self) -> None:
        """Let no other statement begin, and interrupt the one that runs; returns when it is over."""
        with self._idle:
            self._stopped = True
            while self._running is not None:
                # one that comes before the statement has begun is lost
                self._running.interrupt()
                self._idle.wait(_AGAIN)

    def begin(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Say which cursor runs a statement from now on; raises NotAnswerableError where it is too late."""
        with self._idle:
            if self._stopped:
                raise self.over()
            self._running = cursor

    def end(self) -> None:
        """Say that the statement is over."""
        with self._idle:
            self._running = None
            self._idle.notify_all()

    def over(self) -> NotAnswerableError:
        """What is said of a question that was stopped."""
        return NotAnswerableError(
            f"The question took longer than {self.seconds:g} seconds: ask for a shorter period or fewer groups."
        )


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
            raise deadline.over() from error
        finally:
            deadline.end()
    finally:
        cursor.close()
