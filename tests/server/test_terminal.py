import re

import pytest

from server.answers import MetricsAnswer, QueryAnswer
from server.terminal import aligned, context_of, print_metrics, print_table


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


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of eighty columns without colours."""
    for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "80", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)


def plain(text: str) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


def columns(number: int) -> list[dict[str, object]]:
    text: dict[str, object] = {"name": "product_title", "label": "Product", "unit": None, "type": "text"}
    names = [f"average_order_value_{at}" for at in range(number)]
    numbers: list[dict[str, object]] = [
        {"name": name, "label": name, "unit": "currency", "type": "decimal"} for name in names
    ]
    return [text, *numbers]


@pytest.mark.usefixtures("terminal")
def test_a_table_fits_the_terminal_and_nothing_of_it_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    title = "A very long title of a product, with all its sizes and colours, that no column bears"
    print_table(answer([[title, 1234567.89, 0.5, 2]], columns=columns(3)))
    lines = plain(capsys.readouterr().out)

    assert max(map(len, lines)) <= 80
    assert "1,234,567.89" in "\n".join(lines)
    assert "".join(
        line.split("│")[1].strip().replace(" ", "") for line in lines if line.count("│") == 5
    ) == title.replace(" ", "")


@pytest.mark.usefixtures("terminal")
def test_rows_of_more_columns_than_the_terminal_bears_are_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(answer([["Mug", *[1234567.89] * 12], ["Cape", *[None] * 12]], columns=columns(12)))
    blocks = "\n".join(plain(capsys.readouterr().out)).split("\n\n")

    assert len(blocks) == 2
    assert blocks[0].splitlines()[0].split() == ["product_title", "Mug"]
    assert blocks[0].count("1,234,567.89") == 12


def test_totals_are_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(answer([["Japan", 1234.5, 0.1, 1000]], totals=[None, 1234.5, 0.1, 1000]))

    assert capsys.readouterr().out.splitlines()[-1].split() == ["Total", "1,234.50", "0.1", "1,000"]


def test_a_value_cannot_give_the_terminal_orders(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(answer([["a\x1b[2Jb\nc", 1, 0, 1]]))

    assert capsys.readouterr().out.splitlines()[1].startswith("a�[2Jb�c")


METRICS = {
    "tenants": [{"tenant": "acme", "name": "Acme", "currency": "USD", "timezone": "UTC", "refreshed_at": None}],
    "metrics": [
        {"name": "total_revenue", "description": f"Order totals {'charged, ' * 12}before refunds", "dimensions": "o"},
        {"name": "cpc", "description": "ad_spend / clicks", "dimensions": "o"},
    ],
    "dimension_sets": {"o": ["date", "channel"]},
    "dimensions": [{"name": "channel", "values": ["Email", "Direct"], "more": 3}],
    "notices": ["2 notices on the data: see the answers."],
}


def test_metrics_are_aligned_columns_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(MetricsAnswer.model_validate(METRICS))
    lines = capsys.readouterr().out.splitlines()

    assert "By date, channel:" in lines
    assert "cpc            currency  ad_spend / clicks. Does not add up." in lines
    assert "channel  Email, Direct and 3 more." in lines
    assert lines[-1] == "2 notices on the data: see the answers."


@pytest.mark.usefixtures("terminal")
def test_metrics_are_wrapped_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(MetricsAnswer.model_validate(METRICS))
    lines = plain(capsys.readouterr().out)

    assert max(map(len, lines)) <= 80
    assert any(line.startswith("total_revenue  currency  Order totals charged, charged,") for line in lines)
    assert "\n".join(lines).count("charged,") == 12
