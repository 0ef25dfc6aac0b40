import errno
from datetime import UTC, datetime

import duckdb
import pytest
from dlt.load.exceptions import LoadClientJobFailed

from ingest.failures import build_error, refresh_error
from warehouse.build import BuildReport, ModelRun
from warehouse.errors import ConfigError, RefreshError

NOW = datetime(2026, 10, 5, tzinfo=UTC)


def run(name: str, status: str, message: str = "", kind: str = "model", failures: int | None = None) -> ModelRun:
    return ModelRun(
        name=name,
        unique_id=f"{kind}.gata.{name}",
        resource_type=kind,
        relation_name=None,
        status=status,
        message=message,
        seconds=0.0,
        rows=None,
        started_at=None,
        completed_at=None,
        depends_on=(),
        source_tables=(),
        checksum="",
        failures=failures,
    )


def failed(*runs: ModelRun) -> RefreshError:
    return build_error(BuildReport(False, "i", NOW, NOW, "1.11", {}, list(runs)))


def test_the_first_model_that_failed_is_named_without_its_sql() -> None:
    error = failed(run("a", "success"), run("b", "error", "select secret at /home/x"), run("c", "skipped"))
    assert (error.kind, str(error)) == ("transform_failed", 'The model "b" failed; see the server\'s log.')


def test_a_test_that_failed_is_a_failed_verification_with_its_rows() -> None:
    error = failed(run("unique_x", "fail", kind="test", failures=1234), run("b", "error"))
    assert error.kind == "verify_failed"
    assert str(error) == 'The test "unique_x" failed on 1,234 rows, and 1 more; see the server\'s log.'


def test_a_build_that_never_began_is_a_failed_transformation() -> None:
    assert failed().kind == "transform_failed"


def test_a_full_disk_is_told_apart_wherever_it_was_noticed() -> None:
    assert refresh_error(OSError(errno.ENOSPC, "x")).kind == "disk_full"
    assert refresh_error(duckdb.IOException("Could not write: No space left on device")).kind == "disk_full"
    assert failed(run("b", "error", "IO Error: No space left on device")).kind == "disk_full"
    job = LoadClientJobFailed("1", "orders.parquet", "IO Error: No space left on device", None)
    assert refresh_error(job).kind == "disk_full"
    wrapped = RuntimeError("the load failed")
    wrapped.__cause__ = OSError(errno.ENOSPC, "x")
    assert refresh_error(wrapped).kind == "disk_full"
    assert refresh_error(OSError(errno.EACCES, "x")).kind == "internal"


@pytest.mark.parametrize("error", [RefreshError("auth", "No key."), RefreshError("contract", "Wrong.")])
def test_a_refresh_error_stays_as_it_is(error: RefreshError) -> None:
    assert refresh_error(error) is error


def test_a_mistake_in_the_settings_is_one_of_config_and_no_retry_helps() -> None:
    error = refresh_error(ConfigError("No folder."))
    assert (error.kind, str(error), error.retry_safe) == ("config", "No folder.", False)


def test_anything_unforeseen_is_internal_and_says_nothing_of_its_text() -> None:
    error = refresh_error(ValueError("select secret at /home/x"))
    assert (error.kind, str(error)) == (
        "internal",
        "The refresh failed unexpectedly (ValueError); see the server's log.",
    )
