"""What golden questions are asked of: the demo's tenants and a shop made for its calendar; and `book`, the facts as the
SQL beside the questions reads them (golden_book.sql)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from gold import catalog_of, source, write_gold

from warehouse.answer import Answer, answer
from warehouse.catalog import Catalog
from warehouse.gold import open_gold
from warehouse.home import Home
from warehouse.query import MetricQuery
from warehouse.store import FileStore

CALENDAR_SHOP = "calendar_shop"

_HERE = Path(__file__).parent


class Ground:
    """One tenant's gold: asked through the product, and by SQL over `book` and the marts themselves."""

    def __init__(self, catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> None:
        self.catalog = catalog
        self._connection = connection
        self._by_hand = connection.cursor()
        self._by_hand.execute((_HERE / "golden_book.sql").read_text(encoding="utf-8"))

    def ask(self, call: Mapping[str, object], now: str, settings: Mapping[str, object]) -> Answer:
        """The product's answer. now: the wall clock of the tenant, or an instant with Z; settings: of tenants.yml."""
        told = datetime.fromisoformat(now)
        at = told if told.tzinfo else told.replace(tzinfo=ZoneInfo(self.catalog.tenant.timezone))
        tenant = self.catalog.tenant.model_copy(update=dict(settings))
        catalog = self.catalog.model_copy(update={"tenant": tenant})
        return answer(catalog, self._connection, MetricQuery.parse(call), at, deadline=30)

    def by_hand(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of SQL that knows nothing of the product's."""
        return list(self._by_hand.execute(sql).fetchall())


@contextmanager
def demo_ground(home: Path, slug: str, spill: Path) -> Iterator[Ground]:
    """A tenant of the demo as it was published."""
    version = FileStore(Home(home).tenant(slug)).current()
    assert version is not None
    with open_gold(version.gold_file, temp_directory=spill) as connection:
        yield Ground(Catalog.from_json(version.catalog_file.read_bytes()), connection)


@contextmanager
def calendar_shop(folder: Path) -> Iterator[Ground]:
    """A shop in New York with an order every day from 2019 to 2027 (golden_shop.sql)."""
    path = folder / "gold.duckdb"
    write_gold(path, {})
    with duckdb.connect(str(path)) as filling:
        filling.execute((_HERE / "golden_shop.sql").read_text(encoding="utf-8"))
    stores = [source(name, "shopify", "2019-01-01", "2027-12-31") for name in ("north", "south")]
    catalog = catalog_of(path, stores, slug=CALENDAR_SHOP)
    with open_gold(path, temp_directory=folder / "spill") as connection:
        yield Ground(catalog, connection)
