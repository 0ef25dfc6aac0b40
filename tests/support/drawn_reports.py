"""Visits, advertising, events and rates drawn at random, so that they meet the drawn orders here and there."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from drawn_stores import DAYS, FIRST, Draws, Record

NAMES = ("Summer Sale", "summer-sale", "Winter", "Brand", "Brand 2026", "Shop now", "cross-network max")
WAYS = (
    ("google", "cpc"),
    ("google", "organic"),
    ("bing", "cpc"),
    ("facebook", "paid_social"),
    ("m.facebook.com", "referral"),
    ("ig", "cpc"),
    ("linkedin", "cpc"),
    ("tiktok", "paid"),
    ("amazon", "cpc"),
    ("newsletter", "email"),
    ("(direct)", "(none)"),
    ("blog.example", "referral"),
    ("youtube", "cpm"),
)
CHANNELS = (
    "Paid Search",
    "Paid Social",
    "Paid Video",
    "Cross-network",
    "Organic Search",
    "Referral",
    "Email",
    "Display",
)
PLATFORMS = ("google", "meta", "bing", "linkedin", "tiktok", "amazon")


def day(draws: Draws) -> str:
    return (FIRST + timedelta(days=draws.randrange(DAYS))).strftime("%Y%m%d")


def iso(written: str) -> str:
    return f"{written[:4]}-{written[4:6]}-{written[6:]}"


def visit(draws: Draws) -> Record:
    source, medium = draws.choice(WAYS)
    names = [*NAMES, "(not set)", "(organic)", "101", "102", "202"]
    row: Record = {"sessionSource": source, "sessionMedium": medium, "sessionCampaignName": draws.choice(names)}
    if draws.maybe(0.5):
        row["sessionDefaultChannelGroup"] = draws.choice(CHANNELS)
    if draws.maybe(0.2):
        row["sessionCampaignId"] = draws.choice(["101", "103", "(not set)"])
    return row


def sessions(draws: Draws, rows: int) -> list[Record]:
    found = []
    for _ in range(rows):
        count = draws.randint(1, 30)
        row = visit(draws) | {"date": day(draws), "deviceCategory": draws.choice(["mobile", "desktop"])}
        row |= {"country": draws.choice(["Germany", "US", "(not set)"]), "sessions": str(count)}
        found.append(row | {"engagedSessions": str(draws.randint(0, count))})
    return unlike(found, ("sessions", "engagedSessions"))


def transactions(draws: Draws, ids: Sequence[tuple[str, str]], share: float) -> list[Record]:
    """Rows for a share of the orders; ids: each with the day of its order, on which most of them fall."""
    found = []
    for transaction_id, ordered in ids:
        left = share
        while draws.maybe(left):
            on = ordered if draws.maybe(0.7) else day(draws)
            found.append(visit(draws) | {"date": on, "transactionId": transaction_id, "purchaseRevenue": "1.5"})
            left /= 2
    return unlike(found, ("purchaseRevenue",))


def unlike(rows: Sequence[Record], figures: Sequence[str]) -> list[Record]:
    """Rows of a report differ in their dimensions, be it only in the channel group."""
    seen: dict[tuple[tuple[str, Any], ...], Record] = {}
    for row in rows:
        seen.setdefault(tuple(sorted((k, v) for k, v in row.items() if k not in figures)), row)
    return list(seen.values())


def ad_days(draws: Draws, share: float = 0.5) -> Iterator[str]:
    for number in range(DAYS):
        if draws.maybe(share):
            yield (FIRST + timedelta(days=number)).strftime("%Y-%m-%d")


def spend(draws: Draws) -> Decimal:
    return Decimal(draws.randint(0, 5_000_000)).scaleb(-5)


def meta(draws: Draws) -> list[Record]:
    """Insights of two accounts, on some days without the breakdown."""
    found = []
    for on in ad_days(draws):
        for account, currency in (("1", "USD"), ("2", "GBP")):
            split = draws.choice([("facebook", "instagram", "audience_network"), ("facebook", "instagram"), (None,)])
            for campaign in draws.sample(["201", "202", "203"], 2):
                for placement in split:
                    row: Record = {
                        "account_id": account,
                        "account_currency": currency,
                        "campaign_id": campaign,
                        "campaign_name": NAMES[int(campaign) % 3],
                        "date_start": on,
                        "date_stop": on,
                        "spend": str(spend(draws)),
                        "impressions": str(draws.randint(0, 500)),
                        "clicks": str(draws.randint(0, 50)),
                        "actions": [
                            {"action_type": "omni_purchase", "value": "2"},
                            {"action_type": "purchase", "value": "2"},
                        ],
                        "action_values": [{"action_type": "purchase", "value": str(spend(draws))}],
                    }
                    found.append(row | ({"publisher_platform": placement} if placement else {}))
    return found


def google(draws: Draws) -> list[Record]:
    found = []
    for on in ad_days(draws):
        for campaign in draws.sample(["101", "102", "103"], 2):
            metrics = {"costMicros": str(draws.randint(0, 9_999_999)), "conversions": draws.randint(0, 9) / 4}
            found.append(
                {
                    "customer": {"id": "9", "currencyCode": "EUR"},
                    "campaign": {
                        "id": campaign,
                        "name": f"{NAMES[int(campaign) % 4]}{' new' if on > '2026-02' else ''}",
                    },
                    "segments": {"date": on},
                    "metrics": metrics | {"clicks": str(draws.randint(0, 40)), "impressions": "90"},
                }
            )
    return found


def linkedin(draws: Draws) -> list[Record]:
    found = []
    for on in ad_days(draws):
        year, month, number = (int(part) for part in on.split("-"))
        start = {"year": year, "month": month, "day": number}
        found.append(
            {
                "dateRange": {"start": start, "end": start},
                "pivotValues": [f"urn:li:sponsoredCampaign:{draws.choice(['401', '402'])}"],
                "costInLocalCurrency": f"{draws.random() * 50:.9f}",
                "impressions": 30,
                "clicks": draws.randint(0, 5),
                "externalWebsiteConversions": 1,
                "conversionValueInLocalCurrency": "10.0",
            }
        )
    return found


def tiktok(draws: Draws) -> list[Record]:
    return [
        {
            "dimensions": {"campaign_id": "501", "stat_time_day": f"{on} 00:00:00"},
            "metrics": {
                "campaign_name": "Winter",
                "spend": str(spend(draws)),
                "impressions": "-" if draws.maybe(0.2) else "70",
                "clicks": "7",
                "conversion": str(draws.randint(0, 3)),
                "total_complete_payment_rate": str(spend(draws)),
            },
        }
        for on in ad_days(draws)
    ]


def amazon(draws: Draws, kind: str) -> list[Record]:
    of = "14d" if kind == "sp" else ""
    return [
        {
            "date": on,
            "campaignId": {"sp": 601, "sb": 602, "sd": 603}[kind],
            "campaignName": f"{kind} campaign",
            "campaignBudgetCurrencyCode": draws.choice(["USD", "JPY"]),
            "cost": float(spend(draws)),
            "impressions": 10,
            "clicks": 2,
            f"purchases{of}": 1,
            f"sales{of}": 20.5,
        }
        for on in ad_days(draws, 0.3)
    ]


def microsoft(draws: Draws) -> str:
    """A CSV report."""
    lines = [
        "TimePeriod,AccountId,CampaignId,CampaignName,CurrencyCode,Spend,Impressions,Clicks,ConversionsQualified,Revenue"
    ]
    for on in ad_days(draws):
        money = f"{spend(draws)},100,{draws.randint(0, 9)},0.5,{spend(draws)}"
        lines.append(f'{on},4,{draws.choice(["301", "302"])},"Brand, UK",{draws.choice(["USD", "CHF"])},{money}')
    return "\n".join(lines)


def mixpanel(draws: Draws) -> list[Record]:
    found = []
    for _ in range(200):
        time = int(draws.now().timestamp())
        properties = {"time": time, "distinct_id": f"d{draws.randint(1, 9)}", "$insert_id": f"i{draws.randint(1, 99)}"}
        found.append({"event": draws.choice(["Viewed", "Bought"]), "properties": properties})
    return [*found, *draws.sample(found, 50)]


def amplitude(draws: Draws) -> list[Record]:
    found = []
    for number in range(200):
        at = draws.now().strftime("%Y-%m-%d %H:%M:%S.%f")
        row: Record = {"event_type": draws.choice(["Opened", "Closed"]), "event_time": at, "device_id": "x"}
        found.append(row | ({"uuid": f"u{number}"} if draws.maybe(0.7) else {"$insert_id": f"i{number}"}))
    return [*found, *draws.sample(found, 30)]


def rates(draws: Draws) -> str:
    """Rates of the ECB with gaps: no weekends, none of a currency for a while."""
    lines = ["Date,USD,GBP,JPY,CHF,"]
    for number in reversed(range(-3, DAYS)):
        at = FIRST + timedelta(days=number)
        if at.weekday() < 5:
            pound = "N/A" if 10 <= number < 30 else f"0.8{draws.randint(100, 999)}"
            yen = "" if number > 35 else f"16{draws.randint(0, 9)}.{draws.randint(10, 99)}"
            lines.append(f"{at:%Y-%m-%d},1.0{draws.randint(100, 999)},{pound},{yen},0.9{draws.randint(100, 999)},")
    return "\n".join(lines)
