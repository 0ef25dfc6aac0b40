"""The raw payloads against the star, source by source: counts of every entity, and sums of what it adds up.

What is latest, and which amounts it holds, is told here in SQL of its own, apart from the models and their field maps.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from warehouse.errors import RefreshError, quoted
from warehouse.names import RAW_SCHEMA, quote
from warehouse.raw import COMPLETED_LOADS, raw_tables
from warehouse.registry import SourceEntity

# amounts with more than six decimals are rounded by the star, each by half a unit of the sixth at most
_DECIMALS = 6
_MOST_ROUNDED = Decimal("0.0000005")


@dataclass(frozen=True)
class Star:
    """Where the records of a master model stand in the star.

    count: an aggregate in SQL; amounts: the names of totals → columns; left_out: a relation with the same columns that
    holds the rows which the star leaves out by a rule.
    """

    relation: str
    count: str = "count(*)"
    amounts: Mapping[str, str] = field(default_factory=dict)
    left_out: str | None = None


@dataclass
class Found:
    """How many records, what they add up to, and how much of that rounding may take or give."""

    count: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    rounded: dict[str, Decimal] = field(default_factory=dict)

    def add(self, name: str, amount: Decimal | None, rounded: int = 0) -> None:
        self.sums[name] = self.sums.get(name, Decimal(0)) + (amount or 0)
        self.rounded[name] = self.rounded.get(name, Decimal(0)) + rounded * _MOST_ROUNDED


STARS = {
    "orders": Star("gold.fct_orders", amounts={"total": "native_total_amount"}),
    "order_products": Star("gold.fct_order_lines"),
    # a refund has a row an item, and one of its own where it has none
    "refunds": Star("gold.fct_refunds", "count(distinct refund_id) filter (kind in ('item', 'rest'))"),
    "customers": Star("intermediate.int_unified_customers", "count(distinct customer_id)"),
    "transactions": Star("intermediate.int_unified_transactions"),
    "sessions": Star("gold.fct_sessions", amounts={"sessions": "sessions", "engaged_sessions": "engaged_sessions"}),
    "events": Star("gold.fct_events", amounts={"events": "event_count"}),
    "ad_performance": Star(
        "gold.fct_ad_performance",
        amounts={"spend": "native_spend_amount", "impressions": "impressions", "clicks": "clicks"},
        # of Meta's platforms each row counts with one of two sources
        left_out="""(select source_name, spend_amount as native_spend_amount, impressions, clicks
                     from intermediate.int_unified_ad_performance where not is_counted)""",
    ),
}
# one id counts once in these, be it delivered by itself, inside an order, or both
_BY_ID = ("customers", "refunds")
# the lines of the orders that there are, and one for an order without any
_LINES = "order_products"


def reconcile(connection: duckdb.DuckDBPyConnection, entities: Sequence[SourceEntity]) -> None:
    """Compare every entity of every source with the star, or with its master model where the star has no rows of it.

    Raises RefreshError (verify_failed) at the first difference; nobody can accept it away.
    """
    held = _relations(connection)
    raw = raw_tables(connection)
    for source in dict.fromkeys(entity.source_name for entity in entities):
        told = _told(connection, [entity for entity in entities if entity.source_name == source], raw)
        for feeds, found in told.items():
            star = STARS.get(feeds) or Star(f"master.platform_mm__{feeds}")
            if star.relation in held:
                _compare(source, feeds, found, _in_star(connection, star, source, found.sums))


def _relations(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_catalog = current_database()"
    ).fetchall()
    return {name for (name,) in found}


def _told(connection: duckdb.DuckDBPyConnection, entities: Iterable[SourceEntity], raw: set[str]) -> dict[str, Found]:
    """What the payloads of one source tell, by master model."""
    told: dict[str, Found] = {}
    connection.execute("create or replace temp table ids (feeds varchar, id varchar)")
    for entity in entities:
        for feeds in (entity.feeds, *entity.embeds):
            told.setdefault(feeds, Found())
        for name in entity.totals:
            told[entity.feeds].add(name, None)
        if entity.table in raw:
            _read(connection, entity, told)
        if entity.feeds == _LINES:
            told[_LINES].count = _lines(connection, entity, entities, raw)
    # the ids of Shopify's two APIs differ in what stands before the last slash
    by_id = "select feeds, count(distinct regexp_extract(id, '[^/]*$')) from ids group by feeds"
    for feeds, count in connection.execute(by_id).fetchall():
        told[feeds].count = count
    return told


def _read(connection: duckdb.DuckDBPyConnection, entity: SourceEntity, told: Mapping[str, Found]) -> None:
    # every payload is parsed once, into a few narrow columns
    paths = [*entity.embeds.values(), *(path for total in entity.totals.values() for path in total.paths)]
    values = {path: f"v[{place}]" for place, path in enumerate(paths, start=1)}
    nulls = ", ".join(_literal(null) for null in sorted({"", *entity.nulls}))
    columns = ["source_id as id"]
    for feeds, place in entity.embeds.items():
        ids = (
            f"case when {values[place]} like '[%' then json_extract_string({values[place]}, '$[*].id') "
            f"when {values[place]} like '{{%' then [json_extract_string({values[place]}, '$.id')] end"
        )
        columns.append(f"{ids if feeds in _BY_ID else f'json_array_length({values[place]})'} as {quote(f'in {feeds}')}")
    for name, total in entity.totals.items():
        given = ", ".join(f"trim({values[path]})" for path in total.paths)
        text = f"list_filter([{given}], lambda text: text not in ({nulls}))[1]"
        columns.append(f"{text}::decimal(27, 9) * {_literal(total.factor)}::decimal(9, 8) as {quote(f'sum {name}')}")
    read = ", ".join(_literal(_path(path)) for path in paths) or "'$.id'"
    connection.execute(
        f"""create or replace temp table payloads as select {", ".join(columns)}
            from (select source_id, json_extract_string(payload, [{read}]) as v from ({_latest(entity)}))"""
    )
    if entity.feeds in _BY_ID:
        connection.execute("insert into ids select ?, id from payloads", [entity.feeds])
    else:
        told[entity.feeds].count += _number(connection, "select count(*) from payloads")
    for feeds in entity.embeds:
        inside = quote(f"in {feeds}")
        if feeds in _BY_ID:
            connection.execute(f"insert into ids select ?, unnest({inside}) from payloads", [feeds])
        else:
            lines = f"coalesce({inside}, 0)"
            counted = f"greatest({lines}, 1)" if feeds == _LINES else lines
            told[feeds].count += _number(connection, f"select coalesce(sum({counted}), 0) from payloads")
    for name in entity.totals:
        amount = quote(f"sum {name}")
        finer = f"count(*) filter ({amount} <> round({amount}, {_DECIMALS}))"
        [(total_amount, fine)] = connection.execute(f"select sum({amount}), {finer} from payloads").fetchall()
        told[entity.feeds].add(name, total_amount, fine)


def _lines(
    connection: duckdb.DuckDBPyConnection, entity: SourceEntity, entities: Iterable[SourceEntity], raw: set[str]
) -> int:
    """Of lines that are delivered apart from their orders."""
    orders = [order for order in entities if order.feeds == "orders" and order.table in raw]
    known = " union ".join(f"select source_id as id from ({_latest(order)})" for order in orders) or "select null as id"
    members = _latest(entity) if entity.table in raw else "select null as parent_id where false"
    return _number(
        connection,
        f"""
        with orders as (select id from ({known}) where id is not null),
        lines as (select parent_id as id, count(*) as n from ({members}) group by 1)
        select coalesce(sum(coalesce(n, 1)), 0) from orders left join lines using (id)
        """,
    )


def _latest(entity: SourceEntity) -> str:
    """The payloads of an entity that count: the newest version of each record, the members of each newest set."""
    table = f"{RAW_SCHEMA}.{quote(entity.table)}"
    source = f"source_name = {_literal(entity.source_name)} and _dlt_load_id in ({COMPLETED_LOADS})"
    if entity.kind == "set":
        return f"""
            select source_id, parent_id, payload from {table}
            where {source} and (parent_id, _dlt_load_id) in (
                select (set_key, max(_dlt_load_id)) from {RAW_SCHEMA}._sets
                where {source} and entity = {_literal(entity.entity)} group by set_key)"""
    return f"""
        select source_id, parent_id, payload from {table} where rowid in (
            select row_id from (
                select rowid as row_id, row_number() over (
                    partition by source_id order by updated_at desc nulls last, _dlt_load_id desc, payload_hash desc
                ) as age from {table} where {source}
            ) where age = 1)"""


def _path(path: str) -> str:
    # a key may hold anything but a dot; an index may follow it
    return "$" + "".join(f'."{key}"{index}' for key, index in re.findall(r"([^.\[]+)((?:\[\d+\])*)", path))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    [(number,)] = connection.execute(query).fetchall()
    return int(number)


def _in_star(connection: duckdb.DuckDBPyConnection, star: Star, source: str, names: Iterable[str]) -> Found:
    columns = {name: star.amounts[name] for name in names if name in star.amounts}
    sums = "".join(f", sum({column})" for column in columns.values())
    found = Found()
    for relation in (star.relation, star.left_out):
        if relation is not None:
            [(count, *amounts)] = connection.execute(
                f"select {star.count}{sums} from {relation} where source_name = ?", [source]
            ).fetchall()
            found.count += count
            for name, amount in zip(columns, amounts, strict=True):
                found.add(name, amount)
    return found


def _compare(source: str, feeds: str, raw: Found, star: Found) -> None:
    if raw.count == star.count and all(
        abs(raw.sums[name] - amount) <= raw.rounded[name] for name, amount in star.sums.items()
    ):
        return
    raise RefreshError(
        "verify_failed",
        f"Source {quoted(source)} does not reconcile in {feeds}: its payloads hold {_said(raw, star.sums)}, the star "
        f"{_said(star, star.sums)}. Report it with the connector's name; --full builds the star anew.",
        source=source,
        retry_safe=False,
    )


def _said(found: Found, names: Iterable[str]) -> str:
    sums = ", ".join(f"{name} {found.sums[name].normalize():,f}" for name in names)
    return f"{found.count:,}" + (f" ({sums})" if sums else "")
