"""The ledger: which load went through which model in which dbt invocation.

`_dlt_loads` is only ever appended to: an update of dlt's own rows would lose its cursor.
"""

import json

import duckdb

from warehouse.build import BuildReport, ModelRun
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
        for run in build.models:
            if run.resource_type == "model" and run.status in _STATUS:
                _model(connection, build, run)
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
    for run in build.models:
        connection.execute(
            f"insert into {RAW_SCHEMA}._dlt_dbt_model_runs values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                build.invocation_id,
                run.unique_id,
                run.resource_type,
                run.relation_name,
                run.status,
                run.message,
                run.seconds,
                run.started_at,
                run.completed_at,
                run.rows,
                list(run.source_tables),
                run.checksum,
                run.failures,
            ],
        )


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


def _model(connection: duckdb.DuckDBPyConnection, build: BuildReport, run: ModelRun) -> None:
    tables = sorted(set(run.source_tables) & set(entity_tables(connection)))
    if not tables:
        return
    loads = " union all ".join(f"select _dlt_load_id as load_id from {RAW_SCHEMA}.{quote(table)}" for table in tables)
    status = _STATUS[run.status]
    connection.execute(
        f"""
        insert into {RAW_SCHEMA}._dlt_loads (load_id, schema_name, status, inserted_at, schema_version_hash)
        select distinct load_id, $model, $status::bigint, $completed_at::timestamptz, $checksum
        from ({loads})
        where load_id in ({COMPLETED_LOADS})
          and load_id not in (
              select load_id from {RAW_SCHEMA}._dlt_loads where schema_name = $model and status in (1, $status))
        order by load_id
        """,
        {
            "model": f"dbt.{run.name}",
            "status": status,
            "completed_at": run.completed_at or build.finished_at,
            "checksum": run.checksum,
        },
    )
