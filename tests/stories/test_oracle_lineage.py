"""Which payloads the oracle says bear a figure, against small tenants told by hand."""

from datetime import date
from pathlib import Path

from oracle_lineage import Cited, bearers
from oracle_payloads import (
    bigcommerce,
    bigcommerce_order,
    bigcommerce_product,
    bigcommerce_refund,
    deliver,
    shop,
    shopify_order,
    shopify_refund,
    tenant,
)
from oracle_reports import insight, session, tenant_of


def named(found: set[Cited]) -> set[tuple[str, str]]:
    return {(one.bearer.entity, one.bearer.source_id) for one in found}


def test_a_shopify_order_bears_its_lines_and_the_refunds_inside_of_it(tmp_path: Path) -> None:
    refund = shopify_refund([(11, 1, "100.00", "10.00")], "110.00")
    foreign = shopify_order(id=3, currency="GBP")
    facts = shop(tmp_path, shopify_order(refunds=[refund]), shopify_order(id=2, test=True), foreign)

    assert named(bearers(facts, "gross_sales")) == {("orders", "1")}
    assert named(bearers(facts, "returns")) == {("orders", "1")}
    assert named(bearers(facts, "orders")) == {("orders", "1"), ("orders", "3")}
    assert named(bearers(facts, "units_sold", [("product_title", "Lamp")])) == {("orders", "1"), ("orders", "3")}
    assert bearers(facts, "returns", end=date(2026, 3, 4)) == set()


def test_a_refund_by_itself_bears_its_own_amounts(tmp_path: Path) -> None:
    deliver(tmp_path, "orders.jsonl", [shopify_order()])
    deliver(tmp_path, "refunds.jsonl", [shopify_refund([(11, 1, "100.00", "10.00")], "110.00")])
    facts = tenant(tmp_path, "shopify")

    assert named(bearers(facts, "returns")) == {("refunds", "91")}
    assert named(bearers(facts, "net_sales")) == {("refunds", "91"), ("orders", "1")}


def test_a_bigcommerce_line_is_its_product_and_a_cancellation_its_order(tmp_path: Path) -> None:
    lines = [bigcommerce_product(1, "30.0000"), bigcommerce_product(2, "10.0000")]
    refund = bigcommerce_refund([("PRODUCT", 1, 30.0)], 33.0, 3.0)
    facts = bigcommerce(tmp_path, bigcommerce_order(status_id=5), lines, [refund])

    assert named(bearers(facts, "gross_sales", [("product_title", "P2")])) == {("order_products", "2")}
    # the refund after it gave back money alone
    assert named(bearers(facts, "returns")) == {("orders", "5")}
    assert named(bearers(facts, "refunded_amount")) == {("refunds", "3")}


def test_rows_of_reports_bear_their_figures(tmp_path: Path) -> None:
    rows = [insight("2026-03-01", "1", "facebook"), insight("2026-03-02", "1", "instagram", campaign="78")]
    deliver(tmp_path / "facebook_ads", "ad_performance.jsonl", rows)
    deliver(tmp_path / "google_analytics", "sessions.jsonl", [session("20260301", "a", "b", "c", 5)])
    facts = tenant_of(tmp_path, {"facebook_ads": {}, "google_analytics": {}})

    assert named(bearers(facts, "ad_spend")) == {
        ("ad_performance", "77|publisher_platform=facebook"),
        ("ad_performance", "78|publisher_platform=instagram"),
    }
    assert len(bearers(facts, "bounce_rate")) == 1
    assert named(bearers(facts, "cpc", start=date(2026, 3, 2))) == {
        ("ad_performance", "78|publisher_platform=instagram")
    }
