"""HTTP: MCP at /mcp, and the same questions as plain JSON beside it.

A question takes the way of a tool call, so its arguments, coercions, refusals and answer are query_metric's own; this
door has no list of arguments and reads none but the body.
"""

import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.answers import MetricsAnswer, QueryAnswer
from server.docs_page import docs_page
from server.failures import BAD_VALUE, INTERNAL, Failure, failure, json_response, refusal_of, refusal_of_tool
from server.json_object import EXAMPLE, json_object, once_each
from server.logs import log_failure
from server.loopback import MAX_BODY, Guard, check_host
from server.strict import StrictServer
from warehouse.errors import BadValueError, ConfigError, GataError, UnknownNameError, quoted

logger = logging.getLogger(__name__)

PATHS = ("/v1/query", "/v1/metrics", "/health", "/docs", "/openapi.json", "/mcp")
DESCRIPTION = (
    "Governed metrics of online shops, answered as the MCP tools at /mcp answer them. Numbers are exact: one that "
    "a double cannot hold is a string. A failure is {error: {kind, message}}."
)
_FAILURES: Mapping[int | str, str] = {
    400: "The question cannot be read or answered; the message says what to ask instead.",
    404: "No such tenant, nothing published for it yet, or no such path.",
    413: f"The body is larger than {MAX_BODY:,} bytes.",
    500: "A mistake of the server; the message has the id of its log line.",
    "default": "Any other failure, in the same shape.",
}
_GRACE = 3  # seconds that open streams have at the end


def serve_http(server: StrictServer, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve until interrupted; `announce` is told the address as soon as it can be connected to.

    port: 0 for any free one. Raises BadValueError on a host that is not loopback, ConfigError where the port cannot
    be listened on.
    """
    address = check_host(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listening = socket.create_server((address, port), family=family, backlog=128)
    except OSError as error:
        raise ConfigError(f"Port {quoted(port)} cannot be listened on: give a free one with --port.") from error
    with listening:
        config = uvicorn.Config(
            create_app(server),
            log_config=None,  # records go where ours go
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=_GRACE,
        )
        shown = f"[{address}]" if ":" in address else address
        announce(f"http://{shown}:{listening.getsockname()[1]}")
        with contextlib.redirect_stdout(sys.stderr):
            uvicorn.Server(config).run(sockets=[listening])


def create_app(server: StrictServer) -> FastAPI:
    """The app over `server`: /mcp, /v1/query, /v1/metrics, /health, /docs and /openapi.json."""
    # sessions and streams: progress and cancelling work, and one process has no others to share sessions with;
    # Guard has seen Host and Origin before, on every path
    transport = server.streamable_http_app(
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=MAX_BODY,
    )

    version = server.version or "unknown"  # of a source tree that is not installed

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    # FastAPI's own pages of documentation load their scripts from a CDN
    app = FastAPI(
        title="gata-mcp",
        version=version,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.add_middleware(Guard)
    app.add_exception_handler(GataError, _refused)
    app.add_exception_handler(ToolError, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(Exception, _failed)

    async def answered(tool: str, arguments: Mapping[str, object]) -> Response:
        # the work is done on a thread, as for a call over MCP
        result = await server.call_tool(tool, dict(arguments))
        if not isinstance(result, CallToolResult) or result.structured_content is None:
            raise TypeError(f"{tool} gave no structured answer")
        return json_response(result.structured_content)

    async def query(request: Request) -> Response:
        """One question: query_metric's arguments as a JSON object."""
        _check_form(request)
        return await answered("query_metric", json_object(await request.body()))

    async def metrics(request: Request) -> Response:
        """What can be asked: tenants, metrics and dimensions."""
        return await answered("list_metrics", once_each(request.query_params.multi_items(), "the address"))

    async def health() -> Response:
        """Whether the server runs; nothing is opened."""
        return json_response({"status": "ok", "version": version})

    async def docs() -> Response:
        return HTMLResponse(docs_page(app.openapi()), headers={"content-security-policy": "default-src 'none'"})

    asks = server.arguments("query_metric")
    body = {"required": True, "content": {"application/json": {"schema": asks, "example": EXAMPLE}}}
    listed = [
        {"name": name, "in": "query", "required": False, "description": schema["description"], "schema": schema}
        for name, schema in server.arguments("list_metrics")["properties"].items()
    ]
    said: dict[int | str, dict[str, Any]] = {
        status: {"model": Failure, "description": text} for status, text in _FAILURES.items()
    }
    app.add_api_route(
        "/v1/query",
        query,
        methods=["POST"],
        response_description="What query_metric answers, in the bytes of `gata-mcp query --json`.",
        openapi_extra={"requestBody": body},
        responses={200: {"model": QueryAnswer}, **said},
    )
    app.add_api_route(
        "/v1/metrics",
        metrics,
        response_description="What list_metrics answers, in the bytes of `gata-mcp metrics --json`.",
        openapi_extra={"parameters": listed},
        responses={200: {"model": MetricsAnswer}, **said},
    )
    app.add_api_route("/health", health, response_description="It does: status and version.")
    app.add_api_route("/docs", docs, include_in_schema=False)
    app.router.routes.extend(transport.routes)
    return app


def _check_form(request: Request) -> None:
    if request.query_params:
        name = next(iter(request.query_params))
        raise BadValueError(f"The argument {quoted(name)} stands in the address: put it into the body.")
    headers = request.headers
    kind = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, f"The content type {quoted(kind)} is not read: send application/json.")
    coding = headers.get("content-encoding", "identity")
    if coding.lower() != "identity":
        raise HTTPException(415, f"The content encoding {quoted(coding)} is not read: send the JSON as it is.")


async def _refused(_: Request, error: Exception) -> Response:
    if isinstance(error, ToolError):
        return refusal_of_tool(error)
    assert isinstance(error, GataError)
    return refusal_of(error)


async def _not_routed(request: Request, error: Exception) -> Response:
    """What the router says of itself, in our shape."""
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    if error.status_code == 404:
        return refusal_of(UnknownNameError("path", path, PATHS, "See /docs."))
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        said = f"The method {quoted(request.method)} is not for {path}: use {allowed}."
        return failure(405, "method_not_allowed", said, error.headers)
    kind = "unsupported_media_type" if error.status_code == 415 else BAD_VALUE
    return failure(error.status_code, kind, error.detail)


async def _failed(_: Request, error: Exception) -> Response:
    return failure(500, INTERNAL, log_failure(logger, "a request", error))
