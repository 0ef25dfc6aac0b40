"""Amazon Ads, Reporting v3: the campaign reports of Sponsored Products, Sponsored Brands and Sponsored Display."""

from ingest.ad_reports import NULLS, OPTIONS, figures, pages
from ingest.connector import Connector, Entity, required
from ingest.fields import FieldType, typed

COST, CURRENCY, DAY, ID = FieldType.COST, FieldType.CURRENCY, FieldType.DAY, FieldType.ID
INTEGER, NUMBER, TEXT = FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT

_SPLIT_IDS = ("adGroupId", "adId", "keywordId", "targetId")
_SPLIT_TEXTS = ("placementClassification", "campaignSite", "matchType", "targeting", "searchTerm", "advertisedAsin")
_WINDOWS = ("1d", "7d", "14d", "30d")

ROW = {
    **typed(ID, "profileId", *_SPLIT_IDS),
    **typed(TEXT, "campaignName", *_SPLIT_TEXTS),
    "campaignBudgetCurrencyCode": CURRENCY,
    **typed(INTEGER, "impressions", "clicks"),
}
# Sponsored Products has a column a window, the other two have one window
WINDOWED = {
    **typed(NUMBER, *(f"purchases{window}" for window in _WINDOWS)),
    **typed(COST, *(f"sales{window}" for window in _WINDOWS)),
}
PLAIN = {**typed(NUMBER, "purchases", "purchasesClicks"), **typed(COST, "sales", "salesClicks")}


def _campaigns(name: str, sales: dict[str, FieldType], foreign: dict[str, FieldType]) -> Entity:
    return Entity(
        shape="amazon_ads",
        name=name,
        master="ad_performance",
        kind="set",
        one=("row",),
        required=(
            required("date", type=DAY),
            required("campaignId", type=ID),
            required("cost", "spend", type=COST),
        ),
        optional={**ROW, **sales},
        id=("date", "campaignId"),
        id_optional=(*_SPLIT_IDS, *_SPLIT_TEXTS),
        key=(("profileId",), ("date",)),
        day=("date",),
        totals=figures(["cost", "spend"], "impressions", "clicks"),
        foreign=frozenset(foreign),
        nulls=NULLS,
        csv=True,
        unfold=pages("rows", lambda row: row),
    )


CONNECTOR = Connector(
    name="amazon_ads",
    label="Amazon Ads",
    provides=("ads",),
    options=OPTIONS,
    entities=(
        _campaigns("sp_campaigns", WINDOWED, PLAIN),
        _campaigns("sb_campaigns", PLAIN, WINDOWED),
        _campaigns("sd_campaigns", PLAIN, WINDOWED),
    ),
    traps=(
        "Sponsored Products counts purchases and sales of 14 days after a click (`purchases14d`, `sales14d`), Brands "
        "and Display have `purchases` and `sales`: each report is an entity of its own, and one in the other's file "
        "goes to quarantine.",
        "Only DAILY reports hold `date`; a SUMMARY (`startDate`, `endDate`) goes to quarantine.",
        "Ids are numbers in some reports and text in others: they are kept as text.",
        "Grouped by ad group or placement, a campaign has several rows a day: those columns are part of the id.",
        "The profile stands in no row: one source is one profile, its currency `campaignBudgetCurrencyCode`.",
    ),
)
