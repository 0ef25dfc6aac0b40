import errno
import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from shop import Shop, StandIn, order

from ingest import runs
from ingest.refresh import STAGES
from ingest.runs import RunDocument
from warehouse.errors import RefreshError
from warehouse.store import FileStore


def test_what_is_delivered_is_served(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1), order(2, "5.50"))
    run = shop.refresh()
    assert (run.status, run.completed, run.stage) == ("succeeded", 100, "publish")
    assert shop.served is not None
    assert run.snapshot == shop.served.id
    assert shop.total() == (2, "15.5000")
    [load] = run.loads
    assert (load.source, load.entity, load.extracted, load.accepted, load.quarantined) == ("shopify", "orders", 2, 2, 0)
    [source] = run.sources
    assert (source.status, source.data_through) == ("succeeded", date(2026, 10, 5))
    assert runs.latest(shop.home) == run


def test_a_second_refresh_is_unchanged_and_builds_nothing(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    first, second = shop.refresh(), shop.refresh()
    assert (second.status, second.snapshot, second.refreshed_at) == ("unchanged", first.snapshot, first.refreshed_at)
    assert second.sources[0].data_through == date(2026, 10, 5)
    assert dbt.runs == 1


def test_a_touched_file_is_not_read_again(shop: Shop, dbt: StandIn) -> None:
    path = shop.deliver(order(1))
    shop.refresh()
    path.touch()
    again = shop.refresh()
    assert (again.status, again.loads) == ("unchanged", [])


def test_a_file_that_brings_nothing_new_leaves_the_snapshot_and_is_not_read_twice(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    shop.deliver(order(1), "")
    again, third = shop.refresh(), shop.refresh()
    assert (again.status, [load.extracted for load in again.loads]) == ("unchanged", [1])
    assert (third.status, third.loads) == ("unchanged", [])


def test_a_changed_order_is_served_and_its_stale_version_is_not(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1, "10.00"))
    shop.refresh()
    shop.deliver(order(1, "12.00", updated=5))
    shop.refresh()
    shop.deliver(order(1, "9.00", updated=-5))
    shop.refresh()
    assert shop.total() == (1, "12.0000")


@pytest.mark.parametrize("option", ["full", "reload", "accept"])
def test_a_refresh_that_is_asked_for_builds_although_nothing_is_new(shop: Shop, dbt: StandIn, option: str) -> None:
    shop.deliver(order(1))
    first = shop.refresh()
    second = shop.refresh(**{option: True})
    assert second.status == "succeeded"
    assert second.snapshot != first.snapshot
    assert shop.total() == (1, "10.0000")


def test_a_reload_reads_every_file_and_appends_nothing_twice(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    assert [load.extracted for load in shop.refresh(reload=True).loads] == [1]
    assert shop.raw("select count(*) from raw.shopify__orders") == [(1,)]


def test_changed_settings_build_anew(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    assert Shop(shop.root, currency="EUR").refresh().status == "succeeded"
    assert dbt.runs == 2


def test_the_cursor_survives_the_loss_of_dlts_work_folder(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    shop.deliver(order(2), name="orders-2.jsonl")
    shop.refresh()
    shutil.rmtree(shop.home.dlt)
    again = shop.refresh()
    assert (again.status, again.loads) == ("unchanged", [])


def test_everything_is_read_again_after_the_loss_of_the_work_database(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    shutil.rmtree(shop.home.work)
    again = shop.refresh()
    assert (again.status, again.loads[0].extracted) == ("succeeded", 1)
    assert shop.total() == (1, "10.0000")


def test_a_failed_build_leaves_the_snapshot_and_is_done_again(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    first = shop.refresh()
    shop.deliver(order(1), order(2))
    dbt.failing = "fct_orders"
    failed = shop.refresh()
    assert (failed.status, failed.stage, failed.snapshot) == ("failed", "transform", first.snapshot)
    assert failed.error is not None
    assert failed.error.kind == "transform_failed"
    assert failed.error.message == 'The model "fct_orders" failed; see the server\'s log.'
    assert failed.error.kept is not None
    assert failed.error.kept.startswith("The snapshot of 20")
    assert shop.total() == (1, "10.0000")
    dbt.failing = None
    assert shop.refresh().status == "succeeded"
    assert shop.total() == (2, "20.0000")


def test_a_verify_that_failed_fails_again_and_is_never_unchanged(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    shop.deliver(order(1), order(2))
    dbt.statement = "delete from gold.fct_orders where order_id = '2'"
    for _ in range(2):
        failed = shop.refresh()
        assert failed.error is not None
        assert (failed.status, failed.error.kind, failed.error.source) == ("failed", "verify_failed", "shopify")
    assert shop.total() == (1, "10.0000")
    dbt.statement = ""
    assert shop.refresh().status == "succeeded"
    assert shop.total() == (2, "20.0000")


def test_too_many_bad_records_stop_the_publish_until_they_are_accepted(shop: Shop, dbt: StandIn) -> None:
    good = [order(number) for number in range(100)]
    shop.deliver(*good)
    shop.refresh()
    shop.deliver(*good, *(order(number, "N/A") for number in range(100, 111)))
    for _ in range(2):
        stopped = shop.refresh()
        assert stopped.error is not None
        assert stopped.error.kind == "verify_failed"
        assert stopped.error.message.startswith(
            'Source "shopify": 11 of 111 records of orders cannot be used, more than 1%.'
        )
        assert "--accept" in stopped.error.message
    accepted = shop.refresh(accept=True)
    assert accepted.status == "succeeded"
    assert any("11 of 111" in notice for notice in accepted.notices)
    assert shop.refresh().status == "unchanged"


def test_a_mended_file_ends_the_stop(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(*(order(number, "N/A") for number in range(20)), order(20))
    assert shop.refresh().status == "failed"
    shop.deliver(*(order(number) for number in range(21)))
    assert shop.refresh().status == "succeeded"
    assert shop.total() == (21, "210.0000")


def test_a_few_bad_records_are_noticed_and_the_rest_is_served(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1), order(2, "N/A"), '{"id": 3')
    run = shop.refresh()
    [load] = run.loads
    assert (load.extracted, load.accepted, load.quarantined) == (3, 1, 2)
    assert run.status == "succeeded"
    assert run.notices[0].startswith("shopify: 2 records of orders cannot be used and were left out, for example")
    assert shop.total() == (1, "10.0000")


def test_a_bad_newer_version_leaves_the_older_one_served(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1, "10.00"))
    shop.refresh()
    shop.deliver(order(1, "N/A", updated=5))
    assert shop.refresh().status == "succeeded"
    assert shop.total() == (1, "10.0000")


def test_a_source_without_its_folder_fails_alone(tmp_path: Path, dbt: StandIn) -> None:
    shop = Shop(tmp_path, sources=("shopify", "shopify_eu"))
    shop.deliver(order(1))
    shop.folder("shopify_eu").rmdir()
    run = shop.refresh()
    assert run.status == "partial"
    failed = run.sources[1]
    assert failed.error is not None
    assert (failed.source, failed.status, failed.error.kind) == ("shopify_eu", "failed", "config")
    assert shop.total() == (1, "10.0000")


def test_a_tenant_whose_every_source_fails_keeps_what_is_served(shop: Shop, dbt: StandIn) -> None:
    shop.folder().rmdir()
    run = shop.refresh()
    assert run.error is not None
    assert (run.status, run.error.kind, run.error.source) == ("failed", "config", "shopify")
    assert run.error.kept == "Nothing has been published yet."
    assert str(shop.root) not in json.dumps(run.as_json())


@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_a_refresh_cancelled_at_a_stage_stops_there_and_the_next_one_finishes(
    shop: Shop, dbt: StandIn, stage: str
) -> None:
    shop.deliver(order(1))
    reached: list[str] = []

    def seen(run: RunDocument) -> None:
        reached.append(run.stage)

    before = STAGES[[s.name for s in STAGES].index(stage) - 1].name if stage != "extract" else None
    cancelled = shop.refresh(on_progress=seen, is_cancelled=lambda: before is None or before in reached)
    assert cancelled.status == "cancelled"
    assert cancelled.error is not None
    assert cancelled.error.kind == "cancelled"
    assert shop.served is None
    assert shop.refresh().status == "succeeded"
    assert shop.total() == (1, "10.0000")


def test_progress_only_grows_and_ends_at_a_hundred(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(*(order(number) for number in range(3000)))
    seen: list[tuple[str, int]] = []
    shop.refresh(on_progress=lambda run: seen.append((run.stage, run.completed)))
    percents = [percent for _, percent in seen]
    assert percents == sorted(percents)
    assert list(dict.fromkeys(stage for stage, _ in seen)) == [stage.name for stage in STAGES]
    assert sum(1 for stage, _ in seen if stage == "extract") > 2
    assert runs.latest(shop.home) is not None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (ValueError("select secret from /etc/passwd"), "internal"),
        (RefreshError("contract", "The mart is wrong.", retry_safe=False), "contract"),
    ],
)
def test_an_error_is_answered_with_its_kind_and_without_its_details(
    shop: Shop, dbt: StandIn, error: Exception, kind: str
) -> None:
    shop.deliver(order(1))
    dbt.raising = error
    run = shop.refresh()
    assert run.error is not None
    assert run.error.kind == kind
    assert "passwd" not in run.error.message


def test_a_refresh_beside_a_running_one_is_refused_before_it_writes(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    with FileStore(shop.home).writer(), pytest.raises(RefreshError) as refused:
        shop.refresh()
    assert refused.value.kind == "locked"
    assert runs.newest(shop.home) is None


def test_an_empty_folder_is_published_as_no_rows_with_a_notice(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    (shop.folder() / "orders.jsonl").unlink()
    run = shop.refresh()
    assert any("there is no export in its folder" in notice for notice in run.notices)


def test_a_run_document_is_read_back_as_it_was_written(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    run = shop.refresh()
    assert runs.read(shop.home, run.run_id) == run
    assert run.started_at.tzinfo is not None
    assert run.started_at <= datetime.now(UTC)
