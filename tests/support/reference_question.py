"""A question as it is asked, checked by the contract's text: what is wrong in it is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reference_calendar import GRAINS, Calendar, Period, Refused
from reference_filters import Filters, checked, number, text
from reference_metrics import METRICS, carried

ARGUMENTS = {"metrics", "group_by", "grain", "period", "compare", "where", "having", "order_by", "limit", "top"}
ARGUMENTS |= {"totals", "show", "fill_gaps", "snapshot", "explain"}
COMPARES = ("previous_period", "previous_year")


@dataclass(frozen=True)
class Top:
    n: int
    by: str
    dimension: str


@dataclass(frozen=True)
class Question:
    """What is asked; group_by has date where there is a grain."""

    metrics: tuple[str, ...]
    group_by: tuple[str, ...]
    grain: str | None
    period: Period
    compare: str | None
    where: Filters
    having: Filters
    order_by: tuple[tuple[str, bool], ...]
    limit: int
    top: Top | None
    totals: bool
    show: tuple[str, ...]
    fill_gaps: bool

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(name for name in self.group_by if name != "date")

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What follows a metric's name in the names of its columns, in order."""
        compared = ("__previous", "__change") if self.compare else ()
        return ("", *compared, *(f"__{name}" for name in ("share", "running") if name in self.show))

    @property
    def figures(self) -> tuple[str, ...]:
        return tuple(f"{name}{suffix}" for name in self.metrics for suffix in self.suffixes)


def question(given: Mapping[str, object], calendar: Calendar, provided: set[str], today: date) -> Question:
    """The question of query_metric's arguments. provided: what the tenant's sources provide. Raises Refused."""
    if not set(given) <= ARGUMENTS:
        raise Refused("unknown argument")
    metrics = _names(given.get("metrics"), "metrics")
    if not 1 <= len(metrics) <= 10:
        raise Refused("1 to 10 metrics")
    for name in metrics:
        if name not in METRICS or not provided.issuperset(METRICS[name].requires):
            raise Refused(f"unknown metric {name}")
    group_by, grain = _names(given.get("group_by", []), "group_by"), given.get("grain")
    if grain is not None and grain not in GRAINS:
        raise Refused("no such grain")
    if grain is not None and "date" not in group_by:
        group_by = ("date", *group_by)
    if grain is None and "date" in group_by:
        grain = "day"
    where = checked(given.get("where", []), text)
    able = carried(metrics)
    for field in (*(name for name in group_by if name != "date"), *(each.field for part in where for each in part)):
        if field not in able:
            raise Refused(f"not split by {field}")
    period_named = given.get("period", "all")
    if not isinstance(period_named, str):
        raise Refused("a period is a text")
    compare = given.get("compare")
    if compare is not None and (compare not in COMPARES or period_named == "all"):
        raise Refused("no such comparison")
    limit = given.get("limit", 100)
    if type(limit) is not int or not 1 <= limit <= 1000:
        raise Refused("no such limit")
    asked = Question(
        metrics=metrics,
        group_by=group_by,
        grain=None if grain is None else str(grain),
        period=calendar.period(period_named, today),
        compare=None if compare is None else str(compare),
        where=where,
        having=checked(given.get("having", []), number),
        order_by=(),
        limit=limit,
        top=_top(given.get("top"), metrics, group_by),
        totals=_truth(given.get("totals", False)),
        show=_show(given.get("show", []), metrics, group_by),
        fill_gaps=_truth(given.get("fill_gaps", False)),
    )
    if asked.having and asked.top:
        raise Refused("top and having")
    for part in asked.having:
        if any(each.field not in asked.figures or each.op in ("contains", "starts_with") for each in part):
            raise Refused("having something else")
    if asked.fill_gaps and grain is None:
        raise Refused("gaps of no date")
    _truth(given.get("explain", False))
    return Question(**{**vars(asked), "order_by": _order(given.get("order_by", []), asked)})


def _names(given: object, what: str) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise Refused(f"{what} are names")
    if len(set(names)) < len(names):
        raise Refused(f"{what} twice")
    return tuple(names)


def _truth(given: object) -> bool:
    if not isinstance(given, bool):
        raise Refused("true or false")
    return given


def _show(given: object, metrics: tuple[str, ...], group_by: tuple[str, ...]) -> tuple[str, ...]:
    show = _names(given, "show")
    if not set(show) <= {"share", "running"}:
        raise Refused("no such show")
    if show and not all(METRICS[name].additive for name in metrics):
        raise Refused("only what adds up is shown so")
    if "running" in show and "date" not in group_by:
        raise Refused("running over no date")
    return show


def _top(given: object, metrics: tuple[str, ...], group_by: tuple[str, ...]) -> Top | None:
    if given is None:
        return None
    if not isinstance(given, Mapping) or not set(given) <= {"n", "by", "dimension"}:
        raise Refused("top has n, by and dimension")
    n, by, dimension = given.get("n"), given.get("by", metrics[0]), given.get("dimension")
    names = [name for name in group_by if name != "date"]
    if dimension is None and len(names) == 1:
        [dimension] = names
    if type(n) is not int or not 1 <= n <= 1000 or by not in metrics or dimension not in names:
        raise Refused("no such top")
    return Top(n, str(by), str(dimension))


def _order(given: object, asked: Question) -> tuple[tuple[str, bool], ...]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, Sequence) or not all(isinstance(each, str) for each in texts):
        raise Refused("order_by are names")
    default = ["date"] if "date" in asked.group_by else [f"-{asked.metrics[0]}"]
    order: dict[str, bool] = {}
    for each in texts or default:
        name = each.removeprefix("-")
        if name not in (*asked.group_by, *asked.figures):
            raise Refused(f"ordered by {name}")
        order.setdefault(name, name != each)
    return tuple((order | {name: False for name in asked.group_by if name not in order}).items())
