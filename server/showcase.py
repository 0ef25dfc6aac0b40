"""`gata-mcp demo`: three tenants from nothing to answered questions, and how to connect a client."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from server.answers import QueryAnswer
from server.desk import Desk
from server.factory import NAME
from warehouse.home import Home


@dataclass(frozen=True)
class Question:
    """A question in words, and as query_metric is asked it."""

    words: str
    tenant: str
    arguments: dict[str, object]


def yesterday() -> date:
    """The last day that is over in every demo tenant's zone."""
    from ingest.demo.companies import COMPANIES

    return min(datetime.now(UTC).astimezone(company.zone).date() for company in COMPANIES) - timedelta(days=1)


def questions(until: date) -> list[Question]:
    """What the demo asks about the months that end with `until`."""
    first = (until.replace(day=1) - timedelta(days=45)).replace(day=1)
    period = f"{first}..{until}"
    return [
        Question(
            "How are Tyrell's net sales and orders developing?",
            "tyrell_corp",
            {"metrics": ["net_sales", "orders", "average_order_value"], "grain": "month", "period": period},
        ),
        Question(
            "What does Wayne sell most of?",
            "wayne_enterprises",
            {"metrics": ["units_sold", "gross_sales"], "group_by": ["product_title"], "period": period, "limit": 5},
        ),
        Question(
            "Where do Stark's customers come from, and how much comes back?",
            "stark_industries",
            {
                "metrics": ["net_sales", "return_rate", "new_customers"],
                "group_by": ["customer_country"],
                "period": period,
                "limit": 5,
            },
        ),
        Question(
            "Which channels bring Tyrell's orders?",
            "tyrell_corp",
            {"metrics": ["total_revenue", "orders"], "group_by": ["channel"], "period": period, "limit": 6},
        ),
        Question(
            "What does Stark spend by channel, and what comes of it?",
            "stark_industries",
            {
                "metrics": ["ad_spend", "attributed_revenue", "roas"],
                "group_by": ["channel"],
                "period": period,
                "where": [{"field": "channel", "value": ["Paid Search", "Paid Shopping", "Paid Social", "Paid Video"]}],
            },
        ),
        Question(
            "And what do Stark's ad platforms claim for themselves?",
            "stark_industries",
            {"metrics": ["ad_spend", "platform_revenue", "platform_roas"], "group_by": ["platform"], "period": period},
        ),
    ]


def answered(desk: Desk, until: date) -> Iterator[tuple[Question, QueryAnswer]]:
    """The demo's questions with their answers; those about metrics that are not offered are passed over."""
    offered: dict[str, set[object]] = {}
    for question in questions(until):
        if question.tenant not in offered:
            offered[question.tenant] = {metric["name"] for metric in desk.list_metrics(question.tenant).metrics}
        metrics = question.arguments["metrics"]
        if isinstance(metrics, list) and offered[question.tenant].issuperset(metrics):
            yield question, desk.query_metric(question.tenant, question.arguments)


def client_configuration(home: Home) -> str:
    """The JSON that Claude Desktop and most other clients take, with absolute paths: hosts start with a bare PATH."""
    command, *arguments = _launch()
    server = {"command": command, "args": [*arguments, "serve"], "env": {"GATA_HOME": str(home.root.resolve())}}
    return json.dumps({"mcpServers": {"gata": server}}, indent=2)


def _launch() -> list[str]:
    beside = Path(sys.executable).with_name(f"{NAME}.exe" if sys.platform == "win32" else NAME)
    started = Path(sys.argv[0])
    for script in (started if started.stem == NAME else beside, beside):
        if script.is_file():
            return [str(script.absolute())]
    project = Path(__file__).parents[1]
    return [shutil.which("uv") or "uv", "run", "--directory", str(project), NAME]
