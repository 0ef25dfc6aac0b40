"""Fixtures that several folders of tests share."""

import os
from pathlib import Path

import pytest
from demo_home import demo_home


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a refreshed demo; tests must leave it as it is."""
    base = tmp_path_factory.getbasetemp()
    return demo_home(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)
