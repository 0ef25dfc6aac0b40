"""Who placed an order, and which order was a person's first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from oracle_records import EARLIEST, Order, OrderKey, Store


def normal(email: str | None) -> str | None:
    return email.strip().lower() or None if email else None


def persons(stores: Sequence[Store]) -> dict[OrderKey, str]:
    """Who placed each order: the e-mail of the customer's latest record, else the order's own, else one that the
    customer's id has anywhere (the latest), else store and customer id. Nobody's orders are not among them."""
    latest: dict[OrderKey, str | None] = {}
    anywhere: dict[OrderKey, tuple[datetime, str]] = {}

    def seen(key: OrderKey, at: datetime | None, email: str | None) -> None:
        if email and (key not in anywhere or anywhere[key][0] <= (at or EARLIEST)):
            anywhere[key] = (at or EARLIEST, email)

    for store in stores:
        for customer in store.customers:
            latest[customer.source_name, customer.customer_id] = normal(customer.email)
            seen((customer.source_name, customer.customer_id), customer.updated_at, normal(customer.email))
        for order in store.orders:
            if order.customer_id:
                seen((order.source_name, order.customer_id), order.updated_at, normal(order.email))
    found = {}
    for store in stores:
        for order in store.orders:
            key = (order.source_name, order.customer_id or "")
            email = latest.get(key) or normal(order.email) or anywhere.get(key, (EARLIEST, ""))[1]
            if email:
                found[order.source_name, order.order_id] = f"email {email}"
            elif order.customer_id:
                found[order.source_name, order.order_id] = f"customer {order.source_name} {order.customer_id}"
    return found


def first_orders(orders: Iterable[Order], known: Mapping[OrderKey, str]) -> set[OrderKey]:
    """Each person's first counted order ever, ties by (ordered_at, source_name, order_id)."""
    first: dict[str, tuple[datetime, str, str]] = {}
    for order in orders:
        person = known.get((order.source_name, order.order_id))
        if person is None or order.exclusion_reason:
            continue
        rank = (order.ordered_at, order.source_name, order.order_id)
        first[person] = min(rank, first.get(person, rank))
    return {(source_name, order_id) for _, source_name, order_id in first.values()}
