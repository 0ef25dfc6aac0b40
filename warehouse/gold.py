"""A snapshot's gold file: opened for reading and nothing else, queried under a deadline."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Timer

import duckdb

from warehouse.errors import NotAnswerableError

Cell = str | int | Decimal | date | None
Bound = str | int | date


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


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Bound], deadline: float
) -> list[tuple[Cell, ...]]:
    """The rows of a query, run on a cursor of its own.

    deadline: seconds after which it is interrupted. Raises NotAnswerableError when it was.
    """
    cursor = connection.cursor()
    timer = Timer(deadline, _interrupt, [cursor])
    timer.daemon = True
    timer.start()
    try:
        return cursor.execute(sql, list(values)).fetchall()
    except duckdb.InterruptException as error:
        raise NotAnswerableError(
            f"The question took longer than {deadline:g} seconds: ask for a shorter period or fewer groups."
        ) from error
    finally:
        timer.cancel()
        cursor.close()


def _interrupt(cursor: duckdb.DuckDBPyConnection) -> None:
    try:
        cursor.interrupt()
    except duckdb.Error:
        # the query ended, and its cursor was closed, while the timer went off
        return
