"""What a demo company's product analytics record: single events, some of them uploaded late, some twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from ingest.demo.clock import LAST_SECOND, instant
from ingest.demo.companies import Company
from ingest.demo.dice import dice, weighted
from ingest.demo.events import OrderPlaced
from ingest.demo.marketing import Tracker
from ingest.demo.people import Person
from ingest.demo.shop import busy

_NAMES = (
    (0.5, "Page Viewed"),
    (0.31, "Product Viewed"),
    (0.11, "Product Added"),
    (0.05, "Checkout Started"),
    (0.03, "Search Performed"),
)
PURCHASE = "Order Completed"
_SEEN, _LATE, _TWICE = 0.94, 0.04, 0.015
# nobody is awake before; so no event falls into the hour that the clock repeats in autumn
_FIRST_SECOND = 4 * 3600


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event. day, uploaded_on: days of the company's; key: 32 hex digits of its own; placed: its order, if any."""

    name: str
    at: datetime
    day: date
    uploaded_at: datetime
    uploaded_on: date
    again_on: date | None
    key: str
    device: str
    placed: OrderPlaced | None

    @property
    def person(self) -> Person | None:
        return self.placed.buyer.person if self.placed else None

    @property
    def user(self) -> str | None:
        """By what the project knows who it was: a customer's number, of some (as happens) the e-mail address."""
        if self.placed is None or self.placed.buyer.customer_id is None:
            return None
        email = self.placed.buyer.email
        return email if email and self.placed.number % 12 == 0 else f"cust-{self.placed.buyer.customer_id}"


class Tracking:
    """The events of one project: the same day gives the same events."""

    def __init__(self, company: Company, tracker: Tracker, seed: int, scale: int) -> None:
        self._company = company
        self.tracker = tracker
        self._seed = seed
        self._scale = scale

    def day(self, day: date, orders: Iterable[OrderPlaced]) -> Iterator[Recorded]:
        """The events of a day, among them the purchases of its orders."""
        chance = dice(self._seed, self.tracker.connector, self._company.slug, day)
        count = int(self.tracker.events_a_day * self._scale * busy(day) * (0.8 + 0.4 * chance.random()))
        for _ in range(count):
            second = chance.randint(_FIRST_SECOND, LAST_SECOND)
            yield self._recorded(weighted(chance, _NAMES), day, second, None, chance)
        for placed in orders:
            own = dice(self._seed, self.tracker.connector, placed.store.source_name, placed.order_id)
            is_online = placed.channel == "web" and placed.recorded_at == placed.at
            if placed.store.source_name in self.tracker.stores and is_online and own.random() < _SEEN:
                yield self._recorded(PURCHASE, day, 0, placed, own)

    def _recorded(self, name: str, day: date, second: int, placed: OrderPlaced | None, chance: Random) -> Recorded:
        zone = self._company.zone
        at = placed.at + timedelta(seconds=2) if placed else instant(day, second, zone)
        is_late = chance.random() < _LATE
        # a telephone that was off the net for days
        wait = timedelta(days=chance.randint(1, 3)) if is_late else timedelta(seconds=chance.randint(1, 40))
        at += timedelta(milliseconds=chance.randrange(1000))
        uploaded_at = at + wait
        uploaded_on = day + wait if is_late else day
        return Recorded(
            name=name,
            at=at,
            day=day,
            uploaded_at=uploaded_at,
            uploaded_on=uploaded_on,
            again_on=uploaded_on + timedelta(days=1) if chance.random() < _TWICE else None,
            key=f"{chance.getrandbits(128):032x}",
            device=f"{chance.getrandbits(64):016x}",
            placed=placed,
        )
