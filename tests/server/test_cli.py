import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import yaml
from puppet_worker import Puppet, Puppets

from server import settings
from server.cli import main
from warehouse.home import Home
from warehouse.tenants import load_tenants

WAYNE = "wayne_enterprises"
DONE = {"tenant": WAYNE, "run_id": "r1", "status": "succeeded", "stage": "publish", "completed": 100, "total": 100}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command → (exit code, stdout, stderr)."""

    def run(home: Home, *arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(home.root), *arguments])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def played(puppets: Puppets, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[Any]], Future[list[Any]]]:
    """Let the worker of the next command answer each of its requests by one of these plays → the requests."""
    monkeypatch.setattr(settings, "WORKER", puppets.command)

    def play(plays: Sequence[Callable[[Puppet, dict[str, Any]], None]]) -> Future[list[Any]]:
        def work() -> list[Any]:
            puppet = puppets.next()
            requests = []
            for each in plays:
                request = puppet.heard()
                assert request is not None
                requests.append(request)
                each(puppet, request)
            return requests

        return ThreadPoolExecutor(1).submit(work)

    return play


def test_metrics_shows_what_can_be_asked(run: Run, trading: Home) -> None:
    code, out, err = run(trading, "metrics", WAYNE)

    assert code == 0
    assert re.search(r"^net_sales +currency +gross_sales − discounts − returns", out, re.MULTILINE)
    assert err == ""


def test_metrics_as_json_is_the_tools_structured_answer(run: Run, trading: Home) -> None:
    _, out, _ = run(trading, "metrics", WAYNE, "--search", "country", "--json")

    assert set(json.loads(out)) == {"tenants", "metrics", "dimension_sets", "dimensions", "notices"}


def test_metrics_of_an_empty_home_says_the_next_step(run: Run, tmp_path: Any) -> None:
    code, out, _ = run(Home(tmp_path), "metrics")

    assert code == 0
    assert "gata-mcp demo" in out


def test_query_prints_a_table_and_its_context_apart(run: Run, trading: Home) -> None:
    code, out, err = run(trading, "query", "gross_sales", "orders", "--tenant", WAYNE, "--by", "source_name")
    lines = out.splitlines()

    assert code == 0
    assert lines[0].split() == ["source_name", "gross_sales", "orders"]
    assert ["woo", "91.00", "2"] in [line.split() for line in lines]
    assert len({len(line) for line in lines}) == 1
    assert "amounts in USD" in err
    assert "without a rate" in err


def test_query_as_json_is_the_tools_structured_answer(run: Run, trading: Home) -> None:
    _, out, _ = run(trading, "query", "orders", "--tenant", WAYNE, "--where", "platform=woocommerce", "--json")
    answer = json.loads(out)

    assert answer["rows"] == [[2]]
    assert {"columns", "period", "snapshot", "data_through", "definitions", "notices"} <= set(answer)


def test_query_as_csv_is_the_rows_alone(run: Run, trading: Home) -> None:
    _, out, _ = run(
        trading,
        "query",
        "gross_sales,orders",
        "--tenant",
        WAYNE,
        "--by",
        "customer_country",
        "--grain",
        "month",
        "--csv",
    )
    rows = list(csv.reader(io.StringIO(out)))

    assert rows[0] == ["date", "customer_country", "gross_sales", "orders"]
    assert len(rows) > 3


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("query", "net_sale", "--tenant", WAYNE), 2, "Nearest: net_sales"),
        (("query", "orders"), 2, "Which tenant?"),
        (("query", "orders", "--tenant", "nobody"), 2, 'Unknown tenant "nobody"'),
        (("query", "orders", "--tenant", WAYNE, "--limit", "0"), 2, 'limit cannot be "0"'),
        (("query", "orders", "--tenant", WAYNE, "--where", "nonsense"), 2, "cannot be read"),
        (("query", "orders", "--tenant", WAYNE, "--period", "2026-13"), 2, "2026-13"),
        (("query", "orders", "--tenant", WAYNE, "--json", "--csv"), 2, "not both"),
        (("query", "orders", "--tenant", "tyrell_corp"), 1, "Nothing has been published"),
        (("query",), 2, "METRIC"),
        (("refresh",), 2, "Name the tenants to refresh"),
        (("refresh", "--all", WAYNE), 2, "Name the tenants to refresh"),
        (("refresh", "nobody"), 2, 'Unknown tenant "nobody"'),
        (("refresh", WAYNE, "--source", "bigcomerce"), 2, 'Unknown source "bigcomerce". Nearest: bigcommerce'),
        (("refresh", "--all", "--source", "bigcommerce"), 2, 'Unknown source "bigcommerce".'),
        (("serve", "--tenant", "wayne_ent"), 2, f'Unknown tenant "wayne_ent". Nearest: {WAYNE}'),
        (("init",), 1, "There is a tenants.yml"),
        (("demo",), 1, "another home"),
        (("demo", "--until", "tomorrow"), 2, "tomorrow"),
        (("doctor", "nobody"), 1, ""),
        (("unheard_of",), 2, "unheard_of"),
    ],
)
def test_what_goes_wrong_is_said_on_stderr_with_its_exit_code(
    run: Run, trading: Home, arguments: tuple[str, ...], code: int, says: str
) -> None:
    left, out, err = run(trading, *arguments)

    assert left == code
    assert says in err
    assert "Traceback" not in err
    assert out == "" or arguments[0] == "doctor"


def test_refresh_prints_the_answer_and_shows_progress_apart(run: Run, home: Home, played: Any) -> None:
    requests = played([lambda puppet, request: puppet.say(request, "done", result=DONE)])
    code, out, err = run(home, "refresh", WAYNE, "--full", "--json")

    assert code == 0
    assert json.loads(out)["status"] == "succeeded"
    assert WAYNE in err
    asked = requests.result()[0]
    assert (asked["full"], asked["reload"], asked["accept"], asked["sources"]) == (True, False, False, [])


def test_refresh_asks_for_what_its_options_say(run: Run, home: Home, played: Any) -> None:
    requests = played([lambda puppet, request: puppet.say(request, "done", result=DONE)])
    code, _, _ = run(home, "refresh", WAYNE, "--source", "bigcommerce", "--reload", "--accept")

    assert code == 0
    asked = requests.result()[0]
    assert (asked["full"], asked["reload"], asked["accept"]) == (False, True, True)
    assert asked["sources"] == ["bigcommerce"]


def test_refresh_fails_if_only_some_sources_could_be_read(run: Run, home: Home, played: Any) -> None:
    error = {"kind": "unreachable", "message": "Its files cannot be read.", "retry_safe": True}
    sources = [{"source": "bigcommerce", "status": "failed", "data_through": None, "error": error}]
    played(
        [lambda puppet, request: puppet.say(request, "done", result=DONE | {"status": "partial", "sources": sources})]
    )
    code, out, _ = run(home, "refresh", WAYNE)

    assert code == 1
    assert "bigcommerce: failed, data through no day: Its files cannot be read." in out


def test_refresh_fails_if_one_tenant_failed(run: Run, home: Home, played: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    error = {"kind": "verify_failed", "message": "No.", "retry_safe": False}
    bad = DONE | {"status": "failed", "error": error}

    def succeed(puppet: Puppet, request: dict[str, Any]) -> None:
        puppet.say(request, "done", result=DONE)

    def fail(puppet: Puppet, request: dict[str, Any]) -> None:
        puppet.say(request, "done", result=bad)

    requests = played([succeed, fail])
    code, out, _ = run(home, "refresh", "--all")

    assert code == 1
    assert [request["tenant"] for request in requests.result()] == [WAYNE, "tyrell_corp"]
    assert "Error (verify_failed): No." in out


@pytest.mark.parametrize(("success", "code"), [(True, 0), (False, 1)])
def test_dbt_shows_what_dbt_says(run: Run, home: Home, played: Any, success: bool, code: int) -> None:
    def work(puppet: Puppet, request: dict[str, Any]) -> None:
        puppet.say(request, "output", text="Completed")
        puppet.say(request, "done", result={"success": success})

    requests = played([work])
    left, out, _ = run(home, "dbt", WAYNE, "--", "run", "--select", "fct_orders")

    assert (left, out) == (code, "Completed\n")
    assert requests.result()[0]["args"] == ["run", "--select", "fct_orders"]


def test_dbt_says_why_it_cannot_run(run: Run, home: Home, played: Any) -> None:
    error = {"kind": "locked", "message": "Another process works on this tenant.", "retry_safe": True}
    played([lambda puppet, request: puppet.say(request, "error", error=error)])
    left, _, err = run(home, "dbt", WAYNE, "--", "run")

    assert left == 1
    assert "Another process works on this tenant." in err


def test_init_writes_a_file_that_says_what_to_fill_in(run: Run, tmp_path: Any) -> None:
    home = Home(tmp_path / "new")
    code, _, _ = run(home, "init")
    written = home.tenants_file.read_text(encoding="utf-8")

    assert code == 0
    assert yaml.safe_load(written) is None


def test_what_init_writes_is_right_once_its_comments_are_taken_out(run: Run, tmp_path: Any) -> None:
    from ingest.connector import connector_options

    home = Home(tmp_path)
    run(home, "init")
    lines = home.tenants_file.read_text(encoding="utf-8").splitlines()
    example = [line.removeprefix("# ") for line in lines[2:] if line.startswith("# ") and "Take out" not in line]
    home.tenants_file.write_text("\n".join(example), encoding="utf-8")
    (tenant,) = load_tenants(home.tenants_file, connector_options()).values()

    assert tenant.slug == "acme"
    assert list(tenant.sources) == ["shopify", "shopify_eu", "bigcommerce", "woocommerce"]


def test_doctor_names_each_problem(run: Run, trading: Home) -> None:
    code, out, _ = run(trading, "doctor")

    assert code == 1
    assert any(line.startswith(f"ok       {WAYNE} snapshot: ") for line in out.splitlines())
    assert "problem  tyrell_corp snapshot: nothing has been published" in out
    assert "problem  wayne_enterprises source bigcommerce: The folder of source" in out


def test_doctor_finds_a_damaged_snapshot(run: Run, trading: Home) -> None:
    tenant = trading.tenant(WAYNE)
    gold = tenant.snapshots / tenant.current.read_text().strip() / "gold.duckdb"
    gold.write_bytes(gold.read_bytes() + b"x")
    _, out, _ = run(trading, "doctor", WAYNE)

    assert "is damaged (gold.duckdb)" in out


def test_doctor_is_content_with_a_healthy_tenant(run: Run, trading: Home) -> None:
    (trading.root / "exports" / "bigcommerce").mkdir(parents=True)
    code, out, _ = run(trading, "doctor", WAYNE)

    assert code == 0
    assert "problem" not in out


def test_an_environment_variable_that_cannot_be_used_is_named(
    run: Run, trading: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATA_QUERY_TIMEOUT", "soon")
    code, _, err = run(trading, "query", "orders", "--tenant", WAYNE)

    assert (code, err) == (
        1,
        'gata-mcp: GATA_QUERY_TIMEOUT is "soon"; give seconds above 0 and up to 3600, such as 30.\n',
    )
