"""Sources of any connector beside a story's stores, with what tenants.yml says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import yaml
from story import Record, Store, Story


@dataclass(frozen=True)
class Source(Store):
    """A store or another source; settings: of tenants.yml beside connector and files (api, measures, currency …)."""

    settings: Mapping[str, Any] = field(default_factory=dict)


def source(name: str, connector: str, settings: Mapping[str, Any] | None = None, **entities: Sequence[Any]) -> Source:
    """A source with the records, or whole answers of the vendor, of each entity that it delivers first."""
    return Source(name, connector, entities, settings or {})


def graphql(name: str, *orders: Record, **entities: Sequence[Record]) -> Source:
    """A Shopify store read by the Admin GraphQL API."""
    return source(name, "shopify", {"api": "graphql"}, orders=orders, **entities)


def ecb_rates(name: str, *days: Mapping[str, str]) -> Source:
    """Reference rates: units for one euro by currency, beside `Date`."""
    return source(name, "ecb_rates", rates=days)


@dataclass
class Funnel(Story):
    """A story with sources of any connector."""

    def __post_init__(self) -> None:
        super().__post_init__()
        file = self.root / "tenants.yml"
        tenants = yaml.safe_load(file.read_text(encoding="utf-8"))
        for store in self.stores:
            if isinstance(store, Source):
                tenants["tenants"]["acme"]["sources"][store.name].update(store.settings)
        file.write_text(yaml.safe_dump(tenants), encoding="utf-8")

    def tell(self, store: Store, entity: str, *records: Any, refresh: int) -> None:
        """Deliver records in the second refresh (1), the third (2) …"""
        self.deliver(*records, name=f"{entity}-{refresh}.jsonl", source=store.name, minutes=60 * refresh)

    def rows(self, sql: str, version: int = -1) -> list[tuple[Any, ...]]:
        """Rows of one of the snapshots published, the newest unless told otherwise; instants are in UTC."""
        with duckdb.connect(str(self.published[version].gold_file), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()
