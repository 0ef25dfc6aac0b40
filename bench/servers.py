"""The servers that are started, and a client's connection to one."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from warehouse.home import Home

_MAIN = "from server.cli import main; main()"
_SAYING_WHO = "import os, pathlib, sys; pathlib.Path(sys.argv.pop()).write_text(str(os.getpid())); "


def ours(home: Home, process_id: Path | None = None) -> StdioServerParameters:
    """`gata-mcp serve`; process_id: a file that it writes its process id to."""
    serve = ["serve", "--home", str(home.root)]
    if process_id is None:
        return StdioServerParameters(command=sys.executable, args=["-c", _MAIN, *serve])
    return StdioServerParameters(command=sys.executable, args=["-c", _SAYING_WHO + _MAIN, *serve, str(process_id)])


def floor() -> StdioServerParameters:
    """A server of the bare SDK with one tool, echo."""
    return StdioServerParameters(command=sys.executable, args=[str(Path(__file__).with_name("floor.py"))])


@asynccontextmanager
async def connected(server: StdioServerParameters, mode: str = "auto") -> AsyncIterator[Client]:
    """A client of a process of its own that has shaken hands; what the process writes to stderr is dropped.

    mode: the SDK's own word: legacy is `initialize`, auto tries `server/discover` first.
    """
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        async with Client(stdio_client(server, errlog=nowhere), mode=mode) as client:
            yield client
