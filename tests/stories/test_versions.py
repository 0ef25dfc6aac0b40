"""Versions of orders and refunds, early, late and twice: the star follows the newest. Three refreshes tell them all."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from story import (
    Record,
    Store,
    Story,
    bc_order,
    bigcommerce,
    line,
    order,
    refund,
    returned,
    shopify,
    woo_line,
    woo_order,
    woo_refund,
    woo_returned,
    woocommerce,
)

TEN = range(1, 11)
DAY = "2026-10-05"
FIRST, SECOND, THIRD = 0, 1, 2  # versions of an order, an hour apart, of 10, 20 and 30; refreshes
BUILD: Mapping[str, Callable[..., Record]] = {"shopify": order, "bigcommerce": bc_order, "woocommerce": woo_order}


def ten(version: int, connector: str = "shopify") -> list[Record]:
    """Ten orders in one of their versions; as it was told, the total of each."""
    updated = f"{DAY}T{12 + version}:00:00+00:00"
    return [BUILD[connector](number, DAY, f"{version + 1}0.00", updated=updated) for number in TEN]


STALE_FIRST = shopify("stale_first", *ten(FIRST))
NEW_FIRST = shopify("new_first", *ten(FIRST))
NEW_FIRST_BC = bigcommerce("new_first_bc", *ten(FIRST, "bigcommerce"))
NEW_FIRST_WOO = woocommerce("new_first_woo", *ten(FIRST, "woocommerce"))
TWICE = shopify("twice", *ten(FIRST))
IN_ONE_FILE = shopify("in_one_file", *ten(THIRD), *ten(FIRST), *ten(SECOND))
IN_TWO_FILES = shopify("in_two_files", *ten(THIRD))
RESTATED = woocommerce("restated", woo_order(1, DAY, "100.00", woo_line(11, "100.00")))
EARLY = shopify("early", refunds=[refund(5, 1, DAY, "10.00", returned(11, "10.00"), note="too small")])
EARLY_WOO = woocommerce("early_woo", order_refunds=[woo_refund(5, 1, DAY, "10.00", woo_returned(51, 11, "-10.00"))])
EARLY_ORDER = order(1, DAY, "30.00", line(11, "30.00"), shipping_address={"country_code": "FR"}, email="a@example.com")
EARLY_ORDER_WOO = woo_order(1, DAY, "30.00", woo_line(11, "30.00"), billing={"country": "FR", "email": "b@example.com"})


def restated(amount: str) -> Record:
    return woo_refund(5, 1, DAY, amount, woo_returned(51, 11, f"-{amount}"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The tenant after three refreshes, each of which published."""
    stores = [value for value in globals().values() if isinstance(value, Store)]
    acme = Story(tmp_path_factory.mktemp("versions"), stores=stores)
    # written later, but an older version
    acme.deliver(*ten(SECOND), name="orders-late.jsonl", source="in_two_files", minutes=5)
    acme.deliver(restated("10.00"), name="order_refunds.jsonl", source="restated", minutes=0)
    assert acme.refresh().status == "succeeded"

    acme.deliver(*ten(SECOND), name="orders-2.jsonl", source="stale_first", minutes=60)
    acme.deliver(*ten(THIRD), name="orders-2.jsonl", source="new_first", minutes=60)
    acme.deliver(*ten(THIRD, "bigcommerce"), name="orders-2.jsonl", source="new_first_bc", minutes=60)
    acme.deliver(*ten(THIRD, "woocommerce"), name="orders-2.jsonl", source="new_first_woo", minutes=60)
    acme.deliver(*ten(THIRD), *ten(THIRD), name="orders-2.jsonl", source="twice", minutes=60)
    acme.deliver(restated("12.00"), name="order_refunds.jsonl", source="restated", minutes=60)
    acme.deliver(EARLY_ORDER, name="orders.jsonl", source="early", minutes=60)
    acme.deliver(EARLY_ORDER_WOO, name="orders.jsonl", source="early_woo", minutes=60)
    assert acme.refresh().status == "succeeded"

    acme.deliver(*ten(THIRD), name="orders-3.jsonl", source="stale_first", minutes=120)
    acme.deliver(*ten(SECOND), name="orders-3.jsonl", source="new_first", minutes=120)
    acme.deliver(*ten(SECOND, "bigcommerce"), name="orders-3.jsonl", source="new_first_bc", minutes=120)
    acme.deliver(*ten(SECOND, "woocommerce"), name="orders-3.jsonl", source="new_first_woo", minutes=120)
    acme.deliver(*ten(THIRD), name="orders-3.jsonl", source="twice", minutes=120)
    acme.deliver(restated("10.00"), name="order_refunds.jsonl", source="restated", minutes=120)
    assert acme.refresh().status == "succeeded"
    return acme


@pytest.mark.parametrize(
    ("store", "totals"),
    [
        (STALE_FIRST, [100, 200, 300]),
        (NEW_FIRST, [100, 300, 300]),
        (NEW_FIRST_BC, [100, 300, 300]),
        (NEW_FIRST_WOO, [100, 300, 300]),
        (TWICE, [100, 300, 300]),
        (IN_ONE_FILE, [300, 300, 300]),
        (IN_TWO_FILES, [300, 300, 300]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_totals_of_ten_changed_orders_follow_the_newest_version(
    told: Story, store: Store, totals: list[int]
) -> None:
    for refresh, total in enumerate(totals):
        figures = told.figures(store, "orders", "total_revenue", version=told.published[refresh])
        assert figures == [10, total], f"after refresh {refresh + 1}"


def test_every_version_is_kept_in_raw_once_however_often_it_is_delivered(told: Story) -> None:
    kept = told.raw("select source_name, count(*) from raw.shopify__orders where source_id = '1' group by 1 order by 1")
    assert dict(kept) == {"stale_first": 3, "new_first": 3, "twice": 2, "in_one_file": 3, "in_two_files": 2, "early": 1}


def test_a_refund_without_update_time_restated_and_put_back_ends_as_it_was_told_last(told: Story) -> None:
    answers = [told.figures(RESTATED, "refunded_amount", "returns", version=told.published[each]) for each in range(3)]
    assert answers == [[10, 10], [12, 12], [10, 10]]
    assert told.raw("select count(*) from raw.woocommerce__order_refunds where source_name = 'restated'") == [(3,)]


@pytest.mark.parametrize("store", [EARLY, EARLY_WOO], ids=lambda store: store.connector)
def test_a_refund_before_its_order_counts_with_its_source_and_takes_the_order_s_dimensions_when_it_comes(
    told: Story, store: Store
) -> None:
    dimensions = ("source_name", "platform", "order_status", "currency", "customer_country", "customer_type", "channel")
    before, then = (
        told.ask(
            "returns",
            group_by=dimensions,
            where=[{"field": "source_name", "value": store.name}],
            version=told.published[refresh],
        )
        for refresh in (FIRST, SECOND)
    )
    assert before.rows == ((store.name, store.connector, None, None, None, None, None, 10),)
    assert then.rows == (
        (store.name, store.connector, "partially_refunded", "USD", "France", "new", "Unattributed", 10),
    )
    assert told.figures(store, "orders", "net_sales", version=told.published[FIRST]) == [0, -10]
    assert told.figures(store, "orders", "net_sales", version=told.published[SECOND]) == [1, 20]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A tenant that was refreshed once; its tests bring nothing new."""
    acme = Story(tmp_path_factory.mktemp("settled"), stores=[shopify("shop", *ten(FIRST))])
    assert acme.refresh().status == "succeeded"
    return acme


def written_anew(path: Path, content: bytes) -> None:
    """Another file of that name, with other times."""
    path.unlink()
    path.write_bytes(content)
    os.utime(path, (1_800_000_000, 1_800_000_000))


def test_a_refresh_without_anything_new_is_unchanged_and_leaves_the_snapshot(settled: Story) -> None:
    before = settled.served
    run = settled.refresh()
    assert (run.status, run.loads, run.models) == ("unchanged", [], [])
    assert settled.served == before
    assert before is not None
    assert run.snapshot == before.id


def test_a_file_written_anew_with_the_same_bytes_is_not_read_again(settled: Story) -> None:
    path = settled.folder("shop") / "orders.jsonl"
    written_anew(path, path.read_bytes())
    run = settled.refresh()
    assert (run.status, run.loads) == ("unchanged", [])


def test_another_order_of_keys_and_other_white_space_add_no_raw_row(settled: Story) -> None:
    path = settled.folder("shop") / "orders.jsonl"
    before = settled.served
    backwards = [dict(reversed(record.items())) for record in ten(FIRST)]
    written_anew(path, json.dumps(backwards, indent=4).encode())
    run = settled.refresh()
    assert (run.status, [(load.extracted, load.accepted) for load in run.loads]) == ("unchanged", [(10, 10)])
    assert settled.raw("select count(*) from raw.shopify__orders") == [(10,)]
    assert settled.served == before


@pytest.mark.slow
def test_a_store_that_brings_nothing_at_first_is_served_once_it_brings_orders(tmp_path: Path) -> None:
    acme = Story(tmp_path, stores=[shopify("shop")])
    first = acme.refresh()
    assert first.status == "succeeded"
    assert acme.figures("shop", "orders", "net_sales") == [None, None]
    acme.deliver(order(1, DAY, "5.00", line(11, "5.00")), name="orders.jsonl", source="shop", minutes=1)
    assert acme.refresh().status == "succeeded"
    assert acme.figures("shop", "orders", "net_sales") == [1, 5]
