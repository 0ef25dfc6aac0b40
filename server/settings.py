"""What a server process is told from outside: home, tenants served, limits, worker."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.errors import ConfigError, quoted
from warehouse.home import Home

QUERY_TIMEOUT = 30.0
MEMORY_LIMIT = "1GB"
OPEN_SNAPSHOTS = 8
# -P: a file named like a module in the folder the server was started from is not imported in its place
WORKER = (sys.executable, "-P", "-m", "ingest.worker")

_SIZE = re.compile(r"^\d+(\.\d+)?\s*(B|[KMGT]i?B)$", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """Settings of one server.

    home: the state folder; tenants: the slugs served, all of tenants.yml where None; query_timeout: seconds a
    question may take; memory_limit: what one open snapshot may use, in DuckDB's words (1GB); worker: the command
    that starts a refresh worker.
    """

    home: Home
    tenants: tuple[str, ...] | None = None
    query_timeout: float = QUERY_TIMEOUT
    memory_limit: str = MEMORY_LIMIT
    worker: tuple[str, ...] = field(default_factory=lambda: WORKER)

    @staticmethod
    def from_environment(
        home: Path | None = None, tenants: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
    ) -> "Settings":
        """Settings from `GATA_QUERY_TIMEOUT`, `GATA_MEMORY_LIMIT` and `GATA_HOME`, which `home` overrides.

        Raises ConfigError where a variable cannot be read.
        """
        return Settings(
            home=Home(home) if home is not None else Home.default(),
            tenants=tuple(tenants) if tenants else None,
            query_timeout=_seconds(environ.get("GATA_QUERY_TIMEOUT", "").strip()),
            memory_limit=_size(environ.get("GATA_MEMORY_LIMIT", "").strip()),
        )


def _seconds(text: str) -> float:
    if not text:
        return QUERY_TIMEOUT
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise ConfigError(f"GATA_QUERY_TIMEOUT is {quoted(text)}; give seconds above 0 and up to 3600, such as 30.")
    return seconds


def _size(text: str) -> str:
    if not text:
        return MEMORY_LIMIT
    if not _SIZE.match(text):
        raise ConfigError(f"GATA_MEMORY_LIMIT is {quoted(text)}; give a number with its unit, such as 1GB.")
    return text
