"""MetricQuery: one question, as it is asked."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
)

from warehouse.errors import BadValueError, CallerError, UnknownNameError, quoted
from warehouse.pairing import COMPARES, Compare
from warehouse.periods import EXAMPLES, GRAINS, PERIOD_FORMS, Grain

MAX_METRICS = 10
MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
_MAX_FILTERS = 50
_MAX_VALUES = 200
_MAX = {"metrics": MAX_METRICS, "show": 2}

Op = Literal["eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "starts_with", "is_null", "not_null"]
OPS: tuple[Op, ...] = get_args(Op)
LISTS: frozenset[Op] = frozenset({"in", "not_in"})
BLANK: frozenset[Op] = frozenset({"is_null", "not_null"})
Show = Literal["share", "running"]
SHOWS: tuple[Show, ...] = get_args(Show)

# said once: each is the description of an argument and the end of its refusal
RULES: dict[str, str] = {
    "metrics": f"1 to {MAX_METRICS} metric names",
    "group_by": "a list of dimension names, date among them",
    "grain": f"one of {', '.join(GRAINS)}",
    "period": f"one of {PERIOD_FORMS}",
    "where": f'a list of {{"field", "op", "value"}}, op one of {", ".join(OPS)}, or {{"any": [such filters]}}',
    "order_by": 'a list of columns of the answer, "-" before one for descending',
    "limit": f"a whole number from 1 to {MAX_LIMIT}",
    "compare": f"one of {', '.join(COMPARES)}",
    "having": "filters as in where, on asked metrics with numbers for values",
    "top": f'{{"n", "by", "dimension"}}: the n (1 to {MAX_LIMIT}) values of a dimension with most of a metric',
    "totals": "true or false",
    "show": f"a list of {' and '.join(SHOWS)}",
    "fill_gaps": "true or false",
    "snapshot": "the id of a snapshot that an answer named",
    "explain": "true or false",
}


# a refusal is short: the description of the argument says it all
_IN_SHORT = {
    "period": f"text such as {EXAMPLES}",
    "where": 'filters such as {"field": "order_status", "op": "eq", "value": "paid"}',
    "having": 'filters such as {"field": "orders", "op": "gt", "value": 10}',
    "top": 'an object such as {"n": 5, "by": "orders"}',
}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | Mapping) else value


def _text(value: object) -> object:
    # a year is as often given as a number
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 9 else value


def _flag(value: object) -> object:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


# what models write where they mean the same: 2026 for "2026", "5" for 5, "true" for true
Whole = Annotated[StrictInt, BeforeValidator(_number), Field(ge=1, le=MAX_LIMIT)]
Flag = Annotated[StrictBool, BeforeValidator(_flag)]
Scalar = StrictStr | StrictBool | StrictInt | StrictFloat
Texts = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Filter(_Input):
    """One condition on a dimension; without an op, in for a list and eq for anything else."""

    field: StrictStr
    op: Op | None = None
    value: Scalar | tuple[Scalar | None, ...] | None = None


class AnyFilter(_Input):
    """Conditions of which one must hold."""

    any: Annotated[tuple[Filter, ...], Field(min_length=1)]


class Top(_Input):
    """The n values of a dimension that have most of a metric; the rest becomes one group."""

    n: Whole
    by: StrictStr | None = None
    dimension: StrictStr | None = None


class MetricQuery(_Input):
    """A question: metrics, split by dimensions, over a period, under filters."""

    metrics: Annotated[Texts, Field(min_length=1)]
    group_by: Texts = ()
    grain: Grain | None = None
    period: Annotated[StrictStr, BeforeValidator(_text)] = "all"
    where: Annotated[tuple[Filter | AnyFilter, ...], BeforeValidator(_listed)] = ()
    order_by: Texts = ()
    limit: Whole = DEFAULT_LIMIT
    compare: Compare | None = None
    having: Annotated[tuple[Filter | AnyFilter, ...], BeforeValidator(_listed)] = ()
    top: Top | None = None
    totals: Flag = False
    show: Annotated[tuple[Show, ...], BeforeValidator(_listed)] = ()
    fill_gaps: Flag = False
    snapshot: StrictStr | None = None
    explain: Flag = False

    @staticmethod
    def parse(arguments: Mapping[str, object]) -> "MetricQuery":
        """The question of a tool's arguments.

        Raises UnknownNameError on an unknown argument, BadValueError on a value of a wrong form.
        """
        for name in arguments:
            if name not in RULES:
                raise UnknownNameError("argument", name, RULES, "Leave it out.")
        _check_lengths(arguments)
        try:
            return MetricQuery.model_validate(arguments)
        except ValidationError as error:
            raise _refusal(error) from error


def _check_lengths(arguments: Mapping[str, object]) -> None:
    # before anything is looked at: a mistake in each of a million entries takes seconds to collect
    for name, value in arguments.items():
        _check_length(name, value, _MAX.get(name, _MAX_FILTERS))
        if name in ("where", "having"):
            parts = value if isinstance(value, list | tuple) else [value]
            for part in (part for part in parts if isinstance(part, Mapping)):
                _check_length(name, part.get("any"), _MAX_FILTERS)
                alternatives = part.get("any")
                for each in (part, *(alternatives if isinstance(alternatives, list | tuple) else ())):
                    _check_length(name, each.get("value") if isinstance(each, Mapping) else None, _MAX_VALUES)


def _check_length(name: str, value: object, most: int) -> None:
    if isinstance(value, list | tuple) and len(value) > most:
        raise BadValueError(f"{name} has {len(value)} entries where at most {most} fit.")


def _refusal(error: ValidationError) -> CallerError:
    # of a union every branch complains; the first to do so is the one that was most likely meant
    first = error.errors()[0]
    name, *within = (str(part) for part in first["loc"])
    rule = _IN_SHORT.get(name, RULES[name])
    if first["type"] == "missing" and not within:
        return BadValueError(f"{name} is missing: give {RULES[name]}.")
    if first["type"] == "too_short" and not within:
        return BadValueError(f"{name} is empty: give {RULES[name]}.")
    if name == "top" and within:
        if first["type"] == "missing":
            return BadValueError(f"top has no {within[0]}: give {rule}.")
        if first["type"] == "extra_forbidden":
            return BadValueError(f"top takes n, by and dimension, not {quoted(within[0])}: give {rule}.")
        return BadValueError(f"{within[0]} of top cannot be {quoted(first['input'])}: give {rule}.")
    return BadValueError(f"{name} cannot be {quoted(first['input'])}: give {rule}.")
