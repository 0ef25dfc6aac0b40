"""Google Analytics 4, three reports of the Data API: sessions, transactions and events by day."""

from collections.abc import Iterator

from ingest.connector import Connector, Entity, Personal, Total, required
from ingest.fields import FieldType, typed
from ingest.reports import ga4_rows

BOOLEAN, COST, CURRENCY, DAY = FieldType.BOOLEAN, FieldType.COST, FieldType.CURRENCY, FieldType.DAY
ID, INTEGER, NUMBER, TEXT = FieldType.ID, FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT

_PROPERTY = ("propertyId", "property_id")
_SESSION = (
    "sessionSource",
    "sessionMedium",
    "sessionSourceMedium",
    "sessionCampaignId",
    "sessionCampaignName",
    "sessionDefaultChannelGroup",
    "sessionPrimaryChannelGroup",
    "sessionManualAdContent",
    "sessionManualTerm",
    "sessionGoogleAdsCampaignId",
    "sessionGoogleAdsCampaignName",
)
_VISITOR = (
    "deviceCategory",
    "country",
    "countryId",
    "region",
    "city",
    "browser",
    "operatingSystem",
    "platform",
    "language",
    "newVsReturning",
    "hostName",
    "landingPage",
    "landingPagePlusQueryString",
    "streamId",
    "streamName",
    "hour",
)
# what a response's row is split by beside the columns above: name=value, joined by |
_OTHERS = "_dimensions"
_NAMED = frozenset({"date", "transactionId", "eventName", *_PROPERTY, *_SESSION, *_VISITOR})

SHARED = {
    **typed(ID, *_PROPERTY, "sessionCampaignId", "sessionGoogleAdsCampaignId"),
    **typed(TEXT, *(name for name in (*_SESSION, *_VISITOR, _OTHERS) if not name.endswith("CampaignId"))),
    "_metadata.timeZone": TEXT,
    "_metadata.currencyCode": CURRENCY,
    **typed(BOOLEAN, "_metadata.dataLossFromOtherRow", "_metadata.subjectToThresholding"),
}
# a session is in several rows of a report that is split by one of these
_NOT_OF_A_SESSION = frozenset(
    {
        "dateRange",
        "eventName",
        "transactionId",
        "pagePath",
        "pagePathPlusQueryString",
        "pageTitle",
        "pageLocation",
        "unifiedScreenName",
        "unifiedScreenClass",
        "unifiedPagePathScreen",
        "contentGroup",
        "itemId",
        "itemName",
    }
)
# the report's own metadata; under that key other vendors put what they know of an order
PERSONAL = Personal(kept=frozenset({"_metadata"}))


def _rows(value: object) -> Iterator[object]:
    """Flat rows; one of a response split by a column that is not known says so under _dimensions."""
    if type(value) is dict and type(value.get("reports")) is list:
        for report in value["reports"]:
            yield from _rows(report)
        return
    headers = value.get("dimensionHeaders") if type(value) is dict else None
    names = [header.get("name") for header in headers if type(header) is dict] if type(headers) is list else []
    others = [name for name in names if type(name) is str and name not in _NAMED]
    for row in ga4_rows(value):
        if others and type(row) is dict:
            row[_OTHERS] = "|".join(f"{name}={row.get(name)}" for name in others)
        yield row


CONNECTOR = Connector(
    name="google_analytics",
    label="Google Analytics",
    provides=("google_analytics", "events"),
    options=frozenset({"property_id", "timezone"}),
    entities=(
        Entity(
            shape="google_analytics",
            name="sessions",
            kind="set",
            one=("row",),
            required=(required("date", type=DAY), required("sessions", type=INTEGER)),
            optional={**SHARED, "engagedSessions": INTEGER},
            id="date",
            id_optional=(*_PROPERTY, *_SESSION, *_VISITOR, _OTHERS),
            key=(_PROPERTY, ("date",)),
            day=("date",),
            totals={"sessions": Total(("sessions",)), "engaged_sessions": Total(("engagedSessions",))},
            foreign=_NOT_OF_A_SESSION,
            personal=PERSONAL,
            csv=True,
            unfold=_rows,
        ),
        Entity(
            shape="google_analytics",
            name="transactions",
            kind="set",
            one=("row",),
            required=(
                required("date", type=DAY),
                required("transactionId", "purchaseRevenue", "ecommercePurchases", "transactions", type=ID),
            ),
            optional={
                **SHARED,
                **typed(COST, "purchaseRevenue", "totalRevenue"),
                **typed(NUMBER, "ecommercePurchases", "transactions"),
            },
            id=("date", "transactionId"),
            id_optional=(*_PROPERTY, *_SESSION, *_VISITOR, _OTHERS),
            key=(_PROPERTY, ("date",)),
            day=("date",),
            foreign=frozenset({"dateRange", "eventName"}),
            personal=PERSONAL,
            csv=True,
            unfold=_rows,
        ),
        Entity(
            shape="google_analytics",
            name="events",
            kind="set",
            one=("row",),
            required=(
                required("date", type=DAY),
                required("eventName", type=TEXT),
                required("eventCount", type=INTEGER),
            ),
            optional=SHARED,
            id=("date", "eventName"),
            id_optional=(*_PROPERTY, *_SESSION, *_VISITOR, _OTHERS),
            key=(_PROPERTY, ("date",)),
            day=("date",),
            totals={"events": Total(("eventCount",))},
            foreign=frozenset({"dateRange"}),
            personal=PERSONAL,
            csv=True,
            unfold=_rows,
        ),
    ),
    traps=(
        "Answers of runReport and batchRunReports become flat rows, each with its report's metadata (time zone, "
        "currency, sampling, thresholding, data lost to `(other)`) under `_metadata`; flat rows are read as well.",
        "Every number comes as text; a report without rows leaves `rows` out.",
        "A day is the property's own. An answer holds 10,000 rows unless a limit is given: all pages of a day belong "
        "into one file, or its parts.",
        "A sessions report split by page, event, item or transaction would count a session several times: such rows go "
        "to quarantine.",
        "`purchaseRevenue` has refunds taken out: it is never an order's total.",
        "Several date ranges in one report repeat days: such rows go to quarantine.",
        "Columns that split a row are part of its id, those that are not known here as well.",
    ),
)
