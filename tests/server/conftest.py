from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from puppet_worker import Puppets

from warehouse.home import Home

TENANTS = """
tenants:
  wayne_enterprises:
    name: Wayne Enterprises
    timezone: America/New_York
    currency: USD
    sources:
      bigcommerce: {files: ./exports/bigcommerce}
  tyrell_corp:
    name: Tyrell Corporation
    timezone: America/Los_Angeles
    currency: USD
    sources:
      shopify: {files: ./exports/shopify}
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two tenants, nothing published."""
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.tenants_file.write_text(TENANTS, encoding="utf-8")
    return home


@pytest.fixture
def puppets() -> Iterator[Puppets]:
    with TemporaryDirectory() as folder:  # a socket's path must be short
        puppets = Puppets(Path(folder))
        yield puppets
        puppets.close()
