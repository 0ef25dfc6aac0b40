"""Snapshots published from rows made by hand."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from gold import Row, catalog_of, write_gold

from warehouse.catalog import CatalogSource
from warehouse.home import Home
from warehouse.store import FileStore, Version, new_version_id


def publish(
    home: Home,
    slug: str,
    rows: Mapping[str, Iterable[Row]],
    sources: Iterable[CatalogSource],
    version_id: str | None = None,
    **changes: object,
) -> Version:
    """Publish a snapshot for the tenant `slug`; changes: as for `gold.catalog_of`."""
    version_id = version_id or new_version_id()

    def write(folder: Path) -> None:
        gold = folder / "gold.duckdb"
        write_gold(gold, rows)
        catalog = catalog_of(gold, sources, slug=slug, **changes)
        named = catalog.model_copy(update={"snapshot": version_id})
        (folder / "catalog.json").write_text(named.to_json(), encoding="utf-8")

    store = FileStore(home.tenant(slug))
    with store.writer():
        return store.publish(version_id, write)
