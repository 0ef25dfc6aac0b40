"""What the oracle makes of Mixpanel's and Amplitude's exports, against figures worked out by hand."""

from datetime import date
from pathlib import Path

from oracle import value
from oracle_payloads import Json, deliver
from oracle_reports import tenant_of

NOON = 1772366400  # 2026-03-01 12:00 UTC


def seen(name: str, time: int, insert: str, **more: object) -> Json:
    return {"event": name, "properties": {"time": time, "distinct_id": "d1", "$insert_id": insert, **more}}


def test_mixpanel_repeats_itself_and_counts_once(tmp_path: Path) -> None:
    rows = [
        seen("Viewed", NOON, "a"),
        seen("Viewed", NOON, "a", plan="new"),
        seen("Viewed", NOON, "b"),
        seen("Bought", NOON, "a"),
        seen("Viewed", NOON + 1, "a"),
        {"properties": {"time": NOON}},
    ]
    deliver(tmp_path / "mixpanel", "events-1.jsonl", rows)
    deliver(tmp_path / "mixpanel", "events-2.jsonl", rows, at=2)
    facts = tenant_of(tmp_path, {"mixpanel": {}})

    assert value(facts, "events", ["event_name", "platform"]) == {("Viewed", "mixpanel"): 3, ("Bought", "mixpanel"): 1}


def test_an_old_mixpanel_project_stamps_its_wall_clock(tmp_path: Path) -> None:
    # 23:00 on the wall in New York is 04:00 of the next day
    deliver(tmp_path / "mixpanel", "events.jsonl", [seen("Viewed", NOON + 11 * 3600, "a")])

    assert value(tenant_of(tmp_path, {"mixpanel": {}}), "events", grain="day") == {(date(2026, 3, 1),): 1}
    local = tenant_of(tmp_path, {"mixpanel": {"timezone": "America/New_York"}})
    assert value(local, "events", grain="day") == {(date(2026, 3, 2),): 1}


def test_amplitude_knows_events_by_uuid_else_by_device_and_insert_id(tmp_path: Path) -> None:
    event: Json = {"event_type": "Viewed", "event_time": "2026-03-01 23:59:59.500000", "device_id": "x"}
    rows = [
        event | {"uuid": "1", "$insert_id": "a"},
        event | {"uuid": "1", "$insert_id": "b"},
        event | {"$insert_id": "a"},
        event | {"$insert_id": "a", "event_time": "2026-03-02 00:00:00"},
        event | {"uuid": "2", "event_time": "soon"},
    ]
    deliver(tmp_path / "amplitude", "events.jsonl", rows)
    facts = tenant_of(tmp_path, {"amplitude": {}})

    assert value(facts, "events", grain="day") == {(date(2026, 3, 1),): 1, (date(2026, 3, 2),): 1}
