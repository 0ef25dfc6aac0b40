"""`--where` on the command line: text such as country=Germany → one of query_metric's filters."""

import json
import re

from warehouse.errors import BadValueError, quoted

FORMS = "field=value, field=a,b (one of them), field!=value, field>value, field>=value, field<value, field<=value, "
FORMS += "field~part (contains), field^start, field= (missing), field!= (not missing), or a filter as JSON"

_CONDITION = re.compile(r"^\s*(?P<field>\w+)\s*(?P<op>!=|>=|<=|=|>|<|~|\^)(?P<value>.*)$", re.DOTALL)
_OPS = {"=": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "~": "contains", "^": "starts_with"}
_MANY = {"eq": "in", "ne": "not_in"}
_NONE = {"eq": "is_null", "ne": "not_null"}


def condition(text: str) -> dict[str, object]:
    """The filter that `text` says; a value with a comma in it can be given as JSON.

    Raises BadValueError on text of no known form.
    """
    if text.lstrip().startswith("{"):
        try:
            given = json.loads(text)
        except ValueError as error:
            raise BadValueError(f"The condition {quoted(text)} is not valid JSON.") from error
        return dict(given)
    match = _CONDITION.match(text)
    if match is None:
        raise BadValueError(f"The condition {quoted(text)} cannot be read; write {FORMS}.")
    field, op, value = match["field"], _OPS[match["op"]], match["value"].strip()
    if not value and op in _NONE:
        return {"field": field, "op": _NONE[op]}
    if "," in value and op in _MANY:
        return {"field": field, "op": _MANY[op], "value": [part.strip() for part in value.split(",")]}
    return {"field": field, "op": op, "value": value}
