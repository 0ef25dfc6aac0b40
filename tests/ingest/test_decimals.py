import json
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb
import pytest

from ingest.connector import CONNECTORS
from ingest.decimals import LongNumber, decimal_number
from ingest.documents import read
from ingest.envelope import Envelope, QuarantineRow, RawRow
from ingest.redaction import Redactor

REFUND = '{"id": ID, "order_id": 218, "created": "2026-10-05T09:00:00+00:00", "total_amount": AMOUNT}'


def wrapped(folder: Path, amount: str, record_id: str = "9") -> RawRow | QuarantineRow:
    """A BigCommerce refund, whose amounts are JSON numbers, from its file through the envelope."""
    path = folder / "refunds.jsonl"
    path.write_text(REFUND.replace("ID", record_id, 1).replace("AMOUNT", amount), encoding="utf-8")
    entity = CONNECTORS["bigcommerce"].entity("refunds")
    [record] = read(path, entity, print)
    return Envelope("store", entity, Redactor(b"a salt of its own")).wrap(record)


def payload(folder: Path, amount: str) -> str:
    row = wrapped(folder, amount)
    assert isinstance(row, RawRow), row
    return row.payload


@pytest.mark.parametrize("literal", ["0.1", "1.10", "123456789012.345", "-1.5e3", "0.00000000000000001"])
def test_a_number_of_up_to_15_digits_stays_a_number_as_it_was_written(literal: str) -> None:
    number = decimal_number(literal)
    assert (type(number), str(number)) == (Decimal, str(Decimal(literal)))


@pytest.mark.parametrize(
    "literal", ["12345678901234.5678", "-1234567890123.456", "0.1234567890123456", "1.0000000000000000"]
)
def test_a_longer_number_is_known_as_one_and_keeps_its_digits(literal: str) -> None:
    number = decimal_number(literal)
    assert (type(number), str(number)) == (LongNumber, literal)


def test_a_number_without_bounds_is_refused() -> None:
    with pytest.raises(InvalidOperation):
        decimal_number("1e99999999999999999999")


@pytest.mark.parametrize("amount", ["12345678901234.5678", "-99999999999999.9999", "12345678901234.5", "0.10", "70"])
def test_an_amount_comes_out_of_its_payload_to_the_last_digit(amount: str, tmp_path: Path) -> None:
    [read_back] = duckdb.execute(
        "select json_extract_string($1::json, '$.total_amount')::decimal(18, 4)", [payload(tmp_path, amount)]
    ).fetchall()
    assert read_back == (Decimal(amount),)


def test_only_long_numbers_become_text_in_a_payload(tmp_path: Path) -> None:
    assert json.loads(payload(tmp_path, "12345678901234.5678"))["total_amount"] == "12345678901234.5678"
    assert payload(tmp_path, "1234567890123.25").endswith('"total_amount":1234567890123.25}')


def test_a_long_number_is_checked_as_a_number(tmp_path: Path) -> None:
    too_large, too_fine = wrapped(tmp_path, "9007199254740993.01"), wrapped(tmp_path, "1.00000000000000001")
    assert isinstance(too_large, QuarantineRow)
    assert isinstance(too_fine, QuarantineRow)
    assert too_large.reason.startswith('"9007199254740993.01" at total_amount is too large')
    assert too_fine.reason == '"1.00000000000000001" at total_amount has more than 4 decimals.'


def test_a_long_number_is_no_id(tmp_path: Path) -> None:
    refused = wrapped(tmp_path, "1", record_id="4507894690000001.0")
    assert isinstance(refused, QuarantineRow)
    assert refused.reason == '"4507894690000001.0" at id is not an id.'


def test_duckdb_still_rounds_long_numbers_of_json() -> None:
    """Goes red when it no longer does: then ingest/decimals.py and the envelope's enc_hook can go."""
    [(text,)] = duckdb.execute("select json_extract_string('{\"a\": 12345678901234.5678}', '$.a')").fetchall()
    assert text != "12345678901234.5678"
