"""Payloads as vendors publish them, through files, envelope and redaction."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ingest.connector import CONNECTORS, Entity
from ingest.documents import read
from ingest.envelope import Envelope, QuarantineRow, RawRow
from ingest.redaction import Redactor

Row = RawRow | QuarantineRow
PAYLOADS = Path(__file__).parent / "published_payloads"
REDACTOR = Redactor(b"0123456789abcdef")


def entity_of(name: str) -> Entity:
    """The entity whose raw table a payload is named after: bing_ads_ad_performance.csv → bing_ads.ad_performance."""
    stem = name.partition(".")[0]
    found = [entity for entity in _entities() if stem == f"{entity.shape}_{entity.name}"]
    if len(found) != 1:
        raise LookupError(f"{name} is named after no entity")
    return found[0]


def _entities() -> Iterator[Entity]:
    for connector in CONNECTORS.values():
        yield from connector.entities


def wrapped(file: Path, entity: Entity) -> list[Row]:
    """What becomes of the records of a file."""
    envelope = Envelope(entity.shape, entity, REDACTOR)
    notices: list[str] = []
    found = [envelope.wrap(record) for record in read(file, entity, notices.append)]
    assert notices == []
    return found


def raw_rows(name: str) -> list[RawRow]:
    """The raw rows of a published payload, all of whose records must be accepted."""
    return accepted(wrapped(PAYLOADS / name, entity_of(name)))


def of_text(shape: str, entity: str, text: str, folder: Path, extension: str = "json") -> list[Row]:
    """What becomes of the records of a file with that text."""
    file = folder / f"{entity}.{extension}"
    file.write_text(text, encoding="utf-8")
    return wrapped(file, CONNECTORS[shape].entity(entity))


def of_records(shape: str, entity: str, records: Iterable[object], folder: Path) -> list[Row]:
    """What becomes of records, delivered one a line."""
    return of_text(shape, entity, "".join(json.dumps(record) + "\n" for record in records), folder, "jsonl")


def accepted(rows: Iterable[Row]) -> list[RawRow]:
    """The rows, none of which may be in quarantine."""
    found = list(rows)
    assert reasons(found) == [None] * len(found)
    return [row for row in found if isinstance(row, RawRow)]


def ids(rows: Iterable[Row]) -> list[tuple[str, str | None]]:
    """Id and key of each row."""
    return [(row.source_id, row.parent_id) for row in accepted(rows)]


def source_ids(rows: Iterable[Row]) -> list[str]:
    """The id of each row."""
    return [row.source_id for row in accepted(rows)]


def payloads(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What the rows hold, parsed."""
    return [json.loads(row.payload) for row in accepted(rows)]


def reasons(rows: Iterable[Row]) -> list[str | None]:
    """Why each row is in quarantine; None where it is not."""
    return [row.reason if isinstance(row, QuarantineRow) else None for row in rows]
