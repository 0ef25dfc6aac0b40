import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.connector import CONNECTORS
from ingest.files import deliveries

SHOPIFY, BIGCOMMERCE = CONNECTORS["shopify"], CONNECTORS["bigcommerce"]


def put(folder: Path, name: str, content: bytes = b'{"id": 1}\n', at: int = 1_700_000_000) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (at, at))
    return path


@pytest.mark.parametrize("extension", ["jsonl", "ndjson", "json", "jsonl.gz", "ndjson.gz", "json.gz"])
def test_a_file_named_after_an_entity_is_a_delivery_of_it(extension: str, tmp_path: Path) -> None:
    put(tmp_path, f"order_products.{extension}")
    listed = deliveries(tmp_path, BIGCOMMERCE)
    assert [(delivery.entity.name, delivery.name) for delivery in listed.found] == [
        ("order_products", f"order_products.{extension}")
    ]
    assert listed.notices == ()


def test_files_with_a_suffix_are_deliveries_of_their_own_oldest_first(tmp_path: Path) -> None:
    put(tmp_path, "orders.jsonl", at=1_700_000_300)
    put(tmp_path, "orders-2026-10.jsonl", at=1_700_000_200)
    put(tmp_path, "orders-b.v2.json.gz", at=1_700_000_100)
    put(tmp_path, "orders-a.json", at=1_700_000_100)
    assert [delivery.name for delivery in deliveries(tmp_path, SHOPIFY).found] == [
        "orders-a.json",
        "orders-b.v2.json.gz",
        "orders-2026-10.jsonl",
        "orders.jsonl",
    ]


def test_parts_are_one_delivery_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 1, 3, 4, 5, 6, 7, 8, 9):
        put(tmp_path, f"orders.part{number}.jsonl", f'{{"id": {number}}}\n'.encode(), at=1_700_000_000 + number)
    [delivery] = deliveries(tmp_path, SHOPIFY).found
    assert [path.name for path in delivery.paths] == [f"orders.part{number}.jsonl" for number in range(1, 11)]
    assert delivery.modified_at == datetime(2023, 11, 14, 22, 13, 30, tzinfo=UTC)
    assert deliveries(tmp_path, SHOPIFY).notices == ()


def test_parts_of_a_suffixed_delivery_stay_apart_from_the_others(tmp_path: Path) -> None:
    for name in ("orders.jsonl", "orders.part1.jsonl", "orders.part2.jsonl.gz", "orders-b.part1.json"):
        put(tmp_path, name)
    assert sorted((found.name, len(found.paths)) for found in deliveries(tmp_path, SHOPIFY).found) == [
        ("orders-b.part*", 1),
        ("orders.jsonl", 1),
        ("orders.part*", 2),
    ]


def test_a_missing_part_and_a_part_given_twice_are_told(tmp_path: Path) -> None:
    put(tmp_path, "orders.part1.jsonl", at=1)
    put(tmp_path, "orders.part1.jsonl.gz", at=2)
    put(tmp_path, "orders.part3.jsonl")
    listed = deliveries(tmp_path, SHOPIFY)
    assert [path.name for path in listed.found[0].paths] == ["orders.part1.jsonl.gz", "orders.part3.jsonl"]
    assert listed.notices == (
        '"orders.part1.jsonl" is not read: "orders.part1.jsonl.gz" is the same part and younger.',
        'Of "orders.part*" part 2 is missing; the others are read.',
    )


def test_files_of_no_entity_are_named_with_the_nearest_one(tmp_path: Path) -> None:
    for name in ("ordres.jsonl", "orders.xlsx", "x.txt", "orders_2026.jsonl", ".DS_Store"):
        put(tmp_path, name)
    (tmp_path / "archive").mkdir()
    listed = deliveries(tmp_path, SHOPIFY)
    assert listed.found == ()
    assert listed.notices == (
        '"orders.xlsx" is not read: it is named after no entity; did you mean orders?',
        '"orders_2026.jsonl" is not read: it is named after no entity; did you mean orders?',
        '"ordres.jsonl" is not read: it is named after no entity; did you mean orders?',
        '"x.txt" is not read: it is named after no entity; Shopify has orders, refunds, customers, shopifyql.',
    )


def test_a_csv_of_a_store_is_refused_in_one_sentence(tmp_path: Path) -> None:
    put(tmp_path, "orders.csv")
    put(tmp_path, "refunds-1.csv.gz")
    assert deliveries(tmp_path, BIGCOMMERCE).notices == (
        '"orders.csv" is not read: BigCommerce publishes JSON; deliver orders.jsonl.',
        '"refunds-1.csv.gz" is not read: BigCommerce publishes JSON; deliver refunds.jsonl.',
    )


def test_an_entity_of_another_connector_is_none_of_this_one(tmp_path: Path) -> None:
    put(tmp_path, "order_products.jsonl")
    assert deliveries(tmp_path, SHOPIFY).found == ()


def test_the_fingerprint_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "orders.jsonl", b"a")
    [delivery] = deliveries(tmp_path, SHOPIFY).found
    signature, fingerprint = delivery.stat_signature, delivery.fingerprint()
    put(tmp_path, "orders.jsonl", b"a", at=1_800_000_000)
    [delivery] = deliveries(tmp_path, SHOPIFY).found
    assert delivery.stat_signature != signature
    assert delivery.fingerprint() == fingerprint
    put(tmp_path, "orders.jsonl", b"b", at=1_800_000_000)
    assert delivery.fingerprint() != fingerprint


def test_the_fingerprint_sees_content_moved_between_parts(tmp_path: Path) -> None:
    put(tmp_path, "orders.part1.jsonl", b"ab")
    put(tmp_path, "orders.part2.jsonl", b"c")
    first = deliveries(tmp_path, SHOPIFY).found[0].fingerprint()
    put(tmp_path, "orders.part1.jsonl", b"a")
    put(tmp_path, "orders.part2.jsonl", b"bc")
    assert deliveries(tmp_path, SHOPIFY).found[0].fingerprint() != first


def test_an_untouched_delivery_keeps_its_stat_signature(tmp_path: Path) -> None:
    put(tmp_path, "orders.part1.jsonl")
    put(tmp_path, "orders.part2.jsonl")
    first, second = (deliveries(tmp_path, SHOPIFY).found[0] for _ in range(2))
    assert first.stat_signature == second.stat_signature


def test_a_table_is_a_delivery_where_the_vendor_gives_tables_and_named_otherwise(tmp_path: Path) -> None:
    put(tmp_path, "ad_performance-2026-10.csv.gz")
    listed = deliveries(tmp_path, CONNECTORS["bing_ads"])
    assert [delivery.name for delivery in listed.found] == ["ad_performance-2026-10.csv.gz"]
    put(tmp_path, "orders.csv")
    assert (
        '"orders.csv" is not read: Shopify publishes JSON; deliver orders.jsonl.'
        in deliveries(tmp_path, SHOPIFY).notices
    )
