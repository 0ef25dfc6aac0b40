"""What the oracle makes of sales, refunds and cancellations, against figures worked out by hand from metrics.md."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from oracle import value
from oracle_payloads import Json, deliver, money, shop, shopify_order, shopify_refund, tenant, total


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


def test_a_tip_among_the_lines_is_a_tip_alone(tmp_path: Path) -> None:
    lamp = {"id": 11, "title": "Lamp", "quantity": 1, "price": "100.00"}
    tip = {"id": 14, "title": "Tip", "quantity": 1, "price": "5.00", "tip": {"payment_gateway": "direct"}}
    tipped = shopify_order(
        line_items=[lamp, tip], total_tip_received="5.00", total_price="105.00", total_tax="0", shipping_lines=[]
    )
    facts = shop(tmp_path, tipped)
    assert money(facts, "gross_sales", "tips", "total_sales", "units_sold") == ["100.00", "5.00", "100.00", "1"]

    facts = shop(tmp_path, tipped | {"refunds": [shopify_refund([(14, 1, "5.00", "0.00")], "5.00")]})
    assert money(facts, "returns", "tips", "refunded_amount") == ["0", "0.00", "5.00"]

    facts = shop(tmp_path, tipped | {"cancelled_at": "2026-03-10T08:00:00Z"})
    assert money(facts, "net_sales", "tips") == ["0.00", "0.00"]


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
