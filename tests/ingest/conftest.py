from pathlib import Path

import pytest
from shop import Shop, StandIn

import ingest.refresh


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Builds a small star in dbt's place."""
    stand_in = StandIn()
    monkeypatch.setattr(ingest.refresh, "build", stand_in)
    return stand_in
