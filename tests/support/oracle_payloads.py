"""Small payloads of the three stores, and the oracle's figures over them, for the oracle's own tests."""

import json
import os
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from oracle import Facts, read_tenant, value

Json = dict[str, object]


def deliver(folder: Path, name: str, payloads: Iterable[object], at: int = 1) -> Path:
    """Records as one a line, in a file of which the modification time is `at`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(payload) + "\n" for payload in payloads), encoding="utf-8")
    os.utime(path, ns=(at * 10**9, at * 10**9))
    return path


def tenant(folder: Path, connector: str, timezone: str = "UTC", currency: str = "USD") -> Facts:
    sources = {connector: {"connector": connector, "folder": folder}}
    return read_tenant({"timezone": timezone, "currency": currency, "sources": sources})  # type: ignore[typeddict-item]


def total(facts: Facts, metric: str) -> Decimal | int | None:
    return value(facts, metric)[()]


def money(facts: Facts, *metrics: str) -> list[str]:
    return [str(total(facts, metric)) for metric in metrics]


def shopify_order(**changes: object) -> Json:
    """Two lines, 100.00 and 3 × 20.00, 10 % tax on top, 8.00 shipping: 184.00."""
    order: Json = {
        "id": 1,
        "name": "#1001",
        "email": "a@example.com",
        "created_at": "2026-03-01T09:00:00Z",
        "processed_at": "2026-03-01T09:00:00Z",
        "updated_at": "2026-03-01T09:00:00Z",
        "currency": "USD",
        "financial_status": "paid",
        "total_price": "184.00",
        "total_tax": "16.00",
        "total_discounts": "0.00",
        "taxes_included": False,
        "shipping_lines": [{"price": "8.00", "discounted_price": "8.00"}],
        "line_items": [
            {"id": 11, "product_id": 7, "title": "Lamp", "sku": "L", "vendor": "V", "quantity": 1, "price": "100.00"},
            {"id": 12, "product_id": 8, "title": "Bulb", "sku": "B", "vendor": "V", "quantity": 3, "price": "20.00"},
        ],
    }
    return order | changes


def shopify_refund(items: Iterable[tuple[int, int, str, str]], paid: str, **changes: object) -> Json:
    """A refund of (line id, quantity, subtotal, tax)."""
    refund: Json = {
        "id": 91,
        "order_id": 1,
        "created_at": "2026-03-05T12:00:00Z",
        "refund_line_items": [
            {"line_item_id": line, "quantity": quantity, "subtotal": subtotal, "total_tax": tax}
            for line, quantity, subtotal, tax in items
        ],
        "transactions": [{"kind": "refund", "status": "success", "amount": paid, "currency": "USD"}],
        "order_adjustments": [],
    }
    return refund | changes


def shop(tmp_path: Path, *orders: Json, **settings: str) -> Facts:
    deliver(tmp_path, "orders.jsonl", orders)
    return tenant(tmp_path, "shopify", **settings)


def bigcommerce_order(**changes: object) -> Json:
    order: Json = {
        "id": 5,
        "customer_id": 0,
        "date_created": "Sun, 01 Mar 2026 09:00:00 +0000",
        "date_modified": "Sun, 01 Mar 2026 09:00:00 +0000",
        "status_id": 10,
        "status": "Completed",
        "total_inc_tax": "55.0000",
        "total_tax": "5.0000",
        "subtotal_ex_tax": "40.0000",
        "shipping_cost_ex_tax": "10.0000",
        "handling_cost_ex_tax": "0.0000",
        "discount_amount": "0.0000",
        "coupon_discount": "0.0000",
        "payment_status": "captured",
        "default_currency_code": "USD",
        "is_tax_inclusive_pricing": False,
        "billing_address": {"email": "a@example.com", "country": "Deutschland", "country_iso2": "DE"},
    }
    return order | changes


def bigcommerce_product(number: int, total: str, **changes: object) -> Json:
    product: Json = {"id": number, "order_id": 5, "product_id": number, "name": f"P{number}", "sku": "", "quantity": 1}
    return product | {"total_ex_tax": total, "total_inc_tax": total, "total_tax": "0.0000"} | changes


def bigcommerce(tmp_path: Path, order: Json, products: Iterable[Json] = (), refunds: Iterable[Json] = ()) -> Facts:
    deliver(tmp_path, "orders.jsonl", [order])
    deliver(tmp_path, "order_products.jsonl", products)
    deliver(tmp_path, "refunds.jsonl", refunds)
    return tenant(tmp_path, "bigcommerce")


def bigcommerce_refund(amounts: Iterable[tuple[str, int, float]], total: float, tax: float, **changes: object) -> Json:
    refund: Json = {
        "id": 3,
        "order_id": 5,
        "created": "2026-03-04T00:00:00+00:00",
        "reason": "late",
        "total_amount": total,
        "total_tax": tax,
        "items": [
            {"item_type": kind, "item_id": item, "quantity": 1, "requested_amount": amount}
            for kind, item, amount in amounts
        ],
        "payments": [{"amount": total, "is_declined": False}],
    }
    return refund | changes


def woocommerce_order(**changes: object) -> Json:
    order: Json = {
        "id": 70,
        "number": "70",
        "status": "completed",
        "currency": "USD",
        "date_created_gmt": "2026-03-01T09:00:00",
        "date_modified_gmt": "2026-03-01T09:00:00",
        "date_paid_gmt": None,
        "total": "46.00",
        "total_tax": "4.00",
        "shipping_total": "5.00",
        "discount_total": "5.00",
        "customer_id": 0,
        "billing": {"email": "a@example.com", "country": "US"},
        "shipping": {"country": ""},
        "line_items": [
            {"id": 1, "product_id": 9, "name": "Mug", "sku": "M", "quantity": 2, "subtotal": "40.00", "total": "35.00"}
        ],
        "fee_lines": [{"total": "2.00"}],
        "refunds": [],
    }
    return order | changes


def woocommerce_refund(**changes: object) -> Json:
    refund: Json = {
        "id": 71,
        "date_created_gmt": "2026-03-04T00:00:00",
        "amount": "19.50",
        "reason": "chipped",
        "line_items": [
            {
                "id": 8,
                "name": "Mug",
                "quantity": -1,
                "total": "-17.50",
                "total_tax": "-2.00",
                "meta_data": [{"key": "_refunded_item_id", "value": "1"}],
            }
        ],
        "_links": {"up": [{"href": "https://example.com/wp-json/wc/v3/orders/70"}]},
    }
    return refund | changes
