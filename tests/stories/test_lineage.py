"""Random numbers of the demo, each led back from the answer to the payloads in raw: those that the oracle used."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from cited_hashes import Citations
from demo_home import SLUGS, UNTIL, gata_mcp
from oracle import exports, read_tenant
from story import Story, bc_order, bc_product, bigcommerce, line, order, shopify

from ingest.connector import connector_options
from ingest.envelope import payload_hash
from ingest.extract import tenant_salt
from warehouse.catalog import DATE, Catalog
from warehouse.gold import open_gold
from warehouse.home import Home, TenantHome
from warehouse.lineage_answer import Lineage
from warehouse.lineage_payloads import raw_chains
from warehouse.lineage_trace import trace
from warehouse.plan import calendar_of
from warehouse.query import MetricQuery
from warehouse.store import FileStore, Version
from warehouse.tenants import load_tenants

NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)
EVERY = 1_000_000


@dataclass(frozen=True)
class Published:
    """One demo tenant as it is served, with its raw layer."""

    demo: Home
    slug: str
    spill: Path

    @property
    def home(self) -> TenantHome:
        return self.demo.tenant(self.slug)

    @cached_property
    def version(self) -> Version:
        version = FileStore(self.home).current()
        assert version is not None
        return version

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog.from_json(self.version.catalog_file.read_bytes())

    @cached_property
    def oracle(self) -> Citations:
        settings = yaml.safe_load(self.demo.tenants_file.read_text(encoding="utf-8"))["tenants"][self.slug]
        tenant = load_tenants(self.demo.tenants_file, connector_options())[self.slug]
        return Citations(read_tenant(exports(self.demo.root, settings)), tenant, tenant_salt(self.home))

    def lead_back(self, question: dict[str, Any]) -> Lineage:
        """The lineage of a number, which names every payload."""
        query = MetricQuery.parse(question)
        with closing(open_gold(self.version.gold_file, temp_directory=self.spill)) as gold:
            traced = trace(self.catalog, gold, query, NOW, 60)
        ends = raw_chains(
            self.home.warehouse_file,
            self.version.gold_file,
            self.catalog,
            query,
            calendar_of(self.catalog).today(NOW),
            payload_hash,
            self.spill,
            listed=EVERY,
        )
        return traced.with_raw(tuple(ends))


@pytest.fixture(scope="module")
def tenants(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Published]:
    return {slug: Published(Home(demo), slug, tmp_path_factory.mktemp("spill")) for slug in SLUGS}


def cells(tenants: dict[str, Published], count: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Random questions for one number: a tenant's metric over a period, two of three under a filter."""
    random = Random(seed)
    for _ in range(count):
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
    week = f"{day - timedelta(days=6)}..{day}"
    return random.choice(("all", f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m}", week, f"{day}"))


def check_every_step_agrees(found: Lineage) -> int:
    """→ how many payloads were found."""
    at = (found.tenant, found.metric, found.start, found.end, found.where)
    assert [step.says for measure in found.measures for step in (found.formula, *measure.steps) if step.says] == [], at
    assert found.agrees
    for measure in found.measures:
        raw = measure.raw
        assert raw is not None
        assert measure.loads.payloads == sum(load.payloads for load in measure.loads.loads), at
        assert raw.found == raw.hashed == len(raw.payloads) == measure.loads.payloads <= measure.rows.count, at
        assert {payload.load_id for payload in raw.payloads} == {load.load_id for load in measure.loads.loads}, at
    return sum(measure.loads.payloads for measure in found.measures)


def named(found: Lineage) -> set[tuple[str, str]]:
    """Source and hash of every payload that bears the number."""
    ends = [measure.raw for measure in found.measures if measure.raw]
    return {(payload.source, payload.payload_hash) for raw in ends for payload in raw.payloads}


def test_random_numbers_are_led_back_with_counts_that_agree_at_every_step(tenants: dict[str, Published]) -> None:
    asked = cells(tenants, 15, seed=1)
    assert sum(check_every_step_agrees(tenants[slug].lead_back(question)) for slug, question in asked) > 1_000


@pytest.mark.slow
def test_the_payloads_of_fifty_random_numbers_are_exactly_those_that_the_oracle_used(
    tenants: dict[str, Published],
) -> None:
    reached = 0
    for slug, question in cells(tenants, 50, seed=20261123):
        found = tenants[slug].lead_back(question)
        reached += check_every_step_agrees(found)
        used = tenants[slug].oracle.of(found.metric, found.where, found.start, found.end)
        assert named(found) == used, (slug, question)
    assert reached > 10_000, "the cells are about nothing"


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_every_metric_is_led_back_to_the_payloads_that_the_oracle_used(
    tenants: dict[str, Published], slug: str
) -> None:
    for metric in tenants[slug].catalog.listed():
        found = tenants[slug].lead_back({"metrics": [metric], "period": f"{UNTIL:%Y-%m}"})
        check_every_step_agrees(found)
        assert named(found) == tenants[slug].oracle.of(metric, (), found.start, found.end), metric


@pytest.mark.slow
def test_a_number_of_many_loads_names_each_and_is_led_back_after_the_work_folder_was_lost(tmp_path: Path) -> None:
    day = "2026-10-05"
    shop = Story(
        tmp_path,
        stores=[
            shopify("shop", *(order(number, day, "10.00", line(number, "10.00")) for number in range(1, 21))),
            bigcommerce("bc", bc_order(1, day, "7.0000"), order_products=[bc_product(11, 1, "7.0000")]),
        ],
    )
    assert shop.refresh().status == "succeeded"
    late = order(3, day, "12.00", line(3, "12.00"), updated=f"{day}T20:00:00+00:00")
    shop.deliver(late, order(30, day, "5.00", line(30, "5.00")), name="orders-2.jsonl", source="shop")
    cancelled = bc_order(1, day, "7.0000", status_id=5, updated=f"{day}T21:00:00+00:00")
    shop.deliver(cancelled, name="orders-2.jsonl", source="bc")
    assert shop.refresh().status == "succeeded"

    def loads(metric: str) -> list[list[int]]:
        found = Published(Home(shop.root), "acme", tmp_path).lead_back({"metrics": [metric]})
        check_every_step_agrees(found)
        return [[load.payloads for load in measure.loads.loads] for measure in found.measures]

    assert loads("total_revenue") == [[19, 3]]
    # the goods of the cancelled order are borne by its products' payload, what it takes back by the version cancelled
    assert loads("net_sales") == [[20, 2], [], [1]]
    shutil.rmtree(shop.home.work)
    assert shop.refresh().status == "succeeded"
    assert loads("total_revenue") == [[22]]


def test_the_command_leads_a_number_of_the_demo_back(demo: Path) -> None:
    asked = ("lineage", "wayne_enterprises", "roas", "--period", "2026-10", "--payloads", "1", "--json")
    ran = gata_mcp(*asked, "--home", str(demo))
    assert ran.returncode == 0, ran.stderr
    found = Lineage.model_validate_json(ran.stdout)
    assert found.agrees
    for measure in found.measures:
        assert measure.raw is not None
        [payload] = [each for each in measure.raw.payloads if each.payload is not None]
        assert payload_hash((payload.payload or "").encode()) == payload.payload_hash
        assert json.loads(payload.payload or "")
