"""The stores' records in one shape, before any rule that needs more than one of them is applied."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from oracle_amounts import ZERO

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

Delivery = tuple[int, str, int]
"""When a record came: its file's modification time in ns, the file's name, its position in the file."""

OrderKey = tuple[str, str]
"""A source's name and the id of an order in it."""

Payload = Mapping[str, object]

EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Bearer:
    """The payload that bears a row's amounts: its entity, its id there, and itself as the vendor wrote it."""

    entity: str
    source_id: str
    payload: Payload = field(compare=False, repr=False)


@dataclass(frozen=True)
class Product:
    product_id: str | None = None
    title: str | None = None
    sku: str | None = None
    vendor: str | None = None


@dataclass(frozen=True)
class Line:
    """`bearer` is the order's own payload where none is named."""

    line_id: str | None
    number: int
    product: Product
    quantity: Decimal
    gross: Decimal
    discount: Decimal
    is_gift_card: bool = False
    is_tip: bool = False
    bearer: Bearer | None = None

    @property
    def is_sale(self) -> bool:
        """A gift card is no sale, nor is a tip that the vendor lists among the lines."""
        return not self.is_gift_card and not self.is_tip

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount


@dataclass(frozen=True)
class Order:
    """An order's latest version. Amounts are in its currency; shipping, duties and fees are without their tax.

    `store_rate` is what one unit of the store's own currency was in the order's, as the vendor says. `cancelled_by` is
    the payload that dates its cancellation, where that is not the latest one.
    """

    source_name: str
    platform: str
    order_id: str
    order_name: str | None
    ordered_at: datetime
    updated_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    source_status: str | None
    status: str
    exclusion_reason: str | None
    currency: str
    country: str | None
    customer_id: str | None
    email: str | None
    total: Decimal
    shipping: Decimal
    tax: Decimal
    duties_and_fees: Decimal
    tips: Decimal
    lines: tuple[Line, ...]
    bearer: Bearer
    cancelled_by: Bearer | None = None
    store_currency: str | None = None
    store_rate: Decimal | None = None


@dataclass(frozen=True)
class Item:
    """A returned line: its value at the price paid, without tax, and that tax."""

    line_id: str | None
    product: Product
    quantity: Decimal
    value: Decimal
    tax: Decimal
    is_gift_card: bool = False
    is_tip: bool = False


@dataclass(frozen=True)
class Refund:
    """`tax` is that of shipping and fees; `recorded` is the discrepancy that the vendor itself states as the rest.

    `is_money_only` where the vendor's ledger tells by itself what came back.
    """

    source_name: str
    platform: str
    refund_id: str
    order_id: str
    refunded_at: datetime
    reason: str | None
    items: tuple[Item, ...]
    money: Decimal
    bearer: Bearer
    shipping: Decimal = ZERO
    duties_and_fees: Decimal = ZERO
    tax: Decimal = ZERO
    recorded: Decimal | None = None
    currency: str | None = None
    is_money_only: bool = False


@dataclass(frozen=True)
class Customer:
    source_name: str
    customer_id: str
    updated_at: datetime | None
    email: str | None
    country: str | None


@dataclass
class Store:
    """What one source holds: orders and refunds once each, every version of a customer in the order of its age."""

    orders: list[Order] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)


@dataclass(frozen=True)
class Version(Generic[T]):
    value: T
    updated_at: datetime | None
    delivery: Delivery

    @property
    def age(self) -> tuple[datetime, Delivery]:
        return (self.updated_at or EARLIEST, self.delivery)


def by_key(versions: Iterable[Version[T]], key: Callable[[T], K]) -> dict[K, list[Version[T]]]:
    """Every record's versions, the oldest first; the last one is served."""
    found: dict[K, list[Version[T]]] = {}
    for version in versions:
        found.setdefault(key(version.value), []).append(version)
    for held in found.values():
        held.sort(key=lambda version: version.age)
    return found


def cancelled(order: Order, versions: Sequence[Version[Order]]) -> Order:
    """An order of a vendor that gives no cancel date, dated by the first version seen cancelled."""
    if order.status != "cancelled":
        return order
    first = next(version for version in versions if version.value.status == "cancelled")
    return replace(order, cancelled_at=first.updated_at, cancelled_by=first.value.bearer)
