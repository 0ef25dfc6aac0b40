"""Reads what has changed in a tenant's sources into the stage, and keeps the cursor of what was read."""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TypedDict

from ingest.connector import Connector
from ingest.documents import read
from ingest.envelope import Envelope
from ingest.files import Deliveries, Delivery, deliveries
from ingest.readers import Readers
from ingest.redaction import Redactor
from ingest.stage import Stage, StagedDelivery
from warehouse.errors import ConfigError, RefreshError, quoted
from warehouse.home import TenantHome, replace_text
from warehouse.tenants import SourceConfig, Tenant

log = logging.getLogger(__name__)

# A file written in the very moment it is looked at may change again without a trace in its stat.
_SETTLED = timedelta(milliseconds=100)
_STEP = 1_000  # records between two looks at progress and cancellation


class Known(TypedDict):
    """What is kept of a delivery that was read: the raw table it went to, its content, the stat it had if settled."""

    table: str
    fingerprint: str
    signature: str | None


# source → delivery → what is known of it
Cursor = dict[str, dict[str, Known]]
# (part of the extract that is done, what is being read); may raise to stop it
Progress = Callable[[float, str], None]


@dataclass
class Extract:
    """What an extract read. cursor: to be committed with its rows; failed: the sources that could not be read."""

    cursor: Cursor
    failed: dict[str, RefreshError] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Reading:
    """A delivery to read; known: what the cursor says once it is read; changed: False where only its sets matter.

    size: bytes when it was looked at, as it may vanish before it is read.
    """

    source: SourceConfig
    delivery: Delivery
    known: Known
    changed: bool
    size: int


def extract(
    tenant: Tenant,
    home: TenantHome,
    connectors: Mapping[str, Connector],
    stage: Stage,
    cursor: Cursor,
    *,
    reload: bool,
    progress: Progress,
) -> Extract:
    """Stage every delivery whose content is not the one read last; with `reload`, every delivery there is.

    A source that cannot be read is reported, not raised, and leaves nothing in the stage. The cursor is a copy that
    may be changed.
    """
    found = Extract(cursor=cursor)
    readings: list[_Reading] = []
    for source in tenant.sources.values():
        try:
            held = _deliveries(source, connectors[source.shape])
            found.notices += [f"{source.name}: {notice}" for notice in held.notices]
            readings += _due(source, held, {} if reload else cursor.get(source.name, {}))
        except (RefreshError, ConfigError, OSError) as error:
            found.failed[source.name] = _failure(source, error)
    if readings:
        salt = tenant_salt(home)
        with Readers(stage.folder, salt, tenant.keep_pii) as readers:
            _read(readings, stage, Redactor(salt, tenant.keep_pii), readers, found, progress)
    return found


def tenant_salt(home: TenantHome) -> bytes:
    """The salt of the tenant's hashes, made once; a blank one is none."""
    try:
        salt = home.salt.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        salt = ""
    except UnicodeDecodeError as error:
        raise ConfigError("The tenant's salt is damaged: put back the one that its hashes were made with.") from error
    if not salt:
        salt = secrets.token_hex(32)
        replace_text(home.salt, salt)
        home.salt.chmod(0o600)
    return salt.encode()


def _deliveries(source: SourceConfig, connector: Connector) -> Deliveries:
    held = deliveries(source.folder(), connector)
    if not held.found:
        names = ", ".join(f"{entity.name}.jsonl" for entity in connector.entities)
        return Deliveries((), (*held.notices, f"there is no export in its folder; it may hold {names}."))
    return held


def _due(source: SourceConfig, held: Deliveries, known: dict[str, Known]) -> Iterator[_Reading]:
    by_entity = sorted(held.found, key=lambda delivery: delivery.entity.name)
    for entity, group in groupby(by_entity, key=lambda delivery: delivery.entity):
        found = [(delivery, known.get(delivery.name), _look(delivery, known.get(delivery.name))) for delivery in group]
        changed = [before is None or not _is_same(before, now) for _, before, now in found]
        if not any(changed):
            continue
        # A late delivery of a set may say what a newer one, read already, says otherwise: those count again.
        first = changed.index(True)
        for (delivery, _, now), is_changed in list(zip(found, changed, strict=True))[first:]:
            if is_changed or entity.kind == "set":
                yield _Reading(source, delivery, now, is_changed, sum(path.stat().st_size for path in delivery.paths))


def _look(delivery: Delivery, before: Known | None) -> Known:
    if before is not None and before["signature"] == delivery.stat_signature:
        return before
    settled = delivery.modified_at < datetime.now(UTC) - _SETTLED
    return Known(
        table=delivery.entity.table,
        fingerprint=delivery.fingerprint(),
        signature=delivery.stat_signature if settled else None,
    )


def _is_same(before: Known, now: Known) -> bool:
    return (before["table"], before["fingerprint"]) == (now["table"], now["fingerprint"])


def _read(
    readings: list[_Reading],
    stage: Stage,
    redactor: Redactor,
    readers: Readers,
    found: Extract,
    progress: Progress,
) -> None:
    total = sum(reading.size for reading in readings) or 1
    done = 0
    for reading in readings:
        source = reading.source.name
        if source not in found.failed:
            label = f"reading {source} {reading.delivery.entity.name}"
            try:
                within = _within(progress, done / total, reading.size / total, label)
                _stage(reading, stage, redactor, readers, found.notices, within)
            except RefreshError as error:
                if error.kind == "cancelled":
                    raise
                stage.abandon(source)
                found.failed[source] = _failure(reading.source, error)
        done += reading.size
    for reading in readings:
        if reading.source.name not in found.failed:
            found.cursor.setdefault(reading.source.name, {})[reading.delivery.name] = reading.known


def _within(progress: Progress, start: float, share: float, label: str) -> Callable[[float], None]:
    return lambda part: progress(start + share * part, label)


def _stage(
    reading: _Reading,
    stage: Stage,
    redactor: Redactor,
    readers: Readers,
    notices: list[str],
    progress: Callable[[float], None],
) -> None:
    source, delivery = reading.source.name, reading.delivery
    entity = delivery.entity
    envelope = Envelope(source, entity, redactor)

    def notice(text: str) -> None:
        if reading.changed:
            notices.append(f"{source}: {text}")

    stage.begin(
        StagedDelivery(
            table=entity.table,
            source_name=source,
            entity=entity.name,
            kind=entity.kind,
            name=delivery.name,
            modified_at=delivery.modified_at,
            changed=reading.changed,
            is_report=bool(entity.key),
        )
    )
    size = reading.size or 1
    characters = count = 0

    def beat() -> None:
        # redaction and gzip change the length; close is good enough for a progress bar
        progress(min(characters / size, 0.99))

    for path in delivery.paths:
        if readers.suit(path, entity):
            for part, length in readers.read(path, entity, source, beat):
                stage.take(part, path.name)
                characters += length
            continue
        for record in read(path, entity, notice):
            if count % _STEP == 0:
                beat()
            count += 1
            row = envelope.wrap(record)
            stage.put(row)
            characters += len(row.payload or "")
    progress(1.0)


def _failure(source: SourceConfig, error: Exception) -> RefreshError:
    # of a mistake in tenants.yml the sentence says all
    log.warning("source %s cannot be read", source.name, exc_info=None if isinstance(error, ConfigError) else error)
    if isinstance(error, RefreshError):
        return RefreshError(error.kind, str(error), source=source.name, retry_safe=error.retry_safe)  # type: ignore[arg-type]
    if isinstance(error, ConfigError):
        return RefreshError("config", str(error), source=source.name, retry_safe=False)
    return RefreshError(
        "unreachable",
        f"The files of source {quoted(source.name)} cannot be read; check that they exist and their rights.",
        source=source.name,
    )
