"""A refresh and metrics.yml: what changes there is published, and costs no build."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from shop import Shop, StandIn, order

from ingest import runs
from warehouse.catalog import Catalog

HALF = {"description": "Half.", "ratio": {"numerator": "total_revenue", "denominator": ["orders_sum", "orders_sum"]}}
BAD = {"description": "Bad.", "derived": "total_revenu"}
TOLD = (
    'metrics.yml: metric bad, field derived: unknown metric "total_revenu"; nearest: total_revenue. Correct the name.'
)


def define(shop: Shop, **metrics: Any) -> None:
    text = yaml.safe_dump({"metrics": metrics})
    (shop.root / "metrics.yml").write_text(text, encoding="utf-8")


def catalog(shop: Shop) -> Catalog:
    version = shop.served
    assert version is not None
    return Catalog.from_json(version.catalog_file.read_bytes())


@pytest.mark.slow
def test_own_metrics_are_published_with_the_first_refresh_and_a_bad_one_is_told(shop: Shop, dbt: StandIn) -> None:
    define(shop, half=HALF, bad=BAD)
    shop.deliver(order(1))
    run = shop.refresh()
    assert (run.status, run.notices) == ("succeeded", [TOLD])
    assert set(catalog(shop).metrics) == {"total_revenue", "half"}
    assert catalog(shop).metric_notices == {"bad": TOLD}
    assert TOLD not in catalog(shop).notices


def test_a_changed_metrics_file_is_published_at_the_next_refresh_without_a_build(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    first = shop.refresh()
    before = shop.served
    define(shop, half=HALF, bad=BAD)
    second = shop.refresh()
    after = shop.served
    assert (second.status, second.message, second.models, second.notices) == ("succeeded", "published", [], [TOLD])
    assert (dbt.runs, second.completed) == (1, 100)
    assert before is not None
    assert after is not None
    assert second.snapshot == after.id != first.snapshot
    assert after.damaged() == []
    assert set(catalog(shop).metrics) == {"total_revenue", "half"}
    assert catalog(shop).snapshot == after.id
    assert shop.total() == (1, "10.0000")
    assert [entry["snapshot"] for entry in json.loads((after.folder / "history.json").read_bytes())] == [
        before.id,
        after.id,
    ]
    assert runs.latest(shop.home) == second
    third = shop.refresh()
    assert (third.status, third.snapshot) == ("unchanged", second.snapshot)


@pytest.mark.slow
def test_what_was_told_at_the_last_build_stands_after_the_metrics_have_changed(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1), *("not an order" for _ in range(3)))
    shop.refresh()
    told = catalog(shop).notices
    define(shop, half=HALF)
    shop.refresh()
    assert told
    assert catalog(shop).notices == told
    assert catalog(shop).sources[0].data_through is not None


@pytest.mark.slow
def test_own_metrics_go_when_their_file_does(shop: Shop, dbt: StandIn) -> None:
    define(shop, half=HALF)
    shop.deliver(order(1))
    shop.refresh()
    (shop.root / "metrics.yml").unlink()
    assert shop.refresh().status == "succeeded"
    assert set(catalog(shop).metrics) == {"total_revenue"}
    assert (catalog(shop).metrics_digest, dbt.runs) == ("", 1)


@pytest.mark.slow
def test_a_file_that_is_no_yaml_stops_nothing(shop: Shop, dbt: StandIn) -> None:
    define(shop, half=HALF)
    shop.deliver(order(1))
    shop.refresh()
    (shop.root / "metrics.yml").write_text("metrics: [", encoding="utf-8")
    run = shop.refresh()
    [notice] = run.notices
    assert (run.status, notice.startswith("metrics.yml: it is not valid YAML at line 1")) == ("succeeded", True)
    assert set(catalog(shop).metrics) == {"total_revenue"}


@pytest.mark.slow
def test_new_rows_and_new_metrics_are_published_together(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh()
    define(shop, half=HALF)
    shop.deliver(order(1), order(2))
    assert shop.refresh().status == "succeeded"
    assert (dbt.runs, shop.total()) == (2, (2, "20.0000"))
    assert "half" in catalog(shop).metrics


@pytest.mark.slow
def test_a_metric_for_another_tenant_is_not_published_and_changes_nothing(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    define(shop, half=HALF)
    shop.refresh()
    define(shop, half=HALF, theirs={**BAD, "tenants": ["wayne_enterprises"]})
    run = shop.refresh()
    assert (run.status, run.notices) == ("unchanged", [])


@pytest.mark.slow
@pytest.mark.parametrize("where", ["copy", "catalog"])
def test_a_republish_that_fails_leaves_what_is_served(
    shop: Shop, dbt: StandIn, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    shop.deliver(order(1))
    first = shop.refresh()
    define(shop, half=HALF)

    def full(*_: object, **__: object) -> Path:
        raise OSError(28, "No space left on device")

    name = "warehouse.publish.shutil.copyfile" if where == "copy" else "warehouse.publish.with_own_metrics"
    with monkeypatch.context() as patched:
        patched.setattr(name, full)
        failed = shop.refresh()
    assert failed.error is not None
    assert (failed.status, failed.error.kind, failed.snapshot) == ("failed", "disk_full", first.snapshot)
    assert shop.refresh().status == "succeeded"
    assert "half" in catalog(shop).metrics
