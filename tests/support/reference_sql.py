"""Groups of facts counted by SQL written by hand: the engine for the demo's tenants."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import duckdb
from reference_calendar import Days
from reference_filters import literal, sql_of
from reference_metrics import FACTS, Fact, Part
from reference_rows import REST, Cell, Cut, Groups, Key, middle


class Sql:
    """A gold file, read by one statement a fact: aggregates with FILTER, days put under labels by a list of days."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def extent(self, facts: Sequence[str]) -> Days | None:
        firsts, lasts = [], []
        for fact in (FACTS[name] for name in facts):
            [(first, last)] = self._fetch(f"select min({fact.day}), max({fact.day}) from {fact.table}{_counted(fact)}")
            if isinstance(first, date) and isinstance(last, date):
                firsts.append(first)
                lasts.append(last)
        return Days(min(firsts), max(lasts)) if firsts else None

    def groups(self, parts: Sequence[Part], cut: Cut) -> Groups:
        groups: Groups = {}
        for name in dict.fromkeys(part.fact for part in parts):
            own = [part for part in parts if part.fact == name]
            for row in self._fetch(_statement(FACTS[name], own, cut)):
                key, cells = _key(row, cut), row[-2 * len(own) - 1 : -1]
                if not row[-1]:
                    continue
                group = groups.setdefault(key, {})
                for at, part in enumerate(own):
                    group[part] = _cell(part, cells[2 * at], cells[2 * at + 1])
        return groups

    def _fetch(self, sql: str) -> list[tuple[object, ...]]:
        cursor = self._connection.cursor()
        try:
            return list(cursor.execute(sql).fetchall())
        finally:
            cursor.close()


def _statement(fact: Fact, parts: Sequence[Part], cut: Cut) -> str:
    keys, source = [], f"{fact.table} as f"
    tests = [fact.counted or "true", sql_of(cut.where)]
    if cut.days is not None:
        tests.append(f"f.{fact.day} between date '{cut.days.first}' and date '{cut.days.last}'")
    if cut.labels is not None:
        keys.append("labelled.label")
        days = ", ".join(f"date '{day}'" for day in cut.labels)
        labels = ", ".join(f"date '{label}'" for label in cut.labels.values())
        listed = f"(select unnest([{days}]::date[]) as day, unnest([{labels}]::date[]) as label) as labelled"
        source += f" join {listed} on labelled.day = f.{fact.day}"
    for name in cut.dimensions:
        column = f'f."{name}"'
        if cut.kept and cut.kept[0] == name:
            known = " or ".join(
                ["false", *(f"{column} is not distinct from {_or_null(value)}" for value in cut.kept[1])]
            )
            keys += [f"case when {known} then {column} end", f"({known})"]
        else:
            keys.append(column)
    cells = ", ".join(f"{_value(part)}, {_left_out(part)}" for part in parts)
    grouped = f" group by {', '.join(keys)}" if keys else ""
    selected = ", ".join([*keys, cells, "count(*)"])
    return f"select {selected} from {source} where {' and '.join(tests)}{grouped}"


def _value(part: Part) -> str:
    column = f"f.{part.column}"
    of = {
        "sum": f"sum({column})",
        "count": f"count({'*' if part.column is None else column})",
        "distinct": f"count(distinct {column})",
        # DuckDB's own median cuts off what its type cannot hold
        "median": f"list({column})",
    }[part.how]
    filled = "true" if part.column is None else f"{column} is not null"
    return f"{of} filter (where {' and '.join([*_only(part), filled])})"


def _left_out(part: Part) -> str:
    if part.native is None:
        return "0"
    tests = [*_only(part), f"f.{part.column} is null", f"f.{part.native} is not null"]
    return f"count(*) filter (where {' and '.join(tests)})"


def _only(part: Part) -> list[str]:
    return [f"(f.{name.lstrip('!')} is {'false' if name.startswith('!') else 'true'})" for name in part.only]


def _key(row: tuple[object, ...], cut: Cut) -> Key:
    cells = iter(row)
    key: list[object] = [next(cells)] if cut.labels is not None else []
    for name in cut.dimensions:
        value = next(cells)
        if cut.kept and cut.kept[0] == name and not next(cells):
            value = REST
        key.append(value)
    return tuple(key)  # type: ignore[arg-type]


def _cell(part: Part, value: object, left_out: object) -> Cell:
    if isinstance(value, list):
        value = middle(value) if value else None
    if value is None or (part.how in ("count", "distinct") and value == 0):
        return Cell(None, bool(left_out))
    return Cell(Decimal(str(value)), bool(left_out))


def _or_null(value: str | None) -> str:
    return "null" if value is None else literal(value)


def _counted(fact: Fact) -> str:
    return f" where {fact.counted}" if fact.counted else ""
