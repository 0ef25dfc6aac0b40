"""Every metric over a star of all facts, split by everything that it can be split by, against a count by hand."""

from decimal import Decimal

import pytest
from by_hand import METRICS, RATIOS, SUMS, by_hand, marts_of
from gold import Asked

from warehouse.catalog import DATE
from warehouse.query import MAX_METRICS

Values = dict[str, dict[object, Decimal | None]]
TOGETHER: dict[tuple[str, ...], list[str]] = {}
for name in METRICS:
    TOGETHER.setdefault(tuple(sorted(marts_of(name))), []).append(name)
MARTS = [
    (marts, names[at : at + MAX_METRICS])
    for marts, names in TOGETHER.items()
    for at in range(0, len(names), MAX_METRICS)
]


def answered(asked: Asked, metrics: list[str], dimension: str | None = None, **more: object) -> Values:
    rows = asked.rows(metrics=metrics, group_by=[dimension] if dimension else [], limit=1000, **more)
    keys = [row[0] if dimension else None for row in rows]
    assert len(set(keys)) == len(keys)
    return {
        name: {key: number(row[at - len(metrics)]) for key, row in zip(keys, rows, strict=True)}
        for at, name in enumerate(metrics)
    }


def number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def test_every_metric_is_offered(asked: Asked) -> None:
    assert set(asked.catalog.listed()) == set(METRICS)
    sums = {name for name, metric in asked.catalog.listed().items() if metric.additive}
    assert sums == set(SUMS)
    assert {name for name, metric in asked.catalog.listed().items() if metric.type == "ratio"} == {
        *RATIOS,
        "repeat_rate",
    }


@pytest.mark.parametrize(("marts", "metrics"), MARTS, ids=lambda value: value[0])
def test_every_metric_equals_a_count_by_hand_and_its_groups_add_up_to_the_total(
    asked: Asked, marts: tuple[str, ...], metrics: list[str]
) -> None:
    totals = answered(asked, metrics)
    assert totals == {name: by_hand(name) for name in metrics}
    for dimension in asked.catalog.dimensions_of(metrics[0]):
        groups = answered(asked, metrics, dimension)
        assert groups == {name: by_hand(name, dimension) for name in metrics}, dimension
        for name in set(metrics) & set(SUMS):
            assert sum((value for value in groups[name].values() if value), Decimal(0)) == totals[name][None], name
    assert answered(asked, metrics, DATE, grain="month") == {name: by_hand(name, DATE, "month") for name in metrics}


def test_metrics_of_several_facts_asked_together_have_their_own_values_in_one_row_a_group(asked: Asked) -> None:
    metrics = ["total_revenue", "ad_spend", "sessions", "attributed_revenue", "roas", "conversion_rate", "customers"]
    for dimension in ("channel", "campaign_name"):
        rows = asked.rows(metrics=metrics, group_by=dimension)
        keys = {key for metric in metrics for key in by_hand(metric, dimension)}
        assert {row[0] for row in rows} == keys
        assert len(rows) == len(keys)
        for row in rows:
            for metric, value in zip(metrics, row[1:], strict=True):
                theirs = by_hand(metric, dimension)
                if row[0] in theirs:
                    assert number(value) == theirs[row[0]]
                else:
                    # a group that this metric has no row of, and others have
                    assert value == (None if metric in RATIOS else 0)
