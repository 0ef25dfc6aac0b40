"""What the star had to assume where a vendor leaves something unsaid, as sentences for the answers."""

import duckdb

_DATED_BY_FIRST_SIGHT = """
select orders.source_name, count(*)
from intermediate.int_order_cancellations as cancellations
inner join intermediate.int_orders_classified as orders using (order_key)
where cancellations.is_dated_by_first_sight and orders.is_counted
group by 1 order by 1
"""
_REFUNDS_TOLD_BY_ORDERS = """
select source_name, count(*) from intermediate.int_refund_records
where is_dated_by_first_sight group by 1 order by 1
"""
_UNCAST = """
select source_name, count(*) from (
    select source_name, _cast_errors from intermediate.int_unified_orders
    union all select source_name, _cast_errors from intermediate.int_unified_order_lines
    union all select source_name, _cast_errors from intermediate.int_refund_records
    union all select source_name, _cast_errors from intermediate.int_unified_refund_lines
)
where len(_cast_errors) > 0 group by 1 order by 1
"""


def assumption_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """A sentence for each source and each kind of thing that was assumed; connection: the work database."""
    return [
        *(
            f"{source}: {_many(count, 'cancelled order')} without a cancel date taken back on the day of the first "
            "version seen cancelled."
            for source, count in connection.execute(_DATED_BY_FIRST_SIGHT).fetchall()
        ),
        *(
            f"{source}: {_many(count, 'refund')} known from orders alone, without a date: counted on the day the order "
            "first told of them; deliver order_refunds to date them."
            for source, count in connection.execute(_REFUNDS_TOLD_BY_ORDERS).fetchall()
        ),
        *(
            f"{source}: {_many(count, 'record')} with a field that could not be read as its type; the field is empty."
            for source, count in connection.execute(_UNCAST).fetchall()
        ),
    ]


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
