"""Which tenants this server serves."""

import logging
import threading

from ingest.connector import connector_options
from warehouse.errors import BadValueError, ConfigError, UnknownNameError
from warehouse.home import Home
from warehouse.tenants import Tenant, load_tenants

logger = logging.getLogger(__name__)

_NAMED = 5  # up to so many tenants are named in a refusal
NO_TENANTS = "No tenant is configured. Run `gata-mcp demo` for a demo, or `gata-mcp init` and fill in tenants.yml."


class Served:
    """The tenants of a home, or those of `only`; tenants.yml is read again when it changes."""

    def __init__(self, home: Home, only: tuple[str, ...] | None = None) -> None:
        self._file = home.tenants_file
        self._only = only
        self._lock = threading.Lock()
        self._read_at: tuple[int, int] | None = None
        self._tenants: dict[str, Tenant] = {}

    def tenants(self) -> dict[str, Tenant]:
        """The served tenants by slug, in the order of tenants.yml.

        Raises ConfigError where tenants.yml cannot be used.
        """
        with self._lock:
            stamp = self._stamp()
            if stamp is None:
                return {}
            if stamp != self._read_at:
                self._tenants = self._load()
                self._read_at = stamp
            return self._tenants

    def tenant(self, name: str | None) -> Tenant:
        """The tenant of that name, or the only one served where no name is given.

        Raises UnknownNameError, and BadValueError where a name is needed; neither names a tenant that is not served.
        """
        tenants = self.tenants()
        if not tenants:
            raise BadValueError(NO_TENANTS)
        if name is None:
            if len(tenants) > 1:
                raise BadValueError(f"Which tenant? {_choice(tenants)}")
            return next(iter(tenants.values()))
        if name not in tenants:
            raise UnknownNameError("tenant", name, tenants, _choice(tenants))
        return tenants[name]

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError:
            return (0, 0)
        return status.st_mtime_ns, status.st_size

    def _load(self) -> dict[str, Tenant]:
        try:
            tenants = load_tenants(self._file, connector_options())
        except ConfigError:
            if self._only is None:
                raise
            # the mistake may stand at a tenant that this server must not speak of
            logger.exception("tenants.yml cannot be used")
            raise ConfigError("tenants.yml cannot be used; its owner sees why with `gata-mcp doctor`.") from None
        if self._only is None:
            return tenants
        for name in self._only:
            if name not in tenants:
                logger.warning("tenant %r is to be served but is not in tenants.yml", name)
        return {slug: tenant for slug, tenant in tenants.items() if slug in self._only}


def _choice(tenants: dict[str, Tenant]) -> str:
    if len(tenants) > _NAMED:
        return "Call list_metrics to see the tenants."
    return f"Tenants: {', '.join(tenants)}."
