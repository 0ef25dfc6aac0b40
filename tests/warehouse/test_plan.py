"""Plans: questions checked against the catalog, as values."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from gold import THREE_STORES, Asked, three_stores, write_gold

from warehouse.catalog import Catalog
from warehouse.errors import BadValueError, NotAnswerableError, UnknownNameError
from warehouse.plan import Bucket, Plan
from warehouse.planning import make_plan
from warehouse.query import MetricQuery

TODAY = date(2026, 4, 1)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    path: Path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, three_stores())
    asked = Asked(path, THREE_STORES, week_start="sunday", fiscal_year_start=2)
    yield asked
    asked.close()


def plan(catalog: Catalog, **arguments: object) -> Plan:
    return make_plan(catalog, MetricQuery.parse(arguments), TODAY)


def test_the_same_question_with_other_values_has_the_same_shape(stores: Asked) -> None:
    def asked(period: str, limit: int, channel: str) -> Plan:
        where = [{"field": "channel", "value": channel}]
        return plan(stores.catalog, metrics="orders", period=period, limit=limit, where=where)

    one, other = asked("2026-01", 10, "Email"), asked("last_7_days", 500, "'; drop table fct_orders --")
    assert one.shape == other.shape
    assert one != other
    assert hash(one.shape) == hash(other.shape)
    assert other.bounds == (date(2026, 3, 25), date(2026, 3, 31), "'; drop table fct_orders --")


def test_only_the_facts_and_columns_that_are_needed_are_read(stores: Asked) -> None:
    legs = plan(stores.catalog, metrics="units_sold", group_by="product_title").shape.legs
    assert [leg.fact for leg in legs] == ["order_lines"]
    assert [column for column, _ in legs[0].types] == ["order_date", "product_title", "is_counted", "quantity"]
    assert legs[0].conditions == (("is_counted", True),)


def test_a_grain_alone_groups_by_date_and_a_date_alone_by_day(stores: Asked) -> None:
    assert plan(stores.catalog, metrics="orders", group_by="channel", grain="month").shape.group_by == (
        "date",
        "channel",
    )
    assert plan(stores.catalog, metrics="orders", group_by="date").shape.bucket == Bucket("day", 0, 1)


def test_the_tenants_week_and_fiscal_year_are_in_the_shape_only_where_they_matter(stores: Asked) -> None:
    buckets = [plan(stores.catalog, metrics="orders", grain=g).shape.bucket for g in ("week", "month", "fiscal_year")]
    assert buckets == [Bucket("week", 6, 1), Bucket("month", 0, 1), Bucket("fiscal_year", 0, 2)]


@pytest.mark.parametrize(
    ("metric", "dimension", "instead"),
    [
        ("orders", "product_title", "units_sold"),
        ("total_revenue", "product_title", "gross_sales"),
        ("total_sales", "product_vendor", "net_sales"),
        ("new_customers", "product_sku", "units_sold"),
        ("gross_sales", "refund_reason", "returns"),
        ("units_sold", "refund_reason", "units_returned"),
    ],
)
def test_a_split_that_a_fact_cannot_carry_is_refused_with_the_nearest_metric_that_can(
    stores: Asked, metric: str, dimension: str, instead: str
) -> None:
    with pytest.raises(NotAnswerableError) as split:
        plan(stores.catalog, metrics=metric, group_by=dimension)
    with pytest.raises(NotAnswerableError) as filtered:
        plan(stores.catalog, metrics=metric, where={"field": dimension, "value": "x"})
    assert f"Ask {instead}, which can" in str(split.value)
    assert str(split.value) == str(filtered.value)


def test_another_word_for_a_dimension_that_the_metric_lacks_is_answered_with_a_metric_that_has_it(
    stores: Asked,
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        plan(stores.catalog, metrics="orders", group_by="product")
    assert str(caught.value) == (
        'Unknown dimension "product". Nearest: product_title. "orders" cannot be split or filtered by it. '
        "Ask units_sold, which can, or leave it out."
    )


def test_metrics_asked_together_count_as_one(stores: Asked) -> None:
    with pytest.raises(NotAnswerableError, match='"orders" cannot be split or filtered by "product_title"'):
        plan(stores.catalog, metrics=["units_sold", "orders"], group_by="product_title")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": "order"}, 'Unknown metric "order". Nearest: orders'),
        ({"metrics": "AOV"}, "Nearest: average_order_value. list_metrics names them all."),
        ({"metrics": "turnover"}, "Nearest: total_revenue. list_metrics names them all."),
        ({"metrics": "orders", "group_by": "chanel"}, 'Unknown dimension "chanel". Nearest: channel'),
        ({"metrics": "orders", "group_by": "is_counted"}, 'Unknown dimension "is_counted"'),
        ({"metrics": "orders", "group_by": "order_key"}, 'Unknown dimension "order_key"'),
        ({"metrics": "orders", "where": {"field": "total_amount", "value": "1"}}, 'Unknown dimension "total_amount"'),
        ({"metrics": "orders", "group_by": "source_name; drop table x"}, "Unknown dimension"),
        ({"metrics": "orders", "order_by": "net_sales"}, 'Unknown column in order_by "net_sales"'),
        ({"metrics": "orders", "order_by": "--orders"}, 'Unknown column in order_by "-orders". Nearest: orders'),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(stores: Asked, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        plan(stores.catalog, **arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": ["orders", "orders"]}, 'metrics names "orders" twice'),
        ({"metrics": "orders", "group_by": ["channel", "channel"]}, 'group_by names "channel" twice'),
        ({"metrics": "orders", "where": {"field": "date", "value": "2026-01-01"}}, "give period instead"),
        ({"metrics": "orders", "where": {"field": "channel", "value": 3}}, '"3", which is not text'),
        ({"metrics": "orders", "where": {"field": "channel", "value": True}}, '"true", which is not text'),
        ({"metrics": "orders", "where": {"field": "channel", "value": ["a", 1.5]}}, '"1.5", which is not text'),
        ({"metrics": "orders", "where": {"field": "channel", "value": ["a", None]}}, "is_null"),
        ({"metrics": "orders", "where": {"field": "channel"}}, "has no value"),
        ({"metrics": "orders", "where": {"field": "channel", "value": "half a pair \ud83d"}}, "not valid Unicode"),
        ({"metrics": "orders", "where": {"field": "channel", "value": []}}, "empty list"),
        ({"metrics": "orders", "where": {"field": "channel", "op": "ne", "value": ["a"]}}, "use in or not_in"),
        ({"metrics": "orders", "where": {"field": "channel", "op": "is_null", "value": "a"}}, "takes none"),
        ({"metrics": "orders", "period": "2026-13"}, "in no calendar"),
    ],
)
def test_values_that_cannot_be_used_are_refused(stores: Asked, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(BadValueError) as caught:
        plan(stores.catalog, **arguments)
    assert message in str(caught.value)


def test_the_default_order_is_by_date_else_by_the_first_metric_descending(stores: Asked) -> None:
    def order(**arguments: object) -> list[tuple[str, bool]]:
        ordering = plan(stores.catalog, metrics=["orders", "customers"], **arguments).shape.order
        return [(each.by if isinstance(each.by, str) else each.by.name, each.descending) for each in ordering]

    assert order(group_by="channel") == [("orders", True), ("channel", False)]
    assert order(group_by="channel", grain="month") == [("date", False), ("channel", False)]
    assert order(group_by=["channel", "platform"], order_by=["-customers", "platform"]) == [
        ("customers", True),
        ("platform", False),
        ("channel", False),
    ]


def test_a_top_is_ranked_over_the_whole_period_by_its_dimension_alone(stores: Asked) -> None:
    asked = plan(
        stores.catalog,
        metrics=["orders", "net_sales"],
        group_by=["channel", "order_status"],
        grain="month",
        top={"n": 3, "by": "net_sales", "dimension": "channel"},
    )
    assert asked.shape.top == "channel"
    assert asked.ranking is not None
    ranks = asked.ranking.plan
    assert (ranks.shape.group_by, ranks.shape.bucket, ranks.metrics, ranks.limit) == (
        ("channel",),
        None,
        ("net_sales",),
        3,
    )


def test_the_totals_are_the_same_facts_in_one_group(stores: Asked) -> None:
    asked = plan(
        stores.catalog,
        metrics="orders",
        group_by="channel",
        grain="month",
        where={"field": "channel", "value": "Email"},
    )
    totals = asked.without_groups()
    assert totals.shape.group_by == ()
    assert (totals.shape.legs, totals.shape.where, totals.bounds) == (asked.shape.legs, asked.shape.where, asked.bounds)


def test_a_plain_question_is_cut_by_sql_and_any_other_takes_every_group(stores: Asked) -> None:
    plain = {"metrics": "orders", "group_by": "channel", "grain": "month", "period": "2026"}
    assert not plan(stores.catalog, **plain, totals=True, top={"n": 1}).takes_every_group
    for more in (
        {"compare": "previous_year"},
        {"having": {"field": "orders", "op": "gt", "value": 1}},
        {"show": "share"},
        {"fill_gaps": True},
        {"group_by": "source_name"},
    ):
        assert plan(stores.catalog, **{**plain, **more}).takes_every_group


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"compare": "previous_year"}, 'compare needs a period that something comes before, not "all"'),
        ({"top": {"n": 3}}, "top ranks a dimension: give one in group_by."),
        ({"top": {"n": 3}, "grain": "day"}, "top ranks a dimension"),
        ({"top": {"n": 3}, "group_by": ["channel", "currency"]}, "give it as dimension, channel or currency"),
        ({"top": {"n": 3, "dimension": "chanel"}, "group_by": ["channel"]}, 'Unknown dimension in top "chanel"'),
        ({"top": {"n": 3, "by": "returns"}, "group_by": ["channel"]}, "Rank by an asked metric."),
        (
            {"top": {"n": 3}, "group_by": "channel", "having": {"field": "orders", "op": "gt", "value": 1}},
            "top and having cannot be asked together",
        ),
        ({"having": {"field": "returns", "op": "gt", "value": 1}}, 'Unknown metric in having "returns"'),
        ({"having": {"field": "orders", "op": "gt", "value": "many"}}, 'has the value "many", which is no number'),
        ({"having": {"field": "orders", "op": "gt"}}, "which is no number"),
        ({"having": {"field": "orders", "op": "gt", "value": True}}, "which is no number"),
        ({"having": {"field": "orders", "op": "contains", "value": "1"}}, "cannot use contains"),
        ({"having": {"field": "orders", "op": "gt", "value": [1, 2]}}, "has a list, but gt takes one value"),
        ({"having": {"field": "orders", "value": []}}, "has an empty list"),
        ({"having": {"field": "orders", "op": "is_null", "value": 1}}, "is_null takes none"),
        ({"show": "running"}, "show running adds up over dates: give a grain."),
        ({"fill_gaps": True}, "fill_gaps fills dates without rows: give a grain."),
        ({"order_by": "orders__previous"}, 'Unknown column in order_by "orders__previous"'),
    ],
)
def test_what_cannot_be_done_with_an_answer_is_refused(
    stores: Asked, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises((BadValueError, UnknownNameError)) as caught:
        plan(stores.catalog, metrics="orders", **arguments)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 260


def test_shares_of_what_does_not_add_up_are_refused_with_what_does(stores: Asked) -> None:
    with pytest.raises(NotAnswerableError) as caught:
        plan(stores.catalog, metrics=["orders", "customers"], group_by="channel", show="share")
    assert str(caught.value) == '"customers" does not add up, so that it has no share: show it for orders alone.'


def test_an_answer_s_own_columns_can_be_ordered_and_filtered_by(stores: Asked) -> None:
    asked = plan(
        stores.catalog,
        metrics="orders",
        group_by="channel",
        period="2026",
        compare="previous_year",
        having={"field": "orders__change", "op": "lt", "value": "-0.1"},
        order_by="orders__change",
    )
    assert asked.order == (("orders__change", False), ("channel", False))
