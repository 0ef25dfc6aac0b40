"""The ledger as it stands in a work database, and the rule that it only ever grows."""

from typing import Any

from shop import Shop

from warehouse.lineage import LEDGER_TABLES

Rows = list[tuple[Any, ...]]


def ledger(shop: Shop) -> dict[str, Rows]:
    """Every row of the ledger's tables in the work database."""
    return {table: shop.raw(f"select cast(columns(*) as varchar) from raw.{table}") for table in LEDGER_TABLES}


def check_it_only_grew(before: dict[str, Rows], after: dict[str, Rows]) -> None:
    for table, rows in before.items():
        left = list(after[table])
        for row in rows:
            assert row in left, f"{table} has lost or changed {row}"
            left.remove(row)
