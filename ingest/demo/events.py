"""What happens in a demo shop: the truth that payloads tell and expected.json sums up.

Amounts are Decimals in the shop's currency and without tax, unless a name says otherwise. `at` is the moment (UTC),
`day` the tenant's business day on which it falls.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from ingest.demo.amounts import ZERO
from ingest.demo.companies import Place, Store
from ingest.demo.people import Person
from ingest.demo.products import Product


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax line: its title, its rate and what it came to."""

    title: str
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount of an order. target: what it lowers (order, line, shipping); amount: in listed prices."""

    code: str
    kind: str  # code | automatic | manual
    value_type: str  # percentage | fixed_amount
    value: Decimal
    target: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineSold:
    """One line of an order.

    unit_price and cuts are as the shop lists prices (with tax where its prices include tax); gross, discount and
    taxes are what the line comes to. cuts: (index of the order's discount, amount).
    """

    line_id: int
    product: Product
    quantity: int
    unit_price: Decimal
    cuts: tuple[tuple[int, Decimal], ...]
    taxes: tuple[Tax, ...]
    gross: Decimal
    discount: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount

    @property
    def tax(self) -> Decimal:
        return sum((tax.amount for tax in self.taxes), ZERO)

    @property
    def cut(self) -> Decimal:
        return sum((amount for _, amount in self.cuts), ZERO)

    @property
    def listed(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def paid(self) -> Decimal:
        return self.listed - self.cut


@dataclass(frozen=True, slots=True)
class Shipping:
    """Shipping charged: price and cut as listed, net without tax."""

    title: str
    price: Decimal
    cut: Decimal
    taxes: tuple[Tax, ...]
    net: Decimal

    @property
    def tax(self) -> Decimal:
        return sum((tax.amount for tax in self.taxes), ZERO)

    @property
    def paid(self) -> Decimal:
        return self.price - self.cut


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee the store charged beside goods and shipping."""

    name: str
    amount: Decimal
    taxes: tuple[Tax, ...]

    @property
    def tax(self) -> Decimal:
        return sum((tax.amount for tax in self.taxes), ZERO)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who ordered. person None: nobody is known; customer_id None: a guest; email: as typed, None if it was not."""

    person: Person | None
    customer_id: int | None
    email: str | None


@dataclass(frozen=True)
class OrderPlaced:
    """An order. recorded_at: when the shop's record came to be, later than `at` for orders that were imported."""

    store: Store
    order_id: int
    number: int
    at: datetime
    day: date
    recorded_at: datetime
    recorded_day: date
    buyer: Buyer
    place: Place
    state: str
    channel: str
    lines: tuple[LineSold, ...]
    discounts: tuple[Discount, ...]
    shipping: Shipping | None
    handling: Decimal = ZERO
    wrapping: Decimal = ZERO
    fees: tuple[Fee, ...] = ()
    duties: Decimal = ZERO
    tip: Decimal = ZERO
    is_test: bool = False
    presentment: tuple[str, Decimal] | None = None

    @property
    def name(self) -> str:
        """What the shop calls it."""
        return f"#{self.store.name_prefix}{self.number}"

    @cached_property
    def goods(self) -> tuple[LineSold, ...]:
        """The lines that are sales: a gift card is none."""
        return tuple(line for line in self.lines if not line.product.is_gift_card)

    @cached_property
    def net_goods(self) -> Decimal:
        return sum((line.net for line in self.goods), ZERO)

    @cached_property
    def shipping_charged(self) -> Decimal:
        """Shipping, with handling and wrapping, without tax."""
        return (self.shipping.net if self.shipping else ZERO) + self.handling + self.wrapping

    @cached_property
    def fees_charged(self) -> Decimal:
        return self.duties + sum((fee.amount for fee in self.fees), ZERO)

    @cached_property
    def tax_charged(self) -> Decimal:
        goods = sum((line.tax for line in self.lines), ZERO)
        return goods + (self.shipping.tax if self.shipping else ZERO) + sum((fee.tax for fee in self.fees), ZERO)

    @cached_property
    def total(self) -> Decimal:
        lines = sum((line.net for line in self.lines), ZERO)
        return lines + self.shipping_charged + self.fees_charged + self.tax_charged + self.tip


@dataclass(frozen=True, slots=True)
class LineReturned:
    """Units of a line that came back, at the price paid for them."""

    line_id: int
    quantity: int
    value: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money given back: for lines, for shipping, and the rest.

    rest: what was given beyond lines, shipping and their tax (positive), or kept back from them and recorded as
    such by the vendor (negative). money: what the buyer got. form: how the vendor writes shipping or the rest.
    """

    at: datetime
    day: date
    refund_id: int
    lines: tuple[LineReturned, ...]
    shipping: Decimal
    shipping_tax: Decimal
    rest: Decimal
    money: Decimal
    restock: bool
    reason: str
    form: str

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), ZERO) + self.shipping_tax


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order was cancelled."""

    at: datetime
    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """The order's state changed; state None: only its record was touched."""

    at: datetime
    day: date
    state: str | None


@dataclass(frozen=True, slots=True)
class Edited:
    """The order's lines changed: from now on it is as if it had been placed so."""

    at: datetime
    day: date
    placed: OrderPlaced


Happening = Refunded | Cancelled | Progressed | Edited


@dataclass(frozen=True)
class Story:
    """An order and what became of it, in order of time."""

    placed: OrderPlaced
    happenings: tuple[Happening, ...]

    def versions(self, until: date) -> list["Version"]:
        """The order as its shop's record told it after each happening, up to the end of a day."""
        told = [Version(self.placed, ())] if self.placed.recorded_day <= until else []
        for count, happening in enumerate(self.happenings, 1):
            if happening.day <= until:
                told.append(Version(self.placed, self.happenings[:count]))
        return told


@dataclass(frozen=True)
class Version:
    """The record of an order after some of what became of it."""

    first: OrderPlaced
    seen: tuple[Happening, ...]

    @cached_property
    def placed(self) -> OrderPlaced:
        edits = [event.placed for event in self.seen if isinstance(event, Edited)]
        return edits[-1] if edits else self.first

    @cached_property
    def state(self) -> str:
        states = [event.state for event in self.seen if isinstance(event, Progressed) and event.state]
        return states[-1] if states else self.first.state

    @cached_property
    def refunds(self) -> tuple[Refunded, ...]:
        return tuple(event for event in self.seen if isinstance(event, Refunded))

    @cached_property
    def cancelled(self) -> Cancelled | None:
        return next((event for event in self.seen if isinstance(event, Cancelled)), None)

    @property
    def updated_at(self) -> datetime:
        return self.seen[-1].at if self.seen else self.first.recorded_at

    @property
    def day(self) -> date:
        return self.seen[-1].day if self.seen else self.first.recorded_day

    @property
    def refunded_money(self) -> Decimal:
        return sum((refund.money for refund in self.refunds), ZERO)
