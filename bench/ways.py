"""The ways to have a question answered: each is asked the same, and gives rows that can be compared."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
from mcp import Client
from mcp_types import CallToolResult

from bench.peers import InstalledPeer
from bench.questions import Call, Question
from warehouse.answer import answer
from warehouse.catalog import Catalog
from warehouse.query import MetricQuery

HALF_A_CENT = 0.005
_SECONDS = 30.0
_TOLD = 3

Rows = Sequence[Sequence[object]]


class Way(ABC):
    """One way. name: the heading of its columns; answers: whether it gives rows at all."""

    name: str
    answers = True

    @abstractmethod
    async def ask(self, question: Question) -> Any:
        """What is timed."""

    @abstractmethod
    def rows(self, result: Any) -> Rows:
        """The rows of what `ask` gave, with the columns of the question's SQL. Raises RuntimeError on a refusal."""


class Raw(Way):
    """Hand-written SQL on a connection that is open."""

    name = "raw SQL"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    async def ask(self, question: Question) -> Rows:
        return self._connection.execute(question.sql).fetchall()

    def rows(self, result: Rows) -> Rows:
        return result


class InProcess(Way):
    """Ours, without a server."""

    name = "ours, in process"

    def __init__(self, catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> None:
        self._catalog = catalog
        self._connection = connection

    async def ask(self, question: Question) -> dict[str, Any]:
        query = MetricQuery.parse(question.call)
        return answer(self._catalog, self._connection, query, datetime.now(UTC), _SECONDS).model_dump(mode="json")

    def rows(self, result: dict[str, Any]) -> Rows:
        return _without_changes(result)


class OverStdio(Way):
    """Ours, as an MCP client asks it."""

    name = "ours, stdio"

    def __init__(self, client: Client, tenant: str) -> None:
        self._client = client
        self._tenant = tenant

    async def ask(self, question: Question) -> CallToolResult:
        return await called(self._client, "query_metric", {"tenant": self._tenant, **question.call})

    def rows(self, result: CallToolResult) -> Rows:
        return _without_changes(structured(result))


class OfPeer(Way):
    """A peer's server, as an MCP client asks it."""

    def __init__(self, client: Client, installed: InstalledPeer) -> None:
        self.name = installed.peer.name
        self._client = client
        self._installed = installed

    async def ask(self, question: Question) -> list[CallToolResult]:
        peer = self._installed.peer
        return [await called(self._client, peer.tool, call) for call in peer.calls(question)]

    def rows(self, result: list[CallToolResult]) -> Rows:
        return self._installed.rows(result)


class Floor(Way):
    """The bare SDK's server, which answers nothing: what MCP costs by itself."""

    name = "MCP floor"
    answers = False

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ask(self, question: Question) -> CallToolResult:
        return await called(self._client, "echo", {"text": question.name})

    def rows(self, result: CallToolResult) -> Rows:
        return []


async def called(client: Client, tool: str, arguments: Call) -> CallToolResult:
    """A tool's result; raises RuntimeError, in the tool's words, where it is an error."""
    result = await client.call_tool(tool, dict(arguments))
    if result.is_error:
        raise RuntimeError(" ".join(str(getattr(result.content[0], "text", "")).split())[:160])
    return result


def structured(result: CallToolResult) -> dict[str, Any]:
    """The structured half of a result."""
    content: dict[str, Any] = result.structured_content or {}
    return content


def difference(expected: Rows, found: Rows) -> str | None:
    """How rows differ from those of the SQL, amounts to the cent and in any order; None where they do not."""
    right, given = _by_key(expected), _by_key(found)
    if missing := [key for key in right if key not in given]:
        names = ", ".join(" ".join(key) for key in missing[:_TOLD])
        more = f" and {len(missing) - _TOLD} more" if len(missing) > _TOLD else ""
        return f"{len(right) - len(missing)} of {len(right)} rows: {names}{more} are missing"
    if len(found) != len(expected):
        return f"{len(found)} rows in place of {len(expected)}"
    for key, values in right.items():
        if len(values) != len(given[key]) or not all(map(_same, values, given[key])):
            return f"{' '.join(key)} {_listed(given[key])} in place of {_listed(values)}".strip()
    return None


def _without_changes(content: dict[str, Any]) -> Rows:
    # hand-written SQL leaves the change between two of its columns to the reader
    kept = [at for at, column in enumerate(content["columns"]) if not column["name"].endswith("__change")]
    return [[row[at] for at in kept] for row in content["rows"]]


def _by_key(rows: Rows) -> dict[tuple[str, ...], list[float | None]]:
    return {
        tuple(str(cell)[:10] if _is_day(cell) else str(cell) for cell in row if not _is_value(cell)): [
            None if cell is None else float(cell) for cell in row if cell is None or isinstance(cell, _NUMBERS)
        ]
        for row in rows
    }


_NUMBERS = (int, float, Decimal)


def _is_value(cell: object) -> bool:
    return cell is None or isinstance(cell, _NUMBERS)


def _is_day(cell: object) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and cell[10:11] == "T")


def _same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < HALF_A_CENT


def _listed(values: Sequence[float | None]) -> str:
    return ", ".join("null" if value is None else f"{value:,.2f}" for value in values)
