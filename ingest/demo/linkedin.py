"""Demo reports of LinkedIn's adAnalytics: elements without a name, amounts as text with more decimals than cents."""

from datetime import UTC, date, datetime

from ingest.demo.folder import Payload
from ingest.demo.marketing import AdAccount, Campaign, season
from ingest.demo.spending import Figures, Told


def ad_performance(told: Told) -> list[Payload]:
    """The elements of one day, pivoted by campaign."""
    return [_element(f"urn:li:sponsoredCampaign:{row.campaign.campaign_id}", row.day, row.figures) for row in told.rows]


def account_performance(account: AdAccount, day: date, total: Figures) -> Payload:
    """The element of a day, pivoted by account."""
    return _element(f"urn:li:sponsoredAccount:{account.account_id}", day, total)


def campaign(account: AdAccount, one: Campaign, day: date) -> Payload:
    """A campaign as it is called on a day; its report says only its id."""
    changed = datetime(season(day), 4, 1, tzinfo=UTC)
    created = datetime(2024, 2, 1, tzinfo=UTC)
    return {
        "id": int(one.campaign_id),
        "account": f"urn:li:sponsoredAccount:{account.account_id}",
        "name": one.name_on(day),
        "status": "ACTIVE",
        "type": "SPONSORED_UPDATES",
        "costType": "CPM",
        "unitCost": {"currencyCode": account.currency, "amount": "4.00"},
        "changeAuditStamps": {
            "created": {"time": int(created.timestamp()) * 1000},
            "lastModified": {"time": int(changed.timestamp()) * 1000},
        },
    }


def elements(rows: list[bytes]) -> bytes:
    """The API's answer."""
    return b'{"paging":{"start":0,"count":10,"links":[]},"elements":[' + b",\n".join(rows) + b"]}"


def _element(pivot: str, day: date, figures: Figures) -> Payload:
    on = {"year": day.year, "month": day.month, "day": day.day}
    return {
        "dateRange": {"start": on, "end": on},
        "pivotValues": [pivot],
        "costInLocalCurrency": str(figures.spend),
        "impressions": figures.impressions,
        "clicks": figures.clicks,
        "externalWebsiteConversions": int(figures.conversions),
        "conversionValueInLocalCurrency": str(figures.revenue),
    }
