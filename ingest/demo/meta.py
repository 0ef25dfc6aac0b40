"""Demo reports of Meta's Insights API (level campaign, by publisher_platform, and level account)."""

from datetime import date
from decimal import Decimal

from ingest.demo.dice import dice
from ingest.demo.marketing import AdAccount, Campaign, season
from ingest.demo.spending import Figures, Told

Payload = dict[str, object]

# one purchase under several names; accounts that never had an app lack the first
_PURCHASES = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")


def ad_performance(told: Told) -> list[Payload]:
    """The rows of one day: a campaign and platform each; every number is text."""
    return [
        {
            **_account(row.account),
            "campaign_id": row.campaign.campaign_id,
            "campaign_name": row.campaign.name_on(told.statement.told_on),
            **_figures(row.figures, f"{row.campaign.campaign_id}{row.placement.name}", row.day),
            "publisher_platform": row.placement.name,
        }
        for row in told.rows
    ]


def account_performance(account: AdAccount, day: date, total: Figures) -> Payload:
    """The account's total of a day, without any breakdown."""
    return {**_account(account), **_figures(total, account.account_id, day)}


def campaign(account: AdAccount, one: Campaign, day: date) -> Payload:
    """A campaign as it is called on a day."""
    return {
        "id": one.campaign_id,
        "account_id": account.account_id,
        "name": one.name_on(day),
        "objective": "OUTCOME_SALES",
        "status": "ACTIVE",
        "created_time": "2024-02-01T09:00:00+0100",
        "updated_time": f"{season(day)}-04-01T00:00:00+0100",
    }


def answer(rows: list[bytes]) -> bytes:
    """The API's answer."""
    cursors = b'{"cursors":{"before":"MAZDZD","after":"MTAwMAZDZD"}}'
    return b'{"data":[' + b",\n".join(rows) + b'],"paging":' + cursors + b"}"


def _account(account: AdAccount) -> Payload:
    return {"account_id": account.account_id, "account_currency": account.currency}


def _figures(figures: Figures, seed: str, day: date) -> Payload:
    link_clicks = [{"action_type": "link_click", "value": str(figures.clicks)}] if figures.clicks else []
    return {
        "date_start": day.isoformat(),
        "date_stop": day.isoformat(),
        "impressions": str(figures.impressions),
        "clicks": str(figures.clicks),
        "spend": str(figures.spend),
        **({"actions": [*link_clicks, *_purchases(figures.conversions, seed, day)]} if figures.clicks else {}),
        **({"action_values": _purchases(figures.revenue, seed, day)} if figures.revenue else {}),
    }


def _purchases(value: Decimal, seed: str, day: date) -> list[Payload]:
    """The same purchases once a variant, with the part that came within a window beside the whole."""
    if not value:
        return []
    variants = _PURCHASES if dice(seed, day).random() < 0.85 else _PURCHASES[1:]
    return [{"action_type": variant, "value": str(value), "7d_click": str(value)} for variant in variants]
