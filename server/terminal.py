"""What the command line shows: tables on stdout, progress on stderr."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from server.answers import MetricsAnswer, QueryAnswer, meaning_of, tenant_line
from server.refreshes import Refresh, Refreshes

MISSING = "-"
_READABLE = 12  # the least width of a text
_ROOMY = 60  # from here on a terminal bears a column of names that are not broken
_LOOK = 1.0  # seconds between two looks at a refresh that does not move


def print_table(answer: QueryAnswer) -> None:
    """The rows on stdout, and the totals where they were asked for: a ruled table on a terminal, or where that is too
    narrow a block a row; aligned columns elsewhere. Nothing is cut."""
    names = [column["name"] for column in answer.columns]
    right = [column["type"] in ("integer", "decimal") for column in answer.columns]
    rows = [[_cell(cell, column) for cell, column in zip(row, answer.columns, strict=True)] for row in answer.rows]
    if answer.totals is not None:
        totals = [_cell(cell, column) for cell, column in zip(answer.totals, answer.columns, strict=True)]
        # the first column is a group's, unless nothing is grouped
        rows.append(totals if right[0] else ["Total", *totals[1:]])
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        _print_plain(aligned(names, rows, right))
        return
    # a number is never broken, a text and a heading may be
    least = [_least([row[at] for row in rows], names[at], right[at]) for at in range(len(names))]
    if sum(least) + 3 * len(least) + 1 > console.width:
        console.print("\n\n".join(aligned([], zip(names, row, strict=True), [False, False]) for row in rows))
        return
    table = Table()
    for name, width, to_right in zip(names, least, right, strict=True):
        table.add_column(name, justify="right" if to_right else "left", overflow="fold", min_width=width)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def print_metrics(answer: MetricsAnswer) -> None:
    """What can be asked on stdout: a table a set of dimensions, wrapped on a terminal, aligned elsewhere."""
    console = Console(highlight=False, markup=False)
    groups = {
        f"By {', '.join(names)}": [
            [one["name"], one.get("unit", "currency"), meaning_of(one)]
            for one in answer.metrics
            if one["dimensions"] == key
        ]
        for key, names in answer.dimension_sets.items()
    }
    if answer.dimensions:
        groups["Dimensions"] = [[one["name"], meaning_of(one)] for one in answer.dimensions]
    said = "\n".join(tenant_line(tenant) for tenant in answer.tenants)
    if not console.is_terminal:
        parts = [f"{title}:\n{aligned([], rows, [False] * len(rows[0]))}" for title, rows in groups.items() if rows]
        _print_plain("\n\n".join(filter(None, [said, *parts, "\n".join(answer.notices)])))
        return
    console.print(said)
    for title, rows in groups.items():
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False)
        for row in rows[:1]:
            for at in range(len(row)):
                last = at == len(row) - 1
                table.add_column(overflow="fold", no_wrap=not last and console.width >= _ROOMY)
        for row in rows:
            table.add_row(*row)
        console.print(f"\n{title}", style="bold")
        console.print(table)
    for notice in answer.notices:
        console.print(f"\n{notice}")


def aligned(names: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool]) -> str:
    """A table as text, each column as wide as its widest cell; without a heading where there are no names."""
    lines = [*([list(names)] if names else []), *map(list, rows)]
    widths = [max((len(line[column]) for line in lines), default=0) for column in range(len(right))]

    def said(line: Sequence[str]) -> str:
        cells = zip(line, widths, right, strict=True)
        return "  ".join(text.rjust(width) if to_right else text.ljust(width) for text, width, to_right in cells)

    return "\n".join(said(line).rstrip() for line in lines)


def _print_plain(text: str) -> None:
    Console(highlight=False, soft_wrap=True, markup=False).print(text)


def _least(cells: Sequence[str], name: str, is_number: bool) -> int:
    """The width that a column needs: a number's whole, of a text and of the heading as much as can be read."""
    widest = max(map(len, cells), default=0)
    return max(widest if is_number else min(widest, _READABLE), min(len(name), _READABLE))


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
        # what a terminal would obey, and what would break a line, is shown and not done
        return "".join(character if character.isprintable() else "�" for character in str(cell))
    amount = Decimal(str(cell))
    places = max(-int(amount.as_tuple().exponent), 2 if column["unit"] == "currency" else 0)
    return f"{amount:,.{places}f}"
