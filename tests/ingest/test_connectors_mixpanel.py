"""Mixpanel: the example answer of its export API and the example event beside it (published_payloads/README.md)."""

from pathlib import Path
from typing import Any

from payload_rows import REDACTOR, ids, of_records, payloads, raw_rows, reasons, source_ids

PROPERTIES: dict[str, Any] = {"time": 1602611311, "distinct_id": "u1", "$insert_id": "i1"}


def test_the_published_events_are_known_by_name_person_time_and_insert_id() -> None:
    person = REDACTOR.email_hash("test-email@mixpanel.com")
    assert ids(raw_rows("mixpanel_events.jsonl")) == [
        ("Signed up||1602611311|hpuDqcvpltpCjBsebtxwadtEBDnFAdycabFb", None),
        ("Signed up||1602787121|jajcebutltmvhbbholfhxtCcycwnBjDtndha", None),
        (f"Viewed report|{person}|1518393599|5d958f87542d4c1094220ed75893dc81", None),
    ]


def test_the_published_properties_are_kept_but_for_the_person() -> None:
    first, _, third = payloads(raw_rows("mixpanel_events.jsonl"))
    assert first == {
        "event": "Signed up",
        "properties": {
            "time": 1602611311,
            "$insert_id": "hpuDqcvpltpCjBsebtxwadtEBDnFAdycabFb",
            "mp_processing_time_ms": 1602625711874,
        },
    }
    assert third["properties"] == {
        "time": 1518393599,
        "distinct_id": REDACTOR.email_hash("test-email@mixpanel.com"),
        "$browser": "Chrome",
        "report_name": "Funnels",
        "$insert_id": "5d958f87542d4c1094220ed75893dc81",
        "$city": "San Francisco",
        "mp_country_code": "US",
    }


def test_what_tells_a_person_is_dropped(tmp_path: Path) -> None:
    told = {
        "ip": "203.0.113.9",
        "$ip": "203.0.113.9",
        "$name": "Someone",
        "$first_name": "Some",
        "$phone": "+15550100",
        "$latitude": 1.5,
        "$longitude": 2.5,
        "$ios_ifa": "A-B",
        "$current_url": "https://shop.example/?email=someone",
    }
    event = {"event": "Viewed", "properties": {**PROPERTIES, **told, "$region": "California", "Item": "Coffee"}}
    (payload,) = payloads(of_records("mixpanel", "events", [event], tmp_path))
    assert payload["properties"] == {**PROPERTIES, "$region": "California", "Item": "Coffee"}


def test_an_event_that_is_exported_twice_has_one_id(tmp_path: Path) -> None:
    event = {"event": "Viewed", "properties": PROPERTIES}
    rows = of_records("mixpanel", "events", [event, event], tmp_path)
    assert len(set(source_ids(rows))) == 1


def test_an_event_without_name_or_time_is_refused(tmp_path: Path) -> None:
    rows = of_records("mixpanel", "events", [{"properties": PROPERTIES}, {"event": "x", "properties": {}}], tmp_path)
    assert reasons(rows) == ["event is missing.", "properties.time is missing."]


def test_an_error_answer_goes_to_quarantine_with_its_message(tmp_path: Path) -> None:
    (reason,) = reasons(of_records("mixpanel", "events", [{"error": "Unable to authenticate request"}], tmp_path))
    assert "Unable to authenticate request" in (reason or "")
