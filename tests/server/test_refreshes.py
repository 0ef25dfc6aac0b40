from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from filelock import FileLock
from mcp import Client
from mcp_types import CallToolResult
from puppet_worker import Puppet, Puppets

from ingest import runs
from server.factory import create_server
from server.settings import Settings
from server.strict import StrictServer
from warehouse.home import Home

pytestmark = pytest.mark.anyio

WAYNE = "wayne_enterprises"
DONE = {"tenant": WAYNE, "run_id": "r1", "status": "succeeded", "stage": "publish", "completed": 100, "total": 100}
DONE |= {"snapshot": "20260102T030405Z-abcdef", "refreshed_at": "2026-01-02T03:04:05Z", "sources": [], "loads": []}
DONE |= {"models": [], "notices": [], "pid": 1, "started_at": "2026-01-02T03:04:00Z"}


@pytest.fixture
def server(home: Home, puppets: Puppets) -> StrictServer:
    return create_server(Settings(home, worker=puppets.command))


@pytest.fixture(params=["legacy", "auto"])
async def client(request: pytest.FixtureRequest, server: StrictServer) -> AsyncIterator[Client]:
    async with Client(server, mode=request.param) as client:
        yield client


async def begun(puppets: Puppets) -> tuple[Puppet, dict[str, Any]]:
    """The worker that was started, and the request that it was sent."""
    puppet = await anyio.to_thread.run_sync(puppets.next)
    request = await anyio.to_thread.run_sync(puppet.heard)
    assert request is not None
    return puppet, request


def content(result: CallToolResult) -> dict[str, Any]:
    assert result.structured_content is not None
    return dict(result.structured_content)


def text(result: CallToolResult) -> str:
    block = result.content[0]
    assert block.type == "text"
    return block.text


async def test_a_refresh_is_answered_with_the_workers_result(client: Client, puppets: Puppets, home: Home) -> None:
    async def work() -> None:
        puppet, request = await begun(puppets)
        assert request["op"] == "refresh"
        assert request["home"] == str(home.root)
        assert (request["tenant"], request["full"], request["accept"]) == (WAYNE, False, False)
        puppet.say(request, "started", run_id="r1", joined=False)
        puppet.say(request, "done", result=DONE)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            result = await client.call_tool("refresh_tenant", {"tenant": WAYNE})

    answer = content(result)
    assert answer["status"] == "succeeded"
    assert answer["joined"] is False
    assert answer["snapshot"] == "20260102T030405Z-abcdef"
    assert {"pid", "started_at", "next", "error"}.isdisjoint(answer)
    assert text(result).startswith("wayne_enterprises: succeeded (run r1).")


async def test_progress_only_ever_rises(client: Client, puppets: Puppets) -> None:
    seen: list[tuple[float, float | None, str | None]] = []
    three = anyio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))
        if message == "transform: 3 of 9":
            three.set()

    async def work() -> None:
        puppet, request = await begun(puppets)
        puppet.say(request, "started", run_id="r1", joined=False)
        for stage, completed, message in (("load", 30, ""), ("load", 30, "again"), ("transform", 60, "3 of 9")):
            values = {"stage": stage, "completed": completed, "total": 100, "message": message}
            puppet.say(request, "progress", run_id="r1", **values)
        await three.wait()
        puppet.say(request, "done", result=DONE)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            await client.call_tool("refresh_tenant", {"tenant": WAYNE}, progress_callback=note)

    progress = [value for value, _, _ in seen]
    assert progress == sorted(set(progress))
    assert {total for _, total, _ in seen} == {100.0}


async def test_a_caller_whose_patience_ends_hears_that_it_runs_and_then_the_end(
    client: Client, puppets: Puppets
) -> None:
    with anyio.fail_after(30):
        first = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
        puppet, request = await begun(puppets)
        puppet.say(request, "started", run_id="r1", joined=False)
        puppet.say(request, "done", result=DONE)
        second = await client.call_tool("refresh_tenant", {"tenant": WAYNE})

    assert content(first)["status"] == "running"
    assert "call refresh_tenant again" in content(first)["next"]
    assert "call refresh_tenant again" in text(first)
    assert content(second)["status"] == "succeeded"
    assert content(second)["joined"] is True


async def test_a_result_that_was_heard_is_not_given_twice(client: Client, puppets: Puppets) -> None:
    with anyio.fail_after(30):
        await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
        puppet, request = await begun(puppets)
        puppet.say(request, "done", result=DONE)
        await client.call_tool("refresh_tenant", {"tenant": WAYNE})
        third = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})

    assert content(third)["status"] == "running"
    assert content(third)["joined"] is False


async def test_ten_callers_at_once_share_one_run(server: StrictServer, puppets: Puppets) -> None:
    results: list[CallToolResult] = []

    with anyio.fail_after(30):
        async with Client(server, mode="auto") as one, Client(server, mode="legacy") as other:

            async def ask(client: Client) -> None:
                results.append(await client.call_tool("refresh_tenant", {"tenant": WAYNE}))

            async with anyio.create_task_group() as tasks:
                for number in range(10):
                    tasks.start_soon(ask, one if number % 2 else other)
                puppet, request = await begun(puppets)
                puppet.say(request, "done", result=DONE)

    assert [content(result)["status"] for result in results] == ["succeeded"] * 10
    assert sum(not content(result)["joined"] for result in results) == 1


async def test_a_failed_refresh_is_an_answer_and_no_tool_error(client: Client, puppets: Puppets) -> None:
    with anyio.fail_after(30):
        await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
        puppet, request = await begun(puppets)
        error = {"kind": "verify_failed", "message": "The totals do not agree.", "retry_safe": False, "kept": "Kept."}
        puppet.say(request, "done", result=DONE | {"status": "failed", "error": error})
        result = await client.call_tool("refresh_tenant", {"tenant": WAYNE})

    assert not result.is_error
    assert content(result)["status"] == "failed"
    assert content(result)["error"] == error
    assert "Error (verify_failed): The totals do not agree." in text(result)
    assert "Kept." in text(result)


async def test_a_worker_that_dies_is_answered_as_failed_and_safe_to_retry(client: Client, puppets: Puppets) -> None:
    with anyio.fail_after(30):
        await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
        puppet, request = await begun(puppets)
        puppet.say(request, "started", run_id="r1", joined=False)
        puppet.end(137)
        result = await client.call_tool("refresh_tenant", {"tenant": WAYNE})

    error = content(result)["error"]
    assert (content(result)["status"], error["kind"], error["retry_safe"]) == ("failed", "internal", True)
    assert error["kept"] == "Nothing has been published yet."


async def test_the_last_waiting_caller_who_cancels_stops_the_run(client: Client, puppets: Puppets) -> None:
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(client.call_tool, "refresh_tenant", {"tenant": WAYNE}))
            puppet, request = await begun(puppets)
            tasks.cancel_scope.cancel()
        cancel = await anyio.to_thread.run_sync(puppet.heard)

    assert cancel == {"id": request["id"], "op": "cancel", "tenant": WAYNE}


async def test_a_refresh_under_way_is_cancelled_by_its_tenant_and_its_end_told(
    client: Client, puppets: Puppets
) -> None:
    await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
    puppet, request = await begun(puppets)

    async def stop() -> None:
        assert await anyio.to_thread.run_sync(puppet.heard) == {"id": request["id"], "op": "cancel", "tenant": WAYNE}
        error = {"kind": "cancelled", "message": "The refresh was cancelled.", "retry_safe": True}
        puppet.say(request, "error", error=error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop)
        answer = content(await client.call_tool("refresh_tenant", {"tenant": WAYNE, "cancel": True}))
    assert answer["status"] == "cancelled"


async def test_nothing_is_cancelled_where_nothing_runs(client: Client) -> None:
    refused = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "cancel": True})
    assert refused.is_error
    assert text(refused).startswith('There is no refresh of "wayne_enterprises" to cancel')


async def test_a_run_of_another_process_is_joined_through_its_file(client: Client, home: Home) -> None:
    tenant = home.tenant(WAYNE)
    tenant.root.mkdir(parents=True)
    # a lock of its own file descriptor, as another process has
    with FileLock(tenant.lock):
        run = runs.Run.create(tenant, WAYNE)
        run.progress("transform", 50, "")
        with anyio.fail_after(30):
            first = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
            run.finish("unchanged")
            second = await client.call_tool("refresh_tenant", {"tenant": WAYNE})

    assert content(first)["joined"] is True
    assert content(second)["status"] == "unchanged"
    assert content(second)["run_id"] == run.document.run_id


async def test_a_run_whose_process_was_killed_is_started_anew(client: Client, home: Home, puppets: Puppets) -> None:
    tenant = home.tenant(WAYNE)
    tenant.root.mkdir(parents=True)
    dead = runs.Run.create(tenant, WAYNE)
    with anyio.fail_after(30):
        await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
        puppet, request = await begun(puppets)
        puppet.say(request, "done", result=DONE)
        result = await client.call_tool("refresh_tenant", {"tenant": WAYNE})

    assert content(result)["run_id"] == "r1"
    settled = runs.read(tenant, dead.document.run_id)
    assert settled is not None
    assert settled.status == "failed"


async def test_a_followed_run_whose_process_dies_is_answered_as_failed(client: Client, home: Home) -> None:
    tenant = home.tenant(WAYNE)
    tenant.root.mkdir(parents=True)
    with FileLock(tenant.lock):
        runs.Run.create(tenant, WAYNE)
        with anyio.fail_after(30):
            await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
    with anyio.fail_after(30):
        result = await client.call_tool("refresh_tenant", {"tenant": WAYNE})

    assert content(result)["status"] == "failed"
    assert content(result)["error"]["kind"] == "internal"


async def test_a_caller_who_joins_a_run_that_is_not_full_is_told(client: Client, puppets: Puppets) -> None:
    with anyio.fail_after(30):
        await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
        await begun(puppets)
        result = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "full": True, "wait_seconds": 0})

    assert "no full rebuild" in content(result)["notices"][0]


async def test_the_sources_named_are_the_ones_asked_of_the_worker(client: Client, puppets: Puppets) -> None:
    with anyio.fail_after(30):
        await client.call_tool("refresh_tenant", {"tenant": WAYNE, "sources": "bigcommerce", "wait_seconds": 0})
        _, request = await begun(puppets)
        one = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "sources": ["bigcommerce"], "wait_seconds": 0})
        every = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})

    assert request["sources"] == ["bigcommerce"]
    assert content(one)["notices"] == []
    assert "does not read all that was asked for" in content(every)["notices"][0]


async def test_an_unknown_source_is_refused_with_the_nearest_names(client: Client, puppets: Puppets) -> None:
    refused = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "sources": ["bigcomerce"]})

    assert refused.is_error
    assert text(refused) == ('Unknown source "bigcomerce". Nearest: bigcommerce. Wayne Enterprises has bigcommerce.')


async def test_a_caller_is_told_what_the_run_of_another_process_lacks(client: Client, home: Home) -> None:
    tenant = home.tenant(WAYNE)
    tenant.root.mkdir(parents=True)
    with FileLock(tenant.lock):
        run = runs.Run.create(tenant, WAYNE, runs.Options(sources=("bigcommerce",)))
        with anyio.fail_after(30):
            first = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "full": True, "wait_seconds": 0})
            run.finish("succeeded")
            second = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "sources": ["bigcommerce"]})

    assert "is no full rebuild and does not read all" in content(first)["notices"][0]
    assert (content(second)["status"], content(second)["notices"]) == ("succeeded", [])


async def test_a_closing_server_lets_its_worker_go(server: StrictServer, puppets: Puppets, tmp_path: Path) -> None:
    with anyio.fail_after(30):
        async with Client(server) as client:
            await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": 0})
            puppet, _ = await begun(puppets)
        assert await anyio.to_thread.run_sync(puppet.heard) is None
