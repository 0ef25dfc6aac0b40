"""A refresh worker that does what a test tells it: run as a script, it is the child process."""

import json
import os
import sys
import threading
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

PATIENCE = 20.0


class Puppet:
    """The test's end of one child process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def heard(self) -> dict[str, Any] | None:
        """The next request that the child was sent, None once its standard input has ended."""
        if not self._connection.poll(PATIENCE):
            raise TimeoutError("the worker was sent nothing")
        line: str = self._connection.recv()
        message: dict[str, Any] | None = json.loads(line) if line else None
        return message

    def say(self, request: dict[str, Any], event: str, **values: object) -> None:
        """Write one event."""
        self.write(json.dumps({"id": request["id"], "event": event, **values}))

    def write(self, line: str) -> None:
        """Write one line, an event or not."""
        self._connection.send(("write", line))

    def end(self, code: int) -> None:
        """End the child at once."""
        self._connection.send(("end", code))


class Puppets:
    """Children that connect back to the test; `command` starts one."""

    def __init__(self, folder: Path) -> None:
        self._listener = Listener(str(folder / "puppets"), "AF_UNIX")
        self.command = (sys.executable, str(Path(__file__)), str(self._listener.address))

    def next(self) -> Puppet:
        """The next child that was started."""
        self._listener._listener._socket.settimeout(PATIENCE)  # type: ignore[attr-defined]
        return Puppet(self._listener.accept())

    def close(self) -> None:
        self._listener.close()


def _be_a_worker(address: str) -> None:
    connection = Client(address, "AF_UNIX")

    def forward() -> None:
        for line in sys.stdin:
            connection.send(line)
        connection.send("")

    threading.Thread(target=forward, daemon=True).start()
    while True:
        kind, value = connection.recv()
        if kind == "end":
            os._exit(value)
        sys.stdout.write(f"{value}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    try:
        _be_a_worker(sys.argv[1])
    except (EOFError, ConnectionResetError):
        sys.exit(0)
