"""The exports of one demo company: its stores simulated day by day, and what was expected of them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from ingest.demo import bigcommerce, shopify, shopify_refund, woocommerce
from ingest.demo.clock import days
from ingest.demo.companies import Company, Store
from ingest.demo.damage import damaged, kind_of_damage
from ingest.demo.delivery import delivered, delivered_sets
from ingest.demo.dice import dice
from ingest.demo.events import Refunded, Story, Version
from ingest.demo.expected import Expected
from ingest.demo.folder import Folder, Form, Payload, Record, encoded
from ingest.demo.people import People
from ingest.demo.refunds import Refunds
from ingest.demo.shop import Shop
from ingest.demo.shopify_money import Money

# every way a folder of exports may look, spread over the stores
FORMS: dict[tuple[str, str], dict[str, Form]] = {
    ("tyrell_corp", "shopify"): {"orders": Form("orders-{month}.jsonl")},
    ("tyrell_corp", "woocommerce"): {
        "orders": Form("orders-{month}.json.gz", wrapper=""),
        "order_refunds": Form("order_refunds.part{part}.jsonl", newline=b"\r\n"),
    },
    ("wayne_enterprises", "bigcommerce"): {
        "orders": Form("orders.part{part}.jsonl.gz"),
        "order_products": Form("order_products-{month}.jsonl"),
        "refunds": Form("refunds.json", wrapper="data"),
    },
    ("stark_industries", "shopify_us"): {"orders": Form("orders-{month}.json", wrapper="orders")},
    ("stark_industries", "shopify_eu"): {
        "orders": Form("orders-{month}.ndjson.gz"),
        "refunds": Form("refunds.jsonl", mark=b"\xef\xbb\xbf"),
        "customers": Form("customers.json", wrapper="customers"),
    },
}
_REFUND_ENTITIES = {"shopify": "refunds", "bigcommerce": "refunds", "woocommerce": "order_refunds"}


class Exports:
    """One company's exports, from a first day to a last."""

    def __init__(self, company: Company, root: Path, first: date, last: date, *, seed: int, scale: int) -> None:
        self.company = company
        self.expected = Expected(company)
        self.people = People(seed)
        self.folders = {
            store.source_name: Folder(root / store.source_name, FORMS[company.slug, store.source_name])
            for store in company.stores
        }
        self.orders = 0
        self._first, self._last = first, last
        self._seed, self._scale = seed, scale

    def write(self) -> None:
        """Simulate every day and write what the stores would have exported by the end of the last."""
        for store in self.company.stores:
            folder = self.folders[store.source_name]
            shop = Shop(self.company, store, self.people, self._seed, self._scale)
            customers: dict[int, Record] = {}
            for day in days(self._first, self._last):
                stories = [story for story in shop.stories(day) if story.placed.recorded_day <= self._last]
                for story in stories:
                    self._deliver(story, folder)
                    if "customers" in folder.entities:
                        _keep_customer(story, customers)
                self._break(store, day, stories, folder)
                if day.day == 1:
                    folder.write_before(day)
            for record in customers.values():
                folder.add("customers", self._last, record)
            folder.write_all()

    def _deliver(self, story: Story, folder: Folder) -> None:
        connector, number = story.placed.store.connector, story.placed.order_id
        told: dict[int, bytes] = {}
        self.orders += 1
        for item in delivered(story, self._last, self._seed):
            seen = len(item.version.seen)
            if seen not in told:
                told[seen] = encoded(_ORDER[connector](item.version))
            folder.add("orders", item.day, Record(item.at, number, told[seen]))
        if "order_products" in folder.entities:
            for item in delivered_sets(story, self._last):
                for product in bigcommerce.order_products(item.version):
                    folder.add("order_products", item.day, Record(item.at, int(str(product["id"])), encoded(product)))
        newest = story.versions(self._last)[-1]
        entity = _REFUND_ENTITIES[connector]
        if entity in folder.entities:
            for event in newest.refunds:
                payload = _refund(event, newest)
                folder.add(entity, event.day, Record(event.at, event.refund_id, encoded(payload)))
        self.expected.add(newest)

    def _break(self, store: Store, day: date, stories: list[Story], folder: Folder) -> None:
        """Put the day's broken records among the good ones."""
        told = (story.placed for story in stories if story.placed.recorded_day == day)
        model = next((placed for placed in told if placed.goods), None)
        if model is None:
            return
        for entity in folder.entities:
            lines = folder.takes_lines(entity)
            kind = kind_of_damage(store.connector, entity, day, takes_lines=lines)
            if kind is None or entity == "customers":
                continue
            version = Version(model, ())
            if entity == "orders":
                payload = _ORDER[store.connector](version)
            elif entity == "order_products":
                payload = bigcommerce.order_products(version)[0]
            else:
                refunds = Refunds(model, dice(self._seed, "damage", store.source_name, day))
                payload = _refund(refunds.of_money(model.at, day, Decimal("5.00"), "order"), version)
            text = damaged(store.connector, entity, kind, payload)
            folder.add(entity, day, Record(model.at, 0, text))
            counts = self.expected.quarantined[store.source_name]
            counts[entity] = counts.get(entity, 0) + 1


_ORDER = {"shopify": shopify.order, "bigcommerce": bigcommerce.order, "woocommerce": woocommerce.order}


def _refund(event: Refunded, version: Version) -> Payload:
    store = version.placed.store
    if store.connector == "bigcommerce":
        return bigcommerce.refund(event, version)
    if store.connector == "woocommerce":
        return woocommerce.refund(event, version)
    return shopify_refund.refund(event, version, Money(store.currency, version.placed.presentment))


def _keep_customer(story: Story, customers: dict[int, Record]) -> None:
    """The customer's own record, once."""
    buyer, store = story.placed.buyer, story.placed.store
    if buyer.person is None or buyer.customer_id is None or buyer.customer_id in customers:
        return
    since = datetime.combine(buyer.person.born, time(), UTC)
    payload = shopify.customer(
        buyer.person, buyer.customer_id, buyer.person.email, store.currency, store.zone, since=since
    )
    customers[buyer.customer_id] = Record(since, buyer.customer_id, encoded(payload))
