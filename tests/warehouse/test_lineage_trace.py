from pathlib import Path
from typing import Any

import pytest
from led_back import LedBack

from warehouse.errors import CallerError
from warehouse.lineage_answer import Lineage, Step

PRICED: dict[str, Any] = {"where": [{"field": "source_name", "value": ["shopify", "woo"]}]}


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("led_back")
    LedBack(folder).build()
    return folder


@pytest.fixture
def star(tmp_path: Path, _built: Path) -> LedBack:
    return LedBack.copy_of(_built, tmp_path)


def said(found: Lineage) -> list[str]:
    steps: list[Step] = [found.formula, *(step for measure in found.measures for step in measure.steps)]
    assert all(step.agrees == (step.says is None) for step in steps)
    assert found.agrees == all(step.agrees for step in steps)
    return [step.says for step in steps if step.says]


def test_a_sum_is_led_back_to_its_rows_their_run_and_their_loads(star: LedBack) -> None:
    found = star.of("gross_sales", period="2026-01")
    [measure] = found.measures
    assert said(found) == []
    assert (found.value, found.formula.value, measure.rows.value) == (45.5, 45.5, 45.5)
    assert (measure.table, measure.aggregation, measure.rows.count) == ("fct_order_lines", "sum", 3)
    assert (measure.model.invocation_id, measure.model.rows) == ("i1", measure.model.rows_in_star)
    [load] = measure.loads.loads
    assert (load.load_id, load.payloads, measure.loads.payloads) == ("1.5", 2, 2)
    assert load.completed_at is not None
    assert load.completed_at.isoformat() == "2026-04-01T05:00:00+00:00"


def test_a_metric_over_several_facts_has_a_chain_of_each_measure(star: LedBack) -> None:
    found = star.of("return_rate", **PRICED)
    assert said(found) == []
    assert [(measure.fact, measure.loads.loads[0].load_id) for measure in found.measures] == [
        ("refunds", "2.5"),
        ("order_lines", "1.5"),
        ("order_lines", "1.5"),
    ]
    assert found.formula.denominator is not None
    assert found.formula.value == found.value


@pytest.mark.parametrize("metric", ["customers", "median_order_value", "orders", "repeat_rate", "total_sales"])
def test_every_kind_of_aggregate_comes_to_the_answer(star: LedBack, metric: str) -> None:
    found = star.of(metric, **PRICED)
    assert said(found) == []
    assert found.value == found.formula.value


def test_rows_of_nothing_and_rows_without_a_rate_are_counted_apart(star: LedBack) -> None:
    [measure] = star.of("discounts").measures
    assert (measure.rows.count, measure.rows.zeros, measure.rows.without_rate) == (3, 5, 3)


@pytest.mark.parametrize(
    "where",
    [
        {"field": "customer_country", "op": "ne", "value": "Canada"},
        {"field": "customer_country", "op": "not_in", "value": ["Canada", "France"]},
        {"field": "customer_country", "op": "in", "value": ["Canada", "Germany"]},
        {"field": "customer_country", "op": "is_null"},
        {"field": "customer_country", "op": "not_null"},
        {"field": "customer_country", "op": "gt", "value": "D"},
        {"field": "customer_country", "op": "gte", "value": "Germany"},
        {"field": "customer_country", "op": "lt", "value": "D"},
        {"field": "customer_country", "op": "lte", "value": "Canada"},
        {"field": "product_title", "op": "contains", "value": "%_\\ ☕"},
        {"field": "product_title", "op": "starts_with", "value": "mU"},
        {"any": [{"field": "product_title", "value": "Cap"}, {"field": "customer_country", "value": "Germany"}]},
    ],
)
def test_the_rows_are_those_that_every_filter_means(star: LedBack, where: dict[str, object]) -> None:
    found = star.of("net_sales", where=[where], period="2026-01-01..2026-03-31")
    assert said(found) == []
    assert found.where[0].items() >= where.items()


def test_a_covered_period_without_rows_is_0_and_an_uncovered_one_nothing(star: LedBack) -> None:
    covered, uncovered = star.of("gross_sales", period="2026-01-06"), star.of("gross_sales", period="2020")
    assert (covered.value, covered.measures[0].rows.count, said(covered)) == (0, 0, [])
    assert (uncovered.value, uncovered.measures[0].loads.loads, said(uncovered)) == (None, (), [])


def test_a_row_that_names_no_payload_disagrees(star: LedBack) -> None:
    star.spoil("update star.fct_orders set payload_hash = null where order_id = '1' and source_name = 'shopify'")
    assert said(star.of("orders")) == ["Rows of fct_orders that name no payload: 1."]


def test_a_load_that_the_ledger_does_not_name_disagrees(star: LedBack) -> None:
    star.spoil("delete from star._dlt_loads where status = 0 and load_id = '2.5'")
    assert said(star.of("returns")) == ["The ledger names no completed load 2.5."]


def test_a_load_that_the_model_has_not_taken_in_disagrees(star: LedBack) -> None:
    star.spoil("update star._dlt_loads set status = -1 where schema_name = 'dbt.fct_refunds'")
    assert said(star.of("returns")) == ["By the ledger fct_refunds has not taken in load 2.5."]


def test_a_table_that_is_not_what_its_run_left_disagrees(star: LedBack) -> None:
    star.spoil("insert into star.fct_orders from star.fct_orders where order_id = '5'")
    assert said(star.of("orders")) == ["The run of fct_orders left 10 rows, the star has 11."]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("set status = 'error'", "The last run of fct_orders in the ledger is error."),
        ("set rows = null", "The ledger does not say how many rows the run of fct_orders left."),
        ("set unique_id = 'model.gata.other'", "The ledger names no run of fct_orders."),
    ],
)
def test_a_model_whose_run_cannot_have_made_the_table_disagrees(star: LedBack, spoil: str, says: str) -> None:
    star.spoil(f"update star._dlt_dbt_model_runs {spoil} where unique_id = 'model.gata.fct_orders'")
    assert said(star.of("orders")) == [says]


@pytest.mark.parametrize(
    "question",
    [
        {"metric": "net_sale"},
        {"metric": "orders", "where": [{"field": "product_title", "value": "Mug"}]},
        {"metric": "orders", "period": "2026-13"},
    ],
)
def test_what_query_metric_refuses_is_refused(star: LedBack, question: dict[str, str]) -> None:
    with pytest.raises(CallerError):
        star.of(**question)  # type: ignore[arg-type]
