"""dbt through dlt's runner API, in process.

dlt's own runner starts a Python subprocess for each command, found through VIRTUAL_ENV, and writes to sys.stdout: slow,
and fatal under a desktop host. `InProcessRunner` keeps dlt's API (`run`, `test`, `run_all` and their results) and
replaces only the execution. One dbt at a time in a process: dbt-duckdb holds its connection at class level.
"""

import contextlib
import io
import json
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import dlt
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dlt.common.configuration.utils import add_config_to_env
from dlt.common.destination.client import DestinationClientDwhConfiguration
from dlt.common.schema import Schema
from dlt.common.utils import with_custom_environ
from dlt.helpers.dbt.configuration import DBTRunnerConfiguration
from dlt.helpers.dbt.dbt_utils import parse_dbt_execution_results
from dlt.helpers.dbt.exceptions import DBTNodeResult, DBTProcessingError
from dlt.helpers.dbt.runner import DBTPackageRunner

EventHandler = Callable[[Any], None]

# dlt asks for the environment to start its subprocess from; nothing is started here
NO_VENV: Any = None

_ONE_DBT_A_PROCESS = threading.Lock()
_manifest: Manifest | None = None


def project_folder() -> Path:
    """The dbt project that ships with the package."""
    return Path(str(files("warehouse") / "dbt"))


class InProcessRunner(DBTPackageRunner):
    """dlt's dbt runner for one tenant's pipeline, executing in this process.

    result: what dbt returned for the last command, with its exception where it failed before running.
    """

    def __init__(self, pipeline: dlt.Pipeline, folder: Path, on_event: EventHandler | None = None) -> None:
        client = pipeline._get_destination_clients(Schema(pipeline.pipeline_name))[0]
        assert isinstance(client.config, DestinationClientDwhConfiguration)
        config = DBTRunnerConfiguration()
        config.package_location = str(project_folder())
        config.package_profiles_dir = str(project_folder())
        super().__init__(NO_VENV, client.config, str(folder), pipeline.dataset_name, config)
        self.folder = folder
        self.on_event = on_event
        self.result: dbtRunnerResult | None = None

    @with_custom_environ
    def _run_dbt_command(
        self, command: str, command_args: Sequence[str] | None = None, package_vars: Any = None
    ) -> Sequence[DBTNodeResult]:
        add_config_to_env(self.credentials, ("dlt",))
        arguments = [*command.split(), *_paths(self.folder)]
        if package_vars:
            arguments += ["--vars", json.dumps(package_vars)]
        arguments += command_args or []
        with _ONE_DBT_A_PROCESS:
            self.result = _invoke(arguments, parsed_manifest(), self.on_event)
        results: Sequence[DBTNodeResult] = parse_dbt_execution_results(self.result.result) or []
        if not self.result.success:
            raise DBTProcessingError(command, results, self.result.exception or self.result.result)
        return results


def parsed_manifest() -> Manifest:
    """The project, parsed once a process without a tenant and used for every tenant.

    dbt changes a manifest while it runs; `Manifest.deepcopy` gives each run its own (copy.deepcopy and pickle lose
    parts of it).
    """
    global _manifest
    if _manifest is None:
        with tempfile.TemporaryDirectory() as folder:
            result = _invoke(["parse", *_paths(Path(folder))], None, None)
        if not isinstance(result.result, Manifest):
            raise RuntimeError("the dbt project does not parse") from result.exception
        _manifest = result.result
    copied: Manifest = _manifest.deepcopy()  # type: ignore[no-untyped-call]
    return copied


def project_nodes() -> list[Any]:
    """The models and tests of the project as it parses, with what their yml says."""
    if _manifest is None:
        parsed_manifest()
    return list(_manifest.nodes.values()) if _manifest else []


def _paths(folder: Path) -> list[str]:
    # without these dbt writes its target and logs into the installed package
    return [
        "--project-dir",
        str(project_folder()),
        "--profiles-dir",
        str(project_folder()),
        "--target-path",
        str(folder / "target"),
        "--log-path",
        str(folder / "logs"),
    ]


def _invoke(arguments: list[str], manifest: Manifest | None, on_event: EventHandler | None) -> dbtRunnerResult:
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-send-anonymous-usage-stats", "--no-partial-parse"]
    if arguments[0] != "docs":
        # half a second of files that nobody reads: what the build needs comes back in memory
        quiet.append("--no-write-json")
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            return dbtRunner(manifest=manifest, callbacks=[on_event] if on_event else []).invoke([*quiet, *arguments])
    finally:
        if said.getvalue():
            sys.stderr.write(said.getvalue())
        # closing only the handles would leave the file locked for the next opener
        if DuckDBConnectionManager._ENV:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
