"""Shopify's ledger of a demo order: agreements, each with the sales it made or took back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from ingest.demo.amounts import ZERO
from ingest.demo.events import Cancelled, LineSold, OrderPlaced, Refunded, Version
from ingest.demo.folder import Payload

Bag = Callable[[Decimal], Payload]


def agreements(version: Version, bag: Bag) -> Iterator[Payload]:
    """The order itself, then whatever took something of it back: refunds, and a cancellation with all that was left."""
    ledger = _Ledger(version.placed, bag)
    yield ledger.ordered()
    for event in version.seen:
        if isinstance(event, Refunded):
            yield ledger.refunded(event)
        elif isinstance(event, Cancelled):
            yield ledger.cancelled(event)


class _Ledger:
    """What an order still holds, line by line, and the sales that change it."""

    def __init__(self, placed: OrderPlaced, bag: Bag) -> None:
        self._placed = placed
        self._bag = bag
        self._units = {line.line_id: line.quantity for line in placed.lines}
        self._net = {line.line_id: line.net for line in placed.lines}
        self._tax = {line.line_id: line.tax for line in placed.lines}
        shipping = placed.shipping
        self._shipping = (shipping.net, shipping.tax) if shipping else (ZERO, ZERO)
        self._rest = ZERO
        self._is_over = False
        self._count = 0

    def ordered(self) -> Payload:
        placed = self._placed
        sales = [
            self._sale("ORDER", _kind(line), line.net, line.tax, line.quantity, line=line.line_id, cut=line.discount)
            for line in placed.lines
        ]
        if placed.shipping:
            net, tax = self._shipping
            sales.append(self._sale("ORDER", "SHIPPING", net, tax, 1, cut=placed.shipping.cut))
        if placed.duties:
            sales.append(self._sale("ORDER", "DUTY", placed.duties, ZERO, 1))
        if placed.tip:
            sales.append(self._sale("ORDER", "TIP", placed.tip, ZERO, 1))
        return self._agreement("OrderAgreement", placed.recorded_at, "ORDER", sales, {})

    def refunded(self, event: Refunded) -> Payload:
        sales: list[Payload] = []
        # what a cancellation has taken back cannot come back once more: then it is money alone
        for part in () if self._is_over else event.lines:
            self._units[part.line_id] -= part.quantity
            self._net[part.line_id] -= part.value
            self._tax[part.line_id] -= part.tax
            sales.append(self._sale("RETURN", "PRODUCT", -part.value, -part.tax, -part.quantity, line=part.line_id))
        if event.shipping and not self._is_over:
            net, tax = self._shipping
            self._shipping = net - event.shipping, tax - event.shipping_tax
            sales.append(self._sale("RETURN", "SHIPPING", -event.shipping, -event.shipping_tax, -1))
        if event.rest and not self._is_over:
            self._rest += event.rest
            sales.append(self._sale("RETURN", "ADJUSTMENT", -event.rest, ZERO, 0))
        return self._agreement(
            "RefundAgreement", event.at, "REFUND", sales, {"refund": {"id": f"gid://shopify/Refund/{event.refund_id}"}}
        )

    def cancelled(self, event: Cancelled) -> Payload:
        sales = [
            self._sale(
                "RETURN",
                _kind(line),
                -self._net[line.line_id],
                -self._tax[line.line_id],
                -self._units[line.line_id],
                line=line.line_id,
            )
            for line in self._placed.lines
            if self._units[line.line_id]
        ]
        if any(self._shipping):
            sales.append(self._sale("RETURN", "SHIPPING", -self._shipping[0], -self._shipping[1], -1))
        if self._rest:
            # the lines are taken back whole: what had been given for none of them is part of that
            sales.append(self._sale("RETURN", "ADJUSTMENT", self._rest, ZERO, 0))
        self._is_over = True
        return self._agreement("OrderEditAgreement", event.at, "ORDER_EDIT", sales, {})

    def _agreement(self, kind: str, at: datetime, reason: str, sales: list[Payload], more: Payload) -> Payload:
        self._count += 1
        return {
            "__typename": kind,
            "id": f"gid://shopify/{kind}/{self._placed.order_id * 10 + self._count}",
            "happenedAt": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "reason": reason,
            **more,
            "sales": sales,
        }

    def _sale(
        self,
        action: str,
        kind: str,
        net: Decimal,
        tax: Decimal,
        units: int,
        *,
        line: int | None = None,
        cut: Decimal = ZERO,
    ) -> Payload:
        """One sale: its total is after discounts and with tax."""
        of_line = {"lineItem": {"id": f"gid://shopify/LineItem/{line}"}} if line else {}
        name = f"{kind.replace('_', ' ').title().replace(' ', '')}Sale"
        return {
            "__typename": name,
            "id": f"gid://shopify/{name}/{self._placed.order_id * 100 + self._next()}",
            "actionType": action,
            "lineType": kind,
            "quantity": units,
            **of_line,
            "totalAmount": self._bag(net + tax),
            "totalTaxAmount": self._bag(tax),
            "totalDiscountAmountBeforeTaxes": self._bag(cut),
            "totalDiscountAmountAfterTaxes": self._bag(cut),
        }

    def _next(self) -> int:
        self._count += 1
        return self._count


def _kind(line: LineSold) -> str:
    return "GIFT_CARD" if line.product.is_gift_card else "PRODUCT"
