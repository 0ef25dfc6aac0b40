"""`gata-mcp doctor`: is everything in place that questions and refreshes need?"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
from filelock import FileLock, Timeout
from pydantic import ValidationError

from ingest import runs
from ingest.connector import connector_options
from warehouse import registry
from warehouse.catalog import Catalog
from warehouse.drift import Change
from warehouse.errors import ConfigError, GataError
from warehouse.home import Home, TenantHome
from warehouse.metrics_file import MetricsFile
from warehouse.snapshot_history import snapshot_history
from warehouse.store import FileStore, Version
from warehouse.tenants import Tenant, load_tenants

INSPECTOR_NODE = (22, 19)
SHOWN = 10  # snapshots, and changes of form


@dataclass(frozen=True)
class Check:
    """One finding."""

    ok: bool
    what: str
    says: str


def examine(home: Home, only: str | None = None) -> Iterator[Check]:
    """Look at a home and its tenants, or at one tenant more closely; changes nothing."""
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
    if nobodys := _for_nobody(home, tenants):
        yield Check(False, "metrics.yml", f"for no tenant of tenants.yml: {', '.join(nobodys)}; correct their tenants")
    for tenant in tenants.values():
        if only in (None, tenant.slug):
            yield from _tenant(tenant, home.tenant(tenant.slug))
            if only is not None:
                yield from _registry(tenant.slug, home.tenant(tenant.slug))
                yield from _history(tenant.slug, FileStore(home.tenant(tenant.slug)).current())
    yield Check(True, "inspector", _inspector())


def _for_nobody(home: Home, tenants: Mapping[str, Tenant]) -> list[str]:
    """The own metrics whose tenants do not exist."""
    others = [MetricsFile.read(home.metrics_file, slug).others for slug in tenants]
    return sorted(frozenset.intersection(*others)) if others else []


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
    yield from _own_metrics(f"{tenant.slug} metrics", tenant, home)
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


def _own_metrics(what: str, tenant: Tenant, home: TenantHome) -> Iterator[Check]:
    file = MetricsFile.read(home.metrics_file, tenant.slug)
    version = FileStore(home).current()
    try:
        catalog = Catalog.from_json(version.catalog_file.read_bytes()) if version else None
    except (OSError, ValidationError):
        return  # the check of the snapshot has told it
    if catalog is None or catalog.metrics_digest != file.digest:
        if file != MetricsFile():
            yield Check(
                not file.faults, what, "; ".join([*file.faults.values(), "it is served from the next refresh on"])
            )
        return
    own = [name for name, metric in catalog.metrics.items() if metric.own]
    if file.digest:
        count = "1 metric is" if len(own) == 1 else f"{len(own)} metrics are"
        yield Check(True, what, f"{count} served{': ' if own else ''}{', '.join(own)}")
    for notice in catalog.metric_notices.values():
        yield Check(False, what, notice)


def _registry(slug: str, home: TenantHome) -> Iterator[Check]:
    if not home.warehouse_file.is_file():
        return
    # the file is the worker's: it is looked at only while nobody refreshes, and nobody can begin to
    try:
        with (
            FileLock(home.lock, timeout=0),
            duckdb.connect(str(home.warehouse_file), read_only=True) as connection,
        ):
            known, changes = registry.registered(connection), registry.drift(connection, SHOWN)
    except (Timeout, duckdb.Error):
        yield Check(True, f"{slug} registry", "it cannot be read while a refresh is running")
        return
    for entity in known:
        api = f" ({entity.api})" if entity.api else ""
        paths = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(entity.verdicts.items()))
        newest = f"{_loads(entity.loads)}, paths of the newest: {paths}"
        gone = f"; gone: {', '.join(entity.missing)}" if entity.missing else ""
        yield Check(
            True,
            f"{slug} {entity.source_name} {entity.entity}",
            f"{entity.connector}{api} → {entity.master_model}; {newest}{gone}",
        )
    for load, source, name, change in changes:
        yield Check(True, f"{slug} drift", f"{_day(load)} {source} {name}: {_told(change)}")


def _loads(count: int) -> str:
    return "1 load" if count == 1 else f"{count:,} loads"


def _day(load_id: str) -> str:
    # dlt names a load after its time
    return f"{datetime.fromtimestamp(float(load_id), UTC):%Y-%m-%d}"


def _told(change: Change) -> str:
    match change.kind:
        case "gone":
            return f"{change.path} is gone (it stood in {change.was}, now in {change.now})"
        case "new":
            return f"{change.path} is new (in {change.now})"
        case "renamed":
            return f"{change.path} is now called {change.now}"
        case "retyped":
            return f"{change.path} has another type: {change.was}, now {change.now}"
        case "unknown status":
            return f'the status "{change.now}" is not known and stands as pending'
        case "capped":
            return f"its {change.now} rarest paths are not watched"


def _history(slug: str, version: Version | None) -> Iterator[Check]:
    for entry in snapshot_history(version)[-SHOWN:]:
        rows = ", ".join(f"{mart} {count:,}" for mart, count in entry.rows.items())
        yield Check(True, f"{slug} published", f"{entry.snapshot}: {_loads(entry.loads)}; {rows}")


def _lock(what: str, home: TenantHome) -> Check:
    if not home.lock.exists():
        return Check(True, what, "free")
    try:
        with FileLock(home.lock, timeout=0):
            return Check(True, what, "free")
    except Timeout:
        return Check(True, what, "held: a refresh is running")
