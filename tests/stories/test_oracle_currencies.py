"""What the oracle makes of other currencies, against figures worked out by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from oracle import Facts, value
from oracle_conversion import converted, parts
from oracle_payloads import (
    Json,
    bigcommerce_order,
    bigcommerce_product,
    deliver,
    money,
    shopify_order,
    shopify_refund,
    total,
    woocommerce_order,
)
from oracle_reports import insight, tenant_of

CENT = Decimal("0.01")


def rates(folder: Path, *lines: str) -> None:
    (folder / "ecb_rates").mkdir(exist_ok=True)
    table = "\n".join(["Date,USD,GBP,JPY,RUB,", *lines])
    (folder / "ecb_rates" / "rates.csv").write_text(table, encoding="utf-8")


def priced(folder: Path, *orders: Json, currency: str = "USD") -> Facts:
    deliver(folder / "shopify", "orders.jsonl", orders)
    return tenant_of(folder, {"shopify": {}, "ecb_rates": {}}, currency)


def test_halves_go_to_the_even_cent_and_the_remainder_to_the_largest_part() -> None:
    assert [str(converted(Decimal(amount), Fraction(1, 2), CENT)) for amount in ("0.01", "0.03", "-0.01", "5")] == [
        "0.00",
        "0.02",
        "0.00",
        "2.50",
    ]
    # 3 × 0.333… is 1.00 in all
    assert [str(part) for part in parts([Decimal(1)] * 3, Fraction(1, 3), CENT)] == ["0.34", "0.33", "0.33"]


def test_rates_cross_through_the_euro_and_are_carried_seven_days(tmp_path: Path) -> None:
    rates(tmp_path, "2026-03-09,1.2,N/A,,N/A,", "2026-03-01,1.1,0.8,160,N/A,")

    def revenue(day: str, currency: str) -> Decimal | int | None:
        return total(
            priced(tmp_path, shopify_order(processed_at=f"{day}T09:00:00Z", currency=currency)), "total_revenue"
        )

    # 184.00 × 1.1 ÷ 0.8
    assert revenue("2026-03-01", "GBP") == Decimal("253.00")
    assert revenue("2026-03-08", "GBP") == Decimal("253.00")
    assert revenue("2026-03-09", "GBP") is None
    assert revenue("2026-03-09", "EUR") == Decimal("220.80")
    assert revenue("2026-03-01", "JPY") == Decimal("1.26")
    assert revenue("2026-02-28", "EUR") is None
    assert revenue("2026-02-28", "USD") == 184


def test_an_orders_parts_add_up_in_the_reporting_currency(tmp_path: Path) -> None:
    rates(tmp_path, "2026-03-01,1.0837,0.8,160,N/A,")
    facts = priced(tmp_path, shopify_order(currency="EUR", total_discounts="10.00", total_price="174.00"))

    # lines 93.75 and 56.25, shipping 8, tax 16 in euro: 101.597 → .60, 60.958 → .96, 8.67, 17.34 make 188.57 of 188.56
    assert money(facts, "total_revenue", "net_sales", "shipping", "taxes", "total_sales") == [
        "188.56",
        "162.55",
        "8.67",
        "17.34",
        "188.56",
    ]
    assert value(facts, "discounts", ["product_title"]) == {("Lamp",): Decimal("6.77"), ("Bulb",): Decimal("4.06")}
    assert value(facts, "net_sales", ["product_title"]) == {("Lamp",): Decimal("101.59"), ("Bulb",): Decimal("60.96")}
    assert value(facts, "gross_sales", ["currency"]) == {("EUR",): Decimal("173.38")}


def test_refunds_have_their_orders_rate_and_in_full_leave_nothing(tmp_path: Path) -> None:
    rates(tmp_path, "2026-03-05,2,1,1,1,", "2026-03-01,1.0837,0.8,160,N/A,")
    first = shopify_refund([(12, 1, "20.00", "2.00")], "22.00")
    rest = [(11, 1, "100.00", "10.00"), (12, 2, "40.00", "4.00")]
    shipped = [{"kind": "shipping_refund", "amount": "-8.00", "tax_amount": "0.00"}]
    second = shopify_refund(rest, "162.00", id=92, created_at="2026-03-06T12:00:00Z", order_adjustments=shipped)
    facts = priced(tmp_path, shopify_order(currency="EUR", refunds=[first, second]))

    assert value(facts, "returns", grain="day") == {
        (date(2026, 3, 5),): Decimal("21.67"),
        (date(2026, 3, 6),): Decimal("151.72"),
    }
    assert money(facts, "net_sales", "taxes", "shipping", "total_sales") == ["0.00", "0.00", "0.00", "0.00"]
    assert total(facts, "refunded_amount") == total(facts, "total_revenue") == Decimal("199.40")


def test_a_cancellation_takes_back_what_was_charged_to_the_cent(tmp_path: Path) -> None:
    rates(tmp_path, "2026-03-01,1.0837,0.8,160,N/A,")
    before = shopify_refund([(12, 1, "20.00", "2.00")], "22.00")
    facts = priced(
        tmp_path,
        shopify_order(currency="EUR", cancelled_at="2026-03-10T08:00:00Z", refunds=[before], total_price="184.00"),
    )

    assert money(facts, "net_sales", "taxes", "shipping", "total_sales") == ["0.00", "0.00", "0.00", "0.00"]


def test_bigcommerces_own_rate_goes_before_the_days(tmp_path: Path) -> None:
    rates(tmp_path, "2026-03-01,2,1,1,1,")
    order = bigcommerce_order(
        default_currency_code="EUR",
        store_default_currency_code="USD",
        store_default_to_transactional_exchange_rate="0.8000000000",
    )
    deliver(tmp_path / "bigcommerce", "orders.jsonl", [order])
    deliver(tmp_path / "bigcommerce", "order_products.jsonl", [bigcommerce_product(1, "40.0000")])
    facts = tenant_of(tmp_path, {"bigcommerce": {}, "ecb_rates": {}})

    assert money(facts, "total_revenue", "gross_sales", "shipping", "taxes") == ["68.75", "50.00", "12.50", "6.25"]
    assert value(facts, "orders", ["currency"]) == {("EUR",): 1}


def test_an_order_without_a_rate_counts_without_amounts(tmp_path: Path) -> None:
    deliver(tmp_path / "woocommerce", "orders.jsonl", [woocommerce_order(), woocommerce_order(id=71, currency="GBP")])
    facts = tenant_of(tmp_path, {"woocommerce": {}, "ecb_rates": {}})

    assert money(facts, "orders", "total_revenue", "average_order_value") == ["2", "46.00", "35.0000"]
    assert value(facts, "total_revenue", ["currency"]) == {("USD",): Decimal("46.00"), ("GBP",): None}


def test_a_refund_whose_order_has_not_arrived_has_the_rate_of_its_own_day(tmp_path: Path) -> None:
    rates(tmp_path, "2026-03-05,1.25,0.8,160,N/A,")
    paid = [{"kind": "refund", "status": "success", "amount": "10.00", "currency": "EUR"}]
    deliver(tmp_path / "shopify", "refunds.jsonl", [shopify_refund([], "0", order_id=777, transactions=paid)])
    facts = tenant_of(tmp_path, {"shopify": {}, "ecb_rates": {}})

    assert money(facts, "returns", "refunded_amount") == ["12.50", "12.50"]


def test_a_buyers_money_comes_back_at_the_orders_own_ratio_to_the_cent(tmp_path: Path) -> None:
    both = {
        "shop_money": {"amount": "184.00", "currency_code": "USD"},
        "presentment_money": {"amount": "333.33", "currency_code": "AUD"},
    }

    def part(number: int) -> Json:
        paid = [{"kind": "refund", "status": "success", "amount": "111.11", "currency": "AUD"}]
        day = f"2026-03-0{number + 4}T12:00:00Z"
        return shopify_refund([], "0", id=90 + number, created_at=day, transactions=paid)

    facts = priced(tmp_path, shopify_order(total_price_set=both, refunds=[part(1), part(2), part(3)]))

    assert value(facts, "refunded_amount", grain="day") == {
        (date(2026, 3, 5),): Decimal("61.33"),
        (date(2026, 3, 6),): Decimal("61.34"),
        (date(2026, 3, 7),): Decimal("61.33"),
    }


def test_ad_spend_has_the_rate_of_its_day(tmp_path: Path) -> None:
    rates(tmp_path, "2026-03-03,1.25,0.8,160,N/A,", "2026-03-01,1.1,0.8,160,N/A,")
    rows = [insight(f"2026-03-0{day}", "10.01", account_currency="EUR") for day in (2, 3)]
    deliver(tmp_path / "facebook_ads", "ad_performance.jsonl", rows)
    facts = tenant_of(tmp_path, {"facebook_ads": {}, "ecb_rates": {}})

    assert value(facts, "ad_spend", grain="day") == {
        (date(2026, 3, 2),): Decimal("11.01"),
        (date(2026, 3, 3),): Decimal("12.51"),
    }
