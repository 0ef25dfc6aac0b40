from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

import pytest
from puppet_worker import PATIENCE, Puppets

from server.worker_client import Event, Workers
from warehouse.errors import RefreshError

REFRESH = {"op": "refresh", "tenant": "wayne_enterprises"}


@pytest.fixture
def workers(puppets: Puppets) -> Iterator[Workers]:
    workers = Workers(puppets.command, most=1)
    yield workers
    workers.close()


class Ear:
    """Collects a request's events."""

    def __init__(self) -> None:
        self._events: Queue[Event] = Queue()

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def next(self) -> Event:
        return self._events.get(timeout=PATIENCE)


def test_an_answer_is_waited_for_and_the_events_before_it_are_heard(workers: Workers, puppets: Puppets) -> None:
    ear = Ear()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(workers.answer, REFRESH, ear)
        puppet = puppets.next()
        request = said(puppet.heard())
        puppet.say(request, "output", text="half")
        puppet.say(request, "done", result={"success": True})
        assert answer.result(PATIENCE) == {"success": True}
    assert ear.next()["text"] == "half"


def test_an_answer_that_is_an_error_is_raised(workers: Workers, puppets: Puppets) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(workers.answer, REFRESH)
        puppet = puppets.next()
        error = {"kind": "locked", "message": "Another process works on this tenant.", "retry_safe": True}
        puppet.say(said(puppet.heard()), "error", error=error)
        with pytest.raises(RefreshError, match="Another process works") as raised:
            answer.result(PATIENCE)
    assert (raised.value.kind, raised.value.retry_safe) == ("locked", True)


def test_a_request_hears_its_events_in_order(workers: Workers, puppets: Puppets) -> None:
    ear = Ear()
    workers.request(REFRESH, ear)
    puppet = puppets.next()
    request = said(puppet.heard())
    puppet.say(request, "started", run_id="r1", joined=False)
    puppet.say(request, "done", result={})

    assert request["op"] == "refresh"
    assert [ear.next()["event"], ear.next()["event"]] == ["started", "done"]


def test_a_worker_that_is_done_serves_the_next_request(workers: Workers, puppets: Puppets) -> None:
    first, second = Ear(), Ear()
    workers.request(REFRESH, first)
    workers.request({**REFRESH, "tenant": "tyrell_corp"}, second)
    puppet = puppets.next()
    puppet.say(said(puppet.heard()), "done", result={})
    waited = said(puppet.heard())
    puppet.say(waited, "done", result={"n": 2})

    assert waited["tenant"] == "tyrell_corp"
    assert second.next()["result"] == {"n": 2}


def test_a_worker_that_dies_is_an_error_of_its_request(workers: Workers, puppets: Puppets) -> None:
    ear = Ear()
    workers.request(REFRESH, ear)
    puppet = puppets.next()
    puppet.heard()
    puppet.end(9)
    event = ear.next()

    assert event["event"] == "error"
    assert event["error"]["kind"] == "internal"
    assert event["error"]["retry_safe"] is True


def test_after_a_worker_died_the_next_request_has_a_new_one(workers: Workers, puppets: Puppets) -> None:
    first, second = Ear(), Ear()
    workers.request(REFRESH, first)
    puppet = puppets.next()
    puppet.heard()
    puppet.end(9)
    first.next()
    workers.request(REFRESH, second)
    puppet = puppets.next()
    puppet.say(said(puppet.heard()), "done", result={})

    assert second.next()["event"] == "done"


def test_a_request_that_meets_a_leaving_worker_is_sent_again(workers: Workers, puppets: Puppets) -> None:
    ear = Ear()
    workers.request(REFRESH, ear)
    leaving = puppets.next()
    leaving.heard()
    leaving.end(0)
    puppet = puppets.next()
    puppet.say(said(puppet.heard()), "done", result={})

    assert ear.next()["event"] == "done"


def test_a_cancelled_request_is_passed_on_to_its_worker(workers: Workers, puppets: Puppets) -> None:
    request = workers.request(REFRESH, Ear())
    puppet = puppets.next()
    sent = said(puppet.heard())
    workers.cancel(request)

    assert puppet.heard() == {"id": sent["id"], "op": "cancel", "tenant": "wayne_enterprises"}


def test_a_request_cancelled_before_its_turn_never_reaches_a_worker(workers: Workers, puppets: Puppets) -> None:
    busy, ear = Ear(), Ear()
    workers.request(REFRESH, busy)
    workers.cancel(workers.request({**REFRESH, "tenant": "tyrell_corp"}, ear))
    puppet = puppets.next()
    puppet.say(said(puppet.heard()), "done", result={})
    busy.next()
    workers.request({**REFRESH, "tenant": "third"}, Ear())

    assert ear.next()["error"]["kind"] == "cancelled"
    assert said(puppet.heard())["tenant"] == "third"


def test_lines_that_are_no_events_are_passed_over(workers: Workers, puppets: Puppets) -> None:
    ear = Ear()
    workers.request(REFRESH, ear)
    puppet = puppets.next()
    request = said(puppet.heard())
    puppet.write("hello")
    puppet.write("[1]")
    puppet.say(request, "done", result={})

    assert ear.next()["event"] == "done"


def test_a_worker_that_cannot_be_started_is_an_error() -> None:
    ear = Ear()
    Workers(["/nonexistent/python"]).request(REFRESH, ear)

    assert "could not be started" in ear.next()["error"]["message"]


def test_closing_ends_the_workers_standard_input(workers: Workers, puppets: Puppets) -> None:
    workers.request(REFRESH, Ear())
    puppet = puppets.next()
    puppet.heard()
    workers.close()

    assert puppet.heard() is None


def said(message: dict[str, Any] | None) -> dict[str, Any]:
    assert message is not None
    return message
