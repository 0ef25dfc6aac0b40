"""Filter values that no row has, and the ones that may be meant."""

from collections.abc import Iterator

import duckdb

from warehouse.catalog import Catalog
from warehouse.countries import country_named
from warehouse.errors import quoted
from warehouse.gold import Deadline, fetch
from warehouse.likeness import meant, nearest_of
from warehouse.names import quote
from warehouse.plan import Condition, Plan

_EXACT = frozenset({"eq", "ne", "in", "not_in"})
_NAMED = 3
_CANDIDATES = 20
_COUNTRY = "country"


def unknown_values(
    catalog: Catalog, connection: duckdb.DuckDBPyConnection, plan: Plan, found: bool, deadline: Deadline
) -> list[str]:
    """A sentence for each of the first few exact filter values that stand in no row of the snapshot.

    found: whether the question had rows, which proves a lone `eq` right.
    """
    gold = _Gold(catalog, connection, plan, deadline)
    unknown: list[tuple[str, str]] = []
    for part in plan.shape.where:
        for condition in part:
            if condition.op in _EXACT and not (found and condition.op == "eq" and len(part) == 1):
                unknown += [(condition.field, text) for text in gold.unknown(condition, plan.texts_of(condition))]
    unknown = list(dict.fromkeys(unknown))
    sentences = [gold.sentence(field, text) for field, text in unknown[:_NAMED]]
    more = len(unknown) - _NAMED
    return [*sentences, f"No row has {more} more of the filter values."] if more > 0 else sentences


class _Gold:
    """The values of dimensions, of the kind that the plan's facts have them: from the catalog where they are few, else
    from the facts."""

    def __init__(self, catalog: Catalog, connection: duckdb.DuckDBPyConnection, plan: Plan, deadline: Deadline) -> None:
        self._catalog = catalog
        self._fact = catalog.facts[plan.shape.legs[0].fact]
        self._connection = connection
        self._deadline = deadline

    def unknown(self, condition: Condition, texts: tuple[str, ...]) -> Iterator[str]:
        few = self._few(condition.field)
        if few is None:
            slots = ", ".join(f"${number}" for number in range(1, len(texts) + 1))
            sql = f"select distinct value from ({self._rows(condition.field)}) where value in ({slots})"
            few = [str(row[0]) for row in fetch(self._connection, sql, texts, self._deadline)]
        known = set(few)
        return (text for text in texts if text not in known)

    def sentence(self, field: str, text: str) -> str:
        few = self._few(field)
        close = self._meant(field, text, few)
        said = f"No row has {field} {quoted(text)}."
        if close:
            return f"{said} Did you mean {' or '.join(quoted(value) for value in close)}?"
        if few is None:
            return f"{said} Filter with op contains to look for a part of it."
        return f"{said} Its values are {_listed(few)}." if few else f"No row has a {field}."

    def _meant(self, field: str, text: str, few: list[str] | None) -> list[str]:
        country = country_named(text) if field.endswith(_COUNTRY) else None
        values = self._likely(field, text, country) if few is None else few
        if country in values:
            return [country]
        known: dict[str, tuple[str, ...]] = {value: () for value in values}
        # a code of a country that no row has is like no other country
        return meant(text, known)[:_NAMED] or ([] if country else nearest_of(text, known))

    def _few(self, field: str) -> list[str] | None:
        values = self._catalog.dimensions[field].values
        kind = self._fact.kind(field)
        return None if values is None else [value.value for value in values if not value.kinds or kind in value.kinds]

    def _likely(self, field: str, text: str, country: str | None) -> list[str]:
        sql = (
            f"select value from (select distinct value from ({self._rows(field)}) where value is not null) order by "
            "value is not distinct from $2 desc, "
            "jaro_winkler_similarity(lower(strip_accents(value)), lower(strip_accents($1))) desc, value "
            f"limit {_CANDIDATES}"
        )
        return [str(row[0]) for row in fetch(self._connection, sql, [text, country or text], self._deadline)]

    def _rows(self, field: str) -> str:
        kind = self._fact.kind(field)
        tables = [
            fact.table for fact in self._catalog.facts.values() if field in fact.dimensions and fact.kind(field) == kind
        ]
        return " union all ".join(f"select {quote(field)} as value from {quote(table)}" for table in tables)


def _listed(values: list[str]) -> str:
    more = len(values) - _NAMED
    shown = ", ".join(quoted(value) for value in values[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
