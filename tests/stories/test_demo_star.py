"""The demo through the whole pipeline, against the oracle that counts the payload files by itself."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copy

import duckdb
import pytest
import yaml
from demo_home import SLUGS, UNTIL, gata_mcp
from oracle import ADDS_UP, METRICS, Facts, Group, dimensions_of, read_tenant, value

from ingest.demo import write_demo
from warehouse.answer import answer
from warehouse.catalog import Catalog
from warehouse.gold import open_gold
from warehouse.home import Home
from warehouse.query import MetricQuery
from warehouse.store import FileStore

Figures = Mapping[Group, Decimal | None]


class Published:
    """One demo tenant as it was published, and the oracle's facts of its files."""

    def __init__(self, home: Path, slug: str) -> None:
        settings = yaml.safe_load((home / "tenants.yml").read_text(encoding="utf-8"))["tenants"][slug]
        self.facts: Facts = read_tenant(
            {
                "timezone": settings["timezone"],
                "currency": settings["currency"],
                "sources": {
                    name: {"connector": source.get("connector", name), "folder": home / source["files"]}
                    for name, source in settings["sources"].items()
                },
            }
        )
        version = FileStore(Home(home).tenant(slug)).current()
        assert version is not None
        self.expected = json.loads((home / "exports" / slug / "expected.json").read_text(encoding="utf-8"))
        self.catalog = Catalog.from_json(version.catalog_file.read_bytes())
        self.gold = open_gold(version.gold_file, temp_directory=home)

    def ask(self, metric: str, group_by: list[str], grain: str | None = None) -> Figures:
        """The product's figures by group, blanks and zeros alike left out."""
        arguments = {"metrics": [metric], "group_by": group_by, "limit": 1000, **({"grain": grain} if grain else {})}
        given = answer(self.catalog, self.gold, MetricQuery.parse(arguments), datetime.now(UTC), 60)
        assert not given.truncated
        return significant({tuple(row[:-1]): row[-1] for row in given.rows})  # type: ignore[misc]

    def count(self, metric: str, group_by: list[str], grain: str | None = None) -> Figures:
        """The oracle's."""
        counted = value(self.facts, metric, group_by, grain=grain)  # type: ignore[arg-type]
        return significant(
            {tuple(str(k) if isinstance(k, date) else k for k in key): figure for key, figure in counted.items()}
        )


def significant(figures: Mapping[Group, object]) -> Figures:
    exact = {group: None if figure is None else Decimal(str(figure)) for group, figure in figures.items()}
    return {group: figure for group, figure in exact.items() if figure}


@pytest.fixture(scope="module", params=SLUGS)
def tenant(demo: Path, request: pytest.FixtureRequest) -> Published:
    return Published(demo, str(request.param))


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_equals_the_oracle_by_every_dimension_and_date(tenant: Published, metric: str) -> None:
    splits: list[tuple[list[str], str | None]] = [([], None), ([], "day"), ([], "month")]
    splits += [([name], None) for name in dimensions_of(metric) if name != "date"]
    for group_by, grain in splits:
        assert tenant.ask(metric, group_by, grain) == tenant.count(metric, group_by, grain), (group_by, grain)


@pytest.mark.parametrize("metric", ADDS_UP)
def test_the_groups_of_every_dimension_add_up_to_the_total(tenant: Published, metric: str) -> None:
    total = sum(figure or Decimal(0) for figure in tenant.ask(metric, []).values())
    for name in dimensions_of(metric):
        groups = tenant.ask(metric, [name], "month" if name == "date" else None)
        assert sum(figure or Decimal(0) for figure in groups.values()) == total, name


def test_totals_are_those_of_the_generators_own_events(tenant: Published) -> None:
    for metric, expected in tenant.expected["totals"].items():
        assert tenant.ask(metric, []).get((), Decimal(0)) == Decimal(expected), metric


def test_orders_without_a_rate_are_left_out_with_a_notice(tenant: Published) -> None:
    left_out = tenant.expected["orders_without_rate"]
    given = answer(tenant.catalog, tenant.gold, MetricQuery.parse({"metrics": ["net_sales"]}), datetime.now(UTC), 60)

    said = [notice for notice in given.notices if "without a rate" in notice]
    assert (len(said) == 1 and f"{left_out} orders" in said[0]) if left_out else not said


def test_bad_records_are_in_quarantine_and_nothing_else_is(demo: Path, tenant: Published) -> None:
    slug = tenant.catalog.tenant.slug
    runs = Home(demo).tenant(slug).runs
    first = min(runs.glob("*.json"), key=lambda file: file.name)
    loads = json.loads(first.read_text(encoding="utf-8"))["loads"]

    found: dict[str, dict[str, int]] = {}
    for load in loads:
        assert load["accepted"] + load["quarantined"] == load["extracted"]
        if load["quarantined"]:
            found.setdefault(load["source"], {})[load["entity"]] = load["quarantined"]
    assert found == {source: entities for source, entities in tenant.expected["quarantined"].items() if entities}


def test_no_personal_data_is_anywhere_below_tenants(demo: Path, tmp_path: Path) -> None:
    personal = write_demo(Home(tmp_path), until=UNTIL).personal_data
    names = {name for name in personal.names if " " in name}
    needles = {*personal.emails, *names, *personal.streets, *personal.phones}
    assert len(needles) > 5000
    files = [file for file in (demo / "tenants").rglob("*") if file.is_file()]

    # text is packed inside a database file: its columns are read as well
    texts = [file.read_bytes().decode("utf-8", "replace") for file in files if file.suffix != ".duckdb"]
    for file in files:
        if file.suffix == ".duckdb":
            texts.append(file.read_bytes().decode("utf-8", "replace"))
            # a copy of the same name, which views hold: this process may have the file open with other settings
            texts.extend(cells(Path(copy(file, tmp_path / file.name))))
    words = {word for text in texts for word in text.replace('"', "\n").split("\n")}
    assert "Climbing Rope 30 m" in words, "the search does not see what is there"
    assert not needles & words
    assert not [word for word in words if "@example." in word or "%40example." in word][:3]
    streets = {street.split(" ", 1)[1] for street in personal.streets}
    assert not [word for word in words for street in streets if street in word][:3]


def cells(file: Path) -> list[str]:
    """Every text of every table of a database, without repeats."""
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where data_type in ('VARCHAR', 'JSON') and not internal"
        ).fetchall()
        found: list[str] = []
        for schema, table, column in columns:
            rows = connection.execute(f'select distinct "{column}"::varchar from "{schema}"."{table}"').fetchall()
            found += [text for (text,) in rows if text]
        return found


@pytest.mark.slow
def test_the_demo_again_does_no_harm(demo: Path) -> None:
    before = {slug: (Home(demo).tenant(slug).current).read_text(encoding="utf-8") for slug in SLUGS}
    again = gata_mcp("demo", "--home", str(demo), "--until", str(UNTIL))

    assert again.returncode == 0, again.stderr
    assert {slug: (Home(demo).tenant(slug).current).read_text(encoding="utf-8") for slug in SLUGS} == before
    assert again.stdout == (demo / "output").read_text(encoding="utf-8")
