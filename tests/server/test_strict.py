import logging
from typing import Annotated, Any

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel, Field

from server.strict import StrictServer
from warehouse.errors import BadValueError

pytestmark = pytest.mark.anyio


class Told(BaseModel):
    """What was told."""

    text: str
    rows: list[Any] = []


def add_tools(server: MCPServer[None]) -> None:
    async def tell(
        text: Annotated[str, Field(description="what to tell")], count: Annotated[int, Field(ge=1, le=5)] = 1
    ) -> Annotated[CallToolResult, Told]:
        if text == "refuse":
            raise BadValueError('The text "refuse" is refused.')
        if text == "crash":
            raise RuntimeError("secret /etc/path")
        said = " ".join([text] * count)
        return CallToolResult(content=[TextContent(type="text", text=said)], structured_content={"text": said})

    server.add_tool(tell)


@pytest.fixture
def server() -> StrictServer:
    server = StrictServer("strict")
    add_tools(server)
    return server


async def told(server: MCPServer[None], arguments: dict[str, Any], tool: str = "tell") -> CallToolResult:
    async with Client(server) as client:
        return await client.call_tool(tool, arguments)


def text(result: CallToolResult) -> str:
    block = result.content[0]
    assert block.type == "text"
    return block.text


async def test_an_unknown_argument_is_refused_with_the_nearest_name(server: StrictServer) -> None:
    result = await told(server, {"text": "a", "counts": 2})

    assert result.is_error
    assert text(result) == 'Unknown argument "counts". Nearest: count. tell takes text, count.'


async def test_the_plain_sdk_still_drops_unknown_arguments_in_silence() -> None:
    # the day this fails, StrictServer.add_tool need no longer set extra="forbid"
    plain: MCPServer[None] = MCPServer("plain")
    add_tools(plain)
    result = await told(plain, {"text": "a", "counts": 2})

    assert not result.is_error


async def test_a_value_out_of_range_is_refused_in_one_sentence(server: StrictServer) -> None:
    result = await told(server, {"text": "a", "count": 9})

    assert text(result) == "count must be at most 5 (got 9)."


async def test_a_missing_argument_is_named_with_its_meaning(server: StrictServer) -> None:
    assert text(await told(server, {})) == "text is missing: give what to tell."
    assert text(await told(server, {"text": None})) == "text is missing: give what to tell."


async def test_null_for_an_optional_argument_is_its_default(server: StrictServer) -> None:
    assert text(await told(server, {"text": "a", "count": None})) == "a"


async def test_a_refusal_arrives_in_its_own_words(server: StrictServer) -> None:
    result = await told(server, {"text": "refuse"})

    assert result.is_error
    assert text(result) == 'The text "refuse" is refused.'


async def test_a_crash_is_one_sentence_with_a_log_id_and_its_details_stay_in_the_log(
    server: StrictServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        result = await told(server, {"text": "crash"})
    said = text(result)
    log_id = said.removesuffix(".").rpartition(" ")[2]

    assert result.is_error
    assert "secret" not in said
    assert said.startswith("Something went wrong inside the server.")
    record = next(record for record in caplog.records if record.name == "server.strict")
    assert log_id in record.getMessage()
    assert record.exc_info is not None
    assert "secret" in str(record.exc_info[1])


async def test_an_unknown_tool_is_refused_with_the_nearest_name(server: StrictServer) -> None:
    assert text(await told(server, {}, "tel")) == 'Unknown tool "tel". Nearest: tell. Tools: tell.'


async def test_schemas_carry_no_titles_and_refuse_unknown_keys(server: StrictServer) -> None:
    (tool,) = await server.list_tools()

    assert "title" not in str(tool.input_schema)
    assert "title" not in str(tool.output_schema)
    assert tool.input_schema["additionalProperties"] is False
    assert tool.input_schema["required"] == ["text"]
