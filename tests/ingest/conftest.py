from pathlib import Path

import pytest
from shop import Shop, StandIn


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Builds a small star in dbt's place."""
    return StandIn().install(monkeypatch.setattr)
