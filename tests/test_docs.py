"""README and docs: what they tell a reader to type works, and what they name exists."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from demo_home import SLUGS
from own import OwnStar

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# run by .ci/run from a clean checkout, as a reader would
INSTALL_AND_GO = "pip install uv && "
ORDER = {
    "id": 1001,
    "name": "#1001",
    "created_at": "2026-03-01T10:00:00-05:00",
    "updated_at": "2026-03-01T10:00:00-05:00",
    "total_price": "20.00",
    "total_tax": "0.00",
    "currency": "USD",
    "financial_status": "paid",
    "line_items": [{"id": 1, "quantity": 2, "price": "10.00", "title": "Mug", "sku": "M"}],
}


def blocks(language: str, page: str = "README.md") -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def commands_of(page: str, *, demo: bool) -> list[str]:
    """The commands of a page but for those that install: those about the demo's tenants, or all others."""
    commands = [command for block in blocks("sh", page) for command in block.splitlines()]
    return [
        command
        for command in commands
        if not command.startswith(INSTALL_AND_GO) and any(slug in command for slug in SLUGS) == demo
    ]


def run(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command.removeprefix("uv run "))
    assert program == "gata-mcp"
    return subprocess.run(
        [sys.executable, "-P", "-c", "from server.cli import main; main()", *arguments],
        env={**os.environ, "GATA_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_two_commands_come_first() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines()]

    assert commands[0] == "pip install uv && uv run gata-mcp demo"
    assert commands[1] == "pip install uv && uv run pytest"


@pytest.mark.parametrize("page", ["README.md", pytest.param("docs/operations.md", marks=pytest.mark.slow)])
def test_the_commands_for_ones_own_shop_work_in_their_order(tmp_path: Path, page: str) -> None:
    (entry,) = blocks("yaml")
    exports = tmp_path / "exports" / "shopify"
    exports.mkdir(parents=True)
    (exports / "orders.jsonl").write_text(json.dumps(ORDER) + "\n", encoding="utf-8")
    commands = commands_of(page, demo=False)
    if not any(command.endswith("init") for command in commands):
        (tmp_path / "tenants.yml").write_text(entry, encoding="utf-8")
    outputs = {}
    for command in commands:
        ran = run(command, tmp_path)
        assert ran.returncode == 0, (command, ran.stderr)
        outputs[command] = ran.stdout
        if command.endswith("init"):
            (tmp_path / "tenants.yml").write_text(entry, encoding="utf-8")

    (answer,) = [text for command, text in outputs.items() if " query " in command or " lineage " in command]
    assert "20" in answer


def test_the_commands_about_the_demo_work_on_it(demo: Path) -> None:
    for command in commands_of("README.md", demo=True):
        ran = run(command, demo)
        assert ran.returncode == 0, (command, ran.stderr)
        assert ran.stdout


def test_the_starter_file_is_valid_once_its_lines_are_taken_in(tmp_path: Path) -> None:
    assert run("gata-mcp init", tmp_path).returncode == 0
    text = (tmp_path / "tenants.yml").read_text(encoding="utf-8")
    lines = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    taken_in = "\n".join(lines[lines.index("tenants:") : -1])
    (tmp_path / "tenants.yml").write_text(taken_in, encoding="utf-8")

    listed = run("gata-mcp metrics --json", tmp_path)

    assert listed.returncode == 0, listed.stderr
    assert [tenant["tenant"] for tenant in json.loads(listed.stdout)["tenants"]] == ["acme"]


def test_the_client_configuration_is_json_with_a_serve_command() -> None:
    (configuration,) = blocks("json")

    assert json.loads(configuration)["mcpServers"]["gata"]["args"][-1] == "serve"


def test_every_setting_that_the_code_reads_is_in_the_table() -> None:
    code = [path for package in ("server", "ingest", "warehouse") for path in (ROOT / package).rglob("*.py")]
    code.append(ROOT / "warehouse/dbt/profiles.yml")
    read = {name for path in code for name in re.findall(r"GATA_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8"))}

    assert read == set(re.findall(r"^\| `(GATA_[A-Z_]+)`", README, re.MULTILINE))


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CHANGELOG.md",
        "docs/connectors.md",
        "docs/decisions.md",
        "docs/how-it-flows.md",
        "docs/metrics.md",
        "docs/operations.md",
    ],
)
def test_every_file_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:server|ingest|warehouse|docs|models|macros)/[\w/.-]*\w", text))
    linked = {target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target}

    homes = [ROOT, ROOT / "warehouse/dbt", (ROOT / page).parent]
    assert not [name for name in named | linked if not any((home / name).exists() for home in homes)]


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["starter", "docs/operations.md"])
def test_the_example_of_own_metrics_can_be_asked(tmp_path: Path, page: str) -> None:
    if page == "starter":
        assert run("gata-mcp init", tmp_path).returncode == 0
        text = (tmp_path / "metrics.yml").read_text(encoding="utf-8")
        lines = [line[2:] for line in text.splitlines() if line.startswith("# ")]
        example = "\n".join(lines[lines.index("metrics:") : -1])
    else:
        (example,) = blocks("yaml", page)
    star = OwnStar(tmp_path)
    catalog = star.define(example)
    names = [name for name, metric in catalog.metrics.items() if metric.own]

    answer = star.asked.ask(metrics=names, period="2026-03")

    star.asked.close()
    assert catalog.metric_notices == {}
    assert len(names) == example.count("description:")
    assert None not in answer.rows[0]
