"""The parent's side of the refresh workers: child processes that are spoken to in JSON lines.

A worker serves one request at a time; there are at most as many as processors, and a request that finds none free
waits its turn. What a worker prints beside its events goes to this process's stderr, never to its stdout.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any

from warehouse.errors import RefreshError

logger = logging.getLogger(__name__)

Event = Mapping[str, Any]
Listener = Callable[[Event], None]

_LAST = ("done", "error")


class Request:
    """One request under way; its listener hears every event, in order, on a thread of the client."""

    def __init__(self, number: int, message: Mapping[str, object], listen: Listener) -> None:
        self.number = number
        self.message = message
        self.listen = listen
        self.heard = False
        self.sent_again = False


class Workers:
    """A pool of refresh workers, started when they are needed."""

    def __init__(self, command: Sequence[str], most: int | None = None) -> None:
        self._command = list(command)
        self._most = most or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._workers: list[_Worker] = []
        self._waiting: deque[Request] = deque()
        self._last_number = 0

    def request(self, message: Mapping[str, object], listen: Listener) -> Request:
        """Send a request to a free worker, or as soon as one is free.

        The last event is `done` or `error`; a worker that ends before it gives an `error` of kind internal.
        """
        with self._lock:
            self._last_number += 1
            request = Request(self._last_number, message, listen)
            self._waiting.append(request)
        self._dispatch()
        return request

    def answer(self, message: Mapping[str, object], heard: Listener | None = None) -> Mapping[str, Any]:
        """Send a request and wait for its result; heard: is told every event before it.

        Ctrl-C asks for the end of the request. Raises RefreshError where its last event is `error`.
        """
        events: SimpleQueue[Event] = SimpleQueue()
        request = self.request(message, events.put)
        while True:
            try:
                event = events.get()
            except KeyboardInterrupt:
                self.cancel(request)
                continue
            if event["event"] == "done":
                result: Mapping[str, Any] = event["result"]
                return result
            if event["event"] == "error":
                error = event["error"]
                raise RefreshError(error["kind"], error["message"], retry_safe=bool(error.get("retry_safe", True)))
            if heard is not None:
                heard(event)

    def cancel(self, request: Request) -> None:
        """Ask for the end of a request: one that waits ends at once, one that runs at its next stage boundary."""
        with self._lock:
            waits = request in self._waiting
            if waits:
                self._waiting.remove(request)
            worker = next((worker for worker in self._workers if worker.request is request), None)
        if waits:
            request.listen(_error("cancelled", "The refresh was cancelled before it began."))
        elif worker is not None:
            worker.send({"id": request.number, "op": "cancel", "tenant": request.message["tenant"]})

    def close(self) -> None:
        """Tell every worker that nobody listens any more: each stops at its next stage boundary and leaves."""
        with self._lock:
            workers, self._workers = self._workers, []
            self._waiting.clear()
            for request in (worker.request for worker in workers):
                if request is not None:
                    request.sent_again = True
        for worker in workers:
            worker.leave()

    def _dispatch(self) -> None:
        refused: list[Request] = []
        with self._lock:
            while self._waiting:
                worker = next((worker for worker in self._workers if worker.request is None), None)
                if worker is None and len(self._workers) < self._most:
                    try:
                        worker = _Worker(self._command, self._heard, self._ended)
                    except OSError:
                        logger.exception("a refresh worker could not be started")
                        refused.append(self._waiting.popleft())
                        continue
                    self._workers.append(worker)
                if worker is None:
                    break
                request = self._waiting.popleft()
                worker.request = request
                worker.send({"id": request.number, **request.message})
        for request in refused:
            request.listen(_error("internal", "The refresh process could not be started; see the server's log."))

    def _heard(self, worker: "_Worker", event: Event) -> None:
        with self._lock:
            request = worker.request
            if request is None or event.get("id") != request.number:
                return
            request.heard = True
            if event.get("event") in _LAST:
                worker.request = None
        request.listen(event)
        self._dispatch()

    def _ended(self, worker: "_Worker", code: int) -> None:
        with self._lock:
            if worker in self._workers:
                self._workers.remove(worker)
            request, worker.request = worker.request, None
            # an idle worker leaves by itself, and may have done so just when the request was written
            again = request is not None and code == 0 and not (request.heard or request.sent_again)
            if request is not None and again:
                request.sent_again = True
                self._waiting.appendleft(request)
        if request is not None and not again:
            logger.error("a refresh worker ended with exit code %d before its work was done", code)
            request.listen(_error("internal", "The refresh process ended before its work was done; start it again."))
        self._dispatch()


class _Worker:
    """One child process and the thread that reads its events."""

    def __init__(
        self,
        command: Sequence[str],
        heard: Callable[["_Worker", Event], None],
        ended: Callable[["_Worker", int], None],
    ) -> None:
        self.request: Request | None = None
        self._heard = heard
        self._ended = ended
        level = logging.getLevelName(logging.getLogger().getEffectiveLevel())
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "GATA_LOG": level},
            **_apart_from_our_signals(),
        )
        threading.Thread(target=self._read, name=f"refresh-worker-{self._process.pid}", daemon=True).start()

    def send(self, message: Mapping[str, object]) -> None:
        """Write one line; a worker that is gone is noticed by the reading thread."""
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(json.dumps(message).encode() + b"\n")
                pipe.flush()
        except (OSError, ValueError):
            logger.info("a refresh worker was gone when it was spoken to")

    def leave(self) -> None:
        """Close the worker's standard input."""
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            logger.info("a refresh worker was gone when it was told to leave")

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is not None:
            with pipe:
                for line in pipe:
                    event = _event(line)
                    if event is not None:
                        self._heard(self, event)
        code = self._process.wait()
        self.leave()
        self._ended(self, code)


def _apart_from_our_signals() -> dict[str, Any]:
    # Ctrl-C at a terminal reaches a whole process group; the worker is asked to cancel instead
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _event(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        logger.warning("a refresh worker wrote a line that is no event: %r", line[:200])
        return None
    return event


def _error(kind: str, message: str) -> Event:
    return {"event": "error", "error": {"kind": kind, "message": message, "retry_safe": True}}
