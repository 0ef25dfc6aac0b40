"""The totals that answers about a demo tenant must reproduce, summed up from the simulation's own events."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ingest.demo.companies import Company
from ingest.demo.conversion import Rates, converted, in_cents
from ingest.demo.events import Buyer, Version
from ingest.demo.sources import sources_of
from ingest.demo.truth import COUNT_METRICS, MONEY_METRICS, bookings, is_counted

Totals = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class _Ordered:
    """What is needed to tell new customers from returning ones."""

    at: datetime
    source_name: str
    order_id: int
    day: date
    buyer: Buyer


@dataclass
class _Sums:
    """Sums of one group."""

    amounts: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    customers: set[object] = field(default_factory=set)

    def totals(self, *, has_rate: bool) -> Totals:
        """Every metric; amounts are null where no row has a rate."""
        counts = {**self.amounts, "customers": Decimal(len(self.customers))}
        money = self.money() if has_rate else dict.fromkeys(MONEY_METRICS)
        return {**money, **{name: int(counts.get(name, 0)) for name in COUNT_METRICS}}

    def money(self) -> dict[str, str]:
        """Every amount, as text with two decimals."""
        sums = self.amounts
        sums["net_sales"] = sums["gross_sales"] - sums["discounts"] - sums["returns"]
        sums["total_sales"] = sums["net_sales"] + sums["taxes"] + sums["shipping"] + sums["duties_and_fees"]
        return {name: f"{sums[name]:.2f}" for name in MONEY_METRICS}


class Expected:
    """Adds up a company's orders, each told by its last version."""

    def __init__(self, company: Company, rates: Rates) -> None:
        self._company = company
        self._rates = rates
        self._rated: dict[str, bool] = {store.source_name: False for store in company.stores}
        self._native: dict[str, _Sums] = {store.source_name: _Sums() for store in company.stores}
        self._days: defaultdict[tuple[str, date], defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._total = _Sums()
        self._sources: dict[str, _Sums] = {store.source_name: _Sums() for store in company.stores}
        self._months: defaultdict[str, _Sums] = defaultdict(_Sums)
        self._ordered: list[_Ordered] = []
        self._emails: dict[tuple[str, int], tuple[datetime, str]] = {}
        self._without_rate = 0
        self.quarantined: dict[str, dict[str, int]] = {source.name: {} for source in sources_of(company)}

    def add(self, version: Version) -> Decimal | None:
        """An order as it stands; its total in the reporting currency, None where there is no rate."""
        placed = version.placed
        source, currency = placed.store.source_name, placed.store.currency
        self._remember_email(version)
        ratio = self._rates.ratio(currency, placed.day)
        if not is_counted(version):
            return None
        self._without_rate += ratio is None
        self._rated[source] |= ratio is not None
        native = list(bookings(version))
        for metric, day, amount in native:
            self._native[source].amounts[metric] += amount
            self._days[source, day][metric] += amount
        own = native if ratio is None or self._rates.is_own(currency) else converted(version, ratio)
        for metric, day, amount in own:
            if amount and (ratio is not None or metric in COUNT_METRICS):
                for sums in (self._total, self._sources[source], self._months[_month(day)]):
                    sums.amounts[metric] += amount
        self._ordered.append(_Ordered(placed.at, source, placed.order_id, placed.day, placed.buyer))
        if ratio is None or self._rates.is_own(currency):
            return placed.total if ratio else None
        return in_cents(placed.total, ratio)

    def days_of(self, source: str) -> dict[date, Mapping[str, Decimal]]:
        """A store's sums by day, in its own currency."""
        return {day: sums for (name, day), sums in sorted(self._days.items()) if name == source}

    def document(self, first: date, last: date, settings: Mapping[str, object]) -> dict[str, object]:
        """The content of expected.json: amounts as text with two decimals, counts as numbers."""
        self._tell_persons_apart()
        company = self._company
        months = _months(first, last)
        return {
            "tenant": company.slug,
            "name": company.name,
            "timezone": company.timezone,
            "currency": company.currency,
            **settings,
            "start": first.isoformat(),
            "until": last.isoformat(),
            "totals": self._total.totals(has_rate=True),
            "by_source_name": {name: sums.totals(has_rate=self._rated[name]) for name, sums in self._sources.items()},
            "native_by_source_name": {
                store.source_name: {"currency": store.currency, **self._native[store.source_name].money()}
                for store in company.stores
            },
            "by_month": {month: self._months[month].totals(has_rate=True) for month in months},
            "orders_without_rate": self._without_rate,
            "quarantined": self.quarantined,
        }

    def _remember_email(self, version: Version) -> None:
        """A customer's e-mail is that of the newest record with one, whichever order it came with."""
        buyer, store = version.placed.buyer, version.placed.store
        if buyer.customer_id is None or buyer.person is None:
            return
        # Shopify sends the customer's record with the order, the others only what was typed
        told = buyer.person.email_on(version.day) if store.connector == "shopify" else buyer.email
        if told is None:
            return
        key = (store.source_name, buyer.customer_id)
        known = self._emails.get(key)
        if known is None or known[0] < version.updated_at:
            self._emails[key] = (version.updated_at, _normalised(told))

    def _tell_persons_apart(self) -> None:
        seen: set[object] = set()
        for order in sorted(self._ordered, key=lambda order: (order.at, order.source_name, str(order.order_id))):
            person = self._person(order)
            if person is None:
                continue
            groups = (self._total, self._sources[order.source_name], self._months[_month(order.day)])
            for sums in groups:
                sums.customers.add(person)
                sums.amounts["new_customers"] += person not in seen
            seen.add(person)

    def _person(self, order: _Ordered) -> object:
        buyer = order.buyer
        if buyer.customer_id is not None:
            key = (order.source_name, buyer.customer_id)
            if key in self._emails:
                return self._emails[key][1]
            return _normalised(buyer.email) if buyer.email else key
        return _normalised(buyer.email) if buyer.email else None


def _normalised(email: str) -> str:
    return email.strip().lower()


def _month(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def _months(first: date, last: date) -> list[str]:
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]
