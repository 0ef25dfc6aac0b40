"""What can be split by what: metrics.md's matrix, over every metric and pair of metrics, and the refusals' words."""

from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from by_hand import METRICS, marts_of
from gold import Asked

from warehouse.errors import BadValueError, NotAnswerableError, UnknownNameError
from warehouse.planning import make_plan
from warehouse.query import MetricQuery

# a dimension, and what it is of in each fact that carries it
MATRIX: dict[str, dict[str, str]] = {
    "source_name": {
        **dict.fromkeys(("fct_orders", "fct_order_lines", "fct_refunds"), "store"),
        "fct_ad_performance": "ad account",
        "fct_sessions": "property",
        "fct_events": "event source",
    },
    **{
        name: dict.fromkeys(
            ("fct_orders", "fct_order_lines", "fct_refunds", "fct_ad_performance", "fct_sessions"), name
        )
        for name in ("channel", "campaign_name")
    },
    **{
        name: dict.fromkeys(("fct_orders", "fct_order_lines", "fct_refunds"), name)
        for name in ("order_status", "customer_country", "customer_type")
    },
    **{
        name: dict.fromkeys(("fct_order_lines", "fct_refunds"), name)
        for name in ("product_title", "product_sku", "product_vendor")
    },
    "refund_reason": {"fct_refunds": "refund"},
    "device_category": {"fct_sessions": "session"},
    "visitor_country": {"fct_sessions": "session"},
    "event_name": {"fct_events": "event"},
}
MATRIX["platform"] = MATRIX["source_name"]
MATRIX["currency"] = {
    **dict.fromkeys(("fct_orders", "fct_order_lines", "fct_refunds"), "store"),
    "fct_ad_performance": "ad account",
}


def refusal(asked: Asked, metrics: object, **arguments: object) -> str | None:
    """The refusal of a question, None if it can be planned."""
    try:
        make_plan(asked.catalog, MetricQuery.parse({"metrics": metrics, **arguments}), date(2026, 4, 1))
    except NotAnswerableError as error:
        return str(error)
    return None


def can_split(metrics: tuple[str, ...], dimension: str) -> bool:
    marts = {mart for metric in metrics for mart in marts_of(metric)}
    return marts <= set(MATRIX[dimension]) and len({MATRIX[dimension][mart] for mart in marts}) == 1


def test_the_matrix_names_every_dimension(asked: Asked) -> None:
    assert set(asked.catalog.dimensions) == set(MATRIX)


@pytest.mark.parametrize("dimension", MATRIX)
def test_every_metric_is_split_or_refused_as_the_matrix_says(asked: Asked, dimension: str) -> None:
    for metric in METRICS:
        split = refusal(asked, metric, group_by=dimension)
        filtered = refusal(asked, metric, where={"field": dimension, "op": "is_null"})
        assert (split is None) == can_split((metric,), dimension), metric
        assert (dimension in asked.catalog.dimensions_of(metric)) == (split is None)
        assert filtered == split


@pytest.mark.parametrize("dimension", MATRIX)
def test_every_two_metrics_count_as_one(asked: Asked, dimension: str) -> None:
    for pair in combinations(METRICS, 2):
        assert (refusal(asked, list(pair), group_by=dimension) is None) == can_split(pair, dimension), pair


def test_every_refusal_names_a_metric_that_can_if_there_is_one(asked: Asked) -> None:
    for dimension in MATRIX:
        for metric in METRICS:
            message = refusal(asked, metric, group_by=dimension)
            if message is not None:
                named = [name for name in METRICS if f"Ask {name}, which can" in message]
                assert len(named) == 1, message
                assert refusal(asked, named[0], group_by=dimension) is None
                assert len(message) < 240


def test_the_metrics_that_refusals_name_are_answered_when_they_are_asked(asked: Asked) -> None:
    for dimension in MATRIX:
        messages = [refusal(asked, metric, group_by=dimension) or "" for metric in METRICS]
        named = [name for name in METRICS if any(f"Ask {name}, which can" in message for message in messages)]
        # as many in one question as go together
        together = [name for name in named if can_split((named[0], name), dimension)]
        if together:
            assert asked.ask(metrics=together, group_by=dimension).rows, dimension


def test_the_matrix_in_the_documentation_is_the_matrix(asked: Asked) -> None:
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    table = page.split("## What can be split by what\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
    heading, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if "|" in line]

    assert heading[0] == "metric"
    assert [row[0] for row in rows] == list(asked.catalog.listed())
    for metric, *cells in rows:
        for dimension, cell in zip(heading[1:], cells, strict=True):
            assert (cell == "✓") == can_split((metric,), dimension), (metric, dimension)


@pytest.mark.parametrize(
    ("metric", "dimension", "instead"),
    [
        ("roas", "platform", "platform_roas"),
        ("roas", "source_name", "platform_roas"),
        ("mer", "platform", "platform_roas"),
        ("mer", "customer_country", "total_sales"),
        ("roas", "customer_country", "attributed_revenue"),
        ("conversion_rate", "device_category", "bounce_rate"),
        ("cac_blended", "platform", "ad_spend"),
        ("total_revenue", "product_title", "gross_sales"),
        ("attributed_revenue", "product_title", "gross_sales"),
        ("average_order_value", "product_title", "gross_sales"),
        ("orders", "product_title", "units_sold"),
        ("orders", "event_name", "events"),
        ("orders", "device_category", "sessions"),
        ("platform_revenue", "customer_country", "total_revenue"),
    ],
)
def test_the_nearest_metric_is_named(asked: Asked, metric: str, dimension: str, instead: str) -> None:
    assert f"Ask {instead}, which can" in str(refusal(asked, metric, group_by=dimension))


def test_a_dimension_that_means_two_things_in_one_metric_is_refused_with_both(asked: Asked) -> None:
    assert refusal(asked, "roas", group_by="platform") == (
        '"roas" cannot be split or filtered by "platform", which is the ad account\'s in ad performance and the '
        "store's in orders. Ask platform_roas, which can, or leave platform out."
    )


def test_a_dimension_that_means_two_things_in_two_metrics_is_refused_with_both(asked: Asked) -> None:
    assert refusal(asked, ["total_revenue", "ad_spend"], group_by="source_name") == (
        "\"source_name\" is the store's for total_revenue and the ad account's for ad_spend: ask them apart, or split "
        "by channel or campaign_name."
    )
    assert refusal(asked, ["sessions", "events"], where={"field": "platform", "value": "x"}) == (
        "\"platform\" is the property's for sessions and the event source's for events: ask them apart."
    )
    assert refusal(asked, ["total_revenue", "ad_spend"], group_by=["channel", "campaign_name", "date"]) is None


def test_a_metric_asked_beside_one_that_can_is_told_to_leave_it_alone(asked: Asked) -> None:
    assert "Ask units_sold alone, or leave product_title out." in str(
        refusal(asked, ["units_sold", "orders"], group_by="product_title")
    )


def test_only_shared_dimensions_are_near_an_unknown_one(asked: Asked) -> None:
    with pytest.raises(UnknownNameError) as unknown:
        refusal(asked, ["total_revenue", "ad_spend"], group_by="platfrom")
    assert "platform" not in str(unknown.value).removeprefix('Unknown dimension "platfrom"')
    with pytest.raises(BadValueError, match="give period instead"):
        refusal(asked, "roas", where={"field": "date", "value": "2026-01-01"})
