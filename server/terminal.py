"""What the command line shows: tables on stdout, progress on stderr."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from server.answers import QueryAnswer
from server.refreshes import Refresh, Refreshes

MISSING = "-"
_LOOK = 1.0  # seconds between two looks at a refresh that does not move


def print_table(answer: QueryAnswer) -> None:
    """The rows on stdout: a ruled table on a terminal, aligned columns elsewhere."""
    console = Console(highlight=False, soft_wrap=True)
    names = [column["name"] for column in answer.columns]
    right = [column["type"] in ("integer", "decimal") for column in answer.columns]
    rows = [[_cell(cell, column) for cell, column in zip(row, answer.columns, strict=True)] for row in answer.rows]
    if console.is_terminal:
        table = Table()
        for name, to_right in zip(names, right, strict=True):
            table.add_column(name, justify="right" if to_right else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        Console(highlight=False, markup=False).print(table)
        return
    console.print(aligned(names, rows, right), markup=False)


def aligned(names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """A table as text, each column as wide as its widest cell."""
    lines = [list(names), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]

    def said(line: Sequence[str]) -> str:
        cells = zip(line, widths, right, strict=True)
        return "  ".join(text.rjust(width) if to_right else text.ljust(width) for text, width, to_right in cells)

    return "\n".join(said(line).rstrip() for line in lines)


def context_of(answer: QueryAnswer) -> str:
    """What a reader must know beside the rows."""
    period = answer.period
    days = f"{period['start']} to {period['end']}" if period["start"] else "no days"
    open_end = "" if period["complete"] else ", not complete"
    said = [
        f"{answer.tenant}, {days} ({period['timezone']}{open_end}), amounts in {answer.currency}, "
        f"snapshot {answer.snapshot}"
    ]
    return "\n".join([*said, *answer.notices])


def follow(refreshes: Refreshes, running: Sequence[Refresh]) -> None:
    """Show refreshes on stderr until all are over; Ctrl-C asks them to stop, a second one leaves at once."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.fields[tenant]}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=console) as progress:
        bars = {one.tenant: progress.add_task("waiting", total=100, tenant=one.tenant) for one in running}
        versions = dict.fromkeys(bars, -1)

        def look(one: Refresh) -> None:
            versions[one.tenant] = one.wait_change(versions[one.tenant], _LOOK / len(running))
            document = one.document
            says = str(document["stage"]) if document["status"] == "running" else str(document["status"])
            progress.update(
                bars[one.tenant], completed=document["completed"], total=document["total"], description=says
            )

        try:
            _until_over(running, look)
        except KeyboardInterrupt:
            for one in running:
                refreshes.cancel(one)
            _until_over(running, look)
        for one in running:
            look(one)


def _until_over(running: Sequence[Refresh], look: Callable[[Refresh], None]) -> None:
    while not all(one.over for one in running):
        for one in running:
            look(one)


def _cell(cell: Any, column: Mapping[str, Any]) -> str:
    if cell is None:
        return MISSING
    if column["type"] == "integer":
        return f"{cell:,}" if isinstance(cell, int) else str(cell)
    if column["type"] != "decimal":
        return str(cell)
    amount = Decimal(str(cell))
    places = max(-int(amount.as_tuple().exponent), 2 if column["unit"] == "currency" else 0)
    return f"{amount:,.{places}f}"
