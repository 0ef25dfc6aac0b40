"""What a record is called: its id, and the key of the report set that it belongs to."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from ingest.connector import Entity
from ingest.days import day_text
from ingest.fields import FieldType, getter, id_text
from ingest.records import BadRecord

Record = dict[str, object]
_Part = Callable[[Record], str | None]

_SEPARATOR = "|"


def id_reader(entity: Entity) -> Callable[[Record], str | None]:
    """A function that gives a record's id, None where it has none."""
    if isinstance(entity.id, str) and not (entity.id_optional or entity.id_else):
        return _part(entity, entity.id)
    parts = [_part(entity, path) for path in entity.ids]
    optional = [(path, _part(entity, path)) for path in entity.id_optional]
    instead = [_part(entity, path) for path in entity.id_else]

    def read(record: Record) -> str | None:
        found = _joined(record, parts) or _joined(record, instead)
        if found is None:
            return None
        extra = [f"{path}={_escaped(text)}" for path, part in optional if (text := part(record)) is not None]
        return _SEPARATOR.join([found, *extra])

    return read


def key_reader(entity: Entity) -> Callable[[Record], str | None]:
    """A function that gives the key of a report row's set, None where a day that it needs is missing."""
    parts = [_first(entity, paths) for paths in entity.key]
    needed = [part for part, paths in zip(parts, entity.key, strict=True) if _is_day(entity, paths)]

    def read(record: Record) -> str | None:
        return None if any(part(record) is None for part in needed) else _joined(record, parts)

    return read


def missing_of_key(entity: Entity, record: Record) -> list[tuple[str, ...]]:
    """The days of a key that a record does not give, each with its alternatives."""
    return [paths for paths in entity.key if _is_day(entity, paths) and _first(entity, paths)(record) is None]


def key_in_text(entity: Entity) -> Callable[[BadRecord], str | None]:
    """A function that finds the key of a set in a text that cannot be parsed.

    None where the text names none or more than one, and where it is not held whole.
    """
    groups = entity.key or ((entity.parent[:1],) if entity.kind == "set" else ())
    patterns = [_member([path.rsplit(".", 1)[-1] for path in paths]) for paths in groups]
    days = [_is_day(entity, paths) for paths in groups]

    def find(bad: BadRecord) -> str | None:
        if bad.cropped or not patterns:
            return None
        texts: list[str] = []
        for pattern, is_day in zip(patterns, days, strict=True):
            found = {(text or number).decode(errors="replace") for text, number in pattern.findall(bad.text)}
            if len(found) > 1:
                return None
            text = found.pop() if found else None
            if is_day:
                text = day_text(text)
            if text is None and (is_day or not entity.key):
                return None
            texts.append(_escaped(text or ""))
        return _SEPARATOR.join(texts) or None

    return find


def _member(names: Sequence[str]) -> re.Pattern[bytes]:
    alternatives = b"|".join(re.escape(name).encode() for name in names)
    return re.compile(rb'"(?:' + alternatives + rb')"\s*:\s*(?:"([^"\\]+)"|([0-9]+))')


def _is_day(entity: Entity, paths: Sequence[str]) -> bool:
    return any(entity.fields.get(path) is FieldType.DAY for path in paths)


def _joined(record: Record, parts: Sequence[_Part]) -> str | None:
    texts = [part(record) for part in parts]
    if not any(texts):
        return None
    return _SEPARATOR.join([_escaped(text or "") for text in texts])


def _escaped(text: str) -> str:
    # so that two ids whose parts differ are never one text
    if _SEPARATOR not in text and "\\" not in text:
        return text
    return text.replace("\\", "\\\\").replace(_SEPARATOR, f"\\{_SEPARATOR}")


def _first(entity: Entity, paths: Sequence[str]) -> _Part:
    parts = [_part(entity, path) for path in paths]
    return lambda record: next((text for part in parts if (text := part(record)) is not None), None)


def _part(entity: Entity, path: str) -> _Part:
    read, nulls = getter(path), entity.nulls
    if entity.fields.get(path) is FieldType.DAY:
        return lambda record: day_text(read(record))
    if entity.fields.get(path) in (None, FieldType.ID, FieldType.TEXT) and not nulls:
        return lambda record: id_text(read(record))

    def text(record: Record) -> str | None:
        value = read(record)
        if isinstance(value, Decimal):
            return format(value.to_integral_value() if value == value.to_integral_value() else value, "f")
        found = id_text(value)
        return None if found in nulls else found

    return text
