"""What dlt's dbt runner and dbt-duckdb do that dbt_runner.py works around; the docstrings name what can go when they
no longer do."""

import io
from collections.abc import Generator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import dlt.helpers.dbt.runner as upstream
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.helpers.dbt.configuration import DBTRunnerConfiguration
from dlt.helpers.dbt.runner import DBTPackageRunner

from warehouse.dbt_runner import NO_VENV


def test_pin_dlts_runner_starts_a_python_for_each_command_and_writes_to_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: InProcessRunner in dbt_runner.py, and NO_VENV, can go."""
    started = []

    def run_script(venv: object, command: str, *arguments: str) -> Generator[str, None, list[object]]:
        started.append((venv, command, arguments[0]))
        yield "a line of dbt's"
        return []

    monkeypatch.setattr(upstream, "iter_stdout_with_result", run_script)
    config = DBTRunnerConfiguration()
    config.runtime = RuntimeConfiguration()
    config.package_location = config.package_profiles_dir = str(tmp_path)
    nowhere: Any = None
    runner = DBTPackageRunner(NO_VENV, nowhere, str(tmp_path), "raw", config)
    said = io.StringIO()
    with redirect_stdout(said):
        runner._run_dbt_command("build")

    assert started == [(NO_VENV, "python", "-c")]
    assert said.getvalue() == "a line of dbt's\n"


def test_pin_dbt_duckdb_lets_go_of_its_connection_without_closing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mended: the close of _ENV in dbt_runner._invoke can go; the lock _ONE_DBT_A_PROCESS stays while it is the
    class's."""
    closed = []

    class Environment:
        def close(self) -> None:
            closed.append(self)

    monkeypatch.setattr(DuckDBConnectionManager, "_ENV", Environment())
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]

    assert DuckDBConnectionManager._ENV is None
    assert closed == []


def test_pin_dbt_duckdb_holds_one_connection_for_the_whole_process() -> None:
    """Mended: _ONE_DBT_A_PROCESS in dbt_runner.py can go, and a worker may build two tenants at once."""
    assert "_ENV" in vars(DuckDBConnectionManager)
