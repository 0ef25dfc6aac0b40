"""The desk where every door asks: the MCP tools and the command line call the same functions."""

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from server.answers import MetricsAnswer, QueryAnswer
from server.listing import list_metrics
from server.refreshes import Refreshes
from server.served import Served
from server.settings import OPEN_SNAPSHOTS, Settings
from server.snapshots import Snapshots
from server.worker_client import Workers
from warehouse.errors import NoSnapshotError
from warehouse.query import MetricQuery

if TYPE_CHECKING:
    # at run time a question imports it: DuckDB is 35 ms that starting a server must not wait for
    from warehouse.gold import Deadline

logger = logging.getLogger(__name__)

KEPT_ANSWERS = 200


def utc_now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """What one server process answers from. It opens nothing before it is asked.

    now: the clock that named periods go by, aware.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime] = utc_now) -> None:
        self.served = Served(settings.home, settings.tenants)
        self.snapshots = Snapshots(settings.home, settings.memory_limit, OPEN_SNAPSHOTS)
        self.refreshes = Refreshes(settings.home, Workers(settings.worker))
        self._timeout = settings.query_timeout
        self._now = now
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, ...], QueryAnswer] = OrderedDict()

    def list_metrics(self, tenant: str | None = None, search: str | None = None) -> MetricsAnswer:
        """What can be asked; raises CallerError on a tenant that is not served."""
        return list_metrics(self.served, self.snapshots, tenant, search)

    def deadline(self) -> "Deadline":
        """The time that one question may take; who holds it can stop the question."""
        from warehouse.gold import Deadline

        return Deadline(self._timeout)

    def query_metric(
        self, tenant: str | None, arguments: Mapping[str, object], deadline: "Deadline | None" = None
    ) -> QueryAnswer:
        """The answer to one question about one tenant, by query_metric's other arguments.

        Raises CallerError, with the next step, on what is not served or cannot be answered.
        """
        from warehouse.answer import answer

        one = self.served.tenant(tenant)
        query = MetricQuery.parse(arguments)
        now = self._now()
        with self.snapshots.current(one.slug, query.snapshot) as snapshot:
            # a snapshot never changes, so what was answered from it today is still right
            today = now.astimezone(ZoneInfo(snapshot.catalog.tenant.timezone)).date().isoformat()
            key = (one.slug, snapshot.id, today, repr(query))
            known = self._recall(key)
            if known is None:
                with deadline or self.deadline() as until:
                    found = answer(snapshot.catalog, snapshot.connection, query, now, until)
                known = QueryAnswer.model_validate(found.model_dump(mode="json"))
                self._keep(key, known)
            return known

    def warm(self) -> None:
        """Ask the first tenant that can answer a small question: half of what a question needs is loaded by asking."""
        from warehouse.answer import answer

        try:
            for slug in self.served.tenants():
                with contextlib.suppress(NoSnapshotError), self.snapshots.current(slug) as snapshot:
                    metric = next(iter(snapshot.catalog.listed()))
                    query = MetricQuery(metrics=(metric,), period="today")
                    answer(snapshot.catalog, snapshot.connection, query, self._now(), self._timeout)
                    return
        except Exception as error:
            # whoever asks next meets the same and is told
            logger.info("the warm-up could not ask: %s", error)

    def close(self) -> None:
        """Let the workers go and close the snapshots."""
        self.refreshes.close()
        self.snapshots.close()

    def _recall(self, key: tuple[str, ...]) -> QueryAnswer | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def _keep(self, key: tuple[str, ...], known: QueryAnswer) -> None:
        with self._lock:
            self._answers[key] = known
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
