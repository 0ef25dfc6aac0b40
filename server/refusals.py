"""Refusals of a tool's arguments, in our words: which argument, what it must be, what was got."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from warehouse.errors import nearest, quoted

_SHOWN = 2
_MOST = 300  # characters
_LONG = 10**18

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
    said = _said(mistakes[:_SHOWN], len(mistakes), tool, arguments)
    return said if len(said) <= _MOST else _said(mistakes[:1], len(mistakes), tool, arguments)


def _said(mistakes: Sequence[ErrorDetails], number: int, tool: str, arguments: Mapping[str, Mapping[str, Any]]) -> str:
    said = [_mistake(mistake, arguments) for mistake in mistakes]
    if any(mistake["type"] == "extra_forbidden" for mistake in mistakes):
        said.append(f"{tool} takes {', '.join(arguments)}.")
    if more := number - len(mistakes):
        said.append(f"There {'is' if more == 1 else 'are'} {more} more mistake{'' if more == 1 else 's'}.")
    return " ".join(said)


def _mistake(mistake: ErrorDetails, arguments: Mapping[str, Mapping[str, Any]]) -> str:
    name, kind, got = str(mistake["loc"][0]), mistake["type"], mistake["input"]
    if kind == "extra_forbidden":
        close = nearest(name, arguments)
        hint = f" Nearest: {', '.join(close)}." if close else ""
        return f"Unknown argument {quoted(name)}.{hint}"
    if kind == "missing":
        return f"{name} is missing: give {arguments[name].get('description', 'it')}."
    rule = _MUST_BE.get(kind, "cannot be used").format(**mistake.get("ctx", {}))
    return f"{name} {rule} (got {_shown(got)})."


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    # of numbers, those that can be read need no quotes
    return f"{value}" if isinstance(value, float) or (isinstance(value, int) and abs(value) < _LONG) else quoted(value)
