"""How the oracle reads files and versions, knows persons, and cuts its figures, against figures worked out by hand."""

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import METRICS, value
from oracle_metrics import Ratio
from oracle_payloads import (
    Json,
    deliver,
    money,
    shop,
    shopify_order,
    shopify_refund,
    tenant,
    total,
)


def test_persons_are_known_by_email_then_by_customer_id_and_guests_without_either_are_nobody(tmp_path: Path) -> None:
    def placed(number: int, email: str | None, customer: object) -> Json:
        at = f"2026-03-0{number}T00:00:00Z"
        return shopify_order(id=number, processed_at=at, created_at=at, email=email, customer=customer)

    facts = shop(
        tmp_path,
        placed(1, " A@example.com", None),
        placed(2, "", {"id": 5, "email": None}),
        placed(3, "a@Example.com ", {"id": 5, "email": ""}),
        placed(4, "", {"id": 6}),
        placed(5, "", None),
        placed(6, "other@example.com", {"id": 6, "email": "a@example.com"}),
    )

    # One e-mail on 1, 3 and 6, and through their customers' ids on 2 and 4; 5 is nobody's.
    assert money(facts, "orders", "customers", "new_customers", "returning_customers") == ["6", "1", "1", "1"]
    assert value(facts, "orders", ["customer_type"]) == {("new",): 1, ("returning",): 4, (None,): 1}


def test_an_excluded_order_is_nobodys_first(tmp_path: Path) -> None:
    later = "2026-03-02T00:00:00Z"
    facts = shop(tmp_path, shopify_order(id=1, test=True), shopify_order(id=2, processed_at=later))

    assert total(facts, "new_customers") == 1


def test_the_newest_version_is_served_whenever_it_is_delivered(tmp_path: Path) -> None:
    new = shopify_order(total_price="200.00", updated_at="2026-03-03T00:00:00Z")
    deliver(tmp_path, "orders-1.jsonl", [new], at=1)
    deliver(tmp_path, "orders-2.jsonl", [shopify_order(), {"id": 1}, "x", {**new, "total_price": "N/A"}], at=2)
    facts = tenant(tmp_path, "shopify")

    assert total(facts, "orders") == 1
    assert total(facts, "total_revenue") == 200


@pytest.mark.parametrize("form", ["array", "wrapper", "lines", "bare", "gzip", "parts", "bom", "crlf"])
def test_every_form_of_a_file_is_read(tmp_path: Path, form: str) -> None:
    orders = [shopify_order(id=1), shopify_order(id=2)]
    lines = [json.dumps(order) for order in orders]
    written = {
        "array": {"orders.json": json.dumps(orders, indent=1)},
        "wrapper": {"orders.json": json.dumps({"orders": orders})},
        "lines": {"orders.ndjson": "\n".join(['{"half":', *lines])},
        "bare": {"orders-1.json": json.dumps(orders[0], indent=1), "orders-2.json": json.dumps({"order": orders[1]})},
        "gzip": {"orders.jsonl.gz": "\n".join(lines)},
        "parts": {"orders.part1.jsonl": lines[0], "orders.part2.jsonl": lines[1]},
        "bom": {"orders.jsonl": "\ufeff" + "\n".join(lines)},
        "crlf": {"orders.jsonl": "\r\n".join(lines) + "\r\n"},
    }[form]
    for name, content in written.items():
        held = content.encode()
        (tmp_path / name).write_bytes(gzip.compress(held) if name.endswith(".gz") else held)
    (tmp_path / "notes.txt").write_text("no records")

    assert total(tenant(tmp_path, "shopify"), "orders") == 2


def test_the_business_day_is_the_tenants(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order(processed_at="2026-03-01T20:00:00Z"), timezone="Asia/Tokyo")

    assert value(facts, "orders", grain="day") == {(date(2026, 3, 2),): 1}


def test_orders_in_another_currency_are_counted_without_amounts(tmp_path: Path) -> None:
    foreign = shopify_order(id=2, currency="EUR", refunds=[shopify_refund([(11, 1, "100.00", "10.00")], "110.00")])
    facts = shop(tmp_path, shopify_order(id=1), foreign)

    assert value(facts, "orders", ["currency"]) == {("USD",): 1, ("EUR",): 1}
    assert value(facts, "gross_sales", ["currency"]) == {("USD",): Decimal("160.00"), ("EUR",): None}
    assert value(facts, "net_sales", ["currency"])[("EUR",)] is None
    assert total(facts, "average_order_value") == 160
    assert total(facts, "units_sold") == 8
    assert total(facts, "units_returned") == 1


def test_groups_add_up_and_splits_that_a_fact_cannot_carry_are_refused(tmp_path: Path) -> None:
    refund = shopify_refund([(11, 1, "100.00", "10.00")], "180.00", note="broken")
    facts = shop(tmp_path, shopify_order(refunds=[refund]), shopify_order(id=2, email="b@example.com"))

    parts = value(facts, "net_sales", ["product_title"])
    assert sum(part for part in parts.values() if part is not None) == total(facts, "net_sales") == 160
    assert value(facts, "returns", ["refund_reason"]) == {("broken",): 160}
    assert value(facts, "returns", where=[("product_title", "Lamp")]) == {(): 100}
    assert value(facts, "returns", where=[("product_title", "ne", "Lamp")]) == {(): 60}
    with pytest.raises(ValueError, match="product_title"):
        value(facts, "orders", ["product_title"])


def test_nothing_sold_is_zero_and_a_ratio_over_nothing_is_none(tmp_path: Path) -> None:
    facts = tenant(tmp_path, "shopify")

    undefined = {metric for metric in METRICS if total(facts, metric) is None}
    assert undefined == {"median_order_value", *(name for name, asked in METRICS.items() if isinstance(asked, Ratio))}
    assert all(total(facts, metric) == 0 for metric in METRICS.keys() - undefined)
