"""Amplitude: the event that its documentation shows, under the Export API's field names (README.md)."""

from pathlib import Path

from payload_rows import REDACTOR, ids, of_records, payloads, raw_rows, reasons, source_ids

EVENT = {"event_type": "first_event", "event_time": "2020-02-15 01:00:00.123456", "device_id": "d1"}


def test_the_published_event_is_known_by_its_uuid() -> None:
    assert ids(raw_rows("amplitude_events.jsonl")) == [("9ce5a4f5-7a45-4b0c-a6a1-cf4c8d1b2f10", None)]


def test_the_published_fields_are_kept_but_for_the_person() -> None:
    (payload,) = payloads(raw_rows("amplitude_events.jsonl"))
    assert payload == {
        "amplitude_id": 123456789,
        "app": 12345,
        "event_time": "2020-02-15 01:00:00.123456",
        "event_type": "first_event",
        "server_upload_time": "2020-02-18 01:00:00.234567",
        "device_id": "your device id",
        "event_properties": {"[Amplitude] Session Replay ID": "cb6ade06-cbdf-4e0c-8156-32c2863379d6/1699922971244"},
        "session_id": 1699922971244,
        "uuid": "9ce5a4f5-7a45-4b0c-a6a1-cf4c8d1b2f10",
        "$insert_id": "4f9f2f2c-0001",
        "city": "San Francisco",
        "country": "United States",
        "user_id": REDACTOR.email_hash("user@example.com"),
    }


def test_without_a_uuid_device_and_insert_id_are_the_id(tmp_path: Path) -> None:
    assert source_ids(of_records("amplitude", "events", [{**EVENT, "$insert_id": "i1"}], tmp_path)) == ["d1|i1"]


def test_an_event_that_cannot_be_told_from_others_is_refused(tmp_path: Path) -> None:
    assert reasons(of_records("amplitude", "events", [EVENT], tmp_path)) == ["uuid or $insert_id is missing."]


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    (reason,) = reasons(of_records("amplitude", "events", [{**EVENT, "uuid": "u", "event_time": "today"}], tmp_path))
    assert "at event_time is not a date and time" in (reason or "")
