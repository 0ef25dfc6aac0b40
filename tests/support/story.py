"""Small tenants told order by order: exports in the vendors' shapes, the real refresh, and questions about the outcome.

A tenant may have many stores, one a story, so that one refresh builds them all.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from shop import Shop

from ingest.runs import RunDocument
from warehouse.answer import Answer, answer
from warehouse.catalog import Catalog
from warehouse.query import MetricQuery
from warehouse.store import FileStore, Version
from warehouse.values import Number

ASKED_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEADLINE = 30.0

Record = dict[str, Any]


@dataclass(frozen=True)
class Store:
    """One store of a tenant: its connector, and the records of each entity that it delivers first."""

    name: str
    connector: str
    entities: Mapping[str, Sequence[Record | str]]


def shopify(name: str, *orders: Record | str, **entities: Sequence[Record | str]) -> Store:
    """A Shopify store; entities: refunds and customers delivered by themselves."""
    return Store(name, "shopify", {"orders": orders, **entities} if orders else entities)


def bigcommerce(name: str, *orders: Record | str, **entities: Sequence[Record | str]) -> Store:
    """A BigCommerce store; entities: order_products and refunds."""
    return Store(name, "bigcommerce", {"orders": orders, **entities} if orders else entities)


def woocommerce(name: str, *orders: Record | str, **entities: Sequence[Record | str]) -> Store:
    """A WooCommerce store; entities: order_refunds."""
    return Store(name, "woocommerce", {"orders": orders, **entities} if orders else entities)


@dataclass
class Story(Shop):
    """One tenant, `acme`, in New York and USD, with the stores named."""

    stores: Sequence[Store] = field(default=(), repr=False)
    published: list[Version] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.sources = [store.name for store in self.stores]
        lines = [
            "tenants:",
            "  acme:",
            "    name: Acme",
            "    timezone: America/New_York",
            f"    currency: {self.currency}",
            "    sources:",
        ]
        for store in self.stores:
            self.folder(store.name).mkdir(parents=True)
            lines.append(f"      {store.name}: {{connector: {store.connector}, files: exports/{store.name}}}")
            for entity, records in store.entities.items():
                self.deliver(*records, name=f"{entity}.jsonl", source=store.name, minutes=0)
        (self.root / "tenants.yml").write_text("\n".join(lines), encoding="utf-8")

    def put(self, store: str, name: str, content: bytes) -> None:
        """Deliver a file as it is, to the byte."""
        (self.folder(store) / name).write_bytes(content)

    def refresh(self, **options: Any) -> RunDocument:
        """Refresh; what it publishes is kept in `published` (the store itself keeps the last three)."""
        run = super().refresh(**options)
        if self.served is not None and self.served not in self.published:
            self.published.append(self.served)
        return run

    def ask(self, *metrics: str, version: Version | None = None, **question: Any) -> Answer:
        """The answer to a question on what is served, or was; question: the arguments of query_metric."""
        version = version or self.served
        assert version is not None, "nothing has been published"
        catalog = Catalog.from_json(version.catalog_file.read_bytes())
        query = MetricQuery.parse({"metrics": metrics, **question})
        with closing(FileStore(self.home).reader(version, temp_directory=self.root / "spill")) as connection:
            return answer(catalog, connection, query, ASKED_AT, DEADLINE)

    def figures(self, store: str | Store, *metrics: str, **question: Any) -> list[Number | None]:
        """The metrics of one store, in their order."""
        name = store if isinstance(store, str) else store.name
        [row] = self.ask(*metrics, where=[{"field": "source_name", "value": name}], **question).rows
        return list(row)

    def split(self, store: str | Store, by: str, metric: str, **question: Any) -> dict[Any, Any]:
        """A metric of one store by the values of a dimension, or by day."""
        name = store if isinstance(store, str) else store.name
        grouped: dict[str, Any] = {"grain": by} if by in ("day", "month") else {"group_by": by}
        rows = self.ask(metric, where=[{"field": "source_name", "value": name}], **grouped, **question).rows
        return {str(key) if by in ("day", "month") else key: value for key, value in rows}


def instant(when: str) -> datetime:
    """The instant of an ISO text; of a day, its noon in UTC."""
    return datetime.fromisoformat(when if "T" in when else f"{when}T12:00:00+00:00")


def money(amount: str, buyers: str = "", currency: str = "EUR") -> Record:
    """A Shopify money bag: an amount in USD and, where given, in the buyer's currency."""
    bag = {"shop_money": {"amount": amount, "currency_code": "USD"}}
    return {**bag, "presentment_money": {"amount": buyers, "currency_code": currency}} if buyers else bag


def order(number: int, when: str, total: str, *lines: Record, **more: Any) -> Record:
    """A Shopify order in USD without tax; updated: the time of its version, else that of the order."""
    at = instant(when).isoformat()
    updated = instant(more.pop("updated", when)).isoformat()
    return {
        "id": number,
        "name": f"#{number}",
        "created_at": at,
        "processed_at": at,
        "updated_at": updated,
        "cancelled_at": None,
        "currency": "USD",
        "financial_status": "paid",
        "taxes_included": False,
        "test": False,
        "total_price": total,
        "line_items": list(lines),
        "shipping_lines": [],
        "refunds": [],
    } | more


def line(number: int, price: str, quantity: int = 1, **more: Any) -> Record:
    """A line of a Shopify order; off: the discounts placed on it; tax: (amount, rate)."""
    off: Sequence[str] = more.pop("off", ())
    tax: tuple[str, float] | None = more.pop("tax", None)
    return {
        "id": number,
        "product_id": number + 1000,
        "title": f"Product {number}",
        "quantity": quantity,
        "price": price,
        "gift_card": False,
        "tax_lines": [{"price": tax[0], "rate": tax[1], "title": "Tax"}] if tax else [],
        "discount_allocations": [{"amount": amount, "discount_application_index": 0} for amount in off],
    } | more


def shipping(price: str) -> Record:
    """A shipping line of a Shopify order, untaxed."""
    return {"id": 1, "title": "Standard", "price": price, "discounted_price": price, "tax_lines": []}


def refund(number: int, order_number: int, when: str, given_back: str, *items: Record, **more: Any) -> Record:
    """A Shopify refund; given_back: its one transaction; paid_in: the transaction's currency."""
    at = instant(when).isoformat()
    paid_in = more.pop("paid_in", "USD")
    paid = {"id": number + 500, "kind": "refund", "status": "success", "amount": given_back, "currency": paid_in}
    return {
        "id": number,
        "order_id": order_number,
        "created_at": at,
        "processed_at": at,
        "note": None,
        "refund_line_items": list(items),
        "order_adjustments": [],
        "transactions": [paid],
    } | more


def returned(line_number: int, subtotal: str, tax: str = "0.00", quantity: int = 1, **more: Any) -> Record:
    """A returned line of a Shopify refund."""
    item = {"id": line_number + 700, "line_item_id": line_number, "quantity": quantity}
    return item | {"subtotal": subtotal, "total_tax": tax} | more


def adjustment(kind: str, amount: str, tax: str = "0.00") -> Record:
    """An order adjustment of a Shopify refund; money given back is negative, money kept positive."""
    return {"id": 1, "kind": kind, "amount": amount, "tax_amount": tax, "reason": kind.replace("_", " ").capitalize()}


def bc_order(number: int, when: str, total: str, **more: Any) -> Record:
    """A BigCommerce order in USD, untaxed unless told otherwise, paid and awaiting its fulfillment."""
    updated = instant(more.pop("updated", when))
    return {
        "id": number,
        "date_created": format_datetime(instant(when).astimezone(UTC)),
        "date_modified": format_datetime(updated.astimezone(UTC)),
        "status_id": 11,
        "payment_status": "captured",
        "total_inc_tax": total,
        "total_tax": "0.0000",
        "shipping_cost_ex_tax": "0.0000",
        "default_currency_code": "USD",
        "currency_code": "USD",
        "customer_id": 0,
        "is_tax_inclusive_pricing": False,
        "discount_amount": "0.0000",
        "coupon_discount": "0.0000",
    } | more


def bc_product(number: int, order_number: int, total: str, quantity: int = 1, **more: Any) -> Record:
    """A product of a BigCommerce order; total: of the line, without tax."""
    return {
        "id": number,
        "order_id": order_number,
        "product_id": number + 1000,
        "name": f"Product {number}",
        "quantity": quantity,
        "total_ex_tax": total,
        "total_inc_tax": total,
        "total_tax": "0.0000",
        "applied_discounts": [],
    } | more


def bc_refund(
    number: int, order_number: int, when: str, given_back: float | str, *items: Record, **more: Any
) -> Record:
    """A BigCommerce refund; its amounts are JSON numbers."""
    return {
        "id": number,
        "order_id": order_number,
        "created": instant(when).isoformat(),
        "reason": "",
        "total_amount": given_back,
        "total_tax": 0,
        "payments": [{"id": 1, "provider_id": "stripe", "amount": given_back, "is_declined": False}],
        "items": list(items),
    } | more


def bc_item(kind: str, item_id: int, amount: float | str, quantity: int = 1) -> Record:
    """An item of a BigCommerce refund."""
    return {"item_type": kind, "item_id": item_id, "quantity": quantity, "requested_amount": amount}


def woo_order(number: int, when: str, total: str, *lines: Record, **more: Any) -> Record:
    """A WooCommerce order in USD, paid and in processing."""
    form = "%Y-%m-%dT%H:%M:%S"
    at, updated = instant(when).astimezone(UTC), instant(more.pop("updated", when)).astimezone(UTC)
    return {
        "id": number,
        "number": str(number),
        "status": "processing",
        "currency": "USD",
        "date_created_gmt": at.strftime(form),
        "date_modified_gmt": updated.strftime(form),
        "date_paid": at.strftime(form),
        "total": total,
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "prices_include_tax": False,
        "customer_id": 0,
        "billing": {"email": "", "country": "US"},
        "line_items": list(lines),
        "fee_lines": [],
        "refunds": [],
    } | more


def woo_line(number: int, total: str, quantity: int = 1, **more: Any) -> Record:
    """A line of a WooCommerce order, without tax; subtotal: before discounts."""
    product = {"id": number, "product_id": number + 1000, "variation_id": 0, "name": f"Product {number}"}
    return product | {"quantity": quantity, "subtotal": total, "total": total, "total_tax": "0.00"} | more


def woo_refund(number: int, order_number: int, when: str, given_back: str, *lines: Record, **more: Any) -> Record:
    """A WooCommerce refund, which knows its order by its links alone."""
    above = f"https://shop.example/wp-json/wc/v3/orders/{order_number}"
    return {
        "id": number,
        "date_created_gmt": instant(when).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "amount": given_back,
        "reason": "",
        "line_items": list(lines),
        "_links": {"up": [{"href": above}]},
    } | more


def woo_returned(number: int, line_number: int, total: str, quantity: int = -1, **more: Any) -> Record:
    """A returned line of a WooCommerce refund: its amounts and quantity are negative."""
    of = [{"id": 1, "key": "_refunded_item_id", "value": str(line_number)}]
    product = {"id": number, "product_id": line_number + 1000, "name": f"Product {line_number}", "meta_data": of}
    return product | {"quantity": quantity, "total": total, "total_tax": "0.00"} | more
