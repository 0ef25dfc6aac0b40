"""A model that fails in earnest is in the ledger, with the loads it would have used and the models it held up."""

from pathlib import Path

import pytest
from story import Story, line, order, shopify

DAY = "2026-10-05"
# as no load leaves it: a newer version whose line comes to more than any amount can hold
DAMAGE = """
insert into raw.shopify__orders
select * replace (
    json_merge_patch(payload, '{"line_items": [{"id": 1, "price": "9999999999", "quantity": 999999999}]}') as payload,
    'damaged' as payload_hash,
    updated_at + interval 1 hour as updated_at)
from raw.shopify__orders where source_id = '1' order by _dlt_load_id limit 1
"""


@pytest.mark.slow
def test_a_failed_model_is_in_the_ledger_with_its_loads_and_those_it_held_up_are_skipped(tmp_path: Path) -> None:
    shop = Story(tmp_path, stores=[shopify("shop", order(1, DAY, "10.00", line(1, "10.00")))])
    first = shop.refresh()
    assert first.status == "succeeded"
    assert {model.name: model.rows for model in first.models}["fct_orders"] == 1
    shop.write(DAMAGE)
    shop.deliver(order(2, DAY, "5.00", line(2, "5.00")), name="orders-2.jsonl", source="shop")
    failed = shop.refresh()
    assert failed.error is not None
    assert (failed.status, failed.error.kind, failed.snapshot) == ("failed", "transform_failed", first.snapshot)
    broken = [model.name for model in failed.models if model.status == "error"]
    assert broken
    assert next(model.status for model in failed.models if model.name == "fct_orders") == "skipped"

    shop.write("delete from raw.shopify__orders where payload_hash = 'damaged'")
    assert shop.refresh().status == "succeeded"
    loads = [first.loads[0].load_id, failed.loads[0].load_id]
    for name in broken:
        told = shop.gold(f"select load_id, status from _dlt_loads where schema_name = 'dbt.{name}' order by all")
        # the first load had been taken in before: of such a one nothing more is said
        assert told == [(loads[0], 1), (loads[1], -1), (loads[1], 1)]
    runs = shop.gold(
        "select status, rows from _dlt_dbt_model_runs join _dlt_dbt_invocations using (invocation_id) "
        "where unique_id = 'model.gata.fct_orders' order by _dlt_dbt_invocations.started_at"
    )
    assert runs == [("success", 1), ("skipped", None), ("success", 2)]
    assert shop.gold("select status from _dlt_loads where schema_name = 'dbt.fct_orders' order by all") == [(1,), (1,)]
