from pathlib import Path

import duckdb

from warehouse.home import Home
from warehouse.snapshot_history import KEPT_ENTRIES, snapshot_history, write_history
from warehouse.store import KEPT_SNAPSHOTS, FileStore, Version


def publish(store: FileStore, number: int, *, orders: int) -> Version:
    version_id = f"20261005T12{number // 60:02}{number % 60:02}Z-abcdef"

    def write(folder: Path) -> None:
        with duckdb.connect(str(folder / "gold.duckdb")) as gold:
            gold.execute("create table fct_orders as select 1 as n from range(?)", [orders])
            gold.execute("create table _dlt_loads as select i::varchar as load_id, 0 as status from range(3) as t(i)")
            write_history(folder, version_id, gold, store.current())

    with store.writer():
        return store.publish(version_id, write)


def test_a_snapshot_knows_the_row_counts_of_those_that_have_expired(tmp_path: Path) -> None:
    store = FileStore(Home(tmp_path).tenant("acme"))
    *_, version = [publish(store, number, orders=10 * number) for number in range(KEPT_SNAPSHOTS + 2)]
    entries = snapshot_history(version)

    assert len(list(version.folder.parent.iterdir())) == KEPT_SNAPSHOTS
    assert [entry.rows for entry in entries] == [{"fct_orders": 10 * n} for n in range(KEPT_SNAPSHOTS + 2)]
    assert (entries[-1].loads, entries[-1].newest_load) == (3, "2")
    assert entries[-1].snapshot == version.id
    assert version.damaged() == []


def test_the_history_is_bounded_and_a_damaged_one_begins_anew(tmp_path: Path) -> None:
    store = FileStore(Home(tmp_path).tenant("acme"))
    version = publish(store, 0, orders=1)
    entry = (version.folder / "history.json").read_text()
    long = "[" + ", ".join([entry[1:-1]] * (KEPT_ENTRIES + 5)) + "]"
    (version.folder / "history.json").write_text(long)
    version = publish(store, 1, orders=2)
    assert len(snapshot_history(version)) == KEPT_ENTRIES
    (version.folder / "history.json").write_text("{")
    assert [entry.rows for entry in snapshot_history(publish(store, 2, orders=3))] == [{"fct_orders": 3}]
    assert snapshot_history(None) == []
