"""The product's figures of a published tenant and the oracle's of its files, side by side."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml
from oracle import DIMENSIONS, METRICS, Facts, dimensions_of, exports, read_tenant, value
from oracle_metrics import STORES, facts_of

from warehouse.answer import answer
from warehouse.catalog import Catalog
from warehouse.gold import open_gold
from warehouse.home import Home
from warehouse.query import MetricQuery
from warehouse.store import FileStore

Figures = Mapping[tuple[object, ...], Decimal | None]

SPLITS: tuple[tuple[str, ...], ...] = (
    (),
    *((name,) for name in sorted({n for names in DIMENSIONS.values() for n in names})),
)
"""No split, and each dimension by itself."""


class Compared:
    """One tenant as it was published, and the oracle's facts of its files."""

    def __init__(self, home: Path, slug: str) -> None:
        self.slug = slug
        settings = yaml.safe_load((home / "tenants.yml").read_text(encoding="utf-8"))["tenants"][slug]
        self.facts: Facts = read_tenant(exports(home, settings))
        version = FileStore(Home(home).tenant(slug)).current()
        assert version is not None
        self.catalog = Catalog.from_json(version.catalog_file.read_bytes())
        self.gold = open_gold(version.gold_file, temp_directory=home)
        self._asked: dict[object, dict[str, Figures]] = {}

    def ask(self, metric: str, group_by: tuple[str, ...] = (), grain: str | None = None) -> Figures:
        """The product's figures by group, blanks and zeros alike left out.

        Metrics of the same kind of fact are asked together, as many as one question may have.
        """
        together = next(batch for batch in batches(group_by) if metric in batch)
        key = (together, group_by, grain)
        if key not in self._asked:
            arguments = {"metrics": list(together), "group_by": list(group_by), **({"grain": grain} if grain else {})}
            # a question has at most 1,000 rows; the figures of a year by day are more
            question = MetricQuery.parse(arguments).model_copy(update={"limit": 1_000_000})
            given = answer(self.catalog, self.gold, question, datetime.now(UTC), 60)
            assert not given.truncated
            split = len(given.columns) - len(together)
            self._asked[key] = {
                name: significant({tuple(row[:split]): row[split + index] for row in given.rows})
                for index, name in enumerate(together)
            }
        return self._asked[key][metric]

    def count(self, metric: str, group_by: tuple[str, ...] = (), grain: str | None = None) -> Figures:
        """The oracle's."""
        counted = value(self.facts, metric, group_by, grain=grain)
        return significant(
            {tuple(str(k) if isinstance(k, date) else k for k in key): figure for key, figure in counted.items()}
        )


@cache
def batches(group_by: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The metrics that can be split so, in questions of at most ten that share facts of one kind."""
    kinds: dict[object, list[str]] = {}
    for metric in METRICS:
        if set(group_by) <= set(dimensions_of(metric)):
            facts = facts_of(metric)
            kinds.setdefault("stores" if facts <= STORES else facts, []).append(metric)
    return [tuple(named[start : start + 10]) for named in kinds.values() for start in range(0, len(named), 10)]


def significant(figures: Mapping[tuple[object, ...], object]) -> Figures:
    exact = {group: None if figure is None else Decimal(str(figure)) for group, figure in figures.items()}
    return {group: figure for group, figure in exact.items() if figure}


def differences(tenant: Compared, group_by: tuple[str, ...], grain: str | None) -> list[str]:
    """Where the product's figures are not the oracle's, each metric that can be split so."""
    found = []
    for batch in batches(group_by):
        for metric in batch:
            given, counted = tenant.ask(metric, group_by, grain), tenant.count(metric, group_by, grain)
            for group in sorted({*given, *counted}, key=str):
                if given.get(group) != counted.get(group):
                    found.append(f"{metric} {group}: given {given.get(group)}, counted {counted.get(group)}")
    return found
