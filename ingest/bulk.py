"""Bulk files of GraphQL APIs: the parts of a record come as lines of their own and are put back into it."""

import re
from collections.abc import Iterator, Mapping

from ingest.records import BadRecord
from warehouse.errors import quoted

PARENT = "__parentId"
PARENT_BYTES = b'"__parentId"'

_TYPE = re.compile(r"gid://[^/]+/([A-Za-z]+)/").match
_APART = (
    "This is a part of {parent}, which does not stand before it; run the bulk operation with groupObjects set to true."
)


def joined(values: Iterator[tuple[int, object]], lists: Mapping[str, str]) -> Iterator[tuple[int, object]]:
    """The records of a bulk file with their parts inside, each at its own line.

    lists: the type of a part's id → the list of its parent that it is put into; one that is not named goes into the
    list named after its type (`Refund` → `refunds`). A part without its parent before it becomes a BadRecord, and so
    does a record of which a part cannot be read.
    """
    line, record, by_id = 0, None, dict[object, dict[str, object]]()
    for number, value in values:
        if isinstance(value, BadRecord):
            if record is not None and PARENT_BYTES in value.text:
                record = BadRecord("A part of this record cannot be read.")
            yield number, value
        elif type(value) is dict and PARENT in value:
            bad = _put(value, by_id, lists)
            if bad is not None:
                yield number, bad
        else:
            if record is not None:
                yield line, record
            line, record, by_id = number, value, {}
            if type(value) is dict:
                by_id[value.get("id")] = value
    if record is not None:
        yield line, record


def _put(part: dict[str, object], by_id: dict[object, dict[str, object]], lists: Mapping[str, str]) -> BadRecord | None:
    above, own = part.pop(PARENT), part.get("id")
    parent = by_id.get(above) if type(above) is str else None
    if parent is None:
        return BadRecord(_APART.format(parent=quoted(above)))
    kind = _TYPE(own) if type(own) is str else None
    if kind is None:
        return BadRecord("This part has no id that says of which kind it is; let the bulk operation select id.")
    name = lists.get(kind[1]) or f"{kind[1][:1].lower()}{kind[1][1:]}s"
    held = parent.setdefault(name, [])
    if type(held) is not list:
        return BadRecord(f"This part belongs into {quoted(name)}, which is no list.")
    held.append(part)
    by_id[own] = part
    return None
