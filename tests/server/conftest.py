import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from gold import THREE_STORES, three_stores
from published import publish
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


@pytest.fixture(scope="session")
def _published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("published"))
    home.tenants_file.write_text(TENANTS, encoding="utf-8")
    publish(home, "wayne_enterprises", three_stores(), THREE_STORES)
    return home.root


@pytest.fixture
def trading(tmp_path: Path, _published: Path) -> Home:
    """The home with `gold.three_stores` published for wayne_enterprises, and nothing for tyrell_corp."""
    return Home(shutil.copytree(_published, tmp_path / "trading"))
