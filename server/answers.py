"""The answers of the three tools: a structured half, and a text half that says the same and stands alone.

Hosts differ in which half they show the model, so neither may lean on the other. The structured half's schema
declares its top-level fields only: a client validates every row against whatever more it is told.
"""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, WithJsonSchema

METRICS_HEADING = (
    "Metrics, by what they are split and filtered by: in the tenant's currency where no unit is said, on the day of "
    "what they count where none is, each part of a formula on its own."
)

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
        lines = [tenant_line(tenant) for tenant in self.tenants]
        if self.metrics:
            lines += ["", METRICS_HEADING]
        for key, names in self.dimension_sets.items():
            lines += ["", f"By {', '.join(names)}:"]
            lines += [_metric_line(metric) for metric in self.metrics if metric["dimensions"] == key]
        if self.dimensions:
            lines += ["", "Dimensions:"]
            lines += [_dimension_line(dimension) for dimension in self.dimensions]
        return "\n".join([*lines, *_notice_lines(self.notices)]).strip()

    def halves(self) -> tuple[str, str]:
        """The answer as it is sent: the structured half as JSON, and the text."""
        return json_line(self.structured()).removesuffix("\n"), self.text()


class QueryAnswer(Answer):
    """The answer of query_metric, with its table as columns and rows."""

    tenant: str
    columns: Listed
    rows: Listed
    row_count: int
    truncated: bool
    totals: Annotated[list[Any] | None, WithJsonSchema({"type": "array"})] = None
    other_rows: Annotated[list[int] | None, WithJsonSchema({"type": "array"})] = None
    period: Mapped
    currency: str
    snapshot: str
    refreshed_at: str
    data_through: Mapped
    definitions: Mapped
    notices: Listed
    sql: Text = None

    def text(self) -> str:
        period = self.period
        span = f"{period['start']}..{period['end']}" if period.get("start") else "no data"
        part = "" if period.get("complete", True) else ", not complete yet"
        if previous := period.get("previous"):
            part += f", compared with {previous['start']}..{previous['end']}" if previous["start"] else ""
        through = ", ".join(f"{source} {day}" for source, day in self.data_through.items())
        head = (
            f"{self.tenant}: {span} ({period['timezone']}{part}), currency {self.currency}, snapshot {self.snapshot} "
            f"refreshed {self.refreshed_at}, data through {through or 'no day'}."
        )
        units = ", ".join(f"{column['name']} in {column['unit']}" for column in self.columns if column.get("unit"))
        count = f"{self.row_count} row{'' if self.row_count == 1 else 's'}"
        count += f", cut at the limit: there are more ({units})" if self.truncated else f" ({units})"
        table = csv_text([column["name"] for column in self.columns], self.rows, null="null").rstrip("\n")
        lines = [head, f"{count}:", table]
        if self.totals is not None:
            totals = ["null" if cell is None else str(cell) for cell in self.totals]
            lines.append(f"Totals: {csv_text(totals, [])}".rstrip("\n"))
        if self.other_rows:
            lines.append(f"Rest beyond the top: row {', '.join(str(at + 1) for at in self.other_rows)}.")
        lines += [f"{name}: {meaning}" for name, meaning in self.definitions.items()]
        lines += _notice_lines(self.notices)
        return "\n".join([*lines, f"SQL:\n{self.sql}"] if self.sql else lines)


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


def json_line(content: Mapping[str, Any]) -> str:
    """One line of JSON: what --json prints and HTTP answers."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def csv_text(names: Sequence[str], rows: Iterable[Sequence[object]], null: str = "") -> str:
    """A table as CSV with a header; `null` is written for what is missing."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([null if value is None else value for value in row] for row in rows)
    return buffer.getvalue()


def tenant_line(tenant: Mapping[str, Any]) -> str:
    """What list_metrics says of a tenant."""
    fresh = f"refreshed {tenant['refreshed_at']}" if tenant["refreshed_at"] else "never refreshed"
    sources: dict[str, list[str]] = {}
    for source, day in (tenant.get("data_through") or {}).items():
        sources.setdefault(day or "no day", []).append(source)
    through = "; ".join(f"{day} ({', '.join(names)})" for day, names in sources.items())
    data = f", data through {through}" if through else ""
    return f"{tenant['tenant']}: {tenant['name']}, {tenant['currency']}, {tenant['timezone']}, {fresh}{data}"


def meaning_of(entry: Mapping[str, Any]) -> str:
    """What list_metrics says of a metric or dimension, but for its name and unit, as sentences."""
    # most names say what the label says
    name = entry["name"].replace("_", " ")
    label = entry.get("label", name)
    said = [] if label.casefold() == name else [f"{label}."]
    if description := entry.get("description"):
        said.append(f"{description.removesuffix('.')}.")
    if values := entry.get("values"):
        more = f" and {entry['more']} more" if entry.get("more") else ""
        said.append(f"{'Values: ' if said else ''}{', '.join(values)}{more}.")
    if day := entry.get("date"):
        said.append(f"By {day}.")
    if synonyms := entry.get("synonyms"):
        said.append(f"Also: {', '.join(synonyms)}.")
    # of a ratio nobody thinks that it adds up
    if "dimensions" in entry and entry.get("unit") != "ratio" and not _adds_up(entry):
        said.append("Does not add up.")
    return " ".join(said)


def _adds_up(metric: Mapping[str, Any]) -> bool:
    kind = metric.get("type", "ratio" if " / " in metric["description"] else "sum")
    return bool(metric.get("additive", kind in ("sum", "count", "derived")))


def _metric_line(metric: Mapping[str, Any]) -> str:
    unit = metric.get("unit", "currency")
    name = metric["name"] if unit == "currency" else f"{metric['name']} [{unit}]"
    return f"{name}: {meaning_of(metric)}"


def _dimension_line(dimension: Mapping[str, Any]) -> str:
    said = meaning_of(dimension)
    return f"{dimension['name']}: {said}" if said else dimension["name"]


def _notice_lines(notices: Sequence[str]) -> list[str]:
    return [f"Notice: {notice}" for notice in notices]
