"""The command line: gata-mcp."""

import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ingest.runs import Options
from server.answers import Answer, RefreshAnswer, csv_text, json_line
from server.conditions import FORMS, condition
from server.desk import Desk
from server.lean import without_pandas
from server.logs import configure_logging
from server.settings import Settings
from server.worker_client import Event, Workers
from warehouse.errors import BadValueError, ConfigError, GataError, NoSnapshotError, RefreshError
from warehouse.query import DEFAULT_LIMIT, RULES

DONE, FAILED, WRONG_USE = 0, 1, 2
HOST, PORT = "127.0.0.1", 8000

logger = logging.getLogger(__name__)

app = typer.Typer(
    name="gata-mcp",
    help="Governed metrics of shops for an agent: from export files to answers that are right to the cent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

HomeOption = Annotated[
    Path | None, typer.Option("--home", file_okay=False, help="The state folder; GATA_HOME says it too.")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print the tool's structured answer.")]


@app.callback()
def _everywhere(context: typer.Context, home: HomeOption = None) -> None:
    context.obj = home


@app.command()
def demo(
    context: typer.Context,
    home: HomeOption = None,
    scale: Annotated[int, typer.Option(min=1, help="Multiplies the number of orders.")] = 1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of data; yesterday if left out.")
    ] = None,
) -> None:
    """Write three demo tenants, refresh them, and answer questions about them."""
    from ingest.demo import write_demo
    from server.showcase import answered, client_configuration, yesterday
    from server.terminal import context_of, print_table

    settings = _settings(context, home)
    last = until.date() if until is not None else yesterday()
    typer.echo(f"Writing the demo's exports up to {last} below {settings.home.root}", err=True)
    report = write_demo(settings.home, until=last, scale=scale)
    desk = Desk(settings)
    try:
        answers = _refreshed(desk, [tenant.slug for tenant in report.tenants], Options())
        _tell_failures(answers)
        if not all(_succeeded(answer) for answer in answers):
            raise typer.Exit(FAILED)
        for question, answer in answered(desk, last):
            typer.echo(f"\n{question.words}")
            print_table(answer)
            typer.echo(context_of(answer), err=True)
    finally:
        desk.close()
    typer.echo("\nTo ask from Claude Desktop, put this into its configuration (Settings, Developer, Edit Config):\n")
    typer.echo(client_configuration(settings.home))


@app.command()
def serve(
    context: typer.Context,
    home: HomeOption = None,
    tenant: Annotated[list[str] | None, typer.Option(help="Serve this tenant only; may be repeated.")] = None,
    http: Annotated[bool, typer.Option("--http", help="Serve MCP and plain JSON over HTTP.")] = False,
    host: Annotated[str, typer.Option(help="Of --http: 127.0.0.1, ::1 or localhost.")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of --http: 0 takes any free one.")] = PORT,
) -> None:
    """Serve MCP on standard input and output, or over HTTP."""
    from server.factory import create_server

    everything = Desk(_settings(context, home)).served
    for name in tenant or ():
        everything.tenant(name)
    settings = _settings(context, home, tenant)
    if not http:
        if (host, port) != (HOST, PORT):
            raise BadValueError("--host and --port are of --http: give it too.")
        create_server(settings).run()
        return
    # FastAPI is loaded for nobody who speaks stdio
    from server.web import serve_http

    serve_http(create_server(settings, warm=True), host, port, _announce)


@app.command()
def refresh(
    context: typer.Context,
    tenants: Annotated[list[str] | None, typer.Argument(metavar="TENANT...", show_default=False)] = None,
    home: HomeOption = None,
    every: Annotated[bool, typer.Option("--all", help="Every tenant of tenants.yml.")] = False,
    source: Annotated[list[str] | None, typer.Option(help="Read this source only; may be repeated.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Rebuild from all data held.")] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Read every file again, changed or not.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish although a collapse or quarantine limit was hit.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Load new data and publish it."""
    desk = Desk(_settings(context, home))
    try:
        if every == bool(tenants):
            raise BadValueError("Name the tenants to refresh, or give --all.")
        options = Options(sources=tuple(_names(source)), full=full, reload=reload, accept=accept)
        served = desk.served.tenants()
        slugs = list(served) if every else [desk.served.tenant(name).slug for name in tenants or ()]
        for slug in slugs:
            served[slug].check_sources(options.sources)
        answers = _refreshed(desk, list(dict.fromkeys(slugs)), options)
    finally:
        desk.close()
    for answer in answers:
        _say(answer, as_json)
    if not all(_succeeded(answer) for answer in answers):
        raise typer.Exit(FAILED)


@app.command()
def metrics(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Argument(show_default=False)] = None,
    home: HomeOption = None,
    search: Annotated[str | None, typer.Option(help="Words in names, descriptions, synonyms or values.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what can be asked."""
    from server.terminal import print_metrics

    answer = Desk(_settings(context, home)).list_metrics(tenant, search)
    if as_json:
        _say(answer, as_json)
    else:
        print_metrics(answer)


@app.command()
def query(
    context: typer.Context,
    metrics: Annotated[list[str], typer.Argument(metavar="METRIC...", show_default=False)],
    home: HomeOption = None,
    tenant: Annotated[str | None, typer.Option(help="May be left out where there is one.")] = None,
    group_by: Annotated[list[str] | None, typer.Option("--by", "--group-by", help=RULES["group_by"])] = None,
    grain: Annotated[str | None, typer.Option(help=RULES["grain"])] = None,
    period: Annotated[str, typer.Option(help=RULES["period"])] = "all",
    where: Annotated[list[str] | None, typer.Option(help=FORMS)] = None,
    order_by: Annotated[list[str] | None, typer.Option(help=RULES["order_by"])] = None,
    limit: Annotated[int, typer.Option(help=RULES["limit"])] = DEFAULT_LIMIT,
    compare: Annotated[str | None, typer.Option(help=RULES["compare"])] = None,
    having: Annotated[list[str] | None, typer.Option(help="conditions as in --where, on metrics: orders>10")] = None,
    top: Annotated[int | None, typer.Option(help="The n groups with most; the rest becomes one group.")] = None,
    top_by: Annotated[str | None, typer.Option(help="The metric that --top goes by; the first if left out.")] = None,
    top_dimension: Annotated[str | None, typer.Option(help="The dimension that --top ranks, of several.")] = None,
    totals: Annotated[bool, typer.Option("--totals", help="One more row, of everything.")] = False,
    show: Annotated[list[str] | None, typer.Option(help=RULES["show"])] = None,
    fill_gaps: Annotated[bool, typer.Option("--fill-gaps", help="A row for dates without any, too.")] = False,
    snapshot: Annotated[str | None, typer.Option(help=RULES["snapshot"])] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the SQL that was run.")] = False,
    as_json: JsonFlag = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
) -> None:
    """Answer one question."""
    from server.terminal import context_of, print_table

    if as_json and as_csv:
        raise BadValueError("Give --json or --csv, not both.")
    arguments: dict[str, object] = {
        "metrics": _names(metrics),
        "group_by": _names(group_by),
        "period": period,
        "where": [condition(text) for text in where or ()],
        "order_by": _names(order_by),
        "limit": limit,
        "having": [condition(text) for text in having or ()],
        "totals": totals,
        "show": _names(show),
        "fill_gaps": fill_gaps,
        "explain": explain,
    }
    if top is not None or top_by is not None or top_dimension is not None:
        ranked = {"n": top, "by": top_by, "dimension": top_dimension}
        arguments["top"] = {key: value for key, value in ranked.items() if value is not None}
    optional = {"grain": grain, "compare": compare, "snapshot": snapshot}
    arguments |= {key: value for key, value in optional.items() if value is not None}
    answer = Desk(_settings(context, home)).query_metric(tenant, arguments)
    if as_json:
        _say(answer, as_json)
        return
    if as_csv:
        typer.echo(csv_text([column["name"] for column in answer.columns], answer.rows), nl=False)
    else:
        print_table(answer)
    typer.echo(context_of(answer), err=True)
    if answer.sql:
        typer.echo(answer.sql, err=True)


@app.command()
def lineage(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(show_default=False)],
    metric: Annotated[str, typer.Argument(show_default=False)],
    home: HomeOption = None,
    period: Annotated[str, typer.Option(help=RULES["period"])] = "all",
    where: Annotated[list[str] | None, typer.Option(help=FORMS)] = None,
    payloads: Annotated[int, typer.Option(min=0, help="Print so many payloads of each measure.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Lead a number back: rows of the star, model runs, loads, payloads, with counts that agree at each step."""
    from server import tracing

    filters = [condition(text) for text in where or ()]
    found = tracing.lineage(_settings(context, home), tenant, metric, period, filters, payloads)
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        typer.echo(tracing.in_words(found))
        for line in tracing.payloads_in_words(found):
            typer.echo(line)
        for notice in found.notices:
            typer.echo(notice, err=True)
    if not found.agrees:
        raise typer.Exit(FAILED)


@app.command()
def dbt(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(show_default=False)],
    arguments: Annotated[list[str], typer.Argument(metavar="-- run|build|test …", show_default=False)],
    home: HomeOption = None,
) -> None:
    """Run dbt on the shipped project with a tenant's variables."""
    settings = _settings(context, home)
    slug = Desk(settings).served.tenant(tenant).slug

    def show(event: Event) -> None:
        if event["event"] == "output":
            typer.echo(event["text"])

    workers = Workers(settings.worker)
    message = {"op": "dbt", "home": str(settings.home.root), "tenant": slug, "args": arguments}
    try:
        result = workers.answer(message, show)
    finally:
        workers.close()
    if not result["success"]:
        raise typer.Exit(FAILED)


@app.command()
def init(context: typer.Context, home: HomeOption = None) -> None:
    """Write a commented tenants.yml and metrics.yml."""
    from server.starter import write_starter

    settings = _settings(context, home)
    typer.echo(f"Wrote {' and '.join(map(str, write_starter(settings.home)))}")


@app.command()
def doctor(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Argument(show_default=False)] = None,
    home: HomeOption = None,
) -> None:
    """Check the home, tenants.yml, sources, snapshots and locks."""
    from server.doctor import examine

    healthy = True
    for check in examine(_settings(context, home).home, tenant):
        healthy = healthy and check.ok
        typer.echo(f"{'ok      ' if check.ok else 'problem '} {check.what}: {check.says}")
    if not healthy:
        raise typer.Exit(FAILED)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code: 0 done, 1 failed, 2 wrong use."""
    configure_logging("WARNING")
    if arguments is None:
        without_pandas()
    try:
        app(args=None if arguments is None else list(arguments))
    except (ConfigError, NoSnapshotError, RefreshError) as error:
        _leave(error, FAILED)
    except GataError as error:
        _leave(error, WRONG_USE)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        logger.exception("the command failed")
        _leave(error.__class__.__name__, FAILED)
    sys.exit(DONE)


def _leave(why: object, code: int) -> NoReturn:
    typer.echo(f"gata-mcp: {why}", err=True)
    sys.exit(code)


def _settings(context: typer.Context, home: Path | None, tenants: Sequence[str] | None = None) -> Settings:
    return Settings.from_environment(home or context.find_root().obj, tenants)


def _say(answer: Answer, as_json: bool) -> None:
    typer.echo(json_line(answer.structured()) if as_json else f"{answer.text()}\n", nl=False)


def _announce(address: str) -> None:
    typer.echo(f"Serving on {address} (MCP at /mcp, questions at /v1/query, documentation at /docs)", err=True)


def _names(given: Sequence[str] | None) -> list[str]:
    return [name.strip() for text in given or () for name in text.split(",")]


def _refreshed(desk: Desk, slugs: Sequence[str], options: Options) -> list[RefreshAnswer]:
    from server.terminal import follow

    started = [desk.refreshes.start_or_join(slug, options) for slug in slugs]
    follow(desk.refreshes, [refresh for refresh, _ in started])
    return [
        RefreshAnswer.of(desk.refreshes.settle(refresh, options), joined or refresh.elsewhere)
        for refresh, joined in started
    ]


def _succeeded(answer: RefreshAnswer) -> bool:
    return answer.status in ("succeeded", "unchanged")


def _tell_failures(answers: Sequence[RefreshAnswer]) -> None:
    for answer in answers:
        if not _succeeded(answer):
            typer.echo(answer.text(), err=True)


if __name__ == "__main__":
    main()
