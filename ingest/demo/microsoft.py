"""Demo reports of Microsoft Advertising: comma-separated, daily, days in UTC."""

import csv
import io
from datetime import date

from ingest.demo.marketing import AdAccount
from ingest.demo.spending import Figures, Told

_FIGURES = ("Spend", "Impressions", "Clicks", "ConversionsQualified", "Revenue")
AD_HEADING = ("TimePeriod", "AccountId", "CampaignId", "CampaignName", "CurrencyCode", *_FIGURES)
ACCOUNT_HEADING = ("TimePeriod", "AccountId", "AccountName", "CurrencyCode", *_FIGURES)


def ad_performance(told: Told) -> list[bytes]:
    """The lines of one day, a campaign each."""
    return [
        line(
            row.day.isoformat(),
            row.account.account_id,
            row.campaign.campaign_id,
            row.campaign.name_on(told.statement.told_on),
            row.account.currency,
            *_values(row.figures),
        )
        for row in told.rows
    ]


def account_performance(account: AdAccount, day: date, total: Figures) -> bytes:
    """The line of the account's total of a day."""
    return line(day.isoformat(), account.account_id, "Wayne Enterprises", account.currency, *_values(total))


def table(heading: tuple[str, ...], lines: list[bytes]) -> bytes:
    """A report without the vendor's lines above and below the table, with its byte-order mark."""
    return b"\xef\xbb\xbf" + line(*heading) + b"".join(lines)


def line(*values: str) -> bytes:
    """One line, every value in quotes."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(values)
    return text.getvalue().encode()


def _values(figures: Figures) -> tuple[str, ...]:
    return (
        str(figures.spend),
        str(figures.impressions),
        str(figures.clicks),
        f"{figures.conversions:.2f}",
        str(figures.revenue),
    )
