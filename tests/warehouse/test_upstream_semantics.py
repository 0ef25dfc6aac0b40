"""What BSL, ibis and DuckDB do that the warehouse works around, shown with the libraries themselves.

Each test goes red when upstream mends what it shows; its docstring names the code of ours that can then go. More of
them stand beside the code that they are about: test_legs.py, test_gold.py, tests/ingest/test_decimals.py.
"""

import math
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pytest
from boring_semantic_layer import Dimension, Measure, to_semantic_table
from ibis import _
from ibis.common.exceptions import IntegrityError

Rows = list[dict[str, Any]]

USD = {"field": "customers.currency", "operator": "=", "value": "USD"}
MONTH = "TIME_GRAIN_MONTH"


ORDERS = ibis.table({"id": "int", "day": "date", "amount": "int", "customer": "string"}, name="orders")
ORDERS = ORDERS.mutate(currency=ibis.literal("EUR"))
CUSTOMERS = ibis.table({"customer": "string", "currency": "string"}, name="customers")
STAR = """
create table orders as select * from (values
    (1, date '2026-01-05', 10, 'ann'), (2, date '2026-01-06', 20, 'bob'), (3, date '2026-02-01', 5, 'zoe')
) as o (id, day, amount, customer);
create table customers as select * from (values ('ann', 'USD'), ('bob', 'GBP')) as c (customer, currency);
"""


def orders_of(table: Any) -> Any:
    day = Dimension(expr=_.day, is_time_dimension=True, smallest_time_grain="day")
    named = to_semantic_table(table, name="orders")
    named = named.with_dimensions(day=day, customer=Dimension(expr=_.customer))
    return named.with_measures(orders=Measure(expr=_.count()), total=Measure(expr=_.amount.sum()))


@pytest.fixture
def orders() -> Any:
    """Three orders of 35 in euros; one customer pays in dollars, one in pounds, and one is unknown."""
    return orders_of(ORDERS)


@pytest.fixture
def customers() -> Any:
    named = to_semantic_table(CUSTOMERS, name="customers")
    return named.with_dimensions(currency=Dimension(expr=_.currency)).with_measures(people=Measure(expr=_.count()))


def rows(query: Any) -> Rows:
    with duckdb.connect(":memory:") as connection:
        connection.execute(STAR)
        found = connection.execute(sql(query))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def sql(query: Any) -> str:
    return str(ibis.to_sql(query.to_untagged(), dialect="duckdb"))


# joins ----------------------------------------------------------------------------------------------------------------


def test_pin_bsl_filters_a_joined_column_by_its_namesake_on_the_left_once_a_grain_is_asked(
    orders: Any, customers: Any
) -> None:
    """Mended: a leg (legs._leg) may join dimensions instead of reading flat facts alone."""
    joined = orders.join_one(customers, on=lambda left, right: left.customer == right.customer)
    by_month = {"dimensions": ["orders.day"], "measures": ["orders.orders"], "time_grain": MONTH}

    assert rows(joined.query(measures=["orders.orders"], filters=[USD])) == [{"orders.orders": 1}]
    assert len(rows(joined.query(**by_month))) == 2
    # ann's order of January is gone without a word
    assert rows(joined.query(**by_month, filters=[USD])) == []


def test_pin_bsl_loses_the_facts_of_unknown_members_where_the_dimension_is_on_the_left(
    orders: Any, customers: Any
) -> None:
    """Mended: as above; and conformed dimensions may be tables of their own."""
    joined = customers.join_many(orders, on=lambda left, right: left.customer == right.customer)

    assert rows(orders.query(measures=["total"])) == [{"total": 35}]
    assert rows(joined.query(measures=["orders.total"])) == [{"orders.total": 30}]


# names ----------------------------------------------------------------------------------------------------------------


def test_pin_bsl_takes_a_measure_named_like_a_column_for_that_column() -> None:
    """Mended: legs._PHYSICAL, the prefix of every physical column, can go."""
    named = to_semantic_table(ORDERS, name="orders").with_dimensions(k=Dimension(expr=_.customer))
    named = named.with_measures(amount=Measure(expr=_.amount.sum()))
    running = named.with_measures(running=lambda t: t.amount.cumsum())
    halved = named.with_measures(half=lambda t: t.amount / 2)

    assert [row["running"] for row in rows(running.query(dimensions=["k"], measures=["running"]))] == [35, 35, 35]
    with pytest.raises(IntegrityError):
        rows(halved.query(dimensions=["k"], measures=["half"]))


def test_pin_a_measure_named_like_a_method_breaks_bsls_having(orders: Any) -> None:
    """Mended: of two reasons for warehouse/having.py in Python the lesser one is gone."""
    named = orders.with_measures(count=Measure(expr=_.count()))
    having = {"field": "count", "operator": ">", "value": 0}
    with pytest.raises(TypeError):
        rows(named.query(dimensions=["customer"], measures=["count"], filters=[having]))


# filters --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("values", "left"), [([], 3), (["ann"], 2), (["ann", None], 0)])
def test_pin_bsl_takes_not_in_nothing_for_everything_and_not_in_null_for_nothing(
    orders: Any, values: list[str | None], left: int
) -> None:
    """Mended: dict filters may be used; plan._condition refuses an empty list and null in one for the reader's sake."""
    not_in = {"field": "customer", "operator": "not in", "values": values}
    assert rows(orders.query(measures=["orders"], filters=[not_in])) == [{"orders": left}]


def test_pin_bsl_loses_the_offset_of_an_instant_given_as_text() -> None:
    """Mended: dict filters may be used beside callables (legs._leg hands over one callable)."""
    instants = ibis.table({"moment": "timestamp('UTC')"}, name="instants")
    named = to_semantic_table(instants, name="instants")
    named = named.with_dimensions(moment=Dimension(expr=_.moment)).with_measures(n=Measure(expr=_.count()))
    later = {"field": "moment", "operator": ">=", "value": "2026-01-01T00:00:00+02:00"}

    # midnight in UTC, two hours too late
    assert "MAKE_TIMESTAMP(2026, 1, 1, 0, 0, 0.0)" in sql(named.query(measures=["n"], filters=[later]))


def test_pin_a_nul_in_a_literal_of_ibis_breaks_its_sql() -> None:
    """Mended: one of the reasons for bound values (legs._slot and legs._sql) is gone."""
    table = ibis.table({"k": "string"}, name="t")
    literal = str(ibis.to_sql(table.filter(table.k == ibis.literal("a\x00b")), dialect="duckdb"))
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table t as select 'x' as k")
        with pytest.raises(duckdb.ParserException):
            connection.execute(literal)
        assert connection.execute("select k from t where k <> $1", ["a\x00b"]).fetchall() == [("x",)]


# time -----------------------------------------------------------------------------------------------------------------


def test_pin_bsl_ignores_a_grain_whose_time_dimension_is_not_grouped_by(orders: Any) -> None:
    """Mended: legs._dimension may leave the buckets to time_grain."""
    grained = orders.query(dimensions=["customer"], measures=["orders"], time_grain=MONTH)
    assert sql(grained) == sql(orders.query(dimensions=["customer"], measures=["orders"]))


def test_pin_weeks_begin_on_monday_whatever_is_wanted(orders: Any) -> None:
    """Mended, by a week start that can be told: the shift in legs._bucketed can go, for weeks."""
    weeks = orders.query(dimensions=["day"], measures=["orders"], time_grain="TIME_GRAIN_WEEK")
    assert {str(row["day"])[:10] for row in rows(weeks)} == {"2026-01-05", "2026-01-26"}
    with duckdb.connect(":memory:") as connection:
        settings = connection.execute("select name from duckdb_settings() where name ilike '%week%'").fetchall()
    assert settings == []


# figures --------------------------------------------------------------------------------------------------------------


def test_pin_a_running_sum_of_bsl_has_no_order(orders: Any) -> None:
    """Mended: steps.show may leave running sums to SQL."""
    running = orders.with_measures(running=lambda t: t.total.cumsum())
    window = sql(running.query(dimensions=["customer"], measures=["running"]))
    assert "OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)" in window
    assert "ORDER BY" not in window


def test_pin_a_ratio_of_zeros_is_nan_in_bsl(orders: Any) -> None:
    """Mended: the nullif in legs._value can go; values.ratio stays, because it is exact."""
    none = Measure(expr=_.amount.sum(where=_.id == 99).fill_null(0))
    ratio = orders.with_measures(none=none).with_measures(ratio=lambda t: t.none / t.none)
    [row] = rows(ratio.query(measures=["ratio"]))
    assert math.isnan(row["ratio"])


def test_pin_duckdb_divides_decimals_as_doubles() -> None:
    """Mended: ratios (values.ratio over fetched components) and the HUGEINT shares of the models may be plain SQL."""
    [(kind, value)] = duckdb.execute(
        "select typeof(amount / 1), (amount / 1)::varchar from (select 12345678901234.5678::decimal(18, 4) as amount)"
    ).fetchall()
    assert kind == "DOUBLE"
    assert value != "12345678901234.5678"


# order and plans ------------------------------------------------------------------------------------------------------


def test_pin_ibis_leaves_nulls_last_unsaid_because_duckdb_sorts_them_so() -> None:
    """No defect, but what legs._put_in_order leans on: where either changes, its keys need a test for null first."""
    table = ibis.table({"k": "string"}, name="t")
    last = [ibis.asc(table.k, nulls_first=False), ibis.desc(table.k, nulls_first=False)]
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table t as select unnest(['a', null, 'b']) as k")
        asked = [str(ibis.to_sql(table.order_by(key), dialect="duckdb")) for key in last]
        found = [[k for (k,) in connection.execute(each).fetchall()] for each in asked]
    assert not any("NULLS" in each for each in asked)
    assert found == [["a", "b", None], ["b", "a", None]]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ibis")
def test_pin_tables_without_a_connection_give_the_sql_of_those_with_one() -> None:
    """No defect, but what legs._rows leans on: one compiled shape serves every tenant."""
    connection = ibis.duckdb.connect()
    connection.con.execute(STAR)
    bound = connection.table("orders")
    unbound = ibis.table(bound.schema(), name="orders")
    asked = {"dimensions": ["customer"], "measures": ["orders", "total"]}
    assert sql(orders_of(unbound).query(**asked)) == sql(orders_of(bound).query(**asked))
    connection.disconnect()


# connections ----------------------------------------------------------------------------------------------------------


def test_pin_a_connection_holds_one_result_which_the_next_statement_replaces() -> None:
    """Mended: gold.fetch needs no cursor of its own for every query."""
    with duckdb.connect(":memory:") as connection:
        mine = connection.execute("select 'mine'")
        # another thread's question, say
        connection.execute("select 'theirs'")
        assert mine.fetchall() == [("theirs",)]

        mine, theirs = connection.cursor(), connection.cursor()
        mine.execute("select 'mine'")
        theirs.execute("select 'theirs'")
        assert mine.fetchall() == [("mine",)]


def test_pin_an_interrupt_that_comes_before_the_statement_is_lost() -> None:
    """Mended: Deadline.stop in gold.py may interrupt once and need not wait."""
    with duckdb.connect(":memory:") as connection:
        cursor = connection.cursor()
        cursor.interrupt()
        assert cursor.execute("select 42").fetchall() == [(42,)]


def test_pin_duckdb_spills_beside_a_file_that_it_may_only_read(tmp_path: Path) -> None:
    """Mended: open_gold in gold.py need not be told where to spill."""
    path = tmp_path / "gold.duckdb"
    duckdb.connect(str(path)).close()
    with duckdb.connect(str(path), read_only=True) as connection:
        [(spill,)] = connection.execute("select current_setting('temp_directory')").fetchall()
    assert spill == f"{path}.tmp"


def test_pin_duckdb_takes_no_half_of_a_surrogate_pair_and_says_so_in_no_error_of_its_own() -> None:
    """Mended: plan._is_unicode may be replaced by catching a duckdb.Error."""
    with duckdb.connect(":memory:") as connection, pytest.raises(RuntimeError, match="cast"):
        connection.execute("select $1", ["\ud800"])
