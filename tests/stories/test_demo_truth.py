"""Two independent countings of the demo: its generator's, from its list of events, and the oracle's, from the files."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from oracle import ADDS_UP, Facts, Group, dimensions_of, exports, read_tenant, value

from ingest.demo import write_demo
from warehouse.home import Home

pytestmark = pytest.mark.slow

SLUGS = ("tyrell_corp", "wayne_enterprises", "stark_industries")
UNTIL = date(2026, 11, 23)

Figures = Mapping[str, str | int | None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("home")
    write_demo(Home(root), until=UNTIL)
    return root


@pytest.fixture(scope="module", params=SLUGS)
def tenant(home: Path, request: pytest.FixtureRequest) -> tuple[Facts, dict[str, Any]]:
    """The oracle's facts of a tenant and what the generator expects of it."""
    slug = str(request.param)
    settings = yaml.safe_load((home / "tenants.yml").read_text(encoding="utf-8"))["tenants"][slug]
    expected = json.loads((home / "exports" / slug / "expected.json").read_text(encoding="utf-8"))
    return read_tenant(exports(home, settings)), expected


def differences(expected: Mapping[Group, Figures], facts: Facts, **split: object) -> Iterator[str]:
    """Where a figure is not the oracle's. A group that one side does not have is zero there."""
    for metric in next(iter(expected.values())):
        counted = value(facts, metric, **split)  # type: ignore[arg-type]
        for group in {**expected, **counted}:
            said = expected[group][metric] if group in expected else 0
            held = counted.get(group, 0)
            if (None if said is None else Decimal(said)) != held:
                yield f"{metric} {group}: the demo expects {said}, the oracle has {held}"


def test_totals_agree(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant

    assert not list(differences({(): expected["totals"]}, facts))


def test_every_source_agrees(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant

    by_source: dict[Group, Figures] = {(name,): figures for name, figures in expected["by_source_name"].items()}
    assert not list(differences(by_source, facts, group_by=["source_name"]))


def test_every_month_agrees(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant

    by_month: dict[Group, Figures] = {
        (date.fromisoformat(f"{month}-01"),): figures for month, figures in expected["by_month"].items()
    }
    assert not list(differences(by_month, facts, grain="month"))


def test_orders_without_a_rate_agree(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant

    foreign = [row for row in facts.orders if row["is_counted"] and row["total_amount"] is None]
    assert len(foreign) == expected["orders_without_rate"]


def days(figures: Mapping[str, Figures]) -> dict[Group, Figures]:
    return {(date.fromisoformat(day),): held for day, held in figures.items()}


def named(figures: Mapping[str, Figures]) -> dict[Group, Figures]:
    return {(name,): held for name, held in figures.items()}


def test_advertising_agrees(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant
    held = expected["advertising"]

    assert not list(differences({(): held["totals"]}, facts))
    assert not list(differences(days(held["by_day"]), facts, grain="day"))
    assert not list(differences(named(held["by_platform"]), facts, group_by=["platform"]))
    assert not list(differences(named(held["by_channel"]), facts, group_by=["channel"]))
    # namesakes of two platforms are one name
    campaigns: dict[str, dict[str, Decimal]] = {}
    for key, figures in held["by_campaign"].items():
        sums = campaigns.setdefault(held["campaigns"][key]["name"], dict.fromkeys(figures, Decimal(0)))
        for metric, figure in figures.items():
            sums[metric] += Decimal(figure)
    told = named({name: {m: str(f) for m, f in sums.items()} for name, sums in campaigns.items()})
    assert not list(differences(told, facts, group_by=["campaign_name"]))


def test_sessions_agree(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant
    held = expected["sessions"]

    assert not list(differences({(): held["totals"]}, facts))
    assert not list(differences(days(held["by_day"]), facts, grain="day"))
    for group, dimension in (
        ("by_channel", "channel"),
        ("by_device", "device_category"),
        ("by_country", "visitor_country"),
    ):
        assert not list(differences(named(held[group]), facts, group_by=[dimension])), dimension


def test_events_agree(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant
    held = expected["events"]

    assert not list(differences({(): {"events": held["total"]}}, facts))
    assert not list(differences(days({day: {"events": n} for day, n in held["by_day"].items()}), facts, grain="day"))
    for group, dimension in (("by_source_name", "source_name"), ("by_name", "event_name")):
        told = named({name: {"events": count} for name, count in held[group].items()})
        assert not list(differences(told, facts, group_by=[dimension])), dimension


def test_attribution_agrees(tenant: tuple[Facts, dict[str, Any]]) -> None:
    facts, expected = tenant
    held = expected["attribution"]
    channels = {
        name: {"orders": sums["orders"], "total_revenue": sums["revenue"]} for name, sums in held["by_channel"].items()
    }

    assert not list(differences({(): {"attributed_revenue": held["attributed_revenue"]}}, facts))
    assert not list(differences(named(channels), facts, group_by=["channel"]))


def test_the_groups_of_every_dimension_add_up_to_the_total(tenant: tuple[Facts, object]) -> None:
    facts, _ = tenant

    for metric in ADDS_UP:
        total = value(facts, metric)[()]
        for dimension in dimensions_of(metric):
            parts = value(facts, metric, [dimension]).values()
            assert sum(Decimal(part) for part in parts if part is not None) == total, (metric, dimension)
