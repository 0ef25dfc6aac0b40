"""A Shopify order of the Admin REST API told as the Admin GraphQL API tells it, with its sales ledger where asked for.

Names and nesting: Admin GraphQL 2026-10 (`Order`, `LineItem`, `Refund`, `SalesAgreement`, `Sale`). The fields are those
that story.py's builders give.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from story import Record


def graphql_form(order: Record, agreements: Sequence[Record] | None = None) -> Record:
    """The order by GraphQL; agreements: its ledger, none unless it is given."""
    told = {
        "id": _gid("Order", order["id"]),
        "legacyResourceId": str(order["id"]),
        "name": order["name"],
        "email": order.get("email"),
        "createdAt": order["created_at"],
        "processedAt": order["processed_at"],
        "updatedAt": order["updated_at"],
        "cancelledAt": order["cancelled_at"],
        "cancelReason": _upper(order.get("cancel_reason")),
        "test": order["test"],
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order.get("presentment_currency", order["currency"]),
        "displayFinancialStatus": _upper(order["financial_status"]),
        "taxesIncluded": order["taxes_included"],
        "totalPriceSet": _bag(order, "total_price"),
        "totalTaxSet": _bag(order, "total_tax"),
        "totalDiscountsSet": _bag(order, "total_discounts"),
        "totalTipReceivedSet": _bag(order, "total_tip_received"),
        "originalTotalDutiesSet": _set(order.get("original_total_duties_set")),
        "customer": _customer(order.get("customer")),
        "shippingAddress": _address(order.get("shipping_address")),
        "lineItems": {"edges": _edges(_line(line) for line in order["line_items"])},
        "shippingLines": {"nodes": [_shipping(line) for line in order["shipping_lines"]]},
        "refunds": [_refund(refund, order) for refund in order["refunds"]],
    }
    return told if agreements is None else told | {"agreements": {"nodes": list(agreements)}}


def ledger(order: Record) -> list[Record]:
    """The order's sales ledger where it agrees with its refunds: what was sold, and what each refund took back.

    An item that an edit took out has a refund without a transaction in both APIs; its agreement names no refund.
    """
    sold = [
        *(sale("ORDER", _kind(line), _charged(line, order), _tax(line), of=line["id"], quantity=line["quantity"])
          for line in order["line_items"]),
        *(sale("ORDER", "SHIPPING", line["discounted_price"]) for line in order["shipping_lines"]),
    ]  # fmt: skip
    kinds = {line["id"]: _kind(line) for line in order["line_items"]}
    return [
        agreement(1, order["processed_at"], *sold),
        *(
            agreement(
                number,
                refund["processed_at"],
                *_taken_back(refund, order, kinds),
                refund=refund["id"] if refund["transactions"] else None,
            )
            for number, refund in enumerate(order["refunds"], start=2)
        ),
    ]


def agreement(number: int, happened_at: str, *sales: Record, refund: int | None = None) -> Record:
    """An agreement; refund: the one that it is about."""
    told = {"id": _gid("SalesAgreement", number), "happenedAt": happened_at, "sales": {"edges": _edges(sales)}}
    return told | ({"refund": {"id": _gid("Refund", refund)}} if refund else {})


def sale(action: str, kind: str, total: str, tax: str = "0.00", *, of: int | None = None, quantity: int = 1) -> Record:
    """A sale of the ledger; total: with tax, after discounts, negative where it goes back. of: the line item."""
    told: Record = {
        "actionType": action,
        "lineType": kind,
        "quantity": quantity,
        "totalAmount": _money(total),
        "totalTaxAmount": _money(tax),
    }
    return told | ({"lineItem": {"id": _gid("LineItem", of)}} if of else {})


def _taken_back(refund: Record, order: Record, kinds: Mapping[int, str]) -> Iterator[Record]:
    for item in refund["refund_line_items"]:
        with_tax = Decimal(item["subtotal"]) + (0 if order["taxes_included"] else Decimal(item["total_tax"]))
        tax = _minus(item["total_tax"])
        line = item["line_item_id"]
        yield sale("RETURN", kinds[line], f"{-with_tax}", tax, of=line, quantity=-item["quantity"])
    for line in refund.get("refund_shipping_lines", ()):
        tax = line["tax_amount_set"]["shop_money"]["amount"]
        net = Decimal(line["subtotal_amount_set"]["shop_money"]["amount"])
        with_tax = net if order["taxes_included"] else net + Decimal(tax)
        yield sale("RETURN", "SHIPPING", f"{-with_tax}", _minus(tax))
    duties = refund.get("total_duties_set")
    if duties:
        yield sale("RETURN", "DUTY", _minus(duties["shop_money"]["amount"]))
    for kept in refund["order_adjustments"]:
        yield sale("RETURN", "ADJUSTMENT", kept["amount"])


def _line(line: Record) -> Record:
    return {
        "id": _gid("LineItem", line["id"]),
        "title": line["title"],
        "sku": line.get("sku"),
        "vendor": line.get("vendor"),
        "quantity": line["quantity"],
        "isGiftCard": line["gift_card"],
        "product": {"id": _gid("Product", line["product_id"])},
        "originalUnitPriceSet": _bag(line, "price"),
        "discountAllocations": [{"allocatedAmountSet": _bag(off, "amount")} for off in line["discount_allocations"]],
        "taxLines": [{"rate": tax["rate"], "priceSet": _bag(tax, "price")} for tax in line["tax_lines"]],
    }


def _shipping(line: Record) -> Record:
    return {
        "title": line["title"],
        "originalPriceSet": _bag(line, "price"),
        "discountedPriceSet": _bag(line, "discounted_price"),
        "discountAllocations": [
            {"allocatedAmountSet": _bag(off, "amount")} for off in line.get("discount_allocations", ())
        ],
        "taxLines": [{"rate": tax["rate"], "priceSet": _bag(tax, "price")} for tax in line["tax_lines"]],
    }


def _refund(refund: Record, order: Record) -> Record:
    duties = refund.get("total_duties_set")
    return {
        "id": _gid("Refund", refund["id"]),
        "legacyResourceId": str(refund["id"]),
        "createdAt": refund["created_at"],
        "processedAt": refund["processed_at"],
        "note": refund["note"],
        "totalRefundedSet": _money(_in_shop_currency(_paid(refund), refund, order)),
        "refundLineItems": {"edges": _edges(_item(item) for item in refund["refund_line_items"])},
        "refundShippingLines": {
            "nodes": [
                {"subtotalAmountSet": _set(line["subtotal_amount_set"]), "taxAmountSet": _set(line["tax_amount_set"])}
                for line in refund.get("refund_shipping_lines", ())
            ]
        },
        "orderAdjustments": {
            "nodes": [
                {"amountSet": _bag(kept, "amount"), "taxAmountSet": _bag(kept, "tax_amount"), "reason": kept["reason"]}
                for kept in refund["order_adjustments"]
            ]
        },
        "duties": [{"amountSet": _set(duties)}] if duties else [],
    }


def _item(item: Record) -> Record:
    return {
        "lineItem": {"id": _gid("LineItem", item["line_item_id"])},
        "quantity": item["quantity"],
        "subtotalSet": _bag(item, "subtotal"),
        "totalTaxSet": _bag(item, "total_tax"),
    }


def _customer(customer: Record | None) -> Record | None:
    if customer is None:
        return None
    return {"id": _gid("Customer", customer["id"]), "defaultEmailAddress": {"emailAddress": customer.get("email")}}


def _address(address: Record | None) -> Record | None:
    return None if address is None else {"countryCodeV2": address["country_code"]}


def _bag(record: Record, name: str) -> Record | None:
    """The money bag of a field: its `_set` where the record has one, else the plain amount in the shop's currency."""
    return _set(record.get(f"{name}_set")) or (_money(record[name]) if name in record else None)


def _set(bag: Record | None) -> Record | None:
    if not bag:
        return None
    return {
        {"shop_money": "shopMoney", "presentment_money": "presentmentMoney"}[kind]: {
            "amount": money["amount"],
            "currencyCode": money["currency_code"],
        }
        for kind, money in bag.items()
    }


def _money(amount: str) -> Record:
    return {"shopMoney": {"amount": amount, "currencyCode": "USD"}}


def _paid(refund: Record) -> Decimal:
    return sum((Decimal(paid["amount"]) for paid in refund["transactions"]), Decimal("0.00"))


def _in_shop_currency(paid: Decimal, refund: Record, order: Record) -> str:
    """Money in the buyer's currency at the order's own ratio, which REST leaves to the reader."""
    if not any(each["currency"] != order["currency"] for each in refund["transactions"]):
        return f"{paid}"
    theirs = order["total_price_set"]["presentment_money"]["amount"]
    return f"{(paid * Decimal(order['total_price']) / Decimal(theirs)).quantize(Decimal('0.01'))}"


def _charged(line: Record, order: Record) -> str:
    off = sum((Decimal(each["amount"]) for each in line["discount_allocations"]), Decimal(0))
    net = Decimal(line["price"]) * line["quantity"] - off
    return f"{net if order['taxes_included'] else net + Decimal(_tax(line))}"


def _tax(line: Record) -> str:
    return f"{sum((Decimal(tax['price']) for tax in line['tax_lines']), Decimal('0.00'))}"


def _kind(line: Record) -> str:
    return "GIFT_CARD" if line["gift_card"] else "PRODUCT"


def _minus(amount: str) -> str:
    return f"{-Decimal(amount)}"


def _upper(word: str | None) -> str | None:
    return word.upper() if word else word


def _gid(kind: str, number: Any) -> str:
    return f"gid://shopify/{kind}/{number}"


def _edges(nodes: Iterable[Record]) -> list[Record]:
    return [{"node": node} for node in nodes]
