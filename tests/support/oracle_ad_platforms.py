"""How each ad platform writes its reports and campaigns."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from oracle_ads import AdSource, Report, read_campaigns, read_rows
from oracle_fields import Json, at, day, figure, first, word
from oracle_files import Unfold, records
from oracle_sets import served

PURCHASES = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
    "onsite_web_purchase",
    "onsite_conversion.purchase",
    "app_custom_event.fb_mobile_purchase",
)
"""Names under which Meta repeats one and the same purchase; the first that a row has is taken."""


def purchase(payload: Json, name: str) -> Decimal | None:
    actions = payload.get(name)
    by_type = {one.get("action_type"): one for one in actions} if isinstance(actions, list) else {}
    return next((figure(by_type[kind], "value") for kind in PURCHASES if kind in by_type), None)


def figures(*paths: str) -> Callable[[Json], Decimal | None]:
    return lambda payload: figure(payload, *paths)


def words(*paths: str) -> Callable[[Json], str | None]:
    return lambda payload: word(payload, *paths)


def micros(*paths: str) -> Callable[[Json], Decimal | None]:
    """Millionths; a figure of zero is left out of the platform's answer."""
    return lambda payload: (figure(payload, *paths) or Decimal(0)).scaleb(-6)


def last(*paths: str) -> Callable[[Json], str | None]:
    """An id that may be the end of a resource's name or of a urn, `customers/1/campaigns/2`, `urn:li:…:2`."""

    def read(payload: Json) -> str | None:
        value = first(payload, *paths)
        if isinstance(value, list):
            value = value[0] if value else None
        return None if value is None else str(value).strip().rpartition("/")[2].rpartition(":")[2] or None

    return read


def members(*paths: str) -> Unfold:
    """The rows of an answer that holds them as a list at one of these paths, page by page; else the value itself."""

    def unfold(values: Iterable[object]) -> Iterable[object]:
        for value in values:
            inside = value if isinstance(value, list) else None
            if isinstance(value, dict):
                inside = next((held for path in paths if isinstance(held := at(value, path), list)), None)
            if inside is None:
                yield value
            else:
                yield from unfold(inside)

    return unfold


META = Report(
    entity="ad_performance",
    account=("account_id",),
    day=lambda payload: day(payload, "date_start"),
    campaign=last("campaign_id"),
    name=("campaign_name",),
    currency=words("account_currency"),
    spend=figures("spend"),
    impressions=("impressions",),
    clicks=("clicks",),
    conversions=lambda payload: purchase(payload, "actions"),
    revenue=lambda payload: purchase(payload, "action_values"),
    breakdowns=(
        *("adset_id", "ad_id", "publisher_platform", "platform_position", "impression_device", "device_platform"),
        *("age", "gender", "country", "region"),
    ),
    unfold=members("data"),
)
GOOGLE = Report(
    entity="ad_performance",
    account=("customer.id", "customer.resourceName"),
    day=lambda payload: day(payload, "segments.date"),
    campaign=last("campaign.id", "campaign.resourceName"),
    name=("campaign.name",),
    currency=words("customer.currencyCode"),
    spend=micros("metrics.costMicros"),
    impressions=("metrics.impressions",),
    clicks=("metrics.clicks",),
    conversions=figures("metrics.conversions"),
    revenue=figures("metrics.conversionsValue"),
    breakdowns=("segments.device", "segments.adNetworkType"),
    unfold=members("results"),
)
MICROSOFT = Report(
    entity="ad_performance",
    account=("AccountId",),
    day=lambda payload: day(payload, "TimePeriod"),
    campaign=last("CampaignId"),
    name=("CampaignName",),
    currency=words("CurrencyCode"),
    spend=figures("Spend"),
    impressions=("Impressions",),
    clicks=("Clicks",),
    conversions=figures("ConversionsQualified", "Conversions"),
    revenue=figures("Revenue"),
    breakdowns=("DeviceType", "Network"),
    unfold=members("value", "data"),
    header="TimePeriod",
)
LINKEDIN = Report(
    entity="ad_performance",
    account=("account",),
    day=lambda payload: day(payload, "dateRange.start"),
    campaign=last("pivotValues", "pivotValue"),
    name=(),
    currency=lambda payload: (
        "USD" if first(payload, "costInLocalCurrency") is None and "costInUsd" in payload else None
    ),
    spend=figures("costInLocalCurrency", "costInUsd"),
    impressions=("impressions",),
    clicks=("clicks",),
    conversions=figures("externalWebsiteConversions"),
    revenue=figures("conversionValueInLocalCurrency"),
    unfold=members("elements"),
)
TIKTOK = Report(
    entity="ad_performance",
    account=("dimensions.advertiser_id", "metrics.advertiser_id", "advertiser_id"),
    day=lambda payload: day(payload, "dimensions.stat_time_day"),
    campaign=last("dimensions.campaign_id", "metrics.campaign_id"),
    name=("metrics.campaign_name", "dimensions.campaign_name"),
    currency=words("metrics.currency", "dimensions.currency"),
    spend=figures("metrics.spend"),
    impressions=("metrics.impressions",),
    clicks=("metrics.clicks",),
    conversions=figures("metrics.conversion", "metrics.complete_payment"),
    revenue=figures("metrics.total_complete_payment_rate"),
    unfold=members("data.list", "list"),
)


def amazon(entity: str, conversions: tuple[str, ...], revenue: tuple[str, ...]) -> Report:
    return Report(
        entity=entity,
        account=("accountId", "profileId"),
        day=lambda payload: day(payload, "date"),
        campaign=last("campaignId"),
        name=("campaignName",),
        currency=words("campaignBudgetCurrencyCode"),
        spend=figures("cost", "spend"),
        impressions=("impressions",),
        clicks=("clicks",),
        conversions=figures(*conversions),
        revenue=figures(*revenue),
        unfold=members("data"),
    )


REPORTS: Mapping[str, tuple[Report, ...]] = {
    "facebook_ads": (META,),
    "instagram_ads": (META,),
    "google_ads": (GOOGLE,),
    "bing_ads": (MICROSOFT,),
    "linkedin_ads": (LINKEDIN,),
    "tiktok_ads": (TIKTOK,),
    "amazon_ads": (
        amazon("sp_campaigns", ("purchases14d",), ("sales14d",)),
        amazon("sb_campaigns", ("purchases",), ("sales",)),
        amazon("sd_campaigns", ("purchases",), ("sales",)),
    ),
}
CAMPAIGN_NAMES = ("name", "campaign.name", "campaign_name", "campaignName", "Name", "CampaignName")
CAMPAIGN_LISTS = ("results", "elements", "data.list", "data", "list", "campaigns", "value")


def ad_source(source_name: str, connector: str, folder: Path, account_id: str | None, currency: str | None) -> AdSource:
    """An ad account with the rows and campaigns in its folder."""
    source = AdSource(source_name, connector, account_id, currency.upper() if currency else None)
    for report in REPORTS[connector]:
        source.rows.extend(read_rows(source, folder, report))
    source.campaigns.extend(read_campaigns(source, folder, CAMPAIGN_NAMES, members(*CAMPAIGN_LISTS)))
    return source


def account_totals(folder: Path, report: Report) -> dict[date, Decimal]:
    """What a platform says that its accounts spent, by day; a report of accounts is written as that of campaigns is."""
    found = served(
        records(folder, "account_performance", (), report.unfold, report.header),
        key=report.day,
        identity=lambda payload: word(payload, *report.account) or "",
        parse=lambda payload: report.spend(payload) or Decimal(0),
    )
    return {day: sum((one.value for one in held), Decimal(0)) for day, held in found.items()}
