"""Loopback: who may reach a server that asks for no login, and how much a request may hold.

A page that a browser on this machine shows can send requests to 127.0.0.1, by a name of its own that it lets point
there. Its Host or Origin header gives it away; both are looked at before anything else, on every path.
"""

import re
from collections import deque

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.failures import BAD_VALUE, failure
from warehouse.errors import BadValueError, quoted

HOSTS = ("127.0.0.1", "::1", "localhost")
MAX_BODY = 1_000_000  # bytes; a question has hundreds

_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


def check_host(host: str) -> str:
    """The address to listen on for one of `HOSTS`; raises BadValueError on any other."""
    if host not in HOSTS:
        raise BadValueError(
            f"The host {quoted(host)} is refused: there is no login yet, so only this machine may be let in. "
            f"Hosts: {', '.join(HOSTS)}."
        )
    return "127.0.0.1" if host == "localhost" else host


class Guard:
    """ASGI: refuses foreign callers, and bodies above `MAX_BODY` before anything parses them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = _foreign(headers)
        if refused is None:
            received = None if _declares_too_much(headers) else await _received(receive)
            if received is not None:
                await self._app(scope, _replayed(received, receive), send)
                return
            too_large = f"The body is larger than {MAX_BODY:,} bytes: ask for less at once."
            refused = failure(413, "too_large", too_large)
        await refused(scope, receive, send)


def _foreign(headers: Headers) -> Response | None:
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        # 400 as for any header that cannot be right; the page of an attacker reads none of it
        known = "Call this server by localhost, 127.0.0.1 or [::1]."
        return failure(400, BAD_VALUE, f"The Host header {quoted(', '.join(hosts))} is foreign. {known}")
    for origin in headers.getlist("origin"):
        scheme, _, host = origin.partition("://")
        if scheme not in ("http", "https") or not _HOST.fullmatch(host):
            # the status that MCP wants
            known = "Only pages of this machine may call this server."
            return failure(403, "forbidden", f"The Origin header {quoted(origin)} is foreign. {known}")
    return None


def _declares_too_much(headers: Headers) -> bool:
    declared = headers.get("content-length", "")
    return declared.isascii() and declared.isdecimal() and int(declared[:20]) > MAX_BODY


async def _received(receive: Receive) -> list[Message] | None:
    """The messages of the request, or None where they hold more than `MAX_BODY` bytes."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            return None
        if not message.get("more_body", False):  # the last part, or the caller has gone
            return messages


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    left = deque(messages)

    async def replay() -> Message:
        return left.popleft() if left else await receive()

    return replay
