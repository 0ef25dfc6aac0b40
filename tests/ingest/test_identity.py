from typing import Any

import pytest

from ingest.connector import Entity, required
from ingest.envelope import Envelope, QuarantineRow, RawRow
from ingest.fields import FieldType, typed
from ingest.records import BadRecord, FileRecord
from ingest.redaction import Redactor

ADS = Entity(
    shape="vendor",
    name="ads",
    kind="set",
    id=("account_id", "date", "campaign.id"),
    id_optional=("placement", "device"),
    key=(("account_id", "customer.id"), ("date", "day")),
    nulls=frozenset({"-", "--"}),
    required=(required("date", "day", type=FieldType.DAY), required("campaign.id", type=FieldType.ID)),
    optional={
        **typed(FieldType.ID, "account_id", "customer.id"),
        **typed(FieldType.TEXT, "placement", "device"),
        "spend": FieldType.COST,
    },
)
EVENTS = Entity(
    shape="vendor",
    name="events",
    kind="record",
    id="uuid",
    id_else=("device", "time"),
    updated_at="time",
    optional={**typed(FieldType.ID, "uuid", "device"), "time": FieldType.EPOCH},
)
ROW: dict[str, Any] = {"account_id": "7", "date": "2026-10-01", "campaign": {"id": 5}, "spend": "1.50"}


def wrapped(value: object, entity: Entity = ADS) -> RawRow | QuarantineRow:
    return Envelope("source", entity, Redactor(b"0123456789abcdef")).wrap(FileRecord(value, "ads.json", 1))


def names(value: dict[str, Any], entity: Entity = ADS) -> tuple[str, str | None]:
    row = wrapped({**value}, entity)
    assert isinstance(row, RawRow), row
    return row.source_id, row.parent_id


def reason(value: object, entity: Entity = ADS) -> str:
    row = wrapped(value, entity)
    assert isinstance(row, QuarantineRow), row
    return row.reason


def test_the_id_of_a_report_row_is_made_up_of_its_columns_and_its_key_of_account_and_day() -> None:
    assert names(ROW) == ("7|2026-10-01|5", "7|2026-10-01")


@pytest.mark.parametrize("day", ["20261001", 20261001, "10/1/2026", "2026-10-01 00:00:00"], ids=repr)
def test_the_form_of_the_day_makes_no_other_row_of_it(day: object) -> None:
    assert names(ROW | {"date": day}) == names(ROW)


def test_a_breakdown_joins_the_id_where_a_row_has_it() -> None:
    assert names(ROW | {"placement": "feed"})[0] == "7|2026-10-01|5|placement=feed"
    assert names(ROW | {"placement": "--", "device": "feed"})[0] == "7|2026-10-01|5|device=feed"


def test_an_absent_part_leaves_its_place_so_that_no_two_rows_share_a_name() -> None:
    row = {key: value for key, value in ROW.items() if key != "account_id"}
    assert names(row) == ("|2026-10-01|5", "|2026-10-01")
    assert names(row | {"customer": {"id": "9"}}) == ("|2026-10-01|5", "9|2026-10-01")
    parted = [ROW | {"campaign": {"id": "a|b"}, "placement": "c"}, ROW | {"campaign": {"id": "a"}, "placement": "b|c"}]
    assert names(parted[0])[0] == r"7|2026-10-01|a\|b|placement=c"
    assert names(parted[1])[0] == r"7|2026-10-01|a|placement=b\|c"


def test_the_first_alternative_of_a_key_that_is_given_counts() -> None:
    row = {key: value for key, value in ROW.items() if key != "date"}
    assert names(row | {"day": "2026-10-02"})[1] == "7|2026-10-02"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"date": None}, "date or day is missing."),
        ({"date": "-"}, "date or day is missing."),
        ({"date": "yesterday"}, '"yesterday" at date is not a day such as 2026-10-01.'),
        ({"campaign": {"id": "--"}}, "campaign.id is missing."),
        ({"campaign": {"id": "  "}}, "campaign.id is missing."),
        ({"spend": "1,000.00"}, '"1,000.00" at spend is not an amount.'),
    ],
)
def test_a_row_without_day_or_campaign_is_refused(change: dict[str, Any], sentence: str) -> None:
    assert reason(ROW | change) == sentence


def test_a_word_for_no_value_is_no_fault_and_stays_in_the_payload() -> None:
    row = wrapped(ROW | {"spend": "--", "device": "-"})
    assert isinstance(row, RawRow)
    assert row.source_id == "7|2026-10-01|5"
    assert '"spend":"--"' in row.payload


def test_a_refused_row_says_which_set_it_spoils_as_far_as_it_can_be_read() -> None:
    assert getattr(wrapped(ROW | {"spend": "x"}), "parent_id") == "7|2026-10-01"  # noqa: B009
    assert getattr(wrapped(ROW | {"date": "x"}), "parent_id") is None  # noqa: B009


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b'{"account_id": "7", "date": "20261001", "spe', "7|2026-10-01"),
        (b'{"account_id":7,"date":20261001', "7|2026-10-01"),
        (b'{"date": "2026-10-01", "customer": {"id": "9"}', "9|2026-10-01"),
        (b'{"date": "2026-10-01"', "|2026-10-01"),
        (b'{"account_id": "7", "date": "2026-10-01"}, {"date": "2026-10-02"', None),
        (b'{"account_id": "7", "date": "2026-', None),
        (b'{"account_id": "7"', None),
    ],
)
def test_the_set_of_a_text_that_cannot_be_parsed_is_read_from_it(text: bytes, key: str | None) -> None:
    row = wrapped(BadRecord("broken", text))
    assert isinstance(row, QuarantineRow)
    assert row.parent_id == key


def test_a_record_without_its_own_id_is_named_by_what_stands_in_for_it() -> None:
    assert names({"uuid": "u1", "device": "d", "time": 1_760_000_000}, EVENTS)[0] == "u1"
    assert names({"uuid": " ", "device": "d", "time": 1_760_000_000}, EVENTS)[0] == "d|1760000000"
    assert reason({"uuid": None, "time": None}, EVENTS) == "uuid is missing."


def test_a_moment_in_seconds_may_be_the_update_time() -> None:
    row = wrapped({"uuid": "u", "time": 1_760_000_000}, EVENTS)
    assert isinstance(row, RawRow)
    assert str(row.updated_at) == "2025-10-09 08:53:20+00:00"


def test_an_e_mail_address_is_no_id_that_can_be_read() -> None:
    source_id, _ = names({"device": "Bob@Example.com", "time": 5}, EVENTS)
    assert "@" not in source_id
    assert source_id == f"{Redactor(b'0123456789abcdef').email_hash('bob@example.com')}|5"
