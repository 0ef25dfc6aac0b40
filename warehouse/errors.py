"""The error tree.

    GataError
    ├── CallerError            the caller can mend it
    │   ├── UnknownNameError   a tenant, metric, dimension, source that does not exist
    │   ├── BadValueError      an argument or a value that cannot be used
    │   ├── NotAnswerableError a question that has no right answer as it was asked
    │   ├── NoSnapshotError    nothing has been published yet
    │   └── ConfigError        tenants.yml or a source's settings
    └── RefreshError           a refresh that failed, with its kind and what was kept

Every message is one or two sentences: what is wrong, the value in double quotes, the nearest valid names, the next
step. It never holds a path, SQL, a secret or another tenant's name.
"""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

RefreshErrorKind = Literal[
    "locked",
    "config",
    "auth",
    "rate_limited",
    "unreachable",
    "contract",
    "transform_failed",
    "verify_failed",
    "disk_full",
    "cancelled",
    "internal",
]

_SHOWN = 60


class GataError(Exception):
    """Base of everything raised on purpose; `str(error)` may be shown to the caller."""

    kind = "internal"


class CallerError(GataError):
    """The caller's input is at fault and the message says how to mend it."""

    kind = "invalid"


class UnknownNameError(CallerError):
    """A name that does not exist; the message offers the nearest ones.

    close: the nearest, where the caller knows them by more than their spelling.
    """

    kind = "unknown_name"

    def __init__(
        self, what: str, value: str, names: Iterable[str], next_step: str, close: Iterable[str] | None = None
    ) -> None:
        self.what = what
        self.close = nearest(value, names) if close is None else list(close)
        guess = f" Nearest: {', '.join(self.close)}." if self.close else ""
        super().__init__(f"Unknown {what} {quoted(value)}.{guess} {next_step}")


class BadValueError(CallerError):
    """A value of the wrong form or out of range."""

    kind = "bad_value"


class NotAnswerableError(CallerError):
    """The question as asked would give a wrong number; the message says what to ask instead."""

    kind = "not_answerable"


class NoSnapshotError(CallerError):
    """The tenant has no published snapshot."""

    kind = "no_snapshot"


class ConfigError(CallerError):
    """tenants.yml, or a source's settings, cannot be used."""

    kind = "config"


class RefreshError(GataError):
    """A refresh that failed.

    kind: one of the error kinds of refresh_tenant; source: the source at fault, if one is; retry_safe: whether
    calling again can help; kept: what is still served.
    """

    def __init__(
        self, kind: RefreshErrorKind, message: str, *, source: str | None = None, retry_safe: bool = True
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.source = source
        self.retry_safe = retry_safe


def quoted(value: object) -> str:
    """The value in double quotes, cut to what a message can bear, control characters made visible.

    Lists, objects, truth and null are shown as in JSON.
    """
    is_json = value is None or isinstance(value, bool | list | tuple | dict)
    text = json.dumps(value, default=str, ensure_ascii=False) if is_json else str(value)
    text = "".join(c if c.isprintable() else "�" for c in text[: _SHOWN + 1])
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'


def nearest(value: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Up to `most` of `names` that look like `value`, nearest first."""
    by_folded = {name.casefold(): name for name in names}
    close = get_close_matches(value[:_SHOWN].casefold(), list(by_folded), n=most, cutoff=0.5)
    return [by_folded[c] for c in close]
