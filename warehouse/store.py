"""Where gold lives: snapshots as folders of files, and the pointer to the current one.

The one seam between the pipeline, the queries and the storage: ensure, writer, publish, current, reader, expire.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from warehouse.errors import RefreshError
from warehouse.home import TenantHome, replace_text

if TYPE_CHECKING:
    import duckdb

KEPT_SNAPSHOTS = 3
SNAPSHOT_ID = r"^\d{8}T\d{6}Z-[0-9a-f]{6}$"
_VERSION = re.compile(SNAPSHOT_ID)


@dataclass(frozen=True)
class Version:
    """One published snapshot: an immutable folder whose name is its id, sortable by age."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def gold_file(self) -> Path:
        return self.folder / "gold.duckdb"

    @property
    def catalog_file(self) -> Path:
        return self.folder / "catalog.json"

    @property
    def fingerprint_file(self) -> Path:
        return self.folder / "fingerprint"

    @property
    def checksum_file(self) -> Path:
        return self.folder / "checksum"

    @property
    def published_at(self) -> datetime:
        return datetime.strptime(self.id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    def damaged(self) -> list[str]:
        """The names of the files that are missing or not what was published."""
        listed = (line.split("  ", 1) for line in self.checksum_file.read_text(encoding="utf-8").splitlines())
        return [name for digest, name in listed if _digest(self.folder / name) != digest]


def new_version_id() -> str:
    """An id for a snapshot published now: UTC time and six random hex digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}Z-{os.urandom(3).hex()}"


class FileStore:
    """The snapshots of one tenant in its folder."""

    def __init__(self, home: TenantHome) -> None:
        self._home = home

    def ensure(self) -> None:
        """Create the tenant's folders where they are missing."""
        for folder in (self._home.work, self._home.snapshots, self._home.runs):
            folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def writer(self) -> Iterator[Path]:
        """The work database, for as long as the tenant's lock is held.

        Raises RefreshError of kind locked where another process holds it; it does not wait.
        """
        self.ensure()
        try:
            lock = FileLock(self._home.lock, timeout=0).acquire()
        except Timeout as error:
            raise RefreshError("locked", "Another refresh of this tenant is running; wait until it is done.") from error
        with lock:
            self._sweep()
            yield self._home.warehouse_file

    def publish(self, version_id: str, write: Callable[[Path], None]) -> Version:
        """Make a snapshot the current one; `write` fills its folder.

        The folder gets its final name only when it is complete and on disk, and the pointer moves after that: who
        reads sees the snapshot before or this one. The caller holds the writer.
        """
        part = self._home.snapshots / f".{version_id}.part"
        part.mkdir(parents=True)
        write(part)
        names = sorted(file.name for file in part.iterdir())
        (part / "checksum").write_text("".join(f"{_digest(part / name)}  {name}\n" for name in names), encoding="utf-8")
        for name in [*names, "checksum"]:
            _sync(part / name)
        _sync(part)
        version = Version(part.rename(self._home.snapshots / version_id))
        _sync(self._home.snapshots)
        replace_text(self._home.current, version.id)
        self.expire()
        return version

    def current(self) -> Version | None:
        """The snapshot that is served, None before the first one."""
        try:
            name = self._home.current.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        version = Version(self._home.snapshots / name)
        return version if _VERSION.match(name) and version.gold_file.is_file() else None

    def kept(self) -> list[Version]:
        """The snapshots that can still be read, the newest first."""
        folders = self._home.snapshots.iterdir() if self._home.snapshots.is_dir() else ()
        names = sorted((folder.name for folder in folders if _VERSION.match(folder.name)), reverse=True)
        versions = [Version(self._home.snapshots / name) for name in names]
        return [version for version in versions if version.gold_file.is_file()]

    def reader(
        self, version: Version, *, temp_directory: Path, memory_limit: str = "1GB", threads: int = 2
    ) -> "duckdb.DuckDBPyConnection":
        """A read-only connection to a snapshot, as open_gold gives it."""
        # imported here: starting a server must not wait for DuckDB
        from warehouse.gold import open_gold

        return open_gold(version.gold_file, temp_directory=temp_directory, memory_limit=memory_limit, threads=threads)

    def expire(self, keep: int = KEPT_SNAPSHOTS) -> None:
        """Remove all but the newest `keep` snapshots; never the current one."""
        current = self.current()
        folders = sorted(folder for folder in self._home.snapshots.iterdir() if _VERSION.match(folder.name))
        for folder in folders[:-keep]:
            if current is None or folder.name != current.id:
                # a reader on Windows may still hold a file: the next publish tries again
                shutil.rmtree(folder, ignore_errors=True)

    def _sweep(self) -> None:
        # what a killed process left half written; nobody else writes while the lock is held
        for part in self._home.snapshots.glob(".*.part"):
            shutil.rmtree(part, ignore_errors=True)


def _digest(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows gives no handle on a folder
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
