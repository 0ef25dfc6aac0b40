"""Shopify's own daily sales report of a demo store, as its admin exports it: what comes off is negative."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ingest.demo.amounts import ZERO

_COLUMNS = (
    ("Gross sales", "gross_sales", 1),
    ("Discounts", "discounts", -1),
    ("Returns", "returns", -1),
    ("Net sales", "net_sales", 1),
    ("Shipping charges", "shipping", 1),
    ("Duties", "duties_and_fees", 1),
    ("Additional fees", "", 1),
    ("Taxes", "taxes", 1),
    ("Total sales", "total_sales", 1),
)


def line(day: date, sums: Mapping[str, Decimal]) -> bytes:
    """The line of a day, from the sums of its metrics."""
    amounts = {**sums}
    amounts["net_sales"] = _of(sums, "gross_sales") - _of(sums, "discounts") - _of(sums, "returns")
    parts = ("net_sales", "taxes", "shipping", "duties_and_fees")
    amounts["total_sales"] = sum((_of(amounts, name) for name in parts), ZERO)
    values = (f"{sign * _of(amounts, name) + 0:.2f}" for _, name, sign in _COLUMNS)
    return f"{day},{int(_of(sums, 'orders'))},{','.join(values)}\n".encode()


def table(lines: list[bytes]) -> bytes:
    """The report."""
    heading = ",".join(["Day", "Orders", *(title for title, _, _ in _COLUMNS)])
    return heading.encode() + b"\n" + b"".join(lines)


def _of(sums: Mapping[str, Decimal], name: str) -> Decimal:
    return sums.get(name, ZERO)
