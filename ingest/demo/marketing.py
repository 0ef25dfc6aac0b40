"""What brings people to a demo company's shops: the words in which its campaigns and other traffic are described."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

PAID = frozenset(
    {"Paid Search", "Paid Shopping", "Paid Social", "Paid Video", "Paid Other", "Display", "Cross-network"}
)
NOT_SET = "(not set)"
_EVERY_MONTH = tuple(range(1, 13))
_SEASON_BEGINS = 4


def season(day: date) -> int:
    """The year by which a company calls its season on a day: it begins in April."""
    return day.year if day.month >= _SEASON_BEGINS else day.year - 1


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a campaign's ads stand: Meta's publisher platform, "" elsewhere. share: of its clicks, all together 1."""

    name: str
    share: float
    utm_source: str


@dataclass(frozen=True)
class Campaign:
    """One campaign of an ad account.

    name, utm: as the platform and the links of its ads call it; {year} is the season's, so that it is renamed every
    April. channel: the GA4 group of its visits. tells_id: whether the property knows its visits by the campaign's id
    (else by `utm` alone). landing: the share of clicks that the property sees, 0 where people stay on the platform.
    kind: the vendor's own (the report an Amazon campaign is in).
    """

    campaign_id: str
    name: str
    channel: str
    placements: tuple[Placement, ...]
    medium: str
    utm: str
    clicks_a_day: float
    click_rate: float
    click_cost: Decimal
    buys: float = 1.0
    landing: float = 0.84
    tells_id: bool = False
    months: tuple[int, ...] = _EVERY_MONTH
    kind: str = ""

    def name_on(self, day: date) -> str:
        """What the platform calls it on a day."""
        return self.name.format(year=season(day))

    def runs_on(self, day: date) -> bool:
        """Whether its ads are shown on a day."""
        return day.month in self.months


@dataclass(frozen=True)
class AdAccount:
    """One ad account. family: the platform that keeps it; sources: those of tenants.yml that deliver its reports."""

    family: str
    account_id: str
    currency: str
    timezone: str
    sources: tuple[str, ...]
    campaigns: tuple[Campaign, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def connector_of(self, placement: Placement) -> str:
        """The connector whose figures those of a placement are: of Meta's, Instagram has its own where it is set up."""
        return "instagram_ads" if placement.name == "instagram" and "instagram_ads" in self.sources else self.sources[0]


@dataclass(frozen=True)
class Touch:
    """Where visits come from, as the property tells it: channel group, source, medium, campaign.

    visits_a_day: of what nobody pays for; a campaign's visits follow from its clicks. buys: how readily its visitors
    buy, compared with others. ad_id: the campaign to whose name its visits belong without having been paid for.
    """

    channel: str
    source: str
    medium: str
    campaign: str
    visits_a_day: float = 0.0
    buys: float = 1.0
    engagement: float = 0.6
    account: AdAccount | None = None
    ad: Campaign | None = None
    placement: Placement | None = None
    ad_id: str = ""

    @cached_property
    def key(self) -> str:
        """Tells it from every other of its company."""
        place = self.placement.name if self.placement else ""
        return "|".join((self.source, self.medium, self.campaign, place))

    @property
    def campaign_id(self) -> str:
        """The id of its campaign as the property knows it."""
        return self.ad.campaign_id if self.ad and self.ad.tells_id else NOT_SET

    @property
    def joined_campaign(self) -> str:
        """The id of the ad campaign that its visits belong to, "" where there is none."""
        return self.ad.campaign_id if self.ad else self.ad_id

    def campaign_on(self, day: date) -> str:
        """The campaign's name in the property's rows of a day."""
        return self.campaign.format(year=season(day))


@dataclass(frozen=True)
class Property:
    """The GA4 property of a company.

    measures: the stores whose orders it sees; is_partial: whether tenants.yml has to say which. groups: the reports
    that were asked for with the channel group. countries: where visitors are, each with its share.
    """

    property_id: str
    timezone: str
    measures: tuple[str, ...]
    is_partial: bool
    groups: frozenset[str]
    countries: tuple[tuple[float, str], ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Tracker:
    """A product-analytics project. timezone: of its stamps; stores: those whose orders it records."""

    connector: str
    project_id: str
    timezone: str
    stores: tuple[str, ...]
    events_a_day: float

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Market:
    """All that brings visits to one company's shops, and who counts them."""

    property: Property
    traffic: tuple[Touch, ...]
    accounts: tuple[AdAccount, ...]
    tracker: Tracker | None
    has_rates: bool

    @cached_property
    def touches(self) -> tuple[Touch, ...]:
        """Everything that visits come from: unpaid traffic, then campaigns by placement."""
        paid = [
            Touch(
                channel=campaign.channel,
                source=placement.utm_source,
                medium=campaign.medium,
                campaign=campaign.utm,
                buys=campaign.buys,
                engagement=0.52,
                account=account,
                ad=campaign,
                placement=placement,
            )
            for account in self.accounts
            for campaign in account.campaigns
            for placement in campaign.placements
        ]
        return (*self.traffic, *paid)
