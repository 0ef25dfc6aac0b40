"""A tenant's raw layer filled by hand: deliveries staged, chosen and loaded, without files or connectors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import duckdb

from ingest.envelope import QuarantineRow, RawRow
from ingest.extract import Known
from ingest.load import LoadReport, tenant_pipeline
from ingest.stage import Extracted, Kind, Stage, StagedDelivery
from warehouse.home import TenantHome

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Delivery:
    """A file: rows as (id, payload, updated) or, of a set, (key, id, payload); bad ones as (key or None, reason)."""

    name: str
    rows: Sequence[tuple[Any, ...]] = ()
    bad: Sequence[tuple[str | None, str]] = ()
    kind: Kind = "record"
    minutes: int = 0
    changed: bool = True
    source: str = "shop"
    is_report: bool = False

    @property
    def modified_at(self) -> datetime:
        return NOON + timedelta(minutes=self.minutes)


@dataclass
class RawLayer:
    """One tenant's pipeline, fed one refresh at a time."""

    root: Path
    notices: list[str] = field(default_factory=list)
    extracted: list[Extracted] = field(default_factory=list)

    @property
    def home(self) -> TenantHome:
        return TenantHome(self.root / "tenants" / "acme")

    def load(self, *deliveries: Delivery) -> LoadReport:
        """Stage the deliveries in the order of their times and names, and load what is new."""
        with (
            tenant_pipeline(self.home, "acme") as pipeline,
            Stage(self.home.stage_file, self.home.warehouse_file) as stage,
        ):
            cursor = pipeline.cursor
            for delivery in sorted(deliveries, key=lambda d: (d.minutes, d.name)):
                self.stage(stage, delivery)
                known = Known(table="", fingerprint=str(delivery.minutes), signature=None)
                cursor.setdefault(delivery.source, {})[delivery.name] = known
            self.extracted = stage.select()
            self.notices = stage.notices
            return pipeline.load(stage, self.extracted, cursor, NOON)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home.warehouse_file)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    def held(self, key: str) -> list[str]:
        """The members of a set as the star reads them: those of the load that brought its newest version."""
        found = self.query(
            f"""select m.source_id || '=' || m.payload from raw.vendor__lines as m join (
                    select max_by(_dlt_load_id, _dlt_load_id) as _dlt_load_id from raw._sets where set_key = '{key}'
                ) using (_dlt_load_id) where m.parent_id = '{key}' order by position"""
        )
        return [text for (text,) in found]

    @staticmethod
    def stage(stage: Stage, delivery: Delivery) -> None:
        stage.begin(
            StagedDelivery(
                table="vendor__lines" if delivery.kind == "set" else "vendor__orders",
                source_name=delivery.source,
                entity="lines" if delivery.kind == "set" else "orders",
                kind=delivery.kind,
                name=delivery.name,
                modified_at=delivery.modified_at,
                changed=delivery.changed,
                is_report=delivery.is_report,
            )
        )
        entries: list[tuple[Any, ...]] = [*delivery.rows, *(("bad", *bad) for bad in delivery.bad)]
        for line, entry in enumerate(entries, start=1):
            if entry[0] == "bad":
                stage.put(QuarantineRow(delivery.source, "", delivery.name, line, entry[2], None, None, entry[1]))
            elif delivery.kind == "set":
                key, member, payload = entry
                stage.put(_row(member, key, None, payload, delivery.name, line))
            else:
                record, payload, updated = entry
                updated_at = None if updated is None else NOON + timedelta(minutes=updated)
                stage.put(_row(record, None, updated_at, payload, delivery.name, line))


def _row(
    source_id: str, parent_id: str | None, updated_at: datetime | None, payload: str, file: str, line: int
) -> RawRow:
    digest = blake2b(payload.encode(), digest_size=16).hexdigest()
    return RawRow("", source_id, parent_id, updated_at, 0, payload, digest, file, line)
