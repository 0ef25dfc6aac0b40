"""What may be asked of a refresh, and what forces a build that nobody asked for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import Shop, StandIn, order

import warehouse.build
from ingest import runs
from ingest.runs import Options, RunDocument
from warehouse.build import fingerprint
from warehouse.errors import UnknownNameError


@pytest.fixture
def two(tmp_path: Path, dbt: StandIn) -> Shop:
    """A tenant with two stores, refreshed, and something new in both of them."""
    shop = Shop(tmp_path, sources=("shopify", "shopify_eu"))
    for source in shop.sources:
        shop.deliver(order(1), source=source)
    assert shop.refresh().status == "succeeded"
    for source in shop.sources:
        shop.deliver(order(1), order(2, "5.00"), source=source)
    return shop


def statuses(run: RunDocument) -> list[str]:
    return [source.status for source in run.sources]


def served(shop: Shop) -> dict[str, int]:
    return dict(shop.gold("select source_name, count(*) from fct_orders group by 1 order by 1"))


def test_only_the_sources_named_are_read_and_the_others_keep_what_they_have(two: Shop, dbt: StandIn) -> None:
    run = two.refresh(sources=("shopify_eu",))
    assert (run.status, statuses(run)) == ("succeeded", ["skipped", "succeeded"])
    assert [load.source for load in run.loads] == ["shopify_eu"]
    assert served(two) == {"shopify": 1, "shopify_eu": 2}
    assert dbt.runs == 2


def test_what_was_not_read_is_read_by_the_next_refresh_of_all(two: Shop) -> None:
    two.refresh(sources=("shopify_eu",))
    run = two.refresh()
    assert statuses(run) == ["succeeded", "unchanged"]
    assert served(two) == {"shopify": 2, "shopify_eu": 2}
    assert two.refresh(sources=("shopify",)).status == "unchanged"


def test_an_unknown_source_is_refused_with_the_nearest_names_before_anything_is_written(two: Shop) -> None:
    before = runs.newest(two.home)
    with pytest.raises(UnknownNameError) as refused:
        two.refresh(sources=("shopify_us",))
    said = 'Unknown source "shopify_us". Nearest: shopify_eu, shopify. Acme has shopify, shopify_eu.'
    assert str(refused.value) == said
    assert runs.newest(two.home) == before


def test_a_source_that_fails_leaves_the_others_new_data_published_and_its_own_old_data_served(two: Shop) -> None:
    shutil.move(two.folder("shopify"), two.root / "away")
    run = two.refresh()
    assert (run.status, statuses(run)) == ("partial", ["failed", "succeeded"])
    assert run.error is None
    error = run.sources[0].error
    assert error is not None
    assert (error.kind, error.source, error.retry_safe) == ("config", "shopify", False)
    assert served(two) == {"shopify": 1, "shopify_eu": 2}
    assert run.sources[0].data_through is not None


def test_a_failed_source_is_read_again_once_it_is_back(two: Shop) -> None:
    shutil.move(two.folder("shopify"), two.root / "away")
    two.refresh()
    shutil.move(two.root / "away", two.folder("shopify"))
    run = two.refresh()
    assert (run.status, statuses(run)) == ("succeeded", ["succeeded", "unchanged"])
    assert served(two) == {"shopify": 2, "shopify_eu": 2}


def test_a_refresh_whose_only_named_source_fails_has_failed(two: Shop) -> None:
    two.folder("shopify_eu").rename(two.root / "away")
    run = two.refresh(sources=("shopify_eu",))
    assert run.error is not None
    assert (run.status, run.error.source, statuses(run)) == ("failed", "shopify_eu", ["skipped", "failed"])
    assert served(two) == {"shopify": 1, "shopify_eu": 1}


def test_a_reload_of_one_source_reads_its_every_file_and_no_other(two: Shop) -> None:
    two.refresh()
    two.deliver(order(7), name="orders-2.jsonl", source="shopify_eu")
    two.refresh()
    run = two.refresh(sources=("shopify_eu",), reload=True)
    assert [(load.source, load.extracted) for load in run.loads] == [("shopify_eu", 3)]
    assert run.status == "succeeded"


@pytest.mark.parametrize("full", [True, False])
def test_full_reaches_the_build(shop: Shop, dbt: StandIn, full: bool) -> None:
    shop.deliver(order(1))
    shop.refresh(full=full)
    assert dbt.full is full


def test_a_run_says_what_it_was_started_with(shop: Shop, dbt: StandIn) -> None:
    shop.deliver(order(1))
    shop.refresh(sources=("shopify",), full=True)
    run = runs.latest(shop.home)
    assert run is not None
    assert run.options == Options(sources=("shopify",), full=True)


@pytest.mark.parametrize(
    ("given", "asked", "lacks"),
    [
        (Options(), Options(), []),
        (Options(full=True, reload=True, accept=True), Options(), []),
        (Options(), Options(full=True, accept=True), ["full", "accept"]),
        (Options(), Options(reload=True), ["reload"]),
        (Options(), Options(sources=("a",)), []),
        (Options(sources=("a", "b")), Options(sources=("b",)), []),
        (Options(sources=("a",)), Options(sources=("a", "b")), ["sources"]),
        (Options(sources=("a",)), Options(), ["sources"]),
    ],
)
def test_what_a_refresh_under_way_does_not_do_for_another_caller(
    given: Options, asked: Options, lacks: list[str]
) -> None:
    assert given.lacks(asked) == lacks


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the dbt project in the shipped one's place."""
    package = tmp_path / "package"
    shutil.copytree(Path(warehouse.build.__file__).parent / "dbt", package / "dbt")
    monkeypatch.setattr(warehouse.build, "files", lambda name: package)
    warehouse.build._project_digest.cache_clear()
    yield package / "dbt"
    warehouse.build._project_digest.cache_clear()


def another_model(project: Path) -> None:
    model = project / "models" / "marts" / "fct_orders.sql"
    model.write_text(model.read_text(encoding="utf-8") + "\n-- another\n", encoding="utf-8")
    warehouse.build._project_digest.cache_clear()


@pytest.mark.usefixtures("project")
def test_another_project_builds_anew(shop: Shop, dbt: StandIn, project: Path) -> None:
    shop.deliver(order(1))
    shop.refresh()
    another_model(project)
    assert (shop.refresh().status, dbt.runs) == ("succeeded", 2)


def test_another_version_of_the_package_builds_anew(shop: Shop, dbt: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.deliver(order(1))
    shop.refresh()
    monkeypatch.setattr(warehouse.build, "version", lambda name: f"{name} 99")
    assert (shop.refresh().status, dbt.runs) == ("succeeded", 2)


@pytest.mark.parametrize(("key", "was", "now"), [("timezone", "New_York", "Chicago"), ("currency", "USD", "EUR")])
def test_another_zone_or_currency_builds_anew(shop: Shop, dbt: StandIn, key: str, was: str, now: str) -> None:
    shop.deliver(order(1))
    shop.refresh()
    file = shop.root / "tenants.yml"
    text = file.read_text(encoding="utf-8")
    assert f"{key}: " in text
    file.write_text(text.replace(was, now), encoding="utf-8")
    assert (shop.refresh().status, dbt.runs) == ("succeeded", 2)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("timezone", "Europe/Berlin"), ("currency", "EUR"), ("week_start", "sunday"), ("keep_pii", True), ("sources", {})],
)
def test_the_fingerprint_is_of_every_setting_that_a_star_depends_on(shop: Shop, setting: str, value: object) -> None:
    assert fingerprint(shop.tenant.model_copy(update={setting: value})) != fingerprint(shop.tenant)


def test_the_fingerprint_does_not_hang_on_where_the_files_lie(shop: Shop) -> None:
    moved = {
        name: source.model_copy(update={"files": Path("elsewhere")}) for name, source in shop.tenant.sources.items()
    }
    assert fingerprint(shop.tenant.model_copy(update={"sources": moved})) == fingerprint(shop.tenant)
