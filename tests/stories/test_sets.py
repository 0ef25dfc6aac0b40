"""The products of BigCommerce orders: a set is told whole, and of sets the last delivery counts. Three refreshes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from story import Record, Store, Story, bc_order, bc_product, bigcommerce

from ingest.runs import RunDocument

DAY = "2026-10-05"
TOTALS: Mapping[str, str] = {"A": "10.0000", "B": "5.0000", "C": "1.0000"}
NUMBERS = {name: number for number, name in enumerate(TOTALS, start=11)}


def products(order_number: int, names: str, **more: Any) -> list[Record]:
    """The products of one order: A of 10, B of 5, C of 1."""
    return [
        bc_product(order_number * 100 + NUMBERS[name], order_number, TOTALS[name], name=name, **more) for name in names
    ]


def bad(order_number: int, name: str) -> Record:
    [product] = products(order_number, name, quantity="N/A")
    return product


def store(name: str, *members: Record, orders: Sequence[int] = (1,)) -> Store:
    """A store with some orders, and with a first order_products.jsonl if members are given."""
    told = {"order_products": members} if members else {}
    return bigcommerce(name, *(bc_order(number, DAY, "15.0000") for number in orders), **told)


AND_BACK = store("and_back", *products(1, "AB"))
UNMENTIONED = store("unmentioned", *products(1, "AB"), *products(2, "C"), orders=(1, 2))
SPOILT = store("spoilt", *products(1, "AB"))
SPOILT_AT_ONCE = store("spoilt_at_once", *products(1, "A"), bad(1, "B"))
PARTS = store("parts", orders=(1, 2))
NEWER_FILE = store("newer_file")
LATER_NAME = store("later_name")
LATE_FILE = store("late_file")


@pytest.fixture(scope="module")
def runs() -> list[RunDocument]:
    """The three refreshes, to look up what they said."""
    return []


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory, runs: list[RunDocument]) -> Story:
    stores = [value for value in globals().values() if isinstance(value, Store)]
    acme = Story(tmp_path_factory.mktemp("sets"), stores=stores)

    def deliver(store: Store, *members: Record, name: str = "order_products.jsonl", minutes: int) -> None:
        acme.deliver(*members, name=name, source=store.name, minutes=minutes)

    deliver(PARTS, *products(1, "A"), name="order_products.part1.jsonl", minutes=1)
    deliver(PARTS, *products(1, "B"), *products(2, "C"), name="order_products.part2.jsonl", minutes=2)
    deliver(NEWER_FILE, *products(1, "AB"), name="order_products-a.jsonl", minutes=2)
    deliver(NEWER_FILE, *products(1, "C"), name="order_products-b.jsonl", minutes=1)
    deliver(LATER_NAME, *products(1, "AB"), name="order_products-a.jsonl", minutes=1)
    deliver(LATER_NAME, *products(1, "C"), name="order_products-b.jsonl", minutes=1)
    deliver(LATE_FILE, *products(1, "C"), name="order_products-new.jsonl", minutes=30)
    runs.append(acme.refresh())

    deliver(AND_BACK, *products(1, "A"), minutes=60)
    deliver(UNMENTIONED, *products(1, "A"), minutes=60)
    deliver(SPOILT, *products(1, "C"), bad(1, "A"), minutes=60)
    deliver(PARTS, *products(2, "CB"), name="order_products.part2.jsonl", minutes=60)
    deliver(NEWER_FILE, *products(1, "A"), name="order_products-b.jsonl", minutes=60)
    (acme.folder("late_file") / "order_products-new.jsonl").unlink()
    deliver(LATE_FILE, *products(1, "AB"), name="order_products-old.jsonl", minutes=5)
    runs.append(acme.refresh())

    deliver(AND_BACK, *products(1, "AB"), minutes=120)
    deliver(SPOILT, *products(1, "CA"), minutes=120)
    deliver(SPOILT_AT_ONCE, *products(1, "AB"), minutes=120)
    runs.append(acme.refresh())
    assert [run.status for run in runs] == ["succeeded"] * 3, runs
    return acme


def sold(acme: Story, store: Store, refresh: int) -> str:
    """The products with gross sales after a refresh, as letters; each must be worth what it costs."""
    sales = acme.split(store, "product_title", "gross_sales", version=acme.published[refresh - 1])
    assert sales == {name: float(TOTALS[name]) for name in sales}
    return "".join(sorted(sales))


def test_a_product_that_is_gone_from_its_order_is_gone_from_the_star_and_back_when_it_comes_back(acme: Story) -> None:
    assert [sold(acme, AND_BACK, refresh) for refresh in (1, 2, 3)] == ["AB", "A", "AB"]
    figures = [
        acme.figures(AND_BACK, "gross_sales", "units_sold", "average_order_value", version=version)
        for version in acme.published
    ]
    assert figures == [[15, 2, 15], [10, 1, 10], [15, 2, 15]]


def test_every_delivery_of_a_set_that_differs_is_kept_whole_in_raw(acme: Story) -> None:
    kept = acme.raw("select members from raw._sets where source_name = 'and_back' order by _dlt_load_id")
    assert kept == [(2,), (1,), (2,)]
    assert acme.raw("select count(*) from raw.bigcommerce__order_products where source_name = 'and_back'") == [(5,)]


def test_a_set_with_a_bad_member_leaves_the_older_one_served_until_it_comes_whole(
    acme: Story, runs: list[RunDocument]
) -> None:
    assert [sold(acme, SPOILT, refresh) for refresh in (1, 2, 3)] == ["AB", "AB", "AC"]
    notice = (
        "spoilt: 1 set of order_products came with a record that cannot be used; the earlier version is still served."
    )
    assert notice in runs[1].notices
    assert notice in acme.ask("gross_sales", version=acme.published[1]).notices
    assert notice not in runs[2].notices


def test_a_set_with_a_bad_member_counts_without_it_where_none_is_held(acme: Story, runs: list[RunDocument]) -> None:
    assert [sold(acme, SPOILT_AT_ONCE, refresh) for refresh in (1, 3)] == ["A", "AB"]
    assert (
        "spoilt_at_once: 1 set of order_products came with a record that cannot be used; none was held, so the rest "
        "counts." in runs[0].notices
    )


def test_a_bad_member_is_named_with_its_file_line_and_value(acme: Story, runs: list[RunDocument]) -> None:
    assert (
        "spoilt: 1 record of order_products cannot be used and was left out: order_products.jsonl line 2: "
        '"N/A" at quantity is not a quantity. Mend the file and refresh again.' in runs[1].notices
    )


def test_parts_are_read_together_whichever_of_them_changed(acme: Story) -> None:
    # the second part no longer has B of the first order, which the first part alone still names
    assert [sold(acme, PARTS, refresh) for refresh in (1, 2)] == ["ABC", "ABC"]
    by_order = "select order_id, string_agg(product_title, '' order by product_title) from fct_order_lines"
    assert acme.gold(f"{by_order} where source_name = 'parts' group by 1 order by 1") == [("1", "A"), ("2", "BC")]


def test_of_two_files_that_hold_a_set_the_newer_counts(acme: Story) -> None:
    assert [sold(acme, NEWER_FILE, refresh) for refresh in (1, 2)] == ["AB", "A"]


def test_of_two_files_of_one_time_the_later_name_counts(acme: Story) -> None:
    assert sold(acme, LATER_NAME, 1) == "C"


def test_a_late_file_does_not_replace_what_a_newer_one_told(acme: Story, runs: list[RunDocument]) -> None:
    assert [sold(acme, LATE_FILE, refresh) for refresh in (1, 2)] == ["C", "C"]
    assert (
        "late_file: 1 set of order_products came in a file older than the one that holds them; the newer version stays."
        in runs[1].notices
    )


def test_a_set_that_its_file_no_longer_mentions_is_kept_with_a_notice(acme: Story, runs: list[RunDocument]) -> None:
    assert [sold(acme, UNMENTIONED, refresh) for refresh in (1, 2)] == ["ABC", "AC"]
    [notice] = [notice for notice in runs[1].notices if notice.startswith("unmentioned: 1 set of order_products")]
    assert "gone from the file that held" in notice
    assert notice in acme.ask("gross_sales", version=acme.published[1]).notices
