import subprocess
import sys
from datetime import UTC, datetime

import pytest
from gold import THREE_STORES, three_stores
from published import publish

from server.desk import Desk
from server.settings import Settings
from warehouse.errors import UnknownNameError
from warehouse.home import Home

WAYNE = "wayne_enterprises"


def test_after_the_warm_up_a_question_loads_nothing_more(trading: Home) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from server.desk import Desk\n"
        "from server.settings import Settings\n"
        "from warehouse.home import Home\n"
        f"desk = Desk(Settings(Home(Path({str(trading.root)!r}))))\n"
        "desk.warm()\n"
        "before = set(sys.modules)\n"
        f"desk.query_metric({WAYNE!r}, {{'metrics': ['net_sales', 'orders'], 'grain': 'month'}})\n"
        "print(sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_warm_up_without_anything_published_does_no_harm(home: Home) -> None:
    Desk(Settings(home)).warm()


def test_a_repeated_question_is_answered_from_memory_until_the_tenants_day_is_over(trading: Home) -> None:
    # New York is four hours behind: the tenant's day changes at 04:00 UTC
    clock = [datetime(2026, 4, 2, 3, 30, tzinfo=UTC)]
    desk = Desk(Settings(trading), now=lambda: clock[0])
    question = {"metrics": ["orders"], "period": "last_month"}
    first = desk.query_metric(WAYNE, question)
    clock[0] = datetime(2026, 4, 2, 3, 59, tzinfo=UTC)
    same_day = desk.query_metric(WAYNE, question)
    clock[0] = datetime(2026, 4, 2, 4, 0, tzinfo=UTC)
    next_day = desk.query_metric(WAYNE, question)

    assert same_day is first
    assert next_day is not first
    assert next_day.rows == first.rows


def test_what_is_remembered_is_of_one_snapshot_only(trading: Home) -> None:
    desk = Desk(Settings(trading))
    before = desk.query_metric(WAYNE, {"metrics": ["orders"]})
    publish(trading, WAYNE, {}, THREE_STORES)

    assert desk.query_metric(WAYNE, {"metrics": ["orders"]}).snapshot != before.snapshot


def test_an_earlier_snapshot_is_asked_by_its_id_for_as_long_as_it_is_kept(home: Home) -> None:
    first = publish(home, WAYNE, three_stores(), THREE_STORES).id
    desk = Desk(Settings(home))
    before = desk.query_metric(WAYNE, {"metrics": "orders"})
    publish(home, WAYNE, {}, THREE_STORES)

    assert desk.query_metric(WAYNE, {"metrics": "orders"}).rows == [[0]]
    again = desk.query_metric(WAYNE, {"metrics": "orders", "snapshot": first})
    assert (again.rows, again.snapshot) == (before.rows, first)
    with pytest.raises(UnknownNameError, match='Unknown snapshot "20260101T000000Z-000000"'):
        desk.query_metric(WAYNE, {"metrics": "orders", "snapshot": "20260101T000000Z-000000"})
    desk.close()


def test_half_a_surrogate_pair_is_refused_as_any_unknown_name(trading: Home) -> None:
    with pytest.raises(UnknownNameError, match='Unknown metric "�"'):
        Desk(Settings(trading)).query_metric(WAYNE, {"metrics": "\ud800"})
