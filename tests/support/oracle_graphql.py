"""Shopify's GraphQL orders and customers, told in the shape of its REST ones, so that one reading serves both."""

from collections.abc import Iterable, Iterator

from oracle_fields import Json, Malformed, at, first, record, word
from oracle_files import Unfold


def plain_id(value: object) -> object:
    """The number at the end of a global id, `gid://shopify/Order/1`."""
    return value.rpartition("/")[2].partition("?")[0] if isinstance(value, str) else value


def members(held: object) -> list[object]:
    """The members of a connection (`nodes` or `edges`) or of a plain list, whatever they are."""
    if isinstance(held, dict):
        edges = held.get("edges")
        held = held.get("nodes") if edges is None else [record(edge).get("node") for edge in edges]
    if held is None:
        return []
    if not isinstance(held, list):
        raise Malformed("a connection holds no list")
    return held


def nodes(payload: Json, name: str) -> list[Json]:
    """The members of a connection, all of them objects."""
    return [record(one) for one in members(payload.get(name))]


def answers(entity: str) -> Unfold:
    """Makes the nodes of an entity out of answers, of nodes a line, and of a bulk operation's lines.

    A bulk operation's child (`__parentId`) stands somewhere after its parent and goes back into it, under the name that
    its own kind has there.
    """

    def unfold(values: Iterable[object]) -> Iterator[object]:
        roots: list[object] = []
        known: dict[object, Json] = {}
        for value in (one for held in values for one in pages(held, entity)):
            if not isinstance(value, dict):
                roots.append(value)
                continue
            parent = known.get(value.get("__parentId"))
            if "__parentId" not in value:
                roots.append(value)
            elif parent is not None:
                inside = parent.setdefault(list_name(value), [])
                if isinstance(inside, list):
                    inside.append(value)
            if value.get("id") is not None:
                known[value["id"]] = value
        yield from roots

    return unfold


def pages(value: object, entity: str) -> Iterator[object]:
    if isinstance(value, list):
        for one in value:
            yield from pages(one, entity)
    elif isinstance(value, dict) and "id" not in value and isinstance(value.get("data"), dict):
        yield from pages(value["data"], entity)
    elif isinstance(value, dict) and "id" not in value and isinstance(value.get(entity), dict | list):
        yield from members(value[entity])
    elif isinstance(value, dict) and "id" not in value and isinstance(value.get(entity.removesuffix("s")), dict):
        yield value[entity.removesuffix("s")]
    else:
        yield value


LISTS = {
    "LineItem": "lineItems",
    "Refund": "refunds",
    "ShippingLine": "shippingLines",
    "RefundLineItem": "refundLineItems",
}


def list_name(child: Json) -> str:
    kind = str(child.get("id", "")).removeprefix("gid://shopify/").partition("/")[0]
    if kind.endswith("Agreement"):
        return "agreements"
    return "sales" if kind.endswith("Sale") else LISTS.get(kind, f"{kind[:1].lower()}{kind[1:]}s")


def bag(payload: Json, name: str) -> Json | None:
    """A MoneyBag as REST writes it; None where the amount is missing."""
    shop = at(payload, f"{name}.shopMoney")
    if not isinstance(shop, dict):
        return None
    buyers = at(payload, f"{name}.presentmentMoney")
    told: Json = {"shop_money": {"amount": shop.get("amount"), "currency_code": shop.get("currencyCode")}}
    if isinstance(buyers, dict):
        told["presentment_money"] = {"amount": buyers.get("amount"), "currency_code": buyers.get("currencyCode")}
    return told


def money(payload: Json, **names: str) -> Json:
    """REST's amounts by the names of GraphQL's bags: `<name>` and `<name>_set`; those that are missing left out."""
    told: Json = {}
    for rest, graph in names.items():
        held = bag(payload, graph)
        if held is not None:
            told |= {f"{rest}_set": held, rest: record(held["shop_money"])["amount"]}
    return told


def address(payload: Json, name: str) -> Json | None:
    held = payload.get(name)
    return (
        {"country_code": held.get("countryCodeV2"), "country": held.get("country")} if isinstance(held, dict) else None
    )


def tax_lines(payload: Json) -> list[Json]:
    return [{"rate": one.get("rate"), **money(one, price="priceSet")} for one in nodes(payload, "taxLines")]


def allocations(payload: Json) -> list[Json]:
    return [money(one, amount="allocatedAmountSet") for one in nodes(payload, "discountAllocations")]


def customer(payload: Json) -> Json:
    """A customer as REST writes it."""
    return {
        "id": plain_id(payload.get("id")),
        "email": word(payload, "email", "defaultEmailAddress.emailAddress"),
        "updated_at": payload.get("updatedAt"),
        "default_address": address(payload, "defaultAddress"),
    }


def order(payload: Json) -> Json:
    """An order as REST writes it, with the refunds inside.

    Raises:
        Malformed: when a part of it has a wrong type.
    """
    status = word(payload, "displayFinancialStatus")
    of_tips = {plain_id(at(sale, "lineItem.id")) for sale in ledger_sales(payload) if sale.get("lineType") == "TIP"}
    told: Json = {
        "id": plain_id(first(payload, "legacyResourceId", "id")),
        "name": payload.get("name"),
        "email": payload.get("email"),
        "created_at": payload.get("createdAt"),
        "processed_at": payload.get("processedAt"),
        "updated_at": payload.get("updatedAt"),
        "cancelled_at": payload.get("cancelledAt"),
        "cancel_reason": (word(payload, "cancelReason") or "").lower() or None,
        "test": payload.get("test"),
        "currency": payload.get("currencyCode"),
        "financial_status": status.lower() if status else None,
        "taxes_included": payload.get("taxesIncluded"),
        "customer": customer(record(payload["customer"])) if payload.get("customer") else None,
        "shipping_address": address(payload, "shippingAddress"),
        "billing_address": address(payload, "billingAddress"),
        "tax_lines": tax_lines(payload),
        "line_items": [line(one, of_tips) for one in nodes(payload, "lineItems")],
        "shipping_lines": [shipping_line(one) for one in nodes(payload, "shippingLines")],
        "refunds": [refund(one) for one in nodes(payload, "refunds")],
    }
    return told | money(
        payload,
        total_price="totalPriceSet",
        total_tax="totalTaxSet",
        subtotal_price="subtotalPriceSet",
        total_discounts="totalDiscountsSet",
        total_shipping_price="totalShippingPriceSet",
        total_tip_received="totalTipReceivedSet",
        total_line_items_price="totalLineItemsPriceSet",
        original_total_duties="originalTotalDutiesSet",
        current_total_duties="currentTotalDutiesSet",
        original_total_additional_fees="originalTotalAdditionalFeesSet",
        current_total_additional_fees="currentTotalAdditionalFeesSet",
    )


def line(payload: Json, of_tips: set[object]) -> Json:
    line_id = plain_id(payload.get("id"))
    told: Json = {
        "id": line_id,
        "product_id": plain_id(at(payload, "product.id")),
        "title": first(payload, "title", "name"),
        "sku": payload.get("sku"),
        "vendor": payload.get("vendor"),
        "quantity": payload.get("quantity"),
        "gift_card": payload.get("isGiftCard"),
        "tip": {"in_ledger": True} if line_id in of_tips else None,
        "discount_allocations": allocations(payload),
        "tax_lines": tax_lines(payload),
    }
    return told | money(payload, price="originalUnitPriceSet")


def shipping_line(payload: Json) -> Json:
    told: Json = {"discount_allocations": allocations(payload), "tax_lines": tax_lines(payload)}
    return told | money(payload, price="originalPriceSet", discounted_price="discountedPriceSet")


def refund(payload: Json) -> Json:
    """A refund as REST writes it; its money is what the vendor says was refunded, else its transactions."""
    told: Json = {
        "id": plain_id(first(payload, "legacyResourceId", "id")),
        "created_at": payload.get("createdAt"),
        "processed_at": payload.get("processedAt"),
        "note": payload.get("note"),
        "refund_line_items": [
            {
                "line_item_id": plain_id(at(one, "lineItem.id")),
                "quantity": one.get("quantity"),
                "line_item": {"id": plain_id(at(one, "lineItem.id")), "title": at(one, "lineItem.title")},
                **money(one, subtotal="subtotalSet", total_tax="totalTaxSet"),
            }
            for one in nodes(payload, "refundLineItems")
        ],
        "refund_shipping_lines": [
            money(one, subtotal_amount="subtotalAmountSet", tax_amount="taxAmountSet")
            for one in nodes(payload, "refundShippingLines")
        ],
        "order_adjustments": [
            {"kind": "refund_discrepancy", **money(one, amount="amountSet", tax_amount="taxAmountSet")}
            for one in nodes(payload, "orderAdjustments")
        ],
        "transactions": [
            {
                "kind": str(one.get("kind") or "").lower(),
                "status": str(one.get("status") or "").lower(),
                **money(one, amount="amountSet"),
            }
            for one in nodes(payload, "transactions")
        ],
    }
    refunded = money(payload, amount="totalRefundedSet")
    if refunded:
        told["transactions"] = [{"kind": "refund", "status": "success", **refunded}]
    return told


def ledger_sales(payload: Json) -> Iterator[Json]:
    """The sales of every agreement of an order."""
    for agreement in nodes(payload, "agreements"):
        yield from nodes(agreement, "sales")
