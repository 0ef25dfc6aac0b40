"""A demo order's bookings in the reporting currency, by the definition: one rate for the order and its refunds."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from ingest.demo.amounts import ZERO
from ingest.demo.ecb import rate_in_force
from ingest.demo.events import OrderPlaced, Version
from ingest.demo.truth import COUNT_METRICS, Booking, returns, sale

# what a booking of a refund gives back of what the order charged: the part, and the sign it is booked with
_PARTS = {
    "returns": ("goods", 1),
    "shipping": ("shipping", -1),
    "taxes": ("taxes", -1),
    "duties_and_fees": ("duties_and_fees", -1),
    "tips": ("tips", -1),
    "refunded_amount": ("money", 1),
}


class Rates:
    """The rates at which one company's foreign amounts become its own currency."""

    def __init__(self, currency: str, *, are_known: bool, seed: int) -> None:
        self._currency = currency
        self._are_known = are_known
        self._seed = seed
        self._known = lru_cache(maxsize=1024)(self._ratio)

    def ratio(self, currency: str, day: date) -> Fraction | None:
        """Units of the reporting currency for one of another on a day; None where no rate is known."""
        if currency == self._currency:
            return Fraction(1)
        return self._known(currency, day) if self._are_known else None

    def is_own(self, currency: str) -> bool:
        """Whether amounts of this currency stay as they are."""
        return currency == self._currency

    def _ratio(self, currency: str, day: date) -> Fraction | None:
        own, other = (rate_in_force(one, day, self._seed) for one in (self._currency, currency))
        return Fraction(own) / Fraction(other) if own and other else None


def in_cents(amount: Decimal, ratio: Fraction) -> Decimal:
    """An amount at a rate, rounded once, half to even, to the cent."""
    return Decimal(round(Fraction(amount) * ratio * 100)).scaleb(-2)


def converted(version: Version, ratio: Fraction) -> Iterator[Booking]:
    """What a counted order and its refunds book at a rate: parts add up, and what goes back whole nets to zero."""
    order = _Converted(version.placed, ratio)
    for booking in sale(version):
        amount = order.sale.get(booking.metric)
        yield booking if amount is None else booking._replace(amount=amount)
    given = dict.fromkeys(order.charged, ZERO)
    for booking in returns(version):
        if booking.metric in COUNT_METRICS:
            yield booking
            continue
        part, sign = _PARTS[booking.metric]
        before = given[part]
        given[part] += sign * booking.amount
        yield booking._replace(amount=sign * (order.back(part, given[part]) - order.back(part, before)))


class _Converted:
    """What an order charged, part by part, at a rate."""

    def __init__(self, placed: OrderPlaced, ratio: Fraction) -> None:
        self._ratio = ratio
        rest = {
            "shipping": placed.shipping_charged,
            "taxes": placed.tax_charged,
            "duties_and_fees": placed.fees_charged,
            "tips": placed.tip,
        }
        native = [*(line.net for line in placed.lines), *rest.values()]
        parts = [in_cents(amount, ratio) for amount in native]
        whole = in_cents(sum(native, ZERO), ratio)
        parts[max(range(len(native)), key=lambda index: (native[index], -index))] += whole - sum(parts, ZERO)
        nets = parts[: len(placed.lines)]
        pairs = [(line, net) for line, net in zip(placed.lines, nets, strict=True) if not line.product.is_gift_card]
        cuts = sum((in_cents(line.discount, ratio) for line, _ in pairs), ZERO)
        goods = sum((net for _, net in pairs), ZERO)
        total = in_cents(placed.total, ratio)
        told = dict(zip(rest, parts[len(placed.lines) :], strict=True))
        self.sale = {"total_revenue": total, "gross_sales": goods + cuts, "discounts": cuts, **told}
        self.charged = {
            "goods": (placed.net_goods, goods),
            "money": (placed.total, total),
            **{part: (rest[part], told[part]) for part in rest},
        }

    def back(self, part: str, amount: Decimal) -> Decimal:
        """What has gone back of a part: all of it is all that was charged, whatever rounding says."""
        native, own = self.charged[part]
        return own if amount == native else in_cents(amount, self._ratio)
