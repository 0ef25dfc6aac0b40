"""The demo's payloads: their arithmetic adds up as a vendor's does, and every situation of the definitions occurs."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from demo_files import Record, bigcommerce, latest_bigcommerce, newest, parsed, shopify_orders, told, total

from ingest.demo import write_demo
from warehouse.home import Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(Home(folder), until=date(2026, 11, 23))
    return folder


def test_every_shopify_order_adds_up(root: Path) -> None:
    for order in shopify_orders(root):
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


def test_every_shopify_refund_adds_up(root: Path) -> None:
    for order in shopify_orders(root):
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


def test_every_bigcommerce_order_and_refund_adds_up(root: Path) -> None:
    orders = newest(bigcommerce(root, "orders"), "date_created")
    products: dict[int, dict[int, Record]] = {}
    for path in sorted((root / "exports/wayne_enterprises/bigcommerce").glob("order_products-*")):
        sets: dict[int, dict[int, Record]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            product = parsed(line)
            if isinstance(product, dict) and "order_id" in product:
                sets.setdefault(product["order_id"], {})[product["id"]] = product
        products.update(sets)
    latest = latest_bigcommerce(root)
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
    for refund in bigcommerce(root, "refunds"):
        held = products[refund["order_id"]]
        value = total(
            Decimal(held[item["item_id"]]["price_ex_tax"]) * item["quantity"]
            if item["requested_amount"] is None
            else item["requested_amount"]
            for item in refund["items"]
        )

        assert Decimal(refund["total_amount"]) == value + Decimal(refund["total_tax"])
        assert Decimal(refund["total_amount"]) == total(p["amount"] for p in refund["payments"] if not p["is_declined"])


def test_every_woocommerce_order_adds_up(root: Path) -> None:
    for order in told(root, "tyrell_corp", "woocommerce", "orders"):
        lines, shipping, fees = order["line_items"], order["shipping_lines"], order["fee_lines"]
        parts = (*lines, *shipping, *fees)

        assert Decimal(order["total"]) == total(part["total"] for part in parts) + total(p["total_tax"] for p in parts)
        assert Decimal(order["total_tax"]) == total(part["total_tax"] for part in parts)
        assert Decimal(order["total_tax"]) == Decimal(order["cart_tax"]) + Decimal(order["shipping_tax"])
        assert Decimal(order["cart_tax"]) == total(tax["tax_total"] for tax in order["tax_lines"])
        assert Decimal(order["shipping_tax"]) == total(tax["shipping_tax_total"] for tax in order["tax_lines"])
        assert Decimal(order["discount_total"]) == total(Decimal(p["subtotal"]) - Decimal(p["total"]) for p in lines)
        assert Decimal(order["discount_total"]) == total(coupon["discount"] for coupon in order["coupon_lines"])


def test_woocommerce_refunds_are_negative_and_known_to_their_orders(root: Path) -> None:
    orders = newest(told(root, "tyrell_corp", "woocommerce", "orders"), "date_modified_gmt")
    listed = {part["id"]: (order["id"], part) for order in orders.values() for part in order["refunds"]}
    refunds = list(told(root, "tyrell_corp", "woocommerce", "order_refunds"))

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


def test_every_situation_that_a_definition_speaks_of_occurs(root: Path) -> None:
    seen = Counter[str]()
    for order in newest(shopify_orders(root), "updated_at").values():
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
    for order in latest_bigcommerce(root).values():
        seen[f"status {order['status_id']}"] += 1
        seen["deleted"] += order["is_deleted"]
        seen["test gateway"] += order["payment_method"] == "Test Payment Gateway"
        seen["cancelled uncaptured"] += order["status_id"] == 5 and order["payment_status"] != "captured"
        seen["cancelled captured"] += order["status_id"] == 5 and order["payment_status"] == "captured"
        seen["guest of BigCommerce"] += order["customer_id"] == 0
        seen["fees"] += bool(order["fees"])
        seen["another display currency"] += order["currency_code"] != order["default_currency_code"]
    for order in newest(told(root, "tyrell_corp", "woocommerce", "orders"), "date_modified_gmt").values():
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


def test_versions_come_late_stale_and_twice(root: Path) -> None:
    seen = Counter[str]()
    newest_so_far: dict[int, str] = {}
    texts: set[str] = set()
    for order in told(root, "tyrell_corp", "shopify", "orders"):
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
