"""The demo through the whole pipeline, against the oracle that counts the payload files by itself."""

import json
from collections.abc import Mapping
from csv import DictReader
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from shutil import copy

import duckdb
import pytest
import yaml
from demo_home import SLUGS, UNTIL, gata_mcp
from oracle import ADDS_UP, DIMENSIONS, METRICS, Facts, dimensions_of, exports, read_tenant, value
from oracle_ad_platforms import META, account_totals
from oracle_metrics import STORES, facts_of

from ingest.demo import write_demo
from warehouse.answer import answer
from warehouse.catalog import Catalog
from warehouse.gold import open_gold
from warehouse.home import Home
from warehouse.query import MetricQuery
from warehouse.store import FileStore

Figures = Mapping[tuple[object, ...], Decimal | None]


class Published:
    """One demo tenant as it was published, and the oracle's facts of its files."""

    def __init__(self, home: Path, slug: str) -> None:
        settings = yaml.safe_load((home / "tenants.yml").read_text(encoding="utf-8"))["tenants"][slug]
        self.facts: Facts = read_tenant(exports(home, settings))
        version = FileStore(Home(home).tenant(slug)).current()
        assert version is not None
        self.expected = json.loads((home / "exports" / slug / "expected.json").read_text(encoding="utf-8"))
        self.catalog = Catalog.from_json(version.catalog_file.read_bytes())
        self.gold = open_gold(version.gold_file, temp_directory=home)
        self._asked: dict[object, dict[str, Figures]] = {}

    def ask(self, metric: str, group_by: tuple[str, ...] = (), grain: str | None = None) -> Figures:
        """The product's figures by group, blanks and zeros alike left out.

        Metrics of the same kind of fact are asked together, as many as one question may have.
        """
        together = next(batch for batch in batches(group_by) if metric in batch)
        key = (together, group_by, grain)
        if key not in self._asked:
            arguments = {"metrics": list(together), "group_by": list(group_by), **({"grain": grain} if grain else {})}
            # a question has at most 1,000 rows; the figures of a year by day are more
            question = MetricQuery.parse(arguments).model_copy(update={"limit": 1_000_000})
            given = answer(self.catalog, self.gold, question, datetime.now(UTC), 60)
            assert not given.truncated
            split = len(given.columns) - len(together)
            self._asked[key] = {
                name: significant({tuple(row[:split]): row[split + index] for row in given.rows})
                for index, name in enumerate(together)
            }
        return self._asked[key][metric]

    def count(self, metric: str, group_by: tuple[str, ...] = (), grain: str | None = None) -> Figures:
        """The oracle's."""
        counted = value(self.facts, metric, group_by, grain=grain)
        return significant(
            {tuple(str(k) if isinstance(k, date) else k for k in key): figure for key, figure in counted.items()}
        )


@cache
def batches(group_by: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The metrics that can be split so, in questions of at most ten that share facts of one kind."""
    kinds: dict[object, list[str]] = {}
    for metric in METRICS:
        if set(group_by) <= set(dimensions_of(metric)):
            facts = facts_of(metric)
            kinds.setdefault("stores" if facts <= STORES else facts, []).append(metric)
    return [tuple(named[start : start + 10]) for named in kinds.values() for start in range(0, len(named), 10)]


def significant(figures: Mapping[tuple[object, ...], object]) -> Figures:
    exact = {group: None if figure is None else Decimal(str(figure)) for group, figure in figures.items()}
    return {group: figure for group, figure in exact.items() if figure}


@pytest.fixture(scope="module", params=SLUGS)
def tenant(demo: Path, request: pytest.FixtureRequest) -> Published:
    return Published(demo, str(request.param))


SPLITS: tuple[tuple[str, ...], ...] = (
    (),
    *((name,) for name in sorted({n for names in DIMENSIONS.values() for n in names})),
)


@pytest.mark.parametrize("group_by", SPLITS, ids=lambda names: "-".join(names) or "total")
@pytest.mark.parametrize("grain", [None, "month", "day"])
def test_every_metric_equals_the_oracle(tenant: Published, group_by: tuple[str, ...], grain: str | None) -> None:
    for batch in batches(group_by):
        for metric in batch:
            assert tenant.ask(metric, group_by, grain) == tenant.count(metric, group_by, grain), metric


@pytest.mark.parametrize("group_by", SPLITS[1:], ids="-".join)
def test_the_groups_of_every_dimension_add_up_to_the_total(tenant: Published, group_by: tuple[str, ...]) -> None:
    for metric in ADDS_UP:
        if set(group_by) <= set(dimensions_of(metric)):
            total = tenant.ask(metric).get((), Decimal(0))
            for grain in (None, "month", "day"):
                groups = tenant.ask(metric, group_by, grain)
                assert sum(figure or Decimal(0) for figure in groups.values()) == total, (metric, grain)


def test_totals_are_those_of_the_generators_own_events(tenant: Published) -> None:
    for metric, expected in tenant.expected["totals"].items():
        assert tenant.ask(metric).get((), Decimal(0)) == Decimal(expected), metric


def test_every_order_with_a_transaction_row_stands_in_its_true_channel(demo: Path, tenant: Published) -> None:
    slug = tenant.catalog.tenant.slug
    with (demo / "exports" / slug / "attribution.csv").open(encoding="utf-8", newline="") as told:
        true = {
            (row["source_name"], row["order_id"]): (row["channel"], row["match_method"]) for row in DictReader(told)
        }
    rows = tenant.gold.execute("select source_name, order_id, channel, match_method from fct_orders").fetchall()

    assert {(source, order_id): found for source, order_id, *found in rows} == {
        key: [*row] for key, row in true.items()
    }
    matched = [channel for channel, method in true.values() if method != "none"]
    assert len(matched) > 1000
    assert "Unattributed" not in matched


@pytest.mark.parametrize("metric", ["ad_spend", "impressions", "clicks", "platform_conversions", "platform_revenue"])
def test_advertising_is_the_funnels_by_day_channel_campaign_and_platform(tenant: Published, metric: str) -> None:
    true = tenant.expected["advertising"]
    campaigns = {name: campaign["name"] for name, campaign in true["campaigns"].items()}

    def told(split: str, names: Mapping[str, str]) -> Figures:
        found: dict[tuple[object, ...], Decimal] = {}
        for key, figures in true[split].items():
            group = (names.get(key, key),)
            found[group] = found.get(group, Decimal(0)) + Decimal(figures[metric])
        return significant(found)

    assert tenant.ask(metric, (), "day") == told("by_day", {})
    assert tenant.ask(metric, ("platform",)) == told("by_platform", {})
    assert tenant.ask(metric, ("channel",)) == told("by_channel", {})
    assert tenant.ask(metric, ("campaign_name",)) == told("by_campaign", campaigns)


def test_sessions_and_events_are_the_funnels(tenant: Published) -> None:
    sessions, events = tenant.expected["sessions"], tenant.expected["events"]

    for metric in ("sessions", "engaged_sessions"):
        for split, group_by in (
            ("by_channel", "channel"),
            ("by_device", "device_category"),
            ("by_country", "visitor_country"),
        ):
            assert tenant.ask(metric, (group_by,)) == significant({(k,): v[metric] for k, v in sessions[split].items()})
        assert tenant.ask(metric, (), "day") == significant({(k,): v[metric] for k, v in sessions["by_day"].items()})
    assert tenant.ask("events", ("event_name",)) == significant({(k,): v for k, v in events["by_name"].items()})
    assert tenant.ask("events", (), "day") == significant({(k,): v for k, v in events["by_day"].items()})


def test_metas_two_platforms_together_are_what_the_account_spent(demo: Path, tenant: Published) -> None:
    """The account's own daily totals, which its source delivers beside the rows by placement."""
    folder = demo / "exports" / tenant.catalog.tenant.slug / "facebook_ads"
    totals = account_totals(folder, META)
    if not totals:
        pytest.skip("this tenant does not advertise on Meta")
    rows = tenant.gold.execute(
        "select ad_date, sum(native_spend_amount) from fct_ad_performance "
        "where platform in ('facebook_ads', 'instagram_ads') group by all"
    ).fetchall()

    assert {day: spend for day, spend in rows if spend} == {day: spend for day, spend in totals.items() if spend}


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
