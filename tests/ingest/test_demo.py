"""The demo: the same bytes every time, totals that agree, and nothing of its buyers past the envelope."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from demo_files import newest, told, total

from ingest.connector import CONNECTORS, connector_options
from ingest.demo import DemoReport, write_demo
from ingest.demo.companies import COMPANIES
from ingest.demo.people import FIRST_NAMES, LAST_NAMES, STREET_NAMES, People
from ingest.demo.products import CATALOGS
from ingest.demo.shop import Shop
from ingest.documents import read
from ingest.envelope import Envelope, QuarantineRow
from ingest.files import deliveries
from ingest.redaction import Redactor
from warehouse.errors import ConfigError
from warehouse.home import Home
from warehouse.tenants import load_tenants

pytestmark = pytest.mark.slow

UNTIL = date(2026, 11, 23)
LATER = date(2026, 12, 30)
SOURCES = {
    "tyrell_corp": ("shopify woocommerce google_analytics facebook_ads google_ads tiktok_ads ecb_rates"),
    "wayne_enterprises": "bigcommerce google_analytics bing_ads linkedin_ads amplitude",
    "stark_industries": (
        "shopify_us shopify_eu google_analytics facebook_ads instagram_ads google_ads amazon_ads mixpanel ecb_rates"
    ),
}


@dataclass(frozen=True)
class Demo:
    root: Path
    report: DemoReport


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    root = tmp_path_factory.mktemp("demo")
    return Demo(root, write_demo(Home(root), until=UNTIL))


@pytest.fixture(scope="module")
def later(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The same home, extended by five weeks."""
    root = tmp_path_factory.mktemp("later") / "home"
    shutil.copytree(demo.root, root)
    return Demo(root, write_demo(Home(root), until=LATER))


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_running_again_writes_the_same_and_touches_no_file(demo: Demo) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.root.rglob("*") if path.is_file()}

    again = write_demo(Home(demo.root), until=UNTIL)

    assert {path: path.stat().st_mtime_ns for path in demo.root.rglob("*") if path.is_file()} == before
    assert sum(tenant.files_written for tenant in again.tenants) == 0


def test_another_process_with_another_hash_seed_writes_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    program = (
        "import sys; from datetime import date; from pathlib import Path; from ingest.demo import write_demo; "
        "from warehouse.home import Home; write_demo(Home(Path(sys.argv[1])), until=date.fromisoformat(sys.argv[2]))"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), UNTIL.isoformat()],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        cwd=Path(__file__).parents[2],
    )

    assert contents(tmp_path) == contents(demo.root)


def test_a_later_day_adds_records_and_leaves_finished_deliveries_alone(demo: Demo, later: Demo) -> None:
    before, after = contents(demo.root), contents(later.root)
    finished = {name for name in before if "-20" in name and "2026-11" not in name}

    assert later.report.start == demo.report.start
    assert finished
    assert {name: before[name] for name in finished} == {name: after[name] for name in finished}


@pytest.mark.parametrize(
    ("tenant", "source", "updated"),
    [
        ("tyrell_corp", "shopify", "updated_at"),
        ("tyrell_corp", "woocommerce", "date_modified_gmt"),
        ("stark_industries", "shopify_eu", "updated_at"),
    ],
)
def test_a_later_day_changes_only_what_something_happened_to(
    demo: Demo, later: Demo, tenant: str, source: str, updated: str
) -> None:
    before = newest(told(demo.root, tenant, source, "orders"), updated)
    after = newest(told(later.root, tenant, source, "orders"), updated)
    changed = [key for key, record in before.items() if after[key] != record]

    assert len(after) > len(before)
    assert changed
    assert all(after[key][updated] > before[key][updated] for key in changed)


def test_a_record_does_not_depend_on_where_the_demo_begins(later: Demo, tmp_path: Path) -> None:
    report = write_demo(Home(tmp_path), until=LATER)

    assert report.start > later.report.start
    known, fresh = lines(later.root), lines(tmp_path)
    assert len(fresh) > 10_000
    assert fresh < known


def lines(root: Path) -> set[bytes]:
    """The records of all files that hold one a line."""
    found: set[bytes] = set()
    for path in (root / "exports").rglob("*.*"):
        if path.name.removesuffix(".gz").endswith(("jsonl", "ndjson")):
            text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found.update(line.removeprefix(b"\xef\xbb\xbf") for line in text.splitlines())
    return found


def test_the_scale_multiplies_the_orders() -> None:
    company = COMPANIES[0]
    store = company.stores[0]
    days = [date(2026, 3, day) for day in range(1, 29)]

    def orders(scale: int) -> int:
        shop = Shop(company, store, People(1), 1, scale)
        return sum(len(list(shop.stories(day))) for day in days)

    assert 9.5 < orders(10) / orders(1) < 10.5


def test_a_home_with_other_tenants_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = "tenants:\n  cyberdyne:\n    name: Cyberdyne\n"
    (tmp_path / "tenants.yml").write_text(text)

    with pytest.raises(ConfigError, match='other tenants \\("cyberdyne"\\)'):
        write_demo(Home(tmp_path), until=UNTIL)
    assert contents(tmp_path) == {"tenants.yml": text.encode()}


def test_an_edited_registry_another_scale_and_an_earlier_day_are_refused(later: Demo, tmp_path: Path) -> None:
    home = Home(later.root)

    with pytest.raises(ConfigError, match='already reaches "2026-12-30"'):
        write_demo(home, until=UNTIL)
    with pytest.raises(ConfigError, match="scale 1 and seed 42"):
        write_demo(home, until=LATER, scale=2)
    edited = home.tenants_file.read_text().replace("America/Los_Angeles", "Asia/Tokyo")
    (tmp_path / "tenants.yml").write_text(edited)
    with pytest.raises(ConfigError, match="was edited"):
        write_demo(Home(tmp_path), until=LATER)
    with pytest.raises(ConfigError, match='"0"'):
        write_demo(Home(tmp_path / "new"), until=LATER, scale=0)


def test_the_registry_is_one_that_loads(demo: Demo) -> None:
    tenants = load_tenants(demo.root / "tenants.yml", connector_options())

    assert {slug: " ".join(tenant.sources) for slug, tenant in tenants.items()} == SOURCES
    assert tenants["stark_industries"].sources["shopify_us"].shape == "shopify_graphql"
    assert tenants["tyrell_corp"].sources["google_analytics"].measures == ("shopify",)
    assert all(source.folder().is_dir() for tenant in tenants.values() for source in tenant.sources.values())


def test_the_envelope_turns_away_exactly_the_broken_records_and_everything_about_persons(demo: Demo) -> None:
    redactor = Redactor(b"a salt of sixteen bytes")
    personal = demo.report.personal_data
    words = [*FIRST_NAMES, *LAST_NAMES, *STREET_NAMES, "@example", "@mail.example", "+1 555"]
    assert {len(personal.emails) > 5000, len(personal.streets) > 1000, len(personal.phones) > 5000} == {True}
    for slug, tenant in load_tenants(demo.root / "tenants.yml", connector_options()).items():
        expected = json.loads((demo.root / "exports" / slug / "expected.json").read_text())
        for name, source in tenant.sources.items():
            turned_away, held = Counter[str](), deliveries(source.folder(), CONNECTORS[source.shape])
            for delivery in held.found:
                envelope = Envelope(name, delivery.entity, redactor)
                found = (record for path in delivery.paths for record in read(path, delivery.entity, _no_notice))
                for record in found:
                    row = envelope.wrap(record)
                    turned_away[delivery.entity.name] += isinstance(row, QuarantineRow)
                    text = row.payload if isinstance(row.payload, str) else (row.payload or b"").decode()
                    assert not [word for word in words if word in text]
            assert +turned_away == expected["quarantined"][name]
            assert all(0 < count < 10 for count in expected["quarantined"][name].values())


def _no_notice(text: str) -> None:
    raise AssertionError(text)


def test_no_person_is_called_like_a_place_a_product_or_a_field() -> None:
    places = {
        word
        for company in COMPANIES
        for store in company.stores
        for p in store.pool.places
        for word in (p.city, p.region)
    }
    products = {f"{product.title} {product.vendor}" for catalog in CATALOGS.values() for product in catalog}

    for name in (*FIRST_NAMES, *LAST_NAMES, *STREET_NAMES):
        assert not [text for text in places | products if name.lower() in text.lower()]


def test_the_expected_totals_agree_with_one_another(demo: Demo) -> None:
    for company in COMPANIES:
        expected: Mapping[str, Any] = json.loads((demo.root / "exports" / company.slug / "expected.json").read_text())
        for metric, value in expected["totals"].items():
            months = total(group[metric] for group in expected["by_month"].values())
            sources = total(group[metric] or 0 for group in expected["by_source_name"].values())
            distinct = metric == "customers"

            assert Decimal(value) == months or (distinct and Decimal(value) < months), metric
            assert Decimal(value) == sources or (distinct and Decimal(value) < sources), metric


def test_a_foreign_store_is_told_in_both_currencies(demo: Demo) -> None:
    expected = json.loads((demo.root / "exports/stark_industries/expected.json").read_text())
    own, native = expected["by_source_name"]["shopify_us"], expected["native_by_source_name"]["shopify_us"]

    assert native["currency"] == "USD"
    assert expected["orders_without_rate"] == 0
    assert Decimal("0.88") < Decimal(own["gross_sales"]) / Decimal(native["gross_sales"]) < Decimal("0.96")
