"""One dbt run for one tenant."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse import incremental
from warehouse.currencies import CURRENCIES
from warehouse.home import TenantHome
from warehouse.names import RAW_SCHEMA
from warehouse.tenants import Tenant

if TYPE_CHECKING:
    import dlt

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ModelRun:
    """What became of one node of the project in one run: a model, or a test."""

    name: str
    unique_id: str
    resource_type: str
    relation_name: str | None
    status: str
    message: str
    seconds: float
    rows: int | None
    started_at: datetime | None
    completed_at: datetime | None
    depends_on: tuple[str, ...]
    source_tables: tuple[str, ...]
    checksum: str
    failures: int | None


@dataclass(frozen=True)
class BuildReport:
    """What one dbt run did.

    models: models and tests in the order they ran. mart_meta: for each mart its `meta` and its columns' description,
    data_type and meta, as the yml beside it says. error: one sentence where success is false.
    """

    success: bool
    invocation_id: str
    started_at: datetime
    finished_at: datetime
    dbt_version: str
    vars: dict[str, Any]
    models: list[ModelRun] = field(default_factory=list)
    mart_meta: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: str | None = None


def fingerprint(tenant: Tenant) -> str:
    """What the star depends on besides the raw rows: the dbt project, the tenant's settings, the package's version."""
    settings = tenant.model_dump(mode="json", exclude={"sources": {"__all__": {"files"}}})
    text = json.dumps([_project_digest(), settings, version("gata-mcp"), version("dbt-duckdb")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def tenant_vars(tenant: Tenant, warehouse_file: Path) -> dict[str, Any]:
    """The project's `tenant` variable: who, where, which sources with what settings, and which raw tables exist."""
    minor_units: dict[str, list[str]] = {}
    for code, digits in CURRENCIES.items():
        if digits != 2:
            minor_units.setdefault(str(digits), []).append(code)
    return {
        "slug": tenant.slug,
        "timezone": tenant.timezone,
        "currency": tenant.currency,
        "minor_units": minor_units,
        "sources": {name: source.shape for name, source in tenant.sources.items()},
        "settings": {
            name: {"measures": list(source.measures) if source.measures is not None else None, **source.options}
            for name, source in tenant.sources.items()
        },
        "raw_tables": _raw_tables(warehouse_file),
    }


def build(
    tenant: Tenant, home: TenantHome, pipeline: "dlt.Pipeline", on_model: Progress | None = None, *, full: bool = False
) -> BuildReport:
    """Build the tenant's whole star and test it; a failure is reported, not raised.

    on_model is called after each node with (done, total, name). full: from every raw row. Otherwise, where
    warehouse.incremental is sure that it may be so, only models below the raw tables with new rows are built, and of
    those that parse JSON only what the new rows touch.
    """
    settings = fingerprint(tenant)
    new: incremental.New | None = None
    if home.warehouse_file.exists():
        with duckdb.connect(str(home.warehouse_file)) as connection:
            new = None if full else incremental.new_rows(connection, settings)
            incremental.forget(connection)
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if new is None:
        arguments.append("--full-refresh")
    elif new.tables:
        arguments += ["--select", *(f"source:{RAW_SCHEMA}.{table}+" for table in new.tables)]
        # under the same fingerprint and raw tables a view is what it was
        arguments += ["--exclude", "config.materialized:view"]
    report = run_dbt(tenant, home, pipeline, arguments, on_model, new_loads=new.loads if new else None)
    if report.success and new and new.tables:
        report = replace(report, models=[*report.models, *_views_over(new.tables)])
    if report.success:
        with duckdb.connect(str(home.warehouse_file)) as connection:
            incremental.remember(connection, settings)
    return report


def run_dbt(
    tenant: Tenant,
    home: TenantHome,
    pipeline: "dlt.Pipeline",
    arguments: Sequence[str],
    on_model: Progress | None = None,
    on_line: Callable[[str], None] | None = None,
    *,
    new_loads: Sequence[str] | None = None,
) -> BuildReport:
    """Any dbt command on the shipped project with this tenant's variables.

    on_line gets what dbt would have written to a terminal, a line at a time. new_loads: the loads that an incremental
    build is about; None for everything.
    """
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    from dbt.version import __version__ as dbt_version
    from dlt.helpers.dbt.exceptions import DBTProcessingError

    from warehouse.dbt_runner import InProcessRunner, project_nodes

    started = datetime.now(UTC)
    variables = {"tenant": {**tenant_vars(tenant, home.warehouse_file), "new_loads": new_loads}}

    def on_event(event: Any) -> None:
        if on_line and event.info.level in ("info", "warn", "error") and event.info.msg.strip():
            on_line(event.info.msg)
        if on_model and event.info.name in ("LogModelResult", "LogTestResult"):
            # a model's event calls the number of all nodes total, a test's num_models
            total = event.data.total if event.info.name == "LogModelResult" else event.data.num_models
            on_model(event.data.index, total, event.data.node_info.node_name)

    runner = InProcessRunner(pipeline, home.dbt, on_event)
    error: str | None = None
    try:
        # `docs generate` is one command of two words
        words = 2 if arguments[0] in ("docs", "source") else 1
        runner._run_dbt_command(
            " ".join(arguments[:words]), list(arguments[words:]), runner._get_package_vars(variables)
        )
    except DBTProcessingError:
        error = "dbt could not run the project"
    outcome = runner.result.result if runner.result else None
    results = list(getattr(outcome, "results", None) or [])
    models = list(_model_runs(results, home.warehouse_file, is_built=arguments[0] in ("build", "run")))
    failed = [run for run in models if run.status in ("error", "fail")]
    if failed:
        first = failed[0]
        what = "test" if first.resource_type == "test" else "model"
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        error = f"the {what} {first.name} failed{more}"
    return BuildReport(
        success=error is None,
        invocation_id=_invocation_id(outcome),
        started_at=started,
        finished_at=datetime.now(UTC),
        dbt_version=str(dbt_version),
        vars=variables,
        models=models,
        mart_meta=mart_meta(project_nodes()),
        error=error,
    )


def _model_runs(results: Sequence[Any], warehouse_file: Path, *, is_built: bool) -> Iterator[ModelRun]:
    from warehouse.dbt_runner import project_nodes

    tables = _source_tables(project_nodes())
    with duckdb.connect(str(warehouse_file)) as connection:
        for result in results:
            node = result.node
            times = {timing.name: timing for timing in result.timing}
            execution = times.get("execute")
            is_model = str(node.resource_type) == "model"
            # counting a view would run it
            is_table = is_built and is_model and node.config.materialized != "view"
            yield ModelRun(
                name=node.name,
                unique_id=node.unique_id,
                resource_type=str(node.resource_type),
                relation_name=node.relation_name if is_model else None,
                status=str(result.status),
                message=str(result.message or ""),
                seconds=float(result.execution_time),
                rows=_rows(connection, node.relation_name) if is_table and str(result.status) == "success" else None,
                started_at=_utc(execution.started_at) if execution else None,
                completed_at=_utc(execution.completed_at) if execution else None,
                depends_on=tuple(node.depends_on.nodes),
                source_tables=tables.get(node.unique_id, ()),
                checksum=node.checksum.checksum,
                failures=result.failures,
            )


def _views_over(tables: Sequence[str]) -> Iterator[ModelRun]:
    """The views above which some raw tables stand: they read the new rows without being made anew."""
    from warehouse.dbt_runner import project_nodes

    nodes = project_nodes()
    above = _source_tables(nodes)
    for node in nodes:
        is_view = str(node.resource_type) == "model" and node.config.materialized == "view"
        if is_view and not set(tables).isdisjoint(above[node.unique_id]):
            yield ModelRun(
                name=node.name,
                unique_id=node.unique_id,
                resource_type="model",
                relation_name=node.relation_name,
                status="success",
                message="a view, not made anew: it reads the new rows as it is",
                seconds=0.0,
                rows=None,
                started_at=None,
                completed_at=None,
                depends_on=tuple(node.depends_on.nodes),
                source_tables=above[node.unique_id],
                checksum=node.checksum.checksum,
                failures=None,
            )


def _source_tables(nodes: Iterable[Any]) -> dict[str, tuple[str, ...]]:
    """For each node of the project, the raw tables above it, at any distance."""
    parents = {node.unique_id: node.depends_on.nodes for node in nodes}
    found: dict[str, set[str]] = {}

    def above(unique_id: str) -> set[str]:
        if unique_id.startswith("source."):
            return {unique_id.rsplit(".", 1)[-1]}
        if unique_id not in found:
            found[unique_id] = {table for parent in parents.get(unique_id, ()) for table in above(parent)}
        return found[unique_id]

    return {unique_id: tuple(sorted(above(unique_id))) for unique_id in parents}


def mart_meta(nodes: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """What the yml beside each mart says, from the nodes of a dbt manifest: as BuildReport.mart_meta."""
    marts = [node for node in nodes if str(node.resource_type) == "model" and node.fqn[1:2] == ["marts"]]
    return {
        node.name: {
            "description": node.description,
            "meta": dict(node.config.meta),
            "columns": {
                name: {
                    "description": column.description,
                    "data_type": column.data_type,
                    "meta": dict(column.config.meta if column.config else {}),
                }
                for name, column in node.columns.items()
            },
        }
        for node in marts
    }


def _invocation_id(outcome: Any) -> str:
    from dbt_common.invocation import get_invocation_id

    metadata = getattr(outcome, "metadata", None) or getattr(getattr(outcome, "args", None), "metadata", None)
    return str(getattr(metadata, "invocation_id", None) or get_invocation_id())


def _rows(connection: duckdb.DuckDBPyConnection, relation: str | None) -> int | None:
    found = connection.execute(f"select count(*) from {relation}").fetchone() if relation else None
    return int(found[0]) if found else None


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _raw_tables(warehouse_file: Path) -> list[str]:
    if not warehouse_file.exists():
        return []
    with duckdb.connect(str(warehouse_file)) as connection:
        rows = connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? and not starts_with(table_name, '_dlt')",
            [RAW_SCHEMA],
        ).fetchall()
    return sorted(row[0] for row in rows)


@cache
def _project_digest() -> str:
    digest = hashlib.sha256()
    folder = Path(str(files("warehouse") / "dbt"))
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and "target" not in path.parts and "logs" not in path.parts:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
