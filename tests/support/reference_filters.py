"""Filters of a question, checked and applied: to rows in plain Python, to a mart as SQL text, to figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from reference_calendar import Refused

LISTS = ("in", "not_in")
BLANK = ("is_null", "not_null")
TEXT_OPS = ("contains", "starts_with")
OPS = ("eq", "ne", *LISTS, "gt", "gte", "lt", "lte", *TEXT_OPS, *BLANK)
_SQL = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

# all of the outer must hold, one of each inner
Filters = tuple[tuple["Filter", ...], ...]


@dataclass(frozen=True)
class Filter:
    """One condition; the values are texts of a dimension, or numbers of a figure."""

    field: str
    op: str
    values: tuple[str | Decimal, ...] = ()

    def holds(self, value: str | Decimal | None) -> bool:
        if self.op in BLANK:
            return (value is None) == (self.op == "is_null")
        if self.op in ("ne", "not_in"):
            return value not in self.values
        if value is None:
            return False
        if self.op in ("eq", "in"):
            return value in self.values
        [wanted] = self.values
        if isinstance(value, str) and isinstance(wanted, str) and self.op in TEXT_OPS:
            at = value.lower().find(wanted.lower())
            return at == 0 or (at > 0 and self.op == "contains")
        # texts are ordered as their bytes are, which is as their code points are
        assert type(value) is type(wanted)
        below, same = value < wanted, value == wanted  # type: ignore[operator]
        return {"lt": below, "lte": below or same, "gte": not below, "gt": not below and not same}[self.op]

    def sql(self) -> str:
        """The condition on a text column, never null."""
        column = f'"{self.field}"'
        texts = [literal(str(value)) for value in self.values]
        match self.op:
            case "is_null" | "not_null":
                return f"{column} is {'not ' if self.op == 'not_null' else ''}null"
            case "ne" | "not_in":
                return f"({column} is null or not ({' or '.join(f'{column} = {text}' for text in texts)}))"
            case "in":
                return f"({column} is not null and ({' or '.join(f'{column} = {text}' for text in texts)}))"
            case "contains":
                return f"coalesce(position(lower({texts[0]}) in lower({column})) > 0, false)"
            case "starts_with":
                return f"coalesce(left(lower({column}), length(lower({texts[0]}))) = lower({texts[0]}), false)"
            case _:
                return f"coalesce({column} {_SQL[self.op]} {texts[0]}, false)"


def passes(filters: Filters, value_of: Callable[[str], str | Decimal | None]) -> bool:
    """Whether a row passes; value_of: its value of a field."""
    return all(any(each.holds(value_of(each.field)) for each in part) for part in filters)


def sql_of(filters: Filters) -> str:
    return " and ".join(["true", *(f"({' or '.join(each.sql() for each in part)})" for part in filters)])


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def checked(given: object, read: Callable[[object], str | Decimal]) -> Filters:
    """The filters of an argument. Refuses what is not of their form; read: a value."""
    parts = [given] if isinstance(given, Mapping) else given
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        raise Refused("filters are a list")
    filters = []
    for part in parts:
        if not isinstance(part, Mapping):
            raise Refused("a filter is an object")
        inner = part.get("any", ()) if "any" in part else [part]
        if not inner or ("any" in part and len(part) > 1):
            raise Refused("any needs filters")
        filters.append(tuple(_filter(each, read) for each in inner))
    return tuple(filters)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Refused("dimensions are texts")
    return value


def number(value: object) -> Decimal:
    """A number, or its text. Refuses all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused("figures are numbers")
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise Refused("figures are numbers") from None
    if not found.is_finite():
        raise Refused("figures are finite")
    return found


def _filter(given: Mapping[str, object], read: Callable[[object], str | Decimal]) -> Filter:
    if not set(given) <= {"field", "op", "value"} or not isinstance(given.get("field"), str):
        raise Refused("a filter has field, op and value")
    value = given.get("value")
    many = isinstance(value, list)
    op = given.get("op") or ("in" if many else "eq")
    if op not in OPS:
        raise Refused("no such op")
    if op in BLANK:
        if value is not None:
            raise Refused("the op takes no value")
        return Filter(str(given["field"]), str(op))
    if many and op not in LISTS:
        raise Refused("the op takes one value")
    values = value if isinstance(value, list) else [value]
    if not values or None in values:
        raise Refused("a value is missing")
    return Filter(str(given["field"]), str(op), tuple(read(each) for each in values))
