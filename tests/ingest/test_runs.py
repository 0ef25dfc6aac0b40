from pathlib import Path

import pytest

from ingest import runs
from ingest.runs import Run
from warehouse.home import Home, TenantHome
from warehouse.store import FileStore


@pytest.fixture
def home(tmp_path: Path) -> TenantHome:
    return Home(tmp_path).tenant("acme")


def test_there_is_no_run_before_the_first(home: TenantHome) -> None:
    assert runs.latest(home) is None
    assert runs.read(home, "20261005T120000Z-000000") is None


def test_a_run_is_readable_from_its_beginning_to_its_end(home: TenantHome) -> None:
    with FileStore(home).writer():
        run = Run.create(home, "acme")
        running = runs.latest(home)
        assert running is not None
        assert (running.status, running.tenant) == ("running", "acme")
        run.progress("load", 40, "loading")
        run.finish("succeeded")
    done = runs.latest(home)
    assert done is not None
    assert (done.status, done.stage, done.completed) == ("succeeded", "load", 100)


def test_a_running_run_whose_lock_is_free_is_dead(home: TenantHome) -> None:
    with FileStore(home).writer():
        Run.create(home, "acme")
    dead = runs.latest(home)
    assert dead is not None
    assert dead.error is not None
    assert (dead.status, dead.error.kind, dead.error.retry_safe) == ("failed", "internal", True)
    assert runs.newest(home) == dead


def test_progress_never_goes_back_and_says_nothing_twice(home: TenantHome) -> None:
    with FileStore(home).writer():
        run = Run.create(home, "acme")
        assert run.progress("load", 40, "loading")
        assert not run.progress("load", 30, "loading")
        assert run.progress("transform", 20, "building")
        assert run.document.completed == 40


def test_old_runs_are_removed(home: TenantHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KEPT_RUNS", 3)
    with FileStore(home).writer():
        for _ in range(5):
            last = Run.create(home, "acme")
    assert len(list(home.runs.glob("*.json"))) == 3
    assert runs.newest(home) == last.document


def test_what_is_not_known_is_left_out_of_the_document_but_for_data_through(home: TenantHome) -> None:
    with FileStore(home).writer():
        run = Run.create(home, "acme")
        run.document.sources.append(runs.SourceResult(source="shopify", status="unchanged"))
        plain = run.document.as_json()
    assert plain["sources"] == [{"source": "shopify", "status": "unchanged", "data_through": None}]
    assert "snapshot" not in plain
    assert "error" not in plain
