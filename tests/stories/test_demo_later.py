"""The demo again, two weeks later: what was told of November is told again, and the totals follow it."""

import json
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from compared import Compared
from demo_home import SLUGS, gata_mcp

# two demos one after the other
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LATER = "2026-12-06"


@pytest.fixture(scope="module")
def later(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's home, extended."""
    root = tmp_path_factory.mktemp("later") / "home"
    shutil.copytree(demo, root)
    ran = gata_mcp("demo", "--home", str(root), "--until", LATER, timeout=600)
    assert ran.returncode == 0, ran.stderr
    return root


@pytest.mark.parametrize("slug", SLUGS)
def test_restated_late_and_new_records_come_to_what_was_simulated(later: Path, slug: str) -> None:
    tenant = Compared(later, slug)
    expected: dict[str, Any] = json.loads((later / "exports" / slug / "expected.json").read_text(encoding="utf-8"))
    advertising, sessions, attribution = (expected[name] for name in ("advertising", "sessions", "attribution"))

    assert expected["until"] == LATER
    for metric, figure in expected["totals"].items():
        assert tenant.ask(metric).get((), Decimal(0)) == Decimal(figure), metric
    assert tenant.ask("attributed_revenue")[()] == Decimal(attribution["attributed_revenue"])
    for metric in ("ad_spend", "clicks", "platform_conversions", "platform_revenue"):
        assert tenant.ask(metric, (), "day") == of(advertising["by_day"], metric), metric
        assert tenant.ask(metric, ("channel",)) == of(advertising["by_channel"], metric), metric
    for metric in ("sessions", "engaged_sessions"):
        assert tenant.ask(metric, (), "day") == of(sessions["by_day"], metric), metric
    events = {day: {"events": count} for day, count in expected["events"]["by_day"].items()}
    assert tenant.ask("events", (), "day") == of(events, "events")


def of(figures: Mapping[str, Mapping[str, Any]], metric: str) -> dict[tuple[object, ...], Decimal]:
    """A metric's figures by group, zeros left out."""
    told = {(key,): Decimal(held[metric]) for key, held in figures.items()}
    return {key: figure for key, figure in told.items() if figure}
