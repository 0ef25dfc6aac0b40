"""Demo reports of the Google Ads API, as searchStream sends them: pages of results, zero fields left out."""

from datetime import date
from decimal import Decimal

from ingest.demo.folder import Payload, encoded
from ingest.demo.marketing import AdAccount
from ingest.demo.spending import Figures, Told

_FIELDS = (
    "segments.date,campaign.id,campaign.name,customer.currencyCode,metrics.costMicros,metrics.impressions,"
    "metrics.clicks,metrics.conversions,metrics.conversionsValue"
)
_MICROS = 1_000_000
_PAGE = 400


def ad_performance(told: Told) -> list[Payload]:
    """The rows of one day, a campaign each."""
    return [
        {
            "customer": _customer(row.account),
            "campaign": {
                "resourceName": f"customers/{row.account.account_id}/campaigns/{row.campaign.campaign_id}",
                "advertisingChannelType": row.campaign.kind or "SEARCH",
                "name": row.campaign.name_on(told.statement.told_on),
                "id": row.campaign.campaign_id,
            },
            "metrics": _metrics(row.figures),
            "segments": {"date": row.day.isoformat()},
        }
        for row in told.rows
    ]


def account_performance(account: AdAccount, day: date, total: Figures) -> Payload:
    """The account's total of a day (resource `customer`)."""
    return {"customer": _customer(account), "metrics": _metrics(total), "segments": {"date": day.isoformat()}}


def stream(rows: list[bytes]) -> bytes:
    """The whole answer: an array of pages."""
    pages = [rows[start : start + _PAGE] for start in range(0, len(rows), _PAGE)]
    tail = encoded({"fieldMask": _FIELDS, "requestId": "s0Me-reQuest_id"})[1:]
    return b"[" + b",\n".join(b'{"results":[' + b",".join(page) + b"]," + tail for page in pages) + b"]"


def _customer(account: AdAccount) -> Payload:
    return {
        "resourceName": f"customers/{account.account_id}",
        "id": account.account_id,
        "currencyCode": account.currency,
        "timeZone": account.timezone,
    }


def _metrics(figures: Figures) -> Payload:
    """64-bit numbers are text, doubles are numbers."""
    given: Payload = {
        "clicks": str(figures.clicks),
        "conversionsValue": figures.revenue,
        "conversions": figures.conversions,
        "costMicros": str(int(figures.spend * _MICROS)),
        "impressions": str(figures.impressions),
    }
    return {name: value for name, value in given.items() if value not in ("0", Decimal(0))}
