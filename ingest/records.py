"""What is read from a file: records, and what stands where a record should."""

from dataclasses import dataclass, field
from typing import NamedTuple

_KEPT_OF_BAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class BadRecord:
    """What stands where a record should. reason: one sentence; text: the first bytes of it, never to be kept."""

    reason: str
    text: bytes = field(default=b"", repr=False)

    @staticmethod
    def of(reason: str, text: bytes) -> "BadRecord":
        """A bad record that holds no more of its text than is needed to see what it was part of."""
        return BadRecord(reason, text[:_KEPT_OF_BAD])

    @property
    def cropped(self) -> bool:
        """Whether there was more text than is held."""
        return len(self.text) == _KEPT_OF_BAD


class FileRecord(NamedTuple):
    """value: a parsed record, any other JSON value, or a BadRecord; file: its name; line: from 1 on, uncompressed."""

    value: object
    file: str
    line: int
