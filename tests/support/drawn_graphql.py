"""Drawn Shopify orders as the GraphQL API tells them, with a sales ledger that says more than their refunds do."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from drawn_stores import Draws, Record, shopify_order, stamp, sum_of


def graphql_order(draws: Draws, number: int, name: str) -> Record:
    """An order without tips (only its ledger would tell them), in four of five cases with a ledger."""
    order = shopify_order(draws, number, name)
    while any(line.get("tip") for line in order["line_items"]):
        order = shopify_order(draws, number, name)
    told = as_graphql(order)
    return told | {"agreements": {"nodes": agreements(draws, order)}} if draws.maybe(0.8) else told


def gid(kind: str, number: object) -> str:
    return f"gid://shopify/{kind}/{number}"


def as_graphql(order: Record) -> Record:
    def bag(amount: str) -> Record:
        return {"shopMoney": {"amount": amount, "currencyCode": order["currency"]}}

    def line(one: Record) -> Record:
        return {
            "id": gid("LineItem", one["id"]),
            "title": one["title"],
            "sku": one["sku"],
            "vendor": one["vendor"],
            "quantity": one["quantity"],
            "isGiftCard": one["gift_card"],
            "product": {"id": gid("Product", one["product_id"])},
            "originalUnitPriceSet": bag(one["price"]),
            "discountAllocations": [{"allocatedAmountSet": bag(off["amount"])} for off in one["discount_allocations"]],
            "taxLines": [{"rate": tax["rate"], "priceSet": bag(tax["price"])} for tax in one["tax_lines"]],
        }

    def refund(one: Record) -> Record:
        adjusted = one["order_adjustments"]
        return {
            "id": gid("Refund", one["id"]),
            "createdAt": one["created_at"],
            "note": one["note"],
            "totalRefundedSet": bag(one["transactions"][0]["amount"]),
            "refundLineItems": {
                "nodes": [
                    {
                        "lineItem": {"id": gid("LineItem", item["line_item_id"])},
                        "quantity": item["quantity"],
                        "subtotalSet": bag(item["subtotal"]),
                        "totalTaxSet": bag(item["total_tax"]),
                    }
                    for item in one["refund_line_items"]
                ]
            },
            "refundShippingLines": {
                "edges": [
                    {"node": {"subtotalAmountSet": bag(a["amount"].lstrip("-")), "taxAmountSet": bag("0.00")}}
                    for a in adjusted
                    if a["kind"] == "shipping_refund"
                ]
            },
            "orderAdjustments": {
                "nodes": [
                    {"amountSet": bag(a["amount"]), "taxAmountSet": bag("0.00"), "reason": "CUSTOMER"}
                    for a in adjusted
                    if a["kind"] != "shipping_refund"
                ]
            },
        }

    country = (order["shipping_address"] or {}).get("country_code")
    return {
        "id": gid("Order", order["id"]),
        "legacyResourceId": str(order["id"]),
        "name": order["name"],
        "email": order["email"],
        "createdAt": order["created_at"],
        "processedAt": order["processed_at"],
        "updatedAt": order["updated_at"],
        "cancelledAt": order["cancelled_at"],
        "cancelReason": "CUSTOMER",
        "test": order["test"],
        "currencyCode": order["currency"],
        "displayFinancialStatus": order["financial_status"].upper(),
        "taxesIncluded": order["taxes_included"],
        "totalPriceSet": bag(order["total_price"]),
        "totalTaxSet": bag(order["total_tax"]),
        "totalDiscountsSet": bag(order["total_discounts"]),
        "subtotalPriceSet": bag(order["total_line_items_price"]),
        "totalTipReceivedSet": bag(order["total_tip_received"]),
        "customer": {"id": gid("Customer", order["customer"]["id"])} if order["customer"] else None,
        "shippingAddress": {"countryCodeV2": country} if country else None,
        "lineItems": {"nodes": [line(one) for one in order["line_items"]]},
        "shippingLines": {
            "nodes": [
                {"originalPriceSet": bag(one["price"]), "discountedPriceSet": bag(one["discounted_price"])}
                for one in order["shipping_lines"]
            ]
        },
        "refunds": [refund(one) for one in order["refunds"]],
    }


def agreements(draws: Draws, order: Record) -> list[Record]:
    """What was sold; what some of the refunds took back, to the cent or not; now and then what an edit took out."""
    currency = order["currency"]

    def sale(action: str, kind: str, amount: Decimal, tax: Decimal, of: Record | None = None, units: int = 0) -> Record:
        told: Record = {"actionType": action, "lineType": kind, "quantity": units or None}
        for name, money in (("totalAmount", amount), ("totalTaxAmount", tax)):
            told |= {name: {"shopMoney": {"amount": str(money), "currencyCode": currency}}}
        return told | ({"lineItem": {"id": gid("LineItem", of["id"])}} if of else {})

    def agreement(number: int, at: datetime, sales: Iterable[Record], refund: Record | None = None) -> Record:
        told = {"id": gid("SalesAgreement", number), "happenedAt": stamp(at), "sales": {"nodes": list(sales)}}
        return told | ({"refund": {"id": gid("Refund", refund["id"])}} if refund else {})

    lines = {line["id"]: line for line in order["line_items"]}
    placed = datetime.fromisoformat(order["processed_at"])
    sold = []
    for line in lines.values():
        value = Decimal(line["price"]) * line["quantity"]
        value -= sum_of([Decimal(one["amount"]) for one in line["discount_allocations"]])
        tax = sum_of([Decimal(one["price"]) for one in line["tax_lines"]])
        kind = "GIFT_CARD" if line["gift_card"] else "PRODUCT"
        with_tax = value if order["taxes_included"] else value + tax
        sold.append(sale("ORDER", kind, with_tax, tax, line, line["quantity"]))
    found = [agreement(1, placed, sold)]
    named = draws.maybe(0.8)
    for index, refund in enumerate(order["refunds"]):
        back = []
        for item in refund["refund_line_items"]:
            line, tax = lines[item["line_item_id"]], Decimal(item["total_tax"])
            value = Decimal(item["subtotal"]) + (0 if order["taxes_included"] else tax)
            value += draws.choice([0, 0, 0, 1])
            kind = "GIFT_CARD" if line["gift_card"] else "PRODUCT"
            back.append(sale("RETURN", kind, -value, -tax, line, -item["quantity"]))
        for one in refund["order_adjustments"]:
            kind = "SHIPPING" if one["kind"] == "shipping_refund" else "ADJUSTMENT"
            back.append(sale("RETURN", kind, Decimal(one["amount"]), Decimal(0)))
        at = datetime.fromisoformat(refund["created_at"]) - timedelta(days=draws.choice([0, 0, 0, 2]))
        if named and draws.maybe(0.8):
            found.append(agreement(index + 2, at, back, refund))
    if lines and not order["refunds"] and draws.maybe(0.2):
        line = draws.choice(list(lines.values()))
        tax = sum_of([Decimal(one["price"]) for one in line["tax_lines"]])
        value = Decimal(line["price"]) + tax
        kind = "GIFT_CARD" if line["gift_card"] else "PRODUCT"
        found.append(agreement(9, draws.now(placed, 9), [sale("RETURN", kind, -value, -tax, line, -1)]))
    return found
