"""What is measured beside the times of the questions: the start of a server, its memory, the size of what it says."""

import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult

from bench.peers import InstalledPeer
from bench.questions import Call, questions
from bench.servers import connected, floor, ours
from bench.star import FIRST_DAY, LAST_DAY
from bench.timings import Timings
from bench.ways import called, structured
from server.desk import Desk
from server.settings import OPEN_SNAPSHOTS, Settings
from warehouse.home import Home

STARTS = 5
LATER = 1.5  # seconds
REPEATS = 100
_MONTHS = {"metrics": ["total_revenue"], "grain": "month", "period": f"{FIRST_DAY}..{LAST_DAY}"}


@dataclass(frozen=True)
class Figure:
    """One figure; met: whether it is within its goal, where it has one."""

    what: str
    measured: str
    goal: str = ""
    met: bool | None = None

    @staticmethod
    def within(what: str, value: float, most: float, unit: str, detail: str = "") -> "Figure":
        """A figure that shall be at most so much."""
        return Figure(what, f"{value:,.2f} {unit}{detail}", f"≤ {most:g} {unit}", value <= most)


@dataclass(frozen=True)
class _Start:
    """A server, how its client greets it, and its first question."""

    server: StdioServerParameters
    mode: str
    tool: str
    call: Call


async def of_starts(home: Home, tenant: str, peers: Sequence[InstalledPeer], gold: Path) -> AsyncIterator[Figure]:
    """The start of fresh processes: the handshake, and the first question at once and a while later."""
    first = questions(0)[0]
    asked = {"tenant": tenant, **first.call}
    bare, greeted, discovered = "bare SDK", "initialize", "server/discover"
    starts = {
        bare: _Start(floor(), "legacy", "echo", {"text": first.name}),
        greeted: _Start(ours(home), "legacy", "query_metric", asked),
        discovered: _Start(ours(home), "auto", "query_metric", asked),
    }
    for one in peers:
        [call] = one.peer.calls(first)
        starts[one.peer.name] = _Start(one.server(gold), "legacy", one.peer.tool, call)
    shaken, at_once, later = ({name: Timings() for name in starts} for _ in range(3))
    for turn in range(2 * STARTS):
        for name, start in starts.items():
            opened = connected(start.server, start.mode)
            client = await shaken[name].of(opened.__aenter__())
            try:
                if turn % 2:
                    await anyio.sleep(LATER)
                await (later if turn % 2 else at_once)[name].of(called(client, start.tool, start.call))
            finally:
                await opened.__aexit__(None, None, None)
    yield Figure("initialize, bare SDK (p50 / p95)", f"{shaken[bare]} ms")
    above = shaken[greeted].p50 - shaken[bare].p50
    yield Figure.within("initialize, ours, above the bare SDK (p50)", above, 100, "ms", f" ({shaken[greeted]})")
    for name in (greeted, discovered):
        for when, took, most in ((f"{LATER:g} s after", later[name], 100), ("right after", at_once[name], 900)):
            yield Figure.within(f"first query {when} {name} (p95)", took.p95, most, "ms", f" (p50 {took.p50:.1f})")
    for one in peers:
        name = one.peer.name
        yield Figure(
            f"{name}: initialize; first query right after; {LATER:g} s after",
            f"{shaken[name]}; {at_once[name]}; {later[name]} ms",
        )


async def of_repeats(home: Home, tenant: str) -> AsyncIterator[Figure]:
    """A question that was asked before: in the server, and over stdio."""
    desk, inside, outside = Desk(Settings(home=home)), Timings(), Timings()

    async def ask(call: Call) -> None:
        desk.query_metric(tenant, call)

    try:
        async with connected(ours(home)) as client:
            for call in (question.call for question in questions(0)):
                asked = {"tenant": tenant, **call}
                desk.query_metric(tenant, call)
                await called(client, "query_metric", asked)
                for _ in range(REPEATS):
                    await inside.of(ask(call))
                    await outside.of(called(client, "query_metric", asked))
    finally:
        desk.close()
    yield Figure.within("repeated, in the server (p95)", inside.p95, 2, "ms", f" (p50 {inside.p50:.2f})")
    yield Figure("repeated, over stdio (p50 / p95)", f"{outside} ms")


async def of_memory(home: Home, tenants: Sequence[str], folder: Path) -> Figure:
    """The resident memory of a server that was asked about many tenants."""
    file = folder / "process-id"
    async with connected(ours(home, file)) as client:
        await called(client, "query_metric", {"tenant": tenants[0], **questions(0)[0].call})
        with_one = _resident(file)
        for tenant in tenants:
            for question in questions(0):
                await called(client, "query_metric", {"tenant": tenant, **question.call})
        return Figure.within(
            f"memory, {len(tenants)} tenants queried, {OPEN_SNAPSHOTS} open",
            _resident(file), 250, "MB", f" (after the first answer {with_one:.1f})",
        )  # fmt: skip


async def of_sizes(client: Client, tenant: str) -> AsyncIterator[Figure]:
    """The bytes of what our server says."""
    yield Figure.within("tools/list", await tools_size(client) / 1024, 6, "KB")
    months = await called(client, "query_metric", {"tenant": tenant, **_MONTHS})
    for half, size in _halves(months).items():
        yield Figure.within(f"{structured(months)['row_count']}-month answer, {half}", size / 1024, 1.5, "KB")
    for half, size in _halves(await called(client, "list_metrics", {"tenant": tenant})).items():
        yield Figure.within(f"list_metrics, {half}", size / 1024, 6, "KB")


async def of_peer_sizes(client: Client, one: InstalledPeer) -> Figure:
    """The bytes of what a peer's server says."""
    [call] = one.peer.calls(questions(0)[1])
    halves = _halves(await called(client, one.peer.tool, call))
    said = "; ".join(f"{half} {size / 1024:.1f}" for half, size in halves.items())
    return Figure(f"{one.peer.name}: tools/list; 34-month answer", f"{await tools_size(client) / 1024:.1f}; {said} KB")


async def tools_size(client: Client) -> int:
    """The bytes of tools/list as a server sends it."""
    return _size((await client.list_tools()).model_dump(mode="json", by_alias=True, exclude_none=True))


def _halves(result: CallToolResult) -> dict[str, int]:
    text = "".join(str(getattr(part, "text", "")) for part in result.content)
    return {"structured": _size(structured(result)) if result.structured_content else 0, "text": len(text.encode())}


def _size(content: Any) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _resident(process_id: Path) -> float:
    """Megabytes."""
    command = ["ps", "-o", "rss=", "-p", process_id.read_text(encoding="utf-8")]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024
