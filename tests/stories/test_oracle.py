"""The oracle itself, against figures worked out by hand from metrics.md."""

import gzip
import json
import os
import shutil
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import METRICS, Facts, read_tenant, value

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


def test_an_order_without_discount_or_refund_sells_what_it_charges(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order())

    assert money(facts, "gross_sales", "discounts", "net_sales") == ["160.00", "0", "160.00"]
    assert total(facts, "shipping") == 8
    assert total(facts, "taxes") == 16
    assert total(facts, "total_sales") == total(facts, "total_revenue") == 184
    assert total(facts, "units_sold") == 4
    assert total(facts, "average_order_value") == Decimal("160.0000")


def test_tax_is_taken_out_of_price_and_discount_by_the_rate(tmp_path: Path) -> None:
    line = {
        "id": 11,
        "quantity": 1,
        "price": "100.00",
        "tax_lines": [{"price": "6.82", "rate": 0.1}],
        "discount_allocations": [{"amount": "25.00"}],
    }
    included: Json = {"taxes_included": True, "line_items": [line], "total_discounts": "25.00", "shipping_lines": []}
    facts = shop(tmp_path, shopify_order(**included, total_price="75.00", total_tax="6.82"))

    assert money(facts, "gross_sales", "discounts", "net_sales") == ["90.91", "22.73", "68.18"]
    assert total(facts, "total_sales") == total(facts, "total_revenue") == 75


def test_an_order_discount_is_shared_by_line_value_and_the_remainder_is_the_largest_parts(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order(total_discounts="10.00", total_price="174.00"))

    # 10 × 100/160 = 6.25, 10 × 60/160 = 3.75
    assert value(facts, "discounts", ["product_title"]) == {("Lamp",): Decimal("6.25"), ("Bulb",): Decimal("3.75")}

    thirds = [{"id": i, "title": f"T{i}", "quantity": 1, "price": "5.00"} for i in (1, 2, 3)]
    facts = shop(tmp_path, shopify_order(line_items=thirds, total_discounts="1.00"))
    parts = value(facts, "discounts", ["product_title"])
    assert parts == {("T1",): Decimal("0.34"), ("T2",): Decimal("0.33"), ("T3",): Decimal("0.33")}


def test_shipping_discounts_are_no_discount_on_goods(tmp_path: Path) -> None:
    shipping = [{"price": "8.00", "discounted_price": "3.00", "discount_allocations": [{"amount": "5.00"}]}]
    facts = shop(tmp_path, shopify_order(total_discounts="5.00", shipping_lines=shipping, total_price="179.00"))

    assert total(facts, "discounts") == 0
    assert total(facts, "shipping") == 3
    assert total(facts, "total_sales") == total(facts, "total_revenue") == 179


def test_returned_goods_fall_on_their_own_day_without_tax(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order(refunds=[shopify_refund([(12, 2, "40.00", "4.00")], "44.00")]))

    assert value(facts, "returns", grain="day") == {(date(2026, 3, 5),): Decimal("40.00")}
    assert value(facts, "net_sales", grain="day")[(date(2026, 3, 1),)] == 160
    assert total(facts, "units_returned") == 2
    assert total(facts, "taxes") == 12
    assert value(facts, "refunded_amount", ["product_sku"]) == {("B",): Decimal("44.00")}
    assert value(facts, "orders", ["order_status"]) == {("partially_refunded",): 1}


def test_the_rest_of_a_refund_takes_goods_then_shipping_then_taxes(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order(refunds=[shopify_refund([(11, 1, "100.00", "10.00")], "180.00")]))

    # 70.00 beyond the item and its tax: 60 of goods are left, 8 of shipping, 6 of taxes
    assert value(facts, "returns", ["product_title"]) == {("Lamp",): Decimal("100.00"), (None,): Decimal("60.00")}
    assert total(facts, "shipping") == 0
    assert total(facts, "taxes") == 4
    assert total(facts, "refunded_amount") == 180
    assert value(facts, "refunded_amount", ["product_title"])[(None,)] == 70


def test_money_beyond_all_that_the_order_holds_is_refunded_amount_only(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order(refunds=[shopify_refund([], "200.00")]))

    assert money(facts, "returns", "shipping", "taxes", "refunded_amount") == ["160.00", "0.00", "0.00", "200.00"]
    assert value(facts, "orders", ["order_status"]) == {("refunded",): 1}


def test_a_kept_fee_lowers_returns(tmp_path: Path) -> None:
    kept = [{"kind": "refund_discrepancy", "amount": "5.00", "tax_amount": "0.00"}]
    refund = shopify_refund([(11, 1, "100.00", "10.00")], "105.00", order_adjustments=kept)
    facts = shop(tmp_path, shopify_order(refunds=[refund]))

    assert total(facts, "returns") == 95
    assert total(facts, "refunded_amount") == 105
    assert value(facts, "refunded_amount", ["product_title"])[("Lamp",)] == 105


def test_refunded_shipping_is_no_return(tmp_path: Path) -> None:
    shipped = [{"kind": "shipping_refund", "amount": "-8.00", "tax_amount": "-0.80"}]
    refund = shopify_refund([(12, 3, "60.00", "6.00")], "74.80", order_adjustments=shipped)
    facts = shop(tmp_path, shopify_order(refunds=[refund]))

    assert total(facts, "returns") == 60
    assert total(facts, "shipping") == 0
    assert total(facts, "taxes") == Decimal("9.20")


def test_a_cancellation_takes_back_what_the_refunds_before_it_left(tmp_path: Path) -> None:
    before = shopify_refund([(12, 1, "20.00", "2.00")], "22.00")
    after = shopify_refund([(11, 1, "100.00", "10.00")], "162.00", id=92, created_at="2026-03-10T12:00:00Z")
    facts = shop(tmp_path, shopify_order(cancelled_at="2026-03-10T08:00:00Z", refunds=[before, after]))

    assert value(facts, "returns", grain="day") == {(date(2026, 3, 5),): 20, (date(2026, 3, 10),): 140}
    assert value(facts, "units_returned", ["product_title"]) == {("Lamp",): 1, ("Bulb",): 3, (None,): 0}
    assert money(facts, "net_sales", "taxes", "shipping", "total_sales") == ["0.00", "0.00", "0.00", "0.00"]
    assert total(facts, "refunded_amount") == 184
    assert value(facts, "orders", ["order_status"]) == {("cancelled",): 1}


def test_what_came_back_without_a_product_is_shared_over_the_lines_of_a_cancellation(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order(cancelled_at="2026-03-10T08:00:00Z", refunds=[shopify_refund([], "16.00")]))

    # 16.00 by 100 : 60 is 10 and 6
    by_product = value(facts, "returns", ["product_title"])
    assert by_product == {(None,): Decimal("16.00"), ("Lamp",): Decimal("90.00"), ("Bulb",): Decimal("54.00")}
    assert total(facts, "net_sales") == 0
    assert total(facts, "units_returned") == 4


def test_a_fee_kept_before_a_cancellation_comes_back_with_it(tmp_path: Path) -> None:
    kept = [{"kind": "refund_discrepancy", "amount": "20.00", "tax_amount": "0.00"}]
    items = [(11, 1, "100.00", "10.00"), (12, 3, "60.00", "6.00")]
    refund = shopify_refund(items, "156.00", order_adjustments=kept)
    facts = shop(tmp_path, shopify_order(cancelled_at="2026-03-10T08:00:00Z", refunds=[refund]))

    assert value(facts, "returns", grain="day") == {(date(2026, 3, 5),): 140, (date(2026, 3, 10),): 20}
    assert total(facts, "net_sales") == 0
    assert total(facts, "units_returned") == 4


def test_a_refund_without_enough_money_shares_it_over_its_items(tmp_path: Path) -> None:
    refund = shopify_refund([(11, 1, "100.00", "10.00"), (12, 3, "60.00", "6.00")], "44.00")
    facts = shop(tmp_path, shopify_order(refunds=[refund]))

    assert total(facts, "returns") == 160
    assert value(facts, "refunded_amount", ["product_title"]) == {
        ("Lamp",): Decimal("27.50"),
        ("Bulb",): Decimal("16.50"),
    }


def test_test_and_gift_card_only_orders_are_not_counted_and_sold_gift_cards_are_no_sale(tmp_path: Path) -> None:
    card = {"id": 13, "title": "Card", "quantity": 1, "price": "50.00", "gift_card": True}
    lamp = {"id": 11, "title": "Lamp", "quantity": 1, "price": "100.00"}
    facts = shop(
        tmp_path,
        shopify_order(id=1, test=True),
        shopify_order(id=2, line_items=[card], total_price="50.00"),
        shopify_order(id=3, line_items=[card, lamp], total_price="150.00", total_tax="0", shipping_lines=[]),
    )

    assert total(facts, "orders") == 1
    assert total(facts, "total_revenue") == 150
    assert total(facts, "gross_sales") == 100
    assert total(facts, "units_sold") == 1


def test_an_order_without_lines_sells_its_goods_total_without_a_product(tmp_path: Path) -> None:
    facts = shop(tmp_path, shopify_order(line_items=[], total_line_items_price="160.00", total_discounts="10.00"))

    assert value(facts, "gross_sales", ["product_title"]) == {(None,): Decimal("160.00")}
    assert total(facts, "net_sales") == 150


def test_a_refund_without_its_order_counts_with_its_source_known(tmp_path: Path) -> None:
    deliver(tmp_path, "refunds.jsonl", [shopify_refund([(11, 1, "100.00", "10.00")], "120.00", order_id=777)])
    facts = tenant(tmp_path, "shopify")

    assert value(facts, "returns", ["source_name", "order_status"]) == {("shopify", None): Decimal("110.00")}
    assert total(facts, "refunded_amount") == 120
    assert total(facts, "orders") == 0


def test_a_refund_inside_its_order_and_by_itself_counts_once(tmp_path: Path) -> None:
    refund = shopify_refund([(11, 1, "100.00", "10.00")], "110.00")
    deliver(tmp_path, "refunds.json", [{"refund": refund}])

    assert total(shop(tmp_path, shopify_order(refunds=[refund])), "returns") == 100


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

    ratios = {"average_order_value", "repeat_rate", "return_rate", "median_order_value"}
    assert {metric for metric in METRICS if total(facts, metric) is None} == ratios
    assert all(total(facts, metric) == 0 for metric in METRICS.keys() - ratios)


# BigCommerce


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


# WooCommerce


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


# The vendors' published examples


@pytest.fixture
def published(tmp_path: Path) -> Path:
    home = os.environ.get("GATA_TEST_DATA")
    if not home:
        pytest.skip("GATA_TEST_DATA does not name the folder of shared test data")
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
