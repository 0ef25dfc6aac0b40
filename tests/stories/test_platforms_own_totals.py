"""What platforms say of themselves beside the star: kept, and told with figures where it differs."""

import json
from typing import Any

import duckdb
import pytest
from shop import order
from shops import open_shops
from story import line

from ingest.connector import connector_options
from ingest.refresh import refresh
from ingest.runs import Options, RunDocument
from warehouse.home import Home
from warehouse.store import FileStore
from warehouse.tenants import load_tenants

SOURCES = {name: {"files": f"exports/{name}"} for name in ("shopify", "google_ads")}
REPORT = """Day,Orders,Gross sales,Discounts,Returns,Net sales,Total sales
2026-10-05,2,30.00,-5.00,0.00,25.00,25.00
2026-10-06,0,0.00,0.00,0.00,0.00,3.00
"""


def ad(day: str, micros: str, clicks: str, **campaign: Any) -> dict[str, Any]:
    metrics = {"costMicros": micros, "impressions": "100", "clicks": clicks}
    return {"segments": {"date": day}, "customer": {"id": "7", "currencyCode": "USD"}, "metrics": metrics, **campaign}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two orders of 25.00, and 3.50 of spend; Shopify reports 3.00 more, Google 0.25 more on the second day."""
    home = Home(tmp_path_factory.mktemp("totals"))
    open_shops(home, {"acme": {"timezone": "America/New_York", "sources": SOURCES}})
    discount = [{"amount": "5.00", "discount_application_index": 0}]
    orders = [
        order(1, "10.00", line_items=[line(1, "10.00")], total_discounts="0.00", financial_status="paid"),
        order(
            2,
            "15.00",
            line_items=[line(2, "20.00") | {"discount_allocations": discount}],
            total_discounts="5.00",
            financial_status="in_review",
        ),
    ]
    red, blue = ({"campaign": {"id": number, "name": name}} for number, name in (("1", "Red"), ("2", "Blue")))
    spent = [
        ad("2026-10-05", "1000000", "1", **red),
        ad("2026-10-05", "500000", "1", **blue),
        ad("2026-10-06", "2000000", "2", **red),
    ]
    account = [ad("2026-10-05", "1500000", "2"), ad("2026-10-06", "2250000", "2")]
    files = {
        "shopify/orders.jsonl": orders,
        "google_ads/ad_performance.jsonl": spent,
        "google_ads/account_performance.jsonl": account,
    }
    for name, records in files.items():
        text = "".join(f"{json.dumps(record)}\n" for record in records)
        (home.root / "exports" / name).write_text(text, encoding="utf-8")
    (home.root / "exports" / "shopify" / "shopifyql.csv").write_text(REPORT, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def run(home: Home) -> RunDocument:
    tenant = load_tenants(home.tenants_file, connector_options())["acme"]
    return refresh(tenant, home.tenant("acme"), Options(), lambda run: None, lambda run: None, lambda: False)


def test_a_difference_is_told_with_its_figures_and_is_no_failure(run: RunDocument) -> None:
    assert run.status == "succeeded", run.error
    assert (
        "shopify: its own sales report differs from the star on 1 of 2 days: total_sales 28.00 there, 25.00 here, "
        "most on 2026-10-06 (+3.00)."
    ) in run.notices
    assert any(
        notice.startswith(
            "google_ads: its account totals differ from the star on 1 of 2 days: spend 3.75 there, 3.50 here, most on "
            "2026-10-06 (+0.25)"
        )
        for notice in run.notices
    )


def test_both_totals_stand_in_the_snapshot(run: RunDocument, home: Home) -> None:
    found = _gold(
        home,
        """select source_name, day::varchar, measure, platform_amount::double, star_amount::double
           from platform_totals where measure in ('spend', 'net_sales', 'discounts', 'orders') order by all""",
    )
    assert found == [
        ("google_ads", "2026-10-05", "spend", 1.5, 1.5),
        ("google_ads", "2026-10-06", "spend", 2.25, 2.0),
        ("shopify", "2026-10-05", "discounts", 5.0, 5.0),
        ("shopify", "2026-10-05", "net_sales", 25.0, 25.0),
        ("shopify", "2026-10-05", "orders", 2.0, 2.0),
        ("shopify", "2026-10-06", "discounts", 0.0, 0.0),
        ("shopify", "2026-10-06", "net_sales", 0.0, 0.0),
        ("shopify", "2026-10-06", "orders", 0.0, 0.0),
    ]


def test_a_status_that_is_in_no_list_is_pending_and_told(run: RunDocument, home: Home) -> None:
    assert 'shopify: 1 order has a status that is not known ("in_review") and stands as pending.' in run.notices
    assert _gold(home, "select order_status, source_status from fct_orders order by order_id") == [
        ("paid", "paid"),
        ("pending", "in_review"),
    ]
    assert _raw(home, "select source_name, kind, now from raw._drift") == [("shopify", "unknown status", "in_review")]


def _gold(home: Home, sql: str) -> list[tuple[Any, ...]]:
    version = FileStore(home.tenant("acme")).current()
    assert version is not None
    with duckdb.connect(str(version.gold_file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _raw(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.tenant("acme").warehouse_file), read_only=True) as connection:
        return connection.execute(sql).fetchall()
