from concurrent.futures import ThreadPoolExecutor

import pytest
from gold import THREE_STORES, three_stores
from published import publish

from server.snapshots import Snapshots
from warehouse.errors import NoSnapshotError
from warehouse.home import Home
from warehouse.store import FileStore

SLUGS = [f"tenant_{letter}" for letter in "abcd"]


def test_at_most_so_many_snapshots_stay_open(home: Home) -> None:
    snapshots = Snapshots(home, "1GB", most=2)
    for slug in SLUGS:
        publish(home, slug, three_stores(), THREE_STORES)
        with snapshots.current(slug) as snapshot:
            assert snapshot.connection.cursor().execute("select count(*) from fct_orders").fetchone() == (10,)

    assert len(snapshots) == 2


def test_a_snapshot_that_is_being_read_stays_open(home: Home) -> None:
    snapshots = Snapshots(home, "1GB", most=1)
    for slug in SLUGS[:2]:
        publish(home, slug, three_stores(), THREE_STORES)
    with snapshots.current(SLUGS[0]) as first:
        cursor = first.connection.cursor()
        with snapshots.current(SLUGS[1]):
            publish(home, SLUGS[0], {}, THREE_STORES)
            with snapshots.current(SLUGS[0]) as second:
                assert second.id != first.id
        assert cursor.execute("select count(*) from fct_orders").fetchone() == (10,)

    assert len(snapshots) == 1


def test_a_superseded_snapshot_is_closed_when_its_last_reader_leaves(home: Home) -> None:
    snapshots = Snapshots(home, "1GB", most=8)
    publish(home, SLUGS[0], three_stores(), THREE_STORES)
    with snapshots.current(SLUGS[0]):
        pass
    publish(home, SLUGS[0], three_stores(), THREE_STORES)
    with snapshots.current(SLUGS[0]):
        pass

    assert len(snapshots) == 1


def test_many_readers_at_once_share_one_connection(home: Home) -> None:
    snapshots = Snapshots(home, "1GB", most=1)
    publish(home, SLUGS[0], three_stores(), THREE_STORES)

    def read(_: int) -> tuple[int, object]:
        with snapshots.current(SLUGS[0]) as snapshot:
            cursor = snapshot.connection.cursor()
            return id(snapshot.connection), cursor.execute("select count(*) from fct_orders").fetchone()

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(read, range(64)))

    assert len(found) == 1


def test_nothing_published_is_said_with_the_next_step(home: Home) -> None:
    with pytest.raises(NoSnapshotError, match="refresh_tenant"), Snapshots(home, "1GB", 8).current("tenant_a"):
        pass


def test_a_catalog_that_cannot_be_read_is_said_with_the_next_step(home: Home) -> None:
    version = publish(home, SLUGS[0], three_stores(), THREE_STORES)
    version.catalog_file.write_text("{}", encoding="utf-8")
    with pytest.raises(NoSnapshotError, match="full=true"), Snapshots(home, "1GB", 8).current(SLUGS[0]):
        pass
    assert FileStore(home.tenant(SLUGS[0])).current() == version
