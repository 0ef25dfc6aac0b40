"""The refresh of one tenant: STAGES, from what the sources deliver to the snapshot that is served."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import duckdb

from ingest import runs
from ingest.connector import CONNECTORS
from ingest.expectations import source_entities
from ingest.extract import Extract, extract
from ingest.failures import build_error, refresh_error
from ingest.load import LoadReport, TenantPipeline, tenant_pipeline
from ingest.runs import Options, Run, RunDocument
from ingest.stage import Extracted, Stage
from warehouse import lineage, publish, registry, verify, vocabulary
from warehouse.assumptions import assumption_notices
from warehouse.build import BuildReport, build, fingerprint
from warehouse.catalog import Catalog
from warehouse.errors import RefreshError
from warehouse.home import TenantHome
from warehouse.metrics_file import MetricsFile
from warehouse.platform_totals import platform_total_notices
from warehouse.publish import PublishedSource
from warehouse.raw import is_loaded, published_loads, quarantine_notices, unpublished_loads
from warehouse.store import FileStore, Version
from warehouse.tenants import Tenant

log = logging.getLogger(__name__)


@dataclass
class RefreshContext:
    """What the stages of one refresh hand on to each other."""

    tenant: Tenant
    home: TenantHome
    options: Options
    run: Run
    on_progress: Callable[[RunDocument], None]
    is_cancelled: Callable[[], bool]
    resources: ExitStack
    store: FileStore
    served: Version | None
    stage: "RefreshStage"
    pipeline: TenantPipeline = field(init=False)
    staged: Stage = field(init=False)
    extract: Extract = field(init=False)
    extracted: list[Extracted] = field(default_factory=list)
    load: LoadReport = field(default_factory=lambda: LoadReport(None, 0))
    build: BuildReport = field(init=False)
    catalog: Catalog | None = None
    notices: list[str] = field(default_factory=list)
    skipped: frozenset[str] = frozenset()

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing is published, because nothing has changed."""
        return "publish" in self.skipped

    @property
    def asked(self) -> Tenant:
        """The tenant with the sources alone that this refresh reads."""
        names = self.options.sources or tuple(self.tenant.sources)
        return self.tenant.model_copy(update={"sources": {name: self.tenant.sources[name] for name in names}})

    def begin(self, stage: "RefreshStage") -> None:
        """Enter a stage; the place where a cancelled refresh ends."""
        self.check()
        self.stage = stage
        self.report(0.0, stage.message)

    def check(self) -> None:
        """Raise RefreshError (cancelled) if somebody asked for it."""
        if self.is_cancelled():
            raise RefreshError("cancelled", "The refresh was cancelled.")

    def report(self, part: float, message: str) -> None:
        """Report how much of the running stage is done, 0 to 1."""
        stage = self.stage
        percent = stage.start + int((stage.end - stage.start) * part)
        if self.run.progress(stage.name, percent, message):
            self.on_progress(self.run.document)

    def report_or_stop(self, part: float, message: str) -> None:
        """Report from within a step that may be broken off: raises as `check` does."""
        self.check()
        self.report(part, message)


@dataclass(frozen=True)
class RefreshStage:
    """One stage: its name, what it works on in words, and the percents of the whole between which it moves."""

    name: str
    message: str
    start: int
    end: int
    run: Callable[[RefreshContext], None]


def _extract(context: RefreshContext) -> None:
    context.pipeline = context.resources.enter_context(tenant_pipeline(context.home, context.tenant.slug))
    context.staged = context.resources.enter_context(Stage(context.home.stage_file, context.home.warehouse_file))
    asked = context.asked
    context.extract = extract(
        asked,
        context.home,
        CONNECTORS,
        context.staged,
        context.pipeline.cursor,
        reload=context.options.reload,
        progress=context.report_or_stop,
    )
    context.notices += context.extract.notices
    failures = list(context.extract.failed.values())
    if failures and len(failures) == len(asked.sources):
        raise failures[0]


def _load(context: RefreshContext) -> None:
    context.extracted = context.staged.select()
    context.notices += context.staged.notices
    # Held open here and while models are built: dlt and dbt open the file for each job. Opening takes 20 ms, and what
    # closes it last writes a checkpoint.
    with duckdb.connect(str(context.home.warehouse_file)) as connection:
        context.load = context.pipeline.load(
            context.staged, context.extracted, context.extract.cursor, context.run.document.started_at
        )
        context.staged.close()
        context.run.document.loads = _loads(context)
        if context.load.appended:
            registry.register(connection, source_entities(context.tenant))
            context.notices += _drift_notices(context, connection)
        context.skipped = _skipped(context, connection)


def _drift_notices(context: RefreshContext, connection: duckdb.DuckDBPyConnection) -> list[str]:
    gold_file = context.served.gold_file if context.served else None
    return registry.drift_notices(connection, list(context.tenant.sources), published_loads(connection, gold_file))


def _transform(context: RefreshContext) -> None:
    def on_model(done: int, total: int, name: str) -> None:
        context.report(done / max(total, 1), name)

    with duckdb.connect(str(context.home.warehouse_file)) as connection:
        context.build = build(
            context.tenant, context.home, context.pipeline.pipeline, on_model, full=context.options.full
        )
        lineage.record(connection, context.build)
        vocabulary.record_unknown_words(connection)
    context.run.document.models = [
        runs.ModelResult(name=run.name, status=run.status, rows=run.rows, seconds=round(run.seconds, 3))
        for run in context.build.models
        if run.resource_type == "model"
    ]
    if not context.build.success:
        for run in context.build.models:
            if run.status in ("error", "fail"):
                log.error("%s %s: %s", run.resource_type, run.name, run.message)
        raise build_error(context.build)


def _verify(context: RefreshContext) -> None:
    entities = source_entities(context.tenant)
    with duckdb.connect(str(context.home.warehouse_file), read_only=True) as connection:
        context.notices += verify.verify(connection, entities, context.served, accept=context.options.accept)
        context.notices += _drift_notices(context, connection)
        context.notices += quarantine_notices(connection, list(context.tenant.sources))
        context.notices += assumption_notices(connection)
        context.notices += vocabulary.unknown_word_notices(connection)
        context.notices += platform_total_notices(connection)


def _publish(context: RefreshContext) -> None:
    own_metrics = MetricsFile.read(context.home.metrics_file, context.tenant.slug)
    if context.served is not None and "transform" in context.skipped:
        context.catalog = publish.republish(context.store, context.served, own_metrics)
    else:
        context.catalog = _publish_star(context, own_metrics)
    context.notices += context.catalog.metric_notices.values()


def _publish_star(context: RefreshContext, own_metrics: MetricsFile) -> Catalog:
    return publish.publish(
        context.store,
        context.home.warehouse_file,
        context.tenant,
        context.build.mart_meta,
        [
            PublishedSource(source.name, source.connector, tuple(CONNECTORS[source.shape].provides), source.measures)
            for source in context.tenant.sources.values()
        ],
        context.notices,
        fingerprint(context.tenant),
        own_metrics,
    )


STAGES = (
    RefreshStage("extract", "looking for new records", 0, 30, _extract),
    RefreshStage("load", "loading what is new", 30, 45, _load),
    RefreshStage("transform", "building the models", 45, 88, _transform),
    RefreshStage("verify", "verifying", 88, 92, _verify),
    RefreshStage("publish", "publishing", 92, 100, _publish),
)


def refresh(
    tenant: Tenant,
    home: TenantHome,
    options: Options,
    on_start: Callable[[RunDocument], None],
    on_progress: Callable[[RunDocument], None],
    is_cancelled: Callable[[], bool],
) -> RunDocument:
    """Refresh a tenant and return its run in the final form; a refresh that fails says so there and is not raised.

    Raises RefreshError (locked) where another process refreshes this tenant, and UnknownNameError on a source that the
    tenant has not, before anything is written.
    """
    tenant.check_sources(options.sources)
    store = FileStore(home)
    with store.writer():
        run = Run.create(home, tenant.slug, options)
        on_start(run.document)
        log.info("tenant %s run %s: refresh begins", tenant.slug, run.document.run_id)
        with ExitStack() as resources:
            context = RefreshContext(
                tenant, home, options, run, on_progress, is_cancelled, resources, store, store.current(), STAGES[0]
            )
            try:
                for stage in STAGES:
                    if stage.name not in context.skipped:
                        context.begin(stage)
                        stage.run(context)
                error = None
            except Exception as caught:
                error = refresh_error(caught)
                log.log(
                    logging.INFO if error.kind == "cancelled" else logging.ERROR,
                    "tenant %s run %s: %s in stage %s",
                    tenant.slug,
                    run.document.run_id,
                    error.kind,
                    context.stage.name,
                    exc_info=caught if error.kind in ("internal", "disk_full") else None,
                )
        _conclude(context, error)
        return run.document


def _skipped(context: RefreshContext, connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The stages that need not be run: of metrics.yml only the catalog depends, of nothing new nothing."""
    if not _is_unchanged(context, connection):
        return frozenset()
    known = _served_catalog(context.served)
    digest = MetricsFile.read(context.home.metrics_file, context.tenant.slug).digest
    models = frozenset({"transform", "verify"})
    return models if known is not None and known.metrics_digest != digest else models | {"publish"}


def _is_unchanged(context: RefreshContext, connection: duckdb.DuckDBPyConnection) -> bool:
    served = context.served
    if context.options.wants_build or context.load.appended or served is None:
        return False
    if not served.fingerprint_file.is_file():
        return False
    if served.fingerprint_file.read_text(encoding="utf-8") != fingerprint(context.tenant):
        return False
    # a build that failed or was killed is done again
    return is_loaded(connection) and not unpublished_loads(connection, served.gold_file)


def _conclude(context: RefreshContext, error: RefreshError | None) -> None:
    document = context.run.document
    catalog = context.catalog or _served_catalog(context.served)
    if catalog is not None:
        document.snapshot, document.refreshed_at = catalog.snapshot, catalog.refreshed_at
    failed = context.extract.failed if hasattr(context, "extract") else {}
    through = {source.name: source.data_through for source in catalog.sources} if catalog else {}
    brought = {entry.source_name for entry in context.extracted if entry.appended}
    asked = context.asked.sources
    for name in context.tenant.sources:
        status: runs.SourceStatus = "succeeded" if name in brought else "unchanged" if name in asked else "skipped"
        result = runs.SourceResult(source=name, status=status, data_through=through.get(name))
        if name in failed:
            result.status, result.error = "failed", runs.failure(failed[name], None)
        document.sources.append(result)
    document.notices = list(dict.fromkeys(context.notices))
    if error is None:
        document.message = "nothing is new" if context.is_unchanged else "published"
        context.run.finish("partial" if failed else "unchanged" if context.is_unchanged else "succeeded")
        return
    document.error = runs.failure(error, kept(context.served))
    context.run.finish("cancelled" if error.kind == "cancelled" else "failed")


def _served_catalog(served: Version | None) -> Catalog | None:
    return Catalog.from_json(served.catalog_file.read_bytes()) if served else None


def kept(served: Version | None) -> str:
    """What is served after a refresh that failed."""
    if served is None:
        return "Nothing has been published yet."
    return f"The snapshot of {served.published_at:%Y-%m-%d %H:%M} UTC is still served."


def _loads(context: RefreshContext) -> list[runs.LoadResult]:
    loads: dict[tuple[str, str], runs.LoadResult] = {}
    for entry in context.extracted:
        key = (entry.source_name, entry.entity)
        load = loads.setdefault(
            key,
            runs.LoadResult(
                source=key[0], entity=key[1], load_id=context.load.load_id, extracted=0, accepted=0, quarantined=0
            ),
        )
        load.extracted += entry.extracted
        load.accepted += entry.accepted
        load.quarantined += entry.quarantined
    return list(loads.values())
