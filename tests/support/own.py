"""A gold of every fact with a metrics.yml over it, to be asked."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from funnel import FUNNEL, funnel
from gold import Asked, write_gold

from warehouse.catalog import Catalog, CatalogSource
from warehouse.metrics_file import FILE, MetricsFile
from warehouse.own_metrics import with_own_metrics


def entry(**formula: object) -> dict[str, object]:
    """One metric of a metrics.yml."""
    return {"description": "As the operator says.", **formula}


def read(folder: Path, metrics: Mapping[str, object] | str, tenant: str = "acme") -> MetricsFile:
    """What a metrics.yml with these metrics, or of this text, is read as."""
    text = metrics if isinstance(metrics, str) else yaml.safe_dump({"metrics": dict(metrics)}, sort_keys=False)
    (folder / FILE).write_text(text, encoding="utf-8")
    return MetricsFile.read(folder / FILE, tenant)


class OwnStar:
    """The funnel's gold, with own metrics put into its catalog; sources: those of the tenant."""

    def __init__(self, folder: Path, sources: Iterable[CatalogSource] = FUNNEL) -> None:
        self.folder = folder
        write_gold(folder / "gold.duckdb", funnel())
        self.asked = Asked(folder / "gold.duckdb", sources)
        self._plain = self.asked.catalog

    def define(self, metrics: Mapping[str, object] | str) -> Catalog:
        """Take on these metrics in place of those before; returns the catalog that is asked from now on."""
        gold = self.asked.connection.cursor()
        self.asked.catalog = with_own_metrics(self._plain, read(self.folder, metrics), gold)
        return self.asked.catalog

    def fault(self, metrics: Mapping[str, object] | str) -> str:
        """The one sentence that these metrics are told with."""
        [notice] = self.define(metrics).metric_notices.values()
        return notice

    def total(self, metric: str, **question: Any) -> Any:
        """The value of a metric as a whole."""
        [(value,)] = self.asked.rows(metrics=metric, **question)
        return value
