"""Shopify's two APIs: the REST and the GraphQL form of an order, with its sales ledger or without, are one order; and
where the ledger tells more or otherwise, it decides value and day of what came back. One refresh.
"""

from decimal import Decimal
from typing import Any

import pytest
from graphql_form import agreement, graphql_form, ledger, sale
from sources import Funnel, Source, graphql
from story import Record, Store, adjustment, line, money, order, refund, returned, shipping, shopify

ORDERED, EDITED, RETURNED, CANCELLED, LATER = "2026-10-05", "2026-10-06", "2026-10-07", "2026-10-09", "2026-10-12"
BACK = ("returns", "units_returned", "taxes", "shipping", "refunded_amount")


def noon(day: str) -> str:
    return f"{day}T12:00:00+00:00"


def refunded_shipping(net: str, tax: str = "0.00") -> Record:
    return {"id": 1, "subtotal_amount_set": money(net), "tax_amount_set": money(tax)}


# what REST says of an edit that takes an item out: a refund without money
TAKEN_OUT = refund(106, 6, EDITED, "0.00", returned(62, "25.00"), transactions=[])


def orders(shop: str) -> list[Record]:
    """One shop's orders by REST; its customers are nobody else's."""
    with_tax_inside = order(
        1,
        ORDERED,
        "79.00",
        line(11, "100.00", off=["25.00"], tax=("6.82", 0.1)),
        taxes_included=True,
        total_tax="7.18",
        total_discounts="25.00",
        shipping_lines=[shipping("4.00") | {"tax_lines": [{"price": "0.36", "rate": 0.1, "title": "Tax"}]}],
        refunds=[
            refund(
                101,
                1,
                RETURNED,
                "79.00",
                returned(11, "75.00", "6.82"),
                refund_shipping_lines=[refunded_shipping("4.00", "0.36")],
            )
        ],
    )
    discounted = order(
        2,
        ORDERED,
        "20.00",
        line(21, "10.00", off=["3.34"]),
        line(22, "5.00", 2, off=["1.33", "2.00"]),
        line(23, "10.00", off=["3.33"]),
        total_discounts="10.00",
    )
    gift = order(
        3,
        ORDERED,
        "80.00",
        line(31, "30.00"),
        line(32, "50.00", gift_card=True),
        refunds=[refund(103, 3, RETURNED, "80.00", returned(31, "30.00"), returned(32, "50.00"), note="unwanted")],
    )
    extras = order(
        4,
        ORDERED,
        "130.00",
        line(41, "100.00"),
        shipping_lines=[shipping("10.00")],
        original_total_duties_set=money("15.00"),
        total_tip_received="5.00",
        refunds=[refund(104, 4, RETURNED, "115.00", returned(41, "100.00"), total_duties_set=money("15.00"))],
    )
    restocked = order(
        5,
        ORDERED,
        "118.00",
        line(51, "50.00", 2, tax=("10.00", 0.1)),
        total_tax="10.00",
        shipping_lines=[shipping("8.00")],
        refunds=[
            refund(
                105,
                5,
                RETURNED,
                "49.00",
                returned(51, "50.00", "5.00"),
                refund_shipping_lines=[refunded_shipping("4.00")],
                order_adjustments=[adjustment("refund_discrepancy", "10.00")],
            ),
            refund(115, 5, LATER, "20.00", order_adjustments=[adjustment("refund_discrepancy", "-20.00")]),
        ],
    )
    edited = order(
        6,
        ORDERED,
        "105.00",
        line(61, "40.00"),
        line(62, "25.00", 2),
        line(63, "15.00"),
        updated=EDITED,
        refunds=[TAKEN_OUT],
    )
    called_off = order(
        7,
        ORDERED,
        "115.00",
        line(71, "60.00", tax=("6.00", 0.1)),
        line(72, "20.00", 2, tax=("4.00", 0.1)),
        total_tax="10.00",
        shipping_lines=[shipping("5.00")],
        cancelled_at=noon(CANCELLED),
        cancel_reason="customer",
        financial_status="refunded",
        updated=CANCELLED,
        refunds=[
            refund(107, 7, RETURNED, "22.00", returned(72, "20.00", "2.00")),
            refund(117, 7, CANCELLED, "88.00", returned(71, "60.00", "6.00"), returned(72, "20.00", "2.00")),
            refund(127, 7, LATER, "5.00", refund_shipping_lines=[refunded_shipping("5.00")]),
        ],
    )
    abroad = order(
        8,
        ORDERED,
        "110.00",
        line(81, "55.00", 2, price_set=money("55.00", "50.00")),
        presentment_currency="EUR",
        total_price_set=money("110.00", "100.00"),
        refunds=[
            refund(108, 8, RETURNED, "50.00", returned(81, "55.00"), paid_in="EUR"),
            refund(118, 8, LATER, "12.34", paid_in="EUR"),
        ],
    )
    goodwill = order(
        9,
        ORDERED,
        "118.00",
        line(91, "50.00", 2, tax=("10.00", 0.1)),
        total_tax="10.00",
        shipping_lines=[shipping("8.00")],
        refunds=[refund(109, 9, RETURNED, "110.00"), refund(119, 9, LATER, "20.00")],
    )
    # 6 off a shipping of 10, and nothing off the goods
    shipped = order(
        17,
        ORDERED,
        "54.00",
        line(171, "50.00"),
        total_discounts="6.00",
        shipping_lines=[shipping("10.00") | {"discounted_price": "4.00", "discount_allocations": [{"amount": "6.00"}]}],
    )
    others = [
        order(10, ORDERED, "50.00", line(99, "50.00", gift_card=True)),
        order(11, ORDERED, "10.00", line(111, "10.00"), test=True),
        order(12, "2026-10-06T02:30:00+00:00", "10.00", line(121, "10.00"), shipping_address={"country_code": "FR"}),
        order(13, ORDERED, "10.00", line(131, "10.00"), financial_status="voided"),
        order(14, ORDERED, "10.00", line(141, "10.00"), financial_status="pending", customer={"id": 7}),
        order(15, ORDERED, "10.00", line(151, "10.00"), customer={"id": 7, "email": f"bea@{shop}.example"}),
        order(16, ORDERED, "10.00", financial_status="partially_paid"),
    ]
    first = [with_tax_inside, discounted, gift, extras, restocked, edited, called_off, abroad, goodwill, shipped]
    return [told | {"email": f"ann@{shop}.example"} for told in first] + others


def of_edit(told: Record) -> list[Record]:
    """The ledger of the edited order: the new item, and the one that was taken out, are of the edit's agreement."""
    [sold, _] = ledger(told | {"line_items": told["line_items"][:2]})
    added = sale("ORDER", "PRODUCT", "15.00", of=63)
    return [sold, agreement(2, noon(EDITED), added, sale("RETURN", "PRODUCT", "-25.00", of=62, quantity=-1))]


REST = shopify("rest", *orders("rest"))
GRAPHQL = graphql("graphql", *(graphql_form(told) for told in orders("graphql")))
LEDGER = graphql(
    "ledger",
    *(graphql_form(told, of_edit(told) if told["id"] == 6 else ledger(told)) for told in orders("ledger")),
)

# where the ledger says something else ---------------------------------------------------------------------------------

OF_118 = order(
    1,
    ORDERED,
    "118.00",
    line(11, "50.00", 2, tax=("10.00", 0.1)),
    total_tax="10.00",
    shipping_lines=[shipping("8.00")],
)
ONE_BACK = refund(5, 1, RETURNED, "55.00", returned(11, "50.00", "5.00"))
SOLD = ledger(OF_118)[0]


def of_118(name: str, *agreements: Record, refunds: tuple[Record, ...] = (ONE_BACK,), **more: Any) -> Source:
    """A shop of one order: two at 50 with 10 of tax, and 8 of shipping; agreements: its ledger after the sale."""
    return graphql(name, graphql_form(OF_118 | {"refunds": refunds} | more, [SOLD, *agreements]))


# returned a day before the money
ANOTHER_DAY = of_118(
    "another_day",
    agreement(2, noon(EDITED), sale("RETURN", "PRODUCT", "-55.00", "-5.00", of=11, quantity=-1), refund=5),
)
# 44 with 4 of tax, 3 of shipping, and 2 for nothing said, of the 55 given back
ANOTHER_VALUE = of_118(
    "another_value",
    agreement(
        2,
        noon(RETURNED),
        sale("RETURN", "PRODUCT", "-44.00", "-4.00", of=11, quantity=-1),
        sale("RETURN", "SHIPPING", "-3.00"),
        sale("RETURN", "ADJUSTMENT", "-2.00"),
        refund=5,
    ),
)
NO_MONEY = of_118(
    "no_money",
    agreement(2, noon(RETURNED), sale("RETURN", "PRODUCT", "-55.00", "-5.00", of=11, quantity=-1)),
    refunds=(),
)
# the return is agreed on the 7th; the refund of the 12th has no sales left to tell of
MONEY_LATER = of_118(
    "money_later",
    agreement(2, noon(RETURNED), sale("RETURN", "PRODUCT", "-55.00", "-5.00", of=11, quantity=-1)),
    agreement(3, noon(LATER), refund=6),
    refunds=(refund(6, 1, LATER, "55.00", returned(11, "50.00", "5.00")),),
)
# of two refunds the ledger names the first, as that tells it
ONE_NAMED = of_118(
    "one_named",
    agreement(2, noon(RETURNED), sale("RETURN", "PRODUCT", "-55.00", "-5.00", of=11, quantity=-1), refund=5),
    refunds=(ONE_BACK, refund(6, 1, LATER, "8.00", refund_shipping_lines=[refunded_shipping("8.00")])),
)
BACK_AT_ONCE = of_118(
    "back_at_once",
    agreement(
        2,
        "2026-10-09T12:00:01+00:00",
        sale("RETURN", "PRODUCT", "-110.00", "-10.00", of=11, quantity=-2),
        sale("RETURN", "SHIPPING", "-8.00"),
    ),
    refunds=(),
    cancelled_at=noon(CANCELLED),
)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Funnel:
    """A tenant of every store above, refreshed."""
    stores = [value for value in globals().values() if isinstance(value, Store)]
    story = Funnel(tmp_path_factory.mktemp("apis"), stores=stores)
    run = story.refresh()
    assert run.status == "succeeded", run.error
    assert sum(load.quarantined for load in run.loads) == 0, run.notices
    return story


# keys and payloads are the store's own; the ledger's day is known where there is a ledger
OWN = frozenset(
    {
        "order_key",
        "order_line_key",
        "refund_line_key",
        "product_key",
        "person_key",
        "source_name",
        "source_id",
        "payload_hash",
        "_dlt_load_id",
        "transaction_payload_hash",
        "transaction_load_id",
        "rate_payload_hash",
        "rate_load_id",
        "ledger_date",
    }
)


def facts(acme: Funnel, table: str, store: Store) -> list[tuple[Any, ...]]:
    columns = [name for name, *_ in acme.rows(f"describe {table}") if name not in OWN]
    listed = ", ".join(columns)
    return acme.rows(f"select {listed} from {table} where source_name = '{store.name}' order by all")


@pytest.mark.parametrize("table", ["fct_orders", "fct_order_lines", "fct_refunds"])
@pytest.mark.parametrize("store", [GRAPHQL, LEDGER], ids=lambda store: store.name)
def test_both_forms_of_an_order_give_the_same_rows(acme: Funnel, table: str, store: Store) -> None:
    assert facts(acme, table, store) == facts(acme, table, REST)
    assert len(facts(acme, table, REST)) >= 16


# order: what it was charged; its goods, net, less those returned; all that its sales come to, tips apart; given back
COME_TO = {
    "1": ("79.00", "0", "0", "79.00"),
    "2": ("20.00", "20.00", "20.00", "0"),
    "3": ("80.00", "0", "0", "80.00"),
    "4": ("130.00", "0", "10.00", "115.00"),
    # 100 − 50 + 10 kept − 20; 5 of tax, 4 of shipping
    "5": ("118.00", "40.00", "49.00", "69.00"),
    "6": ("105.00", "80.00", "80.00", "0"),
    "7": ("115.00", "0", "0", "115.00"),
    # 12.34 × 1.10 = 13.574
    "8": ("110.00", "41.43", "41.43", "68.57"),
    "9": ("118.00", "0", "0", "130.00"),
    "17": ("54.00", "50.00", "54.00", "0"),
}


@pytest.mark.parametrize("store", [REST, GRAPHQL, LEDGER], ids=lambda store: store.name)
def test_orders_of_both_forms_come_to_what_was_worked_out_by_hand(acme: Funnel, store: Store) -> None:
    listed = ", ".join(f"'{number}'" for number in COME_TO)
    found = acme.rows(
        f"""
        with lines as (select order_key, sum(net_amount) as net from fct_order_lines where is_counted group by 1),
        back as (
            select order_key, sum(return_amount) as returns, sum(shipping_amount) as shipping, sum(tax_amount) as tax,
                   sum(duties_and_fees_amount) as duties, sum(refunded_amount) as refunded
            from fct_refunds where is_counted group by 1
        )
        select order_id, total_amount, net - coalesce(returns, 0),
               net - coalesce(returns, 0) + shipping_amount - coalesce(shipping, 0) + tax_amount - coalesce(tax, 0)
               + duties_and_fees_amount - coalesce(duties, 0), coalesce(refunded, 0)
        from fct_orders left join lines using (order_key) left join back using (order_key)
        where source_name = '{store.name}' and order_id in ({listed})
        """
    )
    assert {row[0]: row[1:] for row in found} == {
        number: tuple(Decimal(amount) for amount in amounts) for number, amounts in COME_TO.items()
    }


def test_the_sales_of_an_edit_fall_on_the_order_s_day_and_keep_the_ledger_s_own(acme: Funnel) -> None:
    # 90.91 + 30 + 30 + 100 + 100 + 105 with the edit + 100 + 110 + 100 + 50, and five of 10
    for store in (REST, GRAPHQL, LEDGER):
        assert acme.figures(store, "gross_sales") == acme.figures(store, "gross_sales", period=ORDERED) == [865.91]
    days = "select line_id, order_date::varchar, ledger_date::varchar from fct_order_lines where order_id = '6'"
    assert sorted(acme.rows(f"{days} and source_name = 'ledger'")) == [
        ("61", ORDERED, ORDERED),
        ("62", ORDERED, ORDERED),
        ("63", ORDERED, EDITED),
    ]
    assert {day for _, _, day in acme.rows(f"{days} and source_name in ('rest', 'graphql')")} == {None}


@pytest.mark.parametrize("store", [GRAPHQL, LEDGER, REST], ids=lambda store: store.name)
def test_an_item_that_an_edit_takes_out_is_returned_on_the_day_of_the_edit(acme: Funnel, store: Store) -> None:
    assert acme.figures(store, "returns", "units_returned", "refunded_amount", period=EDITED) == [25, 1, 0]


def test_the_ledger_agrees_with_the_refunds_line_by_line(acme: Funnel) -> None:
    assert acme.rows("select distinct kind from fct_refunds where source_name = 'ledger' order by 1") == [
        ("cancellation",),
        ("item",),
        ("rest",),
    ]


def test_the_ledger_decides_the_day_of_a_return_and_the_refund_that_of_the_money(acme: Funnel) -> None:
    assert acme.figures(ANOTHER_DAY, *BACK, period=EDITED) == [50, 1, -5, 0, 0]
    assert acme.figures(ANOTHER_DAY, *BACK, period=RETURNED) == [0, 0, 0, 0, 55]
    assert acme.figures(ANOTHER_DAY, "net_sales", "taxes", "total_sales") == [50, 5, 63]


def test_the_ledger_decides_the_value_of_a_return(acme: Funnel) -> None:
    assert acme.figures(ANOTHER_VALUE, *BACK, period=RETURNED) == [42, 1, -4, -3, 55]
    assert acme.split(ANOTHER_VALUE, "product_title", "returns") == {"Product 11": 40, None: 2}
    assert acme.figures(ANOTHER_VALUE, "net_sales", "taxes", "shipping", "total_sales") == [58, 6, 5, 69]


def test_a_return_of_the_ledger_counts_without_a_refund(acme: Funnel) -> None:
    assert acme.figures(NO_MONEY, *BACK, period=RETURNED) == [50, 1, -5, 0, 0]
    assert acme.figures(NO_MONEY, "net_sales", "refunded_amount") == [50, 0]


def test_a_return_whose_money_comes_later_counts_once_on_the_ledger_s_day(acme: Funnel) -> None:
    assert acme.figures(MONEY_LATER, *BACK, period=RETURNED) == [50, 1, -5, 0, 0]
    assert acme.figures(MONEY_LATER, *BACK, period=LATER) == [0, 0, 0, 0, 55]


def test_a_refund_that_the_ledger_does_not_name_stands_beside_one_that_it_does(acme: Funnel) -> None:
    assert acme.figures(ONE_NAMED, *BACK, period=RETURNED) == [50, 1, -5, 0, 55]
    assert acme.figures(ONE_NAMED, *BACK, period=LATER) == [0, 0, 0, -8, 8]


def test_what_the_ledger_tells_of_a_cancellation_is_taken_back_once(acme: Funnel) -> None:
    assert acme.figures(BACK_AT_ONCE, *BACK, period=CANCELLED) == [100, 2, -10, -8, 0]
    assert acme.figures(BACK_AT_ONCE, "net_sales", "total_sales", "total_revenue") == [0, 0, 118]
