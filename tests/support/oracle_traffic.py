"""The rows of ad_performance, sessions and events, from what the platforms report."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from oracle_ads import AdRow
from oracle_analytics import EventRow, SessionRow, Visit
from oracle_attribution import campaign_name
from oracle_campaigns import Campaign, CampaignKey
from oracle_conversion import converted
from oracle_countries import country_name
from oracle_facts import Row, Tenant, borne


def ad_rows(
    rows: Iterable[AdRow],
    tenant: Tenant,
    known: Mapping[CampaignKey, Campaign],
    channels: Mapping[CampaignKey, str],
) -> list[Row]:
    """A row of each report row; amounts by the rate of the ad day, NULL without one."""
    found: list[Row] = []
    for row in rows:
        campaign = known[row.family, row.campaign_id]
        currency = row.currency or tenant.currency
        ratio = tenant.rates.ratio(currency, tenant.currency, row.day)

        def reported(amount: Decimal, ratio: Fraction | None = ratio) -> Decimal | None:
            return amount if ratio == 1 else converted(amount, ratio, tenant.unit) if ratio else None

        found.append(
            {
                "source_name": row.source_name,
                "platform": row.connector,
                "ad_date": row.day,
                "channel": channels[campaign.key],
                "campaign_name": campaign.name,
                "currency": currency,
                "is_priced": ratio is not None,
                "spend_amount": reported(row.spend),
                "platform_revenue_amount": reported(row.revenue),
                "native_spend_amount": row.spend,
                "native_platform_revenue_amount": row.revenue,
                "impressions": row.impressions,
                "clicks": row.clicks,
                "platform_conversions": row.conversions,
                "campaign_id": row.campaign_id,
                "publisher_platform": row.publisher_platform,
                **borne(row.bearer),
                "is_counted": True,
            }
        )
    return found


def session_rows(
    rows: Iterable[SessionRow], channel_of: Callable[[Visit], str], known: Mapping[CampaignKey, Campaign]
) -> list[Row]:
    return [
        {
            "source_name": row.visit.source_name,
            "platform": "google_analytics",
            "session_date": row.visit.day,
            "channel": channel_of(row.visit),
            "campaign_name": campaign_name(row.visit, known),
            "device_category": row.device_category,
            "visitor_country": country_name(row.country),
            "sessions": row.sessions,
            "engaged_sessions": row.engaged,
            **borne(row.bearer),
            "is_counted": True,
        }
        for row in rows
    ]


def event_rows(rows: Iterable[EventRow]) -> list[Row]:
    return [
        {
            "source_name": row.source_name,
            "platform": row.platform,
            "event_date": row.day,
            "event_name": row.event_name,
            "event_count": row.events,
            **borne(row.bearer),
            "is_counted": True,
        }
        for row in rows
    ]
