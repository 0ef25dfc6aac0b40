"""What doctor shows of one tenant: the registry of its sources, what has changed in their form, its snapshots."""

from pathlib import Path

import pytest
from filelock import FileLock
from shop import Shop, StandIn, order

from server.doctor import Check, examine
from warehouse.home import Home


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A tenant of two refreshes, the second of which brought orders without tags."""
    StandIn().install(monkeypatch.setattr)
    shop = Shop(tmp_path)
    shop.deliver(*(order(n, tags="a") for n in range(1, 31)))
    shop.refresh()
    shop.deliver(*(order(n) for n in range(31, 61)), name="orders-2.jsonl")
    shop.refresh()
    return shop


def seen(shop: Shop, what: str) -> list[Check]:
    return [check for check in examine(Home(shop.root), "acme") if check.what == what]


def test_doctor_shows_what_feeds_which_model_and_what_has_changed(shop: Shop) -> None:
    [entity] = seen(shop, "acme shopify orders")
    assert entity.ok
    assert entity.says == (
        "shopify (rest) → platform_mm__orders; 2 loads, paths of the newest: 1 gone, 1 optional, 4 required; gone: tags"
    )
    [drift] = seen(shop, "acme drift")
    assert drift.says.endswith(" shopify orders: tags is gone (it stood in all of 30, now in none of 30)")


def test_doctor_shows_the_snapshots_with_their_rows(shop: Shop) -> None:
    first, second = seen(shop, "acme published")
    assert "1 load; fct_order_lines 30, fct_orders 30, fct_refunds 0" in first.says
    assert "2 loads; fct_order_lines 60, fct_orders 60, fct_refunds 0" in second.says


def test_doctor_leaves_the_registry_alone_while_a_refresh_is_running(shop: Shop) -> None:
    with FileLock(shop.home.lock):
        assert [check.says for check in seen(shop, "acme registry")] == ["it cannot be read while a refresh is running"]
    assert seen(shop, "acme registry") == []


def test_a_look_at_every_tenant_is_short(shop: Shop) -> None:
    assert {check.what for check in examine(Home(shop.root))} == {
        "home",
        "tenants.yml",
        "acme source shopify",
        "acme snapshot",
        "acme lock",
        "acme last refresh",
        "inspector",
    }
