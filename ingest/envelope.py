"""The envelope: a vendor's record → a raw row, or a quarantine row that says why not."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from ingest.connector import Entity, Required, siblings
from ingest.fields import FieldType, compile_checks, getter, id_text, instant, is_blank, listing
from ingest.identity import id_reader, key_in_text, key_reader, missing_of_key
from ingest.records import BadRecord, FileRecord
from ingest.redaction import Redactor

_HASH_BYTES = 16
_REASON_LENGTH = 300
_LINK_ID = re.compile(r"/([0-9]+)/?(?:[?#].*)?$")


class RawRow(NamedTuple):
    """A row of raw.<shape>__<entity>, but for what loading adds.

    source_id: the record's id. parent_id: the key of its set, or the order of a refund. updated_at: UTC. position is
    0: only who has seen a whole set knows the places of its members. payload: redacted JSON in canonical form.
    """

    source_name: str
    source_id: str
    parent_id: str | None
    updated_at: datetime | None
    position: int
    payload: str
    payload_hash: str
    file: str
    line: int


class QuarantineRow(NamedTuple):
    """A row of raw._quarantine, but for what loading adds.

    payload, payload_hash: of what could be parsed and redacted, None where nothing could. parent_id is no column: of
    a set's bad member it says which set is incomplete, as far as it can be read.
    """

    source_name: str
    entity: str
    file: str
    line: int
    reason: str
    payload_hash: str | None
    payload: str | None
    parent_id: str | None


# a LongNumber is the one value that msgspec does not know by itself: it becomes a text
_encode = msgspec.json.Encoder(decimal_format="number", order="deterministic", enc_hook=str).encode


def payload_hash(payload: bytes) -> str:
    """32 hex digits over a canonical payload."""
    return blake2b(payload, digest_size=_HASH_BYTES).hexdigest()


class Envelope:
    """Wraps the records of one entity of one source."""

    def __init__(self, source_name: str, entity: Entity, redactor: Redactor) -> None:
        self._source_name = source_name
        self._entity = entity
        self._redactor = redactor
        self._check = compile_checks(entity.fields, entity.nulls)
        self._required = tuple((item, tuple(getter(path) for path in item.paths)) for item in entity.required)
        self._id = id_reader(entity)
        self._is_composite = not isinstance(entity.id, str) or bool(entity.id_else)
        self._key = key_reader(entity) if entity.key else self._parent
        self._parents = tuple(getter(path) for path in entity.parent)
        self._updated_at = getter(entity.updated_at) if entity.updated_at else None
        self._form = entity.fields[entity.updated_at] if entity.updated_at else FieldType.INSTANT
        self._key_in_text = key_in_text(entity)

    def wrap(self, record: FileRecord) -> RawRow | QuarantineRow:
        """The raw row of a record, or the reason why it has none; never raises for what a record holds.

        The record's value is used up: it is redacted in place.
        """
        value = record.value
        if type(value) is not dict:
            return self._unread(record)
        try:
            reason = self._fault(value)
            if reason is None:
                return self._row(record, value)
        except RecursionError:
            return self._refused(record, None, "The record is nested too deeply.")
        try:
            return self._refused(record, value, reason)
        except RecursionError:
            return self._refused(record, None, reason)

    def _row(self, record: FileRecord, value: dict[str, object]) -> RawRow:
        source_id, parent_id = self._name(self._id(value)) or "", self._name(self._key(value))
        updated_at = instant(self._updated_at(value), self._form) if self._updated_at else None
        self._redactor.redact(value, self._entity)
        payload = self._payload(value)
        return RawRow(
            self._source_name,
            source_id,
            parent_id,
            updated_at,
            0,
            payload.decode(),
            payload_hash(payload),
            record.file,
            record.line,
        )

    def _payload(self, value: dict[str, object]) -> bytes:
        payload = _encode(value)
        if self._redactor.may_hold_email(payload):
            self._redactor.sweep(value)
            payload = _encode(value)
        return payload

    def _name(self, name: str | None) -> str | None:
        # a person's id at Mixpanel or Amplitude may be an e-mail address
        return self._redactor.text(name) if name is not None and ("@" in name or "%" in name) else name

    def _parent(self, value: dict[str, object]) -> str | None:
        for read in self._parents:
            parent = id_text(read(value))
            if parent and "/" in parent:
                link = _LINK_ID.search(parent)
                parent = link[1] if link else None
            if parent and parent != "0":
                return parent
        return None

    def _fault(self, value: dict[str, object]) -> str | None:
        """What is wrong with a record, as a sentence; None where nothing is."""
        missing = []
        for item, reads in self._required:
            for read in reads:
                given = read(value)
                if given is not None and not is_blank(given) and not self._is_null(given):
                    break
            else:
                missing.append(item.paths)
        if missing:
            return f"{_are_missing(missing)}{self._resembles(value)}."
        fault = self._check(value)
        if fault is not None:
            return f"{fault}."
        if not self._entity.foreign.isdisjoint(value):
            return f"This is no record of {self._entity.name}{self._resembles(value)}."
        if self._parents and self._parent(value) is None:
            return f"{listing(self._entity.parent, 'or')} is missing."
        if self._entity.key and self._key(value) is None:
            return f"{_are_missing(missing_of_key(self._entity, value) or self._entity.key)}."
        if self._is_composite and self._id(value) is None:
            return f"{_are_missing([self._entity.ids])}."
        return None

    def _is_null(self, value: object) -> bool:
        return type(value) is str and value.strip() in self._entity.nulls

    def _resembles(self, value: dict[str, object]) -> str:
        """A clause that names the entity whose record this could be."""
        for other in siblings(self._entity):
            if other.foreign.isdisjoint(value) and _has(value, other.required):
                return f"; it looks like a record of {other.name}"
        return ""

    def _unread(self, record: FileRecord) -> QuarantineRow:
        value = record.value
        if isinstance(value, BadRecord):
            return self._refused(record, None, value.reason, self._key_in_text(value))
        return self._refused(record, None, f"The record is {_kind(value)}, not an object.")

    def _refused(
        self, record: FileRecord, value: dict[str, object] | None, reason: str, parent_id: str | None = None
    ) -> QuarantineRow:
        payload = None
        if value is not None:
            parent_id = self._name(self._key(value))
            self._redactor.redact_refused(value, self._entity)
            payload = self._payload(value)
        return QuarantineRow(
            self._source_name,
            self._entity.name,
            record.file,
            record.line,
            self._redactor.text(reason)[:_REASON_LENGTH],
            payload_hash(payload) if payload is not None else None,
            payload.decode() if payload is not None else None,
            parent_id,
        )


def _are_missing(missing: Sequence[tuple[str, ...]]) -> str:
    names = listing([listing(paths, "or") for paths in missing])
    return f"{names} {'is' if len(missing) == 1 else 'are'} missing"


def _has(value: dict[str, object], required: tuple[Required, ...]) -> bool:
    return all(any(not is_blank(getter(path)(value)) for path in item.paths) for item in required)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | Decimal():
            return "a number"
        case _:
            return "a list"
