"""Refusals of a tool's arguments, in our words: which argument, what it must be, what was got."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from warehouse.errors import nearest, quoted

_SHOWN = 2

_MUST_BE: Mapping[str, str] = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_type": "must be text",
    "string_too_long": "must have at most {max_length} characters",
}


def refusal(error: ValidationError, tool: str, arguments: Mapping[str, Mapping[str, Any]]) -> str:
    """One short text for a model: the first two mistakes of a call of `tool`.

    arguments: the JSON schema of each argument that the tool takes.
    """
    mistakes = error.errors(include_url=False)
    said = [_mistake(dict(mistake), tool, arguments) for mistake in mistakes[:_SHOWN]]
    more = [f"There are {len(mistakes) - _SHOWN} more mistakes."] if len(mistakes) > _SHOWN else []
    return " ".join([*said, *more])


def _mistake(mistake: Mapping[str, Any], tool: str, arguments: Mapping[str, Mapping[str, Any]]) -> str:
    name, kind, got = str(mistake["loc"][0]), mistake["type"], mistake["input"]
    if kind == "extra_forbidden":
        close = nearest(name, arguments)
        hint = f" Nearest: {', '.join(close)}." if close else ""
        return f"Unknown argument {quoted(name)}.{hint} {tool} takes {', '.join(arguments)}."
    if kind == "missing":
        return f"{name} is missing: give {arguments[name].get('description', 'it')}."
    rule = _MUST_BE.get(kind, "cannot be used").format(**mistake.get("ctx", {}))
    return f"{name} {rule} (got {_shown(got)})."


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value) if isinstance(value, int | float) else quoted(value)
