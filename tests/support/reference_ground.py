"""What questions are asked of and answered twice: a drawn star, or a snapshot of the demo."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from gold import catalog_of, write_gold
from questions import Ground
from reference_answer import Expected, World, expected
from reference_calendar import Calendar, Refused
from reference_coverage import Source
from reference_difference import as_json, difference
from reference_metrics import DIMENSIONS, FACTS
from reference_rows import Engine, Rows
from reference_sql import Sql
from reference_stars import Star

from warehouse.answer import answer
from warehouse.catalog import Catalog
from warehouse.errors import CallerError
from warehouse.gold import open_gold
from warehouse.query import MetricQuery

Json = dict[str, object]


class Twice:
    """A gold file with the catalog's JSON, asked of the product and of the reference.

    rows: the facts, where the reference is to count them in plain Python instead of by SQL.
    """

    def __init__(self, gold: Path, catalog: str, days: list[date], engine: Engine | None = None) -> None:
        self.connection = open_gold(gold, temp_directory=gold.parent / "spill")
        self.catalog = Catalog.from_json(catalog)
        self.sql = Sql(self.connection)
        given = json.loads(catalog)
        tenant = given["tenant"]
        self.world = World(
            Calendar(tenant["timezone"], tenant["week_start"], tenant["fiscal_year_start"]),
            tuple(Source.of(source) for source in given["sources"]),
            engine or self.sql,
        )
        self.ground = Ground(
            timezone=tenant["timezone"],
            days=days,
            values={name: self._values(name) for name in DIMENSIONS},
            provided={tag for source in self.world.sources for tag in source.provides},
        )

    def ask(self, arguments: Mapping[str, object], now: datetime) -> Json | None:
        """The product's answer as JSON, None where it refuses."""
        try:
            found = answer(self.catalog, self.connection, MetricQuery.parse(arguments), now, deadline=60)
        except CallerError:
            return None
        return as_json(found.model_dump(mode="json"))

    def expected(self, arguments: Mapping[str, object], now: datetime, engine: Engine | None = None) -> Expected | None:
        """What the reference expects, None for a refusal."""
        world = World(self.world.calendar, self.world.sources, engine or self.world.engine)
        try:
            return expected(world, arguments, world.calendar.today(now))
        except Refused:
            return None

    def difference(self, arguments: Mapping[str, object], given: Json | None, now: datetime) -> str | None:
        """What is wrong with the product's answer, or refusal; None where nothing is."""
        right = self.expected(arguments, now)
        if given is None:
            return None if right is None else "refused, and should be answered"
        return "answered, and should be refused" if right is None else difference(right, given)

    def _values(self, name: str) -> list[str]:
        tables = [fact.table for fact in FACTS.values() if name in fact.dimensions]
        union = " union all ".join(f'select "{name}" as value from {table}' for table in tables)
        found = self.connection.cursor().execute(
            f"select value from ({union}) where value is not null group by 1 order by count(*) desc, 1 limit 40"
        )
        return [str(value) for (value,) in found.fetchall()]

    def close(self) -> None:
        self.connection.close()


def of_star(drawn: Star, folder: Path) -> Twice:
    """A drawn star, counted in plain Python by the reference."""
    gold = folder / "gold.duckdb"
    write_gold(gold, drawn.tables)
    catalog = catalog_of(gold, drawn.sources, **drawn.settings)
    return Twice(gold, catalog.to_json(), list(drawn.days), Rows(drawn.tables))


def of_demo(home: Path, slug: str, seed: int) -> Twice:
    """A demo tenant's snapshot, read by the reference through SQL; zone, week and fiscal year, and the days that
    sources have, are drawn anew."""
    random = Random(seed)
    folder = home / "tenants" / slug
    snapshot = folder / "snapshots" / (folder / "current").read_text(encoding="utf-8").strip()
    catalog = json.loads((snapshot / "catalog.json").read_text(encoding="utf-8"))
    catalog["tenant"] |= {
        "week_start": random.choice(["monday", "sunday", "saturday"]),
        "fiscal_year_start": random.choice([1, 2, 4, 10]),
    }
    sources = [source for source in catalog["sources"] if source["first_day"]]
    first = date.fromisoformat(min(source["first_day"] for source in sources))
    last = date.fromisoformat(max(source["data_through"] for source in sources))
    for source in random.sample(sources, random.choice([0, 1, 2])):
        source["first_day"] = str(first + timedelta(days=random.randint(0, 200)))
        source["data_through"] = str(last - timedelta(days=random.randint(0, 100)))
    days = [first, last, *(first + (last - first) * at / 40 for at in range(1, 40))]
    ends = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 31), date(2026, 10, 25)]
    return Twice(snapshot / "gold.duckdb", json.dumps(catalog), [*days, *ends])
