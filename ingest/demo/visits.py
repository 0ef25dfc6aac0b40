"""Where a demo order came from: the visit that bought, and the transaction row by which the property knows it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from ingest.demo.dice import dice
from ingest.demo.events import OrderPlaced
from ingest.demo.funnel import Cell, Funnel
from ingest.demo.marketing import Campaign, Market, Placement

# a buyer is where the order goes, mostly
_AT_HOME = 12
_SEEN = 0.93
_BY_NAME = 0.32
_TWICE = 0.03


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit of an order.

    day: the property's, ad_day: the ad account's (None where nobody paid). transaction_id: what the shop sent along,
    None where the property knows nothing of it; again_on: the day on which the page was opened once more, if it was.
    """

    placed: OrderPlaced
    cell: Cell
    day: date
    ad_day: date | None
    transaction_id: str | None
    again_on: date | None


class Visits:
    """The visits that bought, by the days of those who count them; those of days gone by are forgotten."""

    def __init__(self) -> None:
        self._by_day: defaultdict[date, list[Visit]] = defaultdict(list)
        self._by_ad: defaultdict[date, list[Visit]] = defaultdict(list)
        self._again: defaultdict[date, list[Visit]] = defaultdict(list)

    def add(self, visit: Visit) -> None:
        """One more."""
        self._by_day[visit.day].append(visit)
        if visit.again_on:
            self._again[visit.again_on].append(visit)
        if visit.ad_day:
            self._by_ad[visit.ad_day].append(visit)

    def on(self, day: date) -> list[Visit]:
        """Those of a day of the property's."""
        return self._by_day.get(day, [])

    def again_on(self, day: date) -> list[Visit]:
        """Those whose last page was opened once more on a day."""
        return self._again.get(day, [])

    def through(self, campaign: Campaign, placement: Placement, day: date) -> list[Visit]:
        """Those that came through a campaign's ads, on a day of the account's."""
        return [
            visit
            for visit in self._by_ad.get(day, ())
            if visit.cell.touch.ad is campaign and visit.cell.touch.placement is placement
        ]

    def forget_before(self, day: date) -> None:
        """Nothing will be asked about earlier days."""
        for held in (self._by_day, self._by_ad, self._again):
            for past in [known for known in held if known < day]:
                del held[past]


def visit_of(placed: OrderPlaced, market: Market, funnel: Funnel, seed: int) -> Visit | None:
    """The visit of an order; None for what was sold over a counter, entered by hand, or in a store nobody measures."""
    store = placed.store
    if store.source_name not in market.property.measures or placed.channel == "pos":
        return None
    if placed.recorded_at != placed.at:
        return None
    chance = dice(seed, "visit", store.source_name, placed.order_id)
    day = placed.at.astimezone(market.property.zone).date()
    cell = _cell(funnel.cells(day), placed.place.country, chance)
    account = cell.touch.account
    transaction_id = _transaction_id(placed, chance)
    is_twice = transaction_id is not None and chance.random() < _TWICE
    return Visit(
        placed=placed,
        cell=cell,
        day=day,
        ad_day=placed.at.astimezone(account.zone).date() if account else None,
        transaction_id=transaction_id,
        again_on=day + timedelta(days=1) if is_twice else None,
    )


def _cell(cells: Sequence[Cell], country: str, chance: Random) -> Cell:
    weights = [
        cell.visits * cell.touch.buys * (_AT_HOME if cell.country == country else 1) if cell.touch.buys else 0
        for cell in cells
    ]
    return chance.choices(cells, cum_weights=list(accumulate(weights)))[0]


def _transaction_id(placed: OrderPlaced, chance: Random) -> str | None:
    """The order's id, or its name without the sign that Shopify puts before it; a refused cookie leaves nothing."""
    if chance.random() > _SEEN:
        return None
    if chance.random() < _BY_NAME and placed.store.connector == "shopify":
        return placed.name.removeprefix("#")
    return str(placed.order_id)
