import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from gold import THREE_STORES, Shop, source
from mcp import Client
from mcp_types import CallToolResult
from published import publish

from server.factory import create_server
from server.settings import Settings
from warehouse.home import Home

pytestmark = pytest.mark.anyio

WAYNE = "wayne_enterprises"
NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


@pytest.fixture(params=["legacy", "auto"])
async def client(request: pytest.FixtureRequest, trading: Home) -> AsyncIterator[Client]:
    server = create_server(Settings(trading), now=lambda: NOW)
    async with Client(server, mode=request.param) as client:
        yield client


def content(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text(result)
    assert result.structured_content is not None
    return dict(result.structured_content)


def text(result: CallToolResult) -> str:
    block = result.content[0]
    assert block.type == "text"
    return block.text


async def asked(client: Client, **arguments: object) -> CallToolResult:
    return await client.call_tool("query_metric", {"tenant": WAYNE, **arguments})


async def test_a_question_is_answered_exactly_and_with_its_context(client: Client) -> None:
    answer = content(await asked(client, metrics=["gross_sales", "orders"], group_by=["source_name"], period="2026-03"))

    assert [column["name"] for column in answer["columns"]] == ["source_name", "gross_sales", "orders"]
    assert {row[0]: row[1:] for row in answer["rows"]}["woo"] == [80, 1]
    assert answer["period"] == {
        "start": "2026-03-01",
        "end": "2026-03-31",
        "timezone": "America/New_York",
        "complete": False,
    }
    assert answer["currency"] == "USD"
    assert answer["data_through"]["woo"] == "2026-03-20"
    assert set(answer["definitions"]) == {"gross_sales", "orders"}
    assert answer["row_count"] == len(answer["rows"])
    assert answer["truncated"] is False


async def test_the_text_half_says_what_the_structured_half_says(client: Client) -> None:
    result = await asked(client, metrics="net_sales", group_by="source_name", limit=2)
    answer, said = content(result), text(result)

    for row in answer["rows"]:
        assert ",".join("null" if cell is None else str(cell) for cell in row) in said.splitlines()
    for part in (answer["snapshot"], answer["currency"], answer["period"]["timezone"], *answer["definitions"].values()):
        assert part in said
    for notice in answer["notices"]:
        assert notice in said
    assert answer["truncated"] is True
    assert "cut at the limit" in said


async def test_a_list_may_be_one_value_or_json_in_a_string(client: Client) -> None:
    plain = content(await asked(client, metrics=["orders"], group_by=["platform"]))
    one = content(await asked(client, metrics="orders", group_by="platform"))
    as_json = content(await asked(client, metrics='["orders"]', group_by='["platform"]', limit="100"))

    assert plain["rows"] == one["rows"] == as_json["rows"]


async def test_a_filter_may_stand_alone_or_in_a_string(client: Client) -> None:
    where = {"field": "platform", "value": "woocommerce"}
    listed = content(await asked(client, metrics="orders", where=[where]))
    alone = content(await asked(client, metrics="orders", where=where))
    as_json = content(await asked(client, metrics="orders", where=json.dumps([where])))

    assert listed["rows"] == alone["rows"] == as_json["rows"] == [[2]]


async def test_null_means_the_default(client: Client) -> None:
    plain = content(await asked(client, metrics=["orders"]))
    nulls = dict.fromkeys(("group_by", "grain", "period", "where", "order_by", "limit"))

    assert content(await asked(client, metrics=["orders"], **nulls))["rows"] == plain["rows"]


async def test_a_year_may_be_a_number(client: Client) -> None:
    assert content(await asked(client, metrics="orders", period=2026))["period"]["start"] == "2026-01-01"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "metrics is missing"),
        ({"metrics": []}, "1 to 10 metric names"),
        ({"metrics": ["net_sale"]}, 'Unknown metric "net_sale". Nearest: net_sales'),
        ({"metrics": ["orders"], "filters": []}, 'Unknown argument "filters"'),
        ({"metrics": ["orders"], "group_by": ["countri"]}, '"countri"'),
        ({"metrics": ["orders"], "limit": 0}, 'limit cannot be "0"'),
        ({"metrics": ["orders"], "limit": 1001}, 'limit cannot be "1001"'),
        ({"metrics": ["orders"], "limit": "many"}, 'limit cannot be "many"'),
        ({"metrics": ["orders"], "limit": True}, "limit cannot be"),
        ({"metrics": ["orders"], "limit": 1.5}, 'limit cannot be "1.5"'),
        ({"metrics": ["orders"], "period": "2026-13"}, '"2026-13"'),
        ({"metrics": ["orders"], "grain": "hour"}, 'grain cannot be "hour"'),
        ({"metrics": ["orders"], "where": [{"field": "platform", "op": "like", "value": "a"}]}, "where cannot be"),
        ({"metrics": ["orders"], "where": "platform = 'a'"}, "where cannot be"),
        ({"metrics": {"a": 1}}, "metrics cannot be"),
        ({"metrics": [1]}, "metrics cannot be"),
        ({"metrics": ["orders"], "tenant": "tyrel_corp"}, 'Unknown tenant "tyrel_corp". Nearest: tyrell_corp'),
        ({"metrics": ["orders"], "tenant": "../x"}, 'Unknown tenant "../x"'),
        ({"metrics": ["orders"], "tenant": 5}, "tenant must be text (got 5)."),
        ({"metrics": ["orders"], "tenant": "tyrell_corp"}, "refresh it first (refresh_tenant)."),
    ],
)
async def test_what_cannot_be_used_is_refused_in_few_words(
    client: Client, arguments: dict[str, Any], says: str
) -> None:
    result = await asked(client, **arguments)
    said = text(result)

    assert result.is_error
    assert says in said
    assert "Error executing" not in said
    assert "pydantic" not in said
    assert len(said) < 480


async def test_sql_in_a_value_is_a_value_that_matches_nothing(client: Client) -> None:
    where = [{"field": "customer_country", "value": "x'; drop table fct_orders; --"}]

    assert content(await asked(client, metrics="orders", where=where))["rows"] == [[0]]
    assert content(await asked(client, metrics="orders"))["rows"][0][0] > 0


async def test_without_a_tenant_several_are_named_to_choose_from(client: Client) -> None:
    result = await client.call_tool("query_metric", {"metrics": ["orders"]})

    assert result.is_error
    assert text(result) == f"Which tenant? Tenants: {WAYNE}, tyrell_corp."


async def test_a_newly_published_snapshot_answers_the_next_question(client: Client, trading: Home) -> None:
    before = content(await asked(client, metrics="orders"))
    version = publish(trading, WAYNE, {}, THREE_STORES)
    after = content(await asked(client, metrics="orders"))

    assert before["rows"] != after["rows"]
    assert after["snapshot"] == version.id


async def test_the_only_tenant_need_not_be_named(trading: Home) -> None:
    server = create_server(Settings(trading, tenants=(WAYNE,)), now=lambda: NOW)
    async with Client(server) as client:
        answer = content(await client.call_tool("query_metric", {"metrics": ["orders"]}))
        hidden = await client.call_tool("query_metric", {"metrics": ["orders"], "tenant": "tyrell_corp"})

    assert answer["tenant"] == WAYNE
    assert text(hidden) == f'Unknown tenant "tyrell_corp". Tenants: {WAYNE}.'


async def test_thirty_four_months_take_at_most_a_kilobyte_and_a_half_each_half(client: Client, trading: Home) -> None:
    shop = Shop("shopify", "shopify")
    for month in range(34):
        day = f"{2023 + (month + 5) // 12}-{(month + 5) % 12 + 1:02d}-15"
        shop.order(month, day, [("Mug", "1", f"{98765 + month * 1234}.{month + 10}", "0")])
    publish(trading, WAYNE, shop.rows, [source("shopify", "shopify", "2023-06-15", "2026-03-31")])
    result = await asked(client, metrics="net_sales", grain="month", period="2023-06-01..2026-03-31")
    answer = content(result)

    assert answer["row_count"] == 34
    assert len(text(result).encode()) <= 1536
    assert len(json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()) <= 1536


@pytest.mark.parametrize("wait", [-1, 51, "soon", True])
async def test_a_wait_that_cannot_be_is_refused(client: Client, wait: object) -> None:
    result = await client.call_tool("refresh_tenant", {"tenant": WAYNE, "wait_seconds": wait})

    assert result.is_error
    assert text(result).startswith("wait_seconds must be ")
