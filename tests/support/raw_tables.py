"""A tenant's raw tables filled by hand, without files, connectors or a load, and the models built over them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import dlt
import duckdb

from warehouse.assumptions import assumption_notices
from warehouse.build import BuildReport, run_dbt
from warehouse.home import TenantHome
from warehouse.names import raw_table
from warehouse.tenants import SourceConfig, Tenant

_COLUMNS = """source_name varchar, source_id varchar, parent_id varchar, updated_at timestamptz, position bigint,
              payload json, payload_hash varchar, file varchar, line bigint, loaded_at timestamptz,
              _dlt_load_id varchar, _dlt_id varchar"""
_SETS = "source_name varchar, entity varchar, set_key varchar, _dlt_load_id varchar"
_LOADED_AT = "2026-04-01 00:00:00+00"


@dataclass
class RawTables:
    """One tenant, `acme`, in New York and US dollars.

    sources: name → connector, or connector with settings as tenants.yml has them.
    """

    root: Path
    sources: Mapping[str, str | Mapping[str, Any]]
    _rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    _sets: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def home(self) -> TenantHome:
        return TenantHome(self.root / "acme")

    @property
    def tenant(self) -> Tenant:
        configs = {name: self._config(name) for name in self.sources}
        return Tenant(slug="acme", name="Acme", timezone="America/New_York", currency="USD", sources=configs)

    def records(self, source: str, entity: str, *payloads: Mapping[str, Any], id: str = "id") -> None:
        """Records of one version, each with the id that it holds under `id`."""
        for payload in payloads:
            self._add(source, entity, str(payload[id]), None, 0, payload, "100.1")

    def report(self, source: str, entity: str, key: str, *payloads: Mapping[str, Any], load: str = "100.1") -> None:
        """One version of the set of report rows of an account and day."""
        shape = self._config(source).shape
        self._rows.setdefault(raw_table(shape, entity), [])
        self._sets.append((source, entity, key, load))
        for position, payload in enumerate(payloads):
            self._add(source, entity, str(position), key, position, payload, load)

    def build(self) -> BuildReport:
        """Write the tables and run every model; there are no data tests in it."""
        self.home.work.mkdir(parents=True)
        with duckdb.connect(str(self.home.warehouse_file)) as connection:
            connection.execute("create schema raw")
            connection.execute(f"create table raw._sets ({_SETS})")
            connection.executemany("insert into raw._sets values (?, ?, ?, ?)", self._sets)
            for table, rows in self._rows.items():
                connection.execute(f"create table raw.{table} ({_COLUMNS})")
                connection.executemany(f"insert into raw.{table} values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        pipeline = dlt.pipeline(
            "acme",
            pipelines_dir=str(self.home.dlt),
            destination=dlt.destinations.duckdb(str(self.home.warehouse_file)),
            dataset_name="raw",
        )
        return run_dbt(self.tenant, self.home, pipeline, ["run"])

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query; the marts are in the schema gold."""
        with duckdb.connect(str(self.home.warehouse_file), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    def notices(self) -> Sequence[str]:
        """What the star had to assume."""
        with duckdb.connect(str(self.home.warehouse_file), read_only=True) as connection:
            return assumption_notices(connection)

    def _config(self, name: str) -> SourceConfig:
        said = self.sources[name]
        settings: dict[str, Any] = {"connector": said} if isinstance(said, str) else dict(said)
        connector, measures = settings.pop("connector"), settings.pop("measures", None)
        return SourceConfig(name=name, connector=connector, measures=measures, options=settings)

    def _add(
        self, source: str, entity: str, id: str, key: str | None, position: int, payload: Mapping[str, Any], load: str
    ) -> None:
        text = json.dumps(payload)
        digest = blake2b(text.encode(), digest_size=16).hexdigest()
        row = (
            source,
            id,
            key,
            None,
            position,
            text,
            digest,
            "a.jsonl",
            1,
            _LOADED_AT,
            load,
            f"{source}{id}{key}{load}",
        )
        self._rows.setdefault(raw_table(self._config(source).shape, entity), []).append(row)
