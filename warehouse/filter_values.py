"""Filter values that no row has, and the ones that may be meant."""

import duckdb

from warehouse.catalog import Catalog
from warehouse.errors import nearest, quoted
from warehouse.gold import fetch
from warehouse.names import quote
from warehouse.plan import Condition, Plan

_EXACT = frozenset({"eq", "ne", "in", "not_in"})


def unknown_values(
    catalog: Catalog, connection: duckdb.DuckDBPyConnection, plan: Plan, found: bool, deadline: float
) -> list[str]:
    """A sentence for every exact filter value that stands in no row of the snapshot.

    found: whether the question had rows, which proves a lone `eq` right.
    """
    sentences = []
    for part in plan.shape.where:
        for condition in part:
            if condition.op not in _EXACT:
                continue
            few = catalog.dimensions[condition.field].values
            if few is not None:
                known = [value.value for value in few]
                unknown = [text for text in plan.texts_of(condition) if text not in known]
            elif condition.op == "eq" and found and len(part) == 1:
                continue
            else:
                unknown = _not_in_gold(catalog, connection, plan, condition, deadline)
            for text in dict.fromkeys(unknown):
                if few is None:
                    close = _nearest_in_gold(catalog, connection, condition.field, text, deadline)
                else:
                    close = nearest(text, known) or known[:3]
                sentences.append(_sentence(condition.field, text, close))
    return sentences


def _sentence(field: str, text: str, close: list[str]) -> str:
    if not close:
        return f"No row has a {field}."
    return f"No row has {field} {quoted(text)}. Did you mean {' or '.join(quoted(value) for value in close)}?"


def _rows(catalog: Catalog, field: str) -> str:
    tables = [fact.table for fact in catalog.facts.values() if field in fact.dimensions]
    return " union all ".join(f"select {quote(field)} as value from {quote(table)}" for table in tables)


def _not_in_gold(
    catalog: Catalog, connection: duckdb.DuckDBPyConnection, plan: Plan, condition: Condition, deadline: float
) -> list[str]:
    texts = plan.texts_of(condition)
    slots = ", ".join(f"${number}" for number in range(1, len(texts) + 1))
    sql = f"select distinct value from ({_rows(catalog, condition.field)}) where value in ({slots})"
    known = {row[0] for row in fetch(connection, sql, texts, deadline)}
    return [text for text in texts if text not in known]


def _nearest_in_gold(
    catalog: Catalog, connection: duckdb.DuckDBPyConnection, field: str, text: str, deadline: float
) -> list[str]:
    sql = (
        f"select value from (select distinct value from ({_rows(catalog, field)}) where value is not null) "
        "order by jaro_winkler_similarity(lower(value), lower($1)) desc, value limit 3"
    )
    return [str(row[0]) for row in fetch(connection, sql, [text], deadline)]
