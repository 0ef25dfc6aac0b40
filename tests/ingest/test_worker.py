import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, StandIn, order
from worker_pipe import PATIENCE, ChildWorker, ThreadWorker

from ingest import runs
from ingest.runs import Run
from warehouse.home import TenantHome
from warehouse.store import FileStore
from warehouse.tenants import Tenant


@pytest.fixture
def worker() -> Iterator[ThreadWorker]:
    worker = ThreadWorker()
    yield worker
    worker.end()
    worker.thread.join(PATIENCE)


class Gate(StandIn):
    """A build that waits to be let through."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(
        self,
        tenant: Tenant,
        home: TenantHome,
        pipeline: Any,
        on_model: Callable[[int, int, str], None],
        *,
        full: bool = False,
    ) -> Any:
        self.entered.set()
        assert self.open.wait(PATIENCE)
        return super().__call__(tenant, home, pipeline, on_model, full=full)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    gate.install(monkeypatch.setattr)
    return gate


def refresh_request(shop: Shop, number: int = 1, **more: object) -> dict[str, object]:
    return {"id": number, "op": "refresh", "home": str(shop.root), "tenant": "acme", **more}


def test_a_refresh_is_answered_by_started_progress_and_the_run(shop: Shop, dbt: StandIn, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    worker.send(**refresh_request(shop))
    started, *progress, done = worker.until("done", "error")
    assert (started["event"], started["joined"]) == ("started", False)
    assert {event["event"] for event in progress} == {"progress"}
    assert {event["run_id"] for event in progress} == {started["run_id"]}
    assert done["result"]["status"] == "succeeded"
    run = runs.read(shop.home, started["run_id"])
    assert run is not None
    assert done["result"] == run.as_json()


def test_requests_are_served_one_after_the_other(shop: Shop, dbt: StandIn, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    worker.send(**refresh_request(shop, 1))
    worker.send(**refresh_request(shop, 2))
    first, second = worker.until("done"), worker.until("done")
    assert {event["id"] for event in first} == {1}
    assert {event["id"] for event in second} == {2}
    assert second[-1]["result"]["status"] == "unchanged"


def test_a_refresh_takes_every_option(shop: Shop, dbt: StandIn, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    asked: dict[str, Any] = {"sources": ["shopify"], "full": True, "reload": True, "accept": True}
    worker.send(**refresh_request(shop, **asked))
    assert worker.until("done", "error")[-1]["result"]["options"] == asked
    assert dbt.full


def test_an_unknown_source_is_an_error_with_the_nearest_names(shop: Shop, worker: ThreadWorker) -> None:
    worker.send(**refresh_request(shop, sources=["shopfy"]))
    event = worker.next()
    assert (event["event"], event["error"]["kind"]) == ("error", "config")
    assert 'Unknown source "shopfy". Nearest: shopify.' in event["error"]["message"]


def lineage_request(shop: Shop, number: int = 2, **more: object) -> dict[str, object]:
    assert shop.served is not None
    asked = {"metric": "total_revenue", "period": "all", "where": [], "today": "2026-10-06", "payloads": 1}
    request = {"id": number, "op": "lineage", "home": str(shop.root), "tenant": "acme", "snapshot": shop.served.id}
    return request | asked | more


def test_the_payloads_behind_a_number_are_found_in_raw(shop: Shop, dbt: StandIn, worker: ThreadWorker) -> None:
    shop.deliver(order(1), order(2))
    worker.send(**refresh_request(shop))
    worker.until("done")
    worker.send(**lineage_request(shop))
    done = worker.until("done", "error")[-1]
    [chain] = done["result"]["chains"]
    raw = chain["raw"]
    assert (raw["agrees"], raw["found"], raw["hashed"]) == (True, 2, 2)
    assert [json.loads(payload["payload"])["id"] for payload in raw["payloads"] if payload["payload"]] == [1]
    assert sorted(path.name for path in shop.home.work.iterdir()) == ["wh.duckdb"]


def test_a_lineage_is_refused_while_a_refresh_holds_the_tenant(shop: Shop, dbt: StandIn, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    shop.refresh()
    with FileStore(shop.home).writer():
        worker.send(**lineage_request(shop))
        event = worker.next()
    assert (event["event"], event["error"]["kind"], event["error"]["retry_safe"]) == ("error", "locked", True)


def test_a_lineage_of_a_snapshot_that_is_gone_says_to_ask_again(shop: Shop, dbt: StandIn, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    shop.refresh()
    worker.send(**lineage_request(shop, snapshot="20260101T000000Z-abcdef"))
    assert "ask again" in worker.next()["error"]["message"]


def test_an_unknown_tenant_is_an_error_with_the_nearest_names(shop: Shop, worker: ThreadWorker) -> None:
    worker.send(id=1, op="refresh", home=str(shop.root), tenant="acne")
    event = worker.next()
    assert event["event"] == "error"
    assert event["error"]["kind"] == "config"
    assert 'Unknown tenant "acne". Nearest: acme.' in event["error"]["message"]


def test_a_line_that_is_no_request_is_answered_and_the_next_one_served(
    shop: Shop, dbt: StandIn, worker: ThreadWorker
) -> None:
    shop.deliver(order(1))
    worker.send(id=7, op="drop", tenant="acme")
    assert (worker.next()["id"], worker.lines[-1].count(b"internal")) == (7, 1)
    worker.send(**refresh_request(shop))
    assert worker.until("done", "error")[-1]["event"] == "done"


def test_a_cancelled_refresh_ends_at_the_next_stage(shop: Shop, gate: Gate, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    worker.send(**refresh_request(shop))
    assert gate.entered.wait(PATIENCE)
    worker.send(id=1, op="cancel", tenant="acme")
    # a second request that is answered shows that the cancel has been read
    worker.send(id=9, op="unknown", tenant="acme")
    worker.until("error")
    gate.open.set()
    done = worker.until("done")[-1]
    assert (done["result"]["status"], done["result"]["stage"]) == ("cancelled", "transform")


def test_a_request_cancelled_before_its_turn_does_not_begin(shop: Shop, gate: Gate, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    worker.send(**refresh_request(shop, 1))
    worker.send(**refresh_request(shop, 2))
    assert gate.entered.wait(PATIENCE)
    worker.send(id=2, op="cancel", tenant="acme")
    worker.send(id=9, op="unknown", tenant="acme")
    worker.until("error")
    gate.open.set()
    assert worker.until("done")[-1]["result"]["status"] == "succeeded"
    refused = worker.next()
    assert (refused["id"], refused["error"]["kind"]) == (2, "cancelled")


def test_the_end_of_its_input_stops_the_worker_at_the_next_stage(shop: Shop, gate: Gate) -> None:
    worker = ThreadWorker()
    shop.deliver(order(1))
    worker.send(**refresh_request(shop))
    assert gate.entered.wait(PATIENCE)
    worker.end()
    assert worker.worker.left_alone.wait(PATIENCE)
    gate.open.set()
    worker.thread.join(PATIENCE)
    assert not worker.thread.is_alive()
    run = runs.latest(shop.home)
    assert run is not None
    assert (run.status, run.stage) == ("cancelled", "transform")


def test_an_idle_worker_leaves(shop: Shop) -> None:
    worker = ThreadWorker(idle_seconds=0.05)
    worker.thread.join(PATIENCE)
    assert not worker.thread.is_alive()
    assert list(worker.rest()) == []


def test_a_refresh_that_another_process_runs_is_joined(shop: Shop, dbt: StandIn, worker: ThreadWorker) -> None:
    shop.deliver(order(1))
    with FileStore(shop.home).writer():
        other = Run.create(shop.home, "acme")
        worker.send(**refresh_request(shop))
        started, done = worker.next(), worker.next()
    assert (started["event"], started["run_id"], started["joined"]) == ("started", other.document.run_id, True)
    assert (done["event"], done["result"]["status"]) == ("done", "running")


def test_a_lock_whose_holder_has_no_run_is_answered_as_locked(shop: Shop, worker: ThreadWorker) -> None:
    with FileStore(shop.home).writer():
        worker.send(**refresh_request(shop))
        event = worker.next()
    assert (event["event"], event["error"]["kind"], event["error"]["retry_safe"]) == ("error", "locked", True)


@pytest.mark.slow
def test_a_child_process_writes_nothing_but_events_without_a_path_or_a_virtual_environment(
    shop: Shop, tmp_path: Path
) -> None:
    shop.deliver(order(1), '{"broken')
    bare = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PATH")} | {"PATH": ""}
    worker = ChildWorker(tmp_path, bare)
    worker.send(**refresh_request(shop))
    worker.send(id=2, op="dbt", home=str(shop.root), tenant="acme", args=["run", "--select", "no_such_model"])
    worker.until("done", "error")
    worker.until("done", "error")
    assert worker.leave() == 0
    assert list(worker.rest()) == []
    assert all("event" in json.loads(line) for line in worker.lines)
