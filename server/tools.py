"""The three tools: names, arguments, descriptions, annotations."""

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import BeforeValidator, Field, WithJsonSchema

from server.answers import MetricsAnswer, QueryAnswer, RefreshAnswer, result
from server.desk import Desk
from server.refreshes import Document
from server.strict import StrictServer
from warehouse.periods import GRAINS, PERIOD_FORMS, Grain

OPERATORS = "eq ne in not_in gt gte lt lte contains starts_with is_null not_null".split()
MOST_METRICS = 10
MOST_ROWS = 1000
LONGEST_WAIT = 50

LIST_METRICS = (
    "What can be asked: tenants, metrics with definitions, the dimensions each can be split by. "
    "Call it before query_metric."
)
QUERY_METRIC = (
    "Answer a business question with governed metrics of one tenant; never compute or guess a metric yourself. "
    "Names come from list_metrics. Amounts are in the tenant's currency, days in its time zone."
)
REFRESH_TENANT = (
    "Load a tenant's new data and publish it. Starts a refresh or joins the one under way; if it answers running, "
    "call again to follow it. Questions are answered from the last good data meanwhile."
)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


def _whole(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")
    return value


Tenant = Annotated[
    str | None,
    Field(description="May be left out where one is served"),
    WithJsonSchema({"type": "string", "description": "May be left out where one is served"}),
]
Names = Annotated[list[str], BeforeValidator(_listed)]
Filters = Annotated[
    list[dict[str, Any]],
    BeforeValidator(_listed),
    WithJsonSchema(
        {
            "type": "array",
            "description": "All must hold; {any: [filters]} for or. op is eq, or in for a list",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "op": {"enum": OPERATORS},
                    "value": {},
                    "any": {"type": "array"},
                },
            },
        }
    ),
]


def add_tools(server: StrictServer, desk: Desk) -> None:
    """Register the three tools, answered at `desk`."""

    async def list_metrics(
        tenant: Tenant = None,
        search: Annotated[
            str | None,
            WithJsonSchema({"type": "string", "description": "Words in names, descriptions, synonyms, values"}),
        ] = None,
    ) -> Annotated[CallToolResult, MetricsAnswer]:
        return result(await anyio.to_thread.run_sync(desk.list_metrics, tenant, search))

    async def query_metric(
        metrics: Annotated[Names, Field(min_length=1, max_length=MOST_METRICS)],
        tenant: Tenant = None,
        group_by: Annotated[Names, Field(description="Dimensions, or date with a grain")] = [],  # noqa: B006
        grain: Annotated[
            Grain | None, WithJsonSchema({"enum": list(GRAINS), "description": "Of date; implies it"})
        ] = None,
        period: Annotated[str, Field(description=PERIOD_FORMS)] = "all",
        where: Filters = [],  # noqa: B006
        order_by: Annotated[Names, Field(description='Asked names, "-" before one for descending')] = [],  # noqa: B006
        limit: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=MOST_ROWS)] = 100,
    ) -> Annotated[CallToolResult, QueryAnswer]:
        asked = {
            "metrics": metrics,
            "group_by": group_by,
            "grain": grain,
            "period": period,
            "where": where,
            "order_by": order_by,
            "limit": limit,
        }
        return result(await desk.query(tenant, asked))

    async def refresh_tenant(
        ctx: Context[None, Any],
        tenant: Tenant = None,
        full: Annotated[bool, Field(description="Rebuild from all data held")] = False,
        wait_seconds: Annotated[
            float,
            BeforeValidator(_whole),
            Field(ge=0, le=LONGEST_WAIT, description="How long to wait for the end"),
        ] = 25,
    ) -> Annotated[CallToolResult, RefreshAnswer]:
        one = await anyio.to_thread.run_sync(desk.served.tenant, tenant)
        refreshes = desk.refreshes
        refresh, joined = await anyio.to_thread.run_sync(partial(refreshes.start_or_join, one.slug, full))
        await refreshes.wait(refresh, wait_seconds, ctx.report_progress)
        document: Document = refreshes.settle(refresh, full)
        return result(RefreshAnswer.of(document, joined))

    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False)
    writes = ToolAnnotations(read_only_hint=False, idempotent_hint=True, destructive_hint=False, open_world_hint=True)
    server.add_tool(list_metrics, title="List metrics", description=LIST_METRICS, annotations=reads)
    server.add_tool(query_metric, title="Query metrics", description=QUERY_METRIC, annotations=reads)
    server.add_tool(refresh_tenant, title="Refresh a tenant", description=REFRESH_TENANT, annotations=writes)
