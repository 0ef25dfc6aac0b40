"""Rows of the ad platforms' reports in one shape, and which of Meta's placements belong to which source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from oracle_fields import Json, Malformed, figure, first, identity, record, required, word
from oracle_files import Unfold, records
from oracle_records import Bearer, Delivery
from oracle_sets import served

FAMILIES = {
    "facebook_ads": "meta",
    "instagram_ads": "meta",
    "google_ads": "google",
    "bing_ads": "microsoft",
    "linkedin_ads": "linkedin",
    "tiktok_ads": "tiktok",
    "amazon_ads": "amazon",
}


@dataclass(frozen=True)
class AdRow:
    """One row of a report; amounts are in its currency, conversions are decimals."""

    source_name: str
    connector: str
    account_id: str
    day: date
    campaign_id: str
    campaign_name: str | None
    publisher_platform: str | None
    currency: str | None
    spend: Decimal
    revenue: Decimal
    impressions: int
    clicks: int
    conversions: Decimal
    delivery: Delivery
    bearer: Bearer

    @property
    def family(self) -> str:
        return FAMILIES[self.connector]

    @property
    def account_day(self) -> tuple[str, date]:
        return self.account_id, self.day

    @property
    def is_instagram(self) -> bool:
        return self.publisher_platform == "instagram"


@dataclass(frozen=True)
class CampaignRecord:
    """One version of a campaign's own record."""

    family: str
    campaign_id: str
    name: str | None
    delivery: Delivery


@dataclass(frozen=True)
class AdSource:
    """An ad account as the tenant names it, with what its folder holds."""

    source_name: str
    connector: str
    account_id: str | None
    currency: str | None
    rows: list[AdRow] = field(default_factory=list)
    campaigns: list[CampaignRecord] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """How a platform writes one of its reports: the entity, where a value stands, and what makes a row one of its set.

    `parts` are the columns that the id of a row is made of, `breakdowns` those that belong to it where a row has them.
    """

    entity: str
    account: tuple[str, ...]
    day: Callable[[Json], date]
    campaign: Callable[[Json], str | None]
    name: tuple[str, ...]
    currency: Callable[[Json], str | None]
    spend: Callable[[Json], Decimal | None]
    impressions: tuple[str, ...]
    clicks: tuple[str, ...]
    conversions: Callable[[Json], Decimal | None]
    revenue: Callable[[Json], Decimal | None]
    breakdowns: tuple[str, ...] = ()
    unfold: Unfold | None = None
    header: str = ""


def account_of(payload: Json, report: Report, configured: str | None) -> str:
    said = word(payload, *report.account) or configured or ""
    return said.rpartition("/")[2].rpartition(":")[2].removeprefix("act_")


def read_rows(source: AdSource, folder: Path, report: Report) -> list[AdRow]:
    """The rows of a report: of each account and day those of the newest delivery, whole."""

    def key(payload: Json) -> tuple[str, date]:
        return account_of(payload, report, source.account_id), report.day(payload)

    def name(payload: Json) -> str:
        campaign = required(report.campaign(payload), "campaign id")
        given = ((path, word(payload, path)) for path in report.breakdowns)
        return "|".join([campaign, *(f"{path}={value}" for path, value in given if value is not None)])

    found = served(
        records(folder, report.entity, (), report.unfold, report.header),
        key=key,
        identity=name,
        parse=lambda payload: (payload, row_of(source, report, payload, name(payload))),
    )
    return [
        AdRow(**parsed, account_id=account, day=day, delivery=member.delivery)  # type: ignore[arg-type]
        for (account, day), members in found.items()
        for member in members
        for parsed in (member.value[1],)
    ]


def row_of(source: AdSource, report: Report, payload: Json, name: str) -> Mapping[str, object]:
    """What a row says besides its account and day.

    Raises:
        Malformed: when its campaign is missing, or a figure is none. What a row does not name is zero.
    """
    currency = report.currency(payload) or source.currency
    return {
        "source_name": source.source_name,
        "connector": source.connector,
        "campaign_id": required(report.campaign(payload), "campaign id"),
        "campaign_name": word(payload, *report.name),
        "publisher_platform": (word(payload, "publisher_platform") or "").lower() or None,
        "currency": currency.upper() if currency else None,
        "spend": report.spend(payload) or Decimal(0),
        "revenue": report.revenue(payload) or Decimal(0),
        "impressions": whole(payload, report.impressions),
        "clicks": whole(payload, report.clicks),
        "conversions": report.conversions(payload) or Decimal(0),
        "bearer": Bearer(report.entity, name, payload),
    }


def whole(payload: Json, paths: Sequence[str]) -> int:
    value = figure(payload, *paths) or Decimal(0)
    if value != int(value):
        raise Malformed(f"{paths[0]} is no whole number")
    return int(value)


def read_campaigns(source: AdSource, folder: Path, names: Sequence[str], unfold: Unfold | None) -> list[CampaignRecord]:
    """Every delivered version of the campaigns' own records."""
    found = []
    for one in records(folder, "campaigns", ("elements",), unfold):
        try:
            payload = record(one.value)
            campaign_id = required(first(payload, "id", "campaign.id", "campaign_id", "campaignId", "Id"), "id")
            written = required(identity({"id": campaign_id}, "id"), "id").rpartition(":")[2]
        except Malformed:
            continue
        found.append(CampaignRecord(FAMILIES[source.connector], written, word(payload, *names), one.delivery))
    return found


def placed(sources: Sequence[AdSource]) -> list[AdRow]:
    """The rows that count, of each account and day so many that they are its total, of Meta's placements each once.

    instagram_ads takes instagram; facebook_ads everything else, rows without the breakdown among it (in which instagram
    is contained), and instagram as well where no instagram_ads source has it.
    """
    rows = [row for source in sources for row in source.rows]
    whole_days = {row.account_day for row in rows if row.connector == "facebook_ads" and not row.publisher_platform}
    of_instagram = {row.account_day for row in rows if row.connector == "instagram_ads" and row.is_instagram}

    def counts(row: AdRow) -> bool:
        if row.connector == "instagram_ads":
            return row.is_instagram and row.account_day not in whole_days
        return row.connector != "facebook_ads" or not row.is_instagram or row.account_day not in of_instagram

    return [row for row in rows if counts(row)]
