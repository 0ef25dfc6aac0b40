"""`gata-mcp lineage`: a number led back from the snapshot that answers it to the payloads in raw, and in words."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from server.desk import utc_now
from server.served import Served
from server.settings import Settings
from server.snapshots import Snapshots
from server.worker_client import Workers
from warehouse.lineage_answer import Lineage, MeasureChain, RawChain, Step
from warehouse.lineage_trace import trace
from warehouse.plan import calendar_of
from warehouse.query import MetricQuery
from warehouse.values import Number

MOST_LINES = 40
_CHAINS = TypeAdapter(tuple[RawChain, ...])


def lineage(
    settings: Settings,
    tenant: str | None,
    metric: str,
    period: str,
    where: Sequence[Mapping[str, object]],
    payloads: int,
    now: Callable[[], datetime] = utc_now,
) -> Lineage:
    """The lineage of one number of one tenant; payloads: how many of each measure are given with their text.

    Raises CallerError in query_metric's words, and RefreshError (locked) while a refresh of the tenant runs: raw is
    read by a worker under the tenant's lock.
    """
    one = Served(settings.home, settings.tenants).tenant(tenant)
    arguments = {"metrics": [metric], "period": period, "where": list(where)}
    query = MetricQuery.parse(arguments)
    snapshots = Snapshots(settings.home, settings.memory_limit, 1)
    workers = Workers(settings.worker)
    asked_at = now()
    try:
        with snapshots.current(one.slug) as snapshot:
            traced = trace(snapshot.catalog, snapshot.connection, query, asked_at, settings.query_timeout)
            message = {
                "op": "lineage",
                "home": str(settings.home.root),
                "tenant": one.slug,
                "snapshot": snapshot.id,
                "metric": metric,
                "period": period,
                "where": list(where),
                "today": calendar_of(snapshot.catalog).today(asked_at).isoformat(),
                "payloads": payloads,
            }
            result = workers.answer(message)
    finally:
        workers.close()
        snapshots.close()
    return traced.with_raw(_CHAINS.validate_python(result["chains"]))


def in_words(found: Lineage) -> str:
    """The lineage as a tree of at most MOST_LINES lines: steps that agree in short, others with what does not."""
    lines = _lines(found, short=False)
    if len(lines) > MOST_LINES:
        lines = _lines(found, short=True)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES + 1} more lines; --json has everything."]
    return "\n".join(lines)


def payloads_in_words(found: Lineage) -> Iterator[str]:
    """The payloads that were asked for with their text, each after a line that says where it is from."""
    for measure in found.measures:
        for one in measure.raw.payloads if measure.raw else ():
            if one.payload is not None:
                yield (
                    f"{measure.measure}: {one.source} {one.source_id}, {one.file} line {one.line}, "
                    f"load {one.load_id}, hash {one.payload_hash}"
                )
                yield one.payload


def _lines(found: Lineage, short: bool) -> list[str]:
    days = f"{found.start} to {found.end}" if found.start else "all days"
    unit = f" {found.currency}" if found.unit == "currency" and found.value is not None else ""
    verdict = "every step agrees" if found.agrees else "NOT EVERY STEP AGREES"
    runs = {measure.model.invocation_id for measure in found.measures}
    lines = [
        f"{found.metric} of {found.tenant}, {days}{_filters(found)}: {_said(found.value)}{unit} ({verdict})",
        f"snapshot {found.snapshot}, refreshed {found.refreshed_at:%Y-%m-%d %H:%M} UTC, "
        f"built by dbt invocation {', '.join(sorted(str(run) for run in runs))}",
        *_disagreements(found),
        f"{_mark(found.formula)} {_formula(found)}",
    ]
    for place, measure in enumerate(found.measures):
        last = place == len(found.measures) - 1
        first, *rest = _short(measure) if short else _measure(measure)
        lines.append(f"{'└─' if last else '├─'} {first}")
        lines += [f"{'  ' if last else '│ '} {line}" for line in rest]
    return lines


def _disagreements(found: Lineage) -> Iterator[str]:
    if found.formula.says:
        yield f"!  {found.formula.says}"
    for measure in found.measures:
        yield from (f"!  {measure.measure}: {step.says}" for step in measure.steps if step.says)


def _filters(found: Lineage) -> str:
    return f" where {json.dumps(found.where, ensure_ascii=False)[1:-1]}" if found.where else ""


def _formula(found: Lineage) -> str:
    numerator = _terms(found.formula.numerator)
    if found.formula.denominator is None:
        return f"{found.metric} = {numerator}"
    return f"{found.metric} = ({numerator}) / ({_terms(found.formula.denominator)})"


def _terms(times: Mapping[str, int]) -> str:
    said = ""
    for name, count in times.items():
        sign = "−" if count < 0 else "+"
        often = "" if abs(count) == 1 else f"{abs(count):,} × "
        said += f" {sign} {often}{name}" if said else f"{'−' if count < 0 else ''}{often}{name}"
    return said


def _measure(measure: MeasureChain) -> list[str]:
    return [_head(measure), _model(measure), _loads(measure), *_raw(measure), *_context(measure)]


def _short(measure: MeasureChain) -> list[str]:
    steps = [step for step in measure.steps if not step.agrees]
    found = measure.raw.found if measure.raw else 0
    held = f"{measure.loads.payloads:,} payloads of {_many(len(measure.loads.loads), 'load')}, {found:,} found in raw"
    return [_head(measure), f"{'! ' if steps else 'ok'} {measure.model.name}: {held}"]


def _head(measure: MeasureChain) -> str:
    rows = measure.rows
    how = measure.aggregation.replace("_", " ") + (f" of {measure.column}" if measure.column else "")
    extra = f", {rows.zeros:,} more are 0" if rows.zeros else ""
    extra += f", {rows.without_rate:,} have no rate" if rows.without_rate else ""
    rows_said = f"{_many(rows.count, 'row')} of {measure.table}{extra}"
    return f"{_mark(rows)} {measure.measure} {_said(rows.value)}: {how} over {rows_said}"


def _model(measure: MeasureChain) -> str:
    model = measure.model
    left = "no count of" if model.rows is None else f"{model.rows:,}"
    return f"{_mark(model)} model {model.name}: {model.status}, {left} rows; the star has {model.rows_in_star:,}"


def _loads(measure: MeasureChain) -> str:
    loads = measure.loads.loads
    brought = f"{_mark(measure.loads)} {_many(measure.loads.payloads, 'payload')} of {_many(len(loads), 'load')}"
    if not loads:
        return brought
    last = loads[-1]
    at = f" ({last.completed_at:%Y-%m-%d %H:%M} UTC)" if last.completed_at else ""
    return f"{brought}{': ' if len(loads) == 1 else ', the last '}{last.load_id}{at}"


def _raw(measure: MeasureChain) -> Iterator[str]:
    raw = measure.raw
    if raw is None:
        return
    if not raw.payloads:
        yield f"{_mark(raw)} {raw.found:,} found in raw"
        return
    hashed = "whose hash holds" if raw.hashed == raw.found else f"the hash of {raw.hashed:,} holds"
    yield f"{_mark(raw)} {raw.found:,} found in raw, {hashed}, from {_many(raw.files_count, 'file')}"
    one = raw.payloads[0]
    yield f"   such as {one.source} {one.source_id}, {one.file} line {one.line}, hash {one.payload_hash}"


def _context(measure: MeasureChain) -> Iterator[str]:
    if measure.context:
        said = ", ".join(_many(step.payloads, f"{step.kind} payload") for step in measure.context)
        agree = all(step.agrees for step in measure.context)
        yield f"{'ok' if agree else '! '} behind these rows, bearing none of the amount: {said}"


def _mark(step: Step) -> str:
    return "ok" if step.agrees else "! "


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _said(value: Number | None) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else f"{value:,}"
