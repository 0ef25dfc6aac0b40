import gzip
import json
import stat
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from shop import NOON, Shop, order

from ingest import documents, readers
from ingest.connector import CONNECTORS, Entity
from ingest.documents import Notice
from ingest.extract import Cursor, Extract, extract, tenant_salt
from ingest.records import FileRecord
from ingest.stage import Extracted, Stage
from warehouse.errors import ConfigError, RefreshError


def run(shop: Shop, cursor: Cursor | None = None, *, reload: bool = False) -> tuple[Extract, list[Extracted]]:
    shop.home.work.mkdir(parents=True, exist_ok=True)
    with Stage(shop.home.stage_file, shop.home.warehouse_file) as stage:
        found = extract(
            shop.tenant,
            shop.home,
            CONNECTORS,
            stage,
            deepcopy(cursor or {}),
            reload=reload,
            progress=lambda part, message: None,
        )
        return found, stage.select()


def read(shop: Shop, cursor: Cursor, *, reload: bool = False) -> list[str]:
    """The files that an extract reads; the cursor is moved on."""
    found, extracted = run(shop, cursor, reload=reload)
    cursor.clear()
    cursor.update(found.cursor)
    return [entry.file for entry in extracted]


def test_a_file_is_read_again_only_when_its_content_changed(shop: Shop) -> None:
    cursor: Cursor = {}
    path = shop.deliver(order(1))
    shop.deliver(order(2), name="orders-2.jsonl")
    assert read(shop, cursor) == ["orders-2.jsonl", "orders.jsonl"]
    assert read(shop, cursor) == []
    path.touch()
    assert read(shop, cursor) == []
    shop.deliver(order(1, "11.00"))
    assert read(shop, cursor) == ["orders.jsonl"]
    assert read(shop, cursor, reload=True) == ["orders-2.jsonl", "orders.jsonl"]


def test_a_change_that_leaves_length_and_time_alone_is_seen(shop: Shop) -> None:
    cursor: Cursor = {}
    shop.deliver(order(1, "10.00"), minutes=0)
    read(shop, cursor)
    shop.deliver(order(1, "11.00"), minutes=0)
    assert read(shop, cursor) == ["orders.jsonl"]


def test_the_content_of_an_untouched_file_is_not_looked_at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor: Cursor = {}
    shop.deliver(order(1), minutes=0)
    read(shop, cursor)
    monkeypatch.setattr("ingest.files.Delivery.fingerprint", lambda delivery: pytest.fail("the file was read"))
    assert read(shop, cursor) == []


def test_a_file_just_written_is_looked_at_again(shop: Shop) -> None:
    cursor: Cursor = {}
    shop.deliver(order(1), minutes=10**6)
    read(shop, cursor)
    assert cursor["shopify"]["orders.jsonl"]["signature"] is None


def test_parts_are_read_together_when_one_of_them_changed(shop: Shop) -> None:
    cursor: Cursor = {}
    shop.deliver(order(1), name="orders.part1.jsonl")
    shop.deliver(order(2), name="orders.part2.jsonl")
    assert read(shop, cursor) == ["orders.part1.jsonl", "orders.part2.jsonl"]
    shop.deliver(order(2, "11.00"), name="orders.part2.jsonl")
    assert read(shop, cursor) == ["orders.part1.jsonl", "orders.part2.jsonl"]


def test_a_source_that_becomes_another_connectors_is_read_again(shop: Shop) -> None:
    cursor: Cursor = {}
    shop.deliver(order(1))
    read(shop, cursor)
    settings = shop.root / "tenants.yml"
    settings.write_text(settings.read_text().replace("connector: shopify", "connector: woocommerce"))
    assert read(shop, cursor) == ["orders.jsonl"]


def test_of_a_set_an_unchanged_newer_delivery_is_read_with_a_late_one(shop: Shop) -> None:
    settings = shop.root / "tenants.yml"
    settings.write_text(settings.read_text().replace("connector: shopify", "connector: bigcommerce"))
    cursor: Cursor = {}

    def product(order_id: int) -> dict[str, object]:
        return {"id": order_id * 10, "order_id": order_id, "quantity": 1, "total_ex_tax": "5.00"}

    shop.deliver(product(1), name="order_products-1.jsonl", minutes=1)
    shop.deliver(product(2), name="order_products-2.jsonl", minutes=5)
    read(shop, cursor)
    shop.deliver(product(2) | {"quantity": 9}, name="order_products-late.jsonl", minutes=3)
    found, extracted = run(shop, cursor)
    assert [entry.file for entry in extracted] == ["order_products-late.jsonl"]
    assert found.notices == []


def test_a_truncated_gzip_file_is_read_as_far_as_it_goes(shop: Shop) -> None:
    whole = gzip.compress("".join(json.dumps(order(number)) + "\n" for number in range(2000)).encode())
    (shop.folder() / "orders.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    _, [entry] = run(shop)
    assert entry.accepted > 100
    assert entry.quarantined == 1
    assert entry.extracted == entry.accepted + entry.quarantined


def test_a_file_without_rights_fails_its_source_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path, sources=("shopify", "shopify_eu"))
    shop.deliver(order(1), source="shopify_eu")
    locked = shop.deliver(order(1))
    opened = Path.open

    def refused(path: Path, *arguments: Any, **options: Any) -> Any:
        # rights taken from a file do not bind every user that runs the tests
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refused)
    found, extracted = run(shop)
    assert found.failed["shopify"].kind == "unreachable"
    assert [entry.source_name for entry in extracted] == ["shopify_eu"]


def test_a_source_that_breaks_off_leaves_nothing_staged_and_no_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, sources=("shopify", "shopify_eu"))
    shop.deliver(order(1))
    broken = shop.deliver(order(2), name="orders-2.jsonl")
    shop.deliver(order(1), source="shopify_eu")

    def breaking_off(path: Path, entity: Entity, notice: Notice) -> Iterator[FileRecord]:
        yield from documents.read(path, entity, notice)
        if path == broken:
            raise RefreshError("unreachable", "The disk went away.")

    monkeypatch.setattr("ingest.extract.read", breaking_off)
    found, extracted = run(shop)
    assert [entry.source_name for entry in extracted] == ["shopify_eu"]
    assert list(found.cursor) == ["shopify_eu"]
    assert str(found.failed["shopify"]) == "The disk went away."
    assert found.failed["shopify"].source == "shopify"


def test_a_delivery_in_parts_is_read_part_after_part_and_an_empty_one_is_told(shop: Shop) -> None:
    (shop.folder() / "orders.part1.jsonl.gz").write_bytes(gzip.compress(b""))
    shop.deliver(order(1), name="orders.part2.jsonl")
    found, [extracted] = run(shop)
    assert found.notices == ['shopify: "orders.part1.jsonl.gz" is empty.']
    assert (extracted.file, extracted.accepted) == ("orders.part2.jsonl", 1)


@pytest.fixture
def in_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "WORTH_IT", 5_000)
    monkeypatch.setattr(readers, "processors", lambda: 2)


@pytest.mark.usefixtures("in_several_processes")
def test_large_files_are_read_by_several_processes_into_the_same_rows(tmp_path: Path) -> None:
    shop = Shop(tmp_path, sources=("shopify", "shopify_eu"))
    shop.deliver(order(1), name="orders-small.jsonl")
    shop.deliver(*(order(number, updated=number) for number in range(1, 400)), '{"id": 7, ', name="orders-large.jsonl")
    shop.deliver(*(order(number) for number in range(1, 300)), source="shopify_eu")
    shop.home.work.mkdir(parents=True)
    with Stage(shop.home.stage_file, shop.home.warehouse_file) as stage:
        extract(shop.tenant, shop.home, CONNECTORS, stage, {}, reload=False, progress=lambda part, message: None)
        counts = {(entry.source_name, entry.file): (entry.accepted, entry.quarantined) for entry in stage.select()}
        [table] = stage.tables()
        rows = [row for batch in stage.new_rows(table, NOON) for row in batch.to_pylist()]
        assert sum(batch.num_rows for batch in stage.new_quarantine()) == 1
    assert counts == {
        ("shopify", "orders-small.jsonl"): (1, 0),
        ("shopify", "orders-large.jsonl"): (399, 1),
        ("shopify_eu", "orders.jsonl"): (299, 0),
    }
    of_large = [row for row in rows if row["file"] == "orders-large.jsonl"]
    assert [row["source_id"] for row in of_large] == [str(row["line"]) for row in of_large]
    assert list(shop.home.work.iterdir()) == []


@pytest.mark.usefixtures("in_several_processes")
def test_a_source_that_breaks_off_in_several_processes_leaves_nothing_staged(tmp_path: Path) -> None:
    shop = Shop(tmp_path, sources=("shopify", "shopify_eu"))
    shop.deliver(*(order(number) for number in range(300)), source="shopify_eu")
    shop.deliver(*(order(number) for number in range(300)))
    gone = shop.deliver(*(order(number) for number in range(300)), name="orders-2.jsonl")
    shop.home.work.mkdir(parents=True)

    def progress(part: float, message: str) -> None:
        # after the first file was read, and before the second one is
        if message == "reading shopify orders" and part > 0.3:
            gone.unlink(missing_ok=True)

    with Stage(shop.home.stage_file, shop.home.warehouse_file) as stage:
        found = extract(shop.tenant, shop.home, CONNECTORS, stage, {}, reload=False, progress=progress)
        assert [entry.source_name for entry in stage.select()] == ["shopify_eu"]
        assert len(list(stage.folder.iterdir())) == 1
    assert str(found.failed["shopify"]) == (
        'The file "orders-2.jsonl" cannot be read; check that it exists and its rights.'
    )


def test_files_that_are_no_exports_are_named(shop: Shop) -> None:
    shop.deliver(order(1))
    (shop.folder() / "order.jsonl").write_text("")
    found, _ = run(shop)
    assert any('"order.jsonl" is not read' in notice for notice in found.notices)


def test_the_salt_is_made_once_and_a_blank_one_is_none(shop: Shop) -> None:
    salt = tenant_salt(shop.home)
    assert len(salt) >= 32
    assert tenant_salt(shop.home) == salt
    shop.home.salt.write_text(" \n")
    assert tenant_salt(shop.home) != salt
    if sys.platform != "win32":
        assert stat.S_IMODE(shop.home.salt.stat().st_mode) == 0o600


def test_a_damaged_salt_is_refused(shop: Shop) -> None:
    shop.home.root.mkdir(parents=True)
    shop.home.salt.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="salt is damaged"):
        tenant_salt(shop.home)
