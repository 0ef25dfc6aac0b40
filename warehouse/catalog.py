"""What can be asked of one snapshot: facts, dimensions, metrics and freshness, published beside its gold."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from warehouse.mart_meta import Aggregation, Unit
from warehouse.query import Op

DATE = "date"
ORDER_KEY = "order_key"
CURRENCY = "currency"

DimensionType = Literal["text"]
MetricType = Literal["sum", "count", "count_distinct", "median", "derived", "ratio", "cumulative"]
WindowUnit = Literal["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "all"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CatalogTenant(_Frozen):
    """The tenant, and what its calendar and its amounts go by."""

    slug: str
    name: str
    timezone: str
    currency: str
    week_start: str
    fiscal_year_start: int


class CatalogSource(_Frozen):
    """One source: what it provides (store, …), and the first and last business day that it covers.

    measures: the stores whose orders it measures, None for all of them; of a source of sessions.
    """

    name: str
    connector: str
    provides: tuple[str, ...]
    measures: tuple[str, ...] | None = None
    first_day: date | None = None
    data_through: date | None = None


class Restriction(_Frozen):
    """What a column's values must be, in the words of query_metric's where."""

    field: str
    op: Op
    values: tuple[str, ...] = ()


class Measure(_Frozen):
    """One aggregate of a fact; filter names boolean columns, "not " before one that must be false; where: what else
    must hold of a row.

    requires: what a source that measures the fact's sources must provide. unpriced: some counted row of this snapshot
    has an amount in its own currency and none in the reporting currency.
    """

    agg: Aggregation
    column: str | None = None
    filter: tuple[str, ...] = ()
    where: tuple[Restriction, ...] = ()
    requires: tuple[str, ...] = ()
    unpriced: bool = False


class Fact(_Frozen):
    """One fact: its table, its date column, what that day is called, its physical columns with their types.

    row: what one row is called where amounts without a rate are counted; orders where it has an order_key. kinds: what
    a dimension is of, where facts differ in that.
    """

    table: str
    date: str
    day: str
    row: str = "order"
    requires: tuple[str, ...]
    columns: dict[str, str]
    dimensions: tuple[str, ...]
    kinds: dict[str, str] = {}
    measures: dict[str, Measure]

    def kind(self, dimension: str) -> str:
        """What a dimension of this fact is of; the dimension's own name where that is the same in every fact."""
        return self.kinds.get(dimension, dimension)


class Value(_Frozen):
    """A value of a dimension and the number of fact rows that have it.

    kinds: what it is of, for a dimension that is not of the same in every fact.
    """

    value: str
    rows: int
    kinds: tuple[str, ...] = ()


class Dimension(_Frozen):
    """One dimension; values: all of them, the most frequent first, of a text that has few, else None."""

    label: str
    description: str
    synonyms: tuple[str, ...] = ()
    type: DimensionType
    values: tuple[Value, ...] | None = None


class Window(_Frozen):
    """The days that a cumulative metric adds up, up to a bucket's last: the last so many units (days, weeks, months),
    without `last` the unit to date, or all."""

    unit: WindowUnit
    last: int | None = None


class Metric(_Frozen):
    """One metric.

    numerator, denominator: measures with the number of times each is added (negative: taken away); only ratios have
    a denominator. day: which day a value falls on. note: a notice of every answer that holds the metric.
    dimension_set: the id of the dimensions that it can be split by. window: of a cumulative one, the days of which its
    formula is taken. own: the operator's, from metrics.yml.
    """

    label: str
    description: str
    unit: Unit
    type: MetricType
    additive: bool
    day: str
    synonyms: tuple[str, ...] = ()
    hidden: bool = False
    note: str | None = None
    facts: tuple[str, ...]
    dimension_set: str
    numerator: dict[str, int]
    denominator: dict[str, int] | None = None
    window: Window | None = None
    own: bool = False

    def measures(self) -> Iterator[str]:
        """The measures that the metric is made of, the numerator's first."""
        yield from self.numerator
        yield from (name for name in self.denominator or () if name not in self.numerator)


class Catalog(_Frozen):
    """Everything that a query of one snapshot needs beside the rows. Immutable, as the snapshot is.

    not_offered: metrics that lack a source. metric_notices: what is wrong in metrics.yml, by the name of the metric.
    metrics_digest: which metrics.yml the metrics are from, empty for none.
    """

    version: Literal[1] = 1
    tenant: CatalogTenant
    snapshot: str
    refreshed_at: datetime
    sources: tuple[CatalogSource, ...]
    facts: dict[str, Fact]
    dimensions: dict[str, Dimension]
    metrics: dict[str, Metric]
    dimension_sets: dict[str, tuple[str, ...]]
    not_offered: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    metric_notices: dict[str, str] = {}
    metrics_digest: str = ""

    def to_json(self) -> str:
        """The catalog as the text of catalog.json."""
        return self.model_dump_json(indent=1)

    @staticmethod
    def from_json(text: str | bytes) -> "Catalog":
        """The catalog of a catalog.json; raises pydantic's ValidationError on one of another version."""
        return Catalog.model_validate_json(text)

    def listed(self) -> dict[str, Metric]:
        """The metrics that may be asked for, by name."""
        return {name: metric for name, metric in self.metrics.items() if not metric.hidden}

    def fact_of(self, measure: str) -> str:
        """The name of the fact that a measure belongs to; raises KeyError on an unknown one."""
        for name, fact in self.facts.items():
            if measure in fact.measures:
                return name
        raise KeyError(measure)

    def dimensions_of(self, metric: str) -> tuple[str, ...]:
        """The dimensions that a metric can be split and filtered by, `date` first."""
        return self.dimension_sets[self.metrics[metric].dimension_set]


def condition(text: str) -> tuple[str, bool]:
    """A measure's filter as (boolean column, wanted value): "not is_gift_card" → ("is_gift_card", False)."""
    column = text.removeprefix("not ")
    return column, column == text


def native_of(column: str | None, columns: Mapping[str, str]) -> str | None:
    """The column that holds the same amount in the row's own currency, if there is one."""
    native = f"native_{column}"
    return native if native in columns else None
