"""Thirty random batch histories: a build that replaces only what is new comes to the same star as one of everything."""

import json
import shutil
from copy import copy as shallow_copy
from pathlib import Path

import duckdb
import pytest
from histories import History
from story import Story, line, order, shopify

from warehouse.incremental import INCREMENTAL_MODELS

HISTORIES = [History(seed) for seed in range(30)]
STEPS = 5


def checksums(acme: Story) -> dict[str, tuple[int, str]]:
    """Rows and a hash of each mart that is served, whatever the order of its rows."""
    version = acme.served
    assert version is not None
    found = {}
    with duckdb.connect(str(version.gold_file), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        for (table,) in tables:
            if table.startswith(("fct_", "dim_")):
                found[table] = connection.execute(
                    f"select count(*), md5(coalesce(string_agg(md5(t::varchar), '' order by md5(t::varchar)), '')) "
                    f"from {table} as t"
                ).fetchall()[0]
    return found


def last_build(acme: Story) -> list[str] | None:
    """The loads that the last build was about; None for all."""
    [(text,)] = acme.raw("select vars from raw._dlt_dbt_invocations order by started_at desc limit 1")
    loads: list[str] | None = json.loads(text)["tenant"]["new_loads"]
    return loads


def built_anew(acme: Story, folder: Path) -> Story:
    """The tenant in a folder of its own, built from every row."""
    shutil.copytree(acme.root, folder)
    anew = shallow_copy(acme)
    anew.root, anew.published = folder, []
    assert anew.refresh(full=True, accept=True).status == "succeeded"
    assert last_build(anew) is None
    return anew


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("histories"), stores=[history.store for history in HISTORIES])


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thirty_random_histories_come_to_the_same_star_however_they_are_built(
    acme: Story, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copies = tmp_path_factory.mktemp("copies")
    incremental = 0
    for step in range(STEPS):
        # in the first batches nearly everything is new; later ones bring a few stores at a time
        telling = HISTORIES if step == 0 else HISTORIES[step % 6 :: 6]
        for history in telling:
            history.deliver(acme, step)
        run = acme.refresh(accept=True)
        assert run.status == "succeeded", (step, run.error)
        incremental += last_build(acme) is not None
        assert checksums(acme) == checksums(built_anew(acme, copies / str(step)))
    assert incremental == STEPS - 1


def test_the_incremental_models_are_those_of_the_project() -> None:
    from warehouse.dbt_runner import parsed_manifest

    nodes = parsed_manifest().nodes.values()
    found = {node.name for node in nodes if str(getattr(node.config, "materialized", "")) == "incremental"}

    assert found == set(INCREMENTAL_MODELS)


@pytest.mark.slow
def test_views_are_not_made_anew_and_the_ledger_says_that_they_read_the_new_load(tmp_path: Path) -> None:
    day = "2026-10-05"
    orders = [order(number, day, "10.00", line(number, "10.00")) for number in range(1, 9)]
    shop = Story(tmp_path, stores=[shopify("shop", *orders)])
    assert shop.refresh().status == "succeeded"
    shop.deliver(order(9, day, "5.00", line(9, "5.00")), name="orders-2.jsonl", source="shop")
    run = shop.refresh()
    assert last_build(shop) == [run.loads[0].load_id]
    told = shop.gold(
        "select message from _dlt_dbt_model_runs join _dlt_dbt_invocations using (invocation_id) "
        "where unique_id = 'model.gata.platform_mm__orders' order by _dlt_dbt_invocations.started_at"
    )
    assert told == [("OK",), ("a view, not made anew: it reads the new rows as it is",)]
    loads = shop.gold("select load_id from _dlt_loads where schema_name = 'dbt.platform_mm__orders' and status = 1")
    assert (run.loads[0].load_id,) in loads
    assert "platform_mm__orders" in {model.name for model in run.models}
