"""`gata-mcp doctor`: is everything in place that questions and refreshes need?"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from filelock import FileLock, Timeout
from pydantic import ValidationError

from ingest import runs
from ingest.connector import connector_options
from warehouse.catalog import Catalog
from warehouse.errors import ConfigError, GataError
from warehouse.home import Home, TenantHome
from warehouse.store import FileStore
from warehouse.tenants import Tenant, load_tenants

INSPECTOR_NODE = (22, 19)


@dataclass(frozen=True)
class Check:
    """One finding."""

    ok: bool
    what: str
    says: str


def examine(home: Home, only: str | None = None) -> Iterator[Check]:
    """Look at a home and its tenants, or at one tenant; changes nothing."""
    if not home.root.is_dir():
        yield Check(False, "home", f"{home.root} does not exist; run gata-mcp demo or gata-mcp init")
        return
    writable = os.access(home.root, os.W_OK)
    yield Check(writable, "home", f"{home.root}{'' if writable else ' cannot be written to'}")
    try:
        tenants = load_tenants(home.tenants_file, connector_options())
    except ConfigError as error:
        yield Check(False, "tenants.yml", str(error))
        return
    if only is not None and only not in tenants:
        yield Check(False, "tenants.yml", f"it has no tenant {only}")
        return
    yield Check(bool(tenants), "tenants.yml", f"{len(tenants)} tenants" if tenants else "no tenant is configured")
    for tenant in tenants.values():
        if only in (None, tenant.slug):
            yield from _tenant(tenant, home.tenant(tenant.slug))
    yield Check(True, "inspector", _inspector())


def _inspector() -> str:
    node = shutil.which("node")
    if node is None:
        return "node is not installed; only `mcp dev` needs it"
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    parts = said.removeprefix("v").split(".")
    # an older one gets, without a word, an inspector of years ago
    if not all(part.isdecimal() for part in parts[:2]) or (int(parts[0]), int(parts[1])) < INSPECTOR_NODE:
        return f"node {said} is older than {'.'.join(map(str, INSPECTOR_NODE))}, which `mcp dev`'s inspector wants"
    return f"node {said}"


def _tenant(tenant: Tenant, home: TenantHome) -> Iterator[Check]:
    for source in tenant.sources.values():
        what = f"{tenant.slug} source {source.name}"
        try:
            folder = source.folder()
        except GataError as error:
            yield Check(False, what, str(error))
        else:
            yield Check(True, what, f"{sum(1 for _ in folder.iterdir())} files in {folder}")
    yield _snapshot(f"{tenant.slug} snapshot", home)
    yield _lock(f"{tenant.slug} lock", home)
    run = runs.newest(home)
    if run is not None:
        why = f": {run.error.message}" if run.error else ""
        yield Check(run.status not in ("failed", "partial"), f"{tenant.slug} last refresh", f"{run.status}{why}")


def _snapshot(what: str, home: TenantHome) -> Check:
    version = FileStore(home).current()
    if version is None:
        return Check(False, what, "nothing has been published; run gata-mcp refresh")
    try:
        damaged = version.damaged()
        Catalog.from_json(version.catalog_file.read_bytes())
    except (OSError, ValidationError):
        damaged = [version.catalog_file.name]
    if damaged:
        return Check(False, what, f"{version.id} is damaged ({', '.join(damaged)}); run gata-mcp refresh --full")
    return Check(True, what, f"{version.id}, published {version.published_at:%Y-%m-%d %H:%M} UTC")


def _lock(what: str, home: TenantHome) -> Check:
    if not home.lock.exists():
        return Check(True, what, "free")
    try:
        with FileLock(home.lock, timeout=0):
            return Check(True, what, "free")
    except Timeout:
        return Check(True, what, "held: a refresh is running")
