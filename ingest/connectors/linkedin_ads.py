"""LinkedIn Ads: elements of adAnalytics by campaign and by account, and the campaigns with their names."""

from ingest.ad_reports import OPTIONS, Row, figures, pages, several_days
from ingest.connector import Connector, Entity, required
from ingest.fields import FieldType, typed
from ingest.records import BadRecord
from warehouse.errors import quoted

COST, CURRENCY, DAY, EPOCH = FieldType.COST, FieldType.CURRENCY, FieldType.DAY, FieldType.EPOCH
ID, INTEGER, NUMBER, TEXT = FieldType.ID, FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT

_SPLITS = ("pivotValues[1]", "pivotValues[2]")

ELEMENT = {
    "dateRange.end": DAY,
    **typed(ID, *_SPLITS),
    **typed(COST, "costInUsd", "conversionValueInLocalCurrency"),
    **typed(INTEGER, "impressions", "clicks"),
    "externalWebsiteConversions": NUMBER,
}


def _element(pivot: str) -> Row:
    """Checks that an element is of one day, and of what it should be by its first pivot."""

    def check(element: dict[str, object]) -> object:
        covered, pivots = element.get("dateRange"), element.get("pivotValues")
        if type(covered) is dict:
            bad = several_days(covered.get("start"), covered.get("end"))
            if bad is not None:
                return bad
        of = pivots[0] if type(pivots) is list and pivots else None
        if type(of) is str and of.startswith("urn:") and f":sponsored{pivot.capitalize()}:" not in of:
            return BadRecord(f"The row is one of {quoted(of)}; ask with {pivot.upper()} as the first pivot.")
        return element

    return check


def _report(name: str, pivot: str, master: str | None = None) -> Entity:
    return Entity(
        shape="linkedin_ads",
        name=name,
        master=master,
        kind="set",
        one=("element",),
        required=(
            required("dateRange.start", type=DAY),
            required("pivotValues[0]", type=ID),
            required("costInLocalCurrency", "costInUsd", type=COST),
        ),
        optional=ELEMENT,
        id=("dateRange.start", "pivotValues[0]"),
        id_optional=_SPLITS,
        key=(("dateRange.start",),),
        day=("dateRange.start",),
        totals=figures(["costInLocalCurrency", "costInUsd"], "impressions", "clicks"),
        unfold=pages("elements", _element(pivot)),
    )


CONNECTOR = Connector(
    name="linkedin_ads",
    label="LinkedIn Ads",
    provides=("ads",),
    options=OPTIONS,
    entities=(
        _report("ad_performance", "campaign"),
        Entity(
            shape="linkedin_ads",
            name="campaigns",
            kind="record",
            one=("campaign",),
            required=(required("id", type=ID), required("name", type=TEXT)),
            optional={
                **typed(ID, "account", "campaignGroup"),
                **typed(TEXT, "status", "type"),
                **typed(EPOCH, "changeAuditStamps.created.time", "changeAuditStamps.lastModified.time"),
                **typed(CURRENCY, "dailyBudget.currencyCode", "unitCost.currencyCode"),
            },
            updated_at="changeAuditStamps.lastModified.time",
            foreign=frozenset({"dateRange", "pivotValues"}),
            unfold=pages("elements", lambda row: row),
        ),
        _report("account_performance", "account", "ad_accounts"),
    ),
    traps=(
        "The day is an object (`dateRange.start`: year, month, day); an element that covers more than a day (a "
        "granularity other than DAILY) goes to quarantine.",
        "The campaign is a URN, the first of `pivotValues`; an element whose first pivot is something else goes to "
        "quarantine.",
        "Reports hold no names: the campaigns are a delivery of their own.",
        "Amounts come as text, in the account's currency; the account and its currency stand in no row, so they are "
        "options of the source. Where only `costInUsd` was asked for, the amount is in USD.",
        "An answer holds at most 15,000 elements and is cut off without a word: export short periods.",
    ),
)
