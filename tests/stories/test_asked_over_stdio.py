"""A small shop asked over the standard streams of servers in child processes: refusals, answers, two servers at once.

The protocol itself, and what importing the door loads, is in tests/server/test_stdio.py.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sdk_client import Connection, connected, said
from shop import order
from shops import open_shops
from wire import bare_environment

from warehouse.home import Home

ACME, GLOBEX = "acme", "globex_corp"
FRANCE: dict[str, Any] = {"shipping_address": {"country_code": "FR"}}
EVIL = [
    "' or 1=1 --",
    "x'; drop table fct_orders; --",
    "\"; attach '/etc/passwd' as x; --",
    "France' union select '1",
    "France\\",
    "%",
    "_rance",
    "{{ 1 }}",
    "$1",
    "*",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two tenants, each with two orders of 10.00."""
    home = Home(tmp_path_factory.mktemp("asked"))
    open_shops(
        home,
        {
            slug: {"timezone": "Europe/Paris", "sources": {"shopify": {"files": f"exports/{slug}"}}}
            for slug in (ACME, GLOBEX)
        },
    )
    for slug in (ACME, GLOBEX):
        deliver(home, slug, order(1, **FRANCE), order(2))
    return home


def deliver(home: Home, slug: str, *orders: dict[str, Any], name: str = "orders.jsonl") -> None:
    text = "".join(f"{json.dumps(each)}\n" for each in orders)
    (home.root / "exports" / slug / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Connection]:
    """A server of both tenants, one of which it has refreshed."""
    with connected(home) as server:
        assert server.answer("refresh_tenant", tenant=ACME, wait_seconds=50)["status"] == "succeeded"
        yield server


@pytest.fixture(scope="module")
def narrow(home: Home, server: Connection) -> Iterator[Connection]:
    """A server of one tenant."""
    with connected(home, "--tenant", ACME) as narrow:
        yield narrow


def check_refusal(words: str, home: Home) -> None:
    """A refusal is short, and holds nothing that only the inside knows."""
    assert len(words) <= 260
    assert "\n" not in words
    inside = (
        rf"{re.escape(str(home.root))}|Traceback|File \"|\.py\b|\.duckdb|pydantic|select |fct_|_dlt|Error executing"
    )
    assert re.findall(inside, words) == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"metrics": ["net_sale"]}, 'Unknown metric "net_sale". Nearest: net_sales'),
    ({"metrics": ["../x"]}, 'Unknown metric "../x".'),
    ({"metrics": ["orders; drop table x"]}, 'Unknown metric "orders; drop table x".'),
    ({"metrics": ["x" * 5000]}, 'Unknown metric "xxxx'),
    ({"metrics": ["a\n\x00\x1bb"]}, 'Unknown metric "a'),
    ({"metrics": ["orders", "orders"]}, 'metrics names "orders" twice'),
    ({"metrics": ["orders"] * 11}, "at most 10"),
    ({"metrics": []}, "1 to 10 metric names"),
    ({}, "metrics is missing"),
    ({"metrics": 7}, 'metrics cannot be "7"'),
    ({"metrics": [1]}, 'metrics cannot be "1"'),
    ({"metrics": {"a": 1}}, "metrics cannot be"),
    ({"group_by": ["customer_contry"]}, 'Unknown dimension "customer_contry". Nearest: customer_country'),
    ({"group_by": ["product_title"]}, '"orders" cannot be split or filtered by "product_title".'),
    ({"group_by": [5]}, 'group_by cannot be "5"'),
    ({"group_by": 5}, 'group_by cannot be "5"'),
    ({"grain": "hour"}, 'grain cannot be "hour"'),
    ({"grain": 3}, 'grain cannot be "3"'),
    ({"period": "2026-13"}, '"2026-13"'),
    ({"period": "2026-02-30"}, '"2026-02-30"'),
    ({"period": "2026-10-31..2026-10-01"}, "2026-10-01..2026-10-31"),
    ({"period": "last_weak"}, 'Unknown period "last_weak". Nearest: last_week'),
    ({"period": ["2026"]}, "period cannot be"),
    ({"period": 20.26}, "period cannot be"),
    ({"period": "x" * 5000}, 'Unknown period "xxxx'),
    ({"limit": 0}, 'limit cannot be "0": give a whole number from 1 to 1000.'),
    ({"limit": 1001}, 'limit cannot be "1001": give a whole number from 1 to 1000.'),
    ({"limit": -1}, "limit cannot be"),
    ({"limit": "many"}, "limit cannot be"),
    ({"limit": True}, "limit cannot be"),
    ({"limit": 1.5}, "limit cannot be"),
    ({"order_by": ["returns"]}, 'Unknown column in order_by "returns".'),
    ({"order_by": 3}, "order_by cannot be"),
    ({"where": "platform = 'a'"}, "where cannot be"),
    ({"where": [5]}, "where cannot be"),
    ({"where": [{"field": "platform", "op": "like", "value": "a"}]}, "where cannot be"),
    ({"where": [{"field": "platform", "value": {"a": 1}}]}, "where cannot be"),
    ({"where": [{"field": "platform", "value": 5}]}, '"5", which is not text'),
    ({"where": [{"field": "platform", "value": None}]}, 'filter on "platform" has no value'),
    ({"where": [{"field": "date", "value": "2026-10-05"}]}, "give period instead"),
    ({"where": [{"field": "nobody'; --", "value": "x"}]}, 'Unknown dimension "nobody\'; --".'),
    ({"filters": []}, 'Unknown argument "filters".'),
    ({"wher": []}, 'Unknown argument "wher". Nearest: where'),
    ({"x" * 5000: 1}, 'Unknown argument "xxxx'),
    ({"tenant": "globx_corp"}, 'Unknown tenant "globx_corp". Nearest: globex_corp'),
    ({"tenant": "../x"}, 'Unknown tenant "../x".'),
    ({"tenant": "acme/../globex_corp"}, 'Unknown tenant "acme/../globex_corp".'),
    ({"tenant": "ACME"}, 'Unknown tenant "ACME". Nearest: acme'),
    ({"tenant": ""}, 'Unknown tenant "".'),
    ({"tenant": 5}, "tenant must be text (got 5)."),
    ({"tenant": GLOBEX}, "refresh it first"),
]


@pytest.mark.parametrize(("arguments", "says"), REFUSED)
def test_what_cannot_be_used_is_refused_in_few_words(
    server: Connection, home: Home, arguments: dict[str, Any], says: str
) -> None:
    asked = arguments if "metrics" in arguments or not arguments else {"metrics": ["orders"], **arguments}
    words = server.refusal("query_metric", **{"tenant": ACME, **asked})

    assert says in words
    check_refusal(words, home)


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("query_metrics", {}, 'Unknown tool "query_metrics". Nearest: query_metric'),
        ("list_metrics", {"tenant": "acmee"}, 'Unknown tenant "acmee". Nearest: acme'),
        ("list_metrics", {"search": 5}, "search must be text (got 5)."),
        ("refresh_tenant", {"tenant": "../x"}, 'Unknown tenant "../x".'),
        ("refresh_tenant", {"tenant": ACME, "full": "maybe"}, "full must be true or false"),
        ("refresh_tenant", {"tenant": ACME, "wait_seconds": 51}, "wait_seconds must be at most 50 (got 51)."),
        ("refresh_tenant", {"tenant": ACME, "wait": 1}, 'Unknown argument "wait". Nearest: wait_seconds'),
    ],
)
def test_the_other_tools_refuse_alike(
    server: Connection, home: Home, tool: str, arguments: dict[str, Any], says: str
) -> None:
    words = server.refusal(tool, **arguments)

    assert says in words
    check_refusal(words, home)


@pytest.mark.parametrize("op", ["eq", "in", "contains", "starts_with"])
def test_quotes_and_sql_in_a_value_are_a_plain_value_that_nothing_matches(server: Connection, op: str) -> None:
    for value in EVIL:
        given = [value] if op == "in" else value
        where = [{"field": "customer_country", "op": op, "value": given}]
        assert server.rows("orders", tenant=ACME, where=where) == [[0]], value

    assert server.rows("orders", tenant=ACME) == [[2]]


def test_a_value_that_nothing_matches_is_answered_with_the_nearest_one(server: Connection) -> None:
    where = [{"field": "customer_country", "value": "Frence"}]
    answer = server.answer("query_metric", tenant=ACME, metrics=["orders"], where=where)

    assert answer["rows"] == [[0]]
    assert any('"Frence"' in notice and "France" in notice for notice in answer["notices"])


@pytest.mark.parametrize("name", [GLOBEX, "globx_corp", "../globex_corp", "nobody"])
@pytest.mark.parametrize("tool", ["list_metrics", "query_metric", "refresh_tenant"])
def test_a_server_of_one_tenant_does_not_speak_of_the_other(
    narrow: Connection, home: Home, tool: str, name: str
) -> None:
    arguments = {"metrics": ["orders"]} if tool == "query_metric" else {}
    words = narrow.refusal(tool, tenant=name, **arguments)

    assert words == f'Unknown tenant "{name}". Tenants: {ACME}.'
    check_refusal(words, home)


def test_a_server_of_one_tenant_lists_and_answers_that_one_alone(narrow: Connection) -> None:
    result = narrow.call("list_metrics", {})
    assert "globex" not in f"{said(result)} {result.structured_content}"
    assert "globex" not in str(narrow.answer("query_metric", metrics=["orders"]))
    assert narrow.rows("orders") == [[2]]


def test_importing_the_door_opens_no_database_of_a_home_that_has_one(home: Home, server: Connection) -> None:
    script = (
        "import sys, duckdb\n"
        "duckdb.connect = lambda *database, **options: sys.exit(f'opened {database}')\n"
        "import server.app\n"
        "print([name for name in ('dlt', 'dbt', 'ibis') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=bare_environment(home), capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")


@pytest.mark.slow
def test_two_servers_on_one_home_answer_while_one_of_them_refreshes(
    home: Home, server: Connection, tmp_path: Path
) -> None:
    refreshed = Home(shutil.copytree(home.root, tmp_path / "refreshed"))
    question = {"tenant": ACME, "group_by": ["customer_country"], "order_by": ["customer_country"]}
    before = [["France", 1], [None, 1]]
    after = [["France", 2], [None, 1]]
    with connected(refreshed) as one, connected(refreshed) as other:
        assert one.rows("orders", **question) == other.rows("orders", **question) == before

        deliver(refreshed, ACME, order(3, **FRANCE), name="orders-more.jsonl")
        run = one.answer("refresh_tenant", tenant=ACME, wait_seconds=0)
        meanwhile = []
        while run["status"] == "running":
            meanwhile.append([one.rows("orders", **question), other.rows("orders", **question)])
            run = one.answer("refresh_tenant", tenant=ACME, wait_seconds=1)

        assert run["status"] == "succeeded"
        assert [before, before] in meanwhile
        assert all(rows in (before, after) for both in meanwhile for rows in both)
        assert one.rows("orders", **question) == other.rows("orders", **question) == after
