"""Compiled SQL, and the upstream behaviour that legs.py works around."""

import re
import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pytest
import sqlglot
from boring_semantic_layer import Dimension, Measure, to_semantic_table
from gold import THREE_STORES, catalog_of, three_stores, write_gold
from ibis import _
from ibis.common.exceptions import IbisTypeError, IntegrityError
from sqlglot import exp

from warehouse.catalog import Catalog
from warehouse.legs import compiled, compiled_left_out
from warehouse.plan import Plan
from warehouse.planning import make_plan
from warehouse.query import MetricQuery


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path: Path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, three_stores())
    return catalog_of(path, THREE_STORES)


def plan(catalog: Catalog, **arguments: object) -> Plan:
    return make_plan(catalog, MetricQuery.parse(arguments), date(2026, 4, 1))


def test_a_shape_is_compiled_once_whatever_its_values(catalog: Catalog) -> None:
    first = compiled(plan(catalog, metrics="orders", grain="month", period="2026-01", limit=3).shape)
    assert compiled(plan(catalog, metrics="orders", grain="month", period="last_week", limit=9).shape) is first


def test_no_value_is_in_the_sql_and_every_slot_is(catalog: Catalog) -> None:
    where = [{"field": "channel", "value": ["Email", "it's"]}, {"field": "platform", "op": "contains", "value": "shop"}]
    asked = plan(catalog, metrics=["net_sales", "orders"], period="2026-01", where=where)
    sql = compiled(asked.shape).sql
    # two days, three texts, the days that each of three measures is covered on, the number of rows
    assert set(re.findall(r"\$[0-9]+", sql)) == {f"${number}" for number in range(1, 13)}
    assert "'" not in sql
    assert len(asked.bounds) == 5


def test_a_leg_reads_its_table_once_and_facts_meet_in_a_null_safe_full_join(catalog: Catalog) -> None:
    sql = compiled(plan(catalog, metrics="total_sales", group_by="channel").shape).sql
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert sorted(table.name for table in tree.find_all(exp.Table)) == ["fct_order_lines", "fct_orders", "fct_refunds"]
    joins = list(tree.find_all(exp.Join))
    assert [join.side + " " + join.kind for join in joins] == ["FULL OUTER", "FULL OUTER"]
    assert all(join.find(exp.NullSafeEQ) for join in joins)


def test_left_out_orders_are_counted_only_over_facts_whose_amounts_are_asked(catalog: Catalog) -> None:
    sql = compiled_left_out(plan(catalog, metrics=["net_sales", "orders"]).shape).sql
    assert "fct_order_lines" in sql
    assert "fct_refunds" in sql
    assert "fct_orders" not in sql


def test_asking_is_importable_without_ibis() -> None:
    code = "import sys, warehouse.answer; print(sorted({'ibis', 'pandas', 'sqlglot'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# Pins. Each fails when upstream mends what it shows; the comment names the code that can then go.


def table() -> Any:
    return ibis.table({"k": "string", "day": "date", "amount": "decimal(18, 4)"}, name="t")


def sql_of(expression: Any) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))


def test_pin_ibis_drop_keeps_the_dropped_columns() -> None:
    # mended: _drill_across may drop instead of selecting
    joined = table().mutate(a=_.k, b=_.k, c=_.k, d=_.k, e=_.k, f=_.k, g=_.k)
    dropped = joined.drop("g")
    assert "g" not in dropped.columns
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table t (k varchar, day date, amount decimal(18, 4))")
        assert "g" in [column[0] for column in connection.execute(sql_of(dropped)).description or ()]


def test_pin_a_truncated_date_is_a_timestamp_that_ibis_takes_for_a_date() -> None:
    # mended: _bucketed needs no cast by way of timestamp
    truncated = table().day.truncate("M")
    assert truncated.type().is_date()
    assert "CAST" not in sql_of(truncated.cast("date"))
    with duckdb.connect(":memory:") as connection:
        assert connection.execute("select typeof(date_trunc('month', date '2026-01-05'))").fetchall() == [
            ("TIMESTAMP",)
        ]


def test_pin_a_third_table_cannot_be_joined_to_a_selected_join() -> None:
    # mended: _drill_across may select straight from the join
    one, two, three = (
        ibis.table({"k": "string", f"v{n}": "int"}, name=f"t{n}").rename({f"k{n}": "k"}) for n in range(3)
    )
    joined = one.join(two, one.k0.identical_to(two.k1), how="outer")
    selected = joined.select(ibis.coalesce(joined.k0, joined.k1).name("k"), joined.v0, joined.v1)
    with pytest.raises(IntegrityError):
        selected.join(three, selected["k"].identical_to(three.k2), how="outer")


def test_pin_ibis_parameters_are_inlined() -> None:
    # mended: _slot may be an ibis parameter, and _sql need not replace sentinels
    channel = ibis.param("string")
    expression = table().filter(_.k == channel)
    assert "'Email'" in str(ibis.duckdb.connect().compile(expression, params={channel: "Email"}))


def test_pin_a_division_by_zero_is_infinite_in_duckdb() -> None:
    # mended: _value needs no nullif
    with duckdb.connect(":memory:") as connection:
        assert connection.execute("select isinf(1.0::double / 0)").fetchall() == [(True,)]


def model() -> Any:
    return (
        to_semantic_table(table(), name="t")
        .with_dimensions(k=Dimension(expr=_.k))
        .with_measures(total=Measure(expr=_.amount.sum()))
    )


def test_pin_bsl_takes_undeclared_columns_for_dimensions() -> None:
    # mended: the check of names against the catalog is still ours, for its refusals, but no longer the only one
    assert '"day"' in sql_of(model().query(dimensions=["day"], measures=["total"]).to_untagged())


def test_pin_bsl_reads_a_text_that_looks_like_a_date_as_one() -> None:
    # mended: dict filters may be used beside callables
    query = model().query(measures=["total"], filters=[{"field": "k", "operator": "=", "value": "2024-01-01"}])
    with pytest.raises(IbisTypeError, match="timestamp"):
        query.to_untagged()


def test_pin_bsl_negations_lose_null_rows() -> None:
    # mended: as above
    query = model().query(measures=["total"], filters=[{"field": "k", "operator": "!=", "value": "x"}])
    assert "IS DISTINCT" not in sql_of(query.to_untagged())


def test_pin_xorq_is_not_installed() -> None:
    # an importable xorq switches BSL to its own fork of ibis, whose expressions are not ours
    assert find_spec("xorq") is None
