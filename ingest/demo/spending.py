"""What a demo company's ad platforms report of a day: a row a campaign and placement, as often as they tell it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from ingest.demo.amounts import ZERO, charged
from ingest.demo.dice import dice
from ingest.demo.funnel import Funnel
from ingest.demo.marketing import AdAccount, Campaign, Placement
from ingest.demo.statements import ADS, Statement, statements
from ingest.demo.visits import Visits

# what amounts are given in: Google's and LinkedIn's are finer than cents
_STEPS = {"google": Decimal("0.0001"), "linkedin": Decimal("0.00000001")}
_CENT = Decimal("0.01")
# platforms that give credit in parts: Google and Microsoft
_SHARED = {"google": Decimal("0.333333"), "microsoft": Decimal("0.5")}
_KEPT = Decimal("0.000001")
# what a pixel makes of a basket in another currency: units for a euro, never updated
_PIXEL = {"EUR": Decimal("1"), "USD": Decimal("1.1"), "GBP": Decimal("0.85"), "CAD": Decimal("1.5")}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a row says: amounts in the account's currency, as fine as the vendor gives them."""

    spend: Decimal
    impressions: int
    clicks: int
    conversions: Decimal
    revenue: Decimal

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.spend + other.spend,
            self.impressions + other.impressions,
            self.clicks + other.clicks,
            self.conversions + other.conversions,
            self.revenue + other.revenue,
        )


NOTHING = Figures(ZERO, 0, 0, Decimal(0), ZERO)


@dataclass(frozen=True, slots=True)
class AdRow:
    """One row of an ad platform's report."""

    account: AdAccount
    campaign: Campaign
    placement: Placement
    day: date
    figures: Figures

    @property
    def connector(self) -> str:
        return self.account.connector_of(self.placement)


@dataclass(frozen=True, slots=True)
class Told:
    """An account's rows of a day, in one delivery."""

    statement: Statement
    rows: tuple[AdRow, ...]


def kept(amount: Decimal) -> Decimal:
    """The amount as the warehouse keeps it, in six decimals."""
    return amount.quantize(_KEPT, ROUND_HALF_EVEN) if amount.as_tuple().exponent < -6 else amount  # type: ignore[operator]


class Spending:
    """The reports of one account."""

    def __init__(self, account: AdAccount, funnel: Funnel, visits: Visits, seed: int) -> None:
        self.account = account
        self._funnel = funnel
        self._visits = visits
        self._seed = seed

    def told(self, day: date, until: date) -> Iterator[Told]:
        """Everything told of a day by the end of another, oldest first: the last counts."""
        final = [
            AdRow(self.account, campaign, placement, day, self._figures(campaign, placement, day))
            for campaign in self.account.campaigns
            if campaign.runs_on(day)
            for placement in campaign.placements
        ]
        # every other month the first figures are the last again, and only what came between differs
        returns = day.month % 2 == 0
        for statement in statements(day, ADS, until):
            rows = final
            if not statement.is_final and not (returns and statement.version == 1):
                rows = [self._early(row, statement) for row in final]
            if not statement.is_final and not returns:
                rows = [*rows, self._draft(day)]
            yield Told(statement, tuple(rows))

    def _figures(self, campaign: Campaign, placement: Placement, day: date) -> Figures:
        chance = dice(self._seed, "figures", campaign.campaign_id, placement.name, day)
        buyers = self._visits.through(campaign, placement, day)
        clicks = self._funnel.clicks(campaign, placement, day) + len(buyers)
        impressions = int(clicks / campaign.click_rate * (0.8 + 0.4 * chance.random()))
        noise = Decimal(str(round(0.85 + 0.3 * chance.random(), 6)))
        spend = (campaign.click_cost * clicks * noise).quantize(self._step, ROUND_HALF_EVEN)
        if not clicks:
            # shown now and then, and paid by the click
            return Figures(ZERO, chance.randint(0, 40), 0, Decimal(0), ZERO)
        conversions = Decimal(len(buyers))
        revenue = sum((self._seen(visit.placed.total, visit.placed.store.currency) for visit in buyers), ZERO)
        # what a platform claims beyond: those who only saw an ad, or were another's as well
        claims = sum(chance.random() < 0.03 for _ in range(clicks))
        share = _SHARED.get(self.account.family, Decimal(1))
        conversions += claims * share
        revenue += charged(claims * share * Decimal(chance.randint(2400, 9900)) / 100)
        return Figures(spend, impressions, clicks, conversions, revenue)

    def _early(self, row: AdRow, statement: Statement) -> AdRow:
        """What was said before it was final: at first too little, then too much."""
        held = row.figures
        few = statement.version == 1
        spend = (held.spend * Decimal("0.95" if few else "1.2")).quantize(self._step, ROUND_HALF_EVEN)
        if not held.clicks:
            return row
        less = min(held.conversions, Decimal(1))
        figures = Figures(
            spend=spend,
            impressions=held.impressions * (97 if few else 112) // 100,
            clicks=held.clicks - held.clicks // 8 if few else held.clicks + held.clicks // 5,
            conversions=held.conversions - less if few else held.conversions + 1,
            revenue=ZERO if few and held.conversions == less else held.revenue + (0 if few else 25),
        )
        return replace(row, figures=figures)

    def _draft(self, day: date) -> AdRow:
        """A campaign of which nothing is said any more once the day is final: a row that vanishes."""
        first = self.account.campaigns[0]
        draft = replace(first, campaign_id=f"{first.campaign_id[:-1]}9", name="Draft, deleted", utm="", landing=0.0)
        return AdRow(self.account, draft, first.placements[0], day, Figures(Decimal("1.25"), 90, 1, Decimal(0), ZERO))

    def _seen(self, total: Decimal, currency: str) -> Decimal:
        return charged(total * _PIXEL[self.account.currency] / _PIXEL[currency])

    @property
    def _step(self) -> Decimal:
        return _STEPS.get(self.account.family, _CENT)
