"""A server in a child process, spoken to in raw JSON-RPC lines."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import server
from warehouse.home import Home

DOOR = Path(server.__file__).with_name("app.py")
BY_PATH = (sys.executable, str(DOOR))

ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
}
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "wire", "version": "1"}}


class Wire:
    """One connection; every line that came is kept in `lines`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._last_id = 0
        self.lines: list[str] = []

    def notify(self, method: str) -> None:
        self._write({"jsonrpc": "2.0", "method": method})

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a request and read up to its response."""
        self._last_id += 1
        self._write({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params or {}})
        while True:
            message = self.read()
            if message.get("id") == self._last_id:
                return message

    def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Call a tool → the result."""
        return dict(self.ask("tools/call", {"name": tool, "arguments": arguments})["result"])

    def handshake(self) -> dict[str, Any]:
        answer = self.ask("initialize", HELLO)
        self.notify("notifications/initialized")
        return answer

    def read(self) -> dict[str, Any]:
        """The next line, which must be a JSON-RPC message."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the server has closed its standard output"
        self.lines.append(line)
        message: dict[str, Any] = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return message

    def send(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """Call a tool and ask for its progress, without waiting for either."""
        self._last_id += 1
        params = {"name": tool, "arguments": arguments, "_meta": {"progressToken": self._last_id}}
        self._write({"jsonrpc": "2.0", "id": self._last_id, "method": "tools/call", "params": params})

    def write_line(self, line: bytes) -> None:
        """Send a line as it is, to the byte."""
        assert self._process.stdin is not None
        self._process.stdin.buffer.write(line + b"\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """Kill the server without a chance to clean up."""
        self._process.kill()
        self._process.wait(timeout=20)

    def close(self) -> list[str]:
        """End the connection → the lines that came after the last response."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        rest = self._process.stdout.readlines()
        self._process.wait(timeout=20)
        return rest

    def _write(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


def bare_environment(home: Home, **extra: str) -> dict[str, str]:
    """The little that a desktop host hands on: no PATH, no virtual environment, buffered output."""
    kept = {key: os.environ[key] for key in ("HOME", "TMPDIR", "SYSTEMROOT") if key in os.environ}
    return {**kept, "PATH": "", "GATA_HOME": str(home.root), **extra}


@contextmanager
def served(home: Home, command: Sequence[str] = BY_PATH, cwd: Path | None = None, **extra: str) -> Iterator[Wire]:
    """A server over `home` in a child process; its log goes to stderr, where pytest captures it."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=bare_environment(home, **extra),
    )
    with process:
        try:
            yield Wire(process)
        finally:
            process.kill()
