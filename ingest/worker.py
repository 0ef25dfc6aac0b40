"""The refresh worker: a child process that takes requests and gives events as JSON lines.

Started as `python -P -m ingest.worker`. Its stdin ends when its parent does; it then stops at the next stage boundary
and leaves. Requests are served one after the other, because dbt runs once a process. dlt and dbt are imported when
they are first needed.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from warehouse.errors import GataError, NoSnapshotError, RefreshError, UnknownNameError
from warehouse.home import Home, TenantHome
from warehouse.store import SNAPSHOT_ID
from warehouse.tenants import Tenant

log = logging.getLogger(__name__)

IDLE_SECONDS = 600.0
_ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
}
_LOST_HOLDER = 40  # looks at a lock whose holder has written no run, before giving up
_LOOK_AGAIN = 0.05  # seconds


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int
    tenant: str


class RefreshRequest(_Request):
    """Refresh a tenant; answered by started, progress …, done with the run document, or by error.

    Where another process refreshes the tenant already: started with joined, then done with that run as it stands.
    """

    op: Literal["refresh"]
    home: str
    sources: list[str] = []
    full: bool = False
    reload: bool = False
    accept: bool = False


class DbtRequest(_Request):
    """Run dbt with a tenant's variables; answered by output …, done with {"success": bool}, or by error."""

    op: Literal["dbt"]
    home: str
    args: list[str] = Field(min_length=1)


class LineageRequest(_Request):
    """Find the payloads behind a number in raw; answered by done with {"chains": [a RawChain a measure]}, or by error.

    metric, period, where: as query_metric was asked; today: the tenant's day on which the snapshot answered.
    """

    op: Literal["lineage"]
    home: str
    snapshot: str = Field(pattern=SNAPSHOT_ID)
    metric: str
    period: str
    where: list[Any]
    today: date
    payloads: int = Field(ge=0)


class CancelRequest(_Request):
    """Stop the request of the same id, or, where there is none, all of the tenant: at its next stage boundary."""

    op: Literal["cancel"]


Work = RefreshRequest | DbtRequest | LineageRequest


class Request(RootModel[Annotated[Work | CancelRequest, Field(discriminator="op")]]):
    """Any request, told apart by its op."""


class Worker:
    """Serves the requests that come in on a pipe; left_alone is set once nobody listens any more."""

    def __init__(self, requests: int, events: BinaryIO, idle_seconds: float = IDLE_SECONDS) -> None:
        self._requests = requests
        self._events = events
        self._idle_seconds = idle_seconds
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._pending: dict[int, str] = {}
        self._cancelled: set[int] = set()
        self.left_alone = threading.Event()

    def serve(self) -> None:
        """Serve until the requests end or none has come for `idle_seconds`."""
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        while True:
            try:
                request = self._queue.get(timeout=self._idle_seconds)
            except Empty:
                return
            if request is None:
                return
            self._answer(request)
            with self._lock:
                self._pending.pop(request.id, None)
                self._cancelled.discard(request.id)

    def _listen(self) -> None:
        for line in _lines(self._requests):
            try:
                request = Request.model_validate_json(line).root
            except ValidationError:
                log.exception("a request could not be read")
                self._emit(_id_of(line), "error", error=_error("internal", "The request could not be read."))
                continue
            with self._lock:
                if isinstance(request, CancelRequest):
                    known = {request.id} & self._pending.keys()
                    self._cancelled |= known or {id for id, tenant in self._pending.items() if tenant == request.tenant}
                    continue
                self._pending[request.id] = request.tenant
            self._queue.put(request)
        # nobody listens any more
        self.left_alone.set()
        self._queue.put(None)

    def _is_cancelled(self, request: Work) -> bool:
        return self.left_alone.is_set() or request.id in self._cancelled

    def _answer(self, request: Work) -> None:
        try:
            if self._is_cancelled(request):
                raise RefreshError("cancelled", "The refresh was cancelled before it began.")
            tenant, home = _tenant(request)
            match request:
                case DbtRequest():
                    result = self._dbt(request, tenant, home)
                case LineageRequest():
                    result = _lineage(request, home)
                case RefreshRequest():
                    result = self._refresh(request, tenant, home)
        except GataError as error:
            retry_safe = isinstance(error, RefreshError) and error.retry_safe
            kind = error.kind if isinstance(error, RefreshError) else "config"
            self._emit(request.id, "error", error=_error(kind, str(error), retry_safe=retry_safe))
        except Exception:
            log.exception("tenant %s: the request failed", request.tenant)
            message = "The refresh failed unexpectedly; see the server's log."
            self._emit(request.id, "error", error=_error("internal", message))
        else:
            self._emit(request.id, "done", result=result)

    def _refresh(self, request: RefreshRequest, tenant: Tenant, home: TenantHome) -> Mapping[str, Any]:
        from ingest import refresh, runs

        def on_start(run: runs.RunDocument) -> None:
            self._emit(request.id, "started", run_id=run.run_id, joined=False)

        def on_progress(run: runs.RunDocument) -> None:
            self._emit(
                request.id,
                "progress",
                run_id=run.run_id,
                stage=run.stage,
                completed=run.completed,
                total=run.total,
                message=run.message,
            )

        options = runs.Options.model_validate(request.model_dump())
        pause = threading.Event()
        for _ in range(_LOST_HOLDER):
            try:
                return refresh.refresh(
                    tenant, home, options, on_start, on_progress, lambda: self._is_cancelled(request)
                ).as_json()
            except RefreshError as error:
                if error.kind != "locked":
                    raise
            run = runs.newest(home)
            if run is not None and run.status == "running" and runs.settled(home, run).status == "running":
                self._emit(request.id, "started", run_id=run.run_id, joined=True)
                return run.as_json()
            # its holder has just begun, has just ended, or only looked whether anybody holds it
            pause.wait(_LOOK_AGAIN)
        raise RefreshError("locked", "Another process works on this tenant; try again when it is done.")

    def _dbt(self, request: DbtRequest, tenant: Tenant, home: TenantHome) -> Mapping[str, Any]:
        import duckdb

        from ingest.load import tenant_pipeline
        from warehouse import lineage
        from warehouse.build import run_dbt
        from warehouse.store import FileStore

        with FileStore(home).writer(), tenant_pipeline(home, tenant.slug) as loaded:
            report = run_dbt(
                tenant,
                home,
                loaded.pipeline,
                request.args,
                on_line=lambda text: self._emit(request.id, "output", text=text),
            )
            if report.models:
                with duckdb.connect(str(home.warehouse_file)) as connection:
                    lineage.record(connection, report)
        return {"success": report.success}

    def _emit(self, id: int | None, event: str, **values: Any) -> None:
        line = json.dumps({"id": id, "event": event, **values}, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            try:
                self._events.write(line)
                self._events.flush()
            except OSError:
                self.left_alone.set()


def _lineage(request: LineageRequest, home: TenantHome) -> Mapping[str, Any]:
    from ingest.envelope import payload_hash
    from warehouse.catalog import Catalog
    from warehouse.lineage_payloads import raw_chains
    from warehouse.query import MetricQuery
    from warehouse.store import FileStore, Version

    query = MetricQuery.parse({"metrics": [request.metric], "period": request.period, "where": request.where})
    with FileStore(home).writer() as warehouse:
        version = Version(home.snapshots / request.snapshot)
        if not version.gold_file.is_file():
            raise NoSnapshotError("The snapshot has been replaced meanwhile; ask again.")
        catalog = Catalog.from_json(version.catalog_file.read_bytes())
        spill = home.work / "lineage.tmp"
        chains = raw_chains(
            warehouse, version.gold_file, catalog, query, request.today, payload_hash, spill, request.payloads
        )
    return {"chains": [chain.model_dump(mode="json") for chain in chains]}


def _tenant(request: Work) -> tuple[Tenant, TenantHome]:
    from ingest.connector import connector_options
    from warehouse.tenants import load_tenants

    home = Home(Path(request.home))
    tenants = load_tenants(home.tenants_file, connector_options())
    if request.tenant not in tenants:
        raise UnknownNameError("tenant", request.tenant, tenants, "Name a tenant of tenants.yml.")
    return tenants[request.tenant], home.tenant(request.tenant)


def _lines(file: int) -> Iterator[bytes]:
    # not through sys.stdin: a thread that waits in its buffer would break the interpreter's exit
    rest = b""
    while data := os.read(file, 1 << 16):
        *lines, rest = (rest + data).split(b"\n")
        yield from (line for line in lines if line.strip())


def _id_of(line: bytes) -> int | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value.get("id") if isinstance(value, dict) else None


def _error(kind: str, message: str, *, retry_safe: bool = True) -> dict[str, Any]:
    return {"kind": kind, "message": message, "retry_safe": retry_safe}


def main() -> None:
    """Serve on this process's stdin and stdout; whatever else is printed goes to stderr."""
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ.update(_ENVIRONMENT)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.getLevelNamesMapping().get(os.environ.get("GATA_LOG", "").upper(), logging.INFO),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    Worker(0, events).serve()


if __name__ == "__main__":
    main()
