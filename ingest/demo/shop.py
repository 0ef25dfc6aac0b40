"""The simulated shops: who orders what on a day."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from math import ceil, cos, pi
from random import Random

from ingest.demo.aftermath import aftermath
from ingest.demo.basket import filled
from ingest.demo.clock import LAST_SECOND, instant
from ingest.demo.companies import Company, Store
from ingest.demo.dice import dice, weighted
from ingest.demo.events import Buyer, OrderPlaced, Story
from ingest.demo.people import People

# ids count from here, so that they depend on the day and not on where a demo begins
EPOCH = date(2020, 1, 1)
_NAMESAKE_DAYS, _NAMESAKE_SLOT = 4, 5
_BUSY = (0.9, 0.85, 0.9, 1.0, 1.15, 1.25, 0.95)  # Monday first

_STATES: dict[str, tuple[tuple[float, str], ...]] = {
    "shopify": ((0.86, "paid"), (0.05, "pending"), (0.04, "authorized"), (0.02, "partially_paid"), (0.03, "voided")),
    "bigcommerce": (
        (0.55, "awaiting fulfillment"),
        (0.26, "completed"),
        (0.05, "awaiting payment"),
        (0.02, "incomplete"),
        (0.02, "pending"),
        (0.02, "declined"),
        (0.03, "awaiting shipment"),
        (0.02, "awaiting pickup"),
        (0.01, "manual verification"),
        (0.01, "partially shipped"),
        (0.01, "disputed"),
    ),
    "woocommerce": (
        (0.6, "processing"),
        (0.22, "completed"),
        (0.06, "on-hold"),
        (0.06, "pending"),
        (0.03, "failed"),
        (0.02, "trash"),
        (0.01, "checkout-draft"),
    ),
}


class Shop:
    """One store of a company, simulated: the same day gives the same stories, whatever was asked before."""

    def __init__(self, company: Company, store: Store, people: People, seed: int, scale: int) -> None:
        self.company = company
        self.store = store
        self._people = people
        self._seed = seed
        self._scale = scale

    @cached_property
    def slots(self) -> int:
        """How many order numbers a day has; more than any day needs."""
        return ceil(self.store.orders_a_day * 3) * self._scale

    def stories(self, day: date) -> Iterator[Story]:
        """The orders placed on a day of the tenant's, each with everything that will become of it."""
        chance = dice(self._seed, self.store.source_name, self.company.slug, day)
        season = _season(day)
        expected = self.store.orders_a_day * self._scale * season * _BUSY[day.weekday()] * (0.8 + 0.4 * chance.random())
        for number in range(min(int(expected + chance.random()), self.slots)):
            yield self._story(day, number)

    def _story(self, day: date, slot: int) -> Story:
        chance = dice(self._seed, self.store.source_name, self.company.slug, day, slot)
        second = _second(chance)
        serial = (day - EPOCH).days * self.slots + slot + 1
        # WooCommerce gives refunds ids of the same kind as orders: an order keeps ten for itself
        order_id = self.store.first_id + serial * (10 if self.store.connector == "woocommerce" else 1)
        place = chance.choice(self.store.pool.places)
        channel = "pos" if self.store.connector == "shopify" and chance.random() < 0.08 else "web"
        buyer = self._buyer(day, slot, channel, chance)
        if buyer.person:
            place = buyer.person.place
        basket = filled(self.store, place, order_id, channel, chance)
        state = weighted(chance, _STATES[self.store.connector])
        zone = self.company.zone
        at = instant(day, second, zone)
        # an order taken elsewhere and entered days later: the record is younger than the order
        lag = chance.randint(1, 3) if self.store.connector == "shopify" and chance.random() < 0.03 else 0
        recorded_day = day + timedelta(days=lag)
        placed = OrderPlaced(
            store=self.store,
            order_id=order_id,
            number=self._number(day, slot) + 1000,
            at=at,
            day=day,
            recorded_at=instant(recorded_day, second, zone) if lag else at,
            recorded_day=recorded_day,
            buyer=buyer,
            place=place,
            state=state,
            channel=channel,
            lines=basket.lines,
            discounts=basket.discounts,
            shipping=basket.shipping,
            handling=basket.handling,
            wrapping=basket.wrapping,
            fees=basket.fees,
            duties=basket.duties,
            tip=basket.tip,
            is_test=self.store.connector != "woocommerce" and chance.random() < 0.01,
            presentment=("GBP", Decimal("0.86")) if self._pays_abroad(chance) else None,
        )
        return Story(placed, aftermath(placed, second, zone, chance))

    def _number(self, day: date, slot: int) -> int:
        """What the shop counts its orders by; a shop that counts like another gives some orders the other's names."""
        store, elapsed = self.store, (day - EPOCH).days
        if not store.counts_like:
            return elapsed * self.slots + slot + 1
        like = next(other for other in self.company.stores if other.source_name == store.counts_like)
        a_day = ceil(like.orders_a_day * 3)
        # half of them on the day of their namesake, the others four days before it
        day_number = elapsed + (_NAMESAKE_DAYS if slot % 2 else 0)
        return (day_number * a_day + _NAMESAKE_SLOT) * self._scale + slot + 1

    def _pays_abroad(self, chance: Random) -> bool:
        return self.store.currency == "EUR" and chance.random() < 0.04

    def _buyer(self, day: date, slot: int, channel: str, chance: Random) -> Buyer:
        if channel == "pos" and chance.random() < 0.6:
            return Buyer(None, None, None)
        born, place = day, slot
        if chance.random() < 0.5:
            born = day - timedelta(days=1 + int(chance.expovariate(1 / 70)))
            place = chance.randrange(ceil(self.store.orders_a_day) * self._scale)
        person = self._people.person(self.store.pool, born, place, self._person_slots)
        email = person.email_on(day) if self.store.connector == "shopify" else person.email
        is_guest = not person.is_registered or (email is not None and not person.changed_on and chance.random() < 0.1)
        customer_id = None if is_guest else self._customer_id(person.number)
        blank = customer_id is not None and self.store.connector != "shopify" and chance.random() < 0.02
        return Buyer(person, customer_id, None if blank else _typed(email, chance))

    @property
    def _person_slots(self) -> int:
        # stores that share a pool must number its persons alike
        return 100 * self._scale

    def _customer_id(self, number: int) -> int:
        return self.store.first_id % 1_000_000 + 207_000_000 + number


def busy(day: date) -> float:
    """How busy a day is, compared with others: a little more before the weekend and towards Christmas."""
    return _season(day) * _BUSY[day.weekday()]


def _season(day: date) -> float:
    return 1 + 0.25 * cos(2 * pi * (day.timetuple().tm_yday - 340) / 365)


def _second(chance: Random) -> int:
    if chance.random() < 0.12:  # close to midnight, where a wrong time zone shows
        return chance.choice((chance.randrange(3000), LAST_SECOND - chance.randrange(3000)))
    return int(chance.triangular(3000, LAST_SECOND - 3000, 52_000))


def _typed(email: str | None, chance: Random) -> str | None:
    """The address as buyers type it: mostly plain, now and then in capitals or with a blank at the end."""
    if email is None or chance.random() < 0.9:
        return email
    return chance.choice((email.upper(), email.title(), f"{email} "))
