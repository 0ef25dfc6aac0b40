"""Failures over HTTP: one shape, {"error": {"kind", "message"}}, and the status that each kind has."""

from collections.abc import Mapping

from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from server.answers import json_line
from warehouse.errors import GataError, UnknownNameError

BAD_VALUE = "bad_value"
UNKNOWN_NAME = "unknown_name"
INTERNAL = "internal"

# of every other kind the caller is at fault
_STATUS = {"no_snapshot": 404, "config": 500, INTERNAL: 500}


class FailureDetail(BaseModel):
    """What went wrong."""

    kind: str = Field(description="a word for programs, such as bad_value, unknown_name, not_answerable, no_snapshot")
    message: str = Field(description="a sentence for people: what, which value, the nearest names, the next step")


class Failure(BaseModel):
    """The body of every answer that is not 200."""

    error: FailureDetail


def failure(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """The response that says so."""
    body = Failure(error=FailureDetail(kind=kind, message=message))
    return json_response(body.model_dump(), status, headers)


def refusal_of(error: GataError) -> Response:
    """The response to what was raised on purpose: 404 for what is absent, 500 where the server's owner must act."""
    # a metric that does not exist is a mistake in the question, a tenant is what the question is put to
    absent = isinstance(error, UnknownNameError) and error.what in ("tenant", "path")
    return failure(404 if absent else _STATUS.get(error.kind, 400), error.kind, str(error))


def refusal_of_tool(error: ToolError) -> Response:
    """The response to a call that the MCP tool refused, in the tool's own words."""
    cause = error.__cause__
    if isinstance(cause, GataError):
        return refusal_of(cause)
    if isinstance(cause, UnexpectedToolError):
        return failure(500, INTERNAL, str(error))
    unknown = isinstance(cause, ValidationError) and cause.errors()[0]["type"] == "extra_forbidden"
    return failure(400, UNKNOWN_NAME if unknown else BAD_VALUE, str(error))


def json_response(
    content: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`content` in the bytes that the command line prints with --json."""
    # numbers of a business stay out of a browser's cache
    kept_out = {"cache-control": "no-store", "x-content-type-options": "nosniff", **(headers or {})}
    return Response(json_line(content), status, kept_out, media_type="application/json")
