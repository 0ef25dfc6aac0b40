"""What the registry and the verification are told of a tenant's sources: their entities, as the connectors declare."""

from collections.abc import Iterator

from ingest.connector import CONNECTORS, Connector, Entity
from warehouse.registry import AddedUp, SourceEntity
from warehouse.tenants import SourceConfig, Tenant


def source_entities(tenant: Tenant) -> list[SourceEntity]:
    """Every entity of every configured source, in their order."""
    return list(_entities(tenant))


def _entities(tenant: Tenant) -> Iterator[SourceEntity]:
    for source in tenant.sources.values():
        connector = CONNECTORS[source.shape]
        for entity in connector.entities:
            yield _declared(source, connector, entity)


def _declared(source: SourceConfig, connector: Connector, entity: Entity) -> SourceEntity:
    return SourceEntity(
        source_name=source.name,
        connector=connector.name,
        api=connector.api,
        shape=connector.shape,
        entity=entity.name,
        table=entity.table,
        kind=entity.kind,
        feeds=entity.feeds,
        embeds=entity.embeds,
        required=frozenset(path for item in entity.required for path in item.paths),
        read=frozenset(entity.fields),
        totals={name: AddedUp(total.paths, total.factor) for name, total in entity.totals.items()},
        nulls=entity.nulls,
    )
