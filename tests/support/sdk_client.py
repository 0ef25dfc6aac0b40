"""The SDK's own client of `gata-mcp serve` in a child process over stdio, for tests that are no coroutines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult
from wire import bare_environment

from warehouse.home import Home

GATA_MCP = Path(sys.executable).with_name("gata-mcp")
PATIENCE = 100.0


class Connection:
    """One client with one server."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self._client = client

    def call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        result: CallToolResult = self._portal.call(self._client.call_tool, tool, arguments)
        return result

    def answer(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured half of what must be an answer."""
        result = self.call(tool, arguments)
        assert not result.is_error, said(result)
        assert result.structured_content is not None
        return dict(result.structured_content)

    def rows(self, *metrics: str, **arguments: Any) -> list[list[Any]]:
        """The rows of a question, all of them."""
        answer = self.answer("query_metric", metrics=list(metrics), **{"limit": 1000, **arguments})
        assert not answer["truncated"]
        return list(answer["rows"])

    def refusal(self, tool: str, **arguments: Any) -> str:
        """The words of what must be a refusal."""
        result = self.call(tool, arguments)
        assert result.is_error, said(result)
        return said(result)


def said(result: CallToolResult) -> str:
    """The text half."""
    [block] = result.content
    assert block.type == "text"
    return block.text


@contextmanager
def connected(home: Home, *options: str) -> Iterator[Connection]:
    """A server over `home`, started with these options of `serve`, and a client of it."""
    door = StdioServerParameters(command=str(GATA_MCP), args=["serve", *options], env=bare_environment(home))
    client = Client(door, read_timeout_seconds=PATIENCE)
    with start_blocking_portal() as portal:
        session = portal.wrap_async_context_manager(client)
        session.__enter__()
        try:
            yield Connection(portal, client)
        finally:
            # never with the test's own failure, which would come back wrapped into groups
            session.__exit__(None, None, None)
