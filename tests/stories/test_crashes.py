"""Whenever a refresh is killed, the last snapshot goes on answering and the next refresh finishes the work."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import dying_refresh
import pytest
from ledger import check_it_only_grew, ledger
from shop import Shop, StandIn, order
from worker_pipe import ChildWorker

from ingest import runs
from ingest.refresh import STAGES

BEFORE, AFTER = (2, "20.0000"), (3, "27.5000")

POINTS = {
    "everything is staged": "before ingest.stage Stage.select",
    "dlt has extracted": "before dlt.pipeline.pipeline Pipeline.normalize",
    "dlt has normalized": "before dlt.pipeline.pipeline Pipeline.load",
    "one table is loaded": "after dlt.destinations.impl.duckdb.duck DuckDbCopyJob.run",
    "every table is loaded": "before dlt.load.load Load.complete_package",
    "the load is complete and not archived": "after dlt.destinations.job_client_impl SqlJobClientBase.complete_load",
    "the load is archived": "after dlt.pipeline.pipeline Pipeline.run",
    "the models are built": "before warehouse.lineage record",
    "the ledger is written": "after warehouse.lineage record",
    "the build is verified": "after warehouse.verify verify",
    "gold is copied": "after warehouse.publish _copy",
    "the snapshot is whole": "before warehouse.store replace_text",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    StandIn().install(monkeypatch.setattr)
    shop = Shop(tmp_path)
    shop.deliver(order(1), order(2))
    assert shop.refresh().status == "succeeded"
    shop.deliver(order(1, "7.50", updated=5), order(3), order(4, "N/A"), name="orders-2.jsonl")
    return shop


def kill_at(shop: Shop, point: str) -> None:
    script = Path(dying_refresh.__file__)
    died = subprocess.run(
        [sys.executable, str(script), str(shop.root), *point.split()], capture_output=True, check=False, timeout=100
    )
    assert died.returncode == -9, died.stderr.decode()


def check_nothing_is_doubled(shop: Shop) -> None:
    versions = shop.raw(
        "select count(*), count(distinct (source_name, source_id, payload_hash)) from raw.shopify__orders"
    )
    assert versions == [(4, 4)]
    completed = "(select load_id from raw._dlt_loads where status = 0)"
    for table in ("shopify__orders", "_quarantine", "_extracts", "_dlt_pipeline_state"):
        orphans = shop.raw(f"select count(*) from raw.{table} where _dlt_load_id not in {completed}")
        assert orphans == [(0,)], table
    assert shop.raw("select count(*) from raw._quarantine") == [(1,)]


@pytest.mark.parametrize("lost", [False, True], ids=["work folder kept", "work folder lost"])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.slow
def test_a_refresh_killed_when(shop: Shop, point: str, lost: bool) -> None:
    before = ledger(shop)
    kill_at(shop, POINTS[point])
    assert shop.total() == BEFORE
    dead = runs.latest(shop.home)
    assert dead is not None
    assert dead.status == "failed"
    if lost:
        shutil.rmtree(shop.home.dlt)
    assert shop.refresh().status == "succeeded"
    assert shop.total() == AFTER
    check_nothing_is_doubled(shop)
    check_it_only_grew(before, ledger(shop))
    assert [path.name for path in shop.home.work.iterdir()] == ["wh.duckdb"]
    assert len(list(shop.home.snapshots.iterdir())) <= 3
    assert shop.refresh().status == "unchanged"


def test_a_refresh_killed_in_the_middle_of_its_load_is_done_again(shop: Shop) -> None:
    kill_at(shop, POINTS["one table is loaded"])
    assert shop.total() == BEFORE
    assert shop.refresh().status == "succeeded"
    assert shop.total() == AFTER
    check_nothing_is_doubled(shop)


@pytest.mark.slow
def test_a_refresh_killed_after_its_publish_has_nothing_left_to_do(shop: Shop) -> None:
    kill_at(shop, "after warehouse.store FileStore.publish")
    assert shop.total() == AFTER
    assert shop.refresh().status == "unchanged"
    check_nothing_is_doubled(shop)


@pytest.mark.slow
def test_the_very_first_load_may_be_killed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    StandIn().install(monkeypatch.setattr)
    for number, point in enumerate(POINTS.values()):
        shop = Shop(tmp_path / str(number))
        shop.deliver(order(1), order(2))
        kill_at(shop, point)
        assert shop.served is None
        assert shop.refresh().status == "succeeded", point
        assert shop.total() == BEFORE


@pytest.mark.slow
@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_a_worker_killed_on_entering_a_stage_is_followed_by_one_that_finishes(tmp_path: Path, stage: str) -> None:
    shop = Shop(tmp_path)
    request = {"op": "refresh", "home": str(shop.root), "tenant": "acme"}
    shop.deliver(order(1), order(2))
    worker = ChildWorker(tmp_path)
    worker.send(id=1, **request)
    assert worker.until("done", "error")[-1]["result"]["status"] == "succeeded"
    shop.deliver(order(1, "7.50", updated=5), order(3), name="orders-2.jsonl")
    worker.send(id=2, **request)
    while worker.next().get("stage") != stage:
        pass
    worker.kill()
    assert shop.total() == BEFORE
    worker = ChildWorker(tmp_path)
    worker.send(id=3, **request)
    assert worker.until("done", "error")[-1]["result"]["status"] == "succeeded"
    assert shop.total() == AFTER
    worker.send(id=4, **request)
    assert worker.until("done", "error")[-1]["result"]["status"] == "unchanged"
    assert worker.leave() == 0


@pytest.mark.slow
def test_a_worker_whose_parent_dies_stops_at_a_stage_boundary_and_lets_go_of_the_tenant(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.deliver(order(1), order(2))
    worker = ChildWorker(tmp_path, {**os.environ, "GATA_LOG": "ERROR"})
    worker.send(id=1, op="refresh", home=str(shop.root), tenant="acme")
    while worker.next().get("stage") != "transform":
        pass
    assert worker.leave() == 0
    last = list(worker.rest())[-1]
    assert last["result"]["status"] == "cancelled"
    assert shop.served is None
    worker = ChildWorker(tmp_path)
    worker.send(id=1, op="refresh", home=str(shop.root), tenant="acme")
    assert worker.until("done", "error")[-1]["result"]["status"] == "succeeded"
    assert shop.total() == BEFORE
    assert worker.leave() == 0
