from copy import deepcopy
from typing import Any

import pytest

from ingest.graphql import connections, graphql
from ingest.records import BadRecord

ORDER = {"id": "gid://shopify/Order/1", "lineItems": {"nodes": [{"id": 1}], "pageInfo": {"hasNextPage": False}}}
PLAIN = {"id": "gid://shopify/Order/1", "lineItems": [{"id": 1}]}


def opened(value: Any) -> list[object]:
    return [found.reason if isinstance(found, BadRecord) else found for found in graphql("orders", "order")(value)]


def test_connections_become_lists_at_any_depth() -> None:
    value = {
        "agreements": {"edges": [{"node": {"sales": {"nodes": [{"id": 1}], "totalCount": 1}}, "cursor": "x"}]},
        "refunds": [{"refundLineItems": {"edges": []}}],
        "customer": {"addresses": {"nodes": []}, "id": 5},
    }
    assert connections(value) == {
        "agreements": [{"sales": [{"id": 1}]}],
        "refunds": [{"refundLineItems": []}],
        "customer": {"addresses": [], "id": 5},
    }


def test_an_object_that_only_looks_like_a_connection_is_left_alone() -> None:
    value = {"tree": {"nodes": [1], "name": "oak"}, "page": {"pageInfo": {}}, "text": {"edges": "sharp"}}
    assert connections(value) == value


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"orders": {"nodes": [ORDER]}}, "extensions": {"cost": {}}},
        {"data": {"orders": {"edges": [{"node": ORDER}]}}},
        {"orders": {"nodes": [ORDER]}},
        {"nodes": [ORDER], "pageInfo": {}},
        {"data": {"order": ORDER}},
        {"order": ORDER},
        ORDER,
        PLAIN,
    ],
)
def test_an_order_comes_out_of_every_form_of_answer(answer: Any) -> None:
    assert opened(deepcopy(answer)) == [PLAIN]


def test_an_answer_of_errors_alone_is_refused_with_the_vendor_s_message() -> None:
    assert opened({"errors": [{"message": "Throttled"}]}) == ['This is the vendor\'s error, not a record: "Throttled".']
    assert opened({"data": None, "errors": [{"message": "Access denied", "code": "ACCESS"}, {"message": "b"}]}) == [
        'This is the vendor\'s error "ACCESS" and 1 more, not a record: "Access denied".'
    ]


def test_an_answer_that_is_not_whole_gives_what_it_has() -> None:
    answer = {"data": {"orders": {"nodes": [{"id": "a"}, None]}}, "errors": [{"message": "x"}]}
    assert opened(answer) == [{"id": "a"}, None]


def test_an_answer_about_something_else_is_named() -> None:
    assert opened({"data": {"products": {"nodes": []}}}) == ['This answer holds no "orders".']
    assert opened(7) == [7]
