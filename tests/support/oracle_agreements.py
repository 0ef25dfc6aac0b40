"""Shopify's sales ledger: what it says came back of an order, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from oracle_amounts import ZERO
from oracle_fields import Json, at, moment, required, word
from oracle_graphql import nodes, plain_id
from oracle_records import Bearer, Item, Order, Product, Refund


@dataclass(frozen=True)
class Sale:
    """A RETURN entry, its amounts positive: value without tax, and that tax."""

    line_type: str
    line_id: str | None
    quantity: Decimal
    value: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Agreement:
    happened_at: datetime
    refund_id: str | None
    returns: tuple[Sale, ...]


def agreements(payload: Json) -> list[Agreement]:
    """An order's agreements that take something back, in the order of their time.

    Raises:
        Malformed: when an amount or a time is none.
    """
    found = []
    for one in nodes(payload, "agreements"):
        returns = tuple(sale(entry) for entry in nodes(one, "sales") if word(entry, "actionType") == "RETURN")
        happened_at = required(moment(one, "happenedAt"), "happenedAt")
        refund_id = plain_id(at(one, "refund.id"))
        if returns:
            found.append(Agreement(happened_at, str(refund_id) if refund_id else None, returns))
    return sorted(found, key=lambda one: one.happened_at)


def sale(payload: Json) -> Sale:
    def amount(name: str) -> Decimal:
        value = at(payload, f"{name}.shopMoney.amount")
        return ZERO if value is None else -Decimal(str(value))

    line_id = plain_id(at(payload, "lineItem.id"))
    tax = amount("totalTaxAmount")
    return Sale(
        line_type=word(payload, "lineType") or "UNKNOWN",
        line_id=str(line_id) if line_id else None,
        quantity=-Decimal(str(payload.get("quantity") or 0)),
        value=amount("totalAmount") - tax,
        tax=tax,
    )


def told_by_ledger(order: Order, refunds: Sequence[Refund], held: Sequence[Agreement]) -> list[Refund]:
    """The refunds as the ledger has them: it decides value and day of what came back, they the money and its day.

    Money beyond what an agreement takes back is money alone, unless the agreement has an adjustment for it.
    What came back without a refund (an item taken out of the order) is a return of its own. What the ledger tells from
    a cancellation on is the cancellation's.
    """
    before = [one for one in held if order.cancelled_at is None or one.happened_at < order.cancelled_at]
    known = {one.refund_id for one in refunds}
    own = [one for one in before if one.refund_id not in known]
    found = []
    for one in refunds:
        of_refund = [agreement for agreement in before if agreement.refund_id == one.refund_id]
        found += [taken_back(order, agreement, one.refund_id, one.reason, one.bearer) for agreement in of_refund]
        found.append(replace(one, is_money_only=bool(of_refund or own)))
    return found + [taken_back(order, one, f"agreement {n}", None, order.bearer) for n, one in enumerate(own)]


def taken_back(order: Order, agreement: Agreement, refund_id: str, reason: str | None, bearer: Bearer) -> Refund:
    """What an agreement takes back, as a refund without money."""
    lines = {line.line_id: line for line in order.lines}
    items = []
    for entry in agreement.returns:
        if entry.line_type in ("PRODUCT", "GIFT_CARD", "TIP"):
            line = lines.get(entry.line_id)
            product = line.product if line else Product()
            kinds = entry.line_type == "GIFT_CARD", entry.line_type == "TIP"
            items.append(Item(entry.line_id, product, entry.quantity, entry.value, entry.tax, *kinds))

    def of(*kinds: str) -> list[Sale]:
        return [entry for entry in agreement.returns if entry.line_type in kinds]

    shipping, fees = of("SHIPPING"), of("DUTY", "FEE", "ADDITIONAL_FEE")
    return Refund(
        source_name=order.source_name,
        platform=order.platform,
        refund_id=refund_id,
        order_id=order.order_id,
        refunded_at=agreement.happened_at,
        reason=reason,
        items=tuple(items),
        money=ZERO,
        bearer=bearer,
        shipping=sum((entry.value for entry in shipping), ZERO),
        duties_and_fees=sum((entry.value for entry in fees), ZERO),
        tax=sum((entry.tax for entry in (*shipping, *fees)), ZERO),
        recorded=sum((entry.value + entry.tax for entry in of("ADJUSTMENT")), ZERO),
    )
