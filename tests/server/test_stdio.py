import json
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from wire import BY_PATH, DOOR, ENVELOPE, HELLO, bare_environment, served

from warehouse.home import Home

FOREIGN = ("dlt", "dbt", "pyarrow", "pandas", "ibis", "boring_semantic_layer")


def test_importing_the_door_loads_no_pipeline_and_no_query_stack(home: Home) -> None:
    script = f"import sys, server.app; print([name for name in {FOREIGN} if sys.modules.get(name)])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=bare_environment(home), capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_importing_the_door_opens_no_file_of_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "not there")
    script = (
        "import sys\n"
        f"sys.addaudithook(lambda event, args: {str(home.root)!r} in str(args) and sys.exit(f'{{event}} {{args}}'))\n"
        "import server.app\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=bare_environment(home), capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert not home.root.exists()


def test_the_door_is_loaded_by_its_path_from_anywhere(home: Home, tmp_path: Path) -> None:
    with served(home, (str(Path(sys.executable).with_name("mcp")), "run", str(DOOR)), cwd=tmp_path) as wire:
        assert wire.handshake()["result"]["serverInfo"]["name"] == "gata-mcp"


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18", "2025-11-25"])
def test_older_clients_are_answered_in_their_version(home: Home, version: str) -> None:
    with served(home) as wire:
        answer = wire.ask("initialize", {**HELLO, "protocolVersion": version})

    assert answer["result"]["protocolVersion"] == version


def test_a_leading_discover_does_not_bar_the_handshake(home: Home) -> None:
    with served(home) as wire:
        found = wire.ask("server/discover", {"_meta": ENVELOPE})
        again = wire.ask("server/discover", {"_meta": ENVELOPE})
        hello = wire.handshake()
        tools = wire.ask("tools/list")

    assert "2026-07-28" in found["result"]["supportedVersions"]
    assert found["result"] == again["result"]
    assert hello["result"]["protocolVersion"] == "2025-11-25"
    assert len(tools["result"]["tools"]) == 3


def test_a_leading_discover_does_not_bar_the_modern_protocol(home: Home) -> None:
    with served(home) as wire:
        wire.ask("server/discover", {"_meta": ENVELOPE})
        tools = wire.ask("tools/list", {"_meta": ENVELOPE})

    assert len(tools["result"]["tools"]) == 3


def test_a_discover_of_an_unknown_version_is_told_the_known_ones_and_may_go_on(home: Home) -> None:
    future = {**ENVELOPE, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}
    with served(home) as wire:
        refused = wire.ask("server/discover", {"_meta": future})
        hello = wire.handshake()

    assert refused["error"]["code"] == -32022
    assert "2026-07-28" in refused["error"]["data"]["supported"]
    assert "result" in hello


def test_the_answer_to_a_leading_discover_is_the_sdks_own(home: Home) -> None:
    with served(home) as wire:
        leading = wire.ask("server/discover", {"_meta": ENVELOPE})["result"]
        wire.ask("tools/list", {"_meta": ENVELOPE})
        later = wire.ask("server/discover", {"_meta": ENVELOPE})["result"]

    assert leading == later


def test_the_plain_sdk_still_refuses_the_handshake_after_a_discover(home: Home, tmp_path: Path) -> None:
    # the day this fails, StrictServer.run_stdio_async need no longer answer discovers itself
    plain = tmp_path / "plain.py"
    plain.write_text("from mcp.server import MCPServer\nMCPServer('plain').run()\n", encoding="utf-8")
    with served(home, (sys.executable, str(plain))) as wire:
        wire.ask("server/discover", {"_meta": ENVELOPE})
        hello = wire.ask("initialize", HELLO)

    assert hello["error"]["code"] == -32022


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_sdks_own_client_is_served_in_both_eras(home: Home, mode: str) -> None:
    door = StdioServerParameters(command=BY_PATH[0], args=list(BY_PATH[1:]), env=bare_environment(home))
    async with Client(door, mode=mode) as client:
        tools = await client.list_tools()
        result = await client.call_tool("list_metrics", {})

    assert [tool.name for tool in tools.tools] == ["list_metrics", "query_metric", "refresh_tenant"]
    assert result.structured_content is not None
    assert len(result.structured_content["tenants"]) == 2


def test_what_is_printed_while_serving_never_reaches_the_wire(home: Home, tmp_path: Path) -> None:
    noisy = tmp_path / "noisy.py"
    noisy.write_text(
        "import os, subprocess, sys\n"
        "from server.factory import create_server\n"
        "mcp = create_server()\n"
        "async def shout() -> str:\n"
        "    print('buffered')\n"
        "    print('flushed', flush=True)\n"
        "    os.write(1, b'raw\\n')\n"
        "    subprocess.run([sys.executable, '-c', 'print(1)'])\n"
        "    return 'done'\n"
        "mcp.add_tool(shout)\n"
        "mcp.run()\n",
        encoding="utf-8",
    )
    with served(home, (sys.executable, str(noisy))) as wire:
        wire.handshake()
        result = wire.call("shout", {})
        rest = wire.close()

    assert result["content"][0]["text"] == "done"
    assert rest == []


def test_a_refresh_that_fails_leaves_the_wire_clean(home: Home) -> None:
    with served(home) as wire:
        wire.handshake()
        result = wire.call("refresh_tenant", {"tenant": "wayne_enterprises"})
        refused = wire.call("query_metric", {"metrics": ["net_sales"], "tenant": "nobody"})
        rest = wire.close()

    assert result["structuredContent"]["status"] == "failed"
    assert refused["isError"] is True
    assert rest == []
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in wire.lines)
