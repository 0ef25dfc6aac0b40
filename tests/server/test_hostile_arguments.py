from functools import partial
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.server.mcpserver.exceptions import ToolError

from server.factory import create_server
from server.settings import Settings
from server.strict import StrictServer
from warehouse.home import Home

WAYNE = "wayne_enterprises"
HOSTILE = ["../x", "'; drop table t; --", 'a"b', "a\x00b", "\ud800", "${HOME}", "%s{0}", "x" * 3000, "", "null", "{"]
NAMES = ["orders", "net_sales", "date", "platform", WAYNE, "2026", "all", "-orders"]
ARGUMENTS = [
    "metrics",
    "tenant",
    "group_by",
    "grain",
    "period",
    "where",
    "order_by",
    "limit",
    "search",
    "filter",
    "snapshot",
]

texts = st.sampled_from([*HOSTILE, *NAMES]) | st.text(max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["field", "op", "value", "any", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
names = [
    "metrics",
    "tenant",
    "group_by",
    "grain",
    "period",
    "where",
    "order_by",
    "limit",
    "search",
    "filter",
    "snapshot",
]
arguments = st.dictionaries(st.sampled_from(names), values, max_size=5)


@pytest.fixture
def server(trading: Home) -> StrictServer:
    return create_server(Settings(trading, tenants=(WAYNE,)))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tool=st.sampled_from(["query_metric", "list_metrics"]), given_arguments=arguments, valid=st.booleans())
def test_no_argument_gets_more_than_an_answer_or_a_short_refusal(
    server: StrictServer, trading: Home, tool: str, given_arguments: dict[str, Any], valid: bool
) -> None:
    call = {"metrics": ["orders"], **given_arguments} if valid and tool == "query_metric" else given_arguments
    try:
        anyio.run(partial(server.call_tool, tool, call))
    except ToolError as refused:
        said = str(refused)
        assert "Something went wrong" not in said
        assert "Error executing" not in said
        assert "tyrell" not in said
        assert str(trading.root) not in said
        assert "\x00" not in said
        assert len(said) < 600
