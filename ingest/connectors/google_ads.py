"""Google Ads, the rows of GoogleAdsService.Search and SearchStream."""

import re
from collections.abc import Iterator

from ingest.ad_reports import NULLS, OPTIONS, figures
from ingest.connector import Connector, Entity, required
from ingest.fields import FieldType, typed
from ingest.reports import stream_results

COST, CURRENCY, DAY, ID = FieldType.COST, FieldType.CURRENCY, FieldType.DAY, FieldType.ID
INTEGER, NUMBER, TEXT = FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT

_SPLIT_IDS = ("adGroup.id", "adGroupAd.ad.id", "adGroupCriterion.criterionId", "assetGroup.id")
_SPLIT_TEXTS = tuple(
    f"segments.{segment}"
    for segment in (
        "adNetworkType",
        "device",
        "hour",
        "slot",
        "clickType",
        "conversionAction",
        "conversionActionName",
        "conversionActionCategory",
        "geoTargetCountry",
        "geoTargetRegion",
        "geoTargetCity",
        "keyword.info.text",
        "keyword.info.matchType",
        "productItemId",
        "productTitle",
        "searchTermMatchType",
        "webpage",
    )
)

ROW = {
    "customer.id": ID,
    **typed(TEXT, "customer.timeZone", *_SPLIT_TEXTS),
    "customer.currencyCode": CURRENCY,
    **typed(INTEGER, "metrics.costMicros", "metrics.impressions", "metrics.clicks"),
    "metrics.conversions": NUMBER,
    "metrics.conversionsValue": COST,
}

# of a flat row the column says in which object its value stands: metrics_cost_micros, metrics.cost_micros
_OBJECTS = (
    "campaign_budget",
    "ad_group_criterion",
    "ad_group_ad",
    "ad_group",
    "asset_group",
    "campaign",
    "customer",
    "segments",
    "metrics",
)
_CUSTOMER = re.compile(r"customers/([0-9]+)").match
_CAMPAIGN = re.compile(r"customers/[0-9]+/campaigns/([0-9]+)").fullmatch
_PAGE_ONLY = frozenset({"fieldMask", "requestId", "queryResourceConsumption", "summaryRow", "nextPageToken"})


def _rows(value: object) -> Iterator[object]:
    """Rows as the REST API writes them: nested, in camel case, with the ids that resource names hold."""
    if type(value) is dict and value and value.keys() <= _PAGE_ONLY:
        # the sum of all rows, or a page without any
        return
    for row in stream_results(value):
        yield _row(row) if type(row) is dict else row


def _row(row: dict[str, object]) -> dict[str, object]:
    nested: dict[str, object] = {}
    for key, value in row.items():
        *way, last = _way(key)
        place = nested
        for step in way:
            inner = place.setdefault(_camel(step), {})
            if type(inner) is not dict:
                nested[key] = value
                break
            place = inner
        else:
            place[_camel(last)] = _camelled(value)
    _with_ids(nested)
    return nested


def _way(column: str) -> list[str]:
    """The keys that lead to a flat row's column; a nested row's key leads to itself."""
    if "." in column:
        return column.split(".")
    for name in _OBJECTS:
        if column.startswith(f"{name}_") and column not in _OBJECTS:
            return [name, column.removeprefix(f"{name}_")]
    return [column]


def _camelled(value: object) -> object:
    if type(value) is dict:
        return {_camel(key): _camelled(item) for key, item in value.items()}
    return [_camelled(item) for item in value] if type(value) is list else value


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail) if head else name


def _with_ids(row: dict[str, object]) -> None:
    """Fill in the ids of account and campaign from their resource names, which every answer holds."""
    customer, campaign = row.get("customer"), row.get("campaign")
    held = [part.get("resourceName") for part in (customer, campaign) if type(part) is dict]
    account = next((found[1] for name in held if type(name) is str and (found := _CUSTOMER(name))), None)
    if account and (customer is None or type(customer) is dict) and not (customer or {}).get("id"):
        row["customer"] = {**(customer or {}), "id": account}
    if type(campaign) is dict and not campaign.get("id"):
        name = campaign.get("resourceName")
        found = _CAMPAIGN(name) if type(name) is str else None
        if found:
            campaign["id"] = found[1]


CONNECTOR = Connector(
    name="google_ads",
    label="Google Ads",
    provides=("ads",),
    options=OPTIONS,
    entities=(
        Entity(
            shape="google_ads",
            name="ad_performance",
            kind="set",
            one=("row",),
            required=(required("segments.date", type=DAY), required("campaign.id", type=ID)),
            optional={
                **ROW,
                **typed(ID, *_SPLIT_IDS),
                **typed(TEXT, "campaign.name", "campaign.advertisingChannelType"),
            },
            id=("customer.id", "segments.date", "campaign.id"),
            id_optional=(*_SPLIT_IDS, *_SPLIT_TEXTS),
            key=(("customer.id",), ("segments.date",)),
            day=("segments.date",),
            totals=figures(["metrics.costMicros"], "metrics.impressions", "metrics.clicks", "0.000001"),
            nulls=NULLS,
            csv=True,
            unfold=_rows,
        ),
        Entity(
            shape="google_ads",
            name="campaigns",
            kind="record",
            one=("row",),
            required=(required("campaign.id", type=ID), required("campaign.name", type=TEXT)),
            optional={
                "customer.id": ID,
                **typed(TEXT, "campaign.status", "campaign.advertisingChannelType"),
            },
            id="campaign.id",
            foreign=frozenset({"segments"}),
            csv=True,
            unfold=_rows,
        ),
        Entity(
            shape="google_ads",
            name="account_performance",
            master="ad_accounts",
            kind="set",
            one=("row",),
            required=(required("segments.date", type=DAY),),
            optional=ROW,
            id=("customer.id", "segments.date"),
            id_optional=_SPLIT_TEXTS,
            key=(("customer.id",), ("segments.date",)),
            day=("segments.date",),
            totals=figures(["metrics.costMicros"], "metrics.impressions", "metrics.clicks", "0.000001"),
            foreign=frozenset({"campaign", "adGroup"}),
            nulls=NULLS,
            csv=True,
            unfold=_rows,
        ),
    ),
    traps=(
        "SearchStream answers with an array of pages, Search with one page: both are opened, a summary row is left "
        "out.",
        "Rows in snake case (client libraries) and flat ones (`metrics.cost_micros`, `metrics_cost_micros`, also as "
        "CSV) are nested into the form of the REST API before they are kept.",
        "64-bit numbers come as text, and a figure of zero may be left out: it counts as zero.",
        "Cost is in millionths of the account's currency.",
        "The account's id is taken from the resource names where `customer.id` was not asked for.",
        "Conversions are decimals, dated by the click, and only those that `metrics.conversions` includes.",
    ),
)
