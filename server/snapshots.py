"""The published snapshots that are open: their catalogs, and a pooled read-only connection each."""

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from warehouse.catalog import Catalog
from warehouse.errors import NoSnapshotError, UnknownNameError
from warehouse.home import Home
from warehouse.store import FileStore, Version

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)

_NOTHING = "Nothing has been published for this tenant yet: refresh it first (refresh_tenant)."
_DAMAGED = "The published snapshot cannot be read: refresh the tenant with full=true to publish a new one."


class Snapshot:
    """One immutable snapshot: its catalog, and a connection that is opened when first asked for."""

    def __init__(self, snapshot: str, catalog: Catalog, connect: "Callable[[], duckdb.DuckDBPyConnection]") -> None:
        self.id = snapshot
        self.catalog = catalog
        self.readers = 0
        self._connect = connect
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def connection(self) -> "duckdb.DuckDBPyConnection":
        """The connection whose cursors run the questions; it runs none itself."""
        with self._lock:
            if self._connection is None:
                self._connection = self._connect()
            return self._connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _kept(store: FileStore, snapshot_id: str) -> Version:
    kept = {version.id: version for version in store.kept()}
    if snapshot_id not in kept:
        raise UnknownNameError("snapshot", snapshot_id, kept, "Leave it out for the current one.")
    return kept[snapshot_id]


class Snapshots:
    """The snapshots of a home that were asked most recently; at most `most` stay open when nobody reads them."""

    def __init__(self, home: Home, memory_limit: str, most: int) -> None:
        self._home = home
        self._memory_limit = memory_limit
        self._most = most
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, str], Snapshot] = OrderedDict()

    @contextmanager
    def current(self, tenant: str, snapshot_id: str | None = None) -> Iterator[Snapshot]:
        """The tenant's current snapshot, or one that is still kept, open for the block. The pointer is read each time.

        Raises NoSnapshotError where nothing has been published, or what was cannot be read, UnknownNameError where the
        snapshot asked for is not kept.
        """
        store = FileStore(self._home.tenant(tenant))
        version = store.current()
        if version is None:
            raise NoSnapshotError(_NOTHING)
        if snapshot_id is not None and snapshot_id != version.id:
            version = _kept(store, snapshot_id)
        with self._lock:
            snapshot = self._open.get((tenant, version.id))
            if snapshot is None:
                spill, limit = self._spill(tenant), self._memory_limit
                connect = partial(store.reader, version, temp_directory=spill, memory_limit=limit)
                snapshot = Snapshot(version.id, self._catalog(version), connect)
                self._open[tenant, version.id] = snapshot
            self._open.move_to_end((tenant, version.id))
            snapshot.readers += 1
        try:
            yield snapshot
        finally:
            with self._lock:
                snapshot.readers -= 1
                self._evict()

    def catalog(self, tenant: str) -> Catalog | None:
        """The catalog of the tenant's current snapshot, which is not kept open for it; None where there is none."""
        version = FileStore(self._home.tenant(tenant)).current()
        if version is None:
            return None
        with self._lock:
            snapshot = self._open.get((tenant, version.id))
        try:
            return snapshot.catalog if snapshot else self._catalog(version)
        except NoSnapshotError:
            return None

    def close(self) -> None:
        """Close every snapshot that nobody is reading."""
        with self._lock:
            self._evict(most=0)

    def _spill(self, tenant: str) -> Path:
        # DuckDB makes it when a sort needs it and removes it on closing; two processes must not share one
        return self._home.tenant(tenant).root / f".spill-{secrets.token_hex(8)}"

    def __len__(self) -> int:
        return len(self._open)

    def _evict(self, most: int | None = None) -> None:
        # by id, not by use: one that was asked for by its id must not close the current one
        newest = {tenant: version for tenant, version in sorted(self._open)}
        left = [key for key, snapshot in self._open.items() if snapshot.readers == 0]
        superseded = [key for key in left if newest[key[0]] != key[1]]
        excess = len(self._open) - len(superseded) - (self._most if most is None else most)
        oldest = [key for key in left if key not in superseded][: max(excess, 0)]
        for key in [*superseded, *oldest]:
            self._open.pop(key).close()

    @staticmethod
    def _catalog(version: Version) -> Catalog:
        try:
            return Catalog.from_json(version.catalog_file.read_bytes())
        except (OSError, ValidationError) as error:
            logger.exception("the catalog of snapshot %s cannot be read", version.id)
            raise NoSnapshotError(_DAMAGED) from error
