"""The exports of one demo company: everything simulated day by day, and what was expected of it."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from ingest.demo import bigcommerce, shopify, shopify_graphql, shopify_refund, shopifyql, woocommerce
from ingest.demo.attribution import Attribution
from ingest.demo.clock import days
from ingest.demo.companies import Company, Store
from ingest.demo.conversion import Rates
from ingest.demo.damage import damaged, kind_of_damage
from ingest.demo.delivery import delivered, delivered_sets
from ingest.demo.dice import dice
from ingest.demo.events import OrderPlaced, Refunded, Story, Version
from ingest.demo.expected import Expected
from ingest.demo.folder import Folder, Payload, Record, encoded
from ingest.demo.forms import forms_of
from ingest.demo.funnel import Funnel
from ingest.demo.markets import MARKETS
from ingest.demo.people import People
from ingest.demo.refunds import Refunds
from ingest.demo.reports import Reports
from ingest.demo.shop import Shop
from ingest.demo.shopify_money import Money
from ingest.demo.sources import sources_of
from ingest.demo.truth import is_counted
from ingest.demo.visits import Visit, Visits, visit_of

_REFUND_ENTITIES = {"shopify": "refunds", "bigcommerce": "refunds", "woocommerce": "order_refunds"}
# orders so many days before the first still have visits and clicks on it: accounts are ahead of the company's clock
_DAYS_BEFORE = timedelta(days=2)


class Exports:
    """One company's exports, from a first day to a last."""

    def __init__(self, company: Company, root: Path, first: date, last: date, *, seed: int, scale: int) -> None:
        self.company = company
        self.market = MARKETS[company.slug]
        rates = Rates(company.currency, are_known=self.market.has_rates, seed=seed)
        self.expected = Expected(company, rates)
        self.attribution = Attribution(self.market, last)
        self.people = People(seed)
        self.folders = {
            source.name: Folder(root / source.name, forms_of(company, source.name)) for source in sources_of(company)
        }
        self.orders = 0
        self._first, self._last = first, last
        self._seed, self._scale = seed, scale
        self._funnel = Funnel(company, self.market, seed, scale)
        self._visits = Visits()
        self.reports = Reports(
            company, self.folders, self._funnel, self._visits, rates, last, self.expected.quarantined, seed, scale
        )

    def write(self) -> None:
        """Simulate every day and write what the sources would have exported by the end of the last."""
        shops = [Shop(self.company, store, self.people, self._seed, self._scale) for store in self.company.stores]
        customers: dict[str, dict[int, Record]] = {store.source_name: {} for store in self.company.stores}
        for day in days(self._first - _DAYS_BEFORE, self._last):
            placed: list[OrderPlaced] = []
            for shop in shops:
                stories = [story for story in shop.stories(day) if story.placed.recorded_day <= self._last]
                placed += [story.placed for story in stories]
                self._day(shop.store, day, stories, customers[shop.store.source_name])
            if day >= self._first:
                self.reports.day(day, placed)
                self._visits.forget_before(day)
            if day.day == 1:
                for folder in self.folders.values():
                    folder.write_before(day)
        for name, records in customers.items():
            for record in records.values():
                self.folders[name].add("customers", self._last, record)
        self._write_sales()
        self.reports.finish(self._first)
        for folder in self.folders.values():
            folder.write_all()

    def document(self, settings: dict[str, object]) -> dict[str, object]:
        """The content of expected.json."""
        return {
            **self.expected.document(self._first, self._last, settings),
            "attribution": self.attribution.document(),
            **self.reports.document(),
        }

    def _day(self, store: Store, day: date, stories: list[Story], customers: dict[int, Record]) -> None:
        folder = self.folders[store.source_name]
        for story in stories:
            visit = visit_of(story.placed, self.market, self._funnel, self._seed)
            if visit:
                self._visits.add(visit)
            if day >= self._first:
                self._deliver(story, visit, folder)
                if "customers" in folder.entities:
                    _keep_customer(story, customers)
        if day >= self._first:
            self._break(store, day, stories, folder)

    def _deliver(self, story: Story, visit: Visit | None, folder: Folder) -> None:
        connector, number = story.placed.store.connector, story.placed.order_id
        told: dict[int, bytes] = {}
        self.orders += 1
        for item in delivered(story, self._last, self._seed):
            seen = len(item.version.seen)
            if seen not in told:
                told[seen] = encoded(_order(item.version))
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
        total = self.expected.add(newest)
        self.attribution.add(newest.placed, visit, is_counted=is_counted(newest), total=total)

    def _break(self, store: Store, day: date, stories: list[Story], folder: Folder) -> None:
        """Put the day's broken records among the good ones."""
        told = (story.placed for story in stories if story.placed.recorded_day == day)
        model = next((placed for placed in told if placed.goods), None)
        if model is None:
            return
        for entity in folder.entities:
            lines = folder.takes_lines(entity)
            kind = kind_of_damage(store.shape, entity, day, takes_lines=lines)
            if kind is None or entity in ("customers", "shopifyql"):
                continue
            version = Version(model, ())
            if entity == "orders":
                payload = _order(version)
            elif entity == "order_products":
                payload = bigcommerce.order_products(version)[0]
            else:
                refunds = Refunds(model, dice(self._seed, "damage", store.source_name, day))
                payload = _refund(refunds.of_money(model.at, day, Decimal("5.00"), "order"), version)
            text = damaged(store.shape, entity, kind, payload)
            folder.add(entity, day, Record(model.at, 0, text))
            counts = self.expected.quarantined[store.source_name]
            counts[entity] = counts.get(entity, 0) + 1

    def _write_sales(self) -> None:
        """The store's own report of its days, where its exports have one."""
        for store in self.company.stores:
            folder = self.folders[store.source_name]
            if "shopifyql" in folder.entities:
                sums = self.expected.days_of(store.source_name)
                for number, day in enumerate(days(self._first, self._last)):
                    at = datetime.combine(day, time(), UTC)
                    folder.add("shopifyql", day, Record(at, number, shopifyql.line(day, sums.get(day, {}))))


_ORDERS = {
    "shopify": shopify.order,
    "shopify_graphql": shopify_graphql.order,
    "bigcommerce": bigcommerce.order,
    "woocommerce": woocommerce.order,
}


def _order(version: Version) -> Payload:
    return _ORDERS[version.placed.store.shape](version)


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
