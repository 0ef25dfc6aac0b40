"""The vocabulary that the files in ingest/connectors/ are written in, and the registry of what they declare."""

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Literal

from ingest.fields import FieldType
from warehouse.names import raw_table
from warehouse.tenants import ConnectorOptions


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
    persons: keys of objects that describe a person. kept: keys that are no personal data here, whatever they are
    elsewhere. kept_meta: prefixes of the `meta_data` keys that stay (every other one goes).
    """

    dropped: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    kept_meta: tuple[str, ...] = ()


@dataclass(frozen=True)
class Total:
    """What reconciliation adds up of a record: the first of `paths` that is given, times `factor`, a decimal."""

    paths: tuple[str, ...]
    factor: str = "1"


@dataclass(frozen=True, eq=False)
class Entity:
    """One kind of record that a vendor gives, in the form of one of its APIs (its shape).

    kind: `record`, with an id and versions of its own, or `set`, whose members come and go under a key: that of the
    record they belong to (`parent`), or that of a report's account and day (`key`).
    wrapper, one: the keys under which the API wraps a list of records and a single one.
    id: the path of the id, or several whose values make it up, joined by `|` with an absent one's place left empty;
    id_optional: columns that some reports have besides, joined as name=value where a row has them; id_else: paths
    that make up the id of a record without any of `id`. A part of FieldType.DAY is written YYYY-MM-DD.
    key: the parts of a report set's key, each with alternative paths of which the first that is given counts; joined
    like an id's. A key needs its parts of FieldType.DAY; another that is absent leaves its place empty.
    parent: paths of the id of what a record belongs to, the first that is given counts; 0 is no id, and of a link the
    number that ends it counts. updated_at: path of the vendor's update time. day: paths of the time whose
    tenant-local date is the record's business day, the first that is given counts. totals: the amounts that
    reconciliation adds up, by name. foreign: keys that no record of this entity has, but records of
    a sibling entity do.
    nulls: texts that stand for no value, besides blank ones (`-`, `--`).
    csv: files are also read as tables with a heading, a row being a record of texts.
    unfold: the vendor's document, page or line → its records; what it does not know it gives back as it is.
    children: of a bulk file, in which the parts of a record come as lines of their own after it, the type of a part's
    id (`LineItem` of gid://shopify/LineItem/1) → the list that it is put into; empty where there are no such files.
    master: the master model that it feeds, platform_mm__<master>; its own name where none is given. embeds: the master
    models whose records stand inside its records, each with the key that holds them.
    """

    shape: str
    name: str
    kind: Literal["record", "set"]
    wrapper: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    required: tuple[Required, ...] = ()
    optional: Mapping[str, FieldType] = field(default_factory=dict)
    id: str | tuple[str, ...] = "id"
    id_optional: tuple[str, ...] = ()
    id_else: tuple[str, ...] = ()
    key: tuple[tuple[str, ...], ...] = ()
    parent: tuple[str, ...] = ()
    updated_at: str | None = None
    day: tuple[str, ...] = ()
    totals: Mapping[str, Total] = field(default_factory=dict)
    foreign: frozenset[str] = field(default_factory=frozenset)
    personal: Personal = field(default_factory=Personal)
    nulls: frozenset[str] = field(default_factory=frozenset)
    csv: bool = False
    unfold: Callable[[object], Iterable[object]] | None = None
    children: Mapping[str, str] = field(default_factory=dict)
    master: str | None = None
    embeds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def fields(self) -> Mapping[str, FieldType]:
        """Every typed path with its type."""
        return {**{path: item.type for item in self.required for path in item.paths}, **self.optional}

    @property
    def ids(self) -> tuple[str, ...]:
        """The paths whose values make up the id."""
        return (self.id,) if isinstance(self.id, str) else self.id

    @property
    def feeds(self) -> str:
        """The master model that it feeds, without its prefix."""
        return self.master or self.name

    @property
    def table(self) -> str:
        """The raw table of this entity."""
        return raw_table(self.shape, self.name)


@dataclass(frozen=True, eq=False)
class Connector:
    """One vendor, in the form of one of its APIs.

    provides: what its data can answer (`store`); options: its own keys in tenants.yml. api: which of the vendor's APIs
    this is, where it has several; is_default: whether a source that names none means this one. traps: what the vendor's
    data holds in store for a reader, and what becomes of it, in sentences for docs/connectors.md.
    """

    name: str
    label: str
    provides: tuple[str, ...]
    options: frozenset[str]
    entities: tuple[Entity, ...]
    api: str | None = None
    is_default: bool = True
    traps: tuple[str, ...] = ()

    @property
    def shape(self) -> str:
        """The name of connector and API together, by which the registry, raw tables and field maps go."""
        return self.name if self.is_default else f"{self.name}_{self.api}"

    def entity(self, name: str) -> Entity:
        """The entity of that name; KeyError where there is none."""
        return {entity.name: entity for entity in self.entities}[name]


class _Registry(Mapping[str, Connector]):
    """The connectors by shape: each module of ingest.connectors declares one as CONNECTOR.

    They are imported when first asked for, because they themselves import this module.
    """

    @staticmethod
    @cache
    def _connectors() -> dict[str, Connector]:
        package = import_module("ingest.connectors")
        names = [found.name for found in pkgutil.iter_modules(package.__path__)]
        connectors = [import_module(f"{package.__name__}.{name}").CONNECTOR for name in names]
        return {connector.shape: connector for connector in connectors}

    def __getitem__(self, name: str) -> Connector:
        return self._connectors()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._connectors())

    def __len__(self) -> int:
        return len(self._connectors())


CONNECTORS: Mapping[str, Connector] = _Registry()


def connector_options() -> dict[str, ConnectorOptions]:
    """The known connectors by name, each with its own keys in tenants.yml and its APIs, the default first."""
    options: dict[str, ConnectorOptions] = {}
    for connector in sorted(CONNECTORS.values(), key=lambda connector: not connector.is_default):
        known = options.get(connector.name, ConnectorOptions())
        apis = (connector.api,) if connector.api else ()
        options[connector.name] = ConnectorOptions(known.keys | connector.options, known.apis + apis)
    return options


def siblings(entity: Entity) -> tuple[Entity, ...]:
    """The other entities of the same shape."""
    connector = CONNECTORS.get(entity.shape)
    return tuple(other for other in connector.entities if other is not entity) if connector else ()
