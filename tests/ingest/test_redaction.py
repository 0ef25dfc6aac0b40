import copy
import hashlib
import json
from typing import Any

import pytest

from ingest import walks
from ingest.connector import CONNECTORS, Entity, Personal
from ingest.personal import Act, Rules
from ingest.redaction import Redactor

SALT = b"0123456789abcdef"
REDACTOR = Redactor(SALT)


def redacted(record: dict[str, Any], table: str = "shopify__orders", redactor: Redactor = REDACTOR) -> dict[str, Any]:
    connector, _, entity = table.partition("__")
    redactor.redact(record, CONNECTORS[connector].entity(entity))
    if redactor.may_hold_email(json.dumps(record).encode()):
        redactor.sweep(record)
    return record


def test_an_e_mail_address_becomes_the_salted_hash_of_its_normal_form() -> None:
    expected = hashlib.sha256(SALT + b"bob@example.com").hexdigest()
    for email in ("bob@example.com", "Bob@Example.COM", "  bob@example.com\t"):
        assert redacted({"email": email}) == {"email": expected}
    assert redacted({"contact_email": "bob@example.com"}) == {"contact_email": expected}


@pytest.mark.parametrize("email", ["", None, "  "])
def test_a_blank_e_mail_address_stays_blank(email: str | None) -> None:
    assert redacted({"email": email}) == {"email": email}


def test_two_tenants_hash_the_same_address_differently() -> None:
    other = Redactor(b"fedcba9876543210")
    assert other.email_hash("bob@example.com") != REDACTOR.email_hash("bob@example.com")


def test_a_salt_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 16 bytes"):
        Redactor(b"")


def test_of_an_address_only_the_place_stays() -> None:
    address = {
        "first_name": "Bob",
        "last_name": "Norman",
        "name": "Bob Norman",
        "company": "Norman & Sons",
        "address1": "Chestnut Street 92",
        "address2": "",
        "phone": "555-625-1199",
        "latitude": 45.4,
        "longitude": -75.6,
        "cpf": "111.444.777-35",
        "birthdate": "1990-01-01",
        "unheard_of": "anything",
        "details": {"floor": 3},
    }
    place = {
        "city": "Louisville",
        "zip": "40202",
        "province": "Kentucky",
        "country": "United States",
        "country_code": "US",
    }
    for key in ("billing_address", "shipping_address"):
        assert redacted({key: {**address, **place}}) == {key: place}
    assert redacted({"addresses": [{**address, **place}, None]}, "shopify__customers") == {"addresses": [place]}
    woo = {"city": "Rio", "state": "RJ", "postcode": "12345-000", "country": "BR"}
    assert redacted({"billing": {**address, **woo}, "shipping": "Bob, Chestnut Street 92"}, "woocommerce__orders") == {
        "billing": woo
    }


def test_names_go_from_persons_and_stay_on_orders_and_products() -> None:
    record = {
        "name": "#1001",
        "line_items": [{"name": "IPod Nano - green", "title": "IPod Nano"}],
        "customer": {
            "id": 5,
            "name": "Bob Norman",
            "first_name": "Bob",
            "default_address": {"name": "Bob", "city": "X"},
        },
        "fulfillments": [{"name": "#1001.1", "destination": {"name": "Bob", "city": "X"}}],
        "consignee": {"first_name": "Bob", "name": "Bob Norman", "parcel": {"name": "Bob"}},
        "shipping_first_name": "Bob",
        "recipient": "Bob Norman",
        "first_name": "Bob",
        "address1": "Chestnut Street 92",
    }
    assert redacted(record) == {
        "name": "#1001",
        "line_items": [{"name": "IPod Nano - green", "title": "IPod Nano"}],
        "customer": {"id": 5, "default_address": {"city": "X"}},
        "fulfillments": [{"name": "#1001.1", "destination": {"city": "X"}}],
        "consignee": {"parcel": {}},
    }


def test_the_root_of_a_customer_record_is_a_person() -> None:
    record = {"id": 5, "name": "Bob Norman", "displayName": "Bob N.", "orders_count": 2}
    assert redacted(record, "shopify__customers") == {"id": 5, "orders_count": 2}


@pytest.mark.parametrize(
    ("table", "record"),
    [
        (
            "shopify__orders",
            {
                "note": "for Bob",
                "note_attributes": [{"name": "to", "value": "Bob"}],
                "client_details": {"browser_ip": "0.0.0.0"},
                "browser_ip": "0.0.0.0",
                "payment_details": {"credit_card_number": "4242"},
                "order_status_url": "https://x/authenticate?key=1",
                "token": "t",
                "cart_token": "t",
                "checkout_token": "t",
                "phone": "555",
                "transactions": [{"receipt": {"payer": "Bob"}, "authorization": "a", "payment_details": {}}],
                "line_items": [{"properties": [{"name": "Engraving", "value": "Bob"}]}],
                "customer": {"note": "Bob", "multipass_identifier": "x", "sms_marketing_phone": "555"},
                "fulfillments": [{"tracking_url": "https://x/1", "tracking_urls": ["https://x/1"]}],
            },
        ),
        (
            "bigcommerce__orders",
            {
                "ip_address": "0.0.0.0",
                "ip_address_v6": "::1",
                "staff_notes": "Bob",
                "customer_message": "Bob",
                "credit_card_type": "visa",
                "fees": [],
                "form_fields": [{"name": "x", "value": "Bob"}],
            },
        ),
        (
            "bigcommerce__order_products",
            {
                "product_options": [{"value": "Bob"}],
                "wrapping_message": "Bob",
                "configurable_fields": [{"value": "Bob"}],
            },
        ),
        (
            "woocommerce__orders",
            {
                "order_key": "wc_order_1",
                "payment_url": "https://x?key=wc_order_1",
                "customer_ip_address": "0.0.0.0",
                "customer_user_agent": "mozilla",
                "customer_note": "Bob",
                "meta_data": [{"id": 1, "key": "_billing_wooccm11", "value": "Bob"}],
                "line_items": [
                    {"meta_data": [{"id": 2, "key": "Name on cup", "value": "Bob", "display_value": "Bob"}]}
                ],
                "coupon_lines": [
                    {"code": "SAVE", "meta_data": [{"key": "coupon_data", "value": {"used_by": ["Bob"]}}]}
                ],
            },
        ),
    ],
)
def test_what_the_vendor_keeps_of_persons_elsewhere_is_dropped(table: str, record: dict[str, Any]) -> None:
    text = json.dumps(redacted(record, table))
    for trace in ("Bob", "555", "0.0.0.0", "::1", "wc_order_", "4242", "mozilla", "authenticate", "https://", '"t"'):
        assert trace not in text


def test_woocommerce_meta_data_that_the_star_needs_is_kept() -> None:
    meta = [
        {"id": 1, "key": "_wc_order_attribution_utm_source", "value": "google"},
        {"id": 2, "key": "_wc_order_attribution_user_agent", "value": "mozilla"},
        {"id": 3, "key": "_refunded_item_id", "value": "311", "display_value": "311"},
        {"id": 4, "key": "size", "value": "M"},
        {"id": 5, "key": "_wc_order_attribution_session_entry", "value": "https://x/?first_name=Bob&utm_source=a"},
        "broken",
    ]
    assert redacted({"meta_data": meta}, "woocommerce__orders") == {
        "meta_data": [
            {"id": 1, "key": "_wc_order_attribution_utm_source", "value": "google"},
            {"id": 3, "key": "_refunded_item_id", "value": "311"},
            {"id": 5, "key": "_wc_order_attribution_session_entry", "value": "https://x/?first_name=&utm_source=a"},
        ]
    }


def test_a_landing_page_keeps_its_campaign_and_loses_its_person() -> None:
    url = "https://x.example/?utm_source=mail&email=bob%40example.com&name=Bob%20Norman&campaign_name=rose"
    [value] = redacted({"landing_site": url}).values()
    assert value == "https://x.example/?utm_source=mail&email=&name=&campaign_name=rose"


def test_the_reason_of_a_refund_stays_without_the_record_s_own_persons() -> None:
    order = {
        "email": "bob.norman@example.com",
        "phone": "555 1199",
        "customer": {"first_name": "Bob", "last_name": "Norman"},
        "shipping_address": {"name": "Jo Li", "address1": "Chestnut Street 92"},
        "refunds": [
            {"note": "it broke during shipping"},
            {"note": "Bob Norman's parcel, bob.norman@example.com, 555 1199, broke at Chestnut Street 92"},
            {"note": "Jo said jo-jo and bobbin are fine, call +1 (613) 612-0707"},
            {"note": ""},
            {"order_adjustments": [{"reason": "NORMAN: refund discrepancy"}]},
        ],
    }
    assert redacted(order)["refunds"] == [
        {"note": "it broke during shipping"},
        {"note": "parcel, , , broke at"},
        {"note": "said jo-jo and bobbin are fine, call"},
        {"note": ""},
        {"order_adjustments": [{"reason": ": refund discrepancy"}]},
    ]


def test_a_stranger_s_address_in_a_reason_is_hashed_before_names_are_taken_out() -> None:
    record = {"customer": {"first_name": "Bob"}, "refunds": [{"note": "ask bob@shop.example"}]}
    assert redacted(record)["refunds"] == [{"note": f"ask {REDACTOR.email_hash('bob@shop.example')}"}]


def test_a_date_or_a_size_in_a_reason_is_no_phone() -> None:
    note = "returned 2026-10-05,  order 1001, size 10.5"
    assert redacted({"note": note}, "shopify__refunds") == {"note": note}


def test_the_note_of_a_refund_delivered_alone_is_kept_and_that_of_an_order_is_not() -> None:
    assert redacted({"note": "too small"}, "shopify__refunds") == {"note": "too small"}
    assert redacted({"note": "too small"}, "shopify__orders") == {}
    assert redacted({"reason": "too small", "refund": "x"}, "woocommerce__order_refunds")["reason"] == "too small"
    record = {"refunds": [{"id": 1, "reason": "Bob", "total": "-1.00"}], "billing": {"first_name": "Bob"}}
    assert redacted(record, "woocommerce__orders")["refunds"] == [{"id": 1, "reason": "", "total": "-1.00"}]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to Bob.Norman+x@mail.example.com now", "write to {} now"),
        ("https://x.example/?e=bob%40example.com&a=1", "https://x.example/?e={}&a=1"),
        ("https://x.example/?e=bob%2540example.com", "https://x.example/?e={}"),
        ("<bob@example.com>, (eve@example.com)", "<{}>, ({})"),
        ("müller@bücher.example", "{}"),
        ("bob&#64;example.com", "{}"),
    ],
)
def test_an_e_mail_address_in_any_other_text_or_key_becomes_a_hash(text: str, left: str) -> None:
    record = redacted({"a": text, "b": [[text]], "c": {"d": text}, "eve@example.com": 1})
    assert record["a"] == record["b"][0][0] == record["c"]["d"]
    pieces = left.split("{}")
    assert record["a"].startswith(pieces[0])
    assert record["a"].endswith(pieces[-1])
    assert "example.com" not in json.dumps(record).replace("x.example", "")
    assert REDACTOR.email_hash("eve@example.com") in record


def test_the_hash_in_a_text_is_the_hash_of_the_field() -> None:
    hashed = REDACTOR.email_hash("bob+x@example.com")
    assert redacted({"title": "for Bob%2Bx%40example.com"}) == {"title": f"for {hashed}"}


@pytest.mark.parametrize("text", ["logo@2x.png", "@acme.shop", "a @ b.c", "50 % off & more", "T-shirt @home"])
def test_what_only_looks_a_little_like_an_address_is_left_alone(text: str) -> None:
    assert redacted({"title": text}) == {"title": text}


def test_a_long_text_full_of_at_signs_is_swept_in_linear_steps() -> None:
    record = redacted({"title": "a" * 300_000 + "@" * 300_000 + "b" * 300_000})
    assert len(record["title"]) == 900_000


def test_keys_are_known_without_case_and_punctuation() -> None:
    assert redacted({"customer": {"firstName": "Bob", "LAST-NAME": "Norman", "verified_email": True}}) == {
        "customer": {"verified_email": True}
    }


def test_a_flag_or_an_object_under_an_e_mail_key_is_kept() -> None:
    consent = {"state": "subscribed", "opt_in_level": "single_opt_in", "email": "bob@example.com"}
    [kept] = redacted({"email_marketing_consent": consent}).values()
    assert kept == {**consent, "email": REDACTOR.email_hash("bob@example.com")}


@pytest.mark.slow
def test_more_keys_than_are_remembered_are_still_judged() -> None:
    record: dict[str, Any] = {f"key{number}": {"first_name": "Bob"} for number in range(50_000)}
    assert not any(redacted(record).values())


def test_with_keep_pii_nothing_is_taken() -> None:
    record = {"email": "bob@example.com", "note": "x", "billing_address": {"name": "Bob"}}
    redactor = Redactor(SALT, keep_pii=True)
    assert redacted(dict(record), redactor=redactor) == record
    assert redactor.text("bob@example.com") == "bob@example.com"


def test_what_was_learnt_from_one_record_hides_nothing_in_the_next() -> None:
    redactor = Redactor(SALT)
    person = {"first_name": "Rachel", "id": 1}
    for info in (
        "x",
        person,
        5,
        [person],
        None,
        [[person]],
        [],
        {"deep": person},
        [1, person],
        "y",
        {"deep": [person]},
    ):
        record = redacted({"id": 7, "info": copy.deepcopy(info), "more": {"id": 1}}, redactor=redactor)
        assert "Rachel" not in json.dumps(record)
        assert record["id"] == 7


def test_the_order_of_keys_and_their_number_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "_MOST_PLANS", 3)
    redactor = Redactor(SALT)
    for number in range(20):
        extra = {f"plugin_{number}": {"phone": "555-625-1199", "id": number}}
        record = redacted({**extra, "id": number, "customer": {"last_name": "Rosen", "id": 2}}, redactor=redactor)
        assert record == {f"plugin_{number}": {"id": number}, "id": number, "customer": {"id": 2}}


REPORTS = Personal(
    kept=frozenset({"_metadata", "gender"}), persons=frozenset({"properties"}), dropped=frozenset({"ip"})
)


def test_a_connector_may_keep_what_is_no_person_s_in_its_records_and_name_objects_that_are() -> None:
    entity = Entity(shape="vendor", name="events", kind="record", personal=REPORTS)
    record: dict[str, Any] = {
        "_metadata": {"timeZone": "UTC", "email": ""},
        "gender": "female",
        "name": "campaign",
        "properties": {"$name": "Rachel Rosen", "$browser": "Safari"},
        "note": "x",
    }
    Redactor(SALT).redact(record, entity)
    assert record == {
        "_metadata": {"timeZone": "UTC", "email": ""},
        "gender": "female",
        "name": "campaign",
        "properties": {"$browser": "Safari"},
    }


def test_of_a_refused_record_nothing_is_kept_because_one_vendor_may_keep_it() -> None:
    anyones = Rules([REPORTS, Personal(dropped=frozenset({"properties"}))], of_anyone=True)
    assert (anyones.act("gender"), anyones.act("_metadata"), anyones.act("properties")) == (
        Act.DROP,
        Act.META,
        Act.DROP,
    )


@pytest.mark.parametrize("key", ["landing_page", "referrerUrl", "$current_url", "$initial_referrer"])
def test_of_an_address_that_was_visited_personal_parameters_are_cut(key: str) -> None:
    record = redacted({key: "https://a.b/?utm_source=x&first_name=Rachel&e-mail=b#c"}, "shopify__customers")
    assert record == {key: "https://a.b/?utm_source=x&first_name=&e-mail=#c"}


@pytest.mark.parametrize("sign", ["%40", "%2540", "%252540", "&#64;", "&#0064;", "&commat;", "&COMMAT;"])
def test_an_address_in_disguise_is_looked_for(sign: str) -> None:
    assert REDACTOR.may_hold_email(f'{{"note":"a{sign}b.com"}}'.encode())
    assert "a" + sign not in json.dumps(redacted({"title": f"mail a{sign}b.com"}))
