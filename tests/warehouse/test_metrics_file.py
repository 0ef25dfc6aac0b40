"""metrics.yml as it is written: what is read, what is told, and what stays between the tenants."""

from pathlib import Path

import pytest
from own import entry, read

from warehouse.catalog import Window
from warehouse.metrics_file import FILE, MetricsFile

DIVIDED = {"numerator": "orders", "denominator": "sessions"}


def test_without_a_file_there_are_no_metrics_and_nothing_is_told(tmp_path: Path) -> None:
    assert MetricsFile.read(tmp_path / FILE, "acme") == MetricsFile()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "metrics:\n", "metrics: {}\n", "\ufeffmetrics:\n"])
def test_a_file_without_metrics_is_no_fault(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert (found.metrics, found.faults) == ({}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("metrics: [", "it is not valid YAML at line 1"),
        ("metrics:\n  a: {b: c\n", "it is not valid YAML at line 3"),
        ("\tmetrics:", "it is not valid YAML at line 1"),
        ("metrics: {a: 2026-02-30}", "it is not valid YAML"),
        ("- a\n- b\n", "it has no key metrics; write the metrics below metrics:."),
        ("ratio: {}\n", "it has no key metrics; write the metrics below metrics:."),
        ("metrics: [a, b]\n", "metrics must hold names with what each is."),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    found = read(tmp_path, text)
    assert not found.metrics
    [(name, sentence)] = found.faults.items()
    assert name == FILE
    assert sentence.startswith(f"metrics.yml: {said}")
    assert str(tmp_path) not in sentence


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes("metrics: {}  # für alle".encode("latin-1"))
    assert MetricsFile.read(tmp_path / FILE, "acme").faults == {
        FILE: "metrics.yml: it is not UTF-8 text; correct its encoding."
    }


def test_a_key_beside_metrics_is_told_and_the_metrics_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, "metrics: {a: {description: A., derived: orders}}\nversion: 2\n")
    assert found.faults == {FILE: 'metrics.yml: unknown key "version" beside metrics. Leave it out.'}
    assert list(found.metrics) == ["a"]


FAULTS: dict[str, tuple[object, str]] = {
    "no mapping": (
        "orders / sessions",
        ': it is "orders / sessions". Give description and one of ratio, derived, filtered, distinct, sum, count,'
        " cumulative.",
    ),
    "no formula": (
        entry(),
        ": it does not say what it is made of. Give exactly one of ratio, derived, filtered, distinct, sum, count,"
        " cumulative.",
    ),
    "two formulas": (
        entry(ratio=DIVIDED, derived="orders"),
        ": it is ratio and derived at once. Give exactly one of ratio, derived, filtered, distinct, sum, count,"
        " cumulative.",
    ),
    "key": (
        {"description": "A.", "filterd": {}},
        ': unknown key "filterd"; nearest: filtered. Known are label, description, unit, synonyms, note, hidden,'
        " tenants, ratio, derived, filtered, distinct, sum, count, cumulative.",
    ),
    "sql": (
        entry(ratio=DIVIDED, sql="select 1"),
        ': unknown key "sql". Known are label, description, unit, synonyms, note, hidden, tenants, ratio, derived,'
        " filtered, distinct, sum, count, cumulative.",
    ),
    "key within": (
        entry(ratio={**DIVIDED, "factr": 2}),
        ', field ratio: unknown key "factr"; nearest: factor. Known are numerator, denominator, factor.',
    ),
    "key deep within": (
        entry(ratio={"numerator": {"plus": "a", "mins": "b"}, "denominator": "c"}),
        ', field numerator: unknown key "mins"; nearest: minus. Known are plus, minus.',
    ),
    "key of a condition": (
        entry(filtered={"metric": "orders", "where": [{"field": "a", "operator": "eq", "value": "b"}]}),
        ', field where: unknown key "operator". Known are field, op, value.',
    ),
    "any": (
        entry(filtered={"metric": "orders", "where": [{"any": []}]}),
        ", field where.field: it is missing. Name a dimension.",
    ),
    "missing": (
        entry(ratio={"numerator": "orders"}),
        ", field denominator: it is missing. Name a metric or measure, a list of them, or {plus: [...], minus: [...]}.",
    ),
    "description": (
        {"derived": "orders"},
        ", field description: it is missing. Say in a sentence what it is.",
    ),
    "blank description": (
        {"description": "  ", "derived": "orders"},
        ', field description: it is "  ". Say in a sentence what it is.',
    ),
    "label": (
        entry(label=28, derived="orders"),
        ', field label: it is "28". Give a text.',
    ),
    "expression": (
        entry(ratio={"numerator": 5, "denominator": "orders"}),
        ', field numerator: it is "5". Name a metric or measure, a list of them, or {plus: [...], minus: [...]}.',
    ),
    "factor": (
        entry(ratio={**DIVIDED, "factor": 0.5}),
        ', field factor: it is "0.5". Give a whole number of at least 1.',
    ),
    "unit": (
        entry(derived="orders", unit="dollars"),
        ', field unit: it is "dollars". Give one of currency, count, ratio, number.',
    ),
    "operator": (
        entry(filtered={"metric": "orders", "where": [{"field": "a", "op": "like", "value": "b"}]}),
        ', field where.op: it is "like". Give one of eq, ne, in, not_in, gt, gte, lt, lte, contains, starts_with,'
        " is_null, not_null.",
    ),
    "no condition": (
        entry(filtered={"metric": "orders", "where": {}}),
        ", field where: it is nothing."
        " Give {dimension: value}, {dimension: [values]}, or a list of {field, op, value}.",
    ),
    "window": (
        entry(cumulative={"metric": "orders", "window": "28"}),
        ', field window: it is "28". Give 28 days, 4 weeks, 3 months, month_to_date (or week, quarter, year,'
        " fiscal_quarter, fiscal_year) or all.",
    ),
    "hidden": (entry(derived="orders", hidden="no"), ', field hidden: it is "no". Give true or false.'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_metric_that_is_not_written_rightly_is_told_with_its_field_and_the_remedy(tmp_path: Path, fault: str) -> None:
    body, said = FAULTS[fault]
    found = read(tmp_path, {"bad": body, "good": entry(ratio=DIVIDED)})
    assert list(found.metrics) == ["good"]
    assert found.faults == {"bad": f"metrics.yml: metric bad{said}"}


def test_what_stands_twice_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        metrics:
          same: {description: A., derived: orders}
          same: {description: B., derived: orders}
          label: {description: A., description: B., derived: orders}
          basis: &basis {description: A., derived: orders}
          merged: {<<: *basis, description: B.}
        """,
    )
    assert list(found.metrics) == ["basis", "merged"]
    assert found.metrics["merged"].description == "B."
    assert found.faults == {
        "same": "metrics.yml: metric same: it stands twice. Keep one of them.",
        "label": "metrics.yml: metric label, field description: it stands twice. Keep one of them.",
    }


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("28 days", Window(unit="day", last=28)),
        ("1  day", Window(unit="day", last=1)),
        ("4 weeks", Window(unit="week", last=4)),
        ("3 months", Window(unit="month", last=3)),
        ("week_to_date", Window(unit="week")),
        ("fiscal_year_to_date", Window(unit="fiscal_year")),
        ("all", Window(unit="all")),
    ],
)
def test_a_window_is_so_many_units_a_unit_to_date_or_all(tmp_path: Path, text: str, window: Window) -> None:
    found = read(tmp_path, {"a": entry(cumulative={"metric": "orders", "window": text})})
    assert found.metrics["a"].cumulative is not None
    assert found.metrics["a"].cumulative.window == window


@pytest.mark.parametrize(
    "text", ["0 days", "-1 days", "28days", "2 quarters", "day_to_date", "99999 days", "", 28, None]
)
def test_no_other_window_is_taken(tmp_path: Path, text: object) -> None:
    assert read(tmp_path, {"a": entry(cumulative={"metric": "orders", "window": text})}).faults


def test_a_metric_for_other_tenants_is_not_looked_at_and_nothing_of_it_is_told(tmp_path: Path) -> None:
    metrics = {
        "theirs": entry(tenants=["wayne_enterprises"], ratio="nonsense"),
        "ours": entry(tenants="acme", derived="orders"),
        "all": entry(derived="orders"),
        "unclear": entry(tenants={"wayne_enterprises": True}, derived="orders"),
    }
    found = read(tmp_path, metrics)
    assert list(found.metrics) == ["ours", "all"]
    assert found.others == {"theirs"}
    assert found.faults == {
        "unclear": "metrics.yml: metric unclear, field tenants: it is no list of slugs. Give a list of tenants' slugs."
    }
    other = {**metrics, "theirs": entry(tenants=["wayne_enterprises"], ratio=DIVIDED)}
    assert read(tmp_path, other).digest == found.digest


def test_the_digest_changes_with_whatever_changes_the_metrics(tmp_path: Path) -> None:
    texts = [
        "metrics: {a: {description: A., derived: orders}}",
        "metrics: {a: {description: A!, derived: orders}}",
        "metrics: {a: {description: A., derived: 2026-01-01}}",
        "metrics: {a: {description: A., derived: 2026-01-02}}",
        "metrics: {b: {description: A., derived: orders}}",
        "metrics: {b: {description: A., derived: orders}, a: {description: A., derived: orders}}",
        "metrics: {a: {description: A., derived: orders}, b: {description: A., derived: orders}}",
        "metrics: [",
        "metrics: [[",
    ]
    assert len({read(tmp_path, text).digest for text in texts}) == len(texts)
    assert read(tmp_path, f"# said\n{texts[0]}\n").digest == read(tmp_path, texts[0]).digest
