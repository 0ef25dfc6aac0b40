"""GA4's default channel group by the rules that Google publishes for manual traffic, the first that fits.

Of Google's lists of sites the well-known ones stand here: sources are compared whole, or by their domain.
"""

import csv
import re
from functools import cache
from pathlib import Path

PAID = re.compile(r".*cp.*|ppc|retargeting|paid.*")
SHOPS = re.compile(r".*(([^a-df-z]|^)shop|shopping).*")
SOCIAL_MEDIA = {"social", "social-network", "social-media", "sm", "social network", "social media"}
PUSH = "Mobile Push Notifications"
MAIL = {"email", "e-mail", "e_mail", "e mail"}

PAID_CHANNELS = frozenset(
    ("Paid Search", "Paid Shopping", "Paid Social", "Paid Video", "Paid Other", "Display", "Cross-network")
)


@cache
def sites(category: str) -> frozenset[str]:
    """Those of search, social, video or shopping, from the table beside this file."""
    with Path(__file__).with_name("sites.csv").open(encoding="utf-8", newline="") as table:
        return frozenset(row["site"] for row in csv.DictReader(table) if row["category"] == category)


def is_of(source: str, category: str) -> bool:
    """Whether a source is one of a category's sites: itself, or its domain, as in m.facebook.com or google.co.uk."""
    domain = re.sub(r"^(www|m|l|lm|mobile|out)\.", "", source)
    return not sites(category).isdisjoint((source, domain, domain.partition(".")[0], ".".join(domain.split(".")[:2])))


def default_channel_group(source: str | None, medium: str | None, campaign: str | None) -> str:
    """The channel of a visit by its source, medium and campaign name, as they are whatever their case."""
    site, way, name = ((text or "").strip().lower() for text in (source, medium, campaign))
    if site == "(direct)" and way in ("(not set)", "(none)"):
        return "Direct"
    if "cross-network" in name:
        return "Cross-network"
    shop = is_of(site, "shopping") or SHOPS.fullmatch(name)
    if PAID.fullmatch(way):
        for fits, channel in (
            (shop, "Paid Shopping"),
            (is_of(site, "search"), "Paid Search"),
            (is_of(site, "social"), "Paid Social"),
            (is_of(site, "video"), "Paid Video"),
            (way == "cpm", "Display"),
            (True, "Paid Other"),
        ):
            if fits:
                return channel
    for fits, channel in (
        (way in ("display", "banner", "expandable", "interstitial"), "Display"),
        (shop, "Organic Shopping"),
        (is_of(site, "social") or way in SOCIAL_MEDIA, "Organic Social"),
        (is_of(site, "video") or "video" in way, "Organic Video"),
        (is_of(site, "search") or way == "organic", "Organic Search"),
        (way in ("referral", "app", "link"), "Referral"),
        (site in MAIL or way in MAIL, "Email"),
        (way in ("affiliate", "affiliates"), "Affiliates"),
        (way == "audio", "Audio"),
        (site == "sms" or way == "sms", "SMS"),
        (way.endswith("push") or "mobile" in way or "notification" in way or site == "firebase", PUSH),
    ):
        if fits:
            return channel
    return "Unassigned"
