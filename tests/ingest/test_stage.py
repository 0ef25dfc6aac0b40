from pathlib import Path

import pytest
from raw_layer import Delivery, RawLayer


@pytest.fixture
def raw(tmp_path: Path) -> RawLayer:
    return RawLayer(tmp_path)


def payloads(raw: RawLayer, record: str) -> list[str]:
    found = raw.query(f"select payload from raw.vendor__orders where source_id = '{record}' order by _dlt_load_id")
    return [payload for (payload,) in found]


def test_a_record_is_appended_once_a_version_however_often_it_is_delivered(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0), ("1", "10", 0), ("2", "20", 0)]))
    raw.load(Delivery("b", [("1", "10", 0), ("1", "12", 5)]))
    again = raw.load(Delivery("c", [("1", "10", 0), ("1", "12", 5)]))
    assert payloads(raw, "1") == ["10", "12"]
    assert again.appended == 0


def test_a_record_without_update_time_ends_as_it_was_delivered_last(raw: RawLayer) -> None:
    for payload in ("10", "12", "12", "10"):
        raw.load(Delivery("a", [("1", payload, None)]))
    assert payloads(raw, "1") == ["10", "12", "10"]


def test_of_a_record_without_update_time_only_the_last_delivery_of_an_extract_counts(raw: RawLayer) -> None:
    raw.load(Delivery("b", [("1", "10", None)], minutes=1), Delivery("a", [("1", "12", None)], minutes=2))
    assert payloads(raw, "1") == ["12"]


def test_equal_ids_of_two_sources_are_two_records(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)], source="one"), Delivery("b", [("1", "10", 0)], source="two"))
    assert payloads(raw, "1") == ["10", "10"]


def test_extracted_is_accepted_plus_quarantined_and_appended_counts_what_is_new(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0), ("2", "20", 0)], bad=[(None, "no id")]))
    raw.load(Delivery("a", [("1", "10", 0), ("2", "21", 5)], bad=[(None, "no id")], minutes=5))
    [entry] = raw.extracted
    assert (entry.extracted, entry.accepted, entry.quarantined, entry.appended) == (3, 2, 1, 1)
    assert raw.query("select extracted, quarantined from raw._extracts") == [(3, 1), (3, 1)]


def test_a_bad_record_read_again_stands_in_quarantine_once(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)], bad=[(None, "no id"), (None, "not an object")]))
    raw.load(Delivery("a", [("1", "10", 0)], bad=[(None, "no id"), (None, "no date")], minutes=5))
    reasons = raw.query("select line, reason from raw._quarantine order by _dlt_load_id, line")
    assert reasons == [(2, "no id"), (3, "not an object"), (3, "no date")]


def test_a_file_without_records_is_counted_as_nothing(raw: RawLayer) -> None:
    raw.load(Delivery("a"))
    [entry] = raw.extracted
    assert (entry.file, entry.extracted, entry.appended) == ("a", 0, 0)


def test_nothing_is_left_of_the_staging_file(raw: RawLayer) -> None:
    raw.load(Delivery("a", [("1", "10", 0)]))
    assert [path.name for path in raw.home.work.iterdir()] == ["wh.duckdb"]


def test_a_record_of_twenty_megabytes_goes_through(raw: RawLayer) -> None:
    payload = '"' + "x" * 20_000_000 + '"'
    raw.load(Delivery("a", [("1", payload, 0), ("2", "20", 0)]))
    assert raw.query("select length(payload) from raw.vendor__orders order by 1") == [(2,), (20_000_002,)]
