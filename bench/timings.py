"""Milliseconds, and what is said of many of them."""

import math
import statistics
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Result = TypeVar("Result")


@dataclass
class Timings:
    """The milliseconds that one thing took, again and again."""

    each: list[float] = field(default_factory=list)

    async def of(self, work: Awaitable[Result]) -> Result:
        """What is awaited, with its time added."""
        started = time.perf_counter()
        result = await work
        self.each.append((time.perf_counter() - started) * 1000)
        return result

    @property
    def p50(self) -> float:
        return statistics.median(self.each)

    @property
    def p95(self) -> float:
        return sorted(self.each)[math.ceil(len(self.each) * 0.95) - 1]

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f}"


def table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Lines under heads, the first column to the left and the others to the right."""
    widths = [max(len(line[at]) for line in (heads, *lines)) for at in range(len(heads))]
    return "".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in (heads, ["-" * width for width in widths], *lines)
    )
