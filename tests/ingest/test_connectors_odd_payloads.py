"""Whatever stands in a payload, each record becomes a raw row or a reason, and nothing is raised."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from payload_rows import PAYLOADS, REDACTOR, entity_of

from ingest.connector import CONNECTORS, Entity
from ingest.envelope import Envelope, QuarantineRow, RawRow
from ingest.records import FileRecord

ENTITIES = [entity for connector in CONNECTORS.values() for entity in connector.entities if entity.unfold]
ODD: tuple[Any, ...] = (None, True, 0, -1.5, "", "x", [], [None], {}, {"x": 1}, [[]], "2026-02-30")


def wrap(value: object, entity: Entity) -> list[RawRow | QuarantineRow]:
    assert entity.unfold is not None
    envelope = Envelope(entity.shape, entity, REDACTOR)
    return [envelope.wrap(FileRecord(record, "file.json", 1)) for record in entity.unfold(value)]


def altered(value: Any) -> Iterator[Any]:
    """The value with one part of it at a time made odd."""
    for odd in (None, True, -1.5, "x", [None], {"x": 1}):
        yield deepcopy(odd)
    if isinstance(value, dict):
        for key in value:
            for part in altered(value[key]):
                yield {**deepcopy(value), key: part}
            yield {name: deepcopy(held) for name, held in value.items() if name != key}
    elif isinstance(value, list) and value:
        for part in altered(value[0]):
            yield [part, *deepcopy(value[1:])]


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.table)
def test_odd_documents_are_told_apart_from_records(entity: Entity) -> None:
    answers: list[Any] = [
        {key: odd}
        for key in ("data", "results", "elements", "reports", "rows", "orders", "Campaigns", "errors", "error", "code")
        for odd in ODD
    ]
    for value in (*deepcopy(ODD), *answers):
        assert all(isinstance(row, QuarantineRow) for row in wrap(value, entity)), value


@pytest.mark.parametrize("name", sorted(path.name for path in PAYLOADS.iterdir() if path.suffix == ".json"))
def test_a_published_payload_with_one_odd_part_is_still_read(name: str) -> None:
    entity = entity_of(name)
    document = json.loads((PAYLOADS / name).read_text(encoding="utf-8"))
    for value in altered(document[:1] if isinstance(document, list) else document):
        for part in value if isinstance(value, list) else [value]:
            for row in wrap(part, entity):
                assert isinstance(row, RawRow | QuarantineRow)
                assert not isinstance(row, RawRow) or row.source_id


@pytest.mark.parametrize("name", ["mixpanel_events.jsonl", "amplitude_events.jsonl"])
def test_a_published_event_with_one_odd_part_is_still_read(name: str) -> None:
    entity = entity_of(name)
    for line in Path(PAYLOADS / name).read_text(encoding="utf-8").splitlines():
        for value in altered(json.loads(line)):
            assert all(isinstance(row, RawRow | QuarantineRow) for row in wrap(value, entity))
