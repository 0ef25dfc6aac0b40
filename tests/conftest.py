"""Fixtures that several folders of tests share."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_home import demo_home


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a test run have."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def _asks_for_the_demo(item: pytest.Item) -> bool:
    return "demo" in getattr(item, "fixturenames", ())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # files that need the demo come last: until then it is written beside the others
    late = {item.path for item in items if _asks_for_the_demo(item)}
    items.sort(key=lambda item: item.path in late)


@pytest.fixture(scope="session", autouse=True)
def _demo_in_time(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Begin to write the demo at once, in one worker, where a test will ask for it."""
    wanted = any(map(_asks_for_the_demo, request.session.items))
    if not wanted or os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0":
        yield
        return
    writing = threading.Thread(target=demo_home, args=[_shared(tmp_path_factory)], name="demo")
    writing.start()
    yield
    writing.join()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a refreshed demo; tests must leave it as it is."""
    return demo_home(_shared(tmp_path_factory))
