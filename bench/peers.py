"""Other semantic layers' own MCP servers over the same gold file, each in an environment of its own."""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult

from bench.questions import Call, Question

# an order is counted by its lines: a join of both facts, the other way, costs either peer more
_BSL_MODELS = '''
import sys

import ibis
from boring_semantic_layer import Dimension, MCPSemanticModel, Measure, to_semantic_table
from ibis import _

gold = ibis.duckdb.connect(sys.argv[1], read_only=True, threads=2)


def model(name, table, columns, day, dimensions, where=None, **measures):
    """Of the columns that are used: BSL takes longer the more a table has."""
    rows = gold.table(table)
    rows = (rows.filter(where) if where is not None else rows).select(*columns)
    fields = {each: Dimension(expr=_[each]) for each in dimensions}
    fields[day] = Dimension(expr=_[day], is_time_dimension=True, smallest_time_grain="TIME_GRAIN_DAY")
    of = to_semantic_table(rows, name=name).with_dimensions(**fields)
    return of.with_measures(**{each: Measure(expr=expr) for each, expr in measures.items()})


orders = model(
    "orders", "fct_orders",
    ["order_date", "channel", "customer_country", "total_amount", "is_attributed_to_paid"],
    "order_date", ["channel", "customer_country"], _.is_counted,
    revenue=_.total_amount.sum(), attributed=_.total_amount.sum(where=_.is_attributed_to_paid),
)
lines = model(
    "lines", "fct_order_lines", ["order_date", "product_title", "order_key", "gross_amount", "discount_amount"],
    "order_date", ["product_title"], _.is_counted,
    gross_sales=_.gross_amount.sum(), discounts=_.discount_amount.sum(), number=_.order_key.nunique(),
).with_measures(order_value=lambda t: (t.gross_sales - t.discounts) / t.number)
ads = model("ads", "fct_ad_performance", ["ad_date", "channel", "spend_amount"], "ad_date", ["channel"],
            spend=_.spend_amount.sum())
sold, advertised = (gold.table(table).select("channel") for table in ("fct_orders", "fct_ad_performance"))
channels = (
    to_semantic_table(sold.union(advertised, distinct=True), name="channels")
    .with_dimensions(channel=Dimension(expr=_.channel))
    .join_many(orders, on=lambda left, right: left.channel == right.channel)
    .join_many(ads, on=lambda left, right: left.channel == right.channel)
    .with_measures(roas=lambda t: t["orders.attributed"] / t["ads.spend"].nullif(0))
)
MCPSemanticModel({"orders": orders, "lines": lines, "channels": channels}).run(transport="stdio", show_banner=False)
'''
_SIDEMANTIC_MODELS = """
models:
  - name: orders
    table: fct_orders
    primary_key: order_key
    dimensions:
      - {name: order_date, type: time, granularity: day, sql: order_date}
      - {name: channel, type: categorical, sql: channel}
      - {name: customer_country, type: categorical, sql: customer_country}
    metrics:
      - {name: revenue, agg: sum, sql: total_amount, filters: [is_counted]}
      - {name: attributed, agg: sum, sql: total_amount, filters: [is_counted, is_attributed_to_paid]}
  - name: lines
    table: fct_order_lines
    primary_key: order_line_key
    dimensions:
      - {name: order_date, type: time, granularity: day, sql: order_date}
      - {name: product_title, type: categorical, sql: product_title}
    metrics:
      - {name: gross_sales, agg: sum, sql: gross_amount, filters: [is_counted]}
      - {name: discounts, agg: sum, sql: discount_amount, filters: [is_counted]}
      - {name: number, agg: count_distinct, sql: order_key, filters: [is_counted]}
      - {name: order_value, type: derived, sql: "(gross_sales - discounts) / number"}
  - name: ads
    table: fct_ad_performance
    primary_key: ad_performance_key
    dimensions:
      - {name: ad_date, type: time, granularity: day, sql: ad_date}
      - {name: channel, type: categorical, sql: channel}
    metrics:
      - {name: spend, agg: sum, sql: spend_amount}
  - name: channels
    sql: select channel from fct_orders union select channel from fct_ad_performance
    primary_key: channel
    dimensions:
      - {name: channel, type: categorical, sql: channel}
    relationships:
      - {name: orders, type: one_to_many, foreign_key: channel}
      - {name: ads, type: one_to_many, foreign_key: channel}
metrics:
  - {name: roas, type: ratio, numerator: orders.attributed, denominator: ads.spend}
"""


@dataclass(frozen=True)
class Peer:
    """A semantic layer with an MCP server of its own.

    requirements: what is installed for it. models: the text of its model file, called models_name. command: from its
    environment's folder of programs, its folder of models and a gold file to the command that serves them on stdio.
    tool: the tool that answers questions; calls: a question's calls of it, records: the rows of one result.
    """

    name: str
    requirements: Sequence[str]
    models_name: str
    models: str
    command: Callable[[Path, Path, Path], Sequence[str]]
    tool: str
    calls: Callable[[Question], Sequence[Call]]
    records: Callable[[str], list[dict[str, Any]]]

    def install(self, folder: Path) -> "InstalledPeer":
        """Make an environment and write the models below `folder`; raises RuntimeError where that fails."""
        environment, models = folder / self.name / "environment", folder / self.name / "models"
        models.mkdir(parents=True)
        (models / self.models_name).write_text(self.models, encoding="utf-8")
        _run("uv", "venv", "--quiet", str(environment))
        # the same DuckDB for all: its versions differ in speed
        pinned = [*self.requirements, f"duckdb=={duckdb.__version__}"]
        _run("uv", "pip", "install", "--quiet", "--python", str(environment), *pinned)
        programs = environment / ("Scripts" if (environment / "Scripts").is_dir() else "bin")
        return InstalledPeer(self, programs, models)


@dataclass(frozen=True)
class InstalledPeer:
    """A peer that can be started."""

    peer: Peer
    programs: Path
    models: Path

    def server(self, gold: Path) -> StdioServerParameters:
        """Its server over a gold file."""
        command, *arguments = self.peer.command(self.programs, self.models, gold)
        return StdioServerParameters(command=command, args=arguments, cwd=self.models)

    def rows(self, results: Sequence[CallToolResult]) -> list[tuple[object, ...]]:
        """The rows of a question's results; of several, the values of each are paired by the rows' first cell."""
        found = [[tuple(record.values()) for record in self.peer.records(_text(result))] for result in results]
        if len(found) == 1:
            return found[0]
        now, before = ({row[0]: row[1:] for row in rows} for rows in found)
        width = max((len(values) for values in (*now.values(), *before.values())), default=0)
        nothing = (None,) * width
        return [
            (
                key,
                *(cell for pair in zip(now.get(key, nothing), before.get(key, nothing), strict=True) for cell in pair),
            )
            for key in dict.fromkeys([*now, *before])
        ]


def _text(result: CallToolResult) -> str:
    return str(getattr(result.content[0], "text", ""))


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(str(error)) from error
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it says nothing")


def _bsl_records(text: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(text)["records"]
    return records


def _sidemantic_records(text: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(text)["rows"]
    return rows


PEERS = (
    Peer(
        name="BSL",
        requirements=("boring-semantic-layer[mcp]==0.3.18", "fastmcp", "ibis-framework[duckdb]>=11,<12"),
        models_name="models.py",
        models=_BSL_MODELS,
        command=lambda programs, models, gold: [str(programs / "python"), str(models / "models.py"), str(gold)],
        tool="query_model",
        # a chart is made where it is not declined
        calls=lambda question: [{**call, "get_chart": False} for call in question.bsl],
        records=_bsl_records,
    ),
    Peer(
        name="sidemantic",
        requirements=("sidemantic[mcp]==0.13.0",),
        models_name="models.yml",
        models=_SIDEMANTIC_MODELS,
        command=lambda programs, models, gold: [
            str(programs / "sidemantic"), "server", "mcp", str(models),
            "--connection", f"duckdb:///{gold}?read_only=true", "--init-sql", "set threads = 2",
        ],
        tool="run_query",
        calls=lambda question: question.sidemantic,
        records=_sidemantic_records,
    ),
)  # fmt: skip
