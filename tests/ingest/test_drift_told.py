"""Drift in a vendor's payloads, as a refresh tells of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shop import Shop, StandIn, order

Changed = Callable[[dict[str, Any]], dict[str, Any]]


def orders(first: int, changed: Changed = lambda record: record) -> list[dict[str, Any]]:
    return [
        changed(order(n, customer={"id": n, "locale": "en"}, tags="a, b", updated=first))
        for n in range(first, first + 30)
    ]


def without(*keys: str) -> Changed:
    return lambda record: {key: value for key, value in record.items() if key not in keys}


def renamed(record: dict[str, Any]) -> dict[str, Any]:
    return {"labels" if key == "tags" else key: value for key, value in record.items()}


# source → what becomes of its records, the verdicts on their paths, and what is said
CASES: dict[str, tuple[Changed, dict[str, str], str]] = {
    "renamed": (renamed, {"tags": "gone", "labels": "new"}, "tags is now called labels."),
    "missing": (without("tags"), {"tags": "gone"}, "tags is gone."),
    "retyped": (lambda record: record | {"tags": ["a"]}, {"tags": "retyped"}, "tags is a list and was a text."),
    "new": (lambda record: record | {"risk": {"level": "low"}}, {"risk": "new"}, "risk is new."),
    "above": (without("customer"), {"customer": "gone"}, "customer is gone."),
    "read": (
        lambda record: record | {"customer": {"locale": "en"}},
        {"customer.id": "gone"},
        "customer.id is gone. The star reads customer.id: check what rests on it.",
    ),
}


def test_a_changed_path_gets_its_verdict_and_is_told_once(tmp_path: Path, dbt: StandIn) -> None:
    shop = Shop(tmp_path, tuple(CASES))
    for source in CASES:
        shop.deliver(*orders(1), source=source)
    assert shop.refresh().notices == []
    for source, (changed, *_) in CASES.items():
        shop.deliver(*orders(31, changed), source=source, name="orders-2.jsonl")
    second = shop.refresh()

    assert second.status == "succeeded"
    assert sorted(second.notices) == sorted(
        f"{source}: the form of orders has changed: {told}" for source, (*_, told) in CASES.items()
    )
    held = shop.raw("select source_name, path, verdict from raw._payload_paths order by _dlt_load_id")
    latest = {(source, path): verdict for source, path, verdict in held}
    for source, (_, verdicts, _) in CASES.items():
        assert {path: latest[source, path] for path in verdicts} == verdicts
        assert latest[source, "total_price"] == "required"
    for source, (changed, *_) in CASES.items():
        shop.deliver(*orders(61, changed), source=source, name="orders-3.jsonl")
    assert shop.refresh().notices == []


def test_a_required_path_that_is_renamed_is_told_although_its_records_are_turned_away(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(*orders(1))
    shop.refresh()
    shop.deliver(*orders(31, lambda record: without("total_price")(record | {"total": "10.00"})), name="orders-2.jsonl")
    stopped = shop.refresh()

    assert stopped.error is not None
    assert stopped.error.kind == "verify_failed"
    told = (
        "shopify: the form of orders has changed: total_price is now called total. "
        "The star reads total_price: check what rests on it."
    )
    assert told in stopped.notices
    # nothing new came, and it is not published yet
    assert told in shop.refresh(accept=True).notices
    assert shop.refresh(full=True).notices[0] != told


def test_drift_of_a_load_that_was_not_published_is_told_again(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(*orders(1))
    shop.refresh()
    dbt.failing = "fct_orders"
    shop.deliver(*orders(31, without("tags")), name="orders-2.jsonl")
    failed = shop.refresh()
    dbt.failing = None
    again = shop.refresh()

    assert failed.status == "failed"
    assert failed.notices == again.notices == ["shopify: the form of orders has changed: tags is gone."]
    assert shop.raw("select count(*) from raw._drift") == [(1,)]
