"""What a mart's yml says about it: the shapes of `config.meta`, checked."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from warehouse.errors import RefreshError

Aggregation = Literal["sum", "count", "count_distinct", "median"]
Unit = Literal["currency", "count", "ratio", "number"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Meta(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeasureMeta(_Meta):
    """One aggregate over one fact.

    column: what is aggregated; a count without one counts rows. filter: boolean columns that must be true, or with
    "not " before the name, false. requires: what, beside the fact's own sources, a source that measures them must
    provide: the measure is known only of days that both have.
    """

    agg: Aggregation
    column: str | None = None
    filter: Names = ()
    requires: Names = ()


class Terms(_Meta):
    """Metrics and measures that are added and taken away."""

    plus: Names = ()
    minus: Names = ()


class Ratio(_Meta):
    """One sum, times a whole factor, divided by another."""

    numerator: Terms
    denominator: Terms
    factor: Annotated[int, Field(ge=1)] = 1


class MetricMeta(_Meta):
    """A metric: what people read about it, and exactly one of measure, terms and ratio.

    note: a sentence that stands with every answer that holds the metric.
    """

    label: str
    description: str
    unit: Unit
    synonyms: Names = ()
    day: str | None = None
    requires: Names
    hidden: bool = False
    note: str | None = None
    measure: str | None = None
    terms: Terms | None = None
    ratio: Ratio | None = None

    @model_validator(mode="after")
    def _one_formula(self) -> "MetricMeta":
        if sum(formula is not None for formula in (self.measure, self.terms, self.ratio)) != 1:
            raise ValueError("give exactly one of measure, terms and ratio")
        return self


class FactMeta(_Meta):
    """A fact: its date column, what that day is called, its dimensions, measures and metrics.

    kinds: what a dimension is of (store, ad_account); facts share a dimension only where they name the same kind, or
    both none. row: what a reader calls one row.
    """

    fact: str
    date: str
    day: str
    row: str | None = None
    requires: Names
    dimensions: tuple[str, ...]
    kinds: dict[str, str] = Field(default_factory=dict)
    measures: dict[str, MeasureMeta]
    metrics: dict[str, MetricMeta] = Field(default_factory=dict)


class DimensionMeta(_Meta):
    """What people read about a dimension; description: the column's, unless facts share it and it says more there."""

    label: str
    description: str | None = None
    synonyms: Names = ()


class _ColumnMeta(BaseModel):
    dimension: DimensionMeta | None = None


class _Column(BaseModel):
    description: str = ""
    meta: _ColumnMeta = Field(default_factory=_ColumnMeta)


class _Mart(BaseModel):
    meta: dict[str, object] = Field(default_factory=dict)
    columns: dict[str, _Column] = Field(default_factory=dict)


class FactMart(BaseModel):
    """A mart that is a fact: its table, its meta, and the dimensions that its columns define with a description."""

    table: str
    meta: FactMeta
    definitions: dict[str, tuple[DimensionMeta, str]]


def fact_marts(mart_meta: Mapping[str, object]) -> list[FactMart]:
    """The facts among the marts of a dbt manifest, by table name.

    mart_meta: {mart: {"meta": {...}, "columns": {column: {"description", "data_type", "meta"}}}}; marts whose meta
    names no fact are left out. Raises RefreshError (contract) that names the mart and the key.
    """
    marts = []
    for table, body in sorted(mart_meta.items()):
        try:
            mart = _Mart.model_validate(body)
            if "fact" not in mart.meta:
                continue
            meta = FactMeta.model_validate(mart.meta)
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(str(part) for part in first["loc"])
            raise RefreshError("contract", f"The meta of mart {table} is wrong at {at}: {first['msg']}.") from error
        definitions = {
            name: (column.meta.dimension, column.meta.dimension.description or column.description)
            for name, column in mart.columns.items()
            if column.meta.dimension is not None
        }
        marts.append(FactMart(table=table, meta=meta, definitions=definitions))
    return marts
