"""The operator's own metrics at the doors: listed and asked like others, a fault told where it can be mended."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from gold import REFRESHED_AT

from server.desk import Desk
from server.doctor import examine
from server.settings import Settings
from server.starter import METRICS_TEMPLATE, write_starter
from warehouse.errors import NotAnswerableError
from warehouse.home import Home
from warehouse.metrics_file import MetricsFile
from warehouse.publish import republish
from warehouse.store import FileStore

METRICS = """
metrics:
  mug_sales: {description: Net sales of mugs., filtered: {metric: net_sales, where: {product_title: Mug}}}
  mug_share: {description: Their share., ratio: {numerator: mug_sale, denominator: net_sales}}
  theirs: {description: Not ours., tenants: [tyrell_corp], derived: orders}
"""
TOLD = (
    'metrics.yml: metric mug_share, field numerator: unknown metric "mug_sale"; nearest: mug_sales, gross_sales,'
    " net_sales. Correct the name."
)


def told(home: Home, what: str = "wayne_enterprises metrics") -> list[tuple[bool, str]]:
    return [(check.ok, check.says) for check in examine(home) if check.what == what]


def take_on(home: Home) -> None:
    """What a refresh does that finds nothing new but the metrics."""
    store = FileStore(home.tenant("wayne_enterprises"))
    with store.writer():
        served = store.current()
        assert served is not None
        served.fingerprint_file.write_text("f", encoding="utf-8")
        with duckdb.connect(str(served.gold_file)) as gold:
            gold.execute("create table if not exists _dlt_loads (load_id varchar, status bigint)")
        republish(store, served, MetricsFile.read(home.metrics_file, "wayne_enterprises"))


@pytest.fixture
def desk(trading: Home) -> Iterator[Desk]:
    trading.metrics_file.write_text(METRICS, encoding="utf-8")
    take_on(trading)
    desk = Desk(Settings(home=trading), now=lambda: REFRESHED_AT)
    yield desk
    desk.close()


def test_an_own_metric_is_listed_and_asked_and_a_bad_one_is_told_in_the_list(desk: Desk) -> None:
    listed = desk.list_metrics("wayne_enterprises", "mugs").structured()
    assert [(metric["name"], metric["description"]) for metric in listed["metrics"]] == [
        ("mug_sales", "Net sales of mugs.")
    ]
    assert TOLD in desk.list_metrics("wayne_enterprises").structured()["notices"]
    answer = desk.query_metric("wayne_enterprises", {"metrics": ["mug_sales", "net_sales"]}).structured()
    assert answer["rows"] == [[30.45, 148.63]]
    assert not [notice for notice in answer["notices"] if "metrics.yml" in notice]


def test_who_asks_for_a_bad_metric_is_told_why_it_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotAnswerableError) as refused:
        desk.query_metric("wayne_enterprises", {"metrics": "mug_share"})
    assert str(refused.value) == TOLD


def test_doctor_says_what_is_served_what_is_wrong_and_what_waits_for_a_refresh(trading: Home) -> None:
    assert told(trading) == []
    trading.metrics_file.write_text(METRICS, encoding="utf-8")
    assert told(trading) == [(True, "it is served from the next refresh on")]
    take_on(trading)
    assert told(trading) == [(True, "1 metric is served: mug_sales"), (False, TOLD)]
    trading.metrics_file.write_text("metrics: [", encoding="utf-8")
    [(ok, says)] = told(trading)
    assert not ok
    assert says.startswith("metrics.yml: it is not valid YAML at line 1")


def test_doctor_names_metrics_whose_tenants_do_not_exist(trading: Home) -> None:
    trading.metrics_file.write_text(METRICS.replace("tyrell_corp", "tyrel_corp"), encoding="utf-8")
    assert told(trading, "metrics.yml") == [(False, "for no tenant of tenants.yml: theirs; correct their tenants")]


def test_the_starter_leaves_a_metrics_file_that_is_there(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.metrics_file.write_text("metrics: {}\n", encoding="utf-8")
    assert write_starter(home) == [home.tenants_file]
    assert home.metrics_file.read_text(encoding="utf-8") == "metrics: {}\n"
    home.tenants_file.unlink()
    home.metrics_file.unlink()
    assert write_starter(home) == [home.tenants_file, home.metrics_file]
    assert home.metrics_file.read_text(encoding="utf-8") == METRICS_TEMPLATE
    assert MetricsFile.read(home.metrics_file, "acme") == MetricsFile()
