"""What a demo order means by the definitions of the metrics, read off its events: payloads are never looked at."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ingest.demo import bigcommerce, woocommerce
from ingest.demo.amounts import ZERO
from ingest.demo.events import Cancelled, Refunded, Version

MONEY_METRICS = (
    "gross_sales",
    "discounts",
    "returns",
    "net_sales",
    "taxes",
    "shipping",
    "duties_and_fees",
    "tips",
    "total_sales",
    "total_revenue",
    "refunded_amount",
)
COUNT_METRICS = ("orders", "units_sold", "units_returned", "customers", "new_customers")


class Booking(NamedTuple):
    """An amount of a metric on a business day."""

    metric: str
    day: date
    amount: Decimal


def is_counted(version: Version) -> bool:
    """Whether an order counts, by its vendor's rule."""
    placed, state = version.placed, version.state
    if placed.is_test:
        return False
    if placed.store.connector == "shopify":
        return bool(placed.goods)  # gift cards alone are no order; unpaid, voided and cancelled ones are
    if placed.store.connector == "bigcommerce":
        if version.cancelled:
            return state not in bigcommerce.UNPAID
        return state not in ("incomplete", "pending", "declined", "deleted")
    if version.cancelled:
        return state in woocommerce.PAID
    return state in ("processing", "completed", "on-hold")


def bookings(version: Version) -> Iterator[Booking]:
    """What a counted order and its refunds book, each on its own day, in the store's currency."""
    yield from sale(version)
    yield from returns(version)


def returns(version: Version) -> Iterator[Booking]:
    """What refunds and a cancellation book, in the order of time."""
    held = _Held(version)
    cancelled = version.cancelled
    for event in version.seen:
        if isinstance(event, Refunded):
            yield Booking("refunded_amount", event.day, event.money)
            if cancelled is None or event.at < cancelled.at:
                yield from held.refunded(event)
        elif isinstance(event, Cancelled):
            yield from held.cancelled(event.day)


def sale(version: Version) -> Iterator[Booking]:
    """What the order itself books, all of it on its own day."""
    placed = version.placed
    day = placed.day
    yield Booking("orders", day, Decimal(1))
    yield Booking("total_revenue", day, placed.total)
    yield Booking("gross_sales", day, sum((line.gross for line in placed.goods), ZERO))
    yield Booking("discounts", day, sum((line.discount for line in placed.goods), ZERO))
    yield Booking("units_sold", day, Decimal(sum(line.quantity for line in placed.goods)))
    yield Booking("taxes", day, placed.tax_charged)
    yield Booking("shipping", day, placed.shipping_charged)
    yield Booking("duties_and_fees", day, placed.fees_charged)
    yield Booking("tips", day, placed.tip)


class _Held:
    """What an order still holds of what it charged."""

    def __init__(self, version: Version) -> None:
        placed = version.placed
        self.units = sum(line.quantity for line in placed.goods)
        self.goods = placed.net_goods
        self.shipping = placed.shipping_charged
        self.taxes = placed.tax_charged
        self.fees = placed.fees_charged
        self.tips = placed.tip

    def refunded(self, event: Refunded) -> Iterator[Booking]:
        """Items as they are; then the rest takes goods, shipping, taxes, duties and fees, each while it lasts."""
        units = sum(line.quantity for line in event.lines)
        goods = sum((line.value for line in event.lines), ZERO)
        self.units -= units
        self.goods -= goods
        self.shipping -= event.shipping
        self.taxes -= event.tax
        rest = event.rest
        # money kept back lowers what was returned
        from_goods = rest if rest < 0 else min(rest, self.goods)
        from_shipping = min(rest - from_goods, self.shipping)
        from_taxes = min(rest - from_goods - from_shipping, self.taxes)
        from_fees = min(rest - from_goods - from_shipping - from_taxes, self.fees)
        self.goods -= from_goods
        self.shipping -= from_shipping
        self.taxes -= from_taxes
        self.fees -= from_fees
        yield Booking("returns", event.day, goods + from_goods)
        yield Booking("units_returned", event.day, Decimal(units))
        yield Booking("shipping", event.day, -event.shipping - from_shipping)
        yield Booking("taxes", event.day, -event.tax - from_taxes)
        yield Booking("duties_and_fees", event.day, -from_fees)

    def cancelled(self, day: date) -> Iterator[Booking]:
        """A cancellation takes back all that is left."""
        yield Booking("returns", day, self.goods)
        yield Booking("units_returned", day, Decimal(self.units))
        yield Booking("shipping", day, -self.shipping)
        yield Booking("taxes", day, -self.taxes)
        yield Booking("duties_and_fees", day, -self.fees)
        yield Booking("tips", day, -self.tips)
