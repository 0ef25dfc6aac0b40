"""What the star had to assume where a vendor leaves something unsaid, as sentences for the answers."""

from typing import NamedTuple

import duckdb


class _Assumption(NamedTuple):
    """query: rows of source, count and a detail; sentence: with {source}, {many} (the count of `what`) and {detail}."""

    query: str
    what: str
    sentence: str


_DATED_BY_FIRST_SIGHT = _Assumption(
    """
    select orders.source_name, count(*), null
    from intermediate.int_order_cancellations as cancellations
    inner join intermediate.int_orders_classified as orders using (order_key)
    where cancellations.is_dated_by_first_sight and orders.is_counted
    group by 1 order by 1
    """,
    "cancelled order",
    "{source}: {many} without a cancel date taken back on the day of the first version seen cancelled.",
)
_REFUNDS_TOLD_BY_ORDERS = _Assumption(
    """
    select source_name, count(*), null from intermediate.int_refund_records
    where is_dated_by_first_sight group by 1 order by 1
    """,
    "refund",
    "{source}: {many} known from orders alone, without a date: counted on the day the order first told of them; "
    "deliver order_refunds to date them.",
)
_UNCAST = _Assumption(
    """
    select source_name, count(*), null from (
        select source_name, _cast_errors from intermediate.int_unified_orders
        union all select source_name, _cast_errors from intermediate.int_unified_order_lines
        union all select source_name, _cast_errors from intermediate.int_refund_records
        union all select source_name, _cast_errors from intermediate.int_unified_refund_lines
        union all select source_name, _cast_errors from intermediate.int_unified_sessions
        union all select source_name, _cast_errors from intermediate.int_unified_transactions
        union all select source_name, _cast_errors from intermediate.int_unified_events
        union all select source_name, _cast_errors from intermediate.int_unified_ad_performance
    )
    where len(_cast_errors) > 0 group by 1 order by 1
    """,
    "record",
    "{source}: {many} with a field that could not be read as its type; the field is empty.",
)
_OTHER_ZONE = _Assumption(
    """
    select source_name, count(*), string_agg(distinct time_zone, ', ' order by time_zone) from (
        select source_name, time_zone from intermediate.int_unified_sessions where is_other_zone
        union all select source_name, time_zone from intermediate.int_unified_events where is_other_zone
        union all
        select source_name, time_zone from intermediate.int_unified_ad_performance where is_other_zone and is_counted
    )
    group by 1 order by 1
    """,
    "report row",
    "{source}: its days are those of {detail}, not of the tenant's time zone.",
)
_CURRENCY = _Assumption(
    """
    select source_name, count(*), max(currency) from intermediate.int_unified_ad_performance
    where is_currency_assumed and is_counted group by 1 order by 1
    """,
    "report row",
    "{source}: {many} without a currency, taken as {detail}; set currency: in tenants.yml to say otherwise.",
)
_PLACEMENTS_LEFT_OUT = _Assumption(
    """
    select source_name, count(*), null from intermediate.int_unified_ad_performance
    where exclusion_reason = 'no facebook_ads source' group by 1 order by 1
    """,
    "report row",
    "{source}: {many} of other placements than Instagram left out, because no facebook_ads source has their account "
    "and day.",
)
_FLAGGED = """
    select source_name, count(distinct day), null from (
        select source_name, session_date as day, {flag} as flag from intermediate.int_unified_sessions
        union all select source_name, transaction_date, {flag} from intermediate.int_unified_transactions
        union all select source_name, event_date, {flag} from intermediate.int_unified_events
    )
    where flag group by 1 order by 1
    """
_DATA_LOSS = _Assumption(
    _FLAGGED.format(flag="has_data_loss"),
    "day",
    "{source}: on {many} GA4 put rows together as (other); figures split by their columns are not complete.",
)
_THRESHOLDED = _Assumption(
    _FLAGGED.format(flag="is_thresholded"),
    "day",
    "{source}: on {many} GA4 may have kept back rows of few visitors; figures may be too low.",
)
_SAMPLED = _Assumption(
    _FLAGGED.format(flag="is_sampled"),
    "day",
    "{source}: on {many} GA4 estimated its figures from a sample.",
)
_AMBIGUOUS = _Assumption(
    """
    select transactions.source_name, count(*), null
    from intermediate.int_transaction_orders as found
    inner join intermediate.int_unified_transactions as transactions using (transaction_key)
    where found.is_ambiguous group by 1 order by 1
    """,
    "transaction",
    "{source}: the id of {many} fits several orders and not one of them by day; these orders stay Unattributed by it.",
)
_ASSUMPTIONS = (
    _DATED_BY_FIRST_SIGHT,
    _REFUNDS_TOLD_BY_ORDERS,
    _UNCAST,
    _OTHER_ZONE,
    _CURRENCY,
    _PLACEMENTS_LEFT_OUT,
    _DATA_LOSS,
    _THRESHOLDED,
    _SAMPLED,
    _AMBIGUOUS,
)


def assumption_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """A sentence for each source and each kind of thing that was assumed; connection: the work database."""
    return [
        assumption.sentence.format(source=source, many=_many(count, assumption.what), detail=detail)
        for assumption in _ASSUMPTIONS
        for source, count, detail in connection.execute(assumption.query).fetchall()
    ]


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
