"""Demo reports of the Google Analytics Data API (runReport): dimensions and metrics as text, in pages."""

from collections.abc import Callable, Sequence

from ingest.demo.attendance import SessionRow, TransactionRow
from ingest.demo.folder import Payload, encoded
from ingest.demo.marketing import Property

_GROUP = "sessionDefaultChannelGroup"
_CAMPAIGN = ("sessionSource", "sessionMedium", "sessionCampaignName", "sessionCampaignId")
_METRICS = {
    "sessions": ("sessions", "engagedSessions"),
    "transactions": ("purchaseRevenue", "transactions"),
    "events": ("eventCount",),
}
_PAGE = 2_500

Names = tuple[tuple[str, ...], tuple[str, ...]]


def names(report: str, one: Property) -> Names:
    """The dimensions and metrics that were asked for."""
    group = (_GROUP,) if report in one.groups else ()
    dimensions = {
        "sessions": ("date", *group, *_CAMPAIGN, "deviceCategory", "country"),
        "transactions": ("date", "transactionId", *group, *_CAMPAIGN),
        "events": ("date", "eventName"),
    }
    return dimensions[report], _METRICS[report]


def session(row: SessionRow, one: Property) -> list[str]:
    """The values of a sessions row, in the order of `names`."""
    key = row.key
    group = [key.channel] if "sessions" in one.groups else []
    where = [key.source, key.medium, key.campaign, key.campaign_id, key.device, key.country]
    return [f"{row.day:%Y%m%d}", *group, *where, str(row.sessions), str(row.engaged)]


def transaction(row: TransactionRow, one: Property) -> list[str]:
    """The values of a transactions row; its revenue is what the page said, in the buyer's currency or the shop's."""
    touch = row.touch
    group = [touch.channel] if "transactions" in one.groups else []
    came = [touch.source, touch.medium, touch.campaign_on(row.day), touch.campaign_id]
    revenue = str(row.visit.placed.total) if row.visit else "0"
    return [f"{row.day:%Y%m%d}", row.transaction_id, *group, *came, revenue, "1"]


def rows_of(values: Sequence[str], called: Names) -> Payload:
    """A row as runReport gives it."""
    count = len(called[0])
    return {
        "dimensionValues": [{"value": value} for value in values[:count]],
        "metricValues": [{"value": value} for value in values[count:]],
    }


def flat(values: Sequence[str], called: Names) -> Payload:
    """A row as those keep it who lay the answer's columns and values side by side."""
    return dict(zip([*called[0], *called[1]], values, strict=True))


def paged(called: Names, one: Property, currency: str, layout: str) -> Callable[[list[bytes]], bytes]:
    """Rows → a file. layout: `lines` (a page a line), `array` (of pages), `batch` (batchRunReports), `single`."""
    dimensions, metrics = called
    kinds = {"metrics": "TYPE_INTEGER", "purchaseRevenue": "TYPE_CURRENCY"}
    head = encoded(
        {
            "dimensionHeaders": [{"name": name} for name in dimensions],
            "metricHeaders": [{"name": name, "type": kinds.get(name, kinds["metrics"])} for name in metrics],
        }
    )[:-1]
    metadata = encoded({"currencyCode": currency, "timeZone": one.timezone})

    def page(rows: list[bytes], count: int) -> bytes:
        tail = b'],"rowCount":%d,"metadata":%s,"kind":"analyticsData#runReport"}' % (count, metadata)
        return head + b',"rows":[' + b",".join(rows) + tail

    def pages(rows: list[bytes]) -> list[bytes]:
        size = len(rows) if layout == "single" else _PAGE
        return [page(rows[start : start + size], len(rows)) for start in range(0, len(rows), size)]

    def written(rows: list[bytes]) -> bytes:
        if layout == "lines":
            return b"".join(text + b"\n" for text in pages(rows))
        inside = b",\n".join(pages(rows))
        if layout == "batch":
            return b'{"reports":[' + inside + b'],"kind":"analyticsData#batchRunReports"}'
        return b"[" + inside + b"]" if layout == "array" else inside

    return written
