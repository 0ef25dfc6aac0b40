"""TikTok Ads: rows of report/integrated/get by campaign and by advertiser, and the campaigns."""

from collections.abc import Iterator

from ingest.ad_reports import NULLS, OPTIONS, PERSONAL, figures
from ingest.connector import Connector, Entity, required
from ingest.fields import FieldType, typed
from ingest.reports import tiktok_rows

COST, CURRENCY, DAY, ID = FieldType.COST, FieldType.CURRENCY, FieldType.DAY, FieldType.ID
INTEGER, NUMBER, TEXT, UTC_INSTANT = FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT, FieldType.UTC_INSTANT

_SPLIT_IDS = ("dimensions.adgroup_id", "dimensions.ad_id", "dimensions.image_id", "dimensions.item_group_id")
_SPLIT_TEXTS = tuple(
    f"dimensions.{dimension}"
    for dimension in (
        "gender",
        "age",
        "country_code",
        "province_id",
        "dma_id",
        "language",
        "ac",
        "platform",
        "placement",
        "placement_id",
        "device_brand_id",
        "interest_category",
        "interest_category_v2",
        "behavior_id",
        "contextual_tag",
        "search_terms",
        "post_id",
    )
)
_DIMENSIONS = frozenset(
    {
        "campaign_id",
        "advertiser_id",
        "stat_time_day",
        "stat_time_hour",
        *(path.removeprefix("dimensions.") for path in (*_SPLIT_IDS, *_SPLIT_TEXTS)),
    }
)

ROW = {
    **typed(ID, "advertiser_id", "dimensions.advertiser_id", "metrics.advertiser_id"),
    **typed(TEXT, *_SPLIT_TEXTS),
    "metrics.currency": CURRENCY,
    **typed(INTEGER, "metrics.impressions", "metrics.clicks"),
    **typed(NUMBER, "metrics.conversion", "metrics.complete_payment"),
    # the misnamed total value of payments
    "metrics.total_complete_payment_rate": COST,
}
_ACCOUNT = ("dimensions.advertiser_id", "metrics.advertiser_id", "advertiser_id")


def _rows(value: object) -> Iterator[object]:
    """Rows with their `dimensions` and `metrics` apart, as the API gives them; flat ones are parted."""
    for row in tiktok_rows(value):
        if type(row) is dict and not row.keys() & {"dimensions", "metrics"}:
            yield {
                "dimensions": {key: held for key, held in row.items() if key in _DIMENSIONS},
                "metrics": {key: held for key, held in row.items() if key not in _DIMENSIONS},
            }
        else:
            yield row


CONNECTOR = Connector(
    name="tiktok_ads",
    label="TikTok Ads",
    provides=("ads",),
    options=OPTIONS,
    entities=(
        Entity(
            shape="tiktok_ads",
            name="ad_performance",
            kind="set",
            one=("row",),
            required=(
                required("dimensions.stat_time_day", type=DAY),
                required("dimensions.campaign_id", "metrics.campaign_id", type=ID),
                required("metrics.spend", type=COST),
            ),
            optional={**ROW, **typed(ID, *_SPLIT_IDS), "metrics.campaign_name": TEXT},
            id=("dimensions.stat_time_day", "dimensions.campaign_id"),
            id_optional=(*_SPLIT_IDS, *_SPLIT_TEXTS),
            key=(_ACCOUNT, ("dimensions.stat_time_day",)),
            day=("dimensions.stat_time_day",),
            totals=figures(["metrics.spend"], "metrics.impressions", "metrics.clicks"),
            nulls=NULLS,
            personal=PERSONAL,
            csv=True,
            unfold=_rows,
        ),
        Entity(
            shape="tiktok_ads",
            name="campaigns",
            kind="record",
            one=("campaign",),
            required=(required("campaign_id", type=ID), required("campaign_name", type=TEXT)),
            optional={"advertiser_id": ID, **typed(UTC_INSTANT, "create_time", "modify_time")},
            id="campaign_id",
            updated_at="modify_time",
            foreign=frozenset({"dimensions", "metrics", "stat_time_day", "spend"}),
            nulls=NULLS,
            csv=True,
            unfold=tiktok_rows,
        ),
        Entity(
            shape="tiktok_ads",
            name="account_performance",
            master="ad_accounts",
            kind="set",
            one=("row",),
            required=(
                required("dimensions.stat_time_day", type=DAY),
                required("metrics.spend", type=COST),
            ),
            optional=ROW,
            id=("dimensions.stat_time_day", "dimensions.advertiser_id"),
            id_optional=_SPLIT_TEXTS,
            key=(_ACCOUNT, ("dimensions.stat_time_day",)),
            day=("dimensions.stat_time_day",),
            totals=figures(["metrics.spend"], "metrics.impressions", "metrics.clicks"),
            nulls=NULLS,
            personal=PERSONAL,
            csv=True,
            unfold=_rows,
        ),
    ),
    traps=(
        "The API answers 200 whatever happened: an answer whose `code` is not 0 goes to quarantine with its message.",
        "`-` stands for no value.",
        "The day is a midnight (`2026-10-01 00:00:00`) in the advertiser's time zone.",
        "The value of purchases is `total_complete_payment_rate`, which is no rate.",
        "Flat rows (CSV) are parted into `dimensions` and `metrics` before they are kept.",
        "The advertiser stands in no row unless it was asked for as a dimension: one source is one advertiser.",
    ),
)
