"""The oracle against real invoices, the totals of which are known from the invoice lines alone."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from oracle import Facts, read_tenant, value
from shared_data import shared_data


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, dict[str, str | int | dict[str, str]]]:
    data = shared_data()
    folder = tmp_path_factory.mktemp("retail")
    tool = data.parent / "tools" / "retail_to_vendor.py"
    (lines,) = (data / "online-retail").glob("*.csv.gz")
    subprocess.run([sys.executable, str(tool), str(lines), str(folder)], check=True)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    facts = read_tenant(
        {
            "timezone": expected["timezone"],
            "currency": expected["currency"],
            "sources": {name: {"connector": name, "folder": folder / name} for name in ("shopify", "bigcommerce")},
        }
    )
    return facts, expected


@pytest.mark.parametrize("metric", ["gross_sales", "returns", "net_sales"])
def test_sales_of_each_store_equal_the_invoices(
    retail: tuple[Facts, dict[str, str | int | dict[str, str]]], metric: str
) -> None:
    facts, expected = retail

    stores = value(facts, metric, ["source_name"])
    assert stores == {(name,): Decimal(str(expected[f"{metric}.{name}"])) for name in ("shopify", "bigcommerce")}


def test_orders_are_the_invoices_and_the_cancellations_without_one(
    retail: tuple[Facts, dict[str, str | int | dict[str, str]]],
) -> None:
    facts, expected = retail

    def invoices(name: str) -> int:
        return int(str(expected[f"orders.{name}"])) + int(str(expected[f"orders_without_items.{name}"]))

    assert value(facts, "orders", ["source_name"]) == {(name,): invoices(name) for name in ("shopify", "bigcommerce")}


def test_net_sales_of_each_month_equal_the_invoices(
    retail: tuple[Facts, dict[str, str | int | dict[str, str]]],
) -> None:
    facts, expected = retail

    months = expected["net_sales.by_month"]
    assert isinstance(months, dict)
    by_month = {(date.fromisoformat(f"{month}-01"),): Decimal(total) for month, total in months.items()}
    assert value(facts, "net_sales", grain="month") == by_month
