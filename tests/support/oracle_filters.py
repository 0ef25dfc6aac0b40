"""Filters of a question, on rows of the facts."""

import operator
from collections.abc import Callable, Iterable, Mapping

from oracle_facts import Row, Value

Comparison = Callable[[Value, object], bool]


def _ordered(compare: Callable[[str, str], bool]) -> Comparison:
    return lambda held, asked: held is not None and compare(str(held), str(asked))


def _among(held: Value, asked: object) -> bool:
    assert isinstance(asked, list | tuple | set | frozenset)
    return held is not None and held in asked


OPS: Mapping[str, Comparison] = {
    "eq": lambda held, asked: held is not None and held == asked,
    "ne": lambda held, asked: held is None or held != asked,
    "in": _among,
    "not_in": lambda held, asked: not _among(held, asked),
    "gt": _ordered(operator.gt),
    "gte": _ordered(operator.ge),
    "lt": _ordered(operator.lt),
    "lte": _ordered(operator.le),
    "contains": lambda held, asked: held is not None and str(asked) in str(held),
    "starts_with": lambda held, asked: held is not None and str(held).startswith(str(asked)),
    "is_null": lambda held, asked: held is None,
    "not_null": lambda held, asked: held is not None,
}


def fields_of(filters: Iterable[object]) -> set[str]:
    found: set[str] = set()
    for one in filters:
        if isinstance(one, Mapping) and "any" in one:
            found |= fields_of(one["any"])
        else:
            found.add(parts_of(one)[0])
    return found


def passes(row: Row, one: object) -> bool:
    if isinstance(one, Mapping) and "any" in one:
        return any(passes(row, inner) for inner in one["any"])
    name, op, asked = parts_of(one)
    return OPS[op](row[name], asked)


def parts_of(one: object) -> tuple[str, str, object]:
    """Field, op and value; the op is `eq`, or `in` for a list, where none is given."""
    if isinstance(one, Mapping):
        name, op, asked = str(one["field"]), one.get("op"), one.get("value")
    else:
        assert isinstance(one, tuple)
        assert len(one) in (2, 3)
        name, op, asked = str(one[0]), one[1] if len(one) == 3 else None, one[-1]
    return name, str(op or ("in" if isinstance(asked, list) else "eq")), asked
