from collections.abc import Iterator

import duckdb
import pytest

from warehouse.drift import Change
from warehouse.registry import drift
from warehouse.vocabulary import record_unknown_words, unknown_word_notices


@pytest.fixture
def work() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema raw; create schema intermediate;
            create table intermediate.int_orders_classified (
                source_name varchar, source_status varchar, is_status_known boolean, _dlt_load_id varchar);
            """
        )
        yield connection


def orders(work: duckdb.DuckDBPyConnection, source: str, word: str, count: int, *, known: bool = False) -> None:
    work.execute(
        "insert into intermediate.int_orders_classified select ?, ?, ?, '1' from range(?)", [source, word, known, count]
    )


def test_words_in_no_list_are_told_as_long_as_orders_bear_them(work: duckdb.DuckDBPyConnection) -> None:
    orders(work, "shop", "paid", 5, known=True)
    assert unknown_word_notices(work) == []
    orders(work, "shop", "in_review", 1)
    assert unknown_word_notices(work) == [
        'shop: 1 order has a status that is not known ("in_review") and stands as pending.'
    ]
    for word, count in (("a", 4), ("b", 3), ("c", 2)):
        orders(work, "shop", word, count)
    assert unknown_word_notices(work) == [
        'shop: 10 orders have a status that is not known ("a", "b", "c", 1 more) and stand as pending.'
    ]


def test_a_word_is_recorded_as_drift_once(work: duckdb.DuckDBPyConnection) -> None:
    orders(work, "shop", "in_review", 2)
    record_unknown_words(work)
    orders(work, "shop", "in_review", 2)
    orders(work, "shop", "lost", 1)
    record_unknown_words(work)

    found = [change for *_, change in drift(work, 10)]
    assert found == [
        Change("unknown status", "", "", "in_review", is_read=True),
        Change("unknown status", "", "", "lost", is_read=True),
    ]


def test_nothing_is_said_before_the_first_build(work: duckdb.DuckDBPyConnection) -> None:
    work.execute("drop table intermediate.int_orders_classified")
    record_unknown_words(work)
    assert unknown_word_notices(work) == []
