"""Fixtures that several tests of the query side share."""

from collections.abc import Iterator

import pytest
from funnel import FUNNEL, funnel
from gold import Asked, write_gold


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A star of every fact, asked on any day."""
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, funnel())
    asked = Asked(path, FUNNEL)
    yield asked
    asked.close()
