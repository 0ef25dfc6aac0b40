"""Answers of reporting APIs → flat rows."""

from collections.abc import Iterator, Mapping

from ingest.records import BadRecord
from ingest.refusals import error_answer, refused

_TIKTOK_DONE = (0, "0")


def rows(value: object) -> Iterator[object]:
    """An unfold for vendors whose rows need none, but whose errors should not be taken for rows."""
    yield error_answer(value) or value


def ga4_rows(value: object) -> Iterator[object]:
    """An unfold for runReport and batchRunReports of Google Analytics.

    A row becomes {dimension or metric name: its text, …, "_metadata": {…}}, `_metadata` being the report's own. Rows
    that are flat already are given back as they are, and so is what is no report.
    """
    bad = error_answer(value)
    if bad is not None:
        yield bad
    elif type(value) is dict and type(value.get("reports")) is list:
        for report in value["reports"]:
            yield from ga4_rows(report)
    elif type(value) is dict and _is_ga4_report(value):
        yield from _ga4_report(value)
    else:
        yield value


def _is_ga4_report(value: Mapping[str, object]) -> bool:
    return "dimensionHeaders" in value or "metricHeaders" in value or value.get("kind") == "analyticsData#runReport"


def _ga4_report(report: Mapping[str, object]) -> Iterator[object]:
    dimensions, metrics = _names(report.get("dimensionHeaders")), _names(report.get("metricHeaders"))
    held = report.get("rows")
    if dimensions is None or metrics is None or not isinstance(held, list | None):
        yield BadRecord("The report's headers or rows cannot be read.")
        return
    for row in held or ():
        # a report without dimensions or metrics leaves their lists out
        values = [_values(row.get(key)) if type(row) is dict else None for key in ("dimensionValues", "metricValues")]
        if values[0] is None or values[1] is None or list(map(len, values)) != [len(dimensions), len(metrics)]:  # type: ignore[arg-type]
            yield BadRecord("The report's row does not have the columns that its headers name.")
            continue
        flat = dict(zip([*dimensions, *metrics], [*values[0], *values[1]], strict=True))
        if type(report.get("metadata")) is dict:
            flat["_metadata"] = report["metadata"]
        yield flat


def _names(headers: object) -> list[str] | None:
    """The names of a report's headers, none where it has none; None where they cannot be read."""
    if headers is None:
        return []
    names = [header.get("name") for header in headers if type(header) is dict] if type(headers) is list else [None]
    return [name for name in names if type(name) is str] if all(type(name) is str for name in names) else None


def _values(cells: object) -> list[object] | None:
    if cells is None:
        return []
    if type(cells) is not list:
        return None
    return [cell.get("value") if type(cell) is dict else None for cell in cells]


def stream_results(value: object) -> Iterator[object]:
    """An unfold for search and searchStream of Google Ads: pages {"results": [row, …], "fieldMask", …} → rows."""
    bad = error_answer(value)
    if bad is not None:
        yield bad
    elif type(value) is dict and type(value.get("results")) is list:
        yield from value["results"]
    elif type(value) is dict and value and value.keys() <= {"fieldMask", "requestId", "queryResourceConsumption"}:
        # a page without rows leaves `results` out
        return
    else:
        yield value


def tiktok_rows(value: object) -> Iterator[object]:
    """An unfold for TikTok's {"code", "message", "request_id", "data": {"list": [row, …]}} → rows as they are.

    TikTok answers 200 whatever happened: a code other than 0 is an error.
    """
    if type(value) is not dict or "code" not in value or "message" not in value:
        yield value
        return
    if value["code"] not in _TIKTOK_DONE:
        yield refused(value["code"], value["message"])
        return
    data = value.get("data")
    held = data.get("list") if type(data) is dict else data
    if type(held) is list:
        yield from held
    elif data:
        yield BadRecord("The answer's data holds no list.")


def shopifyql_rows(value: object) -> Iterator[object]:
    """An unfold for shopifyqlQuery of Shopify's GraphQL API: the table's rows as {column: value}."""
    bad = error_answer(value)
    if bad is not None:
        yield bad
        return
    answer = value.get("data", value) if type(value) is dict else value
    query = answer.get("shopifyqlQuery", answer) if type(answer) is dict else answer
    if type(query) is not dict or not query.keys() & {"tableData", "parseErrors"}:
        yield value
        return
    errors, table = query.get("parseErrors"), query.get("tableData")
    if errors:
        first = errors[0] if type(errors) is list else errors
        yield refused(None, first.get("message") if type(first) is dict else first)
    elif type(table) is dict:
        names = _names(table.get("columns"))
        held = table.get("rows") or table.get("rowData") or []
        if type(held) is not list:
            yield BadRecord("The report's rows cannot be read.")
            return
        for row in held:
            if type(row) is list and names is not None and len(row) == len(names):
                yield dict(zip(names, row, strict=True))
            else:
                yield row
