"""Refusals of arguments, in our words.

What pydantic found wrong is said in one sentence: which argument, what it must be, what was got. The same wording
serves the tools and the command line.
"""

from collections.abc import Collection, Mapping

from pydantic import ValidationError

from warehouse.errors import nearest, quoted

_SHOWN_ERRORS = 2

_MUST_BE: Mapping[str, str] = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be above {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be below {lt}",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
}


def refusal(error: ValidationError, tool: str, arguments: Collection[str]) -> str:
    """One short text for a model or a person: the first two mistakes of a call of `tool`."""
    mistakes = error.errors(include_url=False)
    said = [_mistake(mistake, tool, arguments) for mistake in mistakes[:_SHOWN_ERRORS]]
    if len(mistakes) > _SHOWN_ERRORS:
        said.append(f"{len(mistakes) - _SHOWN_ERRORS} more like this.")
    return " ".join(dict.fromkeys(said))


def _mistake(mistake: Mapping[str, object], tool: str, arguments: Collection[str]) -> str:
    location = mistake["loc"]
    path = location if isinstance(location, tuple) else ()
    name = _name(path)
    kind = str(mistake["type"])
    if kind == "extra_forbidden":
        what = str(path[-1])
        if len(path) > 1:
            return f"Unknown key {quoted(what)} in {_name(path[:-1])}."
        close = nearest(what, arguments)
        hint = f" Nearest: {', '.join(close)}." if close else ""
        return f"Unknown argument {quoted(what)}.{hint} {tool} takes {', '.join(arguments)}."
    if kind == "missing":
        return f"{name} is missing."
    context = mistake.get("ctx")
    values = context if isinstance(context, Mapping) else {}
    if kind in _MUST_BE:
        rule = _MUST_BE[kind].format(**values)
    elif kind == "value_error" and "error" in values:
        rule = str(values["error"]).rstrip(".")
    else:
        rule = "cannot be used"
    got = mistake.get("input")
    if kind in ("too_short", "too_long") and isinstance(got, Collection):
        return f"{name} {rule} (got {len(got)})."
    shown = str(got) if isinstance(got, (int, float)) and not isinstance(got, bool) else quoted(_plain(got))
    return f"{name} {rule} (got {shown})."


def _plain(value: object) -> object:
    return {True: "true", False: "false", None: "null"}[value] if isinstance(value, bool) or value is None else value


def _name(path: tuple[object, ...]) -> str:
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name or "The argument"
