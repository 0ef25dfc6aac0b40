from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse.errors import RefreshError
from warehouse.home import Home
from warehouse.store import FileStore, Version, new_version_id


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(Home(tmp_path).tenant("acme"))


@pytest.fixture
def snapshots(tmp_path: Path) -> Path:
    return Home(tmp_path).tenant("acme").snapshots


def gold(value: int) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        with duckdb.connect(str(folder / "gold.duckdb")) as connection:
            connection.execute(f"create table t as select {value} as v")

    return write


def published(store: FileStore, value: int, version_id: str | None = None) -> Version:
    with store.writer():
        return store.publish(version_id or new_version_id(), gold(value))


def test_there_is_no_snapshot_before_the_first(store: FileStore) -> None:
    assert store.current() is None


def test_the_snapshot_published_last_is_the_current_one(store: FileStore, tmp_path: Path) -> None:
    published(store, 1)
    version = published(store, 2)
    assert store.current() == version
    with store.reader(version, temp_directory=tmp_path / "spill") as connection:
        assert connection.execute("select v from t").fetchall() == [(2,)]


def test_a_reader_reaches_no_other_file_and_cannot_unlock_itself(store: FileStore, tmp_path: Path) -> None:
    version = published(store, 1)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with store.reader(version, temp_directory=tmp_path / "spill") as connection:
        for statement in (
            f"from '{tmp_path / 'secret.csv'}'",
            f"attach '{tmp_path / 'other.duckdb'}'",
            "set enable_external_access = true",
            "create table u (a int)",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)


def test_the_last_three_snapshots_are_kept(store: FileStore, snapshots: Path) -> None:
    versions = [published(store, n, f"20261005T12000{n}Z-000000") for n in range(5)]
    assert sorted(folder.name for folder in snapshots.iterdir()) == [version.id for version in versions[2:]]


def test_the_current_snapshot_is_kept_though_a_clock_went_back(store: FileStore, snapshots: Path) -> None:
    for n in range(3):
        published(store, n, f"20261005T12000{n}Z-000000")
    late = published(store, 9, "20250101T000000Z-000000")
    assert store.current() == late
    assert late.gold_file.is_file()


def test_a_snapshot_that_could_not_be_written_leaves_the_one_before(store: FileStore, snapshots: Path) -> None:
    version = published(store, 1)

    def fail(folder: Path) -> None:
        (folder / "gold.duckdb").write_bytes(b"half")
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"), store.writer():
        store.publish(new_version_id(), fail)
    assert store.current() == version
    with store.writer():
        # what was left half written is gone when the next writer comes
        assert [folder.name for folder in snapshots.iterdir()] == [version.id]


def test_a_pointer_to_a_snapshot_that_is_gone_is_none(store: FileStore, tmp_path: Path) -> None:
    published(store, 1)
    for name in ("../../../etc", "20260101T000000Z-000000", ""):
        Home(tmp_path).tenant("acme").current.write_text(name)
        assert store.current() is None


def test_a_changed_file_of_a_snapshot_is_found_out(store: FileStore) -> None:
    version = published(store, 1)
    assert version.damaged() == []
    with version.gold_file.open("ab") as file:
        file.write(b"x")
    assert version.damaged() == ["gold.duckdb"]


def test_there_is_one_writer_at_a_time(store: FileStore) -> None:
    with store.writer():
        with pytest.raises(RefreshError) as refused, store.writer():
            pass
        assert refused.value.kind == "locked"
    with store.writer():
        pass
