import json
from collections.abc import Iterable
from typing import Any

from warehouse.drift import Change, Judgement, judge, sentence
from warehouse.payload_paths import paths_of

READ = {"total_price", "customer.id"}
REQUIRED = {"id", "total_price"}


def record(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "total_price": "10.00", "customer": {"id": number}} | more


def without(path: str, number: int) -> dict[str, Any]:
    return {key: value for key, value in record(number).items() if key != path}


def judged(now: Iterable[dict[str, Any]], *earlier: Iterable[dict[str, Any]], gone: Iterable[str] = ()) -> Judgement:
    """earlier: the loads before, newest first."""
    return judge(_paths(now), [_paths(load) for load in earlier], set(gone), REQUIRED, READ)


def _paths(records: Iterable[dict[str, Any]]) -> Any:
    return paths_of(json.dumps(each) for each in records)


def told(judgement: Judgement) -> str:
    return sentence("shop", "orders", judgement.changes)


FORTY = [record(n) for n in range(40)]
THIRTY = range(30)


def test_the_first_load_of_an_entity_has_no_drift() -> None:
    first = judged(FORTY)

    assert first.changes == []
    assert first.verdicts == {
        "id": "required",
        "total_price": "required",
        "customer": "optional",
        "customer.id": "optional",
    }


def test_a_load_like_the_one_before_has_no_drift() -> None:
    assert judged(FORTY, FORTY).changes == []


def test_a_path_that_nearly_all_had_and_none_has_is_gone() -> None:
    now = judged([without("customer", n) for n in THIRTY], FORTY)

    assert now.verdicts["customer"] == "gone"
    assert now.changes == [Change("gone", "customer", "all of 40", "none of 30")]
    assert told(now) == "shop: the form of orders has changed: customer is gone."


def test_a_path_that_is_always_null_now_is_gone_too() -> None:
    now = judged([record(n, customer={"id": None}) for n in THIRTY], FORTY)

    assert now.verdicts["customer.id"] == "gone"
    assert told(now) == (
        "shop: the form of orders has changed: customer.id is gone. The star reads customer.id: check what rests on it."
    )


def test_an_optional_path_comes_and_goes_unnoticed() -> None:
    sometimes = [record(n, **({"note": "x"} if n % 10 else {})) for n in range(40)]

    assert judged(FORTY, sometimes).changes == []
    assert judged([record(n, **({"gift": True} if n % 3 == 0 else {})) for n in range(40)], FORTY).changes == []


def test_few_records_are_no_evidence_until_the_loads_before_join_them() -> None:
    few = [without("customer", n) for n in range(12)]

    assert judged(few, FORTY).changes == []
    assert judged(FORTY, few).changes == []
    assert [change.path for change in judged(few, few, FORTY).changes] == ["customer"]


def test_what_is_gone_is_said_once_and_may_come_back_in_silence() -> None:
    lacking = [without("customer", n) for n in THIRTY]
    still = judged(lacking, lacking, FORTY, gone={"customer"})

    assert still.changes == []
    assert still.verdicts["customer"] == "gone"
    assert judged(FORTY, lacking, FORTY, gone={"customer"}).changes == []


def test_a_new_path_is_told_with_its_topmost_name_alone() -> None:
    now = judged([record(n, source={"url": "x", "kind": "y"}) for n in THIRTY], FORTY)

    assert now.verdicts["source.url"] == "optional"
    assert now.verdicts["source"] == "new"
    assert told(now) == "shop: the form of orders has changed: source is new."


def test_a_list_that_was_always_empty_brings_no_new_paths() -> None:
    empty = [record(n, refunds=[]) for n in range(40)]

    assert judged([record(n, refunds=[{"id": 1, "note": None}]) for n in THIRTY], empty).changes == []


def test_a_value_of_another_type_is_retyped() -> None:
    now = judged([record(n, total_price=10.5) for n in THIRTY], FORTY)

    assert now.verdicts["total_price"] == "retyped"
    assert told(now) == (
        "shop: the form of orders has changed: total_price is a number and was a text. "
        "The star reads total_price: check what rests on it."
    )
    mixed = [record(n, total_price=10.5 if n % 4 == 0 else "10.50") for n in range(40)]
    assert judged(mixed, FORTY).changes == []


def test_a_new_name_below_the_same_object_is_recognised() -> None:
    renamed = [{"id": n, "total_amount": "10.00", "customer": {"id": n}} for n in THIRTY]
    now = judged(renamed, FORTY)

    assert now.changes == [Change("renamed", "total_price", "all of 40", "total_amount", is_read=True)]
    assert now.verdicts["total_price"] == "gone"
    assert "total_price is now called total_amount" in told(now)


def test_a_new_path_of_another_type_or_place_is_no_new_name() -> None:
    retyped = judged([{"id": n, "total_amount": 10, "customer": {"id": n}} for n in THIRTY], FORTY)
    moved = judged([{"id": n, "customer": {"id": n, "total": "10.00"}} for n in THIRTY], FORTY)

    for now in (retyped, moved):
        assert {change.kind for change in now.changes} == {"gone", "new"}


def test_of_two_possible_new_names_none_is_guessed() -> None:
    now = judged([{"id": n, "amount": "1", "total": "1", "customer": {"id": n}} for n in THIRTY], FORTY)

    assert sorted((change.kind, change.path) for change in now.changes) == [
        ("gone", "total_price"),
        ("new", "amount"),
        ("new", "total"),
    ]


def test_keys_of_somebodys_own_are_not_watched() -> None:
    earlier = [record(n, stock={"1001": 1}) for n in range(40)]

    assert judged([record(n, stock={}) for n in THIRTY], earlier).changes == []


def test_many_changes_make_one_sentence_with_those_that_matter_first() -> None:
    changes = [
        *(Change("gone", f"field_{n}", "all of 40", "none of 30") for n in range(5)),
        Change("gone", "total_price", "all of 40", "none of 30", is_read=True),
        Change("new", "extra", "", "all of 30"),
        Change("retyped", "meta", "text", "object"),
        Change("capped", "", "", "12"),
    ]

    assert sentence("shop", "orders", changes) == (
        "shop: the form of orders has changed: total_price, field_0, field_1 and 3 more are gone, extra is new, "
        "meta is an object and was a text and its records have more paths than are kept, the 12 rarest are not "
        "watched. The star reads total_price: check what rests on it."
    )
