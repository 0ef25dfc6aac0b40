"""An answer held against what is expected of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from reference_answer import Expected
from reference_rows import EXACT, REST


def difference(expected: Expected, answer: Mapping[str, object]) -> str | None:
    """What is first wrong with an answer, given as its JSON is; None where all is right."""
    period = answer["period"]
    assert isinstance(period, Mapping)
    compared = expected.previous_asked
    previous = expected.previous
    pairs: list[tuple[str, object, object]] = [
        ("columns", [list(each) for each in expected.columns], _columns(answer)),
        ("row_count", len(expected.rows), answer["row_count"]),
        ("truncated", bool(expected.left), answer["truncated"]),
        ("start", _wire(expected.start), period["start"]),
        ("end", _wire(expected.end), period["end"]),
        ("complete", expected.complete, period["complete"]),
        ("data_through", {name: _wire(day) for name, day in expected.data_through.items()}, answer["data_through"]),
        ("other_rows", expected.other_rows, answer.get("other_rows")),
        ("totals", expected.totals and [_wire(cell) for cell in expected.totals], answer.get("totals")),
    ]
    if compared:
        days = {"start": _wire(previous and previous.first), "end": _wire(previous and previous.last)}
        pairs.append(("previous", days, period.get("previous")))
    for what, right, given in pairs:
        if right != given:
            return f"{what}: {given!r} instead of {right!r}"
    rows = answer["rows"]
    assert isinstance(rows, Sequence)
    for at, (right_row, row) in enumerate(zip(expected.rows, rows, strict=True)):
        if [expected.rest if cell is REST else _wire(cell) for cell in right_row] != list(row):
            return f"row {at}: {row!r} instead of {[_wire(cell) for cell in right_row]!r}"
    return None


def as_json(answer: Mapping[str, object]) -> dict[str, object]:
    """The answer written as JSON and read again; nothing in it may be infinite or no number."""
    read: dict[str, object] = json.loads(json.dumps(answer, allow_nan=False))
    return read


def _columns(answer: Mapping[str, object]) -> list[list[object]]:
    columns = answer["columns"]
    assert isinstance(columns, Sequence)
    return [[each["name"], each["unit"], each["type"]] for each in columns]


def _wire(cell: object) -> object:
    """A cell as JSON has it: a number that a double holds (15 digits), else a text."""
    if isinstance(cell, date):
        return str(cell)
    if not isinstance(cell, Decimal):
        return cell
    _, digits, exponent = cell.normalize(EXACT).as_tuple()
    if len(digits) > 15:
        return format(cell.normalize(EXACT), "f")
    return int(cell) if isinstance(exponent, int) and exponent >= 0 else float(cell)
