"""Two independent countings of the demo: its generator's, from its list of events, and the oracle's, from the files."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from oracle import ADDS_UP, Facts, Group, TenantExports, dimensions_of, read_tenant, value

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
def tenant(home: Path, request: pytest.FixtureRequest) -> tuple[Facts, dict[str, Mapping[str, Figures]]]:
    """The oracle's facts of a tenant and what the generator expects of it."""
    slug = str(request.param)
    settings = yaml.safe_load((home / "tenants.yml").read_text(encoding="utf-8"))["tenants"][slug]
    exports: TenantExports = {
        "timezone": settings["timezone"],
        "currency": settings["currency"],
        "sources": {
            name: {"connector": source.get("connector", name), "folder": home / source["files"]}
            for name, source in settings["sources"].items()
        },
    }
    expected = json.loads((home / "exports" / slug / "expected.json").read_text(encoding="utf-8"))
    return read_tenant(exports), expected


def differences(expected: Mapping[Group, Figures], facts: Facts, **split: object) -> Iterator[str]:
    """Where a figure is not the oracle's. A group that one side does not have is zero there."""
    for metric in next(iter(expected.values())):
        counted = value(facts, metric, **split)  # type: ignore[arg-type]
        for group in {**expected, **counted}:
            said = expected[group][metric] if group in expected else 0
            held = counted.get(group, 0)
            if (None if said is None else Decimal(said)) != held:
                yield f"{metric} {group}: the demo expects {said}, the oracle has {held}"


def test_totals_agree(tenant: tuple[Facts, dict[str, Figures]]) -> None:
    facts, expected = tenant

    assert not list(differences({(): expected["totals"]}, facts))


def test_every_source_agrees(tenant: tuple[Facts, dict[str, Mapping[str, Figures]]]) -> None:
    facts, expected = tenant

    by_source: dict[Group, Figures] = {(name,): figures for name, figures in expected["by_source_name"].items()}
    assert not list(differences(by_source, facts, group_by=["source_name"]))


def test_every_month_agrees(tenant: tuple[Facts, dict[str, Mapping[str, Figures]]]) -> None:
    facts, expected = tenant

    by_month: dict[Group, Figures] = {
        (date.fromisoformat(f"{month}-01"),): figures for month, figures in expected["by_month"].items()
    }
    assert not list(differences(by_month, facts, grain="month"))


def test_orders_without_a_rate_agree(tenant: tuple[Facts, dict[str, int]]) -> None:
    facts, expected = tenant

    foreign = [row for row in facts.orders if row["is_counted"] and row["total_amount"] is None]
    assert len(foreign) == expected["orders_without_rate"]


def test_the_groups_of_every_dimension_add_up_to_the_total(tenant: tuple[Facts, object]) -> None:
    facts, _ = tenant

    for metric in ADDS_UP:
        total = value(facts, metric)[()]
        for dimension in dimensions_of(metric):
            parts = value(facts, metric, [dimension]).values()
            assert sum(Decimal(part) for part in parts if part is not None) == total, (metric, dimension)
