"""Refreshes as this process sees them: started in a worker, or followed where another process runs them.

A tenant has one refresh at a time, however many callers ask: the first starts it, the others join. It lives apart
from any caller: one whose patience ends leaves it running, and only when the last waiting caller *cancels* is it
told to stop, which it does at its next stage boundary.
"""

import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import anyio
import anyio.to_thread

from ingest import runs
from server.worker_client import Event, Request, Workers
from warehouse.errors import BadValueError, quoted
from warehouse.home import Home, TenantHome
from warehouse.store import FileStore

Document = Mapping[str, Any]
Report = Callable[[float, float, str], Awaitable[None]]

STILL_OWED = 120.0  # seconds for which a result is kept for a caller who left with the answer "running"
_POLL = 0.2
_BEAT = 3.0  # seconds between progress reports while nothing moves: hosts drop a call that is silent
_LACKS = {
    "full": "is no full rebuild",
    "reload": "does not read every file anew",
    "accept": "does not accept what verify doubts",
    "sources": "does not read all that was asked for",
}
_LOST = "The record of the run is gone; start the refresh again."


class Refresh:
    """One refresh of one tenant, as far as it is known here."""

    def __init__(self, tenant: str, options: runs.Options, clock: Callable[[], float]) -> None:
        self.tenant = tenant
        self.options = options
        self.elsewhere = False  # another process runs it
        self.request: Request | None = None
        self.owed = False
        self._clock = clock
        self._over_at: float | None = None
        self._waiting = 0
        self._version = 0
        self._changed = threading.Condition()
        self._document: dict[str, Any] = {
            "tenant": tenant,
            "status": "running",
            "stage": "waiting",
            "completed": 0,
            "total": runs.TOTAL,
        }

    @property
    def document(self) -> Document:
        """The run document as it is now; `run_id` is absent until the run has begun."""
        with self._changed:
            return dict(self._document)

    @property
    def over(self) -> bool:
        return self._over_at is not None

    @property
    def over_for(self) -> float:
        """Seconds since the end."""
        return 0.0 if self._over_at is None else self._clock() - self._over_at

    def update(self, values: Mapping[str, Any]) -> None:
        """Take over what has become known; nothing changes after the end."""
        with self._changed:
            if not self.over:
                self._document.update(values)
                if self._document["status"] != "running":
                    self._over_at = self._clock()
                self._version += 1
                self._changed.notify_all()

    def wait_change(self, seen: int, timeout: float) -> int:
        """Block until the document has another version than `seen`, at most `timeout` seconds; → its version."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != seen, timeout)
            return self._version

    def join(self) -> None:
        """Count a caller who waits for the end."""
        with self._changed:
            self._waiting += 1

    def leave(self) -> bool:
        """Take a waiting caller off the count; whether that was the last one, and the end is still to come."""
        with self._changed:
            self._waiting -= 1
            return self._waiting == 0 and not self.over


class Refreshes:
    """The refreshes of one home."""

    def __init__(self, home: Home, workers: Workers, clock: Callable[[], float] = time.monotonic) -> None:
        self._home = home
        self._workers = workers
        self._clock = clock
        self._lock = threading.Lock()
        self._refreshes: dict[str, Refresh] = {}
        self._closed = threading.Event()
        # waiting callers must not use up the threads that questions are answered on
        self._limiter = anyio.CapacityLimiter(1000)

    def start_or_join(self, tenant: str, options: runs.Options) -> tuple[Refresh, bool]:
        """The tenant's refresh under way, or a new one → (refresh, joined). Reads files: not on an event loop.

        A refresh whose end is still owed to a caller who left before it counts as under way.
        """
        with self._lock:
            known = self._refreshes.get(tenant)
            if known is not None and (not known.over or self._is_owed(known, options)):
                return known, True
            refresh = self._refreshes[tenant] = Refresh(tenant, options, self._clock)
            home = self._home.tenant(tenant)
            run = runs.newest(home)
            if run is not None and run.status == "running":
                run = runs.settled(home, run)
            if run is not None and run.status == "running":
                self._follow(refresh, run.run_id)
                return refresh, True
            message = {"op": "refresh", "home": str(self._home.root), "tenant": tenant, **options.model_dump()}
            refresh.request = self._workers.request(message, lambda event: self._heard(refresh, event))
            return refresh, False

    def under_way(self, tenant: str) -> Refresh:
        """The tenant's refresh that this server runs; raises BadValueError where there is none that it could stop."""
        with self._lock:
            known = self._refreshes.get(tenant)
        if known is None or known.over:
            raise BadValueError(
                f"There is no refresh of {quoted(tenant)} to cancel: none was started here and still runs."
            )
        if known.request is None:
            raise BadValueError(f"The refresh of {quoted(tenant)} was started by another process: cancel it there.")
        return known

    async def wait(self, refresh: Refresh, seconds: float, report: Report) -> None:
        """Wait for the end of a refresh, at most `seconds`, reporting (progress, total, message) as it moves.

        Cancelled while nobody else waits, it asks the refresh to stop.
        """
        progress = _Progress()
        version = -1
        refresh.join()
        try:
            with anyio.move_on_after(seconds):
                while not refresh.over:
                    version = await anyio.to_thread.run_sync(
                        refresh.wait_change, version, _BEAT, abandon_on_cancel=True, limiter=self._limiter
                    )
                    await report(*progress.of(refresh.document))
        except anyio.get_cancelled_exc_class():
            if refresh.leave():
                self.cancel(refresh)
            raise
        refresh.leave()

    def settle(self, refresh: Refresh, asked: runs.Options) -> Document:
        """What to answer a caller now: the document, with what is owed to it noted."""
        document = dict(refresh.document)
        refresh.owed = document["status"] == "running"
        lacks = [_LACKS[name] for name in refresh.options.lacks(asked)]
        if lacks:
            again = f"Joined a refresh that {' and '.join(lacks)}; ask for it again when it is over."
            document["notices"] = [*document.get("notices", []), again]
        return document

    def cancel(self, refresh: Refresh) -> None:
        """Ask a refresh to stop at its next stage boundary; one that another process runs is left alone."""
        if refresh.request is not None:
            self._workers.cancel(refresh.request)

    def close(self) -> None:
        """Stop following, and let the workers go: a refresh that runs ends at its next stage boundary."""
        with self._lock:
            self._closed.set()
            self._closed = threading.Event()
            for refresh in self._refreshes.values():
                refresh.update({})  # wakes the threads that wait: the process would not end before they do
            self._refreshes.clear()
        self._workers.close()

    def _is_owed(self, refresh: Refresh, options: runs.Options) -> bool:
        return refresh.owed and refresh.over_for <= STILL_OWED and not refresh.options.lacks(options)

    def _heard(self, refresh: Refresh, event: Event) -> None:
        kind = event.get("event")
        if kind == "started":
            refresh.update({"run_id": event["run_id"]})
            if event.get("joined"):
                self._follow(refresh, str(event["run_id"]))
        elif kind == "progress":
            refresh.update({key: event[key] for key in ("run_id", "stage", "completed", "total", "message")})
        elif kind == "done":
            refresh.update(event["result"])
        elif kind == "error":
            refresh.update(self._failed(refresh.tenant, event["error"]))

    def _failed(self, tenant: str, error: Mapping[str, Any]) -> dict[str, Any]:
        # a worker that was killed leaves its run open; the newest run is closed before the next one starts
        runs.latest(self._home.tenant(tenant))
        status = "cancelled" if error.get("kind") == "cancelled" else "failed"
        return {"status": status, "error": {"kept": kept(self._home.tenant(tenant)), **error}}

    def _follow(self, refresh: Refresh, run_id: str) -> None:
        """Follow a run of another process through its file, on a thread of its own."""
        home, closed = self._home.tenant(refresh.tenant), self._closed
        begun = runs.read(home, run_id)
        refresh.elsewhere = True
        refresh.options = begun.options if begun else runs.Options()

        def follow() -> None:
            while not (refresh.over or closed.wait(_POLL)):
                run = runs.read(home, run_id)
                if run is not None and run.status == "running":
                    # the lock tells whether its process is still alive
                    run = runs.settled(home, run)
                if run is None:
                    lost = {"kind": "internal", "message": _LOST, "retry_safe": True}
                    refresh.update(self._failed(refresh.tenant, lost))
                else:
                    refresh.update(run.as_json())

        threading.Thread(target=follow, name=f"follow-{run_id}", daemon=True).start()


class _Progress:
    """Progress as the protocol wants it: each report above the one before, none above the total."""

    def __init__(self) -> None:
        self._last = -1.0

    def of(self, document: Document) -> tuple[float, float, str]:
        completed, total = float(document["completed"]), float(document["total"])
        self._last = completed if completed > self._last else self._last + (total - self._last) / 1000
        message = document.get("message")
        return self._last, total, f"{document['stage']}: {message}" if message else str(document["stage"])


def kept(home: TenantHome) -> str:
    """What a tenant's readers are served after a refresh that failed."""
    version = FileStore(home).current()
    if version is None:
        return "Nothing has been published yet."
    return f"The snapshot of {version.published_at:%Y-%m-%d %H:%M} UTC is still served."
