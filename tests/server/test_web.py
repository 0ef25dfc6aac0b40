import json
import logging
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from mcp import Client
from mcp_types import CallToolResult
from sdk_client import GATA_MCP, said
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from typer.testing import CliRunner
from wire import bare_environment

from server.answers import QueryAnswer
from server.cli import app as command_line
from server.cli import main
from server.desk import Desk
from server.factory import create_server
from server.loopback import MAX_BODY, Guard
from server.settings import Settings
from server.strict import StrictServer
from server.web import PATHS, create_app
from warehouse.home import Home

WAYNE = "wayne_enterprises"
JSON = {"content-type": "application/json"}
README = Path(__file__).parents[2] / "README.md"
ORDERS = {"tenant": WAYNE, "metrics": ["orders"], "period": "2026-03"}
ABROAD = {"field": "customer_country", "value": "Österreich"}


def client_of(server: StrictServer, **options: Any) -> TestClient:
    return TestClient(create_app(server), base_url="http://127.0.0.1:8000", **options)


@pytest.fixture(scope="module")
def home(_published: Path) -> Home:
    """A home that is only read: wayne_enterprises with data, tyrell_corp without."""
    return Home(_published)


@pytest.fixture(scope="module")
def client(home: Home) -> Iterator[TestClient]:
    with client_of(create_server(Settings(home))) as client:
        yield client


@pytest.fixture(scope="module")
def address(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a started `gata-mcp serve --http` answers; what it prints on stdout must be nothing."""
    printed = tmp_path_factory.mktemp("http") / "stdout"
    command = [str(GATA_MCP), "serve", "--http", "--port", "0"]
    with (
        printed.open("wb") as stdout,
        subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=bare_environment(home)) as run,
    ):
        try:
            assert run.stderr is not None
            found = next(filter(None, (re.search(r"Serving on (\S+)", line) for line in run.stderr)))
            yield found[1]
        finally:
            run.terminate()
    assert printed.read_bytes() == b""


def asked(client: TestClient, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = client.post("/v1/query", content=content, headers={**JSON, **headers})
    return response.status_code, response.json()


def error_of(answer: tuple[int, dict[str, Any]]) -> tuple[int, str, str]:
    """The status, kind and message of what must be a failure in the one shape."""
    status, body = answer
    assert set(body) == {"error"}
    assert set(body["error"]) == {"kind", "message"}
    return status, body["error"]["kind"], body["error"]["message"]


@pytest.mark.parametrize(
    ("options", "question"),
    [
        ("orders --period 2026-03", {"metrics": ["orders"], "period": "2026-03"}),
        ("net_sales --by source_name", {"metrics": "net_sales", "group_by": ["source_name"], "grain": None}),
        (
            "average_order_value --grain month --period 2026",
            {"metrics": "average_order_value", "grain": "month", "period": 2026},
        ),
        ("orders --where customer_country=Österreich", {"metrics": "orders", "where": [ABROAD]}),
        ("orders --grain day --limit 3", {"metrics": '["orders"]', "grain": "day", "limit": "3"}),
    ],
)
def test_a_question_is_answered_in_the_bytes_that_the_command_line_prints(
    client: TestClient, trading: Home, options: str, question: dict[str, Any]
) -> None:
    line = ["--home", str(trading.root), "query", *options.split(), "--tenant", WAYNE, "--json"]
    printed = CliRunner().invoke(command_line, line)
    response = client.post("/v1/query", json={"tenant": WAYNE, **question})

    assert printed.exit_code == 0, printed.exception
    assert response.status_code == 200
    assert response.content == printed.stdout_bytes
    assert response.content.endswith(b"}\n")


def test_what_can_be_asked_is_answered_in_the_bytes_that_the_command_line_prints(
    client: TestClient, trading: Home
) -> None:
    line = ["--home", str(trading.root), "metrics", WAYNE, "--search", "country", "--json"]
    response = client.get("/v1/metrics", params={"tenant": WAYNE, "search": "country"})

    assert response.status_code == 200
    assert response.content == CliRunner().invoke(command_line, line).stdout_bytes


def test_answers_are_those_of_the_desk(client: TestClient, trading: Home) -> None:
    desk = Desk(Settings(trading))
    question = {"metrics": ["gross_sales", "orders"], "group_by": ["source_name"], "period": "2026-03"}

    assert asked(client, {"tenant": WAYNE, **question}) == (200, desk.query_metric(WAYNE, question).structured())
    assert client.get("/v1/metrics").json() == desk.list_metrics().structured()


def test_the_event_loop_stays_free_while_a_question_is_answered(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, let_go = Event(), Event()
    answered = Desk.query_metric

    def slow(self: Desk, *arguments: Any) -> QueryAnswer:
        begun.set()
        let_go.wait(30)
        return answered(self, *arguments)

    monkeypatch.setattr(Desk, "query_metric", slow)
    with ThreadPoolExecutor(1) as pool:
        question = pool.submit(asked, client, ORDERS)
        begun.wait(30)
        health = client.get("/health")
        let_go.set()

    assert health.status_code == 200
    assert question.result()[0] == 200


def test_health_opens_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "not there")
    with client_of(create_server(Settings(home))) as client:
        health = client.get("/health")

    assert health.status_code == 200
    assert set(health.json()) == {"status", "version"}
    assert health.json()["status"] == "ok"
    assert not home.root.exists()


@pytest.mark.parametrize(
    ("body", "status", "kind", "says"),
    [
        (b"{", 400, "bad_value", "The body is not valid JSON at line 1, column 2."),
        ([ORDERS], 400, "bad_value", "not an object"),
        (b'{"metrics": "orders", "metrics": "returns"}', 400, "bad_value", 'The name "metrics" stands twice'),
        (b"[" * 100_000, 400, "bad_value", "nested deeper"),
        ({**ORDERS, "filters": []}, 400, "unknown_name", 'Unknown argument "filters".'),
        ({**ORDERS, "metrics": ["order"]}, 400, "unknown_name", 'Unknown metric "order". Nearest: orders'),
        ({**ORDERS, "limit": True}, 400, "bad_value", "limit cannot be"),
        ({**ORDERS, "period": "2026-13"}, 400, "bad_value", '"2026-13"'),
        ({"tenant": WAYNE}, 400, "bad_value", "metrics is missing"),
        ({**ORDERS, "tenant": None}, 400, "bad_value", "Which tenant?"),
        ({**ORDERS, "tenant": 5}, 400, "bad_value", "tenant must be text (got 5)."),
        ({**ORDERS, "tenant": "wayne"}, 404, "unknown_name", 'Unknown tenant "wayne".'),
        ({**ORDERS, "tenant": "../x"}, 404, "unknown_name", 'Unknown tenant "../x".'),
        ({**ORDERS, "tenant": "tyrell_corp"}, 404, "no_snapshot", "Nothing has been published"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_one_shape(
    client: TestClient, body: object, status: int, kind: str, says: str
) -> None:
    refused = error_of(asked(client, body))

    assert refused[:2] == (status, kind)
    assert says in refused[2]


@pytest.mark.anyio
async def test_a_refusal_is_said_in_the_words_of_the_mcp_tool(client: TestClient, trading: Home) -> None:
    question = {**ORDERS, "metrics": ["net_sale"], "limit": "5"}
    async with Client(create_server(Settings(trading))) as over_mcp:
        result = await over_mcp.call_tool("query_metric", question)

    assert error_of(asked(client, question))[2] == said(result)


def test_only_the_tenants_that_are_served_are_known(trading: Home) -> None:
    with client_of(create_server(Settings(trading, tenants=(WAYNE,)))) as client:
        known = asked(client, {"metrics": "orders"})
        hidden = error_of(asked(client, {"metrics": "orders", "tenant": "tyrell_corp"}))

    assert known[0] == 200
    assert hidden == (404, "unknown_name", f'Unknown tenant "tyrell_corp". Tenants: {WAYNE}.')


@pytest.mark.parametrize(
    ("method", "path", "status", "kind", "says"),
    [
        ("GET", "/", 404, "unknown_name", 'Unknown path "/".'),
        ("GET", "/v1/metric", 404, "unknown_name", "Nearest: /v1/metrics"),
        ("POST", "/v1/query/", 404, "unknown_name", "Nearest: /v1/query"),
        ("GET", "/redoc", 404, "unknown_name", "See /docs."),
        ("GET", "/v1/query", 405, "method_not_allowed", "use POST."),
        ("DELETE", "/v1/metrics", 405, "method_not_allowed", "use GET."),
        ("OPTIONS", "/v1/query", 405, "method_not_allowed", "use POST."),
        ("POST", "/v1/query?limit=5", 400, "bad_value", 'The argument "limit" stands in the address'),
        ("GET", "/v1/metrics?tenants=a", 400, "unknown_name", 'Unknown argument "tenants". Nearest: tenant.'),
        ("GET", "/v1/metrics?tenant=a&tenant=b", 400, "bad_value", 'The name "tenant" stands twice'),
        ("GET", "/v1/metrics?tenant=nobody", 404, "unknown_name", 'Unknown tenant "nobody".'),
        ("GET", "/v1/metrics?search=" + "x" * 201, 400, "bad_value", "search must have at most 200"),
    ],
)
def test_what_the_router_refuses_has_the_same_shape(
    client: TestClient, method: str, path: str, status: int, kind: str, says: str
) -> None:
    response = client.request(method, path)
    refused = error_of((response.status_code, response.json()))

    assert refused[:2] == (status, kind)
    assert says in refused[2]
    assert (response.headers.get("allow") is not None) == (status == 405)


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"content-type": "application/x-www-form-urlencoded"}, '"application/x-www-form-urlencoded" is not read'),
        ({"content-type": "text/plain"}, "send application/json."),
        ({"content-encoding": "gzip"}, 'The content encoding "gzip" is not read'),
    ],
)
def test_a_body_in_another_form_is_not_read(client: TestClient, headers: dict[str, str], says: str) -> None:
    status, kind, message = error_of(asked(client, ORDERS, **headers))

    assert (status, kind) == (415, "unsupported_media_type")
    assert says in message


def test_a_charset_does_no_harm_and_a_type_may_be_missing(client: TestClient) -> None:
    plain = asked(client, ORDERS)
    untyped = client.post("/v1/query", content=json.dumps(ORDERS).encode())

    assert asked(client, ORDERS, **{"content-type": "Application/JSON; charset=utf-8"}) == plain
    assert (untyped.status_code, untyped.json()) == plain


@pytest.mark.parametrize("path", ["/v1/query", "/mcp", "/nowhere"])
def test_a_body_of_ten_megabytes_is_refused_on_every_path(client: TestClient, path: str) -> None:
    declared = client.post(path, content=b" " * 10_000_000, headers=JSON)
    streamed = client.post(path, content=(b" " * 1000 for _ in range(10_000)), headers=JSON)

    for response in (declared, streamed):
        assert error_of((response.status_code, response.json()))[:2] == (413, "too_large")


@pytest.mark.anyio
@pytest.mark.parametrize(("declared", "read"), [([], 3), ([(b"content-length", b"10000000")], 0)])
async def test_of_a_body_that_is_too_large_no_more_is_read_than_shows_it(
    declared: list[tuple[bytes, bytes]], read: int
) -> None:
    parts = iter(range(100))
    sent: list[Message] = []

    async def receive() -> Message:
        next(parts)
        return {"type": "http.request", "body": b" " * (MAX_BODY // 2), "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the app was reached")

    await Guard(never)({"type": "http", "headers": [(b"host", b"localhost"), *declared]}, receive, send)

    assert sent[0]["status"] == 413
    assert next(parts) == read


def test_a_body_up_to_the_limit_is_read(client: TestClient) -> None:
    body = json.dumps(ORDERS).encode()

    assert asked(client, body + b" " * (MAX_BODY - len(body)))[0] == 200
    assert asked(client, body + b" " * (MAX_BODY - len(body) + 1))[0] == 413


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1@evil.example", "127.0.0.2", ""]
)
def test_a_foreign_host_is_refused_on_every_path(client: TestClient, host: str) -> None:
    for path in (*PATHS, "/nowhere"):
        response = client.post(path, content=json.dumps(ORDERS).encode(), headers={**JSON, "host": host})
        status, kind, message = error_of((response.status_code, response.json()))

        assert (status, kind) == (400, "bad_value")
        assert f'The Host header "{host}" is foreign.' in message


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "file://localhost"]
)
def test_a_foreign_origin_is_refused_on_every_path(client: TestClient, origin: str) -> None:
    for path in (*PATHS, "/nowhere"):
        response = client.get(path, headers={"origin": origin})

        assert error_of((response.status_code, response.json()))[:2] == (403, "forbidden")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:9"])
def test_this_machine_is_let_in_by_each_of_its_names(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host, "origin": f"http://{host}"}).status_code == 200


def test_a_crash_is_one_sentence_with_a_log_id_and_its_details_stay_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def query_metric(metrics: str = "") -> str:
        raise RuntimeError("select secret from /etc/passwd")

    async def list_metrics() -> CallToolResult:
        return CallToolResult(content=[])

    server = StrictServer("crashing")
    server.add_tool(query_metric)
    server.add_tool(list_metrics)
    with client_of(server, raise_server_exceptions=False) as client, caplog.at_level(logging.ERROR):
        answers = [asked(client, {"metrics": "x"}), _got(client, "/v1/metrics")]

    for answer in answers:
        status, kind, message = error_of(answer)
        assert (status, kind) == (500, "internal")
        assert re.fullmatch(r"Something went wrong inside the server\. .* under id [0-9a-f]{8}\.", message)
        assert message.removesuffix(".").rpartition(" ")[2] in caplog.text


def _got(client: TestClient, path: str) -> tuple[int, dict[str, Any]]:
    response = client.get(path)
    return response.status_code, response.json()


def test_a_registry_that_cannot_be_used_is_no_fault_of_the_caller(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.tenants_file.write_text("tenants: [", encoding="utf-8")
    with client_of(create_server(Settings(home))) as client:
        status, kind, message = error_of(asked(client, ORDERS))

    assert (status, kind) == (500, "config")
    assert str(tmp_path) not in message


def test_openapi_describes_both_doors_their_arguments_and_the_failure(client: TestClient, home: Home) -> None:
    document = client.get("/openapi.json").json()
    ask, listed = document["paths"]["/v1/query"]["post"], document["paths"]["/v1/metrics"]["get"]
    schemas = document["components"]["schemas"]
    body = ask["requestBody"]["content"]["application/json"]

    assert body["schema"] == create_server(Settings(home)).arguments("query_metric")
    assert set(body["example"]) <= set(body["schema"]["properties"])
    assert [parameter["name"] for parameter in listed["parameters"]] == ["tenant", "search"]
    assert "/health" in document["paths"]
    for operation, answer in ((ask, "QueryAnswer"), (listed, "MetricsAnswer")):
        assert _model(operation, "200") == answer
        assert {_model(operation, status) for status in ("400", "404", "413", "500", "default")} == {"Failure"}
        assert "422" not in operation["responses"]
    assert set(schemas["FailureDetail"]["properties"]) == {"kind", "message"}
    assert "rows" in schemas["QueryAnswer"]["properties"]


def _model(operation: dict[str, Any], status: str) -> str:
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    return str(schema["$ref"]).rpartition("/")[2]


def test_the_page_of_documentation_fetches_nothing_and_names_every_argument(client: TestClient) -> None:
    page = client.get("/docs")
    document = client.get("/openapi.json").json()
    body = document["paths"]["/v1/query"]["post"]["requestBody"]["content"]["application/json"]

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"src=|//|<script|<link|@import", page.text)
    for name in [*body["schema"]["properties"], "search", "POST /v1/query", "GET /v1/metrics", "GET /health"]:
        assert f"<code>{name}</code>" in page.text


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_gets_what_the_readme_shows(address: str, trading: Home) -> None:
    (block,) = re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    serve, ask = (shlex.split(command) for command in block.replace("\\\n", "").split("$ ")[1:])
    local = [word.replace("http://127.0.0.1:8000", address) for word in ask]
    done = subprocess.run([*local, "--silent", "--noproxy", "*"], capture_output=True, check=True)
    question = json.loads(ask[-1])
    options = [*question["metrics"], "--by", *question["group_by"], "--tenant", question["tenant"], "--json"]
    printed = CliRunner().invoke(command_line, ["--home", str(trading.root), "query", *options])

    assert serve == ["uv", "run", "gata-mcp", "serve", "--http"]
    assert done.stdout == printed.stdout_bytes


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_mcp_over_http_answers_what_the_json_door_answers(address: str, client: TestClient, mode: Any) -> None:
    async with Client(f"{address}/mcp", mode=mode) as over_mcp:
        result = await over_mcp.call_tool("query_metric", ORDERS)
        tools = await over_mcp.list_tools()

    assert (200, result.structured_content) == asked(client, ORDERS)
    assert [tool.name for tool in tools.tools] == ["list_metrics", "query_metric", "refresh_tenant"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.2", ""])
def test_no_other_host_is_listened_on(home: Home, capsys: pytest.CaptureFixture[str], host: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--home", str(home.root), "serve", "--http", "--host", host])
    printed = capsys.readouterr()

    assert left.value.code == 2
    assert f'The host "{host}" is refused: there is no login yet' in printed.err
    assert printed.out == ""


def test_a_port_that_is_taken_is_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as left:
        main(["--home", str(home.root), "serve", "--http", "--port", str(taken.getsockname()[1])])

    assert left.value.code == 1
    assert "cannot be listened on: give a free one with --port." in capsys.readouterr().err


def test_a_port_without_http_is_wrong_use(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--home", str(home.root), "serve", "--port", "9000"])

    assert left.value.code == 2
    assert "--http" in capsys.readouterr().err


def test_on_stdio_fastapi_is_not_loaded() -> None:
    script = "import sys, server.cli, server.factory; print('fastapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
