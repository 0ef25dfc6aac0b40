"""Hostile calls through the SDK's client: each is one right answer or one short refusal, and nothing else happens."""

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from gold import THREE_STORES, Shop, merged, source, three_stores
from hostile_calls import NEIGHBOUR, Call, calls, large_calls
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]
from mcp import Client
from mcp_types import CallToolResult
from published import publish
from sdk_client import GATA_MCP
from wire import served

from server.factory import create_server
from server.refreshes import Refreshes
from server.settings import Settings
from warehouse.home import Home

WAYNE = "wayne_enterprises"
SAMPLE, MANY = 200, 5400
LONGEST_REFUSAL = 300
# values that only the neighbour has, and the words of tenants that no call names
MARKED = ("Zanzibar", "31337", "Replicant", "zz-vendor")
UNNAMED = re.compile(r"stark|iron", re.IGNORECASE)
TENANTS = """
tenants:
  wayne_enterprises: {name: Wayne Enterprises, timezone: America/New_York, currency: USD, sources: {
    shopify: {files: ./exports/shopify}}}
  tyrell_corp: {name: Tyrell Corporation, timezone: America/Los_Angeles, currency: USD, sources: {
    shopify: {files: ./exports/tyrell}}}
  stark_industries: {name: Iron, timezone: Europe/Berlin, currency: EUR, sources: {shopify: {files: ./exports/stark}}}
"""
INSIDE = re.compile(
    r"Traceback|\bFile \"|\.py\b|\.duckdb\b|/tmp|site-packages|pydantic|ValidationError|Error executing"
    r"|\b(SELECT|FROM|WHERE|GROUP BY|JOIN|CAST)\b|Something went wrong"
)


@pytest.fixture(scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("fuzzed"))
    home.tenants_file.write_text(TENANTS, encoding="utf-8")
    secret = Shop("shopify", "shopify")
    secret.order(1, "2026-03-01", [("Replicant", "1", "31337.31", "0")], person="roy", country="Zanzibar")
    secret.refund(1, "2026-03-02", "31337.31", title="Replicant", quantity="1", reason="zz-vendor")
    stores = (source("shopify", "shopify", "2026-03-01", "2026-03-31"),)
    publish(home, WAYNE, three_stores(), THREE_STORES)
    publish(home, NEIGHBOUR, merged(secret), stores)
    publish(home, "stark_industries", merged(secret), stores)
    return home.root


@pytest.fixture
def home(_home: Path, tmp_path: Path) -> Home:
    return Home(shutil.copytree(_home, tmp_path / "home"))


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The refreshes that a call would have started."""
    started: list[object] = []

    def note(*arguments: object) -> None:
        started.append(arguments)
        raise AssertionError("a refresh was started")

    monkeypatch.setattr(Refreshes, "start_or_join", note)
    return started


def tree(root: Path) -> dict[str, tuple[int, str]]:
    """Every file and folder with the time of its last change and its content's hash."""
    found = {}
    for path in sorted(root.rglob("*")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(root))] = (path.stat().st_mtime_ns, digest)
    return found


class Judge:
    """What an answer and a refusal must be like."""

    def __init__(self, home: Home, schemas: dict[str, dict[str, Any]]) -> None:
        self._root = str(home.root)
        self._validators = {tool: Draft202012Validator(schema) for tool, schema in schemas.items()}
        self.seen: Counter[str] = Counter()

    def judge(self, tool: str, arguments: dict[str, Any], result: CallToolResult) -> None:
        [block] = result.content
        assert block.type == "text"
        assert block.text
        if result.is_error:
            self._refusal(result, block.text)
        else:
            self._answer(tool, result, block.text)
        whole = f"{block.text} {result.structured_content}"
        assert self._root not in whole
        assert not UNNAMED.search(whole)
        assert not [marked for marked in MARKED if marked in whole]
        # a refusal repeats what was given
        assert "tyrell" not in whole.lower() or "tyrell" in str(arguments).lower()
        self.seen[f"{tool} {'refused' if result.is_error else 'answered'}"] += 1

    def _refusal(self, result: CallToolResult, text: str) -> None:
        assert result.structured_content is None
        assert len(text) <= LONGEST_REFUSAL
        assert text.isprintable(), "a control character, or more than one line"
        assert text.endswith((".", "?"))
        assert not INSIDE.search(text)

    def _answer(self, tool: str, result: CallToolResult, text: str) -> None:
        content = result.structured_content
        assert content is not None
        self._validators[tool].validate(content)
        # strict JSON, in characters that can be sent
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
        text.encode()
        if tool == "query_metric":
            assert content["tenant"] == WAYNE
            assert content["row_count"] == len(content["rows"]) <= 1000
            width = len(content["columns"])
            assert all(len(row) == width for row in [*content["rows"], content.get("totals", [None] * width)])
            assert content["snapshot"] in text
        else:
            assert [tenant["tenant"] for tenant in content["tenants"]] == [WAYNE]


async def judged(home: Home, hostile: Iterable[Call]) -> Counter[str]:
    """Every call's answer judged, and the home as it was; → how many there were of each kind."""
    before = tree(home.root)
    wrong = []
    async with Client(create_server(Settings(home, tenants=(WAYNE,)))) as client:
        listed = (await client.list_tools()).tools
        judge = Judge(home, {tool.name: tool.output_schema for tool in listed if tool.output_schema})
        for tool, arguments in hostile:
            result = await client.call_tool(tool, arguments)
            try:
                judge.judge(tool, arguments, result)
            except (AssertionError, ValidationError, ValueError) as error:
                wrong.append(f"{tool} {str(arguments)[:2000]!a} → {str(result.content)[:1000]}: {str(error)[:500]}")
    assert wrong == []
    assert tree(home.root) == before
    return judge.seen


@pytest.mark.anyio
async def test_a_sample_of_hostile_calls_is_answered_or_refused_in_few_words(home: Home, started: list[object]) -> None:
    seen = await judged(home, calls(1, SAMPLE, WAYNE))

    assert seen.total() == SAMPLE
    assert min(seen[f"{tool} {how}"] for tool in ("list_metrics", "query_metric") for how in ("answered", "refused"))
    assert seen["refresh_tenant answered"] == 0
    assert started == []


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("seed", [2, 3, 4])
async def test_thousands_of_hostile_calls_are_answered_or_refused_in_few_words(
    home: Home, started: list[object], seed: int
) -> None:
    seen = await judged(home, calls(seed, MANY // 3, WAYNE))

    assert seen.total() == MANY // 3
    assert seen["query_metric answered"] > MANY // 3 / 10
    assert seen["refresh_tenant answered"] == 0
    assert started == []


@pytest.mark.slow
@pytest.mark.anyio
async def test_ten_megabytes_in_any_argument_are_refused_in_few_words(home: Home, started: list[object]) -> None:
    seen = await judged(home, large_calls())

    assert seen["refresh_tenant answered"] == 0
    assert started == []


def called(arguments: bytes, call: int = 7) -> bytes:
    return b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"query_metric","arguments":%s}}' % (
        call,
        arguments,
    )


# what no client of the SDK's would send: the line, and the id and the words of its answer
LINES = [
    (called(b'{"metrics":["orders"],"limit":NaN}'), 7, 'limit cannot be "nan"'),
    (called(b'{"metrics":["orders"],"having":[{"field":"orders","value":1e999}]}'), 7, '"inf", which is no number'),
    (called(b'{"metrics":["orders"],"limit":-Infinity}'), 7, 'limit cannot be "-inf"'),
    (called(b'{"metrics":["a\\u0000\xff"]}'), 7, 'Unknown metric "a��"'),
    (called(b'{"metrics":["\\ud83d"]}'), 7, "no valid JSON: unexpected end of hex escape"),
    (called(b'{"metrics":["orders"],"limit":1%s}' % (b"0" * 5000)), 7, "no valid JSON: number out of range"),
    (called(b'{"metrics":%s%s}' % (b"[" * 100, b"]" * 100)), 7, 'metrics cannot be "[[['),
    (called(b'{"metrics":%s%s}' % (b"[" * 10**5, b"]" * 10**5)), None, "no valid JSON: recursion limit"),
    (called(b'{"metrics":["orders"]', call=8), None, "no valid JSON"),
    (b"select 1", None, "no valid JSON"),
    (b'{"id":"a","method":"tools/call","params":{"name":"\\ud800"},"jsonrpc":"2.0"}', "a", "no valid JSON"),
]


def test_a_line_that_no_client_would_write_is_answered_and_the_next_one_too(home: Home) -> None:
    with served(home, (str(GATA_MCP), "serve", "--tenant", WAYNE)) as wire:
        wire.handshake()
        for line, call, words in LINES:
            wire.write_line(line)
            answer = wire.read()
            assert answer["id"] == call, words
            said = answer["error"]["message"] if "error" in answer else answer["result"]["content"][0]["text"]
            assert words in said
            assert len(said) <= LONGEST_REFUSAL
            assert not INSIDE.search(said)
        assert not wire.call("query_metric", {"metrics": ["orders"], "tenant": WAYNE}).get("isError")
