import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ingest.connector import CONNECTORS
from ingest.envelope import Envelope, QuarantineRow, RawRow
from ingest.records import BadRecord, FileRecord
from ingest.redaction import Redactor

decode = msgspec.json.Decoder(float_hook=Decimal).decode
SALT = b"a salt of its own"
SHOPIFY_ORDER: Mapping[str, Any] = {
    "id": 450789469,
    "name": "#1001",
    "email": "Bob@Example.com",
    "created_at": "2026-10-05T09:00:00-04:00",
    "processed_at": "2026-10-05T08:00:00-04:00",
    "updated_at": "2026-10-06T00:30:00+02:00",
    "currency": "USD",
    "total_price": "29.98",
    "line_items": [{"id": 1, "quantity": 2, "price": "14.99", "tax_lines": [{"price": "1.00", "rate": 0.06}]}],
    "refunds": [{"id": 5, "transactions": [{"id": 6, "amount": "14.99", "kind": "refund"}]}],
}
SHOPIFY_REFUND = {"id": 5, "order_id": 450789469, "created_at": "2026-10-05T09:00:00-04:00"}
PRODUCT = {"id": 7, "order_id": 218, "quantity": 1, "total_ex_tax": "10.0000"}
BC_ORDER = {
    "id": 218,
    "date_created": "Tue, 05 Mar 2019 21:40:11 +0000",
    "date_modified": "Mon, 11 Mar 2019 15:17:25 +0000",
    "status_id": 7,
    "total_inc_tax": "69.8400",
    "currency_code": "USD",
}
BC_REFUND = {"id": 9, "order_id": 218, "created": "2026-10-05T09:00:00+00:00"}
WOO_ORDER = {
    "id": 727,
    "status": "processing",
    "currency": "USD",
    "total": "29.35",
    "date_created_gmt": "2017-03-22T19:28:02",
    "date_modified_gmt": "2017-03-22T19:28:08",
}
WOO_REFUND = {"id": 726, "amount": "10.00", "date_created_gmt": "2017-03-21T20:07:11", "order_id": 723}


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}Z")


def without(record: Mapping[str, object], *keys: str) -> dict[str, object]:
    return {key: value for key, value in record.items() if key not in keys}


def wrapped(record: object, table: str = "shopify__orders", keep_pii: bool = False) -> RawRow | QuarantineRow:
    connector, _, entity = table.partition("__")
    envelope = Envelope("store", CONNECTORS[connector].entity(entity), Redactor(SALT, keep_pii))
    # what is handed in is used up: the envelope gets a copy, with numbers as files give them
    value = record if isinstance(record, BadRecord) else decode(json.dumps(record))
    return envelope.wrap(FileRecord(value, "orders.jsonl", 3))


def row(record: object, table: str = "shopify__orders") -> RawRow:
    result = wrapped(record, table)
    assert isinstance(result, RawRow), result
    return result


def refusal(record: object, table: str = "shopify__orders") -> QuarantineRow:
    result = wrapped(record, table)
    assert isinstance(result, QuarantineRow), result
    return result


def test_a_record_becomes_a_row_with_its_id_time_place_and_canonical_payload() -> None:
    result = row(SHOPIFY_ORDER)
    assert (result.source_name, result.source_id, result.parent_id, result.position) == ("store", "450789469", None, 0)
    assert result.updated_at == datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert (result.file, result.line) == ("orders.jsonl", 3)
    assert len(result.payload_hash) == 32
    assert list(json.loads(result.payload)) == sorted(json.loads(result.payload))


@pytest.mark.parametrize(
    ("table", "record", "ids", "updated_at"),
    [
        ("shopify__refunds", SHOPIFY_REFUND, ("5", "450789469"), None),
        ("shopify__customers", {"id": 1, "updated_at": "2026-10-05T09:00:00Z"}, ("1", None), at("2026-10-05T09:00:00")),
        ("bigcommerce__orders", BC_ORDER, ("218", None), at("2019-03-11T15:17:25")),
        ("bigcommerce__order_products", PRODUCT, ("7", "218"), None),
        ("bigcommerce__refunds", BC_REFUND, ("9", "218"), None),
        ("woocommerce__orders", WOO_ORDER, ("727", None), at("2017-03-22T19:28:08")),
        ("woocommerce__order_refunds", WOO_REFUND, ("726", "723"), None),
    ],
)
def test_each_entity_gives_its_ids_and_its_update_time(
    table: str, record: object, ids: tuple[str, str | None], updated_at: datetime | None
) -> None:
    result = row(record, table)
    assert (result.source_id, result.parent_id) == ids
    assert result.updated_at == updated_at


@pytest.mark.parametrize(
    "parent",
    [
        {"parent_id": 723, "order_id": 5},
        {"parent_id": 0, "order_id": 723},
        {"parent_id": "723"},
        {"_links": {"up": [{"href": "https://example.com/wp-json/wc/v3/orders/723"}]}},
        {"parent_id": 0, "_links": {"up": [{"href": "https://example.com/wp-json/wc/v3/orders/723/?x=1"}]}},
    ],
)
def test_the_order_of_a_woocommerce_refund_is_found_wherever_it_stands(parent: dict[str, object]) -> None:
    record = {key: value for key, value in WOO_REFUND.items() if key != "order_id"}
    assert row({**record, **parent}, "woocommerce__order_refunds").parent_id == "723"


def test_the_hash_depends_on_neither_key_order_nor_white_space() -> None:
    backwards = dict(reversed(list(SHOPIFY_ORDER.items())))
    backwards["line_items"] = [dict(reversed(line.items())) for line in SHOPIFY_ORDER["line_items"]]
    assert row(backwards).payload_hash == row(SHOPIFY_ORDER).payload_hash


def test_the_hash_is_taken_after_redaction() -> None:
    assert row({**SHOPIFY_ORDER, "phone": "555 1234"}).payload_hash == row(SHOPIFY_ORDER).payload_hash
    assert row({**SHOPIFY_ORDER, "email": " bob@example.COM"}).payload_hash == row(SHOPIFY_ORDER).payload_hash
    assert row({**SHOPIFY_ORDER, "email": "eve@example.com"}).payload_hash != row(SHOPIFY_ORDER).payload_hash


def test_the_hash_follows_every_value_that_is_kept() -> None:
    assert row({**SHOPIFY_ORDER, "total_price": "29.980"}).payload_hash != row(SHOPIFY_ORDER).payload_hash
    assert row({**SHOPIFY_ORDER, "tags": ["a"]}).payload_hash != row(SHOPIFY_ORDER).payload_hash


@pytest.mark.parametrize(
    ("table", "record", "reason"),
    [
        ("shopify__orders", without(SHOPIFY_ORDER, "id"), "id is missing."),
        ("shopify__orders", {**SHOPIFY_ORDER, "id": " "}, "id is missing."),
        ("shopify__orders", {**SHOPIFY_ORDER, "id": True}, '"true" at id is not an id.'),
        (
            "shopify__orders",
            without(SHOPIFY_ORDER, "created_at", "processed_at"),
            "processed_at or created_at is missing.",
        ),
        ("shopify__orders", {**SHOPIFY_ORDER, "total_price": "N/A"}, '"N/A" at total_price is not an amount.'),
        ("shopify__orders", {**SHOPIFY_ORDER, "total_price": None}, "total_price is missing."),
        ("shopify__orders", without(SHOPIFY_ORDER, "total_price", "currency"), "total_price and currency are missing."),
        ("shopify__orders", {**SHOPIFY_ORDER, "currency": "dollars"}, '"dollars" at currency is not a currency code.'),
        (
            "shopify__orders",
            {**SHOPIFY_ORDER, "line_items": [{"price": "?"}]},
            '"?" at line_items[0].price is not an amount.',
        ),
        (
            "shopify__orders",
            {**SHOPIFY_ORDER, "refunds": [{"transactions": [{"amount": "1.00001"}]}]},
            '"1.00001" at refunds[0].transactions[0].amount has more than 4 decimals.',
        ),
        ("shopify__orders", {**SHOPIFY_ORDER, "customer": "Bob"}, "customer is not an object."),
        ("shopify__orders", SHOPIFY_REFUND, "total_price and currency are missing; it looks like a record of refunds."),
        ("shopify__orders", {}, "id, processed_at or created_at, total_price and currency are missing."),
        ("shopify__refunds", SHOPIFY_ORDER, "order_id is missing; it looks like a record of orders."),
        ("shopify__customers", SHOPIFY_ORDER, "This is no record of customers; it looks like a record of orders."),
        (
            "bigcommerce__orders",
            without(BC_ORDER, "currency_code"),
            "default_currency_code or currency_code is missing.",
        ),
        ("bigcommerce__orders", {**BC_ORDER, "status_id": "paid"}, '"paid" at status_id is not a whole number.'),
        (
            "bigcommerce__orders",
            {**BC_ORDER, "fees": [{"cost_ex_tax": "free"}]},
            '"free" at fees[0].cost_ex_tax is not an amount.',
        ),
        (
            "bigcommerce__order_products",
            without(PRODUCT, "total_ex_tax"),
            "total_ex_tax, total_inc_tax, price_ex_tax, price_inc_tax, base_price or price is missing.",
        ),
        ("bigcommerce__order_products", {**PRODUCT, "order_id": 0}, "order_id is missing."),
        ("bigcommerce__refunds", PRODUCT, "created is missing; it looks like a record of order_products."),
        ("woocommerce__orders", without(WOO_ORDER, "status"), "status is missing."),
        ("woocommerce__orders", without(WOO_ORDER, "date_created_gmt"), "date_created_gmt is missing."),
        ("woocommerce__orders", {**WOO_ORDER, "line_items": {"0": {}}}, "line_items is not a list."),
        (
            "woocommerce__order_refunds",
            {**WOO_REFUND, "order_id": 0},
            "parent_id, order_id or _links.up[0].href is missing.",
        ),
        ("woocommerce__order_refunds", WOO_ORDER, "amount is missing; it looks like a record of orders."),
    ],
)
def test_a_bad_record_is_refused_in_one_clear_sentence(table: str, record: object, reason: str) -> None:
    refused = refusal(record, table)
    assert refused.reason == reason
    assert (refused.source_name, refused.file, refused.line) == ("store", "orders.jsonl", 3)
    assert refused.entity == table.partition("__")[2]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([1], "The record is a list, not an object."),
        ("Bob Norman", "The record is a text, not an object."),
        (5, "The record is a number, not an object."),
        (None, "The record is null, not an object."),
        (True, "The record is true or false, not an object."),
        (BadRecord("The record is not valid UTF-8.", b"Bob"), "The record is not valid UTF-8."),
    ],
)
def test_what_is_no_object_is_refused_without_its_text(record: object, reason: str) -> None:
    refused = refusal(record)
    assert (refused.reason, refused.payload, refused.payload_hash) == (reason, None, None)


@pytest.mark.parametrize(
    ("table", "record"),
    [
        ("shopify__orders", {**SHOPIFY_ORDER, "line_items": [{"quantity": -2, "price": "-1.00"}]}),
        ("shopify__orders", without(SHOPIFY_ORDER, "processed_at", "line_items", "refunds")),
        (
            "shopify__orders",
            {**SHOPIFY_ORDER, "customer": None, "cancelled_at": None, "total_tax": "", "line_items": []},
        ),
        ("bigcommerce__orders", {**BC_ORDER, "date_shipped": "", "store_default_currency_code": "", "customer_id": 0}),
        ("bigcommerce__order_products", {**PRODUCT, "quantity": -1, "product_id": 0}),
        ("woocommerce__orders", {**WOO_ORDER, "billing": [], "date_paid_gmt": None, "customer_id": 0}),
        (
            "woocommerce__orders",
            {**WOO_ORDER, "line_items": [{"quantity": 3, "total": "10.00", "price": 3.333333333333333}]},
        ),
    ],
)
def test_what_real_records_look_like_is_accepted(table: str, record: object) -> None:
    row(record, table)


def test_a_refused_record_is_kept_without_personal_data_whoever_it_belongs_to() -> None:
    refused = refusal({**WOO_ORDER, "billing": {"first_name": "Bob", "city": "Lyon"}, "customer_note": "ring twice"})
    assert json.loads(refused.payload or "")["billing"] == {"city": "Lyon"}
    assert "ring twice" not in (refused.payload or "")
    assert len(refused.payload_hash or "") == 32


def test_a_reason_shows_no_e_mail_address_and_stays_short() -> None:
    refused = refusal({**SHOPIFY_ORDER, "total_price": "bob@example.com " + "x" * 10_000})
    assert "bob@" not in refused.reason
    assert len(refused.reason) <= 300


def test_the_set_of_a_bad_member_is_told_as_far_as_it_can_be_read() -> None:
    table = "bigcommerce__order_products"
    assert refusal({**PRODUCT, "quantity": "x"}, table).parent_id == "218"
    assert refusal(BadRecord("cut", b'{"id": 7, "order_id" : "218", "na'), table).parent_id == "218"
    assert refusal(BadRecord("cut", b'{"id": 7'), table).parent_id is None
    assert refusal(BadRecord("cut", b'{"order_id": 1}, {"order_id": 2}'), table).parent_id is None
    assert refusal(BadRecord("cut", b'{"order_id": 218}')).parent_id is None


def test_a_record_nested_too_deeply_is_refused() -> None:
    deep: dict[str, object] = {}
    for _ in range(20_000):
        deep = {"a": deep}
    envelope = Envelope("store", CONNECTORS["shopify"].entity("orders"), Redactor(SALT))
    record = {**decode(json.dumps(SHOPIFY_ORDER)), "a": deep}
    refused = envelope.wrap(FileRecord(record, "orders.jsonl", 1))
    assert isinstance(refused, QuarantineRow)
    assert (refused.reason, refused.payload) == ("The record is nested too deeply.", None)


def test_with_keep_pii_the_payload_is_the_vendor_s_own() -> None:
    result = wrapped({**SHOPIFY_ORDER, "phone": "555 1234"}, keep_pii=True)
    assert isinstance(result, RawRow)
    assert json.loads(result.payload) == {**SHOPIFY_ORDER, "phone": "555 1234"}
