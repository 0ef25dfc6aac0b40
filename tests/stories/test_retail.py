"""Real invoices as two vendors' payloads, through the whole pipeline, asked over stdio: right to the penny."""

import csv
import gzip
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pytest
from demo_home import gata_mcp
from sdk_client import Connection, connected
from shared_data import shared_data
from shops import open_shops, refresh_all

from warehouse.home import Home

LONDON = ZoneInfo("Europe/London")
STORES = ("bigcommerce", "shopify")
ZONES = {"retail": "Europe/London", "retail_tokyo": "Asia/Tokyo"}
SALES = ("gross_sales", "returns", "net_sales")


class Retail(NamedTuple):
    """home: the refreshed tenants of ZONES; expected: their totals, by the tool that wrote the payloads."""

    home: Home
    expected: dict[str, Any]
    server: Connection


@pytest.fixture(scope="module")
def lines() -> Path:
    """The invoice lines, as CSV."""
    [lines] = (shared_data() / "online-retail").glob("*.csv.gz")
    return lines


@pytest.fixture(scope="module")
def retail(lines: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retail]:
    home = Home(tmp_path_factory.mktemp("retail"))
    sources = {name: {"files": f"exports/{name}"} for name in STORES}
    open_shops(home, {slug: {"timezone": zone, "currency": "GBP", "sources": sources} for slug, zone in ZONES.items()})
    exports = home.root / "exports"
    tool = shared_data().parent / "tools" / "retail_to_vendor.py"
    subprocess.run([sys.executable, str(tool), str(lines), str(exports)], check=True)
    refresh_all(home)
    with connected(home) as server:
        yield Retail(home, json.loads((exports / "expected.json").read_text(encoding="utf-8")), server)


def exactly(cells: list[Any]) -> list[Decimal]:
    return [Decimal(str(cell)) for cell in cells]


def test_sales_of_each_store_are_the_invoices_to_the_penny(retail: Retail) -> None:
    rows = retail.server.rows(*SALES, tenant="retail", group_by=["source_name"])

    assert {store: exactly(amounts) for store, *amounts in rows} == {
        store: exactly([retail.expected[f"{metric}.{store}"] for metric in SALES]) for store in STORES
    }


def test_sales_of_each_month_are_the_invoices_to_the_penny(retail: Retail) -> None:
    rows = retail.server.rows(*SALES, tenant="retail", grain="month")
    gross, returns, net = zip(*(exactly(amounts) for _, *amounts in rows), strict=True)

    expected = retail.expected
    assert {month: amount for (month, *_), amount in zip(rows, net, strict=True)} == {
        f"{month}-01": Decimal(amount) for month, amount in expected["net_sales.by_month"].items()
    }
    assert sum(gross) == sum(Decimal(expected[f"gross_sales.{store}"]) for store in STORES)
    assert sum(returns) == sum(Decimal(expected[f"returns.{store}"]) for store in STORES)


def test_sales_of_each_store_and_month_add_up_to_both(retail: Retail) -> None:
    stores: defaultdict[str, Decimal] = defaultdict(Decimal)
    months: defaultdict[str, Decimal] = defaultdict(Decimal)
    rows = retail.server.rows("net_sales", tenant="retail", group_by=["source_name"], grain="month")
    for month, store, net in rows:
        stores[store] += Decimal(str(net))
        months[month] += Decimal(str(net))

    assert stores == {store: Decimal(retail.expected[f"net_sales.{store}"]) for store in STORES}
    assert months == {f"{m}-01": Decimal(net) for m, net in retail.expected["net_sales.by_month"].items()}


def test_orders_are_the_invoices_and_the_cancellations_without_one(retail: Retail) -> None:
    expected = retail.expected

    assert dict(retail.server.rows("orders", tenant="retail", group_by=["source_name"])) == {
        store: expected[f"orders.{store}"] + expected[f"orders_without_items.{store}"] for store in STORES
    }


class Invoice(NamedTuple):
    """One invoice of the CSV; one whose number begins with C takes back an earlier one."""

    at: datetime
    number: str
    buyer: tuple[bool, str] | None
    total: Decimal


def invoices(lines: Path) -> list[Invoice]:
    """The invoices in the order of their times. Britain has a store of its own."""
    totals: defaultdict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    first: dict[tuple[str, bool], dict[str, str]] = {}
    with gzip.open(lines, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            key = row["InvoiceNo"], row["Country"] == "United Kingdom"
            totals[key] += int(row["Quantity"]) * Decimal(row["UnitPrice"])
            first.setdefault(key, row)
    found = []
    for (number, british), row in first.items():
        buyer = (british, row["CustomerID"]) if row["CustomerID"] else None
        at = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON)
        found.append(Invoice(at, number, buyer, totals[number, british]))
    return sorted(found, key=lambda invoice: (invoice.at, invoice.number))


def counted(lines: Path, zone: ZoneInfo) -> dict[date, list[Decimal]]:
    """Gross sales, returns, net sales and orders of each day of a zone.

    What is taken back from a buyer who has bought nothing yet is an order by itself.
    """
    days: defaultdict[date, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    buyers = set()
    for invoice in invoices(lines):
        figures = days[invoice.at.astimezone(zone).date()]
        figures[2] += invoice.total
        if invoice.number.startswith("C"):
            figures[1] -= invoice.total
            figures[3] += invoice.buyer is None or invoice.buyer not in buyers
        else:
            figures[0] += invoice.total
            figures[3] += 1
            buyers.add(invoice.buyer)
    return days


@pytest.mark.parametrize("slug", ZONES)
def test_each_day_is_the_invoices_of_that_day_on_the_tenants_clock(retail: Retail, lines: Path, slug: str) -> None:
    rows = retail.server.rows(*SALES, "orders", tenant=slug, grain="day")

    assert {date.fromisoformat(day): exactly(figures) for day, *figures in rows} == counted(
        lines, ZoneInfo(ZONES[slug])
    )


def test_the_days_of_the_two_clocks_differ(lines: Path) -> None:
    london, tokyo = (counted(lines, ZoneInfo(zone)) for zone in ZONES.values())

    assert sum(london[day] != tokyo[day] for day in {*london, *tokyo}) > 10


@pytest.mark.slow
def test_a_dbt_run_leaves_the_orders_of_both_vendors_in_one_table(retail: Retail) -> None:
    warehouse = str(retail.home.tenant("retail").warehouse_file)
    with duckdb.connect(warehouse) as connection:
        connection.execute("drop table intermediate.int_unified_orders")

    ran = gata_mcp("dbt", "--home", str(retail.home.root), "retail", "--", "run")

    assert ran.returncode == 0, ran.stderr
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute("select connector, count(*) from intermediate.int_unified_orders group by all")
        assert dict(found.fetchall()) == {
            store: retail.expected[f"orders.{store}"] + retail.expected[f"orders_without_items.{store}"]
            for store in STORES
        }
