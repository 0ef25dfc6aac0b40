"""Gold files, opened for reading and nothing else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event

import duckdb
import pytest

from warehouse.errors import NotAnswerableError
from warehouse.gold import Deadline, fetch, open_gold


@pytest.fixture
def gold(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "gold.duckdb")) as connection:
        connection.execute("create table t as select 1 as x")
    connection = open_gold(tmp_path / "gold.duckdb", temp_directory=tmp_path / "spill", memory_limit="200MB")
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (2)",
        "create table u (x int)",
        "copy t to 'out.csv'",
        "select * from read_csv('/etc/hosts')",
        "attach 'other.duckdb'",
        "install httpfs",
        "set memory_limit = '10GB'",
        "set enable_external_access = true",
        "set lock_configuration = false",
    ],
)
def test_it_can_neither_write_nor_reach_another_file_nor_be_loosened(gold: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        gold.cursor().execute(sql)


def test_every_cursor_is_in_utc_and_spills_where_it_was_told(gold: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    settings = "select current_setting('TimeZone'), current_setting('temp_directory')"
    assert fetch(gold, settings, [], Deadline(30)) == [("UTC", str(tmp_path / "spill"))]


def test_values_are_bound_by_number(gold: duckdb.DuckDBPyConnection) -> None:
    rows = fetch(gold, "select $2, $1::date, $2 from t limit $3", [date(2026, 1, 5), "a'b", 7], Deadline(30))
    assert rows == [("a'b", date(2026, 1, 5), "a'b")]


def test_a_query_past_its_deadline_is_interrupted_and_the_next_one_runs(gold: duckdb.DuckDBPyConnection) -> None:
    endless = "select sum(a.range * b.range) from range(10_000_000) a, range(10_000_000) b"
    told = r"took longer than 0\.05 seconds: ask for a shorter period"
    with Deadline(0.05) as deadline, pytest.raises(NotAnswerableError, match=told):
        fetch(gold, endless, [], deadline)
    assert fetch(gold, "select x from t", [], Deadline(30)) == [(1,)]


# The reasons for open_gold's order of settings. When one of these fails, `set timezone` can move to each cursor or
# into the configuration of `connect`, and the global setting can go.


def test_pin_a_locked_connection_refuses_a_time_zone(gold: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="locked"):
        gold.cursor().execute("set timezone = 'UTC'")


def test_pin_a_cursor_does_not_inherit_the_time_zone_of_its_session() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'Asia/Tokyo'")
        assert connection.cursor().execute("select current_setting('TimeZone')").fetchall() != [("Asia/Tokyo",)]


def test_a_question_that_is_stopped_ends_at_once_and_asks_nothing_more(gold: duckdb.DuckDBPyConnection) -> None:
    endless = "select count(*) from range(1000000000) a, range(1000000000) b"
    begun = Event()

    class Told(Deadline):
        def begin(self, cursor: duckdb.DuckDBPyConnection) -> None:
            super().begin(cursor)
            begun.set()

    with Told(3600) as deadline, ThreadPoolExecutor() as pool:
        running = pool.submit(fetch, gold, endless, [], deadline)
        assert begun.wait(30)
        deadline.stop()
        with pytest.raises(NotAnswerableError):
            running.result(30)
        with pytest.raises(NotAnswerableError):
            fetch(gold, "select 1", [], deadline)
