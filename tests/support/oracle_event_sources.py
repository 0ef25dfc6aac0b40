"""Mixpanel's and Amplitude's exports: one record an event, exported again and again."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from oracle_analytics import EventRow
from oracle_fields import Json, Malformed, epoch, record, required, section, word
from oracle_files import records
from oracle_records import Bearer

Day = Callable[[datetime], date]


def mixpanel(source_name: str, folder: Path, day: Day, zone: str | None) -> list[EventRow]:
    """Events once each by (event, distinct_id, time, $insert_id); day: of an instant, on the tenant's clock.

    zone: of the stamps of an old project, which are its wall clock written as seconds since 1970.
    """

    def parse(payload: Json) -> tuple[str, datetime, str]:
        properties = section(payload, "properties")
        name = required(word(payload, "event"), "event")
        at = epoch(properties, "time")
        parts = (name, word(properties, "distinct_id"), word(properties, "time"), word(properties, "$insert_id"))
        if zone:
            at = at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return "|".join(part or "" for part in parts), at, name

    return _events(source_name, "mixpanel", folder, day, parse)


def amplitude(source_name: str, folder: Path, day: Day) -> list[EventRow]:
    """Events once each by uuid, else by device_id and $insert_id; event_time is UTC, whenever it was uploaded."""

    def parse(payload: Json) -> tuple[str, datetime, str]:
        name = required(word(payload, "event_type"), "event_type")
        written = required(word(payload, "event_time"), "event_time")
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            raise Malformed("event_time is no time") from None
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        known = word(payload, "uuid")
        if known is None:
            parts = (word(payload, "device_id"), word(payload, "$insert_id", "insert_id"))
            known = required("|".join(part or "" for part in parts).strip("|") or None, "uuid")
        return known, at, name

    return _events(source_name, "amplitude", folder, day, parse)


def _events(
    source_name: str, platform: str, folder: Path, day: Day, parse: Callable[[Json], tuple[str, datetime, str]]
) -> list[EventRow]:
    found: dict[str, EventRow] = {}
    for one in records(folder, "events", (), _pages):
        try:
            payload = record(one.value)
            known, at, name = parse(payload)
        except Malformed:
            continue
        found[known] = EventRow(source_name, platform, day(at), name, 1, Bearer("events", known, payload))
    return list(found.values())


def _pages(values: Iterable[object]) -> Iterable[object]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value
