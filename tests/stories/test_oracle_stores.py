"""What the oracle makes of BigCommerce, WooCommerce and the vendors' published examples, worked out by hand."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import value
from oracle_payloads import (
    bigcommerce,
    bigcommerce_order,
    bigcommerce_product,
    bigcommerce_refund,
    deliver,
    money,
    tenant,
    total,
    woocommerce_order,
    woocommerce_refund,
)
from shared_data import shared_data


def test_bigcommerce_products_are_the_newest_file_that_holds_them(tmp_path: Path) -> None:
    deliver(tmp_path, "orders.jsonl", [bigcommerce_order()])
    both = [bigcommerce_product(1, "30.0000"), bigcommerce_product(2, "10.0000")]
    deliver(tmp_path, "order_products-a.jsonl", both, at=1)
    assert total(tenant(tmp_path, "bigcommerce"), "gross_sales") == 40

    deliver(tmp_path, "order_products-b.jsonl", both[:1], at=2)
    assert total(tenant(tmp_path, "bigcommerce"), "gross_sales") == 30

    bad = [both[1], bigcommerce_product(3, "N/A", total_ex_tax="N/A")]
    deliver(tmp_path, "order_products-c.jsonl", bad, at=3)
    assert total(tenant(tmp_path, "bigcommerce"), "gross_sales") == 30

    for older in ("a", "b"):
        (tmp_path / f"order_products-{older}.jsonl").unlink()
    assert total(tenant(tmp_path, "bigcommerce"), "gross_sales") == 10


def test_bigcommerce_parts_of_one_file_hold_one_set(tmp_path: Path) -> None:
    deliver(tmp_path, "orders.jsonl", [bigcommerce_order()])
    deliver(tmp_path, "order_products.part1.jsonl", [bigcommerce_product(1, "30.0000")], at=2)
    deliver(tmp_path, "order_products.part2.jsonl", [bigcommerce_product(2, "10.0000")], at=1)

    assert total(tenant(tmp_path, "bigcommerce"), "gross_sales") == 40


def test_a_csv_file_holds_one_record_a_row(tmp_path: Path) -> None:
    deliver(tmp_path, "orders.jsonl", [bigcommerce_order()])
    table = (
        'id,order_id,name,quantity,total_ex_tax,applied_discounts\r\n1,5,"Lamp, red",2,30.00,"[{""amount"": 3}]"\r\n'
    )
    (tmp_path / "order_products.csv").write_text(table, encoding="utf-8")
    facts = tenant(tmp_path, "bigcommerce")

    assert value(facts, "gross_sales", ["product_title"]) == {("Lamp, red",): Decimal("30.00")}
    assert money(facts, "discounts", "units_sold") == ["3", "2"]


def test_bigcommerce_discounts_fees_and_shipping(tmp_path: Path) -> None:
    lines = [
        bigcommerce_product(1, "30.0000", applied_discounts=[{"amount": 3}]),
        bigcommerce_product(2, "10.0000"),
    ]
    order = bigcommerce_order(
        discount_amount="3.0000",
        coupon_discount="4.0000",
        handling_cost_ex_tax="1.5000",
        fees=[{"cost_exc_tax": "2.0000"}, {"cost_ex_tax": "1.0000"}],
    )
    facts = bigcommerce(tmp_path, order, lines)

    assert value(facts, "discounts", ["product_title"]) == {("P1",): Decimal("6.00"), ("P2",): Decimal("1.00")}
    assert total(facts, "shipping") == Decimal("11.5")
    assert total(facts, "duties_and_fees") == 3
    assert value(facts, "orders", ["customer_country"]) == {("Germany",): 1}


def test_a_gift_certificate_takes_no_part_in_what_is_given_off_a_bigcommerce_order(tmp_path: Path) -> None:
    lines = [bigcommerce_product(1, "30.0000"), bigcommerce_product(2, "10.0000", type="giftcertificate")]
    facts = bigcommerce(tmp_path, bigcommerce_order(coupon_discount="4.0000"), lines)

    assert money(facts, "gross_sales", "discounts") == ["30.0000", "4.0000"]


def test_bigcommerce_prices_with_tax_have_it_taken_out(tmp_path: Path) -> None:
    line = bigcommerce_product(1, "0", total_inc_tax="100.00", total_ex_tax="90.91", total_tax="9.09")
    order = bigcommerce_order(is_tax_inclusive_pricing=True, discount_amount="25.00", total_inc_tax="75.00")
    facts = bigcommerce(tmp_path, order, [line])

    assert money(facts, "gross_sales", "discounts", "net_sales") == ["90.91", "22.73", "68.18"]


def test_bigcommerce_refunds_that_include_tax_have_it_taken_out(tmp_path: Path) -> None:
    lines = [bigcommerce_product(1, "30.0000"), bigcommerce_product(2, "10.0000")]
    back = [("PRODUCT", 1, 33.0), ("SHIPPING", 5, 11.0), ("ORDER", 5, 6.0)]
    facts = bigcommerce(tmp_path, bigcommerce_order(), lines, [bigcommerce_refund(back, 50.0, 4.0)])

    # 4.00 of tax by 33 : 11; of the 6.00 without an item all is goods
    assert value(facts, "returns", ["product_title"]) == {("P1",): Decimal("30.00"), (None,): Decimal("6.00")}
    assert total(facts, "shipping") == 0
    assert total(facts, "taxes") == 1
    assert value(facts, "refunded_amount", ["refund_reason"]) == {("late",): 50}


def test_bigcommerce_refunds_without_tax_and_declined_payments(tmp_path: Path) -> None:
    payments = [{"amount": 33.0}, {"amount": 33.0, "is_declined": True}]
    refund = bigcommerce_refund([("PRODUCT", 1, 30.0)], 33.0, 3.0, payments=payments)
    facts = bigcommerce(tmp_path, bigcommerce_order(), [bigcommerce_product(1, "40.0000")], [refund])

    assert total(facts, "returns") == 30
    assert total(facts, "taxes") == 2
    assert total(facts, "refunded_amount") == 33


def test_bigcommerce_counts_by_status_id(tmp_path: Path) -> None:
    orders = [bigcommerce_order(id=number, status_id=number) for number in range(15)]
    orders.append(bigcommerce_order(id=20, status_id=5, payment_status=""))
    orders.append(bigcommerce_order(id=21, payment_method="Test Payment Gateway"))
    orders.append(bigcommerce_order(id=22, is_deleted=True))
    deliver(tmp_path, "orders.jsonl", orders)
    facts = tenant(tmp_path, "bigcommerce")

    assert total(facts, "orders") == 12
    by_status = {"paid": 7, "pending": 2, "refunded": 1, "cancelled": 1, "partially_refunded": 1}
    assert value(facts, "orders", ["order_status"]) == {(name,): count for name, count in by_status.items()}


def test_a_bigcommerce_cancellation_is_dated_by_the_first_version_seen_cancelled(tmp_path: Path) -> None:
    versions = [
        bigcommerce_order(date_modified="Mon, 09 Mar 2026 09:00:00 +0000", status_id=5),
        bigcommerce_order(),
        bigcommerce_order(date_modified="Fri, 06 Mar 2026 09:00:00 +0000", status_id=5),
    ]
    deliver(tmp_path, "orders.jsonl", versions)
    deliver(tmp_path, "order_products.jsonl", [bigcommerce_product(1, "40.0000")])
    facts = tenant(tmp_path, "bigcommerce")

    assert value(facts, "returns", grain="day") == {(date(2026, 3, 6),): 40}
    assert total(facts, "total_sales") == 0


def test_woocommerce_orders_and_refunds(tmp_path: Path) -> None:
    deliver(tmp_path, "orders.jsonl", [woocommerce_order(refunds=[{"id": 71, "total": "-19.50"}])])
    deliver(tmp_path, "order_refunds.jsonl", [woocommerce_refund()])
    facts = tenant(tmp_path, "woocommerce")

    assert money(facts, "gross_sales", "discounts", "returns", "net_sales") == ["40.00", "5.00", "17.50", "17.50"]
    assert money(facts, "taxes", "shipping", "duties_and_fees", "total_sales") == ["2.00", "5.00", "2.00", "26.50"]
    assert value(facts, "units_returned", ["product_sku"]) == {("M",): 1}
    assert value(facts, "orders", ["customer_country"]) == {("United States",): 1}


def test_a_woocommerce_refund_that_only_its_order_names_is_dated_by_the_version_that_held_it_first(
    tmp_path: Path,
) -> None:
    named = [{"id": 71, "reason": "", "total": "-10.00"}]
    versions = [
        woocommerce_order(),
        woocommerce_order(date_modified_gmt="2026-03-05T00:00:00", refunds=named),
        woocommerce_order(date_modified_gmt="2026-03-09T00:00:00", refunds=named),
    ]
    deliver(tmp_path, "orders.jsonl", versions)
    facts = tenant(tmp_path, "woocommerce")

    assert value(facts, "returns", ["product_title"], grain="day") == {(date(2026, 3, 5), None): Decimal("10.00")}


def test_a_cancelled_woocommerce_order_counts_only_if_it_was_paid(tmp_path: Path) -> None:
    deliver(
        tmp_path,
        "orders.jsonl",
        [
            woocommerce_order(id=1, status="cancelled"),
            woocommerce_order(id=2, status="cancelled", date_paid_gmt="2026-03-01T10:00:00"),
            woocommerce_order(id=3, status="on-hold"),
            woocommerce_order(id=4, status="pending"),
        ],
    )
    facts = tenant(tmp_path, "woocommerce")

    assert value(facts, "orders", ["order_status"]) == {("cancelled",): 1, ("pending",): 1}
    assert total(facts, "returns") == 35
    assert total(facts, "net_sales") == 35


@pytest.fixture
def published(tmp_path: Path) -> Path:
    home = shared_data()
    for name in ("bigcommerce", "shopify", "woocommerce"):
        (tmp_path / name).mkdir()
    for source, target in {
        "shopify_orders.json": "shopify/orders.json",
        "shopify_refund.json": "shopify/refunds.json",
        "shopify_customer.json": "shopify/customers.json",
        "bigcommerce_orders.json": "bigcommerce/orders-1.json",
        "bigcommerce_order.json": "bigcommerce/orders-2.json",
        "woocommerce_orders.json": "woocommerce/orders.json",
        "woocommerce_order_refunds.json": "woocommerce/order_refunds.json",
    }.items():
        shutil.copy(Path(home) / "vendor" / source, tmp_path / target)
    return tmp_path


def test_the_published_examples_hold_what_their_documentation_says(published: Path) -> None:
    shopify = tenant(published / "shopify", "shopify")
    # 597.00 of goods without lines, 10.00 off; its refund holds two items of 199.00 and 209.00 of money
    assert money(shopify, "total_revenue", "gross_sales", "discounts", "taxes") == [
        "598.94",
        "597.00",
        "10.00",
        "11.94",
    ]
    assert money(shopify, "returns", "refunded_amount", "units_returned") == ["398.00", "209.00", "2"]
    assert value(shopify, "orders", ["order_status", "customer_country"]) == {
        ("partially_refunded", "United States"): 1
    }

    bigcommerce = tenant(published / "bigcommerce", "bigcommerce")
    assert value(bigcommerce, "orders", grain="day") == {(date(2018, 1, 10),): 1, (date(2019, 3, 5),): 1}
    assert money(bigcommerce, "total_revenue", "gross_sales", "discounts") == ["431.7900", "398.9993", "10.0000"]
    assert money(bigcommerce, "shipping", "duties_and_fees") == ["11.0900", "16.3000"]
    assert value(bigcommerce, "orders", ["order_status"]) == {("paid",): 1, ("pending",): 1}

    woocommerce = tenant(published / "woocommerce", "woocommerce")
    assert value(woocommerce, "total_revenue", grain="day") == {
        (date(2017, 3, 21),): Decimal("39.00"),
        (date(2017, 3, 22),): Decimal("29.35"),
    }
    # 9.00 for an album, 10.00 beside any item
    assert value(woocommerce, "returns", ["product_title"]) == {
        ("Woo Album #2",): Decimal("9.00"),
        (None,): Decimal("10.00"),
    }
    assert value(woocommerce, "orders", ["order_status"]) == {("paid",): 1, ("partially_refunded",): 1}
