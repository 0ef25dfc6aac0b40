"""The vocabulary that the files in ingest/connectors/ are written in, and the registry of what they declare."""

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Literal

from ingest.fields import FieldType
from warehouse.names import raw_table


@dataclass(frozen=True)
class Required:
    """A value without which a record is bad: one of `paths`, the first that is given counts."""

    paths: tuple[str, ...]
    type: FieldType


def required(*paths: str, type: FieldType) -> Required:
    """A required value, from the first of `paths` that a record gives."""
    return Required(paths, type)


@dataclass(frozen=True)
class Personal:
    """Where a vendor keeps personal data, beside what ingest.redaction drops for every vendor; keys count at any depth.

    dropped: keys whose values go. addresses: keys of address objects, of which only place and e-mail hash stay.
    kept_meta: prefixes of the `meta_data` keys that stay (every other one goes).
    """

    dropped: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    kept_meta: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Entity:
    """One kind of record that a vendor gives.

    kind: `record`, with an id and versions of its own, or `set`, whose members come and go under the key `parent`.
    wrapper, one: the keys under which the API wraps a list of records and a single one.
    parent: paths of the id of what a record belongs to, the first that is given counts; 0 is no id, and of a link the
    number that ends it counts. updated_at: path of the vendor's update time. day: paths of the time whose
    tenant-local date is the record's business day, the first that is given counts. total: path of the amount that
    reconciliation adds up. foreign: keys that no record of this entity has, but records of a sibling entity do.
    """

    connector: str
    name: str
    kind: Literal["record", "set"]
    wrapper: tuple[str, ...]
    one: tuple[str, ...]
    required: tuple[Required, ...]
    optional: Mapping[str, FieldType]
    id: str = "id"
    parent: tuple[str, ...] = ()
    updated_at: str | None = None
    day: tuple[str, ...] = ()
    total: str | None = None
    foreign: frozenset[str] = field(default_factory=frozenset)
    personal: Personal = field(default_factory=Personal)

    @cached_property
    def fields(self) -> Mapping[str, FieldType]:
        """Every typed path with its type."""
        return {**{path: item.type for item in self.required for path in item.paths}, **self.optional}

    @property
    def table(self) -> str:
        """The raw table of this entity."""
        return raw_table(self.connector, self.name)


@dataclass(frozen=True, eq=False)
class Connector:
    """One vendor. provides: what its data can answer (`store`); options: its own keys in tenants.yml."""

    name: str
    label: str
    provides: tuple[str, ...]
    options: frozenset[str]
    entities: tuple[Entity, ...]

    def entity(self, name: str) -> Entity:
        """The entity of that name; KeyError where there is none."""
        return {entity.name: entity for entity in self.entities}[name]


class _Registry(Mapping[str, Connector]):
    """The connectors by name: each module of ingest.connectors declares one as CONNECTOR.

    They are imported when first asked for, because they themselves import this module.
    """

    @staticmethod
    @cache
    def _connectors() -> dict[str, Connector]:
        package = import_module("ingest.connectors")
        names = [found.name for found in pkgutil.iter_modules(package.__path__)]
        connectors = [import_module(f"{package.__name__}.{name}").CONNECTOR for name in names]
        return {connector.name: connector for connector in connectors}

    def __getitem__(self, name: str) -> Connector:
        return self._connectors()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._connectors())

    def __len__(self) -> int:
        return len(self._connectors())


CONNECTORS: Mapping[str, Connector] = _Registry()


def connector_options() -> dict[str, frozenset[str]]:
    """The known connectors, each with its own keys in tenants.yml."""
    return {name: connector.options for name, connector in CONNECTORS.items()}


def siblings(entity: Entity) -> tuple[Entity, ...]:
    """The other entities of the same connector."""
    connector = CONNECTORS.get(entity.connector)
    return tuple(other for other in connector.entities if other is not entity) if connector else ()
