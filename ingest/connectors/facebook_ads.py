"""Meta's Insights API, as Facebook sees it: `GET act_<id>/insights` and `/campaigns`."""

from ingest.ad_reports import NULLS, OPTIONS, PERSONAL, figures, pages, several_days
from ingest.connector import Connector, Entity, required
from ingest.fields import FieldType, typed, under

COST, CURRENCY, DAY, ID = FieldType.COST, FieldType.CURRENCY, FieldType.DAY, FieldType.ID
INSTANT, INTEGER, NUMBER, TEXT = FieldType.INSTANT, FieldType.INTEGER, FieldType.NUMBER, FieldType.TEXT

# what a row may be split by; a column that is not named here would make two rows one
_SPLIT_IDS = ("adset_id", "ad_id", "place_page_id", "product_id")
_SPLIT_TEXTS = (
    "publisher_platform",
    "platform_position",
    "device_platform",
    "impression_device",
    "age",
    "gender",
    "country",
    "region",
    "dma",
    "frequency_value",
    "user_segment_key",
    "hourly_stats_aggregated_by_advertiser_time_zone",
    "hourly_stats_aggregated_by_audience_time_zone",
    "ad_format_asset",
    *(
        f"{asset}_asset.id"
        for asset in ("body", "call_to_action", "description", "image", "link_url", "title", "video")
    ),
)

# each window of attribution is a column of its own beside `value`
_WINDOWS = ("value", "1d_click", "7d_click", "28d_click", "1d_view", "1d_ev")

INSIGHTS = {
    "account_id": ID,
    **typed(TEXT, *_SPLIT_TEXTS),
    **typed(INTEGER, "impressions", "clicks"),
    "account_currency": CURRENCY,
    "date_stop": DAY,
    **under("actions[*]", {"action_type": TEXT}, typed(NUMBER, *_WINDOWS)),
    **under("action_values[*]", {"action_type": TEXT}, typed(COST, *_WINDOWS)),
}


def _insight(row: dict[str, object]) -> object:
    return several_days(row.get("date_start"), row.get("date_stop")) or row


def entities(shape: str) -> tuple[Entity, ...]:
    """The entities of Meta's Marketing API, which serves Facebook and Instagram alike."""
    return (
        Entity(
            shape=shape,
            name="ad_performance",
            kind="set",
            one=("insight",),
            required=(
                required("date_start", type=DAY),
                required("campaign_id", type=ID),
                required("spend", type=COST),
            ),
            optional={**INSIGHTS, **typed(ID, *_SPLIT_IDS), "campaign_name": TEXT},
            id=("account_id", "date_start", "campaign_id"),
            id_optional=(*_SPLIT_IDS, *_SPLIT_TEXTS),
            key=(("account_id",), ("date_start",)),
            day=("date_start",),
            totals=figures(["spend"], "impressions", "clicks"),
            nulls=NULLS,
            personal=PERSONAL,
            csv=True,
            unfold=pages("data", _insight),
        ),
        Entity(
            shape=shape,
            name="campaigns",
            kind="record",
            one=("campaign",),
            required=(required("id", type=ID), required("name", type=TEXT)),
            optional={**typed(ID, "account_id"), **typed(INSTANT, "created_time", "updated_time")},
            updated_at="updated_time",
            foreign=frozenset({"date_start", "spend"}),
            csv=True,
            unfold=pages("data", lambda row: row),
        ),
        Entity(
            shape=shape,
            name="account_performance",
            master="ad_accounts",
            kind="set",
            one=("insight",),
            required=(required("date_start", type=DAY), required("spend", type=COST)),
            optional=INSIGHTS,
            id=("account_id", "date_start"),
            id_optional=_SPLIT_TEXTS,
            key=(("account_id",), ("date_start",)),
            day=("date_start",),
            totals=figures(["spend"], "impressions", "clicks"),
            foreign=frozenset({"campaign_id", "adset_id", "ad_id"}),
            nulls=NULLS,
            personal=PERSONAL,
            csv=True,
            unfold=pages("data", _insight),
        ),
    )


TRAPS = (
    "Numbers come as text.",
    "A row that covers more than a day (asked for without `time_increment=1`) goes to quarantine.",
    "One purchase stands in `actions` under up to eight names (`purchase`, `omni_purchase`, "
    "`offsite_conversion.fb_pixel_purchase` …): exactly one of them is taken.",
    "`publisher_platform` decides whose a row is: `instagram` is Instagram's, everything else Facebook's, Instagram's "
    "too where no instagram_ads source has that account's rows of the day: nothing counts twice, nothing is lost.",
    "Columns that split a row (`adset_id`, `ad_id`, placement, device, age …) are part of its id.",
)

CONNECTOR = Connector(
    name="facebook_ads",
    label="Facebook Ads",
    provides=("ads",),
    options=OPTIONS,
    entities=entities("facebook_ads"),
    traps=TRAPS,
)
