"""Sixteen threads at one desk: the answers of one thread, deadlines that end nobody else's question, and publishes that
no answer is torn by."""

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from demo_home import SLUGS
from gold import THREE_STORES, Shop, merged, three_stores
from published import publish

import server.desk
from server.desk import Desk
from server.settings import Settings
from warehouse.errors import NotAnswerableError
from warehouse.gold import Deadline
from warehouse.home import Home
from warehouse.legs import compiled, compiled_left_out
from warehouse.store import FileStore, Version

THREADS = 16
ASKED_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATIENCE = 120.0

Question = dict[str, Any]
Answered = dict[str, Any]

QUARTER = "2026-Q3"
QUESTIONS: list[Question] = [
    {"metrics": "total_revenue"},
    {"metrics": ["orders", "customers"], "period": "last_month"},
    {"metrics": "net_sales", "grain": "month"},
    {"metrics": "net_sales", "grain": "week", "period": QUARTER},
    {"metrics": "orders", "grain": "day", "period": "last_30_days", "fill_gaps": True},
    {"metrics": "total_sales", "group_by": "channel"},
    {"metrics": "total_sales", "group_by": "channel", "totals": True, "period": "this_year"},
    {"metrics": "average_order_value", "group_by": "customer_country", "totals": True},
    {"metrics": "gross_sales", "group_by": "product_title", "top": {"n": 5}},
    {"metrics": ["gross_sales", "units_sold"], "group_by": "product_title", "top": {"n": 3, "by": "units_sold"}},
    {"metrics": "customers", "group_by": "customer_country", "top": {"n": 2}, "totals": True},
    {"metrics": "average_order_value", "group_by": ["date", "channel"], "grain": "month", "top": {"n": 2}},
    {"metrics": "total_revenue", "compare": "previous_period", "period": "last_month"},
    {"metrics": "total_revenue", "compare": "previous_year", "period": "year_to_date", "totals": True},
    {"metrics": "orders", "grain": "month", "compare": "previous_year", "period": "2026"},
    {"metrics": "orders", "grain": "day", "compare": "previous_period", "period": "last_week"},
    {"metrics": "net_sales", "group_by": "channel", "compare": "previous_period", "period": QUARTER, "totals": True},
    {"metrics": "roas", "group_by": "channel", "compare": "previous_period", "period": QUARTER},
    {"metrics": ["total_revenue", "ad_spend", "roas"], "group_by": "channel", "totals": True},
    {"metrics": ["total_revenue", "ad_spend"], "grain": "month", "period": "2026"},
    {"metrics": ["ad_spend", "clicks", "cpc"], "group_by": "campaign_name", "top": {"n": 4}, "totals": True},
    {"metrics": "ad_spend", "group_by": "source_name", "show": ["share"]},
    {"metrics": "mer", "grain": "quarter"},
    {"metrics": "sessions", "group_by": "device_category", "show": ["share"], "totals": True},
    {"metrics": "sessions", "grain": "week", "show": ["running"], "period": QUARTER},
    {"metrics": "net_sales", "grain": "month", "show": ["share", "running"], "period": "2026"},
    {"metrics": "orders", "group_by": ["date", "channel"], "grain": "month", "show": ["running"], "fill_gaps": True},
    {"metrics": "conversion_rate", "grain": "month"},
    {"metrics": "bounce_rate", "group_by": "channel", "having": {"field": "bounce_rate", "op": "gt", "value": 0.3}},
    {"metrics": "orders", "group_by": "customer_country", "having": {"field": "orders", "op": "gte", "value": 5}},
    {
        "metrics": "orders",
        "group_by": "channel",
        "compare": "previous_period",
        "period": QUARTER,
        "having": {"field": "orders__change", "op": "lt", "value": 0},
    },
    {"metrics": "returns", "group_by": "refund_reason", "totals": True},
    {"metrics": "return_rate", "group_by": "product_title", "order_by": ["-return_rate"], "limit": 7},
    {"metrics": "median_order_value", "group_by": "channel"},
    {"metrics": "repeat_rate", "grain": "quarter", "compare": "previous_year", "period": "2026"},
    {"metrics": "orders", "where": [{"field": "channel", "op": "ne", "value": "Email"}], "group_by": "order_status"},
    {"metrics": "orders", "where": [{"field": "channel", "value": "email"}]},
    {
        "metrics": "total_revenue",
        "where": [{"any": [{"field": "channel", "value": "Email"}, {"field": "customer_type", "value": "new"}]}],
        "grain": "month",
    },
    {"metrics": "units_sold", "group_by": "product_vendor", "order_by": ["product_vendor"], "explain": True},
    {"metrics": ["taxes", "shipping", "tips"], "period": "last_4_weeks", "grain": "week", "fill_gaps": True},
    {"metrics": "events", "group_by": "event_name", "top": {"n": 3}},
    {"metrics": "new_customers", "grain": "fiscal_quarter", "compare": "previous_year", "period": "FY2026"},
]


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is worked out."""
    monkeypatch.setattr(server.desk, "KEPT_ANSWERS", 0)


def told(desk: Desk, slug: str, question: Question) -> Answered | str:
    """The structured answer, or the words of the refusal."""
    try:
        return desk.query_metric(slug, question).structured()
    except NotAnswerableError as error:
        return str(error)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each comes to on a thread of its own, all begun together."""
    ready = threading.Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        ready.wait(PATIENCE)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(begin, work) for work in works]]


# the answers of one thread --------------------------------------------------------------------------------------------

Pair = tuple[str, int]
PAIRS: list[Pair] = [(slug, at) for slug in SLUGS for at in range(len(QUESTIONS))]


def check_threads_agree_with_one(demo: Path, shares: list[list[Pair]]) -> None:
    desk = Desk(Settings(Home(demo)), now=lambda: ASKED_AT)
    # what has been compiled would not be compiled side by side
    compiled.cache_clear()
    compiled_left_out.cache_clear()

    def ask(share: list[Pair]) -> list[Answered | str]:
        return [told(desk, slug, QUESTIONS[at]) for slug, at in share]

    found = at_once(*(lambda share=share: ask(share) for share in shares))
    alone = {pair: told(desk, pair[0], QUESTIONS[pair[1]]) for pair in {pair for share in shares for pair in share}}
    desk.close()

    for share, answers in zip(shares, found, strict=True):
        for pair, answer in zip(share, answers, strict=True):
            assert answer == alone[pair], (pair[0], QUESTIONS[pair[1]])
    assert sum(isinstance(answer, dict) and answer["row_count"] > 0 for answer in alone.values()) > len(alone) * 0.9


def test_sixteen_threads_are_answered_as_one_is(demo: Path) -> None:
    # each pair is asked by four threads
    drawn = Random(7).sample(PAIRS, THREADS)
    check_threads_agree_with_one(demo, [[drawn[(at + step) % THREADS] for step in range(4)] for at in range(THREADS)])


@pytest.mark.slow
def test_every_question_of_three_tenants_in_sixteen_orders_is_answered_as_by_one_thread(demo: Path) -> None:
    check_threads_agree_with_one(demo, [Random(at).sample(PAIRS, len(PAIRS)) for at in range(THREADS)])


# a deadline -----------------------------------------------------------------------------------------------------------

WAYNE, TYRELL = "wayne_enterprises", "tyrell_corp"
TENANTS = """
tenants:
  wayne_enterprises: {name: W, timezone: America/New_York, currency: USD, sources: {shopify: {files: ./w}}}
  tyrell_corp: {name: T, timezone: America/New_York, currency: USD, sources: {shopify: {files: ./t}}}
"""
ENDLESS: Question = {"metrics": "orders", "group_by": "customer_country", "totals": True}
QUICK: list[Question] = [
    {"metrics": "units_sold", "group_by": "product_title", "totals": True},
    {"metrics": "gross_sales", "grain": "month", "fill_gaps": True},
    {"metrics": "returns", "compare": "previous_period", "period": "2026-03"},
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.tenants_file.write_text(TENANTS, encoding="utf-8")
    publish(home, WAYNE, three_stores(), THREE_STORES)
    return home


@pytest.fixture
def desk(home: Home) -> Iterator[Desk]:
    desk = Desk(Settings(home), now=lambda: ASKED_AT)
    yield desk
    desk.close()


def with_orders_without_end(home: Home) -> None:
    """Publish for TYRELL what WAYNE has, where reading the orders never ends."""
    shutil.copytree(home.tenant(WAYNE).root, home.tenant(TYRELL).root)
    [gold] = home.tenant(TYRELL).snapshots.glob("*/gold.duckdb")
    with duckdb.connect(str(gold)) as connection:
        connection.execute("alter table fct_orders rename to few_orders")
        connection.execute("create view fct_orders as select few_orders.* from few_orders, range(1_000_000_000_000)")


def test_a_question_past_its_deadline_is_ended_and_no_other_one_is(home: Home, desk: Desk) -> None:
    with_orders_without_end(home)
    alone = [told(desk, TYRELL, question) for question in QUICK]
    # compiled here, so that the deadline comes while DuckDB runs
    assert desk.query_metric(WAYNE, ENDLESS).rows

    def endless() -> str:
        with pytest.raises(NotAnswerableError) as refused:
            desk.query_metric(TYRELL, ENDLESS, Deadline(0.2))
        return str(refused.value)

    def quick() -> list[Answered | str]:
        return [told(desk, TYRELL, question) for question in QUICK]

    slow, other, *rest = at_once(endless, endless, *[quick] * (THREADS - 2))

    words = "The question took longer than 0.2 seconds: ask for a shorter period or fewer groups."
    assert (slow, other) == (words, words)
    assert rest == [alone] * (THREADS - 2)
    assert [told(desk, TYRELL, question) for question in QUICK] == alone


def test_a_question_that_is_stopped_while_it_runs_leaves_the_connection_to_the_next(home: Home, desk: Desk) -> None:
    with_orders_without_end(home)
    desk.query_metric(WAYNE, ENDLESS)
    running = threading.Event()

    class Watched(Deadline):
        def begin(self, cursor: duckdb.DuckDBPyConnection) -> None:
            super().begin(cursor)
            running.set()

    deadline = Watched(PATIENCE)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(told_within, desk, deadline)
        assert running.wait(PATIENCE)
        deadline.stop()
        assert asked.result(PATIENCE).startswith("The question took longer than")
    assert desk.query_metric(TYRELL, QUICK[0]).rows == desk.query_metric(WAYNE, QUICK[0]).rows


def told_within(desk: Desk, deadline: Deadline) -> str:
    with pytest.raises(NotAnswerableError) as refused:
        desk.query_metric(TYRELL, ENDLESS, deadline)
    return str(refused.value)


# a publish in the middle ----------------------------------------------------------------------------------------------

SPLIT: list[Question] = [
    {"metrics": ["total_sales", "orders"], "group_by": "customer_country", "totals": True},
    {"metrics": "total_revenue", "grain": "month", "show": ["share", "running"], "fill_gaps": True, "period": "2026"},
    {"metrics": "gross_sales", "group_by": "product_title", "top": {"n": 1}, "totals": True},
    {"metrics": "net_sales", "group_by": "channel", "compare": "previous_period", "period": "2026-Q1", "totals": True},
]


def later_stores(more: int) -> dict[str, list[dict[str, object]]]:
    """The three stores after so many more orders, each in another country and of another product."""
    shop = Shop("shopify", "shopify")
    for number in range(more):
        lines = [(f"Later {number}", "1", f"{100 + number}.00", "0")]
        shop.order(1000 + number, "2026-03-30", lines, country=f"Country {number}")
    added = merged(shop)
    return {mart: [*rows, *added.get(mart, [])] for mart, rows in three_stores().items()}


def staged(root: Path, more: int) -> Version:
    """A snapshot that only waits to be put in place."""
    return publish(Home(root / f"staged_{more}"), WAYNE, later_stores(more), THREE_STORES)


def put_in_place(home: Home, version: Version) -> None:
    def write(folder: Path) -> None:
        for file in (version.gold_file, version.catalog_file):
            shutil.copyfile(file, folder / file.name)

    store = FileStore(home.tenant(WAYNE))
    with store.writer():
        store.publish(version.id, write)


def test_while_snapshots_are_published_each_answer_is_wholly_of_the_one_that_it_names(
    home: Home, desk: Desk, tmp_path: Path
) -> None:
    # the two before the newest one are kept
    later = [staged(tmp_path, more) for more in (1, 2)]
    first = desk.query_metric(WAYNE, SPLIT[0]).snapshot
    published = [first, *(version.id for version in later)]
    begun = threading.Barrier(THREADS)

    def ask_until_the_last(seed: int) -> list[tuple[int, Answered | str]]:
        random, found = Random(seed), []
        for turn in range(10_000):
            at = random.randrange(len(SPLIT))
            found.append((at, told(desk, WAYNE, SPLIT[at])))
            if turn == 0:
                begun.wait(PATIENCE)
            answer = found[-1][1]
            if isinstance(answer, dict) and answer["snapshot"] == published[-1]:
                break
        return found

    def publish_in_the_middle() -> list[tuple[int, Answered | str]]:
        begun.wait(PATIENCE)
        for version in later:
            put_in_place(home, version)
        return []

    found = at_once(publish_in_the_middle, *(lambda at=at: ask_until_the_last(at) for at in range(THREADS - 1)))
    desk.close()

    alone = Desk(Settings(home), now=lambda: ASKED_AT)
    right = {(each, at): told(alone, WAYNE, {**SPLIT[at], "snapshot": each}) for each in published for at in range(4)}
    alone.close()
    assert len({str(answer["rows"]) for (_, at), answer in right.items() if at == 0 and isinstance(answer, dict)}) == 3
    answers = [each for share in found for each in share]
    seen = set()
    for at, answer in answers:
        assert isinstance(answer, dict), answer
        assert answer == right[answer["snapshot"], at]
        seen.add(answer["snapshot"])
    assert {first, published[-1]} <= seen
