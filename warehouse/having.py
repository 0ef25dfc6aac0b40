"""Having: conditions on the values of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from warehouse.errors import BadValueError, UnknownNameError, quoted
from warehouse.query import BLANK, LISTS, AnyFilter, Filter, Op, Scalar

_ONE: frozenset[Op] = frozenset({"eq", "ne", "gt", "gte", "lt", "lte"})
_LONGEST = 100


@dataclass(frozen=True)
class Test:
    """One condition on a column of numbers; null meets none but ne, not_in and is_null."""

    column: str
    op: Op
    values: tuple[Decimal, ...]

    def holds(self, cells: Mapping[str, Decimal | None]) -> bool:
        """Whether a row's cells meet it."""
        value = cells[self.column]
        if value is None:
            return self.op in ("ne", "not_in", "is_null")
        match self.op:
            case "is_null":
                return False
            case "not_null":
                return True
            case "eq" | "in":
                return value in self.values
            case "ne" | "not_in":
                return value not in self.values
            case "gt":
                return value > self.values[0]
            case "gte":
                return value >= self.values[0]
            case "lt":
                return value < self.values[0]
            case _:
                return value <= self.values[0]


def having_of(filters: Sequence[Filter | AnyFilter], columns: Sequence[str]) -> tuple[tuple[Test, ...], ...]:
    """The tests that all must hold, each a tuple of which one must.

    Raises UnknownNameError on a column that is not asked for, BadValueError on an op or value that fits no number.
    """
    return tuple(
        tuple(_test(each, columns) for each in (part.any if isinstance(part, AnyFilter) else (part,)))
        for part in filters
    )


def _test(given: Filter, columns: Sequence[str]) -> Test:
    if given.field not in columns:
        step = "having takes the asked metrics; dimensions belong in where."
        raise UnknownNameError("metric in having", given.field, columns, step)
    many = isinstance(given.value, tuple)
    op: Op = given.op or ("in" if many else "eq")
    name = f"having on {quoted(given.field)}"
    if op in BLANK:
        if given.value is not None:
            raise BadValueError(f"{name} has a value, but {op} takes none: leave it out.")
        return Test(given.field, op, ())
    if op not in _ONE | LISTS:
        raise BadValueError(f"{name} cannot use {op}, which is for text: use gt, gte, lt, lte, eq or ne.")
    if many and op not in LISTS:
        raise BadValueError(f"{name} has a list, but {op} takes one value: use in or not_in for a list.")
    values: tuple[Scalar | None, ...] = given.value if isinstance(given.value, tuple) else (given.value,)
    if not values:
        raise BadValueError(f"{name} has an empty list: give at least one number.")
    return Test(given.field, op, tuple(_number(value, name) for value in values))


def _number(value: Scalar | None, name: str) -> Decimal:
    if value is not None and not isinstance(value, bool) and len(str(value)) <= _LONGEST:
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            number = Decimal("nan")
        if number.is_finite():
            return number
    raise BadValueError(f"{name} has the value {quoted(value)}, which is no number: give one such as 100.")
