"""What small orders come to in the end, each figure worked out by hand. One refresh builds a store for every story."""

from collections.abc import Mapping

import pytest
from story import (
    Store,
    Story,
    adjustment,
    bc_item,
    bc_order,
    bc_product,
    bc_refund,
    bigcommerce,
    line,
    money,
    order,
    refund,
    returned,
    shipping,
    shopify,
    woo_line,
    woo_order,
    woo_refund,
    woo_returned,
    woocommerce,
)

ORDERED, RETURNED, CANCELLED, LATER = "2026-10-05", "2026-10-07", "2026-10-09", "2026-10-12"
SALES = ("gross_sales", "discounts", "net_sales", "taxes", "total_sales")
BACK = ("returns", "units_returned", "taxes", "shipping", "refunded_amount")


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A tenant of every store below, refreshed."""
    stores = [value for value in globals().values() if isinstance(value, Store)]
    story = Story(tmp_path_factory.mktemp("stories"), stores=stores)
    run = story.refresh()
    assert run.status == "succeeded", run.error
    assert sum(load.quarantined for load in run.loads) == 0, run.notices
    return story


# prices that include tax ----------------------------------------------------------------------------------------------

TAXED = shopify(
    "taxed",
    order(
        1,
        ORDERED,
        "75.00",
        line(11, "100.00", off=["25.00"], tax=("6.82", 0.1)),
        taxes_included=True,
        total_tax="6.82",
        total_discounts="25.00",
        refunds=[refund(5, 1, RETURNED, "75.00", returned(11, "75.00", "6.82"))],
    ),
)
TAXED_BC = bigcommerce(
    "taxed_bc",
    bc_order(
        1,
        ORDERED,
        "75.0000",
        is_tax_inclusive_pricing=True,
        total_tax="6.8200",
        subtotal_inc_tax="100.0000",
        discount_amount="25.0000",
    ),
    order_products=[
        bc_product(
            11,
            1,
            "90.9100",
            total_inc_tax="100.0000",
            total_tax="9.0900",
            applied_discounts=[{"id": "total-discount", "amount": "25.0000", "target": "order"}],
        )
    ],
    refunds=[bc_refund(5, 1, RETURNED, 75, bc_item("PRODUCT", 11, 75), total_tax=6.82)],
)
TAXED_WOO = woocommerce(
    "taxed_woo",
    woo_order(
        1,
        ORDERED,
        "75.00",
        woo_line(11, "68.18", subtotal="90.91", total_tax="6.82"),
        total_tax="6.82",
        discount_total="22.73",
        prices_include_tax=True,
    ),
    order_refunds=[woo_refund(5, 1, RETURNED, "75.00", woo_returned(51, 11, "-68.18", total_tax="-6.82"))],
)


@pytest.mark.parametrize("store", [TAXED, TAXED_BC, TAXED_WOO], ids=lambda store: store.connector)
def test_of_100_with_10_percent_tax_and_25_off_the_net_is_what_was_paid_without_its_tax(
    acme: Story, store: Store
) -> None:
    assert acme.figures(store, *SALES, period=ORDERED) == [90.91, 22.73, 68.18, 6.82, 75]


@pytest.mark.parametrize("store", [TAXED, TAXED_BC, TAXED_WOO], ids=lambda store: store.connector)
def test_the_return_of_a_price_with_tax_takes_back_the_net_and_the_tax(acme: Story, store: Store) -> None:
    assert acme.figures(store, *BACK, period=RETURNED) == [68.18, 1, -6.82, 0, 75]
    assert acme.figures(store, "net_sales", "taxes", "total_sales") == [0, 0, 0]


# discounts of a whole order -------------------------------------------------------------------------------------------

SHARED = shopify(
    "shared",
    order(1, ORDERED, "20.00", line(11, "10.00"), line(12, "10.00"), line(13, "10.00"), total_discounts="10.00"),
    order(2, ORDERED, "29.99", line(14, "10.00"), line(15, "20.00"), line(16, "10.00"), total_discounts="10.01"),
)
SHARED_BC = bigcommerce(
    "shared_bc",
    bc_order(1, ORDERED, "20.0000", discount_amount="10.0000"),
    bc_order(2, ORDERED, "29.9900", coupon_discount="10.0100"),
    order_products=[
        *(bc_product(number, 1, "10.0000") for number in (11, 12, 13)),
        *(bc_product(number, 2, total) for number, total in ((14, "10.0000"), (15, "20.0000"), (16, "10.0000"))),
    ],
)


@pytest.mark.parametrize("store", [SHARED, SHARED_BC], ids=lambda store: store.connector)
def test_an_order_discount_is_shared_to_the_cent_and_the_remainder_goes_to_the_first_of_the_largest(
    acme: Story, store: Store
) -> None:
    assert acme.split(store, "product_title", "discounts") == {
        "Product 11": 3.34,
        "Product 12": 3.33,
        "Product 13": 3.33,
        "Product 14": 2.5,
        # a half of 10.01 is rounded to 5.00, and takes the cent that is left
        "Product 15": 5.01,
        "Product 16": 2.5,
    }
    assert acme.figures(store, *SALES) == [70, 20.01, 49.99, 0, 49.99]


# partial refunds ------------------------------------------------------------------------------------------------------

OF_118 = order(
    1,
    ORDERED,
    "118.00",
    line(11, "50.00", 2, tax=("10.00", 0.1)),
    total_tax="10.00",
    shipping_lines=[shipping("8.00")],
)
OF_118_BC = bc_order(1, ORDERED, "118.0000", total_tax="10.0000", shipping_cost_ex_tax="8.0000")
PRODUCT_BC = bc_product(11, 1, "100.0000", 2, total_inc_tax="110.0000", total_tax="10.0000")
OF_118_WOO = woo_order(
    1, ORDERED, "118.00", woo_line(11, "100.00", 2, total_tax="10.00"), total_tax="10.00", shipping_total="8.00"
)
ONE_BACK = returned(11, "50.00", "5.00")
KEPT = adjustment("refund_discrepancy", "10.00")

# 50 of goods, 5 of tax and 4 of shipping go back, but for 10 that are kept for restocking
RESTOCKED = shopify(
    "restocked",
    OF_118,
    refunds=[
        refund(
            5,
            1,
            RETURNED,
            "49.00",
            ONE_BACK,
            order_adjustments=[KEPT],
            refund_shipping_lines=[{"subtotal_amount_set": money("4.00"), "tax_amount_set": money("0.00")}],
        )
    ],
)
RESTOCKED_BEFORE_2024 = shopify(
    "restocked_before_2024",
    OF_118,
    refunds=[
        refund(5, 1, RETURNED, "49.00", ONE_BACK, order_adjustments=[adjustment("shipping_refund", "-4.00"), KEPT])
    ],
)
# where the vendor records no fee, the return counts as it is and only the money tells of it
RESTOCKED_BC = bigcommerce(
    "restocked_bc",
    OF_118_BC,
    order_products=[PRODUCT_BC],
    refunds=[bc_refund(5, 1, RETURNED, 49, bc_item("PRODUCT", 11, 50), bc_item("SHIPPING", 2, 4), total_tax=5)],
)
RESTOCKED_WOO = woocommerce(
    "restocked_woo",
    OF_118_WOO,
    order_refunds=[
        woo_refund(
            5,
            1,
            RETURNED,
            "49.00",
            woo_returned(51, 11, "-50.00", total_tax="-5.00"),
            shipping_lines=[{"id": 52, "total": "-4.00", "total_tax": "0.00"}],
        )
    ],
)
UNRECORDED = shopify("unrecorded", OF_118, refunds=[refund(5, 1, RETURNED, "45.00", ONE_BACK)])


@pytest.mark.parametrize(
    "store", [RESTOCKED, RESTOCKED_BEFORE_2024], ids=["refund_shipping_lines", "order_adjustments"]
)
def test_a_fee_kept_lowers_the_returns_of_a_partial_refund(acme: Story, store: Store) -> None:
    assert acme.figures(store, *BACK, period=RETURNED) == [40, 1, -5, -4, 49]
    assert acme.figures(store, "total_sales", period=RETURNED) == [-49]
    assert acme.figures(store, "net_sales", "total_sales", period=ORDERED) == [100, 118]
    assert acme.split(store, "product_title", "returns") == {"Product 11": 50, None: -10}


@pytest.mark.parametrize(
    ("store", "figures"),
    [
        (RESTOCKED_BC, [50, 1, -5, -4, 49]),
        (RESTOCKED_WOO, [50, 1, -5, -4, 49]),
        (UNRECORDED, [50, 1, -5, 0, 45]),
    ],
    ids=lambda value: getattr(value, "connector", ""),
)
def test_a_fee_that_nobody_recorded_lowers_the_money_only(acme: Story, store: Store, figures: list[float]) -> None:
    assert acme.figures(store, *BACK, period=RETURNED) == figures


@pytest.mark.parametrize("store", [RESTOCKED, RESTOCKED_BC, RESTOCKED_WOO], ids=lambda store: store.connector)
def test_an_order_of_which_a_part_came_back_says_so(acme: Story, store: Store) -> None:
    assert acme.split(store, "order_status", "orders") == {"partially_refunded": 1}


# 110 and then 20 are given back without a word on what for: 100 of goods, 8 of shipping, 10 of tax are there to take
GOODWILL = shopify("goodwill", OF_118, refunds=[refund(5, 1, RETURNED, "110.00"), refund(6, 1, LATER, "20.00")])
GOODWILL_BC = bigcommerce(
    "goodwill_bc",
    OF_118_BC,
    order_products=[PRODUCT_BC],
    refunds=[
        bc_refund(5, 1, RETURNED, 110, bc_item("ORDER", 1, 110)),
        bc_refund(6, 1, LATER, 20, bc_item("ORDER", 1, 20)),
    ],
)
GOODWILL_WOO = woocommerce(
    "goodwill_woo",
    OF_118_WOO,
    order_refunds=[woo_refund(5, 1, RETURNED, "110.00"), woo_refund(6, 1, LATER, "20.00")],
)


@pytest.mark.parametrize("store", [GOODWILL, GOODWILL_BC, GOODWILL_WOO], ids=lambda store: store.connector)
def test_money_without_items_takes_back_goods_then_shipping_then_taxes_and_never_more_than_there_is(
    acme: Story, store: Store
) -> None:
    assert acme.figures(store, *BACK, period=RETURNED) == [100, 0, -2, -8, 110]
    assert acme.figures(store, *BACK, period=LATER) == [0, 0, -8, 0, 20]
    assert acme.split(store, "product_title", "returns", period=RETURNED) == {None: 100}


# cancellations --------------------------------------------------------------------------------------------------------

# 100 of goods, 10 of tax, 5 of shipping; one unit of the second line came back before
OF_115: Mapping[str, object] = {
    "total_tax": "10.00",
    "shipping_lines": [shipping("5.00")],
    "cancelled_at": f"{CANCELLED}T12:00:00+00:00",
    "updated": CANCELLED,
    "financial_status": "refunded",
}
CALLED_OFF = shopify(
    "called_off",
    order(
        1,
        ORDERED,
        "115.00",
        line(11, "60.00", tax=("6.00", 0.1)),
        line(12, "20.00", 2, tax=("4.00", 0.1)),
        refunds=[
            refund(5, 1, RETURNED, "22.00", returned(12, "20.00", "2.00")),
            # given back in the moment of the cancellation
            refund(6, 1, CANCELLED, "88.00", returned(11, "60.00", "6.00"), returned(12, "20.00", "2.00")),
            refund(7, 1, LATER, "5.00", order_adjustments=[adjustment("shipping_refund", "-5.00")]),
        ],
        **OF_115,
    ),
)


def test_a_cancellation_takes_back_on_its_day_what_the_refunds_before_it_have_not(acme: Story) -> None:
    assert acme.figures(CALLED_OFF, *BACK, period=RETURNED) == [20, 1, -2, 0, 22]
    assert acme.figures(CALLED_OFF, *BACK, period=CANCELLED) == [80, 2, -8, -5, 88]
    by_product = acme.split(CALLED_OFF, "product_title", "returns", period=CANCELLED)
    assert by_product == {"Product 11": 60, "Product 12": 20}
    assert acme.figures(CALLED_OFF, "orders", "gross_sales", "net_sales", "total_sales") == [1, 100, 0, 0]


def test_a_refund_after_its_order_s_cancellation_is_money_only(acme: Story) -> None:
    assert acme.figures(CALLED_OFF, *BACK, period=LATER) == [0, 0, 0, 0, 5]
    assert acme.figures(CALLED_OFF, "refunded_amount") == [115]


# a vendor without a cancel date: the first version that is cancelled dates it, whatever comes after
CALLED_OFF_BC = bigcommerce(
    "called_off_bc",
    bc_order(1, ORDERED, "105.0000", shipping_cost_ex_tax="5.0000"),
    bc_order(1, ORDERED, "105.0000", shipping_cost_ex_tax="5.0000", status_id=5, updated=LATER, staff_notes="x"),
    bc_order(1, ORDERED, "105.0000", shipping_cost_ex_tax="5.0000", status_id=5, updated=CANCELLED),
    order_products=[bc_product(11, 1, "60.0000"), bc_product(12, 1, "40.0000", 2)],
    refunds=[
        bc_refund(5, 1, RETURNED, 20, bc_item("PRODUCT", 12, 20)),
        bc_refund(6, 1, LATER, 85, bc_item("ORDER", 1, 85)),
    ],
)
CALLED_OFF_WOO = woocommerce(
    "called_off_woo",
    *(
        woo_order(
            1,
            ORDERED,
            "105.00",
            woo_line(11, "60.00"),
            woo_line(12, "40.00", 2),
            shipping_total="5.00",
            status=status,
            updated=updated,
        )
        for status, updated in (("processing", ORDERED), ("cancelled", LATER), ("cancelled", CANCELLED))
    ),
    order_refunds=[
        woo_refund(5, 1, RETURNED, "20.00", woo_returned(51, 12, "-20.00")),
        woo_refund(6, 1, LATER, "85.00"),
    ],
)


@pytest.mark.parametrize("store", [CALLED_OFF_BC, CALLED_OFF_WOO], ids=lambda store: store.connector)
def test_without_a_cancel_date_the_first_version_seen_cancelled_dates_the_cancellation(
    acme: Story, store: Store
) -> None:
    assert acme.figures(store, *BACK, period=RETURNED) == [20, 1, 0, 0, 20]
    assert acme.figures(store, *BACK, period=CANCELLED) == [80, 2, 0, -5, 0]
    assert acme.figures(store, *BACK, period=LATER) == [0, 0, 0, 0, 85]
    assert acme.figures(store, "orders", "total_revenue", "total_sales") == [1, 105, 0]
    assert any(notice.startswith(f"{store.name}: 1 cancelled order") for notice in acme.ask("returns").notices)


UNPAID = (
    bigcommerce("unpaid_bc", bc_order(1, ORDERED, "10.0000", status_id=5, payment_status="")),
    woocommerce("unpaid_woo", woo_order(1, ORDERED, "10.00", status="cancelled", date_paid=None)),
)
UNPAID_BC, UNPAID_WOO = UNPAID


@pytest.mark.parametrize("store", UNPAID, ids=lambda store: store.connector)
def test_an_order_cancelled_before_it_was_paid_does_not_count(acme: Story, store: Store) -> None:
    assert acme.figures(store, "orders", "total_revenue", "returns") == [0, 0, 0]


# gift cards, tips, duties and fees ------------------------------------------------------------------------------------

GIFTS = shopify(
    "gifts",
    order(1, ORDERED, "80.00", line(11, "30.00"), line(12, "50.00", gift_card=True)),
    order(2, ORDERED, "50.00", line(13, "50.00", gift_card=True)),
)
GIFTS_BC = bigcommerce(
    "gifts_bc",
    bc_order(1, ORDERED, "80.0000"),
    bc_order(2, ORDERED, "50.0000"),
    order_products=[
        bc_product(11, 1, "30.0000"),
        bc_product(12, 1, "50.0000", type="giftcertificate"),
        bc_product(13, 2, "50.0000", type="giftcertificate"),
    ],
)


@pytest.mark.parametrize(
    ("store", "orders", "revenue"),
    [(GIFTS, 1, 80), (GIFTS_BC, 2, 130)],
    ids=["shopify leaves out orders of gift cards alone", "bigcommerce counts by status"],
)
def test_a_gift_card_is_charged_but_no_sale(acme: Story, store: Store, orders: int, revenue: int) -> None:
    figures = acme.figures(store, "orders", "total_revenue", "gross_sales", "net_sales", "units_sold")
    assert figures == [orders, revenue, 30, 30, 1]


EXTRAS: Mapping[str, object] = {
    "shipping_lines": [shipping("10.00")],
    "original_total_duties_set": money("15.00"),
    "total_tip_received": "5.00",
}
TIPPED = shopify(
    "tipped",
    order(1, ORDERED, "130.00", line(11, "100.00"), **EXTRAS),
    refunds=[refund(5, 1, RETURNED, "115.00", returned(11, "100.00"), total_duties_set=money("15.00"))],
)
TIPPED_IN_VAIN = shopify(
    "tipped_in_vain",
    order(1, ORDERED, "130.00", line(11, "100.00"), cancelled_at=f"{CANCELLED}T12:00:00Z", updated=CANCELLED, **EXTRAS),
)
EXTRA = ("total_revenue", "net_sales", "shipping", "duties_and_fees", "tips", "total_sales")


def test_duties_are_part_of_total_sales_and_tips_are_apart(acme: Story) -> None:
    assert acme.figures(TIPPED, *EXTRA, period=ORDERED) == [130, 100, 10, 15, 5, 125]
    assert acme.figures(TIPPED, *EXTRA, period=RETURNED) == [0, -100, 0, -15, 0, -115]
    assert acme.figures(TIPPED, "refunded_amount", period=RETURNED) == [115]


def test_a_cancellation_takes_back_duties_and_tips_as_well(acme: Story) -> None:
    assert acme.figures(TIPPED_IN_VAIN, *EXTRA, period=CANCELLED) == [0, -100, -10, -15, -5, -125]


FEES_BC = bigcommerce(
    "fees_bc",
    bc_order(1, ORDERED, "103.0000", fees=[{"id": 1, "cost_ex_tax": "3.0000"}]),
    order_products=[bc_product(11, 1, "100.0000")],
    refunds=[bc_refund(5, 1, RETURNED, 3, bc_item("FEE", 1, 3))],
)
FEES_WOO = woocommerce(
    "fees_woo",
    woo_order(1, ORDERED, "103.00", woo_line(11, "100.00"), fee_lines=[{"id": 1, "total": "3.00"}]),
    order_refunds=[woo_refund(5, 1, RETURNED, "3.00", fee_lines=[{"id": 51, "total": "-3.00"}])],
)


@pytest.mark.parametrize("store", [FEES_BC, FEES_WOO], ids=lambda store: store.connector)
def test_a_fee_is_charged_and_given_back_as_a_fee(acme: Story, store: Store) -> None:
    assert acme.figures(store, "net_sales", "duties_and_fees", "total_sales", period=ORDERED) == [100, 3, 103]
    assert acme.figures(store, "returns", "duties_and_fees", "refunded_amount", period=RETURNED) == [0, -3, 3]


# other currencies -----------------------------------------------------------------------------------------------------

# the buyer pays 100 EUR, the shop books 110 USD
ABROAD = shopify(
    "abroad",
    order(
        1,
        ORDERED,
        "110.00",
        line(11, "55.00", 2, price_set=money("55.00", "50.00")),
        presentment_currency="EUR",
        total_price_set=money("110.00", "100.00"),
    ),
    refunds=[
        refund(5, 1, RETURNED, "50.00", returned(11, "55.00", subtotal_set=money("55.00", "50.00")), paid_in="EUR"),
        # 12.34 × 1.10 = 13.574
        refund(6, 1, LATER, "12.34", paid_in="EUR"),
    ],
)


def test_a_refund_in_the_buyer_s_currency_is_brought_to_the_order_s_at_the_order_s_own_ratio(acme: Story) -> None:
    assert acme.figures(ABROAD, "total_revenue", "returns", "refunded_amount", period=ORDERED) == [110, 0, 0]
    assert acme.figures(ABROAD, "returns", "refunded_amount", period=RETURNED) == [55, 55]
    assert acme.figures(ABROAD, "returns", "refunded_amount", period=LATER) == [13.57, 13.57]


FOREIGN = shopify(
    "foreign",
    order(1, ORDERED, "100.00", line(11, "100.00")),
    order(2, ORDERED, "50.00", line(11, "50.00")),
    order(3, ORDERED, "80.00", line(11, "80.00"), currency="EUR"),
    refunds=[refund(5, 3, RETURNED, "80.00", returned(11, "80.00"), paid_in="EUR")],
)


def test_an_order_in_another_currency_is_left_out_of_amounts_and_of_their_averages_but_not_of_counts(
    acme: Story,
) -> None:
    figures = acme.figures(FOREIGN, "orders", "units_sold", "total_revenue", "average_order_value", "refunded_amount")
    assert figures == [3, 3, 150, 75, None]
    asked = acme.ask("total_revenue", where=[{"field": "source_name", "value": "foreign"}])
    assert "1 order in EUR without a rate to USD is left out of amounts." in asked.notices


# persons --------------------------------------------------------------------------------------------------------------

PERSONS = shopify(
    "persons",
    order(1, "2026-10-05", "10.00", email="Ann@Example.com", customer=None),
    order(2, "2026-10-06", "10.00", email=" ann@example.com", customer={"id": 7, "email": "ann@example.com"}),
    order(3, "2026-10-08", "10.00", email="", customer={"id": 7, "email": None}),
    order(4, "2026-10-08", "10.00", email="", customer=None),
)
PERSONS_BC = bigcommerce(
    "persons_bc",
    bc_order(1, "2026-10-05", "10.0000", billing_address={"email": "Bea@Example.com"}),
    bc_order(2, "2026-10-06", "10.0000", billing_address={"email": "bea@example.com"}, customer_id=7),
    bc_order(3, "2026-10-08", "10.0000", billing_address={"email": ""}, customer_id=7),
    bc_order(4, "2026-10-08", "10.0000", billing_address={"email": ""}),
)
PERSONS_WOO = woocommerce(
    "persons_woo",
    woo_order(1, "2026-10-05", "10.00", billing={"email": "Cid@Example.com"}),
    woo_order(2, "2026-10-06", "10.00", billing={"email": "cid@example.com "}, customer_id=7),
    woo_order(3, "2026-10-08", "10.00", billing={"email": ""}, customer_id=7),
    woo_order(4, "2026-10-08", "10.00", billing={"email": ""}),
)
ELSEWHERE = woocommerce("elsewhere", woo_order(1, "2026-10-20", "10.00", billing={"email": "ann@example.com"}))


@pytest.mark.parametrize("store", [PERSONS, PERSONS_BC, PERSONS_WOO], ids=lambda store: store.connector)
def test_a_guest_who_comes_back_with_an_account_is_one_person(acme: Story, store: Store) -> None:
    figures = acme.figures(store, "orders", "customers", "new_customers", "returning_customers", "repeat_rate")
    assert figures == [4, 1, 1, 1, 1]
    assert acme.split(store, "customer_type", "orders") == {"new": 1, "returning": 2, None: 1}
    assert acme.figures(store, "new_customers", period="2026-10-05") == [1]
    assert acme.figures(store, "new_customers", "returning_customers", period="2026-10-06") == [0, 1]


def test_a_person_known_in_one_store_returns_in_another(acme: Story) -> None:
    assert acme.figures(ELSEWHERE, "customers", "new_customers", "returning_customers") == [1, 0, 1]
    both = acme.ask("customers", where=[{"field": "source_name", "value": ["persons", "elsewhere"]}])
    assert both.rows == ((1,),)


# days -----------------------------------------------------------------------------------------------------------------

# New York: an evening in UTC's next day, one written in Los Angeles, and midnight
INSTANTS = ("2026-10-06T02:30:00+00:00", "2026-10-05T20:30:00-07:00", "2026-10-06T04:00:00+00:00")
DAYS = shopify("days", *(order(number, when, "1.00") for number, when in enumerate(INSTANTS, start=1)))
DAYS_BC = bigcommerce("days_bc", *(bc_order(number, when, "1.00") for number, when in enumerate(INSTANTS, start=1)))
DAYS_WOO = woocommerce("days_woo", *(woo_order(number, when, "1.00") for number, when in enumerate(INSTANTS, start=1)))


@pytest.mark.parametrize("store", [DAYS, DAYS_BC, DAYS_WOO], ids=lambda store: store.connector)
def test_an_order_falls_on_the_tenant_s_own_day_whatever_offset_it_is_written_with(acme: Story, store: Store) -> None:
    assert acme.split(store, "day", "orders") == {"2026-10-05": 2, "2026-10-06": 1}


PROCESSED = shopify(
    "processed",
    order(1, "2026-10-07", "1.00", created_at="2026-10-09T12:00:00Z"),
    order(2, "2026-10-07", "1.00", created_at="2026-10-09T12:00:00Z", processed_at=None),
)


def test_an_order_falls_on_the_day_it_was_processed_else_created(acme: Story) -> None:
    assert acme.split(PROCESSED, "day", "orders") == {"2026-10-07": 1, "2026-10-09": 1}


CALENDAR = shopify(
    "calendar",
    *(
        order(number, when, "1.00")
        for number, when in enumerate(
            [
                "2024-02-29T23:59:59-05:00",
                "2024-03-01T00:00:00-05:00",
                # clocks go forward: this day ends at four in UTC, and began at five
                "2026-03-08T04:59:59+00:00",
                "2026-03-08T01:30:00-05:00",
                "2026-03-08T03:30:00-04:00",
                "2026-03-09T03:59:59+00:00",
                "2026-03-09T04:00:00+00:00",
                # clocks go back: half past one comes twice
                "2026-11-01T03:59:59+00:00",
                "2026-11-01T01:30:00-04:00",
                "2026-11-01T01:30:00-05:00",
                "2026-11-02T04:59:59+00:00",
                "2026-11-02T05:00:00+00:00",
            ],
            start=1,
        )
    ),
)


def test_the_29th_of_february_is_a_day_of_its_own(acme: Story) -> None:
    assert acme.figures(CALENDAR, "orders", period="2024-02-29") == [1]
    assert acme.split(CALENDAR, "month", "orders", period="2024") == {"2024-02-01": 1, "2024-03-01": 1}


@pytest.mark.parametrize(
    ("period", "orders"),
    [
        ("2026-03", {"2026-03-07": 1, "2026-03-08": 3, "2026-03-09": 1}),
        ("2026-10-31..2026-11-02", {"2026-10-31": 1, "2026-11-01": 3, "2026-11-02": 1}),
    ],
    ids=["forward", "back"],
)
def test_days_on_which_the_clocks_change_are_whole_days(acme: Story, period: str, orders: dict[str, int]) -> None:
    assert acme.split(CALENDAR, "day", "orders", period=period) == orders


# two stores -----------------------------------------------------------------------------------------------------------

TWIN_A = shopify(
    "twin_a",
    order(1, ORDERED, "100.00", line(11, "100.00"), customer={"id": 7}),
    refunds=[refund(5, 1, RETURNED, "30.00", returned(11, "30.00"))],
)
TWIN_B = shopify(
    "twin_b",
    order(1, ORDERED, "7.00", line(11, "7.00"), customer={"id": 7}),
    refunds=[refund(5, 1, RETURNED, "2.00", returned(11, "2.00"))],
)


def test_equal_ids_of_two_stores_are_not_mixed_up(acme: Story) -> None:
    metrics = ("orders", "gross_sales", "returns", "refunded_amount", "customers")
    assert acme.figures(TWIN_A, *metrics) == [1, 100, 30, 30, 1]
    assert acme.figures(TWIN_B, *metrics) == [1, 7, 2, 2, 1]
    both = acme.ask(*metrics, where=[{"field": "source_name", "value": ["twin_a", "twin_b"]}])
    assert both.rows == ((2, 107, 32, 32, 2),)
