import json
from pathlib import Path
from shutil import copy

import pytest
from gold import THREE_STORES, catalog_of
from led_back import LedBack

from server.cli import main
from server.tracing import MOST_LINES, in_words, payloads_in_words
from warehouse.home import Home
from warehouse.store import FileStore

WAYNE = "wayne_enterprises"
ID = "20260401T060000Z-abcdef"
PRICED = [{"field": "source_name", "value": ["shopify", "woo"]}]


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("led_back")
    LedBack(folder).build()
    return folder


@pytest.fixture
def star(tmp_path: Path, _built: Path) -> LedBack:
    return LedBack.copy_of(_built, tmp_path)


def test_a_number_is_told_as_a_tree_with_a_line_for_each_step(star: LedBack) -> None:
    head, snapshot, formula, *chain = in_words(star.of("returns", period="2026-02", where=PRICED)).splitlines()
    assert head.startswith("returns of acme, 2026-02-01 to 2026-02-28 where ")
    assert head.endswith(": 14.45 USD (every step agrees)")
    assert snapshot == f"snapshot {ID}, refreshed 2026-04-01 06:00 UTC, built by dbt invocation i1"
    assert formula == "ok returns = returned_value"
    assert [line.strip("└─ ").split(" such")[0] for line in chain] == [
        "ok returned_value 14.45: sum of return_amount over 2 rows of fct_refunds",
        "ok model fct_refunds: success, 4 rows; the star has 4",
        "ok 2 payloads of 1 load: 2.5 (2026-04-01 05:00 UTC)",
        "ok 2 found in raw, whose hash holds, from 1 file",
        f"such as shopify shopify-r0, refunds.jsonl line 1, hash {_hash(star)}",
        "ok behind these rows, bearing none of the amount: 1 order payload",
    ]


def _hash(star: LedBack) -> str:
    [measure] = star.of("returns", period="2026-02", where=PRICED).measures
    assert measure.raw is not None
    return measure.raw.payloads[0].payload_hash


def test_a_ratio_is_told_with_what_it_divides(star: LedBack) -> None:
    assert "ok return_rate = (returned_value) / (sold_value − discount_value)" in in_words(star.of("return_rate"))


@pytest.mark.parametrize("metric", ["orders", "net_sales", "total_sales", "average_order_value"])
def test_the_tree_has_at_most_forty_lines(star: LedBack, metric: str) -> None:
    star.spoil("delete from raw.shopify__orders")
    assert len(in_words(star.of(metric)).splitlines()) <= MOST_LINES


def test_what_disagrees_is_said_first(star: LedBack) -> None:
    star.spoil("delete from raw.shopify__orders")
    lines = in_words(star.of("total_sales")).splitlines()
    assert lines[0].endswith("(NOT EVERY STEP AGREES)")
    assert lines[2].startswith("!  sold_value: Not in raw as the star names them: ")


def test_each_payload_asked_for_follows_a_line_that_says_where_it_is_from(star: LedBack) -> None:
    where, text = payloads_in_words(star.of("orders", printed=1))
    assert where.startswith("counted_orders: shopify shopify-1, orders.jsonl line ")
    assert json.loads(text) == {"key": "shopify-1"}


@pytest.fixture
def trading(home: Home, star: LedBack) -> Home:
    """The home with that gold published for wayne_enterprises, and its raw layer in place."""
    tenant = home.tenant(WAYNE)
    tenant.work.mkdir(parents=True)
    copy(star.raw, tenant.warehouse_file)

    def write(folder: Path) -> None:
        copy(star.gold, folder / "gold.duckdb")
        catalog = catalog_of(star.gold, THREE_STORES, slug=WAYNE)
        (folder / "catalog.json").write_text(catalog.to_json(), encoding="utf-8")

    store = FileStore(tenant)
    with store.writer():
        store.publish(ID, write)
    return home


def left(home: Home, *arguments: str) -> int:
    with pytest.raises(SystemExit) as exited:
        main(["--home", str(home.root), "lineage", *arguments])
    return int(exited.value.code or 0)


def test_the_command_reads_raw_through_a_worker(trading: Home, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--period", "2026-01", "--where", "source_name=shopify", "--payloads", "1")
    assert left(trading, WAYNE, "orders", *asked) == 0
    said = capsys.readouterr().out
    assert "2 found in raw, whose hash holds" in said
    assert said.splitlines()[-1] == '{"key":"shopify-1"}'


def test_as_json_it_has_every_step_and_fails_where_one_disagrees(
    trading: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    trading.tenant(WAYNE).warehouse_file.unlink()
    assert left(trading, WAYNE, "gross_sales", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["agrees"], found["formula"]["agrees"]) == (False, True)
    assert [sorted(measure) for measure in found["measures"]] == [
        ["aggregation", "column", "context", "fact", "loads", "measure", "model", "raw", "rows", "table"]
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((WAYNE, "net_sale"), 2, 'Unknown metric "net_sale". Nearest: net_sales'),
        ((WAYNE, "orders", "--where", "product_title=Mug"), 2, "cannot be split or filtered by"),
        ((WAYNE, "orders", "--where", "nonsense"), 2, "cannot be read"),
        ((WAYNE, "orders", "--period", "2026-13"), 2, "2026-13"),
        (("nobody", "orders"), 2, 'Unknown tenant "nobody"'),
        (("tyrell_corp", "orders"), 1, "Nothing has been published"),
        ((WAYNE, "orders", "--payloads", "-1"), 2, "--payloads"),
    ],
)
def test_what_query_metric_refuses_is_refused_in_the_same_words(
    trading: Home, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    assert left(trading, *arguments) == code
    assert says in capsys.readouterr().err


def test_a_lineage_beside_a_running_refresh_is_told_to_wait(trading: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with FileStore(trading.tenant(WAYNE)).writer():
        assert left(trading, WAYNE, "orders") == 1
    assert "wait until it is done" in capsys.readouterr().err
