"""Rows of the star written out by hand, as a table of text with bars between its columns."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import duckdb

Cell = str | Decimal | datetime | date | bool | None
COUNTS = frozenset(
    {"quantity", "impressions", "clicks", "platform_conversions", "sessions", "engaged_sessions", "event_count"}
)


class WrittenRows(NamedTuple):
    """Some columns of a table and its rows in them, in no order."""

    columns: Sequence[str]
    rows: Sequence[tuple[Cell, ...]]

    @staticmethod
    def of(text: str) -> "WrittenRows":
        """Read a table. A cell is of the type that its column's name says; - is NULL."""
        head, *body = (line.split("|") for line in text.strip().splitlines())
        columns = [name.strip() for name in head]
        rows = [tuple(_cell(name, cell.strip()) for name, cell in zip(columns, cells, strict=True)) for cells in body]
        return WrittenRows(columns, rows)

    def missing_and_extra(self, connection: duckdb.DuckDBPyConnection, table: str) -> tuple[list[object], list[object]]:
        """The rows that are written and not in the table, and those in the table and not written."""
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute(f"select {', '.join(self.columns)} from {table}").fetchall()
        extra: list[object] = list(found)
        missing: list[object] = []
        for row in self.rows:
            if row in extra:
                extra.remove(row)
            else:
                missing.append(row)
        return missing, extra


def _cell(column: str, text: str) -> Cell:
    if text == "-":
        return None
    if column in COUNTS or column.endswith("_amount"):
        return Decimal(text)
    if column.endswith("_at"):
        return datetime.fromisoformat(text)
    if column.endswith(("_date", "_day")):
        return date.fromisoformat(text)
    if column.startswith("is_"):
        return {"true": True, "false": False}[text]
    return text
