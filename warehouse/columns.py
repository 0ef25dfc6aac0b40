"""Columns that a question adds to those of its metrics: the other side of a comparison, shares, running sums."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from warehouse.query import Show

Kind = Literal["value", "previous", "change", "share", "running"]
_LABELS: dict[Kind, str] = {"previous": "previous", "change": "change", "share": "share", "running": "running sum"}


@dataclass(frozen=True)
class MetricColumn:
    """One column of a metric: its value, or what is made of it."""

    metric: str
    kind: Kind

    @property
    def name(self) -> str:
        return self.metric if self.kind == "value" else f"{self.metric}__{self.kind}"

    @property
    def is_ratio(self) -> bool:
        return self.kind in ("change", "share")

    def label(self, of_metric: str) -> str:
        """Its label, after the metric's own."""
        return of_metric if self.kind == "value" else f"{of_metric}, {_LABELS[self.kind]}"


def metric_columns(metrics: Iterable[str], compared: bool, show: Sequence[Show]) -> Iterator[MetricColumn]:
    """The columns of a question's metrics in their order."""
    for metric in metrics:
        yield MetricColumn(metric, "value")
        if compared:
            yield MetricColumn(metric, "previous")
            yield MetricColumn(metric, "change")
        for kind in ("share", "running"):
            if kind in show:
                yield MetricColumn(metric, kind)
