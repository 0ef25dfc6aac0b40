import json
from pathlib import Path
from typing import Any

import pytest

from ingest import texts
from ingest.connector import Entity
from ingest.documents import read
from ingest.graphql import graphql
from ingest.records import BadRecord

ORDERS = Entity(
    shape="vendor",
    name="orders",
    kind="record",
    unfold=graphql("orders", "order"),
    children={"ProductSale": "sales", "OrderAgreement": "agreements"},
)
APART = (
    'This is a part of "gid://shopify/Order/{number}", which does not stand before it; '
    "run the bulk operation with groupObjects set to true."
)


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def part(kind: str, number: int, parent: str, **more: Any) -> dict[str, Any]:
    return {"id": gid(kind, number), "__parentId": parent, **more}


def group(number: int) -> list[dict[str, Any]]:
    order = gid("Order", number)
    return [
        {"id": order, "refunds": [{"refundLineItems": {"nodes": [{"quantity": 1}]}}]},
        part("LineItem", 1, order, title="a"),
        part("OrderAgreement", 2, order),
        part("ProductSale", 3, gid("OrderAgreement", 2)),
        part("LineItem", 4, order, title="b"),
    ]


def whole(number: int) -> dict[str, Any]:
    return {
        "id": gid("Order", number),
        "refunds": [{"refundLineItems": [{"quantity": 1}]}],
        "lineItems": [{"id": gid("LineItem", 1), "title": "a"}, {"id": gid("LineItem", 4), "title": "b"}],
        "agreements": [{"id": gid("OrderAgreement", 2), "sales": [{"id": gid("ProductSale", 3)}]}],
    }


def taken(folder: Path, *lines: object) -> list[tuple[int, object]]:
    path = folder / "orders.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    found = read(path, ORDERS, pytest.fail)
    return [(r.line, r.value.reason if isinstance(r.value, BadRecord) else r.value) for r in found]


def test_parts_are_put_back_into_the_record_before_them(tmp_path: Path) -> None:
    assert taken(tmp_path, *group(1), {"id": gid("Order", 2)}, *group(3)) == [
        (1, whole(1)),
        (6, {"id": gid("Order", 2)}),
        (7, whole(3)),
    ]


def test_a_part_whose_record_does_not_precede_it_goes_to_quarantine_with_advice(tmp_path: Path) -> None:
    line = part("LineItem", 9, gid("Order", 7))
    assert taken(tmp_path, line, *group(1), line) == [
        (1, APART.format(number=7)),
        (7, APART.format(number=7)),
        (2, whole(1)),
    ]


def test_records_first_and_parts_afterwards_are_not_put_together_by_guessing(tmp_path: Path) -> None:
    found = taken(tmp_path, {"id": gid("Order", 1)}, {"id": gid("Order", 2)}, part("LineItem", 9, gid("Order", 1)))
    assert (3, APART.format(number=1)) in found


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            {"__parentId": gid("Order", 1), "title": "a"},
            "This part has no id that says of which kind it is; let the bulk operation select id.",
        ),
        (part("Refund", 1, gid("Order", 1)) | {"id": 7}, "This part has no id that says of which kind it is"),
        (part("Tag", 1, gid("Order", 1)), 'This part belongs into "tags", which is no list.'),
    ],
)
def test_a_part_that_cannot_be_put_anywhere_is_named(line: object, reason: str, tmp_path: Path) -> None:
    found = taken(tmp_path, {"id": gid("Order", 1), "tags": "vip"}, line)
    assert found[0][0] == 2
    assert str(found[0][1]).startswith(reason)


def test_a_record_whose_part_cannot_be_read_is_not_taken_without_it(tmp_path: Path) -> None:
    order = gid("Order", 1)
    found = taken(tmp_path, {"id": order}, f'{{"__parentId": "{order}", "id": ', *group(2))
    assert found[0] == (2, "The record is not complete JSON: it breaks off.")
    assert found[1:] == [(1, "A part of this record cannot be read."), (3, whole(2))]


def test_a_record_and_its_parts_are_never_in_two_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_BLOCK", 200)
    lines = [line for number in range(20) for line in group(number)]
    assert taken(tmp_path, *lines) == [(1 + 5 * number, whole(number)) for number in range(20)]


def test_answers_of_the_api_are_read_as_well(tmp_path: Path) -> None:
    page = {"data": {"orders": {"edges": [{"node": {"id": "a"}}], "pageInfo": {"hasNextPage": False}}}}
    assert taken(tmp_path, page, {"data": {"order": {"id": "b"}}}) == [(1, {"id": "a"}), (2, {"id": "b"})]
