"""One day of a demo company's funnel: what its campaigns' ads were clicked, and who came to the site."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random

from ingest.demo.companies import Company
from ingest.demo.dice import dice, weighted
from ingest.demo.marketing import Campaign, Market, Placement, Touch
from ingest.demo.shop import busy

DEVICES = ((0.61, "mobile"), (0.34, "desktop"), (0.05, "tablet"))
# of how many kinds (device and country) the visits of one touch may be on a day
_MOST_KINDS = 5
_PAUSED = 0.02


@dataclass(frozen=True, slots=True)
class Cell:
    """Visits of one day that came the same way, on the same device, from the same country. visits: without buyers."""

    touch: Touch
    device: str
    country: str
    visits: int
    engaged: int


class Funnel:
    """A company's funnel above its orders: the same day gives the same visits, whatever was asked before."""

    def __init__(self, company: Company, market: Market, seed: int, scale: int) -> None:
        self.company = company
        self.market = market
        self._seed = seed
        self._scale = scale
        # orders ask for the day before theirs, theirs and the day after
        self.cells = lru_cache(maxsize=8)(self._cells)
        # of an ad's clicks both the platform and the site tell
        self._known_clicks = lru_cache(maxsize=256)(self._clicks)

    def clicks(self, campaign: Campaign, placement: Placement, day: date) -> int:
        """The clicks on a campaign's ads in one placement, without those of buyers."""
        return self._known_clicks(campaign, placement, day)

    def _clicks(self, campaign: Campaign, placement: Placement, day: date) -> int:
        chance = dice(self._seed, "clicks", campaign.campaign_id, placement.name, day)
        if not campaign.runs_on(day) or chance.random() < _PAUSED:
            return 0
        expected = campaign.clicks_a_day * placement.share * self._scale * busy(day) * (0.7 + 0.6 * chance.random())
        return int(expected + chance.random())

    def _cells(self, day: date) -> tuple[Cell, ...]:
        return tuple(cell for touch in self.market.touches for cell in self._of(touch, day))

    def _of(self, touch: Touch, day: date) -> list[Cell]:
        chance = dice(self._seed, "visits", self.company.slug, touch.key, day)
        count = self._visits(touch, day, chance)
        if not count:
            return []
        kinds = Counter[tuple[str, str]]()
        draws = min(count, _MOST_KINDS)
        for number in range(draws):
            kind = weighted(chance, DEVICES), weighted(chance, self.market.property.countries)
            kinds[kind] += count // draws + (number < count % draws)
        return [
            Cell(touch, device, country, visits, _engaged(visits, touch.engagement, chance))
            for (device, country), visits in sorted(kinds.items())
        ]

    def _visits(self, touch: Touch, day: date, chance: Random) -> int:
        if touch.ad and touch.placement:
            return int(self.clicks(touch.ad, touch.placement, day) * touch.ad.landing + chance.random() * 0.99)
        expected = touch.visits_a_day * self._scale * busy(day) * (0.75 + 0.5 * chance.random())
        return int(expected + chance.random())


def _engaged(visits: int, share: float, chance: Random) -> int:
    return min(visits, int(visits * share * (0.85 + 0.3 * chance.random()) + chance.random()))
