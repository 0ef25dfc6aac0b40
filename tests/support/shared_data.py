"""The data that this project shares with others and does not hold itself."""

import os
from pathlib import Path

import pytest


def shared_data() -> Path:
    """The folder that GATA_TEST_DATA names; the test is skipped where it names none."""
    folder = os.environ.get("GATA_TEST_DATA")
    if not folder:
        pytest.skip("GATA_TEST_DATA does not name the folder of shared test data")
    return Path(folder)
