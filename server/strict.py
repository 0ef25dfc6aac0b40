"""StrictServer: the SDK's server, made safe for governed numbers.

What it changes, each because of a behaviour of mcp 2.3 that a test pins:
- unknown arguments are refused, where the SDK drops them (a misspelt filter would give an unfiltered number);
- a refused argument is said in our words, a GataError in its own, anything else as one sentence with a log id;
- tools/list carries no schema titles;
- on stdio, leading `server/discover` probes are answered without locking the connection to the modern protocol,
  a line that is no JSON is answered at all, and nothing but JSON-RPC reaches stdout.
"""

import contextlib
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import anyio
from anyio.abc import ObjectSendStream
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.stdio import stdio_server
from mcp.shared.inbound import InboundLadderRejection, classify_inbound_request
from mcp.shared.message import SessionMessage
from mcp_types import CallToolResult, DiscoverResult, Icon, InputRequiredResult, ToolAnnotations
from mcp_types.jsonrpc import PARSE_ERROR, ErrorData, JSONRPCError, JSONRPCRequest, JSONRPCResponse
from mcp_types.version import LATEST_MODERN_VERSION, MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from server.logs import log_failure
from server.refusals import refusal
from warehouse.errors import GataError, UnknownNameError

logger = logging.getLogger(__name__)

_SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo"


class StrictServer(MCPServer[None]):
    """An MCPServer that refuses what it does not know and says so in one sentence.

    on_discovered: called once a `server/discover` was answered, which no middleware sees.
    """

    on_discovered: Callable[[], None] = staticmethod(lambda: None)

    def add_tool(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        title: str | None = None,
        description: str | None = None,
        annotations: ToolAnnotations | None = None,
        icons: list[Icon] | None = None,
        meta: dict[str, Any] | None = None,
        structured_output: bool | None = None,
    ) -> None:
        super().add_tool(fn, name, title, description, annotations, icons, meta, structured_output)
        tool = self._tool(name or fn.__name__)
        model = tool.fn_metadata.arg_model
        model.model_config["extra"] = "forbid"
        model.model_rebuild(force=True)
        tool.parameters = {**_untitled(tool.parameters), "additionalProperties": False}
        if tool.fn_metadata.output_schema is not None:
            tool.fn_metadata.output_schema = _untitled(tool.fn_metadata.output_schema)

    def arguments(self, name: str) -> dict[str, Any]:
        """The JSON schema of a tool's arguments, as tools/list has it."""
        return self._tool(name).parameters

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            names = [known.name for known in self._tool_manager.list_tools()]
            raise ToolError(str(UnknownNameError("tool", name, names, f"Tools: {', '.join(names)}.")))
        try:
            return await super().call_tool(name, _given(arguments, tool), context)
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, GataError):
                raise ToolError(str(cause)) from cause
            if isinstance(error, UnexpectedToolError):
                raise ToolError(log_failure(logger, f"tool {name}", cause or error)) from error
            if isinstance(cause, ValidationError):
                raise ToolError(refusal(cause, name, tool.parameters["properties"])) from cause
            raise ToolError(str(error).removeprefix(f"Error executing tool {name}: ")) from error

    async def run_stdio_async(self) -> None:
        """Serve on stdin and stdout, in the protocol era of the first request that is no `server/discover`."""
        low = self._lowlevel_server
        async with stdio_server() as (read, write):
            send, receive = anyio.create_memory_object_stream[SessionMessage | Exception](0)

            async def relay(onward: ObjectSendStream[SessionMessage | Exception]) -> None:
                async with onward:
                    probing = True
                    async for item in read:
                        if isinstance(item, Exception) and (unreadable := _unreadable(item)):
                            await write.send(SessionMessage(unreadable))
                            continue
                        message = item.message if isinstance(item, SessionMessage) else None
                        if probing and isinstance(message, JSONRPCRequest):
                            probing = message.method == "server/discover" and _has_envelope(message)
                            if probing:
                                await write.send(SessionMessage(self._discovered(message)))
                                self.on_discovered()
                                continue
                        await onward.send(item)

            # a print that stays in sys.stdout's buffer would be drained onto the wire at exit
            with contextlib.redirect_stdout(sys.stderr):
                async with anyio.create_task_group() as group:
                    group.start_soon(relay, send)
                    await low.run(receive, write, low.create_initialization_options())
                    group.cancel_scope.cancel()

    def _discovered(self, request: JSONRPCRequest) -> JSONRPCResponse | JSONRPCError:
        low = self._lowlevel_server
        route = classify_inbound_request({"method": request.method, "params": request.params})
        if isinstance(route, InboundLadderRejection):
            refused = ErrorData(code=route.code, message=route.message, data=route.data)
            return JSONRPCError(jsonrpc="2.0", id=request.id, error=refused)
        found = DiscoverResult(
            supported_versions=list(MODERN_PROTOCOL_VERSIONS),
            capabilities=low.get_capabilities(protocol_version=LATEST_MODERN_VERSION),
            instructions=low.instructions,
        ).model_dump(by_alias=True, mode="json", exclude_none=True)
        found["_meta"] = {_SERVER_INFO_KEY: low.server_info_stamp}
        return JSONRPCResponse(jsonrpc="2.0", id=request.id, result=found)

    def _tool(self, name: str) -> Tool:
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            raise LookupError(name)
        return tool


def _given(arguments: dict[str, Any], tool: Tool) -> dict[str, Any]:
    """The arguments without those given as null: null means the default, a required one is then missing."""
    known = tool.parameters["properties"]
    return {key: value for key, value in arguments.items() if not (value is None and key in known)}


def _unreadable(error: Exception) -> JSONRPCError | None:
    """The response to a line that is no JSON for the SDK, such as one with half a surrogate pair; it would send none,
    and its caller would wait for ever."""
    first = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else None
    if first is None or first["type"] != "json_invalid" or not str(first["input"]).strip():
        return None
    try:
        # more forgiving, which is enough to know whose call it was
        message = json.loads(str(first["input"]), parse_int=lambda digits: int(digits) if len(digits) < 20 else None)
    except (ValueError, RecursionError):
        message = None
    call = message.get("id") if isinstance(message, dict) else None
    known = call if isinstance(call, str | int) and not isinstance(call, bool) else None
    said = f"The message is no valid JSON: {first['ctx']['error']}."
    return JSONRPCError(jsonrpc="2.0", id=known, error=ErrorData(code=PARSE_ERROR, message=said))


def _has_envelope(request: JSONRPCRequest) -> bool:
    meta = (request.params or {}).get("_meta")
    return isinstance(meta, dict)


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without titles and empty keywords: they cost tokens and say nothing."""
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            kept[key] = {name: _untitled(child) for name, child in value.items()}
        elif key == "title" or value in ({}, []) or (key == "default" and value is None):
            continue
        else:
            kept[key] = _untitled(value) if isinstance(value, dict) else value
    return kept
