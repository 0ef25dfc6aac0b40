import pytest

from server.answers import QueryAnswer
from server.terminal import aligned, context_of, print_table


def answer(rows: list[list[object]], **changes: object) -> QueryAnswer:
    values: dict[str, object] = {
        "tenant": "acme",
        "columns": [
            {"name": "country", "label": "Country", "unit": None, "type": "text"},
            {"name": "sales", "label": "Sales", "unit": "currency", "type": "decimal"},
            {"name": "rate", "label": "Rate", "unit": "ratio", "type": "decimal"},
            {"name": "orders", "label": "Orders", "unit": "count", "type": "integer"},
        ],
        "rows": rows,
        "row_count": len(rows),
        "truncated": False,
        "period": {"start": "2026-01-01", "end": "2026-01-31", "timezone": "UTC", "complete": True},
        "currency": "USD",
        "snapshot": "s1",
        "refreshed_at": "2026-02-01T00:00:00Z",
        "data_through": {},
        "definitions": {},
        "notices": [],
    }
    return QueryAnswer.model_validate({**values, **changes})


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    table = aligned(["a", "number"], [["long text", "1"], ["x", "12,345"]], [False, True])

    assert table.splitlines() == ["a          number", "long text       1", "x          12,345"]


def test_numbers_are_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(answer([["Japan", 1234.5, 0.123456, 1000], [None, "12345678901234567.1234", None, None]]))
    lines = capsys.readouterr().out.splitlines()

    assert lines[1].split() == ["Japan", "1,234.50", "0.123456", "1,000"]
    assert lines[2].split() == ["-", "12,345,678,901,234,567.1234", "-", "-"]


def test_an_open_period_and_every_notice_are_said() -> None:
    period = {"start": "2026-01-01", "end": "2026-01-31", "timezone": "UTC", "complete": False}
    said = context_of(answer([], period=period, notices=["Mind this."]))

    assert "not complete" in said
    assert said.endswith("Mind this.")
