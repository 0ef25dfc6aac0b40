"""A gold of every fact, made by hand: stores, a GA4 property, ads and events that do not quite fit together."""

from collections.abc import Iterable

from gold import Row, source, three_stores

from warehouse.catalog import CatalogSource

MEASURED = ("shopify", "woo")


# the three stores of gold.py, with a property that measures two of them and begins later, ads in two currencies of
# which one has few rates, events of two sources, and a source of rates that answers nothing
FUNNEL: tuple[CatalogSource, ...] = (
    source("shopify", "shopify", "2026-01-05", "2026-03-31"),
    source("woo", "woocommerce", "2026-02-10", "2026-03-20"),
    source("shopify_eu", "shopify", "2026-03-01", "2026-03-31"),
    source("ga", "google_analytics", "2026-02-01", "2026-03-30", "google_analytics", "events", measures=MEASURED),
    source("facebook_ads", "facebook_ads", "2026-01-10", "2026-03-31", "ads"),
    source("google_ads", "google_ads", "2026-03-01", "2026-03-25", "ads"),
    source("mixpanel", "mixpanel", "2026-03-01", "2026-03-31", "events"),
    CatalogSource(name="ecb_rates", connector="ecb_rates", provides=()),
)

# order → channel and campaign; what is not here is Unattributed, an orphaned refund has neither
_ATTRIBUTED = {
    ("shopify", "1"): ("Paid Social", "Spring"),
    ("shopify", "2"): ("Direct", None),
    ("shopify", "3"): ("Email", "News"),
    ("shopify", "4"): ("Paid Search", "Brand"),
    ("woo", "1"): ("Paid Social", None),
    ("woo", "2"): ("Paid Social", "Spring"),
    ("shopify", "999"): (None, None),
}
_PAID = ("Paid Social", "Paid Search")


def funnel() -> dict[str, list[Row]]:
    """The rows of every fact, by mart."""
    return {**_stores(), "fct_ad_performance": _ads(), "fct_sessions": _sessions(), "fct_events": _events()}


def _stores() -> dict[str, list[Row]]:
    rows = three_stores()
    for row in (row for mart in rows.values() for row in mart):
        order = (str(row["source_name"]), str(row["order_id"]))
        row["channel"], row["campaign_name"] = _ATTRIBUTED.get(order, ("Unattributed", None))
    for row in rows["fct_orders"]:
        row["is_measured"] = row["source_name"] in MEASURED
        row["is_attributed_to_paid"] = row["channel"] in _PAID
    return rows


def _ads() -> list[Row]:
    def row(source_name: str, day: str, channel: str, campaign: str | None, *figures: str, rate: str | None) -> Row:
        spend, revenue, impressions, clicks, conversions = figures
        native = {"native_spend_amount": spend, "native_platform_revenue_amount": revenue}
        priced = {name.removeprefix("native_"): None if rate is None else value for name, value in native.items()}
        return {
            "source_name": source_name,
            "platform": source_name,
            "currency": "USD" if source_name == "facebook_ads" else "EUR",
            "ad_date": day,
            "channel": channel,
            "campaign_name": campaign,
            "is_priced": rate is not None,
            "impressions": int(impressions),
            "clicks": int(clicks),
            "platform_conversions": conversions,
            **native,
            **priced,
        }

    return [
        row("facebook_ads", "2026-01-10", "Paid Social", "Spring", "12.345678", "0", "1000", "17", "1.5", rate="1"),
        row("facebook_ads", "2026-01-31", "Paid Social", "Spring", "0.000001", "30.10", "7", "0", "0.333333", rate="1"),
        row("facebook_ads", "2026-02-10", "Paid Social", None, "3.10", "0", "90", "2", "0", rate="1"),
        # a channel that nothing is sold through, and a campaign that nothing was spent on
        row("facebook_ads", "2026-02-28", "Display", "Posters", "8.25", "0", "40000", "3", "0", rate="1"),
        row("facebook_ads", "2026-03-31", "Paid Social", "Rested", "0", "0", "11", "0", "0", rate="1"),
        row("google_ads", "2026-03-01", "Paid Search", "Brand", "10.00", "99.5", "500", "50", "2", rate=None),
        row("google_ads", "2026-03-02", "Paid Search", "Brand", "5.500000", "50", "400", "40", "1", rate="1"),
        row("google_ads", "2026-03-25", "Cross-network", "Max", "7.00", "1", "30", "4", "0.1", rate=None),
    ]


def _sessions() -> list[Row]:
    def row(day: str, channel: str, campaign: str | None, device: str | None, sessions: int, engaged: int) -> Row:
        return {
            "source_name": "ga",
            "platform": "google_analytics",
            "session_date": day,
            "channel": channel,
            "campaign_name": campaign,
            "device_category": device,
            "visitor_country": None if device is None else "Canada",
            "sessions": sessions,
            "engaged_sessions": engaged,
        }

    return [
        row("2026-02-01", "Paid Social", "Spring", "mobile", 120, 50),
        row("2026-02-10", "Direct", None, "desktop", 7, 7),
        row("2026-02-28", "Organic Search", None, None, 31, 0),
        row("2026-03-01", "Paid Social", "Spring", "desktop", 53, 3),
        row("2026-03-20", "Email", "News", "mobile", 0, 0),
        row("2026-03-30", "Paid Search", "Brand", "tablet", 40, 39),
    ]


def _events() -> list[Row]:
    days: Iterable[tuple[str, str, str, str | None, int]] = [
        ("ga", "google_analytics", "2026-02-01", "page_view", 300),
        ("ga", "google_analytics", "2026-03-30", "purchase", 4),
        ("mixpanel", "mixpanel", "2026-03-01", "purchase", 1),
        ("mixpanel", "mixpanel", "2026-03-31", None, 1),
    ]
    names = ("source_name", "platform", "event_date", "event_name", "event_count")
    return [dict(zip(names, values, strict=True)) for values in days]
