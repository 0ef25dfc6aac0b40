"""The desk where every door asks: the MCP tools and the command line call the same three functions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from server.answers import MetricsAnswer, QueryAnswer
from server.listing import list_metrics
from server.refreshes import Refreshes
from server.served import Served
from server.settings import OPEN_SNAPSHOTS, Settings
from server.snapshots import Snapshots
from server.worker_client import Workers

if TYPE_CHECKING:
    import duckdb


def _now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """What one server process answers from. It opens nothing before it is asked.

    now: the clock that named periods go by, aware.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime] = _now) -> None:
        self.settings = settings
        self.served = Served(settings.home, settings.tenants)
        self.snapshots = Snapshots(settings.home, settings.memory_limit, OPEN_SNAPSHOTS)
        self.refreshes = Refreshes(settings.home, Workers(settings.worker))
        self._now = now

    def list_metrics(self, tenant: str | None = None, search: str | None = None) -> MetricsAnswer:
        """What can be asked; raises CallerError on a tenant that is not served."""
        return list_metrics(self.served, self.snapshots, tenant, search)

    def close(self) -> None:
        """Let the workers go and close the snapshots."""
        self.refreshes.close()
        self.snapshots.close()
