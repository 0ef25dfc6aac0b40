"""MetricQuery: what a question's arguments may be."""

import pytest

from warehouse.errors import BadValueError, CallerError, UnknownNameError
from warehouse.query import AnyFilter, Filter, MetricQuery


def test_a_single_name_or_filter_stands_for_a_list_of_one() -> None:
    query = MetricQuery.parse(
        {
            "metrics": "orders",
            "group_by": "channel",
            "where": {"field": "channel", "value": "Email"},
            "order_by": "-orders",
        }
    )
    assert query.metrics == ("orders",)
    assert query.group_by == ("channel",)
    assert query.where == (Filter(field="channel", value="Email"),)
    assert query.order_by == ("-orders",)


def test_defaults_are_all_time_and_a_hundred_rows() -> None:
    query = MetricQuery.parse({"metrics": ["orders"]})
    assert (query.period, query.limit, query.grain, query.where) == ("all", 100, None, ())


def test_what_models_write_for_numbers_and_flags_is_read_as_meant() -> None:
    query = MetricQuery.parse({"metrics": "orders", "period": 2026, "limit": "5", "top": {"n": "3"}, "totals": "true"})
    assert (query.period, query.limit, query.top and query.top.n, query.totals) == ("2026", 5, 3, True)


def test_one_of_several_filters_may_be_asked_for() -> None:
    query = MetricQuery.parse({"metrics": "orders", "where": [{"any": [{"field": "channel", "op": "is_null"}]}]})
    assert query.where == (AnyFilter(any=(Filter(field="channel", op="is_null"),)),)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "metrics is missing"),
        ({"metrics": []}, "metrics is empty: give 1 to 10 metric names"),
        ({"metrics": ["orders"] * 11}, "metrics has 11 entries where at most 10 fit."),
        ({"metrics": 7}, 'metrics cannot be "7"'),
        ({"metrics": [None]}, 'metrics cannot be "null"'),
        ({"metrics": "orders", "limit": 0}, 'limit cannot be "0": give a whole number from 1 to 1000.'),
        ({"metrics": "orders", "limit": 1001}, 'limit cannot be "1001"'),
        ({"metrics": "orders", "limit": "ten"}, 'limit cannot be "ten"'),
        ({"metrics": "orders", "top": 5}, 'top cannot be "5": give an object such as {"n": 5, "by": "orders"}.'),
        ({"metrics": "orders", "top": {"by": "orders"}}, "top has no n"),
        ({"metrics": "orders", "top": {"n": 0}}, 'n of top cannot be "0"'),
        ({"metrics": "orders", "top": {"n": 5, "of": "channel"}}, 'top takes n, by and dimension, not "of"'),
        ({"metrics": "orders", "compare": "last_year"}, 'compare cannot be "last_year": give one of previous_period'),
        ({"metrics": "orders", "show": "percent"}, 'show cannot be "percent": give a list of share and running.'),
        ({"metrics": "orders", "totals": "yes"}, 'totals cannot be "yes": give true or false.'),
        ({"metrics": "orders", "having": "orders > 5"}, 'having cannot be "orders > 5"'),
        ({"metrics": "orders", "limit": 1.5}, 'limit cannot be "1.5"'),
        ({"metrics": "orders", "limit": True}, 'limit cannot be "true"'),
        ({"metrics": "orders", "grain": "hour"}, 'grain cannot be "hour": give one of day, week'),
        ({"metrics": "orders", "period": 2026.5}, 'period cannot be "2026.5"'),
        ({"metrics": "orders", "group_by": {"x": 1}}, "group_by cannot be"),
        ({"metrics": "orders", "where": "channel = 'Email'"}, "where cannot be \"channel = 'Email'\""),
        ({"metrics": "orders", "where": [{"field": "channel", "op": "between"}]}, 'where cannot be "between"'),
        ({"metrics": "orders", "where": [{"op": "eq", "value": "x"}]}, "where cannot be"),
        ({"metrics": "orders", "where": [{"any": []}]}, "where cannot be"),
        ({"metrics": "orders", "where": [{"field": "channel", "op": "is_null"}] * 51}, "at most 50 fit"),
        ({"metrics": "orders", "where": {"field": "channel", "value": ["x"] * 201}}, "at most 200 fit"),
        ({"metrics": "orders", "where": [{"field": "channel", "value": {"x": 1}}]}, "where cannot be"),
    ],
)
def test_a_value_of_a_wrong_form_is_refused_with_the_rule(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(BadValueError) as caught:
        MetricQuery.parse(arguments)
    assert message in str(caught.value)
    assert "pydantic" not in str(caught.value)
    assert len(str(caught.value)) < 320


def test_an_unknown_argument_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r'Unknown argument "groupby"\. Nearest: group_by'):
        MetricQuery.parse({"metrics": "orders", "groupby": ["channel"]})


def test_refusals_are_the_callers_to_mend() -> None:
    with pytest.raises(CallerError):
        MetricQuery.parse({"metrics": "orders", "limit": None})
