"""Whatever went wrong in a refresh → a RefreshError whose message may be shown."""

import errno
from collections.abc import Iterator

import duckdb

from warehouse.build import BuildReport
from warehouse.errors import ConfigError, RefreshError, quoted

_DISK_FULL = "The disk is full; free some space and refresh again."
_NO_SPACE = ("no space left on device", "disk full", "not enough space on the disk", "disk quota exceeded")


def refresh_error(error: BaseException) -> RefreshError:
    """The error as refresh_tenant answers it; anything unforeseen is internal, its details are for the log."""
    if isinstance(error, RefreshError):
        return error
    if isinstance(error, ConfigError):
        return RefreshError("config", str(error), retry_safe=False)
    if any(_is_disk_full(link) for link in _chain(error)):
        return RefreshError("disk_full", _DISK_FULL)
    return RefreshError("internal", f"The refresh failed unexpectedly ({type(error).__name__}); see the server's log.")


def build_error(build: BuildReport) -> RefreshError:
    """Why a build that failed cannot be published: the first model or test that failed."""
    failed = [run for run in build.models if run.status in ("error", "fail")]
    if any(_says_disk_full(run.message) for run in failed):
        return RefreshError("disk_full", _DISK_FULL)
    if not failed:
        return RefreshError("transform_failed", "The models could not be run; see the server's log.")
    first = failed[0]
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    if first.status == "fail":
        rows = f" on {first.failures:,} rows" if first.failures else ""
        return RefreshError(
            "verify_failed",
            f"The test {quoted(first.name)} failed{rows}{more}; see the server's log.",
            retry_safe=False,
        )
    return RefreshError(
        "transform_failed",
        f"The {first.resource_type} {quoted(first.name)} failed{more}; see the server's log.",
        retry_safe=False,
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_disk_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    # of a job that failed dlt keeps the text alone
    foreign = isinstance(error, duckdb.Error) or type(error).__module__.startswith("dlt.")
    return foreign and _says_disk_full(str(error))


def _says_disk_full(text: str) -> bool:
    return any(phrase in text.lower() for phrase in _NO_SPACE)
