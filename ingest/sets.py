"""Which version of a set counts: the choice among the deliveries staged and the version held.

A set comes whole from one delivery. Where several hold it the newest counts, by modification time, then name; one
with a bad member only where nothing else is held; one older than the delivery that brought the held version only if
it is that same delivery. A delivery that no longer mentions a set takes nothing away: it may be a delta.
"""

import duckdb

from warehouse.names import RAW_SCHEMA

_NOTHING_HELD = """
create table held_sets (source_name varchar, entity varchar, set_key varchar,
                        set_hash varchar, file varchar, modified_at timestamptz)
"""

_HELD = f"""
insert into held_sets
select source_name, entity, set_key, v.set_hash, v.file, v.file_modified_at
from (
    select source_name, entity, set_key, max_by(
        {{'set_hash': set_hash, 'file': file, 'file_modified_at': file_modified_at}}, _dlt_load_id) as v
    from wh.{RAW_SCHEMA}._sets
    where (source_name, entity) in (select (source_name, entity) from deliveries where kind = 'set')
    group by all
)
"""

# of a member given twice in one delivery the last counts
_MEMBERS = """
create table members as
select delivery, source_name, entity, parent_id as set_key, source_id,
       max(n) as n, arg_max(payload_hash, n) as payload_hash
from rows join deliveries using (delivery) where kind = 'set' group by all
"""

# a bad record whose key cannot be read may belong to the set before it in its file, or to the one after it
_TAINTED = """
create table tainted as
with seen as (
    select delivery, file, n, parent_id as set_key, false as bad from rows where delivery in (select delivery from bad)
    union all
    select delivery, file, n, set_key, true from bad
),
placed as (
    select delivery, bad,
           last_value(set_key ignore nulls) over earlier as before,
           first_value(set_key ignore nulls) over later as after
    from seen
    window earlier as (partition by delivery, file order by n rows between unbounded preceding and current row),
           later as (partition by delivery, file order by n rows between current row and unbounded following)
)
select distinct delivery, source_name, entity, set_key
from (select delivery, unnest([before, after]) as set_key from placed where bad)
join deliveries using (delivery)
where kind = 'set' and set_key is not null
"""

_MENTIONED = """
create table mentioned as
select source_name, entity, set_key, max(delivery) as delivery
from (
    select source_name, entity, set_key, delivery from members
    union all
    select source_name, entity, set_key, delivery from tainted
)
group by all
"""

_CANDIDATES = """
create table candidates as
with offered as (
    select source_name, entity, set_key, delivery, count(*) as members,
           md5(string_agg(source_id || chr(31) || payload_hash, chr(30) order by source_id)) as set_hash,
           exists (
               select 1 from tainted as t
               where t.delivery = m.delivery and t.set_key = m.set_key
           ) as is_tainted
    from members as m group by all
)
select * from offered
qualify row_number() over (partition by source_name, entity, set_key order by is_tainted, delivery desc) = 1
"""

_JUDGED = """
create table judged as
select c.*, h.set_hash is not null as is_held, c.set_hash is not distinct from h.set_hash as is_equal,
       h.set_hash is not null and d.name <> h.file and (d.modified_at, d.name) < (h.modified_at, h.file) as is_late
from candidates as c
join deliveries as d using (delivery)
left join held_sets as h on h.source_name = c.source_name and h.entity = c.entity and h.set_key = c.set_key
"""

_CHOSEN_SETS = """
insert into chosen_sets
select source_name, entity, set_key, delivery, set_hash, members from judged
where not is_held or not (is_tainted or is_equal or is_late)
"""

_CHOSEN_MEMBERS = """
insert into chosen
select m.delivery, m.n, row_number() over (partition by m.source_name, m.entity, m.set_key order by m.n) - 1
from members as m join chosen_sets using (source_name, entity, set_key, delivery)
"""

_NOTICES = (
    (
        """
        select source_name, entity, count(*) from (
            select delivery, source_name, entity, parent_id, source_id
            from rows join deliveries using (delivery)
            where is_report and changed
            group by all having count(distinct payload_hash) > 1
        ) group by 1, 2 order by 1, 2
        """,
        "{source}: {rows} of {entity} came more than once in one delivery with different figures; the last one counts.",
    ),
    (
        # the newest delivery spoilt it, and something else of it is served
        """
        select m.source_name, m.entity, count(*) from mentioned as m
        join tainted as t using (delivery, source_name, entity, set_key)
        join deliveries using (delivery)
        left join judged as j
            on j.source_name = m.source_name and j.entity = m.entity and j.set_key = m.set_key
        left join held_sets as h
            on h.source_name = m.source_name and h.entity = m.entity and h.set_key = m.set_key
        where changed and (h.set_hash is not null or j.delivery <> m.delivery)
        group by 1, 2 order by 1, 2
        """,
        "{source}: {sets} of {entity} came with a record that cannot be used; the earlier version is still served.",
    ),
    (
        """
        select source_name, entity, count(*) from chosen_sets
        join tainted using (delivery, source_name, entity, set_key) group by 1, 2 order by 1, 2
        """,
        "{source}: {sets} of {entity} came with a record that cannot be used; none was held, so the rest counts.",
    ),
    (
        """
        select j.source_name, j.entity, count(*) from judged as j join deliveries using (delivery)
        where is_held and is_late and not is_equal and not is_tainted and changed group by 1, 2 order by 1, 2
        """,
        "{source}: {sets} of {entity} came in a file older than the one that holds them; the newer version stays.",
    ),
    (
        """
        select h.source_name, h.entity, count(*) from held_sets as h
        where exists (
            select 1 from deliveries as d
            where d.source_name = h.source_name and d.entity = h.entity and d.name = h.file and d.changed
        )
        and not exists (
            select 1 from mentioned as m
            where m.source_name = h.source_name and m.entity = h.entity and m.set_key = h.set_key
        )
        group by 1, 2 order by 1, 2
        """,
        "{source}: {sets} of {entity} are gone from the file that held them; they stay, as it may hold changes only.",
    ),
)


def choose_sets(connection: duckdb.DuckDBPyConnection, *, held: bool) -> None:
    """Fill chosen_sets, and chosen with the members; held: whether wh.raw._sets exists."""
    connection.execute(_NOTHING_HELD)
    if held:
        connection.execute(_HELD)
    for statement in (_MEMBERS, _TAINTED, _MENTIONED, _CANDIDATES, _JUDGED, _CHOSEN_SETS, _CHOSEN_MEMBERS):
        connection.execute(statement)


def set_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What the choice decided against what somebody might expect, in sentences."""
    return [
        text.format(source=source, entity=entity, sets=_counted(count, "set"), rows=_counted(count, "row"))
        for query, text in _NOTICES
        for source, entity, count in connection.execute(query).fetchall()
    ]


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
