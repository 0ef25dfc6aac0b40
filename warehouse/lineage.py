"""The ledger: which load went through which model in which dbt invocation.

`_dlt_loads` is only ever appended to: an update of dlt's own rows would lose its cursor.
"""

import json

import duckdb
import pyarrow as pa

from warehouse.build import BuildReport
from warehouse.names import RAW_SCHEMA, quote
from warehouse.raw import COMPLETED_LOADS, entity_tables, is_loaded

# the tables of the ledger with their columns; _dlt_loads is dlt's own
LEDGER_TABLES = {
    "_dlt_loads": (
        "load_id varchar not null, schema_name varchar, status bigint not null, inserted_at timestamptz not null, "
        "schema_version_hash varchar"
    ),
    "_dlt_dbt_invocations": (
        "invocation_id varchar not null, started_at timestamptz, finished_at timestamptz, success boolean not null, "
        "dbt_version varchar, vars varchar, error varchar"
    ),
    "_dlt_dbt_invocation_loads": (
        "invocation_id varchar not null, load_id varchar not null, schema_name varchar not null, "
        "table_name varchar not null, rows_in_load bigint not null"
    ),
    "_dlt_dbt_model_runs": (
        "invocation_id varchar not null, unique_id varchar not null, resource_type varchar, relation_name varchar, "
        "status varchar not null, message varchar, execution_s double, started_at timestamptz, "
        "completed_at timestamptz, rows bigint, source_tables varchar[], code_checksum varchar, failures bigint"
    ),
}

TRANSFORMED = 1
TRANSFORM_FAILED = -1
_MOMENT = pa.timestamp("us", tz="UTC")
_MODEL_RUNS = pa.schema(
    {
        "invocation_id": pa.string(),
        "unique_id": pa.string(),
        "resource_type": pa.string(),
        "relation_name": pa.string(),
        "status": pa.string(),
        "message": pa.string(),
        "execution_s": pa.float64(),
        "started_at": _MOMENT,
        "completed_at": _MOMENT,
        "rows": pa.int64(),
        "source_tables": pa.list_(pa.string()),
        "code_checksum": pa.string(),
        "failures": pa.int64(),
    }
)
_MODEL_LOADS = pa.schema(
    {
        "schema_name": pa.string(),
        "status": pa.int64(),
        "inserted_at": _MOMENT,
        "schema_version_hash": pa.string(),
        "table_name": pa.string(),
    }
)
_STATUS = {"success": TRANSFORMED, "error": TRANSFORM_FAILED}


def record(connection: duckdb.DuckDBPyConnection, build: BuildReport) -> None:
    """Append one build to the ledger, in one transaction; a failed build is recorded as well.

    connection: writing, to the work database. Each model gets a row a load of its raw tables in `_dlt_loads`
    (schema_name dbt.<model>, status 1, or −1 where the model failed) unless it has a row of status 1 for that load
    already; the raw tables' rows a load are listed with the invocation that met the load first.
    """
    if not is_loaded(connection):
        return
    connection.execute("begin")
    try:
        for table, columns in LEDGER_TABLES.items():
            connection.execute(f"create table if not exists {RAW_SCHEMA}.{table} ({columns})")
        _invocation(connection, build)
        _loads(connection, build)
        _transformed(connection, build)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _invocation(connection: duckdb.DuckDBPyConnection, build: BuildReport) -> None:
    connection.execute(
        f"insert into {RAW_SCHEMA}._dlt_dbt_invocations values (?, ?, ?, ?, ?, ?, ?)",
        [
            build.invocation_id,
            build.started_at,
            build.finished_at,
            build.success,
            build.dbt_version,
            json.dumps(build.vars, sort_keys=True, default=str),
            build.error,
        ],
    )
    runs = [
        {
            "invocation_id": build.invocation_id,
            "unique_id": run.unique_id,
            "resource_type": run.resource_type,
            "relation_name": run.relation_name,
            "status": run.status,
            "message": run.message,
            "execution_s": run.seconds,
            "started_at": run.started_at,
            "completed_at": run.completed_at,
            "rows": run.rows,
            "source_tables": list(run.source_tables),
            "code_checksum": run.checksum,
            "failures": run.failures,
        }
        for run in build.models
    ]
    _insert(connection, "_dlt_dbt_model_runs", pa.Table.from_pylist(runs, schema=_MODEL_RUNS), "select * from new_rows")


def _loads(connection: duckdb.DuckDBPyConnection, build: BuildReport) -> None:
    ledger = f"{RAW_SCHEMA}._dlt_dbt_invocation_loads"
    for table in entity_tables(connection):
        connection.execute(
            f"""
            insert into {ledger}
            select $invocation, _dlt_load_id, '{RAW_SCHEMA}', $table, count(*)
            from {RAW_SCHEMA}.{quote(table)}
            where _dlt_load_id not in (select load_id from {ledger} where table_name = $table)
            group by _dlt_load_id
            """,
            {"invocation": build.invocation_id, "table": table},
        )


def _transformed(connection: duckdb.DuckDBPyConnection, build: BuildReport) -> None:
    # each model with each of its raw tables; the loads of a table are those that _loads has just listed
    runs = [
        {
            "schema_name": f"dbt.{run.name}",
            "status": _STATUS[run.status],
            "inserted_at": run.completed_at or build.finished_at,
            "schema_version_hash": run.checksum,
            "table_name": table,
        }
        for run in build.models
        if run.resource_type == "model" and run.status in _STATUS
        for table in run.source_tables
    ]
    query = f"""
        select distinct load_id, new_rows.schema_name, status, inserted_at, schema_version_hash
        from new_rows join {RAW_SCHEMA}._dlt_dbt_invocation_loads using (table_name)
        where load_id in ({COMPLETED_LOADS})
          and not exists (
              select 1 from {RAW_SCHEMA}._dlt_loads as known
              where known.schema_name = new_rows.schema_name and known.load_id = _dlt_dbt_invocation_loads.load_id
                and known.status in ({TRANSFORMED}, new_rows.status))
        order by inserted_at, schema_name, load_id
    """
    _insert(connection, "_dlt_loads", pa.Table.from_pylist(runs, schema=_MODEL_LOADS), query)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, query: str) -> None:
    # all in one statement: one a model took a twentieth of a small refresh
    connection.register("new_rows", rows)
    try:
        connection.execute(f"insert into {RAW_SCHEMA}.{table} by name {query}")
    finally:
        connection.unregister("new_rows")
