"""The demo: the same bytes every time, true shapes whose arithmetic adds up, and what the traps need."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.connector import CONNECTORS, connector_options
from ingest.demo import DemoReport, write_demo
from ingest.demo.companies import COMPANIES
from ingest.demo.people import FIRST_NAMES, LAST_NAMES, STREET_NAMES, People
from ingest.demo.products import CATALOGS
from ingest.demo.shop import Shop
from ingest.envelope import Envelope, QuarantineRow
from ingest.files import deliveries, records
from ingest.redaction import Redactor
from warehouse.errors import ConfigError
from warehouse.home import Home
from warehouse.tenants import load_tenants

UNTIL = date(2026, 11, 23)
LATER = date(2026, 12, 30)
STORES = {
    ("tyrell_corp", "shopify"),
    ("tyrell_corp", "woocommerce"),
    ("wayne_enterprises", "bigcommerce"),
    ("stark_industries", "shopify_us"),
    ("stark_industries", "shopify_eu"),
}

RFC_2822 = "%a, %d %b %Y %H:%M:%S %z"

Record = dict[str, Any]


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


def told(root: Path, tenant: str, source: str, entity: str) -> Iterator[Record]:
    """Every whole record of an entity, in the order of the files' names; broken ones are left out."""
    for path in sorted((root / "exports" / tenant / source).iterdir()):
        if not path.name.startswith((f"{entity}.", f"{entity}-")):
            continue
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if ".json." in f"{path.name}." and ".jsonl" not in path.name:
            held = json.loads(text, parse_float=Decimal)
            found = held if isinstance(held, list) else next(iter(held.values()))
        else:
            found = [_parsed(line) for line in text.decode("utf-8-sig").splitlines()]
        yield from (record for record in found if isinstance(record, dict) and is_whole(record))


def _parsed(line: str) -> object:
    try:
        return json.loads(line, parse_float=Decimal)
    except ValueError:
        return None


def is_whole(record: Record) -> bool:
    """Whether it has its id, its amounts and a time, or (a product of BigCommerce) its order's id."""
    has_time = any(record.get(name) for name in ("created_at", "date_created", "created", "order_id"))
    return "id" in record and "N/A" not in record.values() and has_time


def newest(found: Iterator[Record], updated: str) -> dict[int, Record]:
    latest: dict[int, Record] = {}
    for record in found:
        held = latest.get(record["id"])
        if held is None or held[updated] <= record[updated]:
            latest[record["id"]] = record
    return latest


def shopify_orders(root: Path) -> Iterator[Record]:
    for tenant, source in (
        ("tyrell_corp", "shopify"),
        ("stark_industries", "shopify_us"),
        ("stark_industries", "shopify_eu"),
    ):
        yield from told(root, tenant, source, "orders")


def total(amounts: Iterator[object]) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts), Decimal(0))


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

    assert {(slug, source) for slug, tenant in tenants.items() for source in tenant.sources} == STORES
    assert all(source.folder().is_dir() for tenant in tenants.values() for source in tenant.sources.values())


def test_every_shopify_order_adds_up(demo: Demo) -> None:
    for order in shopify_orders(demo.root):
        lines, shipping = order["line_items"], order["shipping_lines"]
        listed = total(Decimal(line["price"]) * line["quantity"] for line in lines)
        cuts = total(part["amount"] for line in (*lines, *shipping) for part in line["discount_allocations"])
        shipped = total(line["price"] for line in shipping)
        taxes = total(tax["price"] for line in (*lines, *shipping) for tax in line["tax_lines"])
        duties = total(duty["shop_money"]["amount"] for line in lines for duty in line["duties"])
        added = Decimal(0) if order["taxes_included"] else taxes

        assert Decimal(order["total_line_items_price"]) == listed
        assert Decimal(order["total_discounts"]) == cuts
        assert Decimal(order["total_tax"]) == taxes == total(tax["price"] for tax in order["tax_lines"])
        assert Decimal(order["total_price"]) == (
            listed - cuts + shipped + added + duties + Decimal(order["total_tip_received"])
        )


def test_every_shopify_refund_adds_up(demo: Demo) -> None:
    for order in shopify_orders(demo.root):
        for refund in order["refunds"]:
            items = refund["refund_line_items"]
            goods = total(item["subtotal_set"]["shop_money"]["amount"] for item in items)
            taxes = total(item["total_tax"] for item in items)
            adjusted = total(Decimal(a["amount"]) + Decimal(a["tax_amount"]) for a in refund["order_adjustments"])
            shipped = total(
                line["subtotal_amount_set"]["shop_money"]["amount"] for line in refund["refund_shipping_lines"]
            )
            if not order["taxes_included"]:
                goods += taxes
                shipped += total(
                    line["tax_amount_set"]["shop_money"]["amount"] for line in refund["refund_shipping_lines"]
                )
            paid = total(t["amount"] for t in refund["transactions"] if t["status"] == "success")

            assert paid == goods + shipped - adjusted


def test_every_bigcommerce_order_and_refund_adds_up(demo: Demo) -> None:
    orders = newest(_bigcommerce(demo.root, "orders"), "date_created")
    products: dict[int, dict[int, Record]] = {}
    for path in sorted((demo.root / "exports/wayne_enterprises/bigcommerce").glob("order_products-*")):
        sets: dict[int, dict[int, Record]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            product = _parsed(line)
            if isinstance(product, dict) and "order_id" in product:
                sets.setdefault(product["order_id"], {})[product["id"]] = product
        products.update(sets)
    latest = _latest_bigcommerce(demo.root)
    assert latest.keys() == orders.keys() == products.keys()
    for key, order in latest.items():
        lines = products[key].values()
        fees = order["fees"]
        costs = ("shipping_cost", "handling_cost", "wrapping_cost")
        discounts = Decimal(order["discount_amount"]) + Decimal(order["coupon_discount"])

        assert Decimal(order["subtotal_ex_tax"]) == total(line["total_ex_tax"] for line in lines)
        assert Decimal(order["subtotal_tax"]) == total(line["total_tax"] for line in lines)
        assert discounts == total(part["amount"] for line in lines for part in line["applied_discounts"])
        assert Decimal(order["total_ex_tax"]) == (
            Decimal(order["subtotal_ex_tax"])
            - discounts
            + total(order[f"{cost}_ex_tax"] for cost in costs)
            + total(fee["cost_ex_tax"] for fee in fees)
        )
        assert Decimal(order["total_inc_tax"]) == Decimal(order["total_ex_tax"]) + Decimal(order["total_tax"])
    for refund in _bigcommerce(demo.root, "refunds"):
        held = products[refund["order_id"]]
        value = total(
            Decimal(held[item["item_id"]]["price_ex_tax"]) * item["quantity"]
            if item["requested_amount"] is None
            else item["requested_amount"]
            for item in refund["items"]
        )

        assert Decimal(refund["total_amount"]) == value + Decimal(refund["total_tax"])
        assert Decimal(refund["total_amount"]) == total(p["amount"] for p in refund["payments"] if not p["is_declined"])


def _bigcommerce(root: Path, entity: str) -> Iterator[Record]:
    return told(root, "wayne_enterprises", "bigcommerce", entity)


def _latest_bigcommerce(root: Path) -> dict[int, Record]:
    """The newest version of each order: its time is in words, which do not sort."""
    latest: dict[int, Record] = {}
    for order in _bigcommerce(root, "orders"):
        held = latest.get(order["id"])
        before, now = (datetime.strptime(record["date_modified"], RFC_2822) for record in (held or order, order))
        if before <= now:
            latest[order["id"]] = order
    return latest


def test_every_woocommerce_order_adds_up(demo: Demo) -> None:
    for order in told(demo.root, "tyrell_corp", "woocommerce", "orders"):
        lines, shipping, fees = order["line_items"], order["shipping_lines"], order["fee_lines"]
        parts = (*lines, *shipping, *fees)

        assert Decimal(order["total"]) == total(part["total"] for part in parts) + total(p["total_tax"] for p in parts)
        assert Decimal(order["total_tax"]) == total(part["total_tax"] for part in parts)
        assert Decimal(order["total_tax"]) == Decimal(order["cart_tax"]) + Decimal(order["shipping_tax"])
        assert Decimal(order["cart_tax"]) == total(tax["tax_total"] for tax in order["tax_lines"])
        assert Decimal(order["shipping_tax"]) == total(tax["shipping_tax_total"] for tax in order["tax_lines"])
        assert Decimal(order["discount_total"]) == total(Decimal(p["subtotal"]) - Decimal(p["total"]) for p in lines)
        assert Decimal(order["discount_total"]) == total(coupon["discount"] for coupon in order["coupon_lines"])


def test_woocommerce_refunds_are_negative_and_known_to_their_orders(demo: Demo) -> None:
    orders = newest(told(demo.root, "tyrell_corp", "woocommerce", "orders"), "date_modified_gmt")
    listed = {part["id"]: (order["id"], part) for order in orders.values() for part in order["refunds"]}
    refunds = list(told(demo.root, "tyrell_corp", "woocommerce", "order_refunds"))

    assert {refund["id"] for refund in refunds} == listed.keys()
    assert {"parent_id" in refund for refund in refunds} == {True, False}
    for refund in refunds:
        order_id, part = listed[refund["id"]]
        lines = (*refund["line_items"], *refund["shipping_lines"])
        worth = -total(line["total"] for line in lines) - total(line["total_tax"] for line in lines)

        assert refund["_links"]["up"][0]["href"].endswith(f"/orders/{order_id}")
        assert Decimal(part["total"]) == -Decimal(refund["amount"])
        assert all(line["quantity"] < 0 for line in refund["line_items"])
        assert worth >= 0
        assert not lines or Decimal(refund["amount"]) <= worth


def test_every_situation_that_a_definition_speaks_of_occurs(demo: Demo) -> None:
    seen = Counter[str]()
    for order in newest(shopify_orders(demo.root), "updated_at").values():
        gifts = [line["gift_card"] for line in order["line_items"]]
        adjustments = [a for refund in order["refunds"] for a in refund["order_adjustments"]]
        seen["test"] += order["test"]
        seen["gift cards only"] += all(gifts)
        seen["gift card among goods"] += any(gifts) and not all(gifts)
        seen["tip"] += order["total_tip_received"] != "0.00"
        seen["duties"] += order["original_total_duties_set"] is not None
        seen["tax included"] += order["taxes_included"]
        seen["another presentment currency"] += order["presentment_currency"] != order["currency"]
        seen["nobody"] += order["customer"] is None and not order["email"]
        seen["guest"] += order["customer"] is None and bool(order["email"])
        seen["customer without e-mail"] += order["customer"] is not None and order["customer"]["email"] is None
        seen["no processed_at"] += order["processed_at"] is None
        seen["recorded later"] += order["processed_at"] is not None and order["processed_at"] < order["created_at"]
        seen["voided, not cancelled"] += order["financial_status"] == "voided" and not order["cancelled_at"]
        seen["cancelled unpaid"] += order["financial_status"] == "voided" and bool(order["cancelled_at"])
        seen["cancelled after a refund"] += any(
            order["cancelled_at"] and refund["created_at"] < order["cancelled_at"] for refund in order["refunds"]
        )
        seen["refunded after it was cancelled"] += any(
            order["cancelled_at"] and refund["created_at"] > order["cancelled_at"] for refund in order["refunds"]
        )
        seen["two refunds"] += len(order["refunds"]) > 1
        seen["shipping refunded, new form"] += any(refund["refund_shipping_lines"] for refund in order["refunds"])
        seen["shipping refunded, old form"] += any(a["kind"] == "shipping_refund" for a in adjustments)
        seen["money only"] += any(a["amount"][0] == "-" and a["kind"] == "refund_discrepancy" for a in adjustments)
        seen["fee kept"] += any(a["amount"][0] != "-" for a in adjustments)
        seen["shipping discount"] += any(line["discount_allocations"] for line in order["shipping_lines"])
        seen["several discounts"] += len(order["discount_applications"]) > 1
        seen["several taxes"] += len(order["tax_lines"]) > 1
    for order in _latest_bigcommerce(demo.root).values():
        seen[f"status {order['status_id']}"] += 1
        seen["deleted"] += order["is_deleted"]
        seen["test gateway"] += order["payment_method"] == "Test Payment Gateway"
        seen["cancelled uncaptured"] += order["status_id"] == 5 and order["payment_status"] != "captured"
        seen["cancelled captured"] += order["status_id"] == 5 and order["payment_status"] == "captured"
        seen["guest of BigCommerce"] += order["customer_id"] == 0
        seen["fees"] += bool(order["fees"])
        seen["another display currency"] += order["currency_code"] != order["default_currency_code"]
    for order in newest(told(demo.root, "tyrell_corp", "woocommerce", "orders"), "date_modified_gmt").values():
        seen[order["status"]] += 1
        seen["cancelled, paid"] += order["status"] == "cancelled" and order["date_paid"] is not None
        seen["cancelled, unpaid"] += order["status"] == "cancelled" and order["date_paid"] is None
    for status in (
        *range(15),
        "pending",
        "processing",
        "on-hold",
        "completed",
        "cancelled",
        "refunded",
        "failed",
        "trash",
    ):
        seen[f"status {status}" if isinstance(status, int) else str(status)] += 0

    assert not [situation for situation, count in seen.items() if not count]


def test_versions_come_late_stale_and_twice(demo: Demo) -> None:
    seen = Counter[str]()
    newest_so_far: dict[int, str] = {}
    texts: set[str] = set()
    for order in told(demo.root, "tyrell_corp", "shopify", "orders"):
        text = json.dumps(order, default=str, sort_keys=True)
        held = newest_so_far.get(order["id"])
        seen["twice"] += text in texts
        seen["newer version"] += held is not None and held < order["updated_at"]
        seen["stale version"] += held is not None and held > order["updated_at"] and text not in texts
        seen["stale and held already"] += held is not None and held > order["updated_at"] and text in texts
        texts.add(text)
        newest_so_far[order["id"]] = max(held or "", order["updated_at"])

    assert set(seen) == {"twice", "newer version", "stale version", "stale and held already"}
    assert all(seen.values())


def test_the_envelope_turns_away_exactly_the_broken_records_and_everything_about_persons(demo: Demo) -> None:
    redactor = Redactor(b"a salt of sixteen bytes")
    personal = demo.report.personal_data
    words = [name.encode() for name in (*FIRST_NAMES, *LAST_NAMES, *STREET_NAMES)]
    words += [b"@example", b"@mail.example", b"+1 555"]
    assert {len(personal.emails) > 5000, len(personal.streets) > 1000, len(personal.phones) > 5000} == {True}
    for slug, tenant in load_tenants(demo.root / "tenants.yml", connector_options()).items():
        expected = json.loads((demo.root / "exports" / slug / "expected.json").read_text())
        for name, source in tenant.sources.items():
            turned_away, held = Counter[str](), deliveries(source.folder(), CONNECTORS[source.connector])
            for delivery in held.found:
                envelope = Envelope(name, delivery.entity, redactor)
                for record in records(delivery, _no_notice):
                    row = envelope.wrap(record)
                    turned_away[delivery.entity.name] += isinstance(row, QuarantineRow)
                    assert not [word for word in words if word in (row.payload or b"")]
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


def test_a_store_without_a_rate_keeps_its_counts_and_has_no_amounts(demo: Demo) -> None:
    expected = json.loads((demo.root / "exports/stark_industries/expected.json").read_text())
    foreign = expected["by_source_name"]["shopify_us"]

    assert foreign["gross_sales"] is None
    assert foreign["orders"] == expected["orders_without_rate"] > 0
