"""What a question costs: raw DuckDB SQL, ours in process and over MCP stdio, and other semantic layers' own servers.

    uv run python bench/query.py [ORDERS]

Publishes a synthetic star of ORDERS orders (default 1,000,000) with two lines each, its ads and its sessions, installs
the peers (an environment each, by uv) and asks all of them the same questions in turns, each round over another period,
so that nothing is answered from memory and a busy machine is busy for all. A peer is asked for times only where its
rows are those of the SQL. Prints one table of times and one of figures with their goals.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import duckdb

from bench import figures
from bench.figures import Figure
from bench.peers import PEERS, InstalledPeer
from bench.questions import questions
from bench.servers import connected, floor, ours
from bench.star import publish_stars
from bench.timings import Timings, table
from bench.ways import Floor, InProcess, OfPeer, OverStdio, Raw, Way, difference
from warehouse.catalog import Catalog
from warehouse.gold import open_gold
from warehouse.home import Home
from warehouse.store import FileStore, Version

ROUNDS = 40
THREADS = 2
DEMO_ORDERS, DEMO_TENANTS = 5_000, 20
ADDED, TOTAL = 5.0, 8.0  # ms, goals at p95 over stdio
LARGE = "large"
SMALL = tuple(f"small_{number:02}" for number in range(1, DEMO_TENANTS + 1))

Times = dict[tuple[str, str], Timings]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def current(home: Home, tenant: str) -> Version:
    version = FileStore(home.tenant(tenant)).current()
    assert version is not None
    return version


def install_peers(folder: Path) -> list[InstalledPeer]:
    """The peers that can be had."""
    installed = []
    for peer in PEERS:
        try:
            installed.append(peer.install(folder))
        except RuntimeError as error:
            say(f"{peer.name} is left out, it cannot be installed: {error}")
    return installed


@contextmanager
def opened(gold: Path, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The gold file as our server opens it."""
    with open_gold(gold, temp_directory=folder / "spill", threads=THREADS) as connection:
        yield connection


async def unanswered(peers: Sequence[InstalledPeer], gold: Path, folder: Path) -> dict[tuple[str, str], str]:
    """By peer and question, why the rows of a small star are not those of the SQL."""
    reasons = {}
    with opened(gold, folder) as connection:
        for one in peers:
            async with connected(one.server(gold)) as client:
                way = OfPeer(client, one)
                for question in questions(0):
                    try:
                        found = way.rows(await way.ask(question))
                        wrong = difference(connection.execute(question.sql).fetchall(), found)
                    except Exception as error:
                        # whatever a peer cannot do is told, and the others go on
                        wrong = f"{type(error).__name__}: {error}"
                    if wrong:
                        reasons[way.name, question.name] = wrong
    return reasons


async def time_questions(ways: Sequence[Way], left_out: set[tuple[str, str]]) -> tuple[Times, list[str]]:
    """The times of every way and question; and where the rows of a way are not those of the first."""
    times: Times = {}
    wrong: list[str] = []
    for round_ in range(-1, ROUNDS):
        for question in questions(round_ + 1):
            expected = ways[0].rows(await ways[0].ask(question)) if round_ < 0 else []
            # whoever comes first finds the caches of the machine cold
            turn = round_ % len(ways)
            for way in (*ways[turn:], *ways[:turn]):
                if (way.name, question.name) in left_out:
                    continue
                if round_ >= 0:
                    await times.setdefault((way.name, question.name), Timings()).of(way.ask(question))
                    continue
                # the first round makes plans and fills buffers, everywhere
                rows = way.rows(await way.ask(question))
                if way.answers and (how := difference(expected, rows)):
                    wrong.append(f"{way.name}, {question.name}: {how}")
    return times, wrong


def times_table(times: Times, ways: Sequence[Way]) -> str:
    raw, *others = ways
    heads = ["ms: p50 / p95 (above raw SQL)", raw.name, *(way.name for way in others)]
    lines = []
    for question in questions(0):
        base = times[raw.name, question.name]
        line = [question.name, str(base)]
        for way in others:
            took = times.get((way.name, question.name))
            above = f" ({took.p50 - base.p50:+.1f} / {took.p95 - base.p95:+.1f})" if took and way.answers else ""
            line.append(f"{took}{above}" if took else "-")
        lines.append(line)
    return table(heads, lines)


def of_times(times: Times) -> list[Figure]:
    """The goals of the questions' own times."""
    above = {
        question.name: times[OverStdio.name, question.name].p95 - times[Raw.name, question.name].p95
        for question in questions(0)
    }
    worst = max(above, key=lambda name: above[name])
    return [
        Figure.within("over stdio above raw, worst question (p95)", above[worst], ADDED, "ms", f" ({worst})"),
        Figure.within("total over stdio (p95)", times[OverStdio.name, "total"].p95, TOTAL, "ms"),
    ]


async def measure(large: Home, small: Home, peers: Sequence[InstalledPeer], folder: Path) -> None:
    version = current(large, LARGE)
    gold = version.gold_file
    reasons = await unanswered(peers, current(small, SMALL[0]).gold_file, folder)
    measured: list[Figure] = []
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connected(ours(large)))
        clients = [await stack.enter_async_context(connected(one.server(gold))) for one in peers]
        bare = await stack.enter_async_context(connected(floor()))
        reader = stack.enter_context(opened(gold, folder))
        ways: list[Way] = [
            Raw(reader),
            InProcess(Catalog.from_json(version.catalog_file.read_bytes()), reader),
            OverStdio(client, LARGE),
            *(OfPeer(asked, one) for asked, one in zip(clients, peers, strict=True)),
            Floor(bare),
        ]
        times, wrong = await time_questions(ways, set(reasons))
        measured += of_times(times)
        measured += [figure async for figure in figures.of_sizes(client, LARGE)]
        of_peers = [await figures.of_peer_sizes(asked, one) for asked, one in zip(clients, peers, strict=True)]
    measured += [figure async for figure in figures.of_repeats(large, LARGE)]
    measured += [figure async for figure in figures.of_starts(large, LARGE, peers, gold)]
    measured.append(await figures.of_memory(small, SMALL, folder))
    say(times_table(times, ways))
    for (name, question), reason in reasons.items():
        say(f"- {name}, {question}: not answered; on a star of {DEMO_ORDERS:,} orders {reason}")
    say("\n".join(f"wrong: {line}" for line in wrong) or "all other rows are those of the SQL, to the cent")
    say("")
    met = {True: "yes", False: "no", None: ""}
    lines = [[each.what, each.measured, each.goal, met[each.met]] for each in (*measured, *of_peers)]
    say(table(["figure", "measured", "goal", "met"], lines))


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large, small = Home(folder / "large"), Home(folder / "small")
        peers = install_peers(folder / "peers")
        publish_stars(large, [LARGE], orders)
        publish_stars(small, SMALL, DEMO_ORDERS)
        say(f"{orders:,} orders, {ROUNDS} rounds\n")
        asyncio.run(measure(large, small, peers, folder))


if __name__ == "__main__":
    main()
