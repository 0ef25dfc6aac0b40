"""What brings people to the shops of each demo company, and who counts them."""

from ingest.demo.ad_accounts import (
    STARK_AMAZON,
    STARK_GOOGLE,
    STARK_META,
    TYRELL_GOOGLE,
    TYRELL_META,
    TYRELL_TIKTOK,
    WAYNE_LINKEDIN,
    WAYNE_MICROSOFT,
)
from ingest.demo.marketing import NOT_SET, Market, Property, Touch, Tracker

_BOTH = frozenset({"sessions", "transactions"})


def _unpaid(home: float) -> tuple[Touch, ...]:
    """What every shop has beside campaigns; home: visits a day that come by themselves."""
    return (
        Touch("Direct", "(direct)", "(none)", "(direct)", home, 1.3, 0.58),
        Touch("Organic Search", "google", "organic", "(organic)", home * 0.9, 1.0, 0.66),
        Touch("Organic Search", "bing", "organic", "(organic)", home * 0.18, 0.9, 0.64),
        Touch("Unassigned", NOT_SET, NOT_SET, NOT_SET, home * 0.04, 0.3, 0.2),
    )


MARKETS: dict[str, Market] = {
    "tyrell_corp": Market(
        property=Property(
            property_id="310204815",
            timezone="America/Los_Angeles",
            measures=("shopify",),
            is_partial=True,
            groups=_BOTH,
            countries=((0.84, "United States"), (0.11, "Canada"), (0.05, "Mexico")),
        ),
        traffic=(
            *_unpaid(68),
            Touch("Email", "newsletter", "email", "neon_spring_sale", 24, 2.0, 0.72),
            Touch("Referral", "offworld-toys.example", "referral", "(referral)", 15, 0.8, 0.6),
            Touch("Organic Social", "instagram.com", "referral", "(referral)", 18, 0.5, 0.45),
            # a post whose link bears the name of a campaign: it belongs to it, and nobody paid for it
            Touch("Organic Social", "facebook", "social", "nexus_prospecting_us", 5, ad_id="23851000000010001"),
            Touch("Affiliates", "replicant-deals", "affiliate", "autumn", 9, 1.2, 0.5),
        ),
        accounts=(TYRELL_META, TYRELL_GOOGLE, TYRELL_TIKTOK),
        tracker=None,
        has_rates=True,
    ),
    "wayne_enterprises": Market(
        property=Property(
            property_id="310193905",
            timezone="America/Halifax",
            measures=("bigcommerce",),
            is_partial=False,
            groups=frozenset(),
            countries=((0.93, "United States"), (0.07, "Canada")),
        ),
        traffic=(
            *_unpaid(80),
            Touch("Organic Search", "duckduckgo", "organic", "(organic)", 11, 1.0, 0.66),
            Touch("Email", "manor-letter", "email", "weekly", 26, 2.1, 0.7),
            Touch("Referral", "gotham-gazette.example", "referral", "(referral)", 19, 0.7, 0.55),
            Touch("Organic Social", "linkedin.com", "referral", "(referral)", 12, 0.6, 0.5),
        ),
        accounts=(WAYNE_MICROSOFT, WAYNE_LINKEDIN),
        tracker=Tracker("amplitude", "447101", "UTC", ("bigcommerce",), 30),
        has_rates=False,
    ),
    "stark_industries": Market(
        property=Property(
            property_id="310300019",
            timezone="Europe/Berlin",
            measures=("shopify_us", "shopify_eu"),
            is_partial=False,
            groups=frozenset({"sessions"}),
            countries=(
                (0.46, "Germany"),
                (0.3, "United States"),
                (0.1, "France"),
                (0.08, "Netherlands"),
                (0.06, "Switzerland"),
            ),
        ),
        traffic=(
            *_unpaid(66),
            Touch("Email", "newsletter", "email", "werkstattbrief", 27, 2.0, 0.74),
            Touch("Referral", "expo-archive.example", "referral", "(referral)", 14, 0.8, 0.57),
            Touch("Organic Social", "l.instagram.com", "referral", "(referral)", 17, 0.6, 0.48),
            Touch("SMS", "sms", "sms", "drop_alert", 6, 1.6, 0.66),
        ),
        accounts=(STARK_META, STARK_GOOGLE, STARK_AMAZON),
        tracker=Tracker("mixpanel", "2907001", "Europe/Berlin", ("shopify_us", "shopify_eu"), 36),
        has_rates=True,
    ),
}
