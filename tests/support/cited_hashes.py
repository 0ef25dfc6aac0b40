"""The oracle's cited payloads, hashed as the product hashes what it reads.

The oracle says which record bears a row; the envelope alone says what its hash is, as it redacts first.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date

from oracle import Facts
from oracle_lineage import bearing_rows
from oracle_records import Bearer

from ingest.connector import CONNECTORS, Entity
from ingest.envelope import Envelope, RawRow
from ingest.records import FileRecord
from ingest.redaction import Redactor
from warehouse.tenants import Tenant

Hash = tuple[str, str]
"""Source and payload hash."""


class Citations:
    """The payloads behind the oracle's figures of one tenant. salt: of the tenant's hashes."""

    def __init__(self, facts: Facts, tenant: Tenant, salt: bytes) -> None:
        self._facts = facts
        self._tenant = tenant
        self._redactor = Redactor(salt, tenant.keep_pii)
        self._hashes: dict[int, str] = {}
        self._orders = self._orders_of_refunds()

    def of(self, metric: str, where: Iterable[Mapping[str, object]], start: date | None, end: date | None) -> set[Hash]:
        """The payloads that bear a metric, as its lineage should name them."""
        rows = bearing_rows(self._facts, metric, where, start, end)
        return {self._hash(str(row["source_name"]), row["bearer"]) for _, row in rows}

    def _orders_of_refunds(self) -> dict[tuple[str, str], Bearer]:
        # told by its order and by itself a refund of Shopify's is one record in two places: the order's is named
        found = {}
        for row in self._facts.orders:
            source, bearer = str(row["source_name"]), row["bearer"]
            if isinstance(bearer, Bearer) and self._tenant.sources[source].shape == "shopify":
                inside = bearer.payload.get("refunds")
                for refund in inside if isinstance(inside, list) else ():
                    found[source, str(refund["id"])] = bearer
        return found

    def _hash(self, source: str, bearer: object) -> Hash:
        assert isinstance(bearer, Bearer)
        if bearer.entity == "refunds":
            bearer = self._orders.get((source, bearer.source_id), bearer)
        known = self._hashes.get(id(bearer.payload))
        if known is None:
            known = self._hashes[id(bearer.payload)] = self._hashed(source, bearer)
        return source, known

    def _hashed(self, source: str, bearer: Bearer) -> str:
        entity = self._entity(source, bearer.entity)
        value: object = deepcopy(bearer.payload)
        if entity.unfold is not None:
            [value] = entity.unfold(value)
        row = Envelope(source, entity, self._redactor).wrap(FileRecord(value, "", 1))
        assert isinstance(row, RawRow), row.reason
        return row.payload_hash

    def _entity(self, source: str, name: str) -> Entity:
        entities = CONNECTORS[self._tenant.sources[source].shape].entities
        return next(entity for entity in entities if entity.name == name)
