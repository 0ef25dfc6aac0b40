"""The three tools: names, arguments, descriptions, annotations.

query_metric's arguments are checked by MetricQuery, whose rules are their descriptions here, and which refuses them
in the same words on the command line.
"""

from typing import Annotated, Any

import anyio.to_thread
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BeforeValidator, Field, WithJsonSchema

from ingest.runs import Options
from server.answers import Answer, MetricsAnswer, QueryAnswer, RefreshAnswer
from server.desk import Desk
from server.listing import LEFT_OUT
from server.strict import StrictServer
from warehouse.pairing import COMPARES
from warehouse.periods import GRAINS
from warehouse.query import DEFAULT_LIMIT, MAX_LIMIT, MAX_METRICS, OPS, RULES, SHOWS

LONGEST_WAIT = 50
PATIENCE = 25

LIST_METRICS = (
    "What can be asked: the tenants, their metrics with definitions, and the dimensions each can be split by. "
    f"Call it before query_metric. {LEFT_OUT}"
)
QUERY_METRIC = (
    "Answer a business question with governed metrics of one tenant. Names come from list_metrics. Amounts are in the "
    "tenant's currency, days in its time zone."
)
REFRESH_TENANT = (
    "Load a tenant's new data and publish it. Starts a refresh or joins the one under way; where it answers running, "
    "call again to follow it. Questions are answered from the last good data meanwhile."
)

_NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_FILTER = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "op": {"enum": list(OPS)}, "value": {}, "any": {"type": "array"}},
}


def _said(name: str, **schema: object) -> WithJsonSchema:
    return WithJsonSchema({**schema, "description": RULES[name]})


def _no_truth(value: object) -> object:
    # pydantic takes true for the number 1
    return "true" if value is True else "false" if value is False else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Tenant = Annotated[
    str | None, WithJsonSchema({"type": "string", "description": "a slug; may be left out where one is served"})
]
Search = Annotated[
    str | None,
    Field(max_length=200),
    WithJsonSchema({"type": "string", "description": "words in names, descriptions, synonyms or values"}),
]
Full = Annotated[bool, Field(description="rebuild from all data held")]
Cancel = Annotated[bool, Field(description="stop the one under way at its next stage")]
Sources = Annotated[
    list[str], BeforeValidator(_listed), WithJsonSchema({**_NAMES, "description": "read these only; default all"})
]
Wait = Annotated[
    float,
    BeforeValidator(_no_truth),
    Field(ge=0, le=LONGEST_WAIT, allow_inf_nan=False),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": LONGEST_WAIT, "description": "seconds"}),
]
Metrics = Annotated[Any, _said("metrics", **_NAMES, minItems=1, maxItems=MAX_METRICS)]
GroupBy = Annotated[Any, _said("group_by", **_NAMES)]
Grain = Annotated[Any, WithJsonSchema({"enum": list(GRAINS), "description": "of date, which it implies"})]
Period = Annotated[Any, _said("period", type="string")]
Where = Annotated[
    Any,
    WithJsonSchema({"type": "array", "items": _FILTER, "description": "all must hold; {any: [filters]} for or"}),
]
OrderBy = Annotated[Any, _said("order_by", **_NAMES)]
Limit = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT})]
Compare = Annotated[
    Any, WithJsonSchema({"enum": list(COMPARES), "description": "adds <metric>__previous and <metric>__change"})
]
Having = Annotated[
    Any,
    WithJsonSchema(
        {"type": "array", "items": {"type": "object"}, "description": "as where, on asked metrics and their columns"}
    ),
]
_RANKED = {"n": {"type": "integer"}, "by": {"type": "string"}, "dimension": {"type": "string"}}
Top = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "object",
            "properties": _RANKED,
            "required": ["n"],
            "description": "the n values of a dimension with most of a metric; the rest is one group, Other",
        }
    ),
]
Totals = Annotated[Any, WithJsonSchema({"type": "boolean", "description": "one more row, of everything"})]
Show = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "array",
            "items": {"enum": list(SHOWS)},
            "description": "share of the total, running sum over date; of metrics that add up",
        }
    ),
]
FillGaps = Annotated[Any, WithJsonSchema({"type": "boolean", "description": "a row for dates without any, too"})]
Snapshot = Annotated[Any, WithJsonSchema({"type": "string", "description": "the id that an answer named"})]
Explain = Annotated[Any, WithJsonSchema({"type": "boolean", "description": "adds the SQL that was run"})]


def _result(answer: Answer) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=answer.text())], structured_content=answer.structured()
    )


def add_tools(server: StrictServer, desk: Desk) -> None:
    """Register the three tools, answered at `desk`."""

    async def list_metrics(tenant: Tenant = None, search: Search = None) -> Annotated[CallToolResult, MetricsAnswer]:
        return _result(await anyio.to_thread.run_sync(desk.list_metrics, tenant, search))

    async def query_metric(
        metrics: Metrics,
        tenant: Tenant = None,
        group_by: GroupBy = (),
        grain: Grain = None,
        period: Period = "all",
        where: Where = (),
        order_by: OrderBy = (),
        limit: Limit = DEFAULT_LIMIT,
        compare: Compare = None,
        having: Having = (),
        top: Top = None,
        totals: Totals = False,
        show: Show = (),
        fill_gaps: FillGaps = False,
        snapshot: Snapshot = None,
        explain: Explain = False,
    ) -> Annotated[CallToolResult, QueryAnswer]:
        asked = {
            "metrics": metrics,
            "group_by": group_by,
            "grain": grain,
            "period": period,
            "where": where,
            "order_by": order_by,
            "limit": limit,
            "compare": compare,
            "having": having,
            "top": top,
            "totals": totals,
            "show": show,
            "fill_gaps": fill_gaps,
            "snapshot": snapshot,
            "explain": explain,
        }
        given = {key: value for key, value in asked.items() if value is not None}
        deadline = desk.deadline()
        try:
            return _result(
                await anyio.to_thread.run_sync(desk.query_metric, tenant, given, deadline, abandon_on_cancel=True)
            )
        except anyio.get_cancelled_exc_class():
            # a client that no longer waits is let go at once, and the query is interrupted
            deadline.stop()
            raise

    async def refresh_tenant(
        ctx: Context[None, Any],
        tenant: Tenant = None,
        sources: Sources = [],  # noqa: B006 - it is never changed
        full: Full = False,
        wait_seconds: Wait = PATIENCE,
        cancel: Cancel = False,
    ) -> Annotated[CallToolResult, RefreshAnswer]:
        one = await anyio.to_thread.run_sync(desk.served.tenant, tenant)
        one.check_sources(sources)
        refreshes = desk.refreshes
        options = Options(sources=tuple(sources), full=full)
        if cancel:
            refresh, joined = refreshes.under_way(one.slug), True
            options = refresh.options
            refreshes.cancel(refresh)
        else:
            refresh, joined = await anyio.to_thread.run_sync(refreshes.start_or_join, one.slug, options)
        await refreshes.wait(refresh, wait_seconds, ctx.report_progress)
        return _result(RefreshAnswer.of(refreshes.settle(refresh, options), joined or refresh.elsewhere))

    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    writes = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
    server.add_tool(list_metrics, title="List metrics", description=LIST_METRICS, annotations=reads)
    server.add_tool(query_metric, title="Query metrics", description=QUERY_METRIC, annotations=reads)
    server.add_tool(refresh_tenant, title="Refresh a tenant", description=REFRESH_TENANT, annotations=writes)
