"""Microsoft Advertising, Reporting v13: campaign and account performance reports, and the campaigns themselves."""

import re

from ingest.ad_reports import NULLS, OPTIONS, figures, pages
from ingest.connector import Connector, Entity, required
from ingest.fields import FieldType, typed

COST, CURRENCY, DAY, ID = FieldType.COST, FieldType.CURRENCY, FieldType.DAY, FieldType.ID
INTEGER, NUMBER, TEXT = FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT

_SPLIT_IDS = ("AdGroupId", "AdId", "KeywordId", "AssetGroupId", "GoalId")
_SPLIT_TEXTS = (
    "AdDistribution",
    "Network",
    "DeviceType",
    "DeviceOS",
    "TopVsOther",
    "BidMatchType",
    "DeliveredMatchType",
    "Language",
    "Country",
    "Goal",
    "GoalType",
)
_FIGURES = {
    **typed(COST, "Spend", "Revenue"),
    **typed(NUMBER, "ConversionsQualified", "Conversions"),
    **typed(INTEGER, "Impressions", "Clicks"),
}

REPORT = {
    "AccountId": ID,
    **typed(TEXT, *_SPLIT_TEXTS),
    "CurrencyCode": CURRENCY,
    **_FIGURES,
}

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?").fullmatch


def _row(row: dict[str, object]) -> dict[str, object]:
    """The row with 1,000.00 written as 1000.00 in its figures: format 1.0, the default, groups digits by commas."""
    for column in _FIGURES.keys() & row.keys():
        value = row[column]
        if type(value) is str and _GROUPED(value):
            row[column] = value.replace(",", "")
    return row


CONNECTOR = Connector(
    name="bing_ads",
    label="Microsoft Advertising",
    provides=("ads",),
    options=OPTIONS,
    entities=(
        Entity(
            shape="bing_ads",
            name="ad_performance",
            kind="set",
            one=("row",),
            required=(
                required("TimePeriod", type=DAY),
                required("CampaignId", type=ID),
                required("Spend", type=COST),
            ),
            optional={**REPORT, **typed(ID, *_SPLIT_IDS), "CampaignName": TEXT},
            id=("AccountId", "TimePeriod", "CampaignId"),
            id_optional=(*_SPLIT_IDS, *_SPLIT_TEXTS),
            key=(("AccountId",), ("TimePeriod",)),
            day=("TimePeriod",),
            totals=figures(["Spend"], "Impressions", "Clicks"),
            nulls=NULLS,
            csv=True,
            unfold=pages("rows", _row),
        ),
        Entity(
            shape="bing_ads",
            name="campaigns",
            kind="record",
            one=("campaign",),
            required=(
                required("Id", "CampaignId", type=ID),
                required("Name", "CampaignName", type=TEXT),
            ),
            optional=typed(TEXT, "Status", "CampaignStatus"),
            id="Id",
            id_else=("CampaignId",),
            foreign=frozenset({"TimePeriod", "Spend"}),
            csv=True,
            unfold=pages("Campaigns", lambda row: row),
        ),
        Entity(
            shape="bing_ads",
            name="account_performance",
            master="ad_accounts",
            kind="set",
            one=("row",),
            required=(required("TimePeriod", type=DAY), required("Spend", type=COST)),
            optional=REPORT,
            id=("AccountId", "TimePeriod"),
            id_optional=_SPLIT_TEXTS,
            key=(("AccountId",), ("TimePeriod",)),
            day=("TimePeriod",),
            totals=figures(["Spend"], "Impressions", "Clicks"),
            foreign=frozenset({"CampaignId", "AdGroupId"}),
            nulls=NULLS,
            csv=True,
            unfold=pages("rows", _row),
        ),
    ),
    traps=(
        "The days of a report are UTC days, whatever ReportTimeZone says.",
        "Only reports with Aggregation Daily are right: hourly stamps (`2020-03-15|7`) go to quarantine, weekly and "
        "monthly ones cannot be told from days.",
        "Format 1.0, the default, writes 1,000.00: the commas are taken out.",
        "The lines above and below the table (report name, copyright) are no rows.",
        "`ConversionsQualified` (decimal) counts where it is given, else `Conversions`.",
    ),
)
