"""Which channel and campaign an order belongs to, and what advertising cost, as GA4 and the platforms tell it, early,
late and twice. One tenant with a source or two a story, refreshed three times.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from report_rows import google, meta, transaction, visit
from sources import Funnel, Source, ecb_rates, source
from story import Record, Store, line, order, refund, returned, shopify

MONDAY, TUESDAY, WEDNESDAY = "2026-10-05", "2026-10-06", "2026-10-07"
FIRST, SECOND, THIRD = 0, 1, 2


def sold(number: int, day: str = MONDAY, total: str = "10.00", **more: Any) -> Record:
    return order(number, day, total, line(number * 10, total), **more)


def analytics(name: str, *stores: Store, **reports: Any) -> Source:
    """A property that measures these stores."""
    return source(name, "google_analytics", {"measures": [store.name for store in stores]}, **reports)


def attributed(acme: Funnel, store: Store, refresh: int = -1) -> dict[str, tuple[Any, ...]]:
    """Channel, campaign and method of each order of a store."""
    found = acme.rows(
        f"select order_id, channel, campaign_name, match_method from fct_orders where source_name = '{store.name}'",
        refresh,
    )
    return {number: told for number, *rest in found for told in [tuple(rest)]}


def channels(acme: Funnel, store: Store, refresh: int = -1) -> dict[str, str]:
    return {number: channel for number, (channel, *_) in attributed(acme, store, refresh).items()}


# an order's transaction -----------------------------------------------------------------------------------------------

METHODS = shopify(
    "methods",
    sold(101, name="#5101"),
    sold(102, name="#5102"),
    sold(103, name="#5103"),
    sold(104, name="#5104"),
    sold(105, name="#5105"),
    sold(106, name="#5106"),
    # the name of one is the id of another
    sold(107, name="#5107"),
    sold(5107, name="#9"),
    sold(108, name="#5108"),
    sold(109, name="#5109"),
    sold(110, name="#5110", test=True),
)
GA_METHODS = analytics(
    "ga_methods",
    METHODS,
    transactions=[
        transaction(MONDAY, 101, "google", "cpc", "(not set)", "Paid Search"),
        transaction(MONDAY, 5102, "letter", "email", "(not set)", "Email"),
        transaction(MONDAY, "#5103", "letter", "email", "(not set)", "Email"),
        transaction(MONDAY, 104, "(direct)", "(none)", "(direct)", "Direct"),
        transaction(TUESDAY, 106, "(direct)", "(none)", "(direct)", "Direct"),
        transaction(MONDAY, 106, "google", "organic", "(organic)", "Organic Search"),
        transaction(MONDAY, 5107, "a.example", "referral", "(referral)", "Referral"),
        transaction(MONDAY, 5108, "letter", "email", "(not set)", "Email"),
        transaction(TUESDAY, 108, "google", "cpc", "(not set)", "Paid Search"),
        transaction(TUESDAY, 109, "(direct)", "(none)", "(direct)", "Direct"),
        transaction(MONDAY, 110, "google", "cpc", "(not set)", "Paid Search"),
        transaction(MONDAY, "(not set)", "google", "cpc", "(not set)", "Paid Search"),
    ],
)
# a second property of the store
GA_APP = analytics(
    "ga_app",
    METHODS,
    transactions=[
        transaction(MONDAY, 109, "app", "push", "(not set)", "Mobile Push Notifications"),
        transaction(WEDNESDAY, 104, "app", "push", "(not set)", "Mobile Push Notifications"),
    ],
)
# the same numbers in a store that no property measures, and in one of another property
UNMEASURED = shopify("unmeasured", sold(101, name="#5101"), sold(102, name="#5102"))
NEIGHBOUR = shopify("neighbour", sold(101, name="#5101"), sold(102, name="#5102"))
GA_NEIGHBOUR = analytics(
    "ga_neighbour",
    NEIGHBOUR,
    transactions=[transaction(MONDAY, 102, "letter", "sms", "(not set)", "SMS")],
)


def test_an_order_is_found_by_its_id_and_else_by_its_name_and_its_earliest_row_counts(acme: Funnel) -> None:
    assert attributed(acme, METHODS) == {
        "101": ("Paid Search", None, "order_id"),
        "102": ("Email", None, "order_name"),
        "103": ("Email", None, "order_name"),
        "104": ("Direct", None, "order_id"),
        "105": ("Unattributed", None, "none"),
        "106": ("Organic Search", None, "order_id"),
        "107": ("Unattributed", None, "none"),
        "5107": ("Referral", None, "order_id"),
        # by id before by name, though a day later
        "108": ("Paid Search", None, "order_id"),
        # the earlier of two properties'
        "109": ("Mobile Push Notifications", None, "order_id"),
        "110": ("Paid Search", None, "order_id"),
    }


def test_direct_is_a_channel_and_unattributed_is_none(acme: Funnel) -> None:
    orders = acme.split(METHODS, "channel", "orders")
    assert (orders["Direct"], orders["Unattributed"]) == (1, 2)
    # a test order counts nowhere
    assert acme.figures(METHODS, "orders", "attributed_revenue", "total_revenue") == [10, 20, 100]


def test_a_property_tells_of_the_stores_that_it_measures_alone(acme: Funnel) -> None:
    assert channels(acme, UNMEASURED) == {"101": "Unattributed", "102": "Unattributed"}
    assert channels(acme, NEIGHBOUR) == {"101": "Unattributed", "102": "SMS"}
    measured = acme.rows(
        "select distinct source_name, is_measured from fct_orders where source_name in ('unmeasured', 'neighbour')"
    )
    assert sorted(measured) == [("neighbour", True), ("unmeasured", False)]


TWIN_A = shopify("twin_a", sold(7, MONDAY), sold(8, MONDAY), sold(9, MONDAY), sold(71, MONDAY))
TWIN_B = shopify("twin_b", sold(7, TUESDAY), sold(8, MONDAY), sold(9, TUESDAY), sold(72, MONDAY))
GA_TWINS = analytics(
    "ga_twins",
    TWIN_A,
    TWIN_B,
    transactions=[
        transaction(MONDAY, 7, "google", "cpc", "(not set)", "Paid Search"),
        transaction(MONDAY, 8, "google", "cpc", "(not set)", "Paid Search"),
        transaction(WEDNESDAY, 9, "google", "cpc", "(not set)", "Paid Search"),
        transaction(WEDNESDAY, 72, "google", "cpc", "(not set)", "Paid Search"),
    ],
)


def test_an_id_of_two_stores_is_the_order_s_of_its_day_and_else_nobody_s(acme: Funnel) -> None:
    nobodys = {"8": "Unattributed", "9": "Unattributed"}
    assert channels(acme, TWIN_A) == nobodys | {"7": "Paid Search", "71": "Unattributed"}
    # 72 is of one store alone, whatever the day
    assert channels(acme, TWIN_B) == nobodys | {"7": "Unattributed", "72": "Paid Search"}


# channels that the property does not say ------------------------------------------------------------------------------

# source, medium, campaign → GA4's default channel group (support.google.com/analytics/answer/9756891)
GROUPS: Mapping[tuple[str, str, str], str] = {
    ("(direct)", "(none)", "(direct)"): "Direct",
    ("google", "cpc", "cross-network autumn"): "Cross-network",
    ("amazon", "cpc", "x"): "Paid Shopping",
    ("google", "cpc", "autumn shopping"): "Paid Shopping",
    ("bing", "ppc", "x"): "Paid Search",
    ("facebook.com", "paid_social", "x"): "Paid Social",
    ("youtube", "cpv", "x"): "Paid Video",
    ("partner", "cpm", "x"): "Display",
    ("partner", "banner", "x"): "Display",
    ("partner", "retargeting", "x"): "Paid Other",
    ("ebay", "referral", "(referral)"): "Organic Shopping",
    ("instagram", "social", "x"): "Organic Social",
    ("vimeo", "referral", "(referral)"): "Organic Video",
    ("google", "organic", "(organic)"): "Organic Search",
    ("a.example", "referral", "(referral)"): "Referral",
    ("letter", "e-mail", "October"): "Email",
    ("partner", "affiliate", "x"): "Affiliates",
    ("radio", "audio", "x"): "Audio",
    ("sms", "x", "x"): "SMS",
    ("shop", "app-push", "x"): "Mobile Push Notifications",
    ("who", "knows", "x"): "Unassigned",
}
NO_GROUP = shopify("no_group", *(sold(number) for number, _ in enumerate(GROUPS, start=1)), sold(90), sold(91))
GA_NO_GROUP = analytics(
    "ga_no_group",
    NO_GROUP,
    transactions=[
        *(transaction(MONDAY, number, *tags) for number, tags in enumerate(GROUPS, start=1)),
        transaction(MONDAY, 90, "partner", "cpx", "one"),
        transaction(MONDAY, 91, "partner", "cpx", "two"),
    ],
    sessions=[
        # seven of Paid Social, six of Paid Other, and one that says nothing
        visit(MONDAY, "partner", "cpx", "one", 5, "Paid Other"),
        visit(TUESDAY, "partner", "cpx", "one", 7, "Paid Social"),
        visit(WEDNESDAY, "partner", "cpx", "one", 1, "Paid Other"),
        visit("2026-10-08", "partner", "cpx", "one", 1),
        visit("2026-10-08", "google", "organic", "(organic)", 4),
    ],
)


def test_without_a_group_of_the_property_s_the_tags_decide_as_ga4_s_own_rules_do(acme: Funnel) -> None:
    found = channels(acme, NO_GROUP)
    assert {tags: found[str(number)] for number, tags in enumerate(GROUPS, start=1)} == GROUPS


def test_the_group_that_most_sessions_of_the_same_tags_have_goes_before_the_rules(acme: Funnel) -> None:
    found = channels(acme, NO_GROUP)
    assert (found["90"], found["91"]) == ("Paid Social", "Paid Other")
    assert acme.split(GA_NO_GROUP, "channel", "sessions") == {"Paid Social": 8, "Paid Other": 6, "Organic Search": 4}


# campaigns ------------------------------------------------------------------------------------------------------------

TAGS: Mapping[int, tuple[str, str, str, str]] = {
    1: ("google", "cpc", "summer-sale 2026", "Paid Search"),
    2: ("google", "cpc", "900002", "Paid Search"),
    3: ("google", "cpc", "old_name", "Paid Search"),
    4: ("letter", "email", "summer-sale 2026", "Email"),
    5: ("google", "cpc", "Brand Video", "Paid Video"),
    6: ("google", "cpc", "both", "Paid Search"),
    7: ("facebook", "paid_social", "both", "Paid Social"),
    8: ("google", "cpc", "unknown", "Paid Search"),
    9: ("Google", "CPC", "GRÖSSE_und_Stil", "Paid Search"),
    10: ("m.facebook.com", "paid_social", "launch-week", "Paid Social"),
}
CAMPAIGNS = shopify("campaigns", *(sold(number) for number in (*TAGS, 11)))
GA_CAMPAIGNS = analytics(
    "ga_campaigns",
    CAMPAIGNS,
    transactions=[
        *(transaction(MONDAY, number, *tags) for number, tags in TAGS.items()),
        transaction(MONDAY, 11, "google", "cpc", "whatever", "Paid Search", sessionCampaignId="900002"),
    ],
    sessions=[
        visit(MONDAY, "google", "cpc", "old_name", 3, "Paid Search"),
        visit(MONDAY, "google", "cpc", "Brand Video", 10, "Paid Video"),
        visit(TUESDAY, "google", "cpc", "Brand Video", 4, "Paid Search"),
        visit(WEDNESDAY, "youtube.com", "referral", "brand video", 50, "Organic Video"),
        # two campaigns of one name, one after the other
        visit("2026-10-02", "google", "cpc", "twice", 1, "Paid Search"),
        visit(TUESDAY, "google", "cpc", "twice", 2, "Paid Search"),
        visit("2026-10-20", "google", "cpc", "twice", 4, "Paid Search"),
    ],
)
GOOGLE = source(
    "google",
    "google_ads",
    ad_performance=[
        google(MONDAY, "900001", 1, name="Summer Sale (2026)!", account="2"),
        google(MONDAY, "900002", 2, name="Autumn", account="2"),
        google(MONDAY, "900003", 4, name="Old name", account="2"),
        google(TUESDAY, "900003", 8, name="New name", account="2"),
        google(MONDAY, "900005", 16, name="Brand video", account="2"),
        google(MONDAY, "900006", 32, name="Both", account="2"),
        google("2026-10-02", "900008", 64, name="Twice", account="2"),
        google(TUESDAY, "900009", 128, name="Twice", account="2"),
        google(MONDAY, "900010", 256, name="Nobody came", account="2"),
        google(MONDAY, "900012", 1024, name="Grösse und Stil", account="2"),
    ],
)
META = source(
    "meta",
    "facebook_ads",
    ad_performance=[
        meta(MONDAY, "700006", "512.00", "facebook", account="60", campaign_name="BOTH"),
        meta(MONDAY, "700010", "1.00", "facebook", account="60", campaign_name="Launch week"),
    ],
)


def test_an_order_s_campaign_is_found_by_id_and_else_by_its_name_among_its_platform_s(acme: Funnel) -> None:
    found = acme.rows(
        """select orders.order_id::integer, orders.campaign_name, campaigns.campaign_id
           from fct_orders as orders left join dim_campaigns as campaigns using (campaign_key)
           where orders.source_name = 'campaigns' order by 1"""
    )
    assert found == [
        (1, "Summer Sale (2026)!", "900001"),
        (2, "Autumn", "900002"),
        (3, "New name", "900003"),
        # an e-mail of that name is no advertising
        (4, "summer-sale 2026", None),
        (5, "Brand video", "900005"),
        (6, "Both", "900006"),
        (7, "BOTH", "700006"),
        (8, "unknown", None),
        (9, "Grösse und Stil", "900012"),
        (10, "Launch, second week", "700010"),
        (11, "Autumn", "900002"),
    ]


def test_a_renamed_campaign_has_its_latest_name_on_every_fact(acme: Funnel) -> None:
    for metric, of, value in (("ad_spend", GOOGLE, 12), ("sessions", GA_CAMPAIGNS, 3), ("orders", CAMPAIGNS, 1)):
        by_name = acme.split(of, "campaign_name", metric)
        assert by_name["New name"] == value
        assert not {"Old name", "old_name"} & by_name.keys()


def test_a_campaign_s_new_name_is_that_of_the_orders_before_it_as_well(acme: Funnel) -> None:
    assert [attributed(acme, CAMPAIGNS, refresh)["10"][1] for refresh in (FIRST, SECOND, THIRD)] == [
        "Launch week",
        "Launch, second week",
        "Launch, second week",
    ]
    assert "Launch week" not in acme.split(META, "campaign_name", "ad_spend")


def test_spend_and_revenue_of_a_campaign_stand_in_one_channel_and_it_is_a_paid_one(acme: Funnel) -> None:
    # 50 sessions came without being paid for, 10 by Paid Video and 4 by Paid Search
    name = [{"field": "campaign_name", "value": "Brand video"}]
    assert acme.ask("ad_spend", "attributed_revenue", group_by="channel", where=name).rows == (("Paid Video", 16, 10),)
    [(channel,)] = acme.rows("select channel from dim_campaigns where campaign_id = '900005'")
    assert channel == "Paid Video"


def test_a_campaign_that_no_session_tells_of_has_its_platform_s_own_channel(acme: Funnel) -> None:
    name = [{"field": "campaign_name", "value": ["Nobody came", "BOTH"]}]
    assert sorted(acme.ask("ad_spend", group_by="channel", where=name).rows) == [
        ("Paid Search", 256),
        ("Paid Social", 512),
    ]


def test_of_two_campaigns_of_one_name_the_one_that_ran_on_the_day_counts_else_the_one_that_ran_last(
    acme: Funnel,
) -> None:
    joined = acme.rows(
        """select campaign_id, sum(sessions) from fct_sessions inner join dim_campaigns using (campaign_key)
           where fct_sessions.campaign_name = 'Twice' group by 1 order by 1"""
    )
    assert joined == [("900008", 1), ("900009", 6)]


# Meta's placements ----------------------------------------------------------------------------------------------------

# by account: what the Facebook source exports, what the Instagram source exports, and what each must count
SPLIT = (("facebook", "5.00"), ("instagram", "3.00"), ("audience_network", "1.00"))
Placements = Sequence[tuple[str | None, str]]
PLACEMENTS: Mapping[str, tuple[Placements, Placements, tuple[float, float]]] = {
    # one report in both
    "11": (SPLIT, SPLIT, (6, 3)),
    "12": (SPLIT, (), (9, 0)),
    # without the breakdown
    "13": (((None, "7.00"),), ((None, "7.00"),), (7, 0)),
    # what Instagram says of itself stands in the other's row already
    "14": (((None, "9.00"),), (("instagram", "3.00"),), (9, 0)),
    # the same twice in one report
    "16": (((None, "9.00"), *SPLIT), SPLIT, (9, 0)),
    # each its own
    "15": ((("facebook", "5.00"), ("messenger", "0.50")), (("instagram", "3.00"),), (5.5, 3)),
}


def placed(account: str, told: Placements) -> list[Record]:
    campaign = f"7{account.removeprefix('act_')}"
    return [meta(MONDAY, campaign, spend, platform, account=account) for platform, spend in told]


FACEBOOK = source(
    "facebook",
    "facebook_ads",
    ad_performance=[row for account, (told, _, _) in PLACEMENTS.items() for row in placed(account, told)],
)
INSTAGRAM = source(
    "instagram",
    "instagram_ads",
    ad_performance=[row for account, (_, told, _) in PLACEMENTS.items() for row in placed(f"act_{account}", told)],
)


def test_of_meta_s_placements_nothing_counts_twice_and_nothing_is_lost(acme: Funnel) -> None:
    found = acme.rows(
        """select account_id, coalesce(sum(spend_amount) filter (platform = 'facebook_ads'), 0)::float,
                  coalesce(sum(spend_amount) filter (platform = 'instagram_ads'), 0)::float
           from fct_ad_performance where source_name in ('facebook', 'instagram') group by 1"""
    )
    assert {account: counted for account, *counted in found} == {
        account: list(counted) for account, (_, _, counted) in PLACEMENTS.items()
    }
    assert acme.figures(FACEBOOK, "ad_spend") == [45.5]
    assert acme.figures(INSTAGRAM, "ad_spend") == [6]


# one purchase stands in `actions` and `action_values` under several names
PURCHASES = source(
    "purchases",
    "facebook_ads",
    ad_performance=[
        meta(
            day,
            "81",
            "1.00",
            account="18",
            actions=[{"action_type": name, "value": count} for name, count in told.items()],
            action_values=[{"action_type": name, "value": f"{count}0.50"} for name, count in told.items()],
        )
        for day, told in {
            MONDAY: {"link_click": "9", "purchase": "3", "omni_purchase": "4", "web_in_store_purchase": "3"},
            TUESDAY: {"offsite_conversion.fb_pixel_purchase": "2", "purchase": "2", "onsite_web_purchase": "1"},
            WEDNESDAY: {"offsite_conversion.fb_pixel_purchase": "1", "add_to_cart": "7"},
            "2026-10-08": {"link_click": "5"},
        }.items()
    ],
)


def test_of_meta_s_names_of_a_purchase_exactly_one_counts(acme: Funnel) -> None:
    days = (MONDAY, TUESDAY, WEDNESDAY, "2026-10-08")
    found = [acme.figures(PURCHASES, "platform_conversions", "platform_revenue", period=day) for day in days]
    assert found == [[4, 40.5], [2, 20.5], [1, 10.5], [0, 0]]


# an account in another currency ---------------------------------------------------------------------------------------

# a Friday: 1.65 CAD and 1.10 USD for one euro
RATES = ecb_rates("rates", {"Date": "2026-10-02", "USD": "1.1000", "CAD": "1.6500"})
CANADA = source(
    "canada",
    "google_ads",
    ad_performance=[
        google("2026-10-02", "1", 10, account="3", currency="CAD", clicks="4", impressions="10", conversionsValue=20.0),
        google("2026-10-03", "1", 3, account="3", currency="CAD", clicks="1", impressions="10", conversionsValue=1.0),
        # eight days after the last rate
        google("2026-10-10", "1", 5, account="3", currency="CAD", clicks="5", impressions="80", conversionsValue=9.0),
    ],
)


def test_spend_in_another_currency_is_converted_at_its_day_s_rate_and_left_out_where_there_is_none(
    acme: Funnel,
) -> None:
    # 10 / 1.5 = 6.666… and 3 / 1.5 = 2; 13.333… and 0.666…
    assert acme.split(CANADA, "day", "ad_spend") == {"2026-10-02": 6.67, "2026-10-03": 2, "2026-10-10": None}
    assert acme.figures(CANADA, "ad_spend", "platform_revenue", "clicks", "impressions") == [8.67, 14, 10, 100]
    asked = acme.ask("ad_spend", where=[{"field": "source_name", "value": "canada"}])
    assert "1 ad row in CAD without a rate to USD is left out of amounts." in asked.notices


def test_a_row_without_a_rate_leaves_the_denominators_of_its_own_amounts_and_no_others(acme: Funnel) -> None:
    # 8.67 / 5 clicks, 1000 × 8.67 / 20 impressions; 10 clicks / 100 impressions; 14 / 8.67
    figures = acme.figures(CANADA, "cpc", "cpm", "ctr", "platform_roas")
    assert figures == [1.734, 433.5, 0.1, pytest.approx(14 / 8.67, abs=1e-4)]


# a month of it all ----------------------------------------------------------------------------------------------------

NOVEMBER = "2026-11-04"
AUTUMN = shopify(
    "autumn",
    sold(201, NOVEMBER, "60.00", email="ann@autumn.example"),
    sold(202, NOVEMBER, "40.00", email="bea@autumn.example"),
)
POP_UP = shopify("pop_up", sold(203, NOVEMBER, "30.00", email="cid@autumn.example"))
GA_AUTUMN = analytics(
    "ga_autumn",
    AUTUMN,
    transactions=[
        transaction(NOVEMBER, 201, "google", "cpc", "autumn ads", "Paid Search"),
        transaction(NOVEMBER, 202, "(direct)", "(none)", "(direct)", "Direct"),
    ],
    sessions=[
        visit(NOVEMBER, "google", "cpc", "autumn ads", 5, "Paid Search", engaged=3),
        visit(NOVEMBER, "(direct)", "(none)", "(direct)", 3, "Direct", engaged=3),
    ],
)
AUTUMN_ADS = source(
    "autumn_ads",
    "google_ads",
    ad_performance=[
        google(
            NOVEMBER,
            "900011",
            50,
            name="Autumn ads",
            account="6",
            clicks="20",
            impressions="1000",
            conversions=2.5,
            conversionsValue=75.0,
        )
    ],
)


@pytest.mark.parametrize(
    ("metric", "figure"),
    [
        ("attributed_revenue", 60),
        ("roas", 1.2),
        # (60 + 40 + 30) / 50, and 50 for three new customers
        ("mer", 2.6),
        ("cac_blended", 16.6667),
        # two measured orders of eight visits, of which six were engaged
        ("conversion_rate", 0.25),
        ("bounce_rate", 0.25),
        ("ctr", 0.02),
        ("cpc", 2.5),
        ("cpm", 50),
        ("cost_per_conversion", 20),
        ("platform_roas", 1.5),
    ],
)
def test_a_month_s_figures_of_the_whole_funnel(acme: Funnel, metric: str, figure: float) -> None:
    assert acme.ask(metric, period="2026-11").rows == ((figure,),)


@pytest.mark.parametrize("metric", ["conversion_rate", "roas"])
def test_the_stores_that_no_property_measures_are_named(acme: Funnel, metric: str) -> None:
    notices = acme.ask(metric, period="2026-11").notices
    [notice] = [one for one in notices if one.startswith("No google_analytics source measures")]
    assert "measures pop_up, unmeasured:" in notice


def test_the_funnel_s_channels_add_up(acme: Funnel) -> None:
    rows = acme.ask("sessions", "orders", "ad_spend", "roas", group_by="channel", period="2026-11").rows
    assert {channel: figures for channel, *figures in rows} == {
        "Paid Search": [5, 1, 50, 1.2],
        "Direct": [3, 1, 0, None],
        "Unattributed": [0, 1, 0, None],
    }


# what the second and third refresh bring ------------------------------------------------------------------------------

RESTATED = source(
    "restated",
    "google_ads",
    ad_performance=[
        google(MONDAY, "31", 10, account="4", clicks="5"),
        google(TUESDAY, "31", 4, account="4", clicks="1"),
    ],
)
VANISHING = source(
    "vanishing",
    "google_ads",
    ad_performance=[
        google(MONDAY, "41", 5, account="5"),
        google(MONDAY, "42", 3, account="5"),
        google(TUESDAY, "42", 2, account="5"),
    ],
)
LATE = shopify(
    "late",
    sold(1, refunds=[refund(5, 1, WEDNESDAY, "4.00", returned(10, "4.00"))]),
    sold(2),
    sold(3),
)
GA_LATE = analytics(
    "ga_late",
    LATE,
    transactions=[
        transaction(MONDAY, 3, "google", "organic", "(organic)", "Organic Search"),
        transaction(WEDNESDAY, 2, "(direct)", "(none)", "(direct)", "Direct"),
        # its order is not there yet
        transaction(TUESDAY, 4, "letter", "email", "(not set)", "Email"),
    ],
    sessions=[
        visit(MONDAY, "google", "organic", "(organic)", 5, "Organic Search", engaged=3),
        visit(MONDAY, "(not set)", "(not set)", "(not set)", 2, "Unassigned"),
        visit(TUESDAY, "google", "organic", "(organic)", 7, "Organic Search"),
    ],
)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Funnel:
    """A tenant of every source of this file, refreshed three times."""
    stores = [value for value in globals().values() if isinstance(value, Store)]
    story = Funnel(tmp_path_factory.mktemp("attribution"), stores=stores)
    run = story.refresh()
    assert run.status == "succeeded", run.error
    assert sum(load.quarantined for load in run.loads) == 0, run.notices

    by_monday = [
        transaction(MONDAY, 3, "google", "organic", "(organic)", "Organic Search"),
        transaction(MONDAY, 2, "letter", "email", "(not set)", "Email"),
    ]
    late = transaction(MONDAY, 1, "facebook", "paid_social", "(not set)", "Paid Social")
    story.tell(RESTATED, "ad_performance", google(MONDAY, "31", 12, account="4", clicks="6"), refresh=1)
    story.tell(VANISHING, "ad_performance", google(MONDAY, "41", 5, account="5"), refresh=1)
    story.tell(GA_LATE, "transactions", *by_monday, late, refresh=1)
    again = visit(MONDAY, "google", "organic", "(organic)", 6, "Organic Search", engaged=4)
    story.tell(GA_LATE, "sessions", again, refresh=1)
    story.tell(LATE, "orders", sold(4, TUESDAY), refresh=1)
    renamed = {
        "id": "700010",
        "account_id": "60",
        "name": "Launch, second week",
        "updated_time": "2026-10-12T12:00:00Z",
    }
    story.tell(META, "campaigns", renamed, refresh=1)
    run = story.refresh()
    assert run.status == "succeeded", run.error

    story.tell(RESTATED, "ad_performance", google(MONDAY, "31", 10, account="4", clicks="5"), refresh=2)
    story.tell(GA_LATE, "transactions", *by_monday, refresh=2)
    run = story.refresh()
    assert run.status == "succeeded", run.error
    return story


def at_each(acme: Funnel, store: Store, *metrics: str, **question: Any) -> list[list[Any]]:
    """The metrics after each refresh."""
    return [acme.figures(store, *metrics, version=version, **question) for version in acme.published]


def test_a_day_restated_and_put_back_ends_as_it_was_told_last(acme: Funnel) -> None:
    assert at_each(acme, RESTATED, "ad_spend", "clicks", period=MONDAY) == [[10, 5], [12, 6], [10, 5]]
    assert at_each(acme, RESTATED, "ad_spend") == [[14], [16], [14]]


def test_a_campaign_that_a_day_s_report_no_longer_holds_is_gone_from_that_day_alone(acme: Funnel) -> None:
    assert at_each(acme, VANISHING, "ad_spend", period=MONDAY) == [[8], [5], [5]]
    assert at_each(acme, VANISHING, "ad_spend", period=TUESDAY) == [[2], [2], [2]]


def test_a_restated_day_of_visits_replaces_its_rows_and_no_other_day_s(acme: Funnel) -> None:
    assert at_each(acme, GA_LATE, "sessions", "engaged_sessions", period=MONDAY) == [[7, 3], [6, 4], [6, 4]]
    assert at_each(acme, GA_LATE, "sessions") == [[14], [13], [13]]
    assert acme.split(GA_LATE, "channel", "sessions") == {"Organic Search": 13}


def test_a_late_transaction_changes_an_old_order_s_channel_and_one_taken_back_changes_it_back(acme: Funnel) -> None:
    assert [channels(acme, LATE, refresh) for refresh in (FIRST, SECOND, THIRD)] == [
        {"1": "Unattributed", "2": "Direct", "3": "Organic Search"},
        # of the second order an earlier day has become known
        {"1": "Paid Social", "2": "Email", "3": "Organic Search", "4": "Email"},
        {"1": "Unattributed", "2": "Email", "3": "Organic Search", "4": "Email"},
    ]


def test_lines_and_refunds_follow_their_order_s_channel(acme: Funnel) -> None:
    told = [
        {metric: acme.split(LATE, "channel", metric, version=version) for metric in ("gross_sales", "returns")}
        for version in acme.published
    ]
    assert [one["gross_sales"].get("Paid Social") for one in told] == [None, 10, None]
    assert [{channel for channel, value in one["returns"].items() if value} for one in told] == [
        {"Unattributed"},
        {"Paid Social"},
        {"Unattributed"},
    ]
