"""Demo reports of TikTok's integrated report: pages with a code, every number as text, `-` for what there is not."""

from datetime import date

from ingest.demo.folder import Payload, encoded
from ingest.demo.marketing import AdAccount
from ingest.demo.spending import Figures, Told

_PAGE = 50


def ad_performance(told: Told) -> list[Payload]:
    """The rows of one day, a campaign each."""
    return [
        {
            "dimensions": {"campaign_id": row.campaign.campaign_id, "stat_time_day": f"{row.day} 00:00:00"},
            "metrics": {
                "campaign_name": row.campaign.name_on(told.statement.told_on),
                "currency": row.account.currency,
                **_metrics(row.figures),
            },
        }
        for row in told.rows
    ]


def account_performance(account: AdAccount, day: date, total: Figures) -> Payload:
    """The advertiser's total of a day."""
    return {
        "dimensions": {"advertiser_id": account.account_id, "stat_time_day": f"{day} 00:00:00"},
        "metrics": {"currency": account.currency, **_metrics(total)},
    }


def pages(rows: list[bytes]) -> bytes:
    """The answers of the API, a page a line."""
    parts = [rows[start : start + _PAGE] for start in range(0, len(rows), _PAGE)]
    return b"".join(_page(part, number, len(parts), len(rows)) + b"\n" for number, part in enumerate(parts, 1))


def _page(rows: list[bytes], number: int, count: int, total: int) -> bytes:
    info = encoded({"page": number, "page_size": _PAGE, "total_number": total, "total_page": count})
    head = b'{"code":0,"message":"OK","request_id":"20261001%04d","data":{"page_info":' % number
    return head + info + b',"list":[' + b",".join(rows) + b"]}}"


def _metrics(figures: Figures) -> Payload:
    purchases = str(int(figures.conversions))
    return {
        "spend": str(figures.spend),
        "impressions": str(figures.impressions),
        "clicks": str(figures.clicks),
        "conversion": purchases,
        "complete_payment": purchases if figures.conversions else "-",
        "total_complete_payment_rate": str(figures.revenue) if figures.conversions else "-",
    }
