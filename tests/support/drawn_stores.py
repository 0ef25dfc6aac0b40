"""Orders and refunds of every store drawn at random: cheap to make, and full of what a shop seldom does."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from random import Random
from typing import Any

Record = dict[str, Any]

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 50


class Draws(Random):
    """Random choices in the words of a shop."""

    def now(self, after: datetime = FIRST, days: int = DAYS) -> datetime:
        return after + timedelta(minutes=self.randrange(1, days * 1440))

    def maybe(self, share: float) -> bool:
        return self.random() < share

    def amount(self, upto: int, currency: str) -> Decimal:
        return Decimal(self.randint(1, upto)) if currency == "JPY" else Decimal(self.randint(1, upto * 100)).scaleb(-2)

    def part(self, amount: Decimal, currency: str) -> Decimal:
        """Some of an amount, or all of it."""
        step = Decimal(1) if currency == "JPY" else Decimal("0.01")
        return amount if self.maybe(0.4) else (amount * self.randint(0, 100) / 100).quantize(step)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def sum_of(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


# Shopify


def shopify_order(draws: Draws, number: int, name: str) -> Record:
    """An order with its refunds: prices with or without tax, discounts, tips, gift cards, cancellations."""
    currency = draws.choice(["EUR", "EUR", "EUR", "USD", "GBP", "JPY"])
    at, included, rate = draws.now(), draws.maybe(0.4), draws.choice(["0.1", "0.19", "0.07"])
    lines = [
        shopify_line(draws, number * 10 + n, currency, included, rate) for n in range(draws.choice([0, 1, 1, 2, 3]))
    ]
    charged = [line for line in lines if not line.get("tip")]
    placed = [sum_of([Decimal(one["amount"]) for one in line["discount_allocations"]]) for line in lines]
    goods = [Decimal(line["price"]) * line["quantity"] for line in lines]
    of_order = draws.part(sum_of(goods), currency) / 10 if draws.maybe(0.3) else Decimal(0)
    of_order = of_order.quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"))
    shipped = draws.amount(20, currency) if draws.maybe(0.6) else Decimal(0)
    tips = sum_of([Decimal(line["price"]) for line in lines if line.get("tip")])
    tax = sum_of([Decimal(one["price"]) for line in charged for one in line["tax_lines"]])
    total = sum_of(goods) - sum_of(placed) - of_order + shipped + (Decimal(0) if included else tax)
    order: Record = {
        "id": number,
        "name": name,
        "email": draws.choice(["a@example.com", "b@example.com", "c@example.com", ""]),
        "created_at": stamp(at),
        "processed_at": stamp(at),
        "updated_at": stamp(at),
        "cancelled_at": stamp(draws.now(at, 20)) if draws.maybe(0.2) else None,
        "cancel_reason": "customer",
        "currency": currency,
        "financial_status": draws.choice(["paid", "pending", "partially_refunded", "refunded", "voided"]),
        "taxes_included": included,
        "test": draws.maybe(0.03),
        "total_price": str(total),
        "total_tax": str(tax),
        "total_discounts": str(sum_of(placed) + of_order),
        "total_tip_received": str(tips),
        "total_line_items_price": str(sum_of(goods)),
        "customer": {"id": draws.randint(1, 9)} if draws.maybe(0.5) else None,
        "shipping_address": {"country_code": draws.choice(["DE", "US", "FR"])} if draws.maybe(0.7) else None,
        "line_items": lines,
        "shipping_lines": [{"price": str(shipped), "discounted_price": str(shipped), "tax_lines": []}],
        "refunds": [],
    }
    order["refunds"] = [shopify_refund(draws, order, n) for n in range(draws.choice([0, 0, 0, 1, 1, 2, 3]))]
    return order


def shopify_line(draws: Draws, number: int, currency: str, included: bool, rate: str) -> Record:
    price, quantity = draws.amount(90, currency), draws.randint(1, 4)
    kind = draws.choice(["goods"] * 8 + ["card", "tip"])
    value = price * quantity if kind == "goods" else price
    off = draws.part(value / 5, currency).quantize(price) if kind == "goods" and draws.maybe(0.3) else Decimal(0)
    net = value - off
    taxed = net - net / (1 + Decimal(rate)) if included else net * Decimal(rate)
    tax = taxed.quantize(Decimal(1) if currency == "JPY" else Decimal("0.01")) if kind == "goods" else Decimal(0)
    line: Record = {
        "id": number,
        "product_id": number % 7,
        "title": f"Product {number % 7}",
        "sku": f"S{number % 5}",
        "vendor": draws.choice(["V", "W", None]),
        "quantity": quantity if kind == "goods" else 1,
        "price": str(price),
        "gift_card": kind == "card",
        "tax_lines": [{"price": str(tax), "rate": float(rate)}] if tax else [],
        "discount_allocations": [{"amount": str(off)}] if off else [],
    }
    return line | ({"tip": {"payment_gateway": "x"}} if kind == "tip" else {})


def shopify_refund(draws: Draws, order: Record, index: int) -> Record:
    currency = order["currency"]
    at = draws.now(datetime.fromisoformat(order["processed_at"]), 25)
    items = []
    for line in order["line_items"]:
        if draws.maybe(0.5):
            value = Decimal(line["price"]) * line["quantity"]
            value -= sum_of([Decimal(one["amount"]) for one in line["discount_allocations"]])
            quantity = draws.randint(1, line["quantity"])
            back = (value * quantity / line["quantity"]).quantize(Decimal(line["price"]))
            tax = sum_of([Decimal(one["price"]) for one in line["tax_lines"]])
            taxed = (tax * quantity / line["quantity"]).quantize(Decimal(line["price"]))
            item = {"line_item_id": line["id"], "quantity": quantity, "subtotal": str(back), "total_tax": str(taxed)}
            items.append(item | {"line_item": {"id": line["id"], "price": line["price"]}})
    adjusted = []
    if draws.maybe(0.3):
        adjusted.append({"kind": "shipping_refund", "amount": f"-{draws.amount(8, currency)}", "tax_amount": "0.00"})
    if draws.maybe(0.2):
        sign = draws.choice(["-", ""])
        adjusted.append(
            {"kind": "refund_discrepancy", "amount": f"{sign}{draws.amount(9, currency)}", "tax_amount": "0"}
        )
    wanted = sum_of([Decimal(item["subtotal"]) for item in items]) + draws.choice([0, 0, 5])
    if not order["taxes_included"]:
        wanted += sum_of([Decimal(item["total_tax"]) for item in items])
    paid = order["total_price"] if draws.maybe(0.2) else str(wanted)
    return {
        "id": order["id"] * 100 + index,
        "order_id": order["id"],
        "created_at": stamp(at),
        "processed_at": stamp(at),
        "note": draws.choice(["late", "broken", None]),
        "refund_line_items": items,
        "order_adjustments": adjusted,
        "transactions": [{"kind": "refund", "status": "success", "amount": paid, "currency": currency}],
    }


# BigCommerce


def bigcommerce_order(draws: Draws, number: int) -> tuple[list[Record], list[Record], list[Record]]:
    """The versions of an order, its products and its refunds."""
    currency = draws.choice(["USD", "EUR", "GBP"])
    home = draws.choice(["USD", "USD", currency])
    at, included = draws.now(), draws.maybe(0.3)
    products = [bigcommerce_product(draws, number, number * 10 + n) for n in range(draws.choice([0, 1, 2, 3]))]
    goods = sum_of([Decimal(one["total_ex_tax"]) for one in products])
    tax = sum_of([Decimal(one["total_tax"]) for one in products])
    off = (goods / draws.choice([7, 10])).quantize(Decimal("0.01")) if draws.maybe(0.3) else Decimal(0)
    shipped, fee = draws.amount(20, "USD"), draws.amount(3, "USD") if draws.maybe(0.2) else Decimal(0)
    total = goods + tax - off + shipped + fee
    order: Record = {
        "id": number,
        "customer_id": draws.choice([0, 1, 2]),
        "date_created": format_datetime(at),
        "date_modified": format_datetime(at),
        "status_id": draws.choice([0, 1, 2, 4, 5, 10, 11, 14]),
        "payment_status": draws.choice(["captured", ""]),
        "total_inc_tax": str(total),
        "total_tax": str(tax),
        "subtotal_ex_tax": str(goods),
        "subtotal_inc_tax": str(goods + tax),
        "subtotal_tax": str(tax),
        "shipping_cost_ex_tax": str(shipped),
        "shipping_cost_inc_tax": str(shipped),
        "shipping_cost_tax": "0.0000",
        "discount_amount": str(off),
        "coupon_discount": "0.0000",
        "fees": [{"cost_ex_tax": str(fee)}] if fee else [],
        "default_currency_code": currency,
        "store_default_currency_code": home,
        "store_default_to_transactional_exchange_rate": "1.0000000000" if home == currency else "0.8731000000",
        "is_tax_inclusive_pricing": included,
        "billing_address": {"email": draws.choice(["a@example.com", "d@example.com"]), "country_iso2": "US"},
    }
    later = order | {"date_modified": format_datetime(at + timedelta(days=9)), "status_id": draws.choice([5, 10])}
    refunds = [bigcommerce_refund(draws, order, products, n) for n in range(draws.choice([0, 0, 1, 2]))]
    return ([order, later] if draws.maybe(0.3) else [order]), products, refunds


def bigcommerce_product(draws: Draws, order: int, number: int) -> Record:
    value = draws.amount(80, "USD")
    tax = (value / 10).quantize(Decimal("0.01"))
    return {
        "id": number,
        "order_id": order,
        "product_id": number % 6,
        "name": f"Thing {number % 6}",
        "sku": "",
        "quantity": draws.randint(1, 3),
        "total_ex_tax": str(value),
        "total_inc_tax": str(value + tax),
        "total_tax": str(tax),
        "type": "giftcertificate" if draws.maybe(0.05) else "physical",
        "applied_discounts": [{"amount": str(draws.part(value / 10, "USD"))}] if draws.maybe(0.2) else [],
    }


def bigcommerce_refund(draws: Draws, order: Record, products: Sequence[Record], index: int) -> Record:
    items = []
    for one in products:
        if draws.maybe(0.5):
            value = float(draws.part(Decimal(one["total_ex_tax"]), "USD"))
            items.append({"item_type": "PRODUCT", "item_id": one["id"], "quantity": 1, "requested_amount": value})
    if draws.maybe(0.3):
        items.append({"item_type": draws.choice(["SHIPPING", "ORDER", "FEE"]), "item_id": 1, "requested_amount": 2.5})
    asked = sum_of([Decimal(str(item["requested_amount"])) for item in items])
    tax = draws.choice([Decimal(0), Decimal("0.57")])
    total = asked + draws.choice([tax, Decimal(0), Decimal(3)])
    at = draws.now(FIRST + timedelta(days=10))
    return {
        "id": order["id"] * 100 + index,
        "order_id": order["id"],
        "created": at.isoformat(),
        "reason": draws.choice(["late", ""]),
        "total_amount": float(total),
        "total_tax": float(tax),
        "items": items,
        "payments": [{"amount": float(total), "is_declined": draws.maybe(0.1)}] if draws.maybe(0.8) else [],
    }


# WooCommerce


def woocommerce_order(draws: Draws, number: int) -> tuple[Record, list[Record]]:
    """An order and its refunds, some of which only the order names."""
    currency, at = draws.choice(["USD", "EUR", "GBP", "JPY"]), draws.now()
    lines = []
    for n in range(draws.choice([0, 1, 2])):
        gross = draws.amount(60, currency)
        net = gross - (gross / 5).quantize(gross) if draws.maybe(0.3) else gross
        line: Record = {
            "id": number * 10 + n,
            "product_id": n + 1,
            "name": f"Mug {n}",
            "sku": "M",
            "quantity": draws.randint(1, 3),
        }
        lines.append(line | {"subtotal": str(gross), "total": str(net), "total_tax": "1"})
    shipped = draws.amount(9, currency)
    total = sum_of([Decimal(line["total"]) + 1 for line in lines]) + shipped
    refunds = [woocommerce_refund(draws, number, lines, n, at) for n in range(draws.choice([0, 0, 1, 2]))]
    alone = [refund for refund in refunds if draws.maybe(0.7)]
    order: Record = {
        "id": number,
        "number": str(number),
        "status": draws.choice(["processing", "completed", "on-hold", "refunded", "cancelled", "pending", "failed"]),
        "currency": currency,
        "date_created_gmt": stamp(at).rstrip("Z"),
        "date_modified_gmt": stamp(at + timedelta(days=3)).rstrip("Z"),
        "date_paid_gmt": stamp(at).rstrip("Z") if draws.maybe(0.6) else None,
        "total": str(total),
        "total_tax": str(len(lines)),
        "shipping_total": str(shipped),
        "discount_total": "0",
        "customer_id": draws.choice([0, 3, 4]),
        "billing": {"email": draws.choice(["", "b@example.com"]), "country": "GB"},
        "line_items": lines,
        "fee_lines": [],
        "refunds": [{"id": one["id"], "reason": one["reason"], "total": f"-{one['amount']}"} for one in refunds],
    }
    return order, alone


def woocommerce_refund(draws: Draws, order: int, lines: Sequence[Record], index: int, at: datetime) -> Record:
    items = []
    for line in lines:
        if draws.maybe(0.5):
            of = [{"key": "_refunded_item_id", "value": str(line["id"])}]
            item = {"id": line["id"] + 5000000, "name": line["name"], "quantity": -1, "meta_data": of}
            items.append(item | {"total": f"-{line['total']}", "total_tax": "-1"})
    amount = sum_of([-Decimal(item["total"]) + 1 for item in items]) + draws.choice([0, 2])
    return {
        "id": order * 100 + index,
        "parent_id": order,
        "date_created_gmt": stamp(draws.now(at, 20)).rstrip("Z"),
        "amount": str(amount),
        "reason": draws.choice(["", "chipped"]),
        "line_items": items,
    }
