"""One tenant's dlt pipeline: settle what an earlier run left, then load what is new as one package.

dlt's state in the destination is the only truth about what was loaded: the cursor of a package that never completed
is not restored, its rows are swept, and its files are read again.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ingest.extract import Cursor
from ingest.stage import Extracted, Stage
from warehouse.home import TenantHome
from warehouse.names import RAW_SCHEMA, quote
from warehouse.raw import COMPLETED_LOADS, raw_tables

if TYPE_CHECKING:
    import dlt

log = logging.getLogger(__name__)

_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    # two jobs at once can leave one committed but not marked when the process is killed
    "LOAD__WORKERS": "1",
    "LOAD__DELETE_COMPLETED_JOBS": "true",
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
}
_EXTRACTS = pa.schema(
    [
        ("source_name", pa.string()),
        ("entity", pa.string()),
        ("file", pa.string()),
        ("extracted", pa.int64()),
        ("accepted", pa.int64()),
        ("quarantined", pa.int64()),
        ("appended", pa.int64()),
    ]
)


@dataclass(frozen=True)
class LoadReport:
    """A completed load; load_id: None where there was nothing to load; appended: rows new to the raw layer."""

    load_id: str | None
    appended: int


class TenantPipeline:
    """The dlt pipeline of a tenant, settled: nothing is pending, and raw holds completed loads only."""

    def __init__(self, home: TenantHome, slug: str) -> None:
        self._slug = slug
        held = _settle(home)
        self.pipeline = _pipeline(home, slug)
        # A package that did not complete is not resumed: a job may be committed without being marked as done, and
        # would be loaded twice. Its rows are gone already, and its files are read again.
        if self.pipeline.has_pending_data or self.pipeline.state.get("_version_hash") != held:
            self.pipeline.deactivate()
            shutil.rmtree(home.dlt)
            self.pipeline = _pipeline(home, slug)
            if held:
                self.pipeline.sync_destination()

    @property
    def cursor(self) -> Cursor:
        """What was read of each source's files, as committed with their rows; a copy to change and to load."""
        state: Mapping[str, Any] = self.pipeline.state.get("sources", {}).get(self._slug, {})
        return deepcopy(dict(state.get("files", {})))

    def load(self, stage: Stage, extracted: Sequence[Extracted], cursor: Cursor, loaded_at: datetime) -> LoadReport:
        """Append the stage's new rows and commit the cursor with them, as one load package.

        Raises whatever dlt raises; the next refresh settles what is left of the package.
        """
        if not extracted:
            return LoadReport(load_id=None, appended=0)
        import dlt

        def extracts() -> Iterator[pa.Table]:
            dlt.current.source_state()["files"] = cursor
            yield pa.Table.from_pylist([asdict(entry) for entry in extracted], schema=_EXTRACTS)

        resources = [
            *(_resource(table, stage.new_rows(table, loaded_at), payload=True) for table in stage.tables()),
            _resource("_sets", stage.new_sets()),
            _resource("_quarantine", stage.new_quarantine(), payload=True),
            _resource("_extracts", extracts()),
        ]
        info = self.pipeline.run(resources, loader_file_format="parquet")
        return LoadReport(load_id=info.loads_ids[-1], appended=sum(entry.appended for entry in extracted))


@contextmanager
def tenant_pipeline(home: TenantHome, slug: str) -> Iterator[TenantPipeline]:
    """The tenant's pipeline, settled first; the caller holds the tenant's lock."""
    settled = TenantPipeline(home, slug)
    try:
        yield settled
    finally:
        settled.pipeline.deactivate()


def _resource(table: str, batches: Iterator[Any], *, payload: bool = False) -> Any:
    import dlt

    columns: Any = {"payload": {"data_type": "json"}} if payload else None
    return dlt.resource(batches, name=table, write_disposition="append", columns=columns)


def _pipeline(home: TenantHome, slug: str) -> "dlt.Pipeline":
    os.environ.update(_SETTINGS)
    import dlt

    logger = logging.getLogger("dlt")
    if not any(isinstance(known, _HintsFilter) for known in logger.filters):
        logger.addFilter(_HintsFilter())
    home.work.mkdir(parents=True, exist_ok=True)
    return dlt.pipeline(
        slug,
        pipelines_dir=str(home.dlt.absolute()),
        destination=dlt.destinations.duckdb(str(home.warehouse_file.absolute())),
        dataset_name=RAW_SCHEMA,
    )


class _HintsFilter(logging.Filter):
    # the types are Arrow's; dlt warns once a resource that the JSON hint is not among them
    def filter(self, record: logging.LogRecord) -> bool:
        return "several column hints were different" not in record.getMessage()


def _settle(home: TenantHome) -> str | None:
    # removes the rows of loads that never completed; returns the version of the state held
    if not home.warehouse_file.exists():
        return None
    with duckdb.connect(str(home.warehouse_file)) as connection:
        columns = connection.execute(
            "select table_name from duckdb_columns() where schema_name = ? and column_name = '_dlt_load_id'",
            [RAW_SCHEMA],
        ).fetchall()
        tables = sorted(name for (name,) in columns)
        known = "_dlt_loads" in raw_tables(connection)
        for table in tables:
            unfinished = f"from {RAW_SCHEMA}.{quote(table)}"
            unfinished += f" where _dlt_load_id not in ({COMPLETED_LOADS})" if known else ""
            if connection.execute(f"select 1 {unfinished} limit 1").fetchone():
                connection.execute(f"delete {unfinished}")
                log.warning("rows of a load that never completed were removed from %s", table)
        if "_dlt_pipeline_state" not in tables:
            return None
        row = connection.execute(
            f"select max_by(version_hash, _dlt_load_id) from {RAW_SCHEMA}._dlt_pipeline_state"
        ).fetchone()
    return row[0] if row else None
