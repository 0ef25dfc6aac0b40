"""What the MCP SDK does that strict.py and tools.py work around; docstrings name what can go when it no longer does.

More of them stand beside the code that they are about: test_strict.py, test_stdio.py.
"""

import json
import os
import subprocess
import sys

import pytest
from mcp import Client
from mcp.server import MCPServer
from pydantic import TypeAdapter
from wire import HELLO

PLAIN = """
from mcp.server import MCPServer
plain = MCPServer("plain")
def tell(text: str) -> str:
    print("printed by a tool")
    return text
plain.add_tool(tell)
plain.run()
"""


async def plain_answer(tool: str, **arguments: object) -> str:
    plain: MCPServer[None] = MCPServer("plain")

    def tell(count: int = 1) -> str:
        return "x" * count

    plain.add_tool(tell)
    async with Client(plain) as client:
        result = await client.call_tool(tool, arguments)
    [block] = result.content
    assert block.type == "text"
    assert result.is_error
    return block.text


@pytest.mark.anyio
async def test_pin_the_plain_sdk_refuses_in_pydantics_words() -> None:
    """Mended: refusals.py, and its use in StrictServer.call_tool, can go."""
    words = await plain_answer("tell", count="many")
    assert words.startswith("Error executing tool tell: 1 validation error for tellArguments\n")
    assert "errors.pydantic.dev" in words


@pytest.mark.anyio
async def test_pin_the_plain_sdk_names_no_other_tool_where_one_is_unknown() -> None:
    """Mended: the look at the name in StrictServer.call_tool can go."""
    assert await plain_answer("tel") == "Unknown tool: tel"


@pytest.mark.anyio
async def test_pin_the_plain_sdk_spends_tokens_on_titles() -> None:
    """Mended: strict._untitled can go."""
    plain: MCPServer[None] = MCPServer("plain")

    def tell(text: str) -> str:
        return text

    plain.add_tool(tell)
    [tool] = await plain.list_tools()
    assert tool.input_schema["properties"]["text"]["title"] == "Text"


def test_pin_pydantic_takes_true_for_the_number_one() -> None:
    """Mended: tools._no_truth can go."""
    assert TypeAdapter(float).validate_python(True) == 1.0


def test_pin_the_plain_sdk_leaves_a_line_unanswered_and_prints_onto_the_wire() -> None:
    """Mended: strict._unreadable can go, and for the other the redirect_stdout in StrictServer.run_stdio_async."""
    # half a surrogate pair in the first call
    calls = [(2, "\ud800"), (3, "a")]
    messages: list[dict[str, object]] = [
        {"id": 1, "method": "initialize", "params": HELLO},
        {"method": "notifications/initialized"},
        *(
            {"id": call, "method": "tools/call", "params": {"name": "tell", "arguments": {"text": text}}}
            for call, text in calls
        ),
    ]
    # a host's environment, in which output is buffered
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    process = subprocess.Popen(
        [sys.executable, "-c", PLAIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{json.dumps({'jsonrpc': '2.0', **message})}\n" for message in messages))
        process.stdin.flush()
        answered = [json.loads(process.stdout.readline())["id"] for _ in range(2)]
        process.stdin.close()
        rest = process.stdout.read()

    assert answered == [1, 3]
    assert rest == "printed by a tool\n"
