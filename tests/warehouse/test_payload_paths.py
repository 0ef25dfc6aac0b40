import json
from typing import Any

from warehouse.payload_paths import MAX_PATHS, Paths, parent, paths_of


def paths(*records: dict[str, Any]) -> Paths:
    return paths_of(json.dumps(record) for record in records)


def test_a_path_is_counted_once_a_record_with_its_types_and_its_holders() -> None:
    found = paths(
        {"id": 1, "customer": {"id": 7, "email": None}, "lines": [{"price": "1.00"}, {"price": 2}]},
        {"id": "2", "customer": None, "lines": []},
    ).seen

    assert dict(found["id"].types) == {"number": 1, "text": 1}
    assert (found["customer"].holders, found["customer"].seen, found["customer"].filled) == (2, 2, 1)
    assert (found["customer.email"].holders, found["customer.email"].seen, found["customer.email"].filled) == (1, 1, 0)
    assert (found["lines[*]"].holders, found["lines[*]"].seen) == (2, 1)
    assert (found["lines[*].price"].holders, found["lines[*].price"].seen) == (1, 1)
    assert dict(found["lines[*].price"].types) == {"number": 1, "text": 1}


def test_what_is_not_there_has_holders_all_the_same() -> None:
    found = paths({"customer": {"id": 1}}, {"customer": {}}, {})

    assert (found.at("customer.email").holders, found.at("customer.email").seen) == (2, 0)
    assert found.at("note").holders == 3
    assert found.at("buyer.email").holders == 0


def test_keys_that_are_ids_days_or_digests_count_as_one() -> None:
    uuid, digest = "0b6e9f0c-6f1c-4f0e-9a30-0d6e3b1f6a11", "9f86d081884c7d65"
    found = paths({"stock": {"1001": 5, "1002": 6, uuid: 7, digest: 8, "2026-10-05": 9}, "28d_view": 1, "facade": 1})

    assert set(found.seen) == {"stock", "stock.*", "28d_view", "facade"}


def test_rare_keys_of_a_free_form_object_do_not_explode() -> None:
    found = paths(*({"properties": {"price": n, f"my {chr(97 + n % 26)} {n}": {"x": n}}} for n in range(200))).seen

    assert set(found) == {"properties", "properties.price", "properties.*", "properties.*.x"}
    assert found["properties.*"].seen == found["properties.price"].seen == 200


def test_the_rarest_paths_beyond_the_limit_are_left_out_and_counted() -> None:
    found = paths({"id": 1, **{f"k{chr(97 + n % 26)}{n}": n for n in range(MAX_PATHS + 5)}}, {"id": 2})

    assert len(found.seen) == MAX_PATHS
    assert found.capped == 6
    assert "id" in found.seen


def test_the_parent_of_a_path_is_known_even_where_a_key_holds_a_dot() -> None:
    found = paths({"a": {"Conv. value": "1"}, "Avg. CPC": 2})

    assert set(found.seen) == {"a", 'a."Conv. value"', '"Avg. CPC"'}
    assert found.seen['a."Conv. value"'].holders == 1
    assert [parent(path) for path in ("a.b[*].c", "a.b[*]", "a", '"Avg. CPC"')] == ["a.b[*]", "a.b", "$", "$"]
