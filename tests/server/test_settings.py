from pathlib import Path

import pytest

from server.settings import MEMORY_LIMIT, QUERY_TIMEOUT, Settings
from warehouse.errors import ConfigError


def test_defaults_hold_where_nothing_is_set(tmp_path: Path) -> None:
    settings = Settings.from_environment(tmp_path, environ={})

    assert settings.home.root == tmp_path
    assert (settings.query_timeout, settings.memory_limit, settings.tenants) == (QUERY_TIMEOUT, MEMORY_LIMIT, None)


def test_limits_come_from_the_environment(tmp_path: Path) -> None:
    environ = {"GATA_QUERY_TIMEOUT": "2.5", "GATA_MEMORY_LIMIT": "512MB"}
    settings = Settings.from_environment(tmp_path, ["a"], environ)

    assert (settings.query_timeout, settings.memory_limit, settings.tenants) == (2.5, "512MB", ("a",))


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf", "99999"])
def test_a_timeout_that_cannot_be_used_is_refused_by_name(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match=f'GATA_QUERY_TIMEOUT is "{value}"'):
        Settings.from_environment(tmp_path, environ={"GATA_QUERY_TIMEOUT": value})


@pytest.mark.parametrize("value", ["much", "1", "1GB; attach 'x'"])
def test_a_memory_limit_that_cannot_be_used_is_refused_by_name(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="GATA_MEMORY_LIMIT is "):
        Settings.from_environment(tmp_path, environ={"GATA_MEMORY_LIMIT": value})
