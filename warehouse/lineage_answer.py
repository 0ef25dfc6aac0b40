"""The answer of `gata-mcp lineage`: a number, led back step by step, with counts that agree or a sentence why not."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from warehouse.values import Number

ContextKind = Literal["order", "attribution", "rate"]


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Output):
    """Base of the steps. says: what does not agree, in one sentence, where it does not."""

    agrees: bool
    says: str | None = None


class FormulaStep(Step):
    """The metric from its measures: each so many times (negative: taken away), over a denominator or none.

    value: what it comes to from the rows found here; it agrees where the answer of query_metric says the same.
    """

    numerator: dict[str, int]
    denominator: dict[str, int] | None
    value: Number | None


class RowsStep(Step):
    """The rows of the star that bear a measure.

    value: their sum, count, distinct count or median. zeros: further rows, of an amount of 0, which bear none of a
    sum. without_rate: rows left out because their amount has no rate. It agrees where every row names its payload.
    """

    count: int
    value: Number | None
    zeros: int
    without_rate: int


class LoadOfPayloads(_Output):
    """One load: when it was completed (None where the ledger does not name it), and how many payloads it brought."""

    load_id: str
    completed_at: datetime | None
    payloads: int


class LoadsStep(Step):
    """The distinct payloads of the rows, by the loads that brought them.

    It agrees where the ledger names each load as completed, and as taken in by the model.
    """

    payloads: int
    loads: tuple[LoadOfPayloads, ...]


class ModelStep(Step):
    """The run that made the fact's table: it agrees where the run succeeded and left the rows that the star has."""

    name: str
    invocation_id: str | None
    status: str | None
    completed_at: datetime | None
    rows: int | None
    rows_in_star: int


class FileOfPayloads(_Output):
    """One file of a source: the raw table that its records went to, and how many of the payloads it brought."""

    source: str
    table: str
    file: str
    payloads: int


class Payload(_Output):
    """One payload in raw. payload: the vendor's JSON as it is held, redacted; only as many as were asked for."""

    source: str
    table: str
    source_id: str
    file: str
    line: int
    load_id: str
    payload_hash: str
    payload: str | None = None


class RawStep(Step):
    """The payloads in raw, each under the load that the star names.

    found: how many of them are there. hashed: of how many the hash was taken again, none differing. files: the most
    fruitful of files_count. payloads: the first of them, by source, table and id.
    """

    found: int
    hashed: int
    files_count: int
    files: tuple[FileOfPayloads, ...]
    payloads: tuple[Payload, ...]


class ContextStep(Step):
    """Payloads behind the rows that bear none of the amount: of their orders, of attribution, of currency rates."""

    kind: ContextKind
    payloads: int
    found: int


class RawChain(_Output):
    """The end of one measure's chain, in the raw layer."""

    measure: str
    raw: RawStep
    context: tuple[ContextStep, ...]


class MeasureChain(_Output):
    """One measure of the metric, led back to its payloads.

    aggregation: sum, count, count_distinct or median, of column or of whole rows.
    """

    measure: str
    fact: str
    table: str
    aggregation: str
    column: str | None
    rows: RowsStep
    model: ModelStep
    loads: LoadsStep
    raw: RawStep | None = None
    context: tuple[ContextStep, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps in their order."""
        return (self.rows, self.model, self.loads, *((self.raw,) if self.raw else ()), *self.context)


class Lineage(_Output):
    """One number and what it was made of. agrees: whether every step does.

    value: as query_metric answers it. start and end are the days of the period, None where there is no bound; where:
    the filters as asked.
    """

    tenant: str
    metric: str
    label: str
    unit: str
    currency: str
    value: Number | None
    start: date | None
    end: date | None
    where: tuple[dict[str, object], ...]
    snapshot: str
    refreshed_at: datetime
    definition: str
    notices: tuple[str, ...]
    agrees: bool
    formula: FormulaStep
    measures: tuple[MeasureChain, ...]

    def with_raw(self, chains: tuple[RawChain, ...]) -> "Lineage":
        """The same with the ends of its chains."""
        ends = {chain.measure: chain for chain in chains}
        measures = tuple(
            one.model_copy(update={"raw": ends[one.measure].raw, "context": ends[one.measure].context})
            for one in self.measures
        )
        return self.model_copy(update={"measures": measures, "agrees": agreed(self.formula, measures)})


def agreed(formula: FormulaStep, measures: tuple[MeasureChain, ...]) -> bool:
    """Whether every step agrees."""
    return formula.agrees and all(step.agrees for measure in measures for step in measure.steps)
