"""The tool surface is a contract: names, descriptions, schemas and annotations are compared with the committed file.

After a change that is meant: `GATA_WRITE_CONTRACT=1 pytest tests/contract`, and say it in CHANGELOG.md.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from server.factory import create_server
from server.settings import Settings
from warehouse.home import Home

pytestmark = pytest.mark.anyio

SURFACE = Path(__file__).with_name("tool_surface.json")
MOST_BYTES = 6 * 1024


async def surface(home: Path) -> dict[str, Any]:
    async with Client(create_server(Settings(Home(home)))) as client:
        listed = await client.list_tools()
    return {"tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]}


async def test_the_tool_surface_is_the_committed_one(tmp_path: Path) -> None:
    found = await surface(tmp_path)
    if os.environ.get("GATA_WRITE_CONTRACT"):
        SURFACE.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")

    assert found == json.loads(SURFACE.read_text(encoding="utf-8"))


async def test_the_tool_surface_is_at_most_six_kilobytes(tmp_path: Path) -> None:
    assert len(json.dumps(await surface(tmp_path), separators=(",", ":")).encode()) <= MOST_BYTES


async def test_every_tool_says_what_it_does_to_the_world(tmp_path: Path) -> None:
    for tool in (await surface(tmp_path))["tools"]:
        assert set(tool["annotations"]) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        assert tool["title"]
        assert tool["description"]


async def test_every_argument_has_a_type_and_unknown_ones_are_excluded(tmp_path: Path) -> None:
    for tool in (await surface(tmp_path))["tools"]:
        schema = tool["inputSchema"]
        assert schema["additionalProperties"] is False
        for argument in schema["properties"].values():
            assert "type" in argument or "enum" in argument


async def test_output_schemas_declare_top_level_fields_only(tmp_path: Path) -> None:
    for tool in (await surface(tmp_path))["tools"]:
        for field in tool["outputSchema"]["properties"].values():
            assert set(field) == {"type"}
