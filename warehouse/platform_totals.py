"""Where a platform's own totals differ from the star: told with figures, never corrected and never a failure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

_TABLE = "gold.platform_totals"
# what a sentence tells of first; the other measures that differ are named
_ORDER = ("total_sales", "net_sales", "gross_sales", "spend")
_COUNTS = ("orders", "impressions", "clicks")
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Difference:
    """One measure of one source over all days. explained: the days on which edits account for all of it."""

    source_name: str
    measure: str
    is_store: bool
    days: int
    differing: int
    explained: int
    platform_amount: Decimal
    star_amount: Decimal
    worst_day: date
    worst: Decimal


def differences(connection: duckdb.DuckDBPyConnection) -> list[Difference]:
    """Every measure that differs by a cent or more on any day, by source; connection: to the work database."""
    if not _is_built(connection):
        return []
    found = connection.execute(
        f"""
        select source_name, measure, bool_and(account_id is null and measure not in ('spend', 'impressions', 'clicks')),
               count(distinct day), count(distinct day) filter (abs(difference) >= {_CENT}),
               count(distinct day) filter (abs(difference) >= {_CENT} and abs(difference - edits_amount) < {_CENT}),
               sum(platform_amount), sum(star_amount), arg_max(day, abs(difference)),
               arg_max(difference, abs(difference))
        from {_TABLE} group by 1, 2 having max(abs(difference)) >= {_CENT} order by 1, 2
        """
    ).fetchall()
    return [Difference(*row) for row in found]


def platform_total_notices(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """A sentence for each source whose own totals differ from the star's."""
    by_source: dict[str, list[Difference]] = {}
    for difference in differences(connection):
        by_source.setdefault(difference.source_name, []).append(difference)
    return [_sentence(sorted(found, key=_rank)) for found in by_source.values()]


def _sentence(found: list[Difference]) -> str:
    first, *others = found
    report = "its own sales report differs" if first.is_store else "its account totals differ"
    days = "day" if first.days == 1 else "days"
    also = f", also {', '.join(other.measure for other in others)}" if others else ""
    told = (
        f"{first.source_name}: {report} from the star on {first.differing:,} of {first.days:,} {days}: {first.measure} "
        f"{_amount(first, first.platform_amount)} there, {_amount(first, first.star_amount)} here, most on "
        f"{first.worst_day} ({_amount(first, first.worst, sign='+')}){also}."
    )
    if not first.is_store:
        return told
    if first.explained == first.differing:
        return f"{told} Order edits explain it: the report dates them by their own day, the star by the order's."
    edits = f" Order edits explain {first.explained:,} of these days." if first.explained else ""
    return f"{told}{edits}"


def _rank(difference: Difference) -> tuple[int, str]:
    measure = difference.measure
    return (_ORDER.index(measure) if measure in _ORDER else len(_ORDER), measure)


def _amount(difference: Difference, amount: Decimal, sign: str = "") -> str:
    return f"{amount:{sign},.0f}" if difference.measure in _COUNTS else f"{amount:{sign},.2f}"


def _is_built(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name || '.' || table_name = ?",
        [_TABLE],
    ).fetchone()
    return found is not None
