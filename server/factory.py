"""create_server: one MCP server over one home."""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib import import_module, metadata
from typing import Any

from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server.desk import Desk, utc_now
from server.logs import configure_logging
from server.settings import Settings
from server.strict import StrictServer
from server.tools import add_tools

logger = logging.getLogger(__name__)

NAME = "gata-mcp"
INSTRUCTIONS = (
    "Governed metrics of online shops: orders, sales, returns, customers. Call list_metrics for the tenants, metrics "
    "and dimensions, then query_metric. Numbers are exact; every answer names its period, currency and snapshot. "
    "Repeat its notices to the user. What is refused cannot be answered rightly: follow the next step it names."
)
# what a question needs and `initialize` does not, in steps short enough to stop between
_WARM = ("warehouse.answer", "ibis", "boring_semantic_layer", "warehouse.legs")


def create_server(
    settings: Settings | None = None, now: Callable[[], datetime] = utc_now, warm: bool = False
) -> StrictServer:
    """A server over `settings`' home (by default the environment's). It opens nothing before it is asked.

    now: the clock that periods go by, for tests. warm: load what questions need at once, not after the first request:
    where nobody waits for the start. Raises ConfigError where an environment variable cannot be read.
    """
    level = configure_logging()
    settings = settings or Settings.from_environment()
    desk = Desk(settings, now)
    warmth = _Warmth(desk)
    sessions = 0

    @asynccontextmanager
    async def lifespan(_: MCPServer[None]) -> AsyncIterator[None]:
        # in memory every client has a lifespan of its own, over the same desk
        nonlocal sessions
        sessions += 1
        if warm:
            warmth.start()
        try:
            yield
        finally:
            sessions -= 1
            if sessions == 0:
                warmth.stop()
                desk.close()

    server = StrictServer(
        NAME,
        title="Gata: governed shop metrics",
        instructions=INSTRUCTIONS,
        version=_version(),
        lifespan=lifespan,
        log_level=level,
        middleware=[warmth],
    )
    server.on_discovered = warmth.start
    add_tools(server, desk)
    return server


def _version() -> str:
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:  # a source tree that is not installed
        return ""


class _Warmth:
    """Loads what questions need, on a thread, as soon as the first request has been answered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._started = False
        self._stopped = threading.Event()

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        answer = await call_next(ctx)
        self.start()
        return answer

    def start(self) -> None:
        if not self._started:
            self._started = True
            # no daemon: a process that ends within an import of native code can crash
            threading.Thread(target=self._load, name="warm-up").start()

    def stop(self) -> None:
        self._stopped.set()

    def _load(self) -> None:
        for name in _WARM:
            if self._stopped.is_set():
                return
            import_module(name)
        if not self._stopped.is_set():
            self._desk.warm()
