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
from warehouse.periods import EXAMPLES, GRAINS, PERIOD_FORMS, Grain

MAX_METRICS = 10
MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
_MAX_FILTERS = 50
_MAX_VALUES = 200

Op = Literal["eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "contains", "starts_with", "is_null", "not_null"]
OPS: tuple[Op, ...] = get_args(Op)

# said once: each is the description of an argument and the end of its refusal
RULES: dict[str, str] = {
    "metrics": f"1 to {MAX_METRICS} metric names",
    "group_by": "a list of dimension names, date among them",
    "grain": f"one of {', '.join(GRAINS)}",
    "period": f"one of {PERIOD_FORMS}",
    "where": f'a list of {{"field", "op", "value"}}, op one of {", ".join(OPS)}, or {{"any": [such filters]}}',
    "order_by": 'a list of asked metrics or group-by columns, "-" before one for descending',
    "limit": f"a whole number from 1 to {MAX_LIMIT}",
}


# a refusal is short: the description of the argument says it all
_IN_SHORT = {
    "period": f"text such as {EXAMPLES}",
    "where": 'filters such as {"field": "order_status", "op": "eq", "value": "paid"}',
}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | Mapping) else value


Scalar = StrictStr | StrictBool | StrictInt | StrictFloat
Texts = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Filter(_Input):
    """One condition on a dimension; without an op, in for a list and eq for anything else."""

    field: StrictStr
    op: Op | None = None
    value: Scalar | Annotated[tuple[Scalar | None, ...], Field(max_length=_MAX_VALUES)] | None = None


class AnyFilter(_Input):
    """Conditions of which one must hold."""

    any: Annotated[tuple[Filter, ...], Field(min_length=1, max_length=_MAX_FILTERS)]


class MetricQuery(_Input):
    """A question: metrics, split by dimensions, over a period, under filters."""

    metrics: Annotated[Texts, Field(min_length=1, max_length=MAX_METRICS)]
    group_by: Texts = ()
    grain: Grain | None = None
    period: StrictStr = "all"
    where: Annotated[tuple[Filter | AnyFilter, ...], BeforeValidator(_listed), Field(max_length=_MAX_FILTERS)] = ()
    order_by: Texts = ()
    limit: Annotated[StrictInt, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT

    @staticmethod
    def parse(arguments: Mapping[str, object]) -> "MetricQuery":
        """The question of a tool's arguments.

        Raises UnknownNameError on an unknown argument, BadValueError on a value of a wrong form.
        """
        for name in arguments:
            if name not in RULES:
                raise UnknownNameError("argument", name, RULES, "Leave it out.")
        try:
            return MetricQuery.model_validate(arguments)
        except ValidationError as error:
            raise _refusal(error) from error


def _refusal(error: ValidationError) -> CallerError:
    # of a union every branch complains; the first to do so is the one that was most likely meant
    errors = error.errors()
    first = next((each for each in errors if each["type"] == "too_long"), errors[0])
    name = str(first["loc"][0])
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return BadValueError(f"{name} is missing: give {RULES[name]}.")
    if first["type"] == "too_long":
        return BadValueError(
            f"{name} has {len(first['input'])} entries where at most {first['ctx']['max_length']} fit."
        )
    if first["type"] == "too_short" and len(first["loc"]) == 1:
        return BadValueError(f"{name} is empty: give {RULES[name]}.")
    return BadValueError(f"{name} cannot be {quoted(first['input'])}: give {_IN_SHORT.get(name, RULES[name])}.")
