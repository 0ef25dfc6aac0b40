"""The payloads that vendors publish, through the whole pipeline; every value of the star is worked out by hand."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copy
from typing import Any, NamedTuple

import duckdb
import pytest
from shared_data import shared_data
from shops import open_shops, refresh_all

from warehouse.home import Home, TenantHome
from warehouse.store import FileStore

# one order of Shopify is published twice: as a page of orders without lines, and by itself with lines
FILES: Mapping[str, Mapping[str, str]] = {
    "shopify_page": {
        "orders.json": "shopify_orders.json",
        "refunds.json": "shopify_refund.json",
        "customers.json": "shopify_customer.json",
    },
    "shopify_refunded": {"orders.json": "shopify_order.json", "refunds.json": "shopify_refund.json"},
    "shopify_single": {"orders.json": "shopify_order.json"},
    "bigcommerce": {"orders.json": "bigcommerce_orders.json", "orders-single.json": "bigcommerce_order.json"},
    "woocommerce": {"orders.json": "woocommerce_orders.json", "order_refunds.json": "woocommerce_order_refunds.json"},
}
IPOD = "450789469"
USA = "United States"


class Order(NamedTuple):
    source_name: str
    order_id: str
    order_name: str
    ordered_at: datetime
    order_date: date
    total_amount: Decimal
    tax_amount: Decimal
    shipping_amount: Decimal
    duties_and_fees_amount: Decimal
    currency: str
    order_status: str
    source_status: str
    is_counted: bool
    customer_country: str
    customer_type: str


class Line(NamedTuple):
    source_name: str
    order_id: str
    line_id: str | None
    product_sku: str | None
    quantity: Decimal
    gross_amount: Decimal
    discount_amount: Decimal
    net_amount: Decimal


class Refund(NamedTuple):
    source_name: str
    refund_id: str
    order_id: str
    line_id: str | None
    product_sku: str | None
    kind: str
    refunded_at: datetime
    refund_date: date
    quantity: Decimal
    return_amount: Decimal
    tax_amount: Decimal
    shipping_amount: Decimal
    refunded_amount: Decimal
    refund_reason: str | None


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}Z")


def usd(text: str) -> Decimal:
    return Decimal(text)


# 11:00 at UTC-5. Without lines the page's order has its goods total for a line: 597.00 − 10.00 + 11.94 = 598.94.
# The status of the second is authorized: pending, but where 209.00 of its 409.94 came back, partially refunded.
# All three have one e-mail address and one time: the first in the order of their sources is the person's first.
_IPOD_AT = (utc("2008-01-10T16:00:00"), date(2008, 1, 10))
_IPOD_REST = (usd("11.94"), usd("0"), usd("0"), "USD")
# 418, 7 Awaiting Payment, has shipping 11.09 before tax and fees of 12.30 and 4.00 before tax
ORDERS = [
    Order(
        "shopify_page", IPOD, "#1001", *_IPOD_AT, usd("598.94"), *_IPOD_REST,
        "partially_refunded", "partially_refunded", True, USA, "new",
    ),
    Order(
        "shopify_refunded", IPOD, "#1001", *_IPOD_AT, usd("409.94"), *_IPOD_REST,
        "partially_refunded", "authorized", True, USA, "returning",
    ),
    Order(
        "shopify_single", IPOD, "#1001", *_IPOD_AT, usd("409.94"), *_IPOD_REST,
        "pending", "authorized", True, USA, "returning",
    ),
    Order(
        "bigcommerce", "100", "100", utc("2018-01-10T21:05:30"), date(2018, 1, 10),
        usd("361.95"), usd("0"), usd("0"), usd("0"), "USD", "paid", "11", True, USA, "new",
    ),
    Order(
        "bigcommerce", "218", "218", utc("2019-03-05T21:40:11"), date(2019, 3, 5),
        usd("69.84"), usd("5.31"), usd("11.09"), usd("16.30"), "USD", "pending", "7", True, USA, "returning",
    ),
    Order(
        "woocommerce", "723", "723", utc("2017-03-21T19:16:00"), date(2017, 3, 21),
        usd("39.00"), usd("0"), usd("10.00"), usd("0"),
        "USD", "partially_refunded", "completed", True, "Brazil", "new",
    ),
    Order(
        "woocommerce", "727", "727", utc("2017-03-22T19:28:02"), date(2017, 3, 22),
        usd("29.35"), usd("1.35"), usd("10.00"), usd("0"), "USD", "paid", "processing", True, USA, "new",
    ),
]  # fmt: skip
