"""Fifty random numbers of the demo, each led back from the answer to the payloads in raw."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from demo_home import SLUGS, UNTIL, gata_mcp

from ingest.envelope import payload_hash
from warehouse.catalog import DATE, Catalog
from warehouse.gold import open_gold
from warehouse.home import Home
from warehouse.lineage_answer import Lineage
from warehouse.lineage_payloads import raw_chains
from warehouse.lineage_trace import trace
from warehouse.plan import calendar_of
from warehouse.query import MetricQuery
from warehouse.store import FileStore, Version

CELLS = 50
NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Published:
    """One demo tenant as it is served, with its raw layer."""

    catalog: Catalog
    version: Version
    warehouse: Path
    spill: Path
    home: TenantHome

    def lead_back(self, question: dict[str, Any]) -> Lineage:
        """The lineage of a number, naming every payload."""
        query = MetricQuery.parse(question)
        with closing(open_gold(self.version.gold_file, temp_directory=self.spill)) as gold:
            traced = trace(self.catalog, gold, query, NOW, 60)
        today = calendar_of(self.catalog).today(NOW)
        ends = raw_chains(self.warehouse, self.version.gold_file, self.catalog, query, today, payload_hash, self.spill)
        return traced.with_raw(tuple(ends))


@pytest.fixture(scope="module")
def tenants(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Published]:
    found = {}
    for slug in SLUGS:
        home = Home(demo).tenant(slug)
        version = FileStore(home).current()
        assert version is not None
        catalog = Catalog.from_json(version.catalog_file.read_bytes())
        found[slug] = Published(catalog, version, home.warehouse_file, tmp_path_factory.mktemp("spill"))
    return found


def cells(tenants: dict[str, Published], seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Random questions for one number: a tenant's metric over a period, two of three under a filter."""
    random = Random(seed)
    for _ in range(CELLS):
        slug = random.choice(SLUGS)
        catalog = tenants[slug].catalog
        metric = random.choice(sorted(catalog.listed()))
        question: dict[str, Any] = {"metrics": [metric], "period": period(random)}
        named = [name for name in catalog.dimensions_of(metric) if name != DATE and catalog.dimensions[name].values]
        if named and random.random() < 2 / 3:
            name = random.choice(named)
            values = [each.value for each in catalog.dimensions[name].values or ()]
            given = random.sample(values, k=min(len(values), random.choice((1, 1, 2, 5))))
            question["where"] = [{"field": name, "value": given, "op": random.choice(("in", "in", "not_in"))}]
        yield slug, question


def period(random: Random) -> str:
    day = UNTIL - timedelta(days=random.randrange(300))
    return random.choice(
        ("all", f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m}", f"{day - timedelta(days=6)}..{day}", f"{day}")
    )


def test_the_counts_of_fifty_random_cells_agree_at_every_step(tenants: dict[str, Published]) -> None:
    reached = 0
    for slug, question in cells(tenants, seed=20261123):
        found = tenants[slug].lead_back(question)
        told = [step.says for measure in found.measures for step in (found.formula, *measure.steps) if step.says]
        assert (found.agrees, told) == (True, []), (slug, question)
        for measure in found.measures:
            assert measure.raw is not None
            assert measure.raw.found == measure.raw.hashed == measure.loads.payloads, (slug, question)
            assert measure.loads.payloads == sum(load.payloads for load in measure.loads.loads)
            assert measure.rows.count >= measure.loads.payloads or measure.rows.count == 0
            reached += measure.raw.found
    assert reached > 1_000, "the cells are about nothing"


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_every_metric_is_led_back(tenants: dict[str, Published], slug: str) -> None:
    for metric in tenants[slug].catalog.listed():
        found = tenants[slug].lead_back({"metrics": [metric]})
        assert found.agrees, (metric, [step.says for measure in found.measures for step in measure.steps])
        assert found.measures, metric


def test_the_command_leads_a_number_of_the_demo_back(demo: Path) -> None:
    asked = ("lineage", "wayne_enterprises", "net_sales", "--period", "2026-10", "--payloads", "1", "--json")
    ran = gata_mcp(*asked, "--home", str(demo))
    assert ran.returncode == 0, ran.stderr
    found = Lineage.model_validate_json(ran.stdout)
    assert found.agrees
    for measure in found.measures:
        assert measure.raw is not None
        [payload] = [each for each in measure.raw.payloads if each.payload is not None]
        assert payload_hash((payload.payload or "").encode()) == payload.payload_hash
        assert json.loads(payload.payload or "")
