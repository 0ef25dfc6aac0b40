"""The oracle reads an order's GraphQL form as its REST form, and what its sales ledger says came back."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import Facts, value
from oracle_payloads import Json, deliver, money, shopify_order, shopify_refund, total
from oracle_reports import tenant_of


def bag(amount: str) -> Json:
    return {"shopMoney": {"amount": amount, "currencyCode": "USD"}}


def line(number: int, title: str, quantity: int, price: str, *, tax: str, off: str = "0.00") -> Json:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": title,
        "sku": title[0],
        "vendor": "V",
        "quantity": quantity,
        "isGiftCard": False,
        "product": {"id": f"gid://shopify/Product/{number - 4}"},
        "originalUnitPriceSet": bag(price),
        "discountAllocations": [{"allocatedAmountSet": bag(off)}],
        "taxLines": [{"rate": 0.1, "priceSet": bag(tax)}],
    }


def graphql_order(**changes: object) -> Json:
    """The order of oracle_payloads.shopify_order with 16.00 off the lamp, as GraphQL gives it."""
    order: Json = {
        "id": "gid://shopify/Order/1",
        "legacyResourceId": "1",
        "name": "#1001",
        "email": "a@example.com",
        "createdAt": "2026-03-01T09:00:00Z",
        "processedAt": "2026-03-01T09:00:00Z",
        "updatedAt": "2026-03-01T09:00:00Z",
        "cancelledAt": None,
        "currencyCode": "USD",
        "displayFinancialStatus": "PAID",
        "taxesIncluded": False,
        "totalPriceSet": bag("168.00"),
        "totalTaxSet": bag("16.00"),
        "totalDiscountsSet": bag("16.00"),
        "shippingLines": {"nodes": [{"originalPriceSet": bag("8.00"), "discountedPriceSet": bag("8.00")}]},
        "lineItems": {
            "edges": [
                {"node": line(11, "Lamp", 1, "100.00", tax="10.00", off="16.00")},
                {"node": line(12, "Bulb", 3, "20.00", tax="6.00")},
            ]
        },
        "customer": {"id": "gid://shopify/Customer/5", "email": "a@example.com"},
        "shippingAddress": {"countryCodeV2": "DE"},
        "refunds": [],
    }
    return order | changes


def graphql_refund(*items: tuple[int, int, str, str], refunded: str, **changes: object) -> Json:
    refund: Json = {
        "id": "gid://shopify/Refund/91",
        "createdAt": "2026-03-05T12:00:00Z",
        "note": "late",
        "totalRefundedSet": bag(refunded),
        "refundLineItems": {
            "nodes": [
                {
                    "lineItem": {"id": f"gid://shopify/LineItem/{number}"},
                    "quantity": quantity,
                    "subtotalSet": bag(subtotal),
                    "totalTaxSet": bag(tax),
                }
                for number, quantity, subtotal, tax in items
            ]
        },
    }
    return refund | changes


def entry(kind: str, amount: str, tax: str = "0.00", *, number: int | None = None, quantity: int | None = None) -> Json:
    """A RETURN sale of the ledger; amount: with tax, negative."""
    told: Json = {"actionType": "RETURN", "lineType": kind, "quantity": quantity}
    told |= {"totalAmount": bag(amount), "totalTaxAmount": bag(tax)}
    return told | ({"lineItem": {"id": f"gid://shopify/LineItem/{number}"}} if number else {})


def agreement(happened: str, *sales: Json, refund: int | None = None) -> Json:
    told: Json = {"happenedAt": happened, "reason": "REFUND", "sales": {"nodes": list(sales)}}
    return told | ({"refund": {"id": f"gid://shopify/Refund/{refund}"}} if refund else {})


def graphql(folder: Path, *orders: Json) -> Facts:
    deliver(folder / "shop", "orders.jsonl", orders)
    return tenant_of(folder, {"shop": {"connector": "shopify", "api": "graphql"}})


def test_both_forms_of_an_order_give_the_same_rows(tmp_path: Path) -> None:
    rest = shopify_order(
        customer={"id": 5, "email": "a@example.com"},
        shipping_address={"country_code": "DE"},
        total_price="168.00",
        total_discounts="16.00",
        refunds=[shopify_refund([(12, 2, "40.00", "4.00")], "44.00", note="late")],
    )
    lines = rest["line_items"]
    assert isinstance(lines, list)
    lines[0]["discount_allocations"] = [{"amount": "16.00"}]
    deliver(tmp_path / "shop", "orders.jsonl", [rest])
    told = tenant_of(tmp_path, {"shop": {"connector": "shopify"}})
    facts = graphql(tmp_path, graphql_order(refunds=[graphql_refund((12, 2, "40.00", "4.00"), refunded="44.00")]))

    for fact in ("orders", "lines", "refunds"):
        rows, others = ([row | {"payload": None} for row in getattr(one, fact)] for one in (facts, told))
        assert rows == others
    assert money(facts, "gross_sales", "discounts", "returns", "total_revenue") == [
        "160.00",
        "16.00",
        "40.00",
        "168.00",
    ]


@pytest.mark.parametrize("form", ["nodes", "edges", "lines", "bulk"])
def test_every_form_of_an_answer_is_read(tmp_path: Path, form: str) -> None:
    orders = [graphql_order(), graphql_order(id="gid://shopify/Order/2", legacyResourceId="2", lineItems={"nodes": []})]
    bulk = [{name: held for name, held in order.items() if name != "lineItems"} for order in orders]
    child = line(11, "Lamp", 1, "100.00", tax="10.00") | {"__parentId": "gid://shopify/Order/1"}
    written: dict[str, list[object]] = {
        "nodes": [{"data": {"orders": {"nodes": orders}}}],
        "edges": [{"data": {"orders": {"edges": [{"node": order} for order in orders]}}}],
        "lines": [*orders],
        "bulk": [bulk[0], child, bulk[1]],
    }
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "orders.jsonl").write_text("\n".join(json.dumps(one) for one in written[form]), encoding="utf-8")
    facts = tenant_of(tmp_path, {"shop": {"connector": "shopify", "api": "graphql"}})

    assert total(facts, "orders") == 2
    assert value(facts, "units_sold", ["product_title"])[("Lamp",)] == 1


def test_the_ledger_decides_value_and_day_of_what_came_back_and_the_refund_its_money(tmp_path: Path) -> None:
    sold = agreement("2026-03-01T09:00:00Z", entry("PRODUCT", "92.00", "8.00", number=11) | {"actionType": "ORDER"})
    returned = agreement(
        "2026-03-03T09:00:00Z",
        entry("PRODUCT", "-43.00", "-3.00", number=12, quantity=-2),
        entry("SHIPPING", "-5.00"),
        refund=91,
    )
    refund = graphql_refund((12, 2, "41.00", "4.00"), refunded="50.00")
    facts = graphql(tmp_path, graphql_order(refunds=[refund], agreements={"nodes": [sold, returned]}))

    # 2.00 beyond what the ledger takes back are money alone
    assert value(facts, "returns", ["product_title", "refund_reason"], "day") == {
        (date(2026, 3, 3), "Bulb", "late"): Decimal("40.00"),
        (date(2026, 3, 3), None, "late"): 0,
        (date(2026, 3, 5), "Bulb", "late"): 0,
        (date(2026, 3, 5), None, "late"): 0,
    }
    assert money(facts, "units_returned", "shipping", "taxes") == ["2", "3.00", "13.00"]
    assert value(facts, "refunded_amount", grain="day") == {
        (date(2026, 3, 3),): 0,
        (date(2026, 3, 5),): Decimal("50.00"),
    }


def test_an_item_taken_out_of_an_order_comes_back_without_a_refund(tmp_path: Path) -> None:
    edited = agreement("2026-03-02T09:00:00Z", entry("PRODUCT", "-22.00", "-2.00", number=12, quantity=-1))
    facts = graphql(tmp_path, graphql_order(agreements=[edited]))

    assert value(facts, "returns", ["product_title"], "day") == {(date(2026, 3, 2), "Bulb"): Decimal("20.00")}
    assert money(facts, "units_returned", "taxes", "refunded_amount") == ["1", "14.00", "0.00"]


def test_what_the_ledger_has_of_a_cancellation_is_the_cancellations(tmp_path: Path) -> None:
    back = [
        entry("PRODUCT", "-94.00", "-10.00", number=11, quantity=-1),
        entry("PRODUCT", "-66.00", "-6.00", number=12, quantity=-3),
        entry("SHIPPING", "-8.00"),
    ]
    ended = agreement("2026-03-04T09:00:01Z", *back)
    facts = graphql(tmp_path, graphql_order(cancelledAt="2026-03-04T09:00:00Z", agreements=[ended]))

    assert value(facts, "returns", grain="day") == {(date(2026, 3, 4),): Decimal("144.00")}
    assert money(facts, "net_sales", "total_sales", "units_returned") == ["0.00", "0.00", "4"]


def test_a_gift_card_in_the_ledger_is_no_return_and_a_discrepancy_is_one_without_a_product(tmp_path: Path) -> None:
    lines = [
        line(11, "Lamp", 1, "100.00", tax="10.00"),
        line(13, "Card", 1, "50.00", tax="0.00") | {"isGiftCard": True},
    ]
    sales = [entry("GIFT_CARD", "-50.00", number=13, quantity=-1), entry("ADJUSTMENT", "-7.00")]
    refund = graphql_refund((13, 1, "50.00", "0.00"), refunded="57.00")
    facts = graphql(
        tmp_path,
        graphql_order(
            lineItems=lines,
            totalDiscountsSet=bag("0.00"),
            refunds=[refund],
            agreements=[agreement("2026-03-05T12:00:00Z", *sales, refund=91)],
        ),
    )

    assert value(facts, "returns", ["product_title"]) == {("Card",): 0, (None,): Decimal("7.00")}
    assert money(facts, "gross_sales", "units_returned", "refunded_amount") == ["100.00", "0", "57.00"]
