"""Shopify's Admin GraphQL API: orders as shopify.dev shows them, and its own sales report (README.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from payload_rows import REDACTOR, ids, of_records, of_text, payloads, raw_rows, reasons, source_ids

MONEY = {"shopMoney": {"amount": "20.0", "currencyCode": "USD"}}
ORDER: dict[str, Any] = {
    "id": "gid://shopify/Order/1",
    "createdAt": "2026-10-01T12:00:00Z",
    "currencyCode": "USD",
    "totalPriceSet": MONEY,
}


def test_the_published_orders_are_known_by_their_global_ids_and_update_times() -> None:
    rows = raw_rows("shopify_graphql_orders.json")
    assert ids(rows) == [("gid://shopify/Order/158040885", None), ("gid://shopify/Order/199007853", None)]
    assert {row.updated_at.isoformat() for row in rows if row.updated_at} == {"2024-01-01T12:34:43+00:00"}


def test_the_published_order_is_kept_with_lists_in_place_of_connections() -> None:
    assert payloads(raw_rows("shopify_graphql_orders.json"))[0] == {
        "id": "gid://shopify/Order/158040885",
        "name": "#2000",
        "createdAt": "2024-01-01T00:00:00Z",
        "updatedAt": "2024-01-01T12:34:43Z",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "totalPriceSet": {"shopMoney": {"amount": "2000.0", "currencyCode": "CAD"}},
        "subtotalPriceSet": {"shopMoney": {"amount": "2000.0", "currencyCode": "CAD"}},
        "email": REDACTOR.email_hash("bob@example.com"),
        "shippingAddress": None,
        "lineItems": [
            {
                "id": "gid://shopify/LineItem/466157049",
                "name": "Draft - 151cm",
                "quantity": 10,
                "sku": "draft-151",
                "variant": {"id": "gid://shopify/ProductVariant/168923715", "title": "151cm"},
                "originalUnitPriceSet": {"shopMoney": {"amount": "200.0", "currencyCode": "CAD"}},
            }
        ],
    }


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"orders": {"nodes": [ORDER], "pageInfo": {"hasNextPage": False}}}},
        {"data": {"orders": {"edges": [{"cursor": "x", "node": ORDER}]}}},
        {"data": {"order": ORDER}},
        {"orders": {"nodes": [ORDER]}},
        {"nodes": [ORDER]},
        [ORDER],
        ORDER,
    ],
    ids=["nodes", "edges", "one order", "without data", "connection", "array", "bare record"],
)
def test_an_order_is_the_same_in_every_form(document: object, tmp_path: Path) -> None:
    rows = of_text("shopify_graphql", "orders", json.dumps(document), tmp_path)
    assert reasons(rows) == [None]
    assert payloads(rows) == [ORDER]


def test_the_parts_that_a_bulk_operation_writes_as_lines_are_put_back(tmp_path: Path) -> None:
    line = {"id": "gid://shopify/LineItem/5", "quantity": 1}
    agreement = {"id": "gid://shopify/SalesAgreement/6", "happenedAt": "2026-10-01T12:00:00Z", "reason": "ORDER"}
    sale = {"id": "gid://shopify/ProductSale/7", "actionType": "ORDER", "totalAmount": MONEY}
    rows = of_records(
        "shopify_graphql",
        "orders",
        [
            ORDER,
            {**line, "__parentId": ORDER["id"]},
            {**agreement, "__parentId": ORDER["id"]},
            {**sale, "__parentId": agreement["id"]},
            {**ORDER, "id": "gid://shopify/Order/2"},
        ],
        tmp_path,
    )
    assert reasons(rows) == [None, None]
    first, second = payloads(rows)
    assert first["lineItems"] == [line]
    assert first["agreements"] == [{**agreement, "sales": [sale]}]
    assert "lineItems" not in second


def test_a_part_whose_order_did_not_come_before_it_goes_to_quarantine(tmp_path: Path) -> None:
    part = {"id": "gid://shopify/LineItem/5", "quantity": 1, "__parentId": "gid://shopify/Order/9"}
    order, refused = sorted(reasons(of_records("shopify_graphql", "orders", [ORDER, part], tmp_path)), key=bool)
    assert order is None
    assert "group" in (refused or "")


def test_an_answer_of_errors_goes_to_quarantine_with_the_message(tmp_path: Path) -> None:
    answer = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    (reason,) = reasons(of_text("shopify_graphql", "orders", json.dumps(answer), tmp_path))
    assert "Throttled" in (reason or "")


def test_what_tells_a_person_is_dropped(tmp_path: Path) -> None:
    order = {
        **ORDER,
        "customer": {
            "id": "gid://shopify/Customer/3",
            "displayName": "Some One",
            "firstName": "Some",
            "defaultEmailAddress": {"emailAddress": "Someone@Example.com "},
            "defaultPhoneNumber": {"phoneNumber": "+15550100"},
        },
        "shippingAddress": {"address1": "1 Main Street", "city": "Sudbury", "countryCodeV2": "CA", "phone": "1"},
        "customAttributes": [{"key": "gift", "value": "for Someone"}],
        "clientIp": "203.0.113.9",
    }
    (payload,) = payloads(of_records("shopify_graphql", "orders", [order], tmp_path))
    assert payload == {
        **ORDER,
        "customer": {
            "id": "gid://shopify/Customer/3",
            "defaultEmailAddress": {"emailAddress": REDACTOR.email_hash("someone@example.com")},
        },
        "shippingAddress": {"city": "Sudbury", "countryCodeV2": "CA"},
    }


def test_an_amount_that_is_none_is_refused(tmp_path: Path) -> None:
    bad = {**ORDER, "totalPriceSet": {"shopMoney": {"amount": "N/A", "currencyCode": "USD"}}}
    (reason,) = reasons(of_records("shopify_graphql", "orders", [bad], tmp_path))
    assert "at totalPriceSet.shopMoney.amount is not an amount" in (reason or "")


def test_an_order_is_no_customer(tmp_path: Path) -> None:
    assert reasons(of_records("shopify_graphql", "customers", [ORDER], tmp_path)) == [
        "This is no record of customers; it looks like a record of orders."
    ]


def test_the_published_sales_report_is_known_by_its_day() -> None:
    rows = raw_rows("shopify_shopifyql.json")
    assert ids(rows) == [("2024-01-01", None)]
    assert payloads(rows) == [
        {
            "day": "2024-01-01",
            "orders": "2",
            "gross_sales": "4000.0",
            "discounts": "0.0",
            "returns": "0.0",
            "net_sales": "4000.0",
            "shipping_charges": "0.0",
            "taxes": "0.0",
            "total_sales": "4000.0",
        }
    ]


@pytest.mark.parametrize("shape", ["shopify", "shopify_graphql"])
def test_a_downloaded_sales_report_gets_the_names_of_shopifyql(shape: str, tmp_path: Path) -> None:
    text = '"Day","Orders","Gross sales","Total sales"\n"2026-10-01","3","60.00","66.00"\n'
    rows = of_text(shape, "shopifyql", text, tmp_path, "csv")
    assert source_ids(rows) == ["2026-10-01"]
    assert payloads(rows) == [{"day": "2026-10-01", "gross_sales": "60.00", "orders": "3", "total_sales": "66.00"}]


def test_a_query_that_shopify_could_not_read_goes_to_quarantine_with_the_message(tmp_path: Path) -> None:
    answer = {"data": {"shopifyqlQuery": {"tableData": None, "parseErrors": ["Column Not Found: gros_sales"]}}}
    (reason,) = reasons(of_text("shopify", "shopifyql", json.dumps(answer), tmp_path))
    assert "Column Not Found: gros_sales" in (reason or "")
