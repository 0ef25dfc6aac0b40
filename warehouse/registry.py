"""The registry of a tenant's sources, in its own database: what feeds which master model, and the form of its payloads.

Per load and entity it keeps the JSON paths of a sample with their types, a verdict on each, and what has changed. It
verifies and records; where a record goes is declared, never decided here. The tables are only ever appended to; rows
of a load that never completed are swept with the load itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import ceil

import duckdb
import pyarrow as pa

from warehouse.drift import Change, Judgement, judge, sentence
from warehouse.names import RAW_SCHEMA, quote
from warehouse.payload_paths import Paths, PathSeen, paths_of
from warehouse.raw import COMPLETED_LOADS, raw_tables

SAMPLE = 200  # records of an entity and a load
LOOKED_BACK = 30  # loads that a new one is compared with
_BLOCKS = 20  # places of a load that the sample is taken from: neighbours lie in one block of the file

REGISTRY_TABLES = {
    "_registry": (
        "_dlt_load_id varchar not null, source_name varchar not null, connector varchar not null, api varchar, "
        "entity varchar not null, table_name varchar not null, master_model varchar not null, sampled bigint not null, "
        "capped bigint not null"
    ),
    "_payload_paths": (
        "_dlt_load_id varchar not null, source_name varchar not null, entity varchar not null, path varchar not null, "
        "verdict varchar not null, holders bigint not null, seen bigint not null, types map(varchar, bigint) not null"
    ),
    "_drift": (
        "_dlt_load_id varchar not null, source_name varchar not null, entity varchar not null, kind varchar not null, "
        "path varchar not null, was varchar not null, now varchar not null, is_read boolean not null"
    ),
}
_PATHS = pa.schema(
    [
        *((name, pa.string()) for name in ("load_id", "source_name", "entity", "path", "verdict")),
        ("holders", pa.int64()),
        ("seen", pa.int64()),
        ("types", pa.map_(pa.string(), pa.int64())),
    ]
)


@dataclass(frozen=True)
class AddedUp:
    """An amount of a record: the first of `paths` that is given, times `factor`, a decimal."""

    paths: tuple[str, ...]
    factor: str = "1"


@dataclass(frozen=True)
class SourceEntity:
    """One entity of one configured source, as it is declared.

    feeds: the master model, without its prefix; embeds: the master models whose records stand inside, with the key
    that holds them. required: paths without one of which a record is bad; read: every path that is typed. totals: what
    reconciliation adds up, by the names of warehouse.reconcile. nulls: texts that stand for no value.
    """

    source_name: str
    connector: str
    api: str | None
    shape: str
    entity: str
    table: str
    kind: str
    feeds: str
    embeds: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    totals: Mapping[str, AddedUp] = field(default_factory=dict)
    nulls: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Registered:
    """What the registry holds of an entity: loads looked at, and of the newest one its paths by verdict."""

    source_name: str
    connector: str
    api: str | None
    entity: str
    master_model: str
    loads: int
    verdicts: Mapping[str, int]
    missing: Sequence[str]


def register(connection: duckdb.DuckDBPyConnection, entities: Iterable[SourceEntity]) -> None:
    """Look at every completed load that the registry does not hold yet; connection: writing, to the work database."""
    tables = raw_tables(connection)
    if "_extracts" not in tables:
        return
    for name, columns in REGISTRY_TABLES.items():
        if name not in tables:
            connection.execute(f"create table {RAW_SCHEMA}.{name} ({columns})")
    due = _due(connection)
    if not due:
        return
    connection.execute("begin")
    try:
        for entity in entities:
            for load in due.get((entity.source_name, entity.entity), ()):
                _register(connection, entity, load, tables)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def drift_notices(connection: duckdb.DuckDBPyConnection, sources: Sequence[str], served: Iterable[str]) -> list[str]:
    """A sentence for each entity whose form changed in a load that is not among those served."""
    if "_drift" not in raw_tables(connection):
        return []
    found = connection.execute(
        f"""
        select distinct source_name, entity, {_CHANGE} from {RAW_SCHEMA}._drift
        where _dlt_load_id not in (select unnest($served::varchar[])) and source_name in (select unnest($sources))
          and kind <> 'unknown status'
        order by source_name, entity, path
        """,
        {"served": list(served), "sources": list(sources)},
    ).fetchall()
    changes: dict[tuple[str, str], list[Change]] = {}
    for source, entity, *change in found:
        changes.setdefault((source, entity), []).append(Change(*change))
    return [sentence(source, entity, held) for (source, entity), held in changes.items()]


def registered(connection: duckdb.DuckDBPyConnection) -> list[Registered]:
    """Every source and entity looked at so far, by name."""
    if "_registry" not in raw_tables(connection):
        return []
    found = connection.execute(
        f"""
        with newest as (
            select source_name, entity, max(_dlt_load_id) as load_id, count(*) as loads,
                   max_by(struct_pack(connector, api, master_model), _dlt_load_id) as declared
            from {RAW_SCHEMA}._registry group by all
        )
        select source_name, declared.connector, declared.api, entity, declared.master_model, loads,
               map_from_entries(coalesce(list((verdict, n)) filter (verdict is not null), [])),
               coalesce(flatten(list(missing) filter (verdict = 'gone')), [])
        from newest left join (
            select source_name, entity, _dlt_load_id as load_id, verdict, count(*) as n,
                   list(path order by path) as missing
            from {RAW_SCHEMA}._payload_paths group by all
        ) using (source_name, entity, load_id)
        group by all order by source_name, entity
        """
    ).fetchall()
    return [Registered(*row) for row in found]


def drift(connection: duckdb.DuckDBPyConnection, limit: int) -> list[tuple[str, str, str, Change]]:
    """The changes recorded last, newest first: load, source, entity, change."""
    if "_drift" not in raw_tables(connection):
        return []
    found = connection.execute(
        f"""select _dlt_load_id, source_name, entity, {_CHANGE} from {RAW_SCHEMA}._drift
            order by _dlt_load_id desc, source_name, entity, kind, path limit ?""",
        [limit],
    ).fetchall()
    return [(load, source, entity, Change(*change)) for load, source, entity, *change in found]


_CHANGE = ", ".join(column.name for column in fields(Change))


def _due(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[str]]:
    found = connection.execute(
        f"""
        select source_name, entity, _dlt_load_id from {RAW_SCHEMA}._extracts
        where _dlt_load_id in ({COMPLETED_LOADS})
          and (source_name, entity, _dlt_load_id) not in
              (select (source_name, entity, _dlt_load_id) from {RAW_SCHEMA}._registry)
        group by all having sum(appended) > 0 order by 1, 2, 3
        """
    ).fetchall()
    due: dict[tuple[str, str], list[str]] = {}
    for source, entity, load in found:
        due.setdefault((source, entity), []).append(load)
    return due


def _register(connection: duckdb.DuckDBPyConnection, entity: SourceEntity, load: str, tables: set[str]) -> None:
    now = paths_of(_sample(connection, entity, load, tables))
    earlier, gone = _earlier(connection, entity)
    judged = judge(now, earlier, gone, entity.required, entity.read)
    connection.execute(
        f"insert into {RAW_SCHEMA}._registry values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load,
            entity.source_name,
            entity.connector,
            entity.api,
            entity.entity,
            entity.table,
            f"platform_mm__{entity.feeds}",
            now.records,
            now.capped,
        ],
    )
    _keep(connection, entity, load, now, judged)
    for change in judged.changes:
        connection.execute(
            f"insert into {RAW_SCHEMA}._drift values (?, ?, ?, ?, ?, ?, ?, ?)",
            [load, entity.source_name, entity.entity, *(getattr(change, column.name) for column in fields(Change))],
        )


def _keep(
    connection: duckdb.DuckDBPyConnection, entity: SourceEntity, load: str, now: Paths, judged: Judgement
) -> None:
    rows = []
    for path, verdict in sorted(judged.verdicts.items()):
        seen = now.at(path)
        types = list(seen.types.items())
        rows.append((load, entity.source_name, entity.entity, path, verdict, seen.holders, seen.seen, types))
    if rows:
        columns = zip(*rows, strict=True)
        arrays = [pa.array(list(column), held.type) for column, held in zip(columns, _PATHS, strict=True)]
        connection.register("watched", pa.Table.from_arrays(arrays, schema=_PATHS))
        connection.execute(f"insert into {RAW_SCHEMA}._payload_paths select * from watched")
        connection.unregister("watched")


def _earlier(connection: duckdb.DuckDBPyConnection, entity: SourceEntity) -> tuple[list[Paths], set[str]]:
    """What earlier loads held in the same form, newest first, and what the newest of them lacked."""
    loads = connection.execute(
        f"""select _dlt_load_id, sampled, capped from {RAW_SCHEMA}._registry
            where source_name = ? and connector = ? and api is not distinct from ? and entity = ?
            order by _dlt_load_id desc limit {LOOKED_BACK}""",
        [entity.source_name, entity.connector, entity.api, entity.entity],
    ).fetchall()
    found = connection.execute(
        f"""select _dlt_load_id, path, verdict, holders, seen, types from {RAW_SCHEMA}._payload_paths
            where source_name = ? and entity = ? and _dlt_load_id in (select unnest(?::varchar[]))""",
        [entity.source_name, entity.entity, [load for load, *_ in loads]],
    ).fetchall()
    seen: dict[str, dict[str, PathSeen]] = {load: {} for load, *_ in loads}
    for load, path, _, *counts in found:
        seen[load][path] = PathSeen(*counts)
    gone = {path for load, path, verdict, *_ in found if verdict == "gone" and load == loads[0][0]}
    return [Paths(sampled, seen[load], capped) for load, sampled, capped in loads], gone


def _sample(connection: duckdb.DuckDBPyConnection, entity: SourceEntity, load: str, tables: set[str]) -> list[str]:
    """New payloads of a load from all over it, those in quarantine in their share."""
    good = "source_name = $source and _dlt_load_id = $load"
    bad = f"{good} and entity = $entity and payload is not null"
    source = {"source": entity.source_name, "load": load}
    bound = {**source, "entity": entity.entity}
    goods = _count(connection, entity.table, good, source) if entity.table in tables else 0
    bads = _count(connection, "_quarantine", bad, bound) if "_quarantine" in tables else 0
    wanted = ceil(SAMPLE * bads / (goods + bads)) if bads else 0
    return [
        *(_blocks(connection, entity.table, good, source, goods, SAMPLE - wanted) if goods else ()),
        *(_blocks(connection, "_quarantine", bad, bound, bads, wanted) if wanted else ()),
    ]


def _count(connection: duckdb.DuckDBPyConnection, table: str, which: str, bound: dict[str, str]) -> int:
    [(count,)] = connection.execute(f"select count(*) from {RAW_SCHEMA}.{quote(table)} where {which}", bound).fetchall()
    return int(count)


def _blocks(
    connection: duckdb.DuckDBPyConnection, table: str, which: str, bound: dict[str, str], count: int, wanted: int
) -> list[str]:
    # narrow columns say which rows; their payloads are read by ranges of row ids, so that few blocks are touched
    blocks = min(_BLOCKS, wanted)
    chosen = connection.execute(
        f"""
        with numbered as (
            select rowid as r, row_number() over () - 1 as i from {RAW_SCHEMA}.{quote(table)} where {which}
        )
        select r from numbered
        where {count} <= {wanted} or i - (i * {blocks} // {count}) * {count} // {blocks} < {wanted // blocks}
        order by r
        """,
        bound,
    ).fetchall()
    ranges: list[list[int]] = []
    for (row,) in chosen:
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    if not ranges:
        return []
    places = " or ".join(f"rowid between {first} and {last}" for first, last in ranges)
    found = connection.execute(f"select payload from {RAW_SCHEMA}.{quote(table)} where {places}").fetchall()
    return [payload for (payload,) in found]
