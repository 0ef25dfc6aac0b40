"""The demo through the whole pipeline, against the oracle that counts the payload files by itself."""

import json
from csv import DictReader
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copy
from typing import Any

import duckdb
import pytest
from compared import SPLITS, Compared, Figures, differences, significant
from demo_home import SLUGS, UNTIL, gata_mcp
from oracle import ADDS_UP, METRICS, dimensions_of
from oracle_ad_platforms import META, account_totals

from ingest.demo import write_demo
from warehouse.answer import answer
from warehouse.home import Home
from warehouse.query import MetricQuery

WITHOUT: dict[str, set[str]] = {
    "tyrell_corp": set(),
    "wayne_enterprises": {"tips"},
    "stark_industries": {"duties_and_fees"},
}
"""What the demo's companies do not have: BigCommerce knows no tips, Stark charges neither duties nor fees."""


@pytest.fixture(scope="module", params=SLUGS)
def tenant(demo: Path, request: pytest.FixtureRequest) -> Compared:
    return Compared(demo, str(request.param))


@pytest.fixture
def expected(demo: Path, tenant: Compared) -> dict[str, Any]:
    """What the generator itself counted from its list of events."""
    written = (demo / "exports" / tenant.slug / "expected.json").read_text(encoding="utf-8")
    return dict(json.loads(written))


@pytest.mark.parametrize("group_by", SPLITS, ids=lambda names: "-".join(names) or "total")
@pytest.mark.parametrize("grain", [None, "month"])
def test_every_metric_equals_the_oracle(tenant: Compared, group_by: tuple[str, ...], grain: str | None) -> None:
    assert differences(tenant, group_by, grain) == []


def test_every_metric_of_every_day_equals_the_oracle(tenant: Compared) -> None:
    assert differences(tenant, (), "day") == []


@pytest.mark.slow
@pytest.mark.parametrize("group_by", SPLITS[1:], ids="-".join)
def test_every_metric_of_every_day_by_every_dimension_equals_the_oracle(
    tenant: Compared, group_by: tuple[str, ...]
) -> None:
    assert differences(tenant, group_by, "day") == []


@pytest.mark.parametrize("group_by", SPLITS[1:], ids="-".join)
def test_the_groups_of_every_dimension_add_up_to_the_total(tenant: Compared, group_by: tuple[str, ...]) -> None:
    for metric in ADDS_UP:
        if set(group_by) <= set(dimensions_of(metric)):
            total = tenant.ask(metric).get((), Decimal(0))
            for grain in (None, "month"):
                groups = tenant.ask(metric, group_by, grain)
                assert sum(figure or Decimal(0) for figure in groups.values()) == total, (metric, grain)


def test_every_metric_has_a_figure(tenant: Compared) -> None:
    without = {metric for metric in METRICS if not tenant.ask(metric)}
    assert without == WITHOUT[tenant.slug]


def test_totals_are_those_of_the_generators_own_events(tenant: Compared, expected: dict[str, Any]) -> None:
    for metric, figure in expected["totals"].items():
        assert tenant.ask(metric).get((), Decimal(0)) == Decimal(figure), metric


def test_every_order_with_a_transaction_row_stands_in_its_true_channel(demo: Path, tenant: Compared) -> None:
    with (demo / "exports" / tenant.slug / "attribution.csv").open(encoding="utf-8", newline="") as told:
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
def test_advertising_is_the_funnels_by_day_channel_campaign_and_platform(
    tenant: Compared, expected: dict[str, Any], metric: str
) -> None:
    true = expected["advertising"]
    campaigns = {name: campaign["name"] for name, campaign in true["campaigns"].items()}

    def told(split: str, names: dict[str, str]) -> Figures:
        found: dict[tuple[object, ...], Decimal] = {}
        for key, figures in true[split].items():
            group = (names.get(key, key),)
            found[group] = found.get(group, Decimal(0)) + Decimal(figures[metric])
        return significant(found)

    assert tenant.ask(metric, (), "day") == told("by_day", {})
    assert tenant.ask(metric, ("platform",)) == told("by_platform", {})
    assert tenant.ask(metric, ("channel",)) == told("by_channel", {})
    assert tenant.ask(metric, ("campaign_name",)) == told("by_campaign", campaigns)


def test_sessions_and_events_are_the_funnels(tenant: Compared, expected: dict[str, Any]) -> None:
    sessions, events = expected["sessions"], expected["events"]

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


def test_metas_two_platforms_together_are_what_the_account_spent(demo: Path, tenant: Compared) -> None:
    """The account's own daily totals, which its source delivers beside the rows by placement."""
    folder = demo / "exports" / tenant.slug / "facebook_ads"
    totals = account_totals(folder, META)
    advertises = any(source.connector == "facebook_ads" for source in tenant.catalog.sources)
    assert bool(totals) == advertises
    rows = tenant.gold.execute(
        "select ad_date, sum(native_spend_amount) from fct_ad_performance "
        "where platform in ('facebook_ads', 'instagram_ads') group by all"
    ).fetchall()

    assert {day: spend for day, spend in rows if spend} == {day: spend for day, spend in totals.items() if spend}


def test_orders_without_a_rate_are_left_out_with_a_notice(tenant: Compared, expected: dict[str, Any]) -> None:
    left_out = expected["orders_without_rate"]
    given = answer(tenant.catalog, tenant.gold, MetricQuery.parse({"metrics": ["net_sales"]}), datetime.now(UTC), 60)

    said = [notice for notice in given.notices if "without a rate" in notice]
    assert (len(said) == 1 and f"{left_out} orders" in said[0]) if left_out else not said


def test_bad_records_are_in_quarantine_and_nothing_else_is(
    demo: Path, tenant: Compared, expected: dict[str, Any]
) -> None:
    runs = Home(demo).tenant(tenant.slug).runs
    first = min(runs.glob("*.json"), key=lambda file: file.name)
    loads = json.loads(first.read_text(encoding="utf-8"))["loads"]

    found: dict[str, dict[str, int]] = {}
    for load in loads:
        assert load["accepted"] + load["quarantined"] == load["extracted"]
        if load["quarantined"]:
            found.setdefault(load["source"], {})[load["entity"]] = load["quarantined"]
    assert found == {source: entities for source, entities in expected["quarantined"].items() if entities}


@pytest.mark.slow
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
