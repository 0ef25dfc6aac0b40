"""Small stories of stores, each figure worked out by hand, and two refreshes that tell them all.

Told elsewhere: in test_refunds_and_cancellations.py prices with tax, shared discounts, restocking fees, money without
items, cancellations after partial refunds, gift cards, duties, tips and fees, refunds in the buyer's currency, orders
without a rate, guests with accounts, days of the tenant's zone, 29 February and the clocks' changes of orders; in
test_versions.py a refund before its order, and late, stale and repeated versions; in test_two_apis.py edited orders and
Shopify's ledger.
"""

from collections.abc import Mapping

import pytest
from sources import Funnel, ecb_rates, source
from story import (
    Record,
    Store,
    adjustment,
    bc_order,
    bc_product,
    bigcommerce,
    line,
    money,
    order,
    refund,
    returned,
    shipping,
    shopify,
)

ORDERED, RETURNED, CANCELLED, LATER = "2026-10-05", "2026-10-07", "2026-10-09", "2026-10-12"
SALES = ("gross_sales", "discounts", "net_sales", "taxes", "shipping", "total_sales", "total_revenue")
BACK = ("returns", "units_returned", "taxes", "shipping", "refunded_amount")
FIRST, SECOND = 0, 1


def tax(amount: str, rate: float) -> Record:
    return {"price": amount, "rate": rate, "title": "VAT"}


# prices with tax ------------------------------------------------------------------------------------------------------

# with 20 % inside: 3 × 9.99 − 3.00 = 26.97 with 4.50 of tax; 5.00 − 0.50 = 4.50 with 0.75; shipping 4.99 with 0.83
WITH_TAX = shopify(
    "with_tax",
    order(
        1,
        ORDERED,
        "36.46",
        line(11, "9.99", 3, off=["3.00"], tax=("4.50", 0.2)),
        line(12, "5.00", off=["0.50"], tax=("0.75", 0.2)),
        taxes_included=True,
        total_tax="6.08",
        total_discounts="3.50",
        shipping_lines=[shipping("4.99") | {"tax_lines": [tax("0.83", 0.2)]}],
        refunds=[
            # one of the first with its 1.50 of tax, and the shipping, but for 2.00 that are kept
            refund(
                5,
                1,
                RETURNED,
                "11.98",
                returned(11, "8.99", "1.50"),
                refund_shipping_lines=[{"subtotal_amount_set": money("4.99"), "tax_amount_set": money("0.83")}],
                order_adjustments=[adjustment("refund_discrepancy", "2.00")],
            )
        ],
    ),
)


def test_discounts_are_taken_out_of_tax_by_the_rate_line_by_line_and_the_order_adds_up(acme: Funnel) -> None:
    # discounts 3.00 / 1.2 = 2.50 and 0.50 / 1.2 = 0.42; net 26.97 − 4.50 = 22.47 and 4.50 − 0.75 = 3.75
    assert acme.split(WITH_TAX, "product_title", "discounts") == {"Product 11": 2.5, "Product 12": 0.42}
    assert acme.split(WITH_TAX, "product_title", "gross_sales") == {"Product 11": 24.97, "Product 12": 4.17}
    assert acme.figures(WITH_TAX, *SALES, period=ORDERED) == [29.14, 2.92, 26.22, 6.08, 4.16, 36.46, 36.46]


def test_a_partial_refund_of_prices_with_tax_leaves_what_was_charged_less_what_was_given_back(acme: Funnel) -> None:
    assert acme.figures(WITH_TAX, *BACK, period=RETURNED) == [5.49, 1, -2.33, -4.16, 11.98]
    assert acme.figures(WITH_TAX, "net_sales", "taxes", "shipping", "total_sales") == [20.73, 3.75, 0, 24.48]


# cancellations --------------------------------------------------------------------------------------------------------

OF_100: Mapping[str, object] = {"cancelled_at": f"{CANCELLED}T12:00:00+00:00", "updated": CANCELLED}
# 10 came back without a word on what for
AFTER_GOODWILL = shopify(
    "after_goodwill",
    order(
        1,
        ORDERED,
        "100.00",
        line(11, "60.00"),
        line(12, "20.00", 2),
        refunds=[refund(5, 1, RETURNED, "10.00")],
        **OF_100,
    ),
)
# the second line came back, but for 10 that were kept
AFTER_FEE = shopify(
    "after_fee",
    order(
        1,
        ORDERED,
        "100.00",
        line(11, "60.00"),
        line(12, "20.00", 2),
        refunds=[
            refund(
                5,
                1,
                RETURNED,
                "30.00",
                returned(12, "40.00", quantity=2),
                order_adjustments=[adjustment("refund_discrepancy", "10.00")],
            )
        ],
        **OF_100,
    ),
)


@pytest.mark.parametrize(
    ("store", "taken_back", "units"),
    [
        (AFTER_GOODWILL, {"Product 11": 54, "Product 12": 36}, 3),
        (AFTER_FEE, {"Product 11": 70, "Product 12": 0}, 1),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_cancellation_shares_what_came_back_without_a_product_over_the_lines_by_value(
    acme: Funnel, store: Store, taken_back: dict[str, int], units: int
) -> None:
    assert acme.split(store, "product_title", "returns", period=CANCELLED) == taken_back
    assert acme.figures(store, "units_returned", period=CANCELLED) == [units]
    figures = acme.figures(store, "orders", "gross_sales", "net_sales", "total_sales", "units_returned")
    assert figures == [1, 100, 0, 0, 3]


# tips, and lines below zero -------------------------------------------------------------------------------------------

TIP_LINE = shopify(
    "tip_line",
    order(
        1,
        ORDERED,
        "35.00",
        line(11, "30.00"),
        line(12, "5.00", title="Tip", product_id=None, tip={"payment_gateway": "shopify_payments"}),
        total_tip_received="5.00",
        refunds=[refund(5, 1, RETURNED, "5.00", returned(12, "5.00"))],
    ),
)
BELOW_ZERO = shopify(
    "below_zero",
    order(1, ORDERED, "75.00", line(11, "100.00"), line(12, "20.00", -1), line(13, "-5.00")),
)


def test_a_tip_that_stands_among_the_lines_is_no_sale_and_its_refund_no_return(acme: Funnel) -> None:
    metrics = ("gross_sales", "units_sold", "tips", "total_sales", "total_revenue")
    assert acme.figures(TIP_LINE, *metrics, period=ORDERED) == [30, 1, 5, 30, 35]
    back = acme.figures(TIP_LINE, "returns", "units_returned", "tips", "refunded_amount", period=RETURNED)
    assert back == [0, 0, -5, 5]


def test_a_negative_quantity_or_price_lowers_units_and_sales(acme: Funnel) -> None:
    assert acme.figures(BELOW_ZERO, "gross_sales", "net_sales", "units_sold", "total_sales") == [75, 75, 1, 75]


# other currencies -----------------------------------------------------------------------------------------------------

# a Friday, a Monday; no more for weeks
FRIDAY, SATURDAY, SUNDAY, MONDAY = "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05"
RATES = ecb_rates(
    "rates",
    {"Date": FRIDAY, "USD": "1.1000", "GBP": "0.88000", "JPY": "160.00", "CHF": "N/A"},
    {"Date": MONDAY, "USD": "1.2000", "GBP": "0.80000", "JPY": "150.00", "CHF": "0.96000"},
)


def sold(number: int, when: str, total: str, currency: str, **more: object) -> Record:
    return order(number, when, total, line(number * 10, total), currency=currency, **more)


CARRIED = shopify(
    "carried",
    sold(1, SATURDAY, "100.00", "EUR"),
    sold(2, SUNDAY, "88.00", "GBP"),
    # Monday in UTC, still Sunday in New York
    sold(3, "2026-10-05T02:00:00+00:00", "100.00", "EUR"),
    sold(4, MONDAY, "100.00", "EUR"),
    # seven days after the last rate, and eight
    sold(5, "2026-10-12", "10.00", "EUR"),
    sold(6, "2026-10-13", "10.00", "EUR"),
    # of Friday there is none, and nothing is taken from the days after
    sold(7, SATURDAY, "9.60", "CHF"),
    sold(8, MONDAY, "9.60", "CHF"),
    sold(9, MONDAY, "7.00", "USD"),
)


def test_a_rate_is_carried_over_a_weekend_and_seven_days_at_most(acme: Funnel) -> None:
    amounts = "select order_id, total_amount::float from fct_orders where source_name = 'carried' order by 1"
    assert dict(acme.rows(amounts)) == {
        "1": 110,
        "2": 110,
        "3": 110,
        "4": 120,
        "5": 12,
        "6": None,
        "7": None,
        "8": 12,
        "9": 7,
    }


def test_an_order_without_a_rate_counts_but_for_its_amounts_and_a_notice_says_so(acme: Funnel) -> None:
    # (3 × 110 + 120 + 12 + 12 + 7) / 7
    metrics = ("orders", "units_sold", "total_revenue", "average_order_value", "median_order_value")
    assert acme.figures(CARRIED, *metrics) == [9, 9, 481, 68.7143, 110]
    asked = acme.ask("total_revenue", where=[{"field": "source_name", "value": "carried"}])
    assert [notice for notice in asked.notices if "without a rate" in notice] == [
        "2 orders in CHF, EUR without a rate to USD are left out of amounts.",
    ]
    assert acme.split(CARRIED, "currency", "total_revenue") == {"EUR": 352, "GBP": 110, "CHF": 12, "USD": 7}


# 100 EUR on Friday in three lines, of which each comes back by itself, after the rate has changed
IN_PARTS = shopify(
    "in_parts",
    order(
        1,
        FRIDAY,
        "100.00",
        line(11, "33.33"),
        line(12, "33.33"),
        line(13, "33.34"),
        currency="EUR",
        refunds=[
            refund(5, 1, RETURNED, "33.33", returned(11, "33.33"), paid_in="EUR"),
            refund(6, 1, CANCELLED, "33.33", returned(12, "33.33"), paid_in="EUR"),
            refund(7, 1, LATER, "33.34", returned(13, "33.34"), paid_in="EUR"),
        ],
    ),
)
# 50 of goods, 9.50 of tax, 4.95 of shipping: 64.45 EUR
OF_PARTS = shopify(
    "of_parts",
    order(
        1,
        FRIDAY,
        "64.45",
        line(11, "50.00", tax=("9.50", 0.19)),
        currency="EUR",
        total_tax="9.50",
        shipping_lines=[shipping("4.95")],
        refunds=[
            refund(
                5,
                1,
                RETURNED,
                "64.45",
                returned(11, "50.00", "9.50"),
                refund_shipping_lines=[{"subtotal_amount_set": money("4.95"), "tax_amount_set": money("0.00")}],
                paid_in="EUR",
            )
        ],
    ),
)
YEN = shopify(
    "yen",
    order(
        1,
        FRIDAY,
        "1000",
        line(11, "333"),
        line(12, "333"),
        line(13, "334"),
        currency="JPY",
        refunds=[
            refund(5, 1, RETURNED, "333", returned(11, "333"), paid_in="JPY"),
            refund(6, 1, CANCELLED, "333", returned(12, "333"), paid_in="JPY"),
            # the last of it comes with the second refresh
        ],
    ),
)


def test_lines_of_a_converted_order_add_up_and_the_largest_takes_the_cent(acme: Funnel) -> None:
    # 36.663, 36.663 and 36.674 of 110.00
    assert acme.split(IN_PARTS, "product_title", "gross_sales") == {
        "Product 11": 36.66,
        "Product 12": 36.66,
        "Product 13": 36.68,
    }


def test_a_full_refund_in_parts_nets_to_nothing_at_the_order_s_own_rate(acme: Funnel) -> None:
    # 36.663; 73.326 − 36.66; 110 − 73.33
    assert acme.split(IN_PARTS, "day", "returns", period=f"{RETURNED}..{LATER}") == {
        RETURNED: 36.66,
        CANCELLED: 36.67,
        LATER: 36.67,
    }
    assert acme.figures(IN_PARTS, "net_sales", "total_sales", "total_revenue", "refunded_amount") == [0, 0, 110, 110]


def test_goods_taxes_and_shipping_of_a_converted_order_add_up_to_its_total_and_come_back_whole(acme: Funnel) -> None:
    # 70.895 is 70.90; 55.00, 10.45 and 5.445, which is 5.44; goods are the largest and take the cent
    assert acme.figures(OF_PARTS, *SALES, period=FRIDAY) == [55.01, 0, 55.01, 10.45, 5.44, 70.9, 70.9]
    assert acme.figures(OF_PARTS, *BACK, period=RETURNED) == [55.01, 1, -10.45, -5.44, 70.9]


def test_yen_without_a_minor_unit_are_converted_to_the_cent(acme: Funnel) -> None:
    # 1000 × 1.1 / 160 = 6.875, a tie: 6.88; 333 are 2.289…, 666 are 4.578…
    assert acme.figures(YEN, "total_revenue", "gross_sales", period=FRIDAY) == [6.88, 6.88]
    days = (RETURNED, CANCELLED, LATER)
    assert [acme.figures(YEN, "returns", "refunded_amount", period=day) for day in days] == [
        [2.29, 2.29],
        [2.29, 2.29],
        [2.3, 2.3],
    ]


# the buyer pays 100 EUR, the shop books 80 GBP, reports are in USD
THREE = shopify(
    "three",
    order(
        1,
        FRIDAY,
        "80.00",
        line(11, "80.00"),
        currency="GBP",
        presentment_currency="EUR",
        total_price_set={
            "shop_money": {"amount": "80.00", "currency_code": "GBP"},
            "presentment_money": {"amount": "100.00", "currency_code": "EUR"},
        },
        refunds=[refund(5, 1, RETURNED, "25.00", paid_in="EUR")],
    ),
)
# the store's own rate goes before the day's: 80 EUR at 0.8 EUR for one USD
OWN_RATE = bigcommerce(
    "own_rate",
    bc_order(
        1,
        FRIDAY,
        "80.0000",
        default_currency_code="EUR",
        store_default_currency_code="USD",
        store_default_to_transactional_exchange_rate="0.8000000000",
    ),
    bc_order(2, FRIDAY, "80.0000", default_currency_code="EUR", store_default_currency_code="EUR"),
    order_products=[bc_product(11, 1, "80.0000"), bc_product(12, 2, "80.0000")],
)


def test_a_refund_in_the_buyer_s_currency_of_an_order_in_another_goes_by_the_order_s_ratio_and_rate(
    acme: Funnel,
) -> None:
    # 25 EUR × 0.8 = 20 GBP × 1.1 / 0.88
    assert acme.figures(THREE, "total_revenue", "returns", "refunded_amount") == [100, 25, 25]


def test_the_store_s_own_rate_goes_before_the_day_s(acme: Funnel) -> None:
    amounts = "select order_id, total_amount::float from fct_orders where source_name = 'own_rate' order by 1"
    assert acme.rows(amounts) == [("1", 100), ("2", 88)]


# what the second refresh brings ---------------------------------------------------------------------------------------

RATE_LATER = shopify("rate_later", sold(1, "2026-11-10", "10.00", "EUR"))
# 10 EUR go back before their order is known: at the day's own rate, and at the order's once it is there
ORDER_LATER = shopify("order_later", refunds=[refund(5, 1, MONDAY, "10.00", returned(11, "10.00"), paid_in="EUR")])
MOVED = shopify(
    "moved",
    order(1, "2026-03-01T04:30:00+00:00", "10.00", line(11, "10.00")),
    order(2, "2024-02-29T12:00:00+00:00", "5.00", line(21, "5.00")),
)
EDITED = shopify("edited", order(1, ORDERED, "90.00", line(11, "40.00"), line(12, "25.00", 2)))
MERGED = shopify(
    "merged",
    order(1, "2026-10-01", "10.00", customer={"id": 7}, email="ann@old.example"),
    order(2, "2026-10-03", "20.00", customer={"id": 8}, email="ann@new.example"),
    order(3, "2026-10-08", "30.00", customer={"id": 9}, email=""),
    customers=[
        {"id": 7, "email": "ann@old.example", "updated_at": "2026-10-01T12:00:00Z"},
        {"id": 8, "email": "ann@new.example", "updated_at": "2026-10-03T12:00:00Z"},
        {"id": 9, "email": None, "updated_at": "2026-10-08T12:00:00Z"},
    ],
)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Funnel:
    """A tenant of every source of this file, refreshed twice; the second is what is served."""
    stores = [value for value in globals().values() if isinstance(value, Store)]
    story = Funnel(tmp_path_factory.mktemp("small"), stores=stores)
    run = story.refresh()
    assert run.status == "succeeded", run.error
    assert sum(load.quarantined for load in run.loads) == 0, run.notices

    story.tell(RATES, "rates", {"Date": "2026-11-09", "USD": "1.1500", "GBP": "0.85000"}, refresh=1)
    story.tell(YEN, "refunds", refund(7, 1, LATER, "334", returned(13, "334"), paid_in="JPY"), refresh=1)
    story.tell(ORDER_LATER, "orders", order(1, FRIDAY, "30.00", line(11, "30.00"), currency="EUR"), refresh=1)
    story.tell(
        MOVED,
        "orders",
        # an hour later it is the next day in New York
        order(1, "2026-03-01T05:30:00+00:00", "10.00", line(11, "10.00"), updated="2026-03-02"),
        order(2, "2024-03-01T12:00:00+00:00", "5.00", line(21, "5.00"), updated="2026-03-02"),
        refresh=1,
    )
    taken_out = refund(5, 1, RETURNED, "0.00", returned(12, "25.00"), transactions=[])
    edited = order(
        1,
        ORDERED,
        "105.00",
        line(11, "40.00"),
        line(12, "25.00", 2),
        line(13, "15.00"),
        updated=RETURNED,
        refunds=[taken_out],
    )
    story.tell(EDITED, "orders", edited, refresh=1)
    story.tell(
        MERGED,
        "customers",
        {"id": 7, "email": "Ann@New.example", "updated_at": "2026-10-20T12:00:00Z"},
        {"id": 9, "email": "ann@new.example", "updated_at": "2026-10-20T12:00:00Z"},
        refresh=1,
    )
    run = story.refresh()
    assert run.status == "succeeded", run.error
    return story


def at_each(acme: Funnel, store: Store, *metrics: str, **question: object) -> list[list[object]]:
    """The metrics after each refresh."""
    return [[*acme.figures(store, *metrics, version=version, **question)] for version in acme.published]


def test_an_order_whose_rate_arrives_later_has_its_amounts_from_then_on(acme: Funnel) -> None:
    assert at_each(acme, RATE_LATER, "orders", "total_revenue") == [[1, None], [1, 11.5]]


def test_a_refund_in_another_currency_goes_at_its_own_day_s_rate_until_its_order_arrives(acme: Funnel) -> None:
    assert at_each(acme, ORDER_LATER, "orders", "returns", "refunded_amount", "net_sales") == [
        [0, 12, 12, -12],
        [1, 11, 11, 22],
    ]


def test_an_order_told_again_with_another_instant_moves_to_its_new_day_and_leaves_none_behind(acme: Funnel) -> None:
    assert at_each(acme, MOVED, "orders", period="2026-02-28") == [[1], [0]]
    # the first refresh has brought no order of that day or a later one
    assert at_each(acme, MOVED, "orders", period="2026-03-01") == [[None], [1]]
    # the second has none of that month or an earlier one
    assert at_each(acme, MOVED, "orders", "total_revenue", period="2024-02") == [[1, 5], [None, None]]
    assert at_each(acme, MOVED, "orders", "total_revenue") == [[2, 15], [2, 15]]


def test_an_edited_order_sells_what_was_added_on_its_own_day_and_returns_what_was_taken_out_on_the_edit_s(
    acme: Funnel,
) -> None:
    assert at_each(acme, EDITED, "gross_sales", "units_sold", "total_revenue", period=ORDERED) == [
        [90, 3, 90],
        [105, 4, 105],
    ]
    assert at_each(acme, EDITED, "returns", "units_returned", "refunded_amount", period=RETURNED) == [
        # nothing of that day has been brought yet
        [None, None, None],
        [25, 1, 0],
    ]
    assert acme.figures(EDITED, "net_sales", "total_sales", "orders") == [80, 80, 1]
    assert acme.split(EDITED, "order_status", "orders") == {"paid": 1}


def test_customers_that_turn_out_to_be_one_person_are_one_from_the_first_order_on(acme: Funnel) -> None:
    metrics = ("orders", "customers", "new_customers", "returning_customers", "repeat_rate")
    # two of three orders are not their person's first
    assert at_each(acme, MERGED, *metrics) == [[3, 3, 3, 0, 0], [3, 1, 1, 1, 1]]
    assert at_each(acme, MERGED, "new_customers", period="2026-10-03") == [[1], [0]]
    assert acme.split(MERGED, "customer_type", "orders") == {"new": 1, "returning": 2}


# 29 February and the clocks' changes, as the other vendors write their days -------------------------------------------

LEAP_DAY = "2024-02-29"
LEAP_ADS = {
    "google": source(
        "leap_google",
        "google_ads",
        ad_performance=[
            {"campaign": {"id": "1"}, "segments": {"date": LEAP_DAY}, "metrics": {"costMicros": "1000000"}},
        ],
    ),
    "microsoft": source(
        "leap_microsoft",
        "bing_ads",
        ad_performance=[
            {"TimePeriod": "2/29/2024", "CampaignId": "1", "Spend": "2.00", "Impressions": "1", "Clicks": "0"},
        ],
    ),
    "linkedin": source(
        "leap_linkedin",
        "linkedin_ads",
        {"currency": "USD"},
        ad_performance=[
            {
                "pivotValues": ["urn:li:sponsoredCampaign:1"],
                "costInLocalCurrency": "4.0",
                "dateRange": {
                    "start": {"year": 2024, "month": 2, "day": 29},
                    "end": {"year": 2024, "month": 2, "day": 29},
                },
            }
        ],
    ),
    "tiktok": source(
        "leap_tiktok",
        "tiktok_ads",
        ad_performance=[
            {
                "dimensions": {"stat_time_day": "2024-02-29 00:00:00", "campaign_id": "1"},
                "metrics": {"spend": "8.00"},
            }
        ],
    ),
}
LEAP_GOOGLE, LEAP_MICROSOFT, LEAP_LINKEDIN, LEAP_TIKTOK = LEAP_ADS.values()
LEAP_GA4 = source(
    "leap_ga4",
    "google_analytics",
    {"measures": "carried"},
    sessions=[
        {"date": "20240229", "sessionSource": "x", "sessionMedium": "y", "sessions": "3", "engagedSessions": "1"}
    ],
)


def test_29_february_is_a_day_in_every_form_that_a_vendor_writes_it(acme: Funnel) -> None:
    [(spend, sessions)] = acme.ask("ad_spend", "sessions", period=LEAP_DAY).rows
    assert (spend, sessions) == (15, 3)
    [(day, *figures)] = acme.ask("ad_spend", "sessions", period="2024-02-28..2024-03-01", grain="day").rows
    assert [str(day), *figures] == [LEAP_DAY, 15, 3]


def stamped(*instants: str) -> list[Record]:
    """Events of Amplitude, which stamps them in UTC."""
    return [
        {"event_type": "seen", "event_time": f"{instant}.000000", "uuid": f"event-{instant}"} for instant in instants
    ]


IN_UTC = source(
    "in_utc",
    "amplitude",
    events=stamped(
        # clocks go forward: the 8th begins at five and ends at four
        "2026-03-08 04:59:59",
        "2026-03-08 06:59:59",
        "2026-03-08 07:00:00",
        "2026-03-09 03:59:59",
        "2026-03-09 04:00:00",
        # clocks go back: the 1st begins at four and ends at five
        "2026-11-01 03:59:59",
        "2026-11-01 05:30:00",
        "2026-11-01 06:30:00",
        "2026-11-02 04:59:59",
        "2026-11-02 05:00:00",
    ),
)


def of_the_wall(*stamps: int) -> list[Record]:
    """Events of an old Mixpanel project, which stamps them with the wall clock of its zone as if that were UTC."""
    return [
        {"event": "seen", "properties": {"time": stamp, "distinct_id": "a", "$insert_id": f"i{stamp}"}}
        for stamp in stamps
    ]


# half past two in the hour that is left out on 8 March 2026, the last second of that day; half past one in the hour
# that comes twice on 1 November, and that day's last second
WALL_CLOCK = source(
    "wall_clock",
    "mixpanel",
    {"timezone": "America/New_York"},
    events=of_the_wall(1772937000, 1773014399, 1793496600, 1793577599),
)


def events_by_day(acme: Funnel, store: Store, period: str) -> dict[str, object]:
    return {day: count for day, count in acme.split(store, "day", "events", period=period).items() if count}


def test_events_of_days_on_which_the_clocks_change_fall_on_their_own_day(acme: Funnel) -> None:
    assert events_by_day(acme, IN_UTC, "2026-03") == {"2026-03-07": 1, "2026-03-08": 3, "2026-03-09": 1}
    assert events_by_day(acme, IN_UTC, "2026-10-31..2026-11-02") == {"2026-10-31": 1, "2026-11-01": 3, "2026-11-02": 1}


def test_events_in_the_hour_that_is_missing_or_comes_twice_stay_on_their_day(acme: Funnel) -> None:
    assert events_by_day(acme, WALL_CLOCK, "2026-03") == {"2026-03-08": 2}
    assert events_by_day(acme, WALL_CLOCK, "2026-11") == {"2026-11-01": 2}
