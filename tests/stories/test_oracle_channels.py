"""The oracle's channel of a visit by its source, medium and campaign."""

import pytest
from oracle_channels import default_channel_group


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "channel"),
    [
        ("(direct)", "(none)", "(direct)", "Direct"),
        ("(direct)", "(not set)", None, "Direct"),
        ("google", "cpc", "Performance Max cross-network", "Cross-network"),
        ("google", "cpc", "Brand", "Paid Search"),
        ("GOOGLE", "CPC", "brand", "Paid Search"),
        ("google", "cpc", "Spring shopping", "Paid Shopping"),
        ("google", "cpc", "workshop", "Paid Search"),
        ("google", "cpc", "bishopric", "Paid Search"),
        ("google", "cpc", "eshop", "Paid Shopping"),
        ("amazon", "cpc", "Sponsored", "Paid Shopping"),
        ("m.facebook.com", "paid_social", "x", "Paid Social"),
        ("tiktok", "cpc", "x", "Paid Social"),
        ("linkedin", "cpm", "x", "Paid Social"),
        ("youtube", "cpv", "x", "Paid Video"),
        ("youtube", "cpc", "x", "Paid Video"),
        ("example.com", "cpm", "x", "Display"),
        ("example.com", "banner", "x", "Display"),
        ("example.com", "retargeting", "x", "Paid Other"),
        ("etsy.com", "referral", None, "Organic Shopping"),
        ("facebook.com", "referral", None, "Organic Social"),
        ("newsroom", "social-network", None, "Organic Social"),
        ("vimeo.com", "referral", None, "Organic Video"),
        ("example.com", "video-embed", None, "Organic Video"),
        ("google", "organic", "(organic)", "Organic Search"),
        ("duckduckgo.com", "referral", None, "Organic Search"),
        ("unknown", "organic", None, "Organic Search"),
        ("blog.example.com", "referral", "(referral)", "Referral"),
        ("newsletter", "email", "October", "Email"),
        ("e-mail", "x", None, "Email"),
        ("partner", "affiliate", None, "Affiliates"),
        ("podcast", "audio", None, "Audio"),
        ("sms", "x", None, "SMS"),
        ("app_owner", "web_push", None, "Mobile Push Notifications"),
        ("firebase", "x", None, "Mobile Push Notifications"),
        ("(not set)", "(not set)", None, "Unassigned"),
        (None, None, None, "Unassigned"),
        ("qr", "print", "flyer", "Unassigned"),
    ],
)
def test_the_first_published_rule_that_fits_names_the_channel(
    source: str | None, medium: str | None, campaign: str | None, channel: str
) -> None:
    assert default_channel_group(source, medium, campaign) == channel
