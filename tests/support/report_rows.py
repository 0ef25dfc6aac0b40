"""Rows of reports: visits and transactions of Google Analytics, and what advertising platforms say of a day."""

from typing import Any

from story import Record


def visit(
    day: str, source: str, medium: str, campaign: str = "(not set)", sessions: int = 1, group: str = "", **more: Any
) -> Record:
    """A row of the sessions report; group: the property's own channel group, none where it is blank."""
    return {
        "date": day.replace("-", ""),
        "sessionSource": source,
        "sessionMedium": medium,
        "sessionCampaignName": campaign,
        **({"sessionDefaultChannelGroup": group} if group else {}),
        "sessions": str(sessions),
        "engagedSessions": str(more.pop("engaged", 0)),
    } | more


def transaction(
    day: str, number: int | str, source: str, medium: str, campaign: str = "(not set)", group: str = "", **more: Any
) -> Record:
    """A row of the transactions report."""
    return {
        "date": day.replace("-", ""),
        "transactionId": str(number),
        "sessionSource": source,
        "sessionMedium": medium,
        "sessionCampaignName": campaign,
        **({"sessionDefaultChannelGroup": group} if group else {}),
        "purchaseRevenue": "1.00",
    } | more


def google(day: str, campaign: str, spend: float | str, *, account: str = "1", name: str = "", **more: Any) -> Record:
    """A row of Google Ads; spend: in the account's currency; more: other metrics, and currencyCode."""
    micros = str(round(float(spend) * 1_000_000))
    currency = more.pop("currency", "USD")
    return {
        "customer": {"id": account, "currencyCode": currency},
        "campaign": {"id": campaign, "name": name or f"Google {campaign}"},
        "segments": {"date": day},
        "metrics": {"costMicros": micros, **more},
    }


def meta(day: str, campaign: str, spend: str, platform: str | None = None, *, account: str, **more: Any) -> Record:
    """A row of Meta's Insights; platform: publisher_platform, where the report is split by it."""
    return {
        "account_id": account,
        "account_currency": "USD",
        "campaign_id": campaign,
        "campaign_name": f"Meta {campaign}",
        "date_start": day,
        "date_stop": day,
        "spend": spend,
        "impressions": "100",
        "clicks": "1",
        **({"publisher_platform": platform} if platform else {}),
    } | more
