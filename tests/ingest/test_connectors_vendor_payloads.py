"""The payloads that vendors publish, through files, envelope and redaction; every value is written out by hand."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from shared_data import shared_data

from ingest.connector import CONNECTORS
from ingest.documents import read
from ingest.envelope import Envelope, RawRow
from ingest.redaction import Redactor

REDACTOR = Redactor(b"0123456789abcdef")
FILES = {
    "shopify_orders.json": "shopify__orders",
    "shopify_order.json": "shopify__orders",
    "shopify_refund.json": "shopify__refunds",
    "shopify_customer.json": "shopify__customers",
    "bigcommerce_orders.json": "bigcommerce__orders",
    "bigcommerce_order.json": "bigcommerce__orders",
    "woocommerce_orders.json": "woocommerce__orders",
    "woocommerce_order_refunds.json": "woocommerce__order_refunds",
}


def vendor(name: str) -> Path:
    return shared_data() / "vendor" / name


def rows(name: str) -> list[RawRow]:
    connector, _, entity = FILES[name].partition("__")
    declared = CONNECTORS[connector].entity(entity)
    envelope = Envelope(connector, declared, REDACTOR)
    wrapped = [envelope.wrap(record) for record in read(vendor(name), declared, pytest.fail)]
    accepted = [row for row in wrapped if isinstance(row, RawRow)]
    assert accepted == wrapped
    return accepted


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}Z")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shopify_orders.json", [("450789469", None, at("2008-01-10T16:00:00"))]),
        ("shopify_order.json", [("450789469", None, at("2008-01-10T16:00:00"))]),
        ("shopify_refund.json", [("509562969", "450789469", None)]),
        ("shopify_customer.json", [("207119551", None, at("2015-05-27T22:11:24"))]),
        ("bigcommerce_orders.json", [("100", None, at("2018-12-05T20:16:55"))]),
        ("bigcommerce_order.json", [("218", None, at("2019-03-11T15:17:25"))]),
        (
            "woocommerce_orders.json",
            [("727", None, at("2017-03-22T19:28:08")), ("723", None, at("2017-03-21T19:54:51"))],
        ),
        ("woocommerce_order_refunds.json", [("726", "723", None), ("724", "723", None)]),
    ],
)
def test_each_payload_is_accepted_with_its_ids_and_update_time(
    name: str, expected: list[tuple[str, str | None, datetime | None]]
) -> None:
    assert [(row.source_id, row.parent_id, row.updated_at) for row in rows(name)] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "shopify_orders.json",
            {"total_price": "598.94", "currency": "USD", "processed_at": "2008-01-10T11:00:00-05:00"},
        ),
        ("shopify_order.json", {"total_price": "409.94", "currency": "USD", "created_at": "2008-01-10T11:00:00-05:00"}),
        ("shopify_refund.json", {"note": "it broke during shipping", "order_id": 450789469}),
        ("bigcommerce_order.json", {"total_inc_tax": "69.8400", "status_id": 7, "default_currency_code": "USD"}),
        ("bigcommerce_orders.json", {"total_inc_tax": "361.9500", "status_id": 11, "geoip_country_iso2": "US"}),
        (
            "woocommerce_orders.json",
            {"total": "29.35", "status": "processing", "date_created_gmt": "2017-03-22T19:28:02"},
        ),
        ("woocommerce_order_refunds.json", {"amount": "10.00", "reason": "", "line_items": []}),
    ],
)
def test_the_payload_keeps_the_vendor_s_values(name: str, expected: dict[str, Any]) -> None:
    payload = json.loads(rows(name)[0].payload)
    assert {key: payload[key] for key in expected} == expected


@pytest.mark.parametrize("name", FILES)
def test_no_person_is_left_in_a_payload(name: str) -> None:
    names = r"\b(bob|norman|hostmail|jane|janedoe|doe|john|joão|silva)\b"
    traces = (
        "@", "chestnut", "455 main", "555 east", "969 market", "brasil",
        "555-625-1199", "+557734881234", "+16136120707", "555-123-4567", "1234567890", "5555", "1111-1111",
        "45.41634", "0.0.0.0", "00.000", "127.0.0.1", "mozilla", "backyard", "birthday", "4242", "wc_order",
        "68778783ad298f1c80c3bafcddeea02f", "b1946ac92492d2347c6235b4d2611184", "bd5a8aa1ecd019dd3520ff791ee3a24c",
    )  # fmt: skip
    for row in rows(name):
        text = row.payload.lower()
        assert [trace for trace in traces if trace in text] == re.findall(names, text) == []


@pytest.mark.parametrize(
    ("name", "path", "place"),
    [
        ("shopify_orders.json", "shipping_address", {"city": "Louisville", "zip": "40202", "country_code": "US"}),
        (
            "shopify_order.json",
            "billing_address",
            {"city": "Louisville", "province": "Kentucky", "country": "United States"},
        ),
        ("shopify_customer.json", "default_address", {"city": "Louisville", "zip": "40202", "province_code": "KY"}),
        (
            "bigcommerce_order.json",
            "billing_address",
            {"city": "Austin", "state": "Texas", "zip": "78108", "country_iso2": "US"},
        ),
        (
            "woocommerce_orders.json",
            "billing",
            {"city": "San Francisco", "state": "CA", "postcode": "94103", "country": "US"},
        ),
    ],
)
def test_city_region_postcode_and_country_are_left(name: str, path: str, place: dict[str, str]) -> None:
    address = json.loads(rows(name)[0].payload)[path]
    assert {key: address[key] for key in place} == place


@pytest.mark.parametrize(
    ("name", "path", "email"),
    [
        ("shopify_orders.json", ("customer",), "bob.norman@hostmail.com"),
        ("shopify_customer.json", (), "bob.norman@hostmail.com"),
        ("bigcommerce_order.json", ("billing_address",), "janedoe@example.com"),
        ("woocommerce_orders.json", ("billing",), "john.doe@example.com"),
    ],
)
def test_the_person_can_still_be_told_by_the_hash(name: str, path: tuple[str, ...], email: str) -> None:
    value = json.loads(rows(name)[0].payload)
    for key in path:
        value = value[key]
    assert value["email"] == REDACTOR.email_hash(email)


def test_product_names_and_order_names_are_left() -> None:
    [order] = rows("shopify_order.json")
    payload = json.loads(order.payload)
    assert payload["name"] == "#1001"
    assert [line["name"] for line in payload["line_items"]] == [
        "IPod Nano - 8gb - green",
        "IPod Nano - 8gb - red",
        "IPod Nano - 8gb - black",
    ]


@pytest.mark.parametrize("name", FILES)
def test_the_hash_does_not_depend_on_how_the_file_is_written(name: str, tmp_path: Path) -> None:
    connector, _, entity = FILES[name].partition("__")
    declared = CONNECTORS[connector].entity(entity)
    other = tmp_path / name
    document = json.loads(vendor(name).read_text(encoding="utf-8"))
    other.write_text(json.dumps(document, sort_keys=True, indent=7), encoding="utf-8")
    envelope = Envelope(connector, declared, REDACTOR)
    again = [envelope.wrap(record) for record in read(other, declared, pytest.fail)]
    assert [row.payload_hash for row in again] == [row.payload_hash for row in rows(name)]
