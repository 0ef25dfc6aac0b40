"""The answers of the three tools: a structured half, and a text half that says the same and stands alone.

Hosts differ in which half they show the model, so neither may lean on the other. The structured half's schema
declares its top-level fields only: a client validates every row against whatever more it is told.
"""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, WithJsonSchema

Listed = Annotated[list[Any], WithJsonSchema({"type": "array"})]
Mapped = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
Text = Annotated[str | None, WithJsonSchema({"type": "string"})]
Count = Annotated[int | None, WithJsonSchema({"type": "integer"})]
Object = Annotated[dict[str, Any] | None, WithJsonSchema({"type": "object"})]


class Answer(BaseModel, ABC):
    """Base of the three."""

    def structured(self) -> dict[str, Any]:
        """The structured half: plain JSON values, unknown optional fields left out."""
        return self.model_dump(mode="json", exclude={n for n in type(self).model_fields if getattr(self, n) is None})

    @abstractmethod
    def text(self) -> str:
        """The text half."""


class MetricsAnswer(Answer):
    """What can be asked: {tenants, metrics, dimension_sets, dimensions, notices}, as in list_metrics."""

    tenants: Listed
    metrics: Listed
    dimension_sets: Mapped
    dimensions: Listed
    notices: Listed

    def text(self) -> str:
        lines = [_tenant_line(tenant) for tenant in self.tenants]
        if self.metrics:
            lines += ["", "Metrics (name [unit]: what it is), below the dimensions that they are split and filtered by"]
        for key, names in self.dimension_sets.items():
            lines += ["", f"By {', '.join(names)}:"]
            lines += [_metric_line(metric) for metric in self.metrics if metric["dimensions"] == key]
        if self.dimensions:
            lines += ["", "Dimensions:"]
            lines += [_dimension_line(dimension) for dimension in self.dimensions]
        return "\n".join([*lines, *_notice_lines(self.notices)]).strip()


class QueryAnswer(Answer):
    """The answer of query_metric, with its table as columns and rows."""

    tenant: str
    columns: Listed
    rows: Listed
    row_count: int
    truncated: bool
    period: Mapped
    currency: str
    snapshot: str
    refreshed_at: str
    data_through: Mapped
    definitions: Mapped
    notices: Listed

    def text(self) -> str:
        period = self.period
        span = f"{period['start']}..{period['end']}" if period.get("start") else "no data"
        part = "" if period.get("complete", True) else ", not complete yet"
        through = ", ".join(f"{source} {day}" for source, day in self.data_through.items())
        head = (
            f"{self.tenant}: {span} ({period['timezone']}{part}), currency {self.currency}, snapshot {self.snapshot} "
            f"refreshed {self.refreshed_at}, data through {through or 'no day'}."
        )
        units = ", ".join(f"{column['name']} in {column['unit']}" for column in self.columns if column.get("unit"))
        count = f"{self.row_count} row{'' if self.row_count == 1 else 's'}"
        count += f", cut at the limit: there are more ({units})" if self.truncated else f" ({units})"
        table = csv_text([column["name"] for column in self.columns], self.rows, null="null").rstrip("\n")
        meanings = [f"{name}: {meaning}" for name, meaning in self.definitions.items()]
        return "\n".join([head, f"{count}:", table, *meanings, *_notice_lines(self.notices)])


class RefreshAnswer(Answer):
    """The answer of refresh_tenant; run_id is absent while the run waits for its turn."""

    tenant: str
    run_id: Text = None
    status: str
    joined: bool
    stage: str
    completed: int
    total: int
    snapshot: Text = None
    refreshed_at: Text = None
    sources: Listed = []
    loads: Listed = []
    models: Listed = []
    notices: Listed = []
    error: Object = None
    next: Text = None

    @staticmethod
    def of(document: Mapping[str, Any], joined: bool) -> "RefreshAnswer":
        """The answer that a run document gives."""
        known = {key: value for key, value in document.items() if key in RefreshAnswer.model_fields}
        running = document["status"] == "running"
        step = "Still running: call refresh_tenant again to follow it. Questions are answered meanwhile."
        return RefreshAnswer.model_validate({**known, "joined": joined, "next": step if running else None})

    def text(self) -> str:
        what = f"{self.tenant}: {self.status}"
        if self.status == "running":
            what += f", {self.stage}, {self.completed} of {self.total}"
        if self.run_id:
            what += f" (run {self.run_id}{', joined' if self.joined else ''})"
        lines = [f"{what}."]
        if self.error:
            again = "It is safe to try again." if self.error.get("retry_safe") else ""
            at = f" in {self.error['source']}" if self.error.get("source") else ""
            lines.append(f"Error ({self.error['kind']}{at}): {self.error['message']} {again}".rstrip())
            lines.append(str(self.error.get("kept") or ""))
        if self.snapshot:
            lines.append(f"Snapshot {self.snapshot}, refreshed {self.refreshed_at}.")
        for source in self.sources:
            failed = f": {source['error']['message']}" if source.get("error") else ""
            through = source.get("data_through")
            lines.append(f"{source['source']}: {source['status']}, data through {through or 'no day'}{failed}")
        if self.loads:
            lines.append("source,entity,extracted,accepted,quarantined")
        for load in self.loads:
            counts = f"{load['extracted']},{load['accepted']},{load['quarantined']}"
            lines.append(f"{load['source']},{load['entity']},{counts}")
        if self.models:
            failed_models = [model["name"] for model in self.models if model["status"] not in ("success", "pass")]
            lines.append(f"{len(self.models)} models, not built: {', '.join(failed_models) or 'none'}.")
        if self.next:
            lines.append(self.next)
        return "\n".join([*filter(None, lines), *_notice_lines(self.notices)])


def csv_text(names: Sequence[str], rows: Iterable[Sequence[object]], null: str = "") -> str:
    """A table as CSV with a header; `null` is written for what is missing."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([null if value is None else value for value in row] for row in rows)
    return buffer.getvalue()


def _tenant_line(tenant: Mapping[str, Any]) -> str:
    fresh = f"refreshed {tenant['refreshed_at']}" if tenant["refreshed_at"] else "never refreshed"
    through = ", ".join(f"{source} {day or 'no day'}" for source, day in (tenant["data_through"] or {}).items())
    data = f", data through {through}" if through else ""
    return f"{tenant['tenant']}: {tenant['name']}, {tenant['currency']}, {tenant['timezone']}, {fresh}{data}"


def _metric_line(metric: Mapping[str, Any]) -> str:
    # of a ratio nobody thinks that it adds up
    sums = "" if metric["additive"] or metric["unit"] == "ratio" else ", does not add up"
    said = f"{_label(metric)}{metric['description']}"
    # most descriptions end with the day
    day = metric["date"].removesuffix("s")
    when = "" if day in said else f" By {metric['date']}."
    return f"{metric['name']} [{metric['unit']}{sums}]: {said}{when}"


def _dimension_line(dimension: Mapping[str, Any]) -> str:
    line = f"{dimension['name']} ({dimension['type']}): {_label(dimension)}{dimension['description']}"
    values = dimension.get("values")
    if values:
        more = dimension.get("more_values")
        line += f" Values: {', '.join(values)}{f' and {more} more' if more else ''}."
    return line


def _label(entry: Mapping[str, Any]) -> str:
    """The label as a sentence, unless it is just the name."""
    return "" if entry["label"].casefold() == entry["name"].replace("_", " ") else f"{entry['label']}. "


def _notice_lines(notices: Sequence[str]) -> list[str]:
    return [f"Notice: {notice}" for notice in notices]
