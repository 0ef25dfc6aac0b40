"""The ledger through refreshes: it only ever grows, and it names what failed."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from ledger import check_it_only_grew, ledger
from shop import Shop, StandIn, order

from warehouse.lineage import LEDGER_TABLES

ROOT = Path(__file__).parents[2]
# what would change or take away rows of a table: UPDATE, DELETE, TRUNCATE, MERGE, or the table made anew
_CHANGES = r"(update\s+|delete\s+from\s+|truncate\s+(table\s+)?|merge\s+into\s+|drop\s+table\s+(if\s+exists\s+)?|"
_CHANGES += r"create\s+or\s+replace\s+table\s+|alter\s+table\s+)"
_LEDGER = r"[\w{}.\"']*_dlt_(loads|dbt_\w+)\b"


def test_no_refresh_of_any_kind_changes_or_takes_away_a_row_of_the_ledger(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    before = ledger(shop)
    assert before["_dlt_loads"]

    def then(**options: Any) -> str:
        nonlocal before
        status = shop.refresh(**options).status
        after = ledger(shop)
        check_it_only_grew(before, after)
        before = after
        return status

    assert then() == "unchanged"
    shop.deliver(order(1, "12.00", updated=5), order(2))
    dbt.failing = "fct_orders"
    assert then() == "failed"
    assert then() == "failed"
    dbt.failing = None
    assert then() == "succeeded"
    assert then(full=True) == "succeeded"
    assert then(reload=True) == "succeeded"
    shop.deliver(*(order(number, "N/A") for number in range(20)))
    assert then() == "failed"
    assert then(accept=True) == "succeeded"
    shutil.rmtree(shop.home.dlt)
    shop.deliver(order(3))
    assert then() == "succeeded"


def test_what_a_load_that_never_completed_left_is_swept_and_the_ledger_is_not(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    before = ledger(shop)
    shop.write(
        "insert into raw.shopify__orders select * replace ('9.9' as _dlt_load_id) from raw.shopify__orders",
        "insert into raw._dlt_loads values ('1.1', 'dbt.some_model', -1, now(), 'of a load that is not there')",
    )
    mine = ledger(shop)
    shop.refresh()
    assert shop.raw("select count(*) from raw.shopify__orders") == [(1,)]
    check_it_only_grew(mine, ledger(shop))
    check_it_only_grew(before, ledger(shop))


def test_a_failed_model_is_in_the_ledger_of_the_next_snapshot_with_the_loads_it_would_have_used(
    shop: Shop, dbt: StandIn
) -> None:
    shop.deliver(order(1))
    shop.refresh()
    shop.deliver(order(1), order(2))
    dbt.failing = "fct_orders"
    failed = shop.refresh().loads[0].load_id
    dbt.failing = None
    shop.refresh()
    told = shop.gold(
        "select load_id, status from _dlt_loads where schema_name = 'dbt.fct_orders' order by load_id, status"
    )
    first = told[0][0]
    assert told == [(first, 1), (failed, -1), (failed, 1)]
    runs = shop.gold(
        "select status from _dlt_dbt_model_runs join _dlt_dbt_invocations using (invocation_id) "
        "where unique_id = 'model.gata.fct_orders' order by _dlt_dbt_invocations.started_at"
    )
    assert runs == [("success",), ("error",), ("success",)]
    assert shop.gold("select error from _dlt_dbt_invocations where not success") == [("the model fct_orders failed",)]


def statements() -> list[tuple[Path, str]]:
    """The text of everything that could hold SQL: the packages' Python and the dbt project."""
    files = [path for package in ("server", "ingest", "warehouse") for path in (ROOT / package).rglob("*")]
    kept = [path for path in files if path.suffix in (".py", ".sql", ".yml") and path.is_file()]
    return [(path, path.read_text(encoding="utf-8")) for path in kept]


def test_no_statement_of_the_project_changes_the_ledger() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in statements()
        for match in re.finditer(_CHANGES + _LEDGER, text, re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "update raw._dlt_loads set status = 1",
        "delete from {RAW_SCHEMA}._dlt_loads",
        'DELETE FROM "raw"."_dlt_dbt_model_runs"',
        "create or replace table raw._dlt_dbt_invocations as",
        "merge into _dlt_loads using",
        "truncate raw._dlt_loads",
    ],
)
def test_the_search_for_such_statements_sees_them(text: str) -> None:
    assert re.search(_CHANGES + _LEDGER, text, re.IGNORECASE)


def test_what_is_deleted_from_raw_is_deleted_by_a_column_that_dlts_own_ledger_has_not(shop: Shop, dbt: StandIn) -> None:
    # the sweep of unfinished loads goes over every table with _dlt_load_id, whatever its name
    shop.deliver(order(1))
    shop.refresh()
    swept = "select table_name from duckdb_columns() where schema_name = 'raw' and column_name = '_dlt_load_id'"
    assert not {name for (name,) in shop.raw(swept)} & set(LEDGER_TABLES)
