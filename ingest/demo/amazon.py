"""Demo reports of Amazon Ads: an array of rows a sponsored product, brand or display report."""

from ingest.demo.folder import Payload
from ingest.demo.spending import AdRow, Told

REPORTS = ("sp_campaigns", "sb_campaigns", "sd_campaigns")


def campaigns(report: str, told: Told) -> list[Payload]:
    """The rows of one day in one report; only Sponsored Products says within how many days a sale came."""
    window = "14d" if report == "sp_campaigns" else ""
    return [_row(row, told, window) for row in told.rows if row.campaign.kind == report]


def _row(row: AdRow, told: Told, window: str) -> Payload:
    figures = row.figures
    return {
        "date": row.day.isoformat(),
        "campaignName": row.campaign.name_on(told.statement.told_on),
        # a number in one report, text in another
        "campaignId": int(row.campaign.campaign_id) if window else row.campaign.campaign_id,
        "campaignStatus": "ENABLED",
        "campaignBudgetCurrencyCode": row.account.currency,
        "cost": figures.spend,
        "impressions": figures.impressions,
        "clicks": figures.clicks,
        f"purchases{window}": int(figures.conversions),
        f"sales{window}": figures.revenue,
    }
