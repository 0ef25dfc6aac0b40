"""A golden question: plain words, the call, the answer written out, and SQL by hand that counts the same.

The questions stand in golden_*.yml, an analyst's words first:

    words     the question as it would be asked
    tenant    of the demo, or calendar_shop (golden_shop.sql)
    now       the wall clock of the tenant when it is asked, or an instant with Z
    settings  of tenants.yml, where they are not the tenant's own (week_start, fiscal_year_start)
    call      the arguments of query_metric
    period    first..last day of the answer; previous: those compared with, none where there are none
    columns   the names of the answer's columns
    rows      the answer, written out; totals: its line of totals; other: the indices of the rest beyond a top
    complete  whether the period is over and covered, where that is the point
    notices   a part of each notice that the question itself brings about, in their order; the sources' own are left out
    sql       the same figures, the totals as the last row, over the marts or `book` (golden_book.sql), days by hand
    refused   in place of an answer: parts of the refusal

The literal figures are the SQL's, not the product's. Where the demo is made otherwise they change: the test that runs
the SQL prints them as they are then. Look whether the difference is what the change was to bring about, and write it
down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

Cell = str | int | float | None
Row = tuple[Cell, ...]

# what a ratio is rounded to; every other figure is a sum, which is exact
_PLACES = {name: 4 for name in ("average_order_value", "cpc", "cpm", "cost_per_conversion", "cac_blended")}
_RATIO_PLACES = 6

# here nearly every question is planned and compiled for itself alone, which takes as long as ten others
_SLOW = {"golden_advertising", "golden_combinations"}


@dataclass(frozen=True)
class Golden:
    """One question with its answer; rows and totals as the answer has them."""

    words: str
    tenant: str
    now: str
    call: Mapping[str, object]
    settings: Mapping[str, object] = field(default_factory=dict)
    period: str | None = None
    previous: str | None = None
    complete: bool | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    totals: Row | None = None
    other: Sequence[int] = field(default_factory=list)
    notices: Sequence[str] = ()
    sql: str = ""
    refused: Sequence[str] = ()
    slow: bool = False

    @staticmethod
    def of(written: Mapping[str, Any]) -> "Golden":
        """The question as a file has it."""
        told = dict(written)
        told["rows"] = [tuple(row) for row in told.get("rows", [])]
        if told.get("totals"):
            told["totals"] = tuple(told["totals"])
        return Golden(**told)

    @property
    def figures(self) -> list[Row]:
        """What the SQL must give: the rows, then the totals."""
        return [*self.rows, *([self.totals] if self.totals else [])]


def golden_questions() -> list[Golden]:
    """All of them, file by file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        replace(Golden.of(written), slow=file.stem in _SLOW)
        for file in sorted(Path(__file__).parent.glob("golden_*.yml"))
        for written in yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    ]


def counted(columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> list[Row]:
    """What SQL gave, as an answer shows it: dates as text, quotients rounded, sums as they are."""
    return [tuple(_shown(name, cell) for name, cell in zip(columns, row, strict=True)) for row in rows]


def _shown(column: str, cell: object) -> Cell:
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        places = _PLACES.get(column.removesuffix("__previous"), _RATIO_PLACES)
        cell = Decimal(cell).quantize(Decimal(1).scaleb(-places))
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    assert cell is None or isinstance(cell, str | int), cell
    return cell


def days(text: str) -> tuple[date | None, date | None]:
    """first..last as two dates; `none` is no days."""
    if text == "none":
        return None, None
    first, last = text.split("..")
    return date.fromisoformat(first), date.fromisoformat(last)
