"""Several processes read as one does: the same rows in the same order, whatever the file."""

import gzip
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest import readers, texts
from ingest.connector import CONNECTORS
from ingest.documents import read
from ingest.envelope import Envelope
from ingest.parts import Columns, read_part
from ingest.reader import DoneEvent, Event, PartEvent, ShareRequest
from ingest.readers import Readers
from ingest.redaction import Redactor
from warehouse.errors import RefreshError

SALT = b"0123456789abcdef"
ORDERS = CONNECTORS["shopify"].entity("orders")
GRAPHQL = CONNECTORS["shopify_graphql"].entity("orders")
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "WORTH_IT", 1)
    monkeypatch.setattr(readers, "processors", lambda: 2)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """One pool for all: starting its processes takes longer than any reading here."""
    with Readers(tmp_path_factory.mktemp("parts"), SALT, keep_pii=False) as pool:
        yield pool


def order(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "email": f"buyer{number % 7}@example.com",
        "created_at": "2026-10-05T12:00:00Z",
        "updated_at": "2026-10-05T12:00:00Z",
        "total_price": "10.00",
        "currency": "USD",
        "line_items": [{"id": number * 10, "title": "x" * 800, "price": "10.00", "quantity": 1}],
        **more,
    }


def lines(count: int) -> list[str]:
    """Orders of about a kilobyte, every hundredth line a bad one."""
    return [
        '{"id": 5, "total'
        if number % 100 == 99
        else json.dumps(order(number, total_price="N/A" if number % 250 == 7 else "1"))
        for number in range(count)
    ]


def alone(path: Path, entity: Any = ORDERS) -> Rows:
    envelope, columns = Envelope("shop", entity, Redactor(SALT)), Columns()
    for record in read(path, entity, pytest.fail):
        columns.put(envelope.wrap(record))
    return list(columns.batch().to_pylist())


def together(pool: Readers, path: Path, entity: Any = ORDERS, beat: Callable[[], None] = lambda: None) -> Rows:
    assert pool.suit(path, entity)
    return [row for part, _ in pool.read(path, entity, "shop", beat) for row in read_part(part).to_pylist()]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_two_processes_read_what_one_reads_in_the_order_of_the_file(
    packed: bool, pool: Readers, tmp_path: Path
) -> None:
    content = "\n".join(lines(12_000)).encode()
    path = tmp_path / ("orders.jsonl.gz" if packed else "orders.jsonl")
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    found = together(pool, path)
    assert found == alone(path)
    assert [row["line"] for row in found] == list(range(1, 12_001))
    assert sum(row["reason"] is not None for row in found) == 168


def test_a_cut_gzip_file_is_reported_once(pool: Readers, tmp_path: Path) -> None:
    packed = gzip.compress("\n".join(lines(6_000)).encode(), 1)
    path = tmp_path / "orders.jsonl.gz"
    path.write_bytes(packed[: len(packed) * 2 // 3])
    found = together(pool, path)
    assert found == alone(path)
    assert [row["reason"] for row in found if "gzip" in (row["reason"] or "")] == [
        "The gzip file is cut off: what follows is missing; deliver the file again."
    ]


def test_one_pool_reads_file_after_file(pool: Readers, tmp_path: Path) -> None:
    for number in (3, 0, 700):
        path = tmp_path / f"orders-{number}.jsonl"
        path.write_text("\n".join(lines(number)) or f"{json.dumps(order(1))}\n\n")
        assert together(pool, path) == alone(path)


def test_the_parts_of_a_bulk_record_are_read_by_the_process_that_reads_the_record(
    pool: Readers, tmp_path: Path
) -> None:
    path = tmp_path / "orders.jsonl"
    with path.open("w") as file:
        for number in range(3_000):
            gid = f"gid://shopify/Order/{number}"
            money = {"shopMoney": {"amount": "1.00", "currencyCode": "USD"}}
            record = {"id": gid, "processedAt": "2026-10-05T12:00:00Z", "currencyCode": "USD", "totalPriceSet": money}
            file.write(json.dumps(record) + "\n")
            for line in range(5):
                part = {"id": f"gid://shopify/LineItem/{line}", "__parentId": gid, "title": "x" * 200}
                file.write(json.dumps(part) + "\n")
    found = together(pool, path, GRAPHQL)
    assert len(found) == 3_000
    assert {len(json.loads(row["payload"])["lineItems"]) for row in found} == {5}
    assert found == alone(path, GRAPHQL)


def test_the_blocks_of_a_file_do_not_depend_on_who_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("\ufeff" + "\n\n".join(lines(300)))
    whole = alone(path)
    for size in (1, 700, 5_000, 1 << 20):
        monkeypatch.setattr(texts, "_BLOCK", size)
        assert alone(path) == whole


def test_small_files_and_documents_are_read_in_this_process(
    pool: Readers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.json"
    path.write_text(json.dumps([order(1)], indent=1))
    assert not pool.suit(path, ORDERS)
    path.write_text(json.dumps(order(1)))
    assert pool.suit(path, ORDERS)
    monkeypatch.setattr(readers, "WORTH_IT", 1 << 20)
    assert not pool.suit(path, ORDERS)


def test_a_file_that_vanishes_fails_its_source_without_naming_a_path(pool: Readers, tmp_path: Path) -> None:
    with pytest.raises(RefreshError) as failure:
        list(pool.read(tmp_path / "orders.jsonl", ORDERS, "shop", lambda: None))
    assert (failure.value.kind, str(failure.value)) == (
        "unreachable",
        'The file "orders.jsonl" cannot be read; check that it exists and its rights.',
    )


def test_a_part_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("\n".join(lines(10)))
    with Readers(tmp_path / "gone", SALT, keep_pii=False) as pool, pytest.raises(FileNotFoundError):
        together(pool, path)


def test_reading_ends_at_once_when_it_is_cancelled_and_leaves_no_process(pool: Readers, tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("\n".join(lines(5_000)))
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1
        if beats == 2:
            raise RefreshError("cancelled", "stop")

    with pytest.raises(RefreshError, match="stop"):
        together(pool, path, beat=beat)
    assert pool.processes == ()
    assert together(pool, path) == alone(path)


def test_a_process_that_is_killed_fails_the_reading(pool: Readers, tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("\n".join(lines(5_000)))
    killed: list[int] = []

    def beat() -> None:
        if not killed:
            killed.append(pool.processes[1])
            os.kill(killed[0], signal.SIGKILL)

    with pytest.raises(RefreshError) as failure:
        together(pool, path, beat=beat)
    assert failure.value.kind == "internal"
    assert together(pool, path) == alone(path)


def test_personal_data_is_taken_out_by_the_readers_with_the_tenant_s_salt(pool: Readers, tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(json.dumps(order(1, customer={"first_name": "Rachel"}, note="call Rachel")))
    [row] = together(pool, path)
    assert "Rachel" not in row["payload"]
    assert Redactor(SALT).email_hash("buyer1@example.com") in row["payload"]


class Grown:
    """A reader that finds more in the file the later it comes."""

    pid = 0

    def read(self, request: ShareRequest, hear: Callable[[Event], None]) -> None:
        if request.share == 1:
            hear(PartEvent(group=1, part=None, characters=0))
            hear(PartEvent(group=3, part=None, characters=0))
        else:
            hear(PartEvent(group=0, part=None, characters=0))
        hear(DoneEvent(groups=1 + 3 * request.share))

    def end(self) -> None:
        pass


def test_a_file_that_grows_while_it_is_read_is_not_taken_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_Reader", Grown)
    with Readers(tmp_path, SALT, keep_pii=False) as pool, pytest.raises(RefreshError) as failure:
        list(pool.read(tmp_path / "orders.jsonl", ORDERS, "shop", lambda: None))
    assert str(failure.value) == ('The file "orders.jsonl" changed while it was read; refresh again when it is whole.')
