"""Run documents: the progress and the result of a refresh, readable by every process.

`runs/<run_id>.json` is rewritten at each step and `runs/latest` names the newest, so that a run can be followed by a
process that did not start it. The worker that holds the tenant's lock is the only writer; a document that says
running while the lock is free belongs to a process that was killed.
"""

import os
import time
from datetime import UTC, date, datetime
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse.errors import RefreshError, RefreshErrorKind
from warehouse.home import TenantHome, replace_text

RunStatus = Literal["running", "succeeded", "unchanged", "partial", "failed", "cancelled"]
SourceStatus = Literal["succeeded", "unchanged", "failed", "skipped"]

TOTAL = 100  # progress is counted in percent
KEPT_RUNS = 50
_WRITE_EVERY = 0.1  # seconds between two rewrites that bring nothing but progress
_INTERRUPTED = "The refresh was interrupted before it finished; start it again."


class Options(BaseModel):
    """What a refresh is asked for.

    sources: the only ones that are read, all of them where none is named; the others keep what they have. full: build
    although nothing is new, from every raw row. reload: read every file anew. accept: publish what verify doubts.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    sources: tuple[str, ...] = ()
    full: bool = False
    reload: bool = False
    accept: bool = False

    @property
    def wants_build(self) -> bool:
        """Whether a build is asked for, be anything new or not."""
        return self.full or self.reload or self.accept

    def lacks(self, asked: "Options") -> list[str]:
        """What of `asked` a refresh under these options does not do."""
        lacks = [name for name in ("full", "reload", "accept") if getattr(asked, name) and not getattr(self, name)]
        if self.sources and not (asked.sources and set(asked.sources) <= set(self.sources)):
            lacks.append("sources")
        return lacks


class RunError(BaseModel):
    """Why a run or one of its sources failed; `kept` says what is still served."""

    kind: RefreshErrorKind
    message: str
    source: str | None = None
    retry_safe: bool = True
    kept: str | None = None


class SourceResult(BaseModel):
    """One source of a run; skipped: it was not to be read. data_through: the latest business day of any record."""

    source: str
    status: SourceStatus
    data_through: date | None = None
    error: RunError | None = None


class LoadResult(BaseModel):
    """What one entity of one source brought: accepted + quarantined = extracted."""

    source: str
    entity: str
    load_id: str | None
    extracted: int
    accepted: int
    quarantined: int


class ModelResult(BaseModel):
    """One dbt model of a run; rows: those it holds, None where it was not built."""

    name: str
    status: str
    rows: int | None = None
    seconds: float


class RunDocument(BaseModel):
    """The state of one run; in its final form the answer of refresh_tenant without `joined` and `next`.

    options: what it was started with.
    """

    model_config = ConfigDict(extra="ignore")

    tenant: str
    run_id: str
    options: Options = Options()
    status: RunStatus
    stage: str = ""
    completed: int = 0
    total: int = TOTAL
    message: str = ""
    snapshot: str | None = None
    refreshed_at: datetime | None = None
    sources: list[SourceResult] = Field(default_factory=list)
    loads: list[LoadResult] = Field(default_factory=list)
    models: list[ModelResult] = Field(default_factory=list)
    notices: list[str] = Field(default_factory=list)
    error: RunError | None = None
    pid: int
    started_at: datetime
    finished_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The document as plain JSON values; what is not known yet is left out, a source's data_through is null."""
        plain = self.model_dump(mode="json", exclude_none=True)
        for source in plain["sources"]:
            source.setdefault("data_through", None)
        return plain


class Run:
    """A run in progress: keeps its document, and rewrites the file as it changes."""

    def __init__(self, home: TenantHome, tenant: str, run_id: str, options: Options) -> None:
        self._home = home
        self._written_at = 0.0
        self.document = RunDocument(
            tenant=tenant,
            run_id=run_id,
            options=options,
            status="running",
            pid=os.getpid(),
            started_at=datetime.now(UTC),
        )

    @staticmethod
    def create(home: TenantHome, tenant: str, options: Options = Options()) -> "Run":  # noqa: B008 - immutable
        """Start a run's document and make it the latest; the caller holds the tenant's lock."""
        run = Run(home, tenant, f"{datetime.now(UTC):%Y%m%dT%H%M%S}Z-{os.urandom(3).hex()}", options)
        run._write()
        replace_text(home.runs / "latest", run.document.run_id)
        _expire(home, keep=run.document.run_id)
        return run

    def progress(self, stage: str, completed: int, message: str) -> bool:
        """Note how far the run is, in percent and never backwards; False where that says nothing new."""
        document = self.document
        completed = max(document.completed, min(completed, TOTAL))
        if (document.stage, document.completed, document.message) == (stage, completed, message):
            return False
        moved_on = document.stage != stage
        document.stage, document.completed, document.message = stage, completed, message
        if moved_on or time.monotonic() - self._written_at >= _WRITE_EVERY:
            self._write()
        return True

    def finish(self, status: RunStatus) -> None:
        """Write the final form of the document."""
        self.document.status = status
        self.document.finished_at = datetime.now(UTC)
        if status in ("succeeded", "unchanged", "partial"):
            self.document.completed = TOTAL
        self._write()

    def _write(self) -> None:
        _write(self._home, self.document)
        self._written_at = time.monotonic()


def read(home: TenantHome, run_id: str) -> RunDocument | None:
    """The document of one run as it was last written; None if there is none."""
    try:
        return RunDocument.model_validate_json((home.runs / f"{run_id}.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def latest(home: TenantHome) -> RunDocument | None:
    """The newest run of a tenant; one whose process was killed is settled as failed first."""
    run = newest(home)
    return settled(home, run) if run is not None and run.status == "running" else run


def newest(home: TenantHome) -> RunDocument | None:
    """The newest run as it was last written, be its process alive or not."""
    try:
        return read(home, (home.runs / "latest").read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None


def settled(home: TenantHome, run: RunDocument) -> RunDocument:
    """The run itself while somebody holds the tenant's lock; else it is dead, and its document is closed."""
    try:
        with FileLock(home.lock, timeout=0):
            again = read(home, run.run_id) or run
            if again.status == "running":  # it may have finished between the two looks
                again.status = "failed"
                again.error = RunError(kind="internal", message=_INTERRUPTED)
                again.finished_at = datetime.now(UTC)
                _write(home, again)
            return again
    except Timeout:
        return run


def failure(error: RefreshError, kept: str | None) -> RunError:
    """What a run says about an error of its own or of a source; kept: what is still served."""
    return RunError.model_validate(
        {
            "kind": error.kind,
            "message": str(error),
            "source": error.source,
            "retry_safe": error.retry_safe,
            "kept": kept,
        }
    )


def _write(home: TenantHome, document: RunDocument) -> None:
    replace_text(home.runs / f"{document.run_id}.json", document.model_dump_json(exclude_none=True))


def _expire(home: TenantHome, keep: str) -> None:
    # run ids begin with their time, so names sort by age
    others = sorted(document for document in home.runs.glob("*.json") if document.stem != keep)
    for document in others[: -KEPT_RUNS + 1]:
        document.unlink(missing_ok=True)
