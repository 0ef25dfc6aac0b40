"""A server killed in the middle of a refresh: the next one answers from the last snapshot and finishes the work."""

import json
from pathlib import Path
from typing import Any

import pytest
from story import Story, line, order, shopify
from wire import Wire, served

from ingest.refresh import STAGES
from warehouse.home import Home

DAY = "2026-10-05"
ORDERS = {"metrics": ["orders", "total_revenue"], "tenant": "acme"}

pytestmark = pytest.mark.slow


def asked(wire: Wire) -> list[Any]:
    answer = wire.call("query_metric", ORDERS)
    assert not answer["isError"], answer["content"]
    return list(answer["structuredContent"]["rows"][0])


def followed(wire: Wire) -> dict[str, Any]:
    """Refresh until a run has ended that was not cancelled by the death of its server; → that run."""
    while True:
        run = wire.call("refresh_tenant", {"tenant": "acme", "wait_seconds": 50})["structuredContent"]
        if run["status"] not in ("running", "cancelled"):
            return dict(run)


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage.name != "publish"], ids=lambda stage: stage.name)
def test_a_killed_server_leaves_the_last_snapshot_and_the_next_one_finishes(tmp_path: Path, stage: Any) -> None:
    acme = Story(tmp_path, stores=[shopify("shop", order(1, DAY, "5.00", line(11, "5.00")))])
    assert acme.refresh().status == "succeeded"
    acme.deliver(order(2, DAY, "7.50", line(21, "7.50")), name="orders-2.jsonl", source="shop", minutes=1)
    home = Home(acme.root)
    with served(home) as wire:
        wire.handshake()
        wire.send("refresh_tenant", {"tenant": "acme", "wait_seconds": 50})
        progress = -1
        while progress < stage.start:
            message = wire.read()
            if message.get("method") == "notifications/progress":
                progress = message["params"]["progress"]
        wire.kill()
    with served(home) as wire:
        wire.handshake()
        assert asked(wire) == [1, 5]
        run = followed(wire)
        assert run["status"] == "succeeded", json.dumps(run)
        assert asked(wire) == [2, 12.5]
        assert followed(wire)["status"] == "unchanged"
        assert wire.close() == []
