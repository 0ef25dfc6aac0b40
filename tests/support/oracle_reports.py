"""Small reports of GA4 and the ad platforms, as their own tests of the oracle deliver them."""

from collections.abc import Mapping
from pathlib import Path

from oracle import Facts, SourceFolder, read_tenant
from oracle_payloads import Json


def tenant_of(folder: Path, sources: Mapping[str, Mapping[str, object]], currency: str = "USD") -> Facts:
    """A tenant in UTC; sources: by name, their settings, connector defaulting to the name; their folders are below."""
    named: dict[str, SourceFolder] = {
        name: {"connector": name, **settings, "folder": folder / name}  # type: ignore[typeddict-item]
        for name, settings in sources.items()
    }
    return read_tenant({"timezone": "UTC", "currency": currency, "sources": named})


def session(day: str, source: str, medium: str, campaign: str, sessions: int, **more: object) -> Json:
    """A row of GA4's sessions report, half of its sessions engaged; channel: the property's own group."""
    row: Json = {
        "date": day,
        "sessionSource": source,
        "sessionMedium": medium,
        "sessionCampaignName": campaign,
        "deviceCategory": "mobile",
        "country": "United States",
        "sessions": str(sessions),
        "engagedSessions": str(sessions // 2),
    }
    channel = more.pop("channel", None)
    return row | ({"sessionDefaultChannelGroup": channel} if channel else {}) | more


def transaction(day: str, transaction_id: str, source: str, medium: str, campaign: str, **more: object) -> Json:
    """A row of GA4's transactions report."""
    row = session(day, source, medium, campaign, 0, **more)
    for name in ("sessions", "engagedSessions", "deviceCategory", "country"):
        del row[name]
    return row | {"transactionId": transaction_id, "purchaseRevenue": "1.0"}


def report(*rows: Json) -> Json:
    """Rows as runReport answers them."""
    metrics = [name for name in rows[0] if name in ("sessions", "engagedSessions", "eventCount", "purchaseRevenue")]
    dimensions = [name for name in rows[0] if name not in metrics]
    return {
        "dimensionHeaders": [{"name": name} for name in dimensions],
        "metricHeaders": [{"name": name, "type": "TYPE_INTEGER"} for name in metrics],
        "rows": [
            {
                "dimensionValues": [{"value": row[name]} for name in dimensions],
                "metricValues": [{"value": row[name]} for name in metrics],
            }
            for row in rows
        ],
        "rowCount": len(rows),
        "metadata": {"currencyCode": "USD", "timeZone": "America/New_York"},
    }


def insight(day: str, spend: str, placement: str | None = None, campaign: str = "77", **more: object) -> Json:
    """A row of Meta's insights; figures are texts."""
    row: Json = {
        "account_id": "1",
        "campaign_id": campaign,
        "campaign_name": "Summer Sale",
        "date_start": day,
        "date_stop": day,
        "spend": spend,
        "impressions": "1000",
        "clicks": "50",
        "account_currency": "USD",
    }
    return row | ({"publisher_platform": placement} if placement else {}) | more


def google_row(day: str, micros: int, campaign: str = "5", name: str = "Brand", **metrics: object) -> Json:
    """A row of Google's searchStream; integers are texts and zeros are left out."""
    return {
        "customer": {"id": "9", "currencyCode": "USD", "timeZone": "America/New_York"},
        "campaign": {"resourceName": f"customers/9/campaigns/{campaign}", "id": campaign, "name": name},
        "segments": {"date": day},
        "metrics": {"costMicros": str(micros), **metrics},
    }
