"""Questions drawn at random: every argument of query_metric, on clocks of all sorts, now and then a wrong one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from reference_calendar import GRAINS, Calendar
from reference_filters import OPS
from reference_metrics import DIMENSIONS, METRICS, carried

Arguments = dict[str, object]


@dataclass(frozen=True)
class Ground:
    """What questions can be about: a zone, days at which something happens, values of dimensions, what is provided."""

    timezone: str
    days: Sequence[date]
    values: dict[str, list[str]]
    provided: set[str]

    @property
    def metrics(self) -> list[str]:
        return [name for name, metric in METRICS.items() if self.provided.issuperset(metric.requires)]


def drawn(random: Random, ground: Ground) -> Arguments:
    """The arguments of a question."""
    arguments = _sound(random, ground)
    if random.random() < 0.06:
        _spoil(random, arguments)
    return arguments


def again(random: Random, ground: Ground, arguments: Arguments, now: datetime) -> tuple[Arguments, datetime]:
    """The same question of other days, on another clock."""
    later = clock(random, ground)
    if arguments.get("period", "all") == "all":
        return arguments, later
    return {**arguments, "period": period(random, ground, _day_of(later, ground))}, later


def clock(random: Random, ground: Ground) -> datetime:
    """An instant: within the data, at its ends, before or after it, often just before or after midnight."""
    day = random.choice(ground.days)
    day += timedelta(days=random.choice([0, 0, 0, 0, -1, 1, 1, 2, 7, 30, 365, -400, 800]))
    at = random.choice([time(0, 0, 1), time(0, 30), time(12), time(23, 59, 59)])
    return datetime.combine(day, at, ZoneInfo(ground.timezone)).astimezone(ZoneInfo("UTC"))


def period(random: Random, ground: Ground, today: date) -> str:
    """Any form of a period, mostly one in which something happens."""
    if random.random() < 0.04:
        return random.choice(["2024-02-29", "2024-02", "2020-W53", "2026-W53", "2024-02-28..2024-03-01", "2020-02-29"])
    calendar = Calendar(ground.timezone, "monday", 1)
    for _ in range(random.choice([1, 4, 8])):
        text = _period(random, ground, today)
        days = calendar.period(text, today).days
        if days and len(ground.days) < 8 * sum(days.first <= day <= days.last for day in ground.days):
            break
    return text


def _period(random: Random, ground: Ground, today: date) -> str:
    day = random.choice([*random.sample(list(ground.days), min(3, len(ground.days))), today])
    unit = random.choice(["week", "month", "quarter", "year"])
    year, week, _ = day.isocalendar()
    other = day + timedelta(days=random.choice([0, 1, 6, 13, 30, 59, 100, 366]))
    forms: list[Callable[[], str]] = [
        lambda: random.choice(["today", "yesterday"]),
        lambda: f"last_{random.choice([1, 2, 7, 28, 30, 90, 365])}_days",
        lambda: f"last_{random.choice([1, 2, 4, 13, 53])}_weeks",
        lambda: f"last_{random.choice([1, 2, 3, 6, 12, 14])}_month{random.choice(['', 's'])}",
        lambda: f"this_{unit}",
        lambda: f"last_{unit}",
        lambda: f"{unit}_to_date",
        lambda: f"{unit}_to_date",
        lambda: f"{day.year}",
        lambda: f"{day.year}-Q{(day.month + 2) // 3}",
        lambda: f"{day.year}-{day.month:02}",
        lambda: f"{year}-W{week:02}",
        lambda: f"{day}",
        lambda: f"{day}..{other}",
        lambda: f"{day}..{other}",
        lambda: f"FY{day.year + random.choice([0, 1])}",
        lambda: f"FY{day.year + random.choice([0, 1])}-Q{random.randint(1, 4)}",
    ]
    return random.choice(forms)()


def _day_of(now: datetime, ground: Ground) -> date:
    return now.astimezone(ZoneInfo(ground.timezone)).date()


def _sound(random: Random, ground: Ground) -> Arguments:
    first = random.choice(ground.metrics)
    dimensions = random.sample(carried((first,)), min(len(carried((first,))), random.choice([0, 0, 1, 1, 1, 2, 2, 3])))
    fields = [*dimensions]
    metrics = [first]
    for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
        other = random.choice(ground.metrics)
        fits = set(dimensions) <= set(carried((*metrics, other)))
        if other not in metrics and (fits or random.random() < 0.02):
            metrics.append(other)
    able = list(carried(tuple(metrics)))
    arguments: Arguments = {"metrics": metrics if len(metrics) > 1 or random.random() < 0.8 else first}
    group_by, grain = list(dimensions), None
    if random.random() < 0.5:
        grain = random.choice(GRAINS) if random.random() < 0.9 else None
        if grain is None or random.random() < 0.5:
            group_by.insert(random.randint(0, len(group_by)), "date")
    if grain:
        arguments["grain"] = grain
    if group_by:
        arguments["group_by"] = group_by
    today = _day_of(clock(random, ground), ground)
    if random.random() < 0.8:
        arguments["period"] = period(random, ground, today)
    if able and random.random() < 0.4:
        arguments["where"] = [_part(random, ground, able) for _ in range(random.choice([1, 1, 1, 2]))]
    is_dated = "date" in group_by or grain is not None
    _steps(random, arguments, metrics, fields, is_dated)
    if random.random() < 0.4:
        columns = [*_figures(arguments, metrics), *fields, *(["date"] if is_dated else [])]
        chosen = random.sample(columns, min(len(columns), random.choice([1, 1, 2])))
        arguments["order_by"] = [f"{random.choice(['', '-'])}{name}" for name in chosen]
    if random.random() < 0.4:
        arguments["limit"] = random.choice([1, 2, 3, 7, 1000, 1000])
    return arguments


def _steps(
    random: Random,
    arguments: Arguments,
    metrics: list[str],
    dimensions: list[str],
    is_dated: bool,
) -> None:
    """The arguments that work on rows which are found."""

    def chance(of: float) -> bool:
        return random.random() < of

    if chance(0.4) and arguments.get("period", "all") != "all":
        arguments["compare"] = random.choice(["previous_period", "previous_year"])
    if chance(0.3):
        arguments["totals"] = True
    additive = all(METRICS[name].additive for name in metrics)
    if chance(0.3) and additive:
        shows = ["share", "running"] if is_dated else ["share"]
        arguments["show"] = random.sample(shows, random.randint(1, len(shows)))
    if chance(0.3) and is_dated:
        arguments["fill_gaps"] = True
    if chance(0.35) and dimensions:
        top: dict[str, object] = {"n": random.choice([1, 1, 2, 3, 5, 100])}
        if random.random() < 0.4:
            top["by"] = random.choice(metrics)
        if len(dimensions) > 1 or random.random() < 0.2:
            top["dimension"] = random.choice(dimensions)
        arguments["top"] = top
    elif chance(0.25):
        arguments["having"] = [_having(random, arguments, metrics) for _ in range(random.choice([1, 1, 2]))]


def _figures(arguments: Arguments, metrics: list[str]) -> list[str]:
    suffixes = ["", *(["__previous", "__change"] if "compare" in arguments else [])]
    show = arguments.get("show", [])
    assert isinstance(show, list)
    return [f"{name}{suffix}" for name in metrics for suffix in [*suffixes, *(f"__{each}" for each in show)]]


def _having(random: Random, arguments: Arguments, metrics: list[str]) -> dict[str, object]:
    if random.random() < 0.2:
        return {"any": [_having(random, {}, metrics) for _ in range(random.choice([1, 2]))]}
    op = random.choice(["eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "is_null", "not_null", None])
    one = random.choice([0, 1, 2, 10, 20, -1, 0.5, "10.00", "0", 19.99, 100, "12345678901.2345"])
    return _condition(random.choice(_figures(arguments, metrics)), op, one, [one, 0, 10])


def _part(random: Random, ground: Ground, able: list[str]) -> dict[str, object]:
    if random.random() < 0.2:
        return {"any": [_filter(random, ground, able) for _ in range(random.choice([1, 2, 3]))]}
    return _filter(random, ground, able)


def _filter(random: Random, ground: Ground, able: list[str]) -> dict[str, object]:
    name = random.choice(able)
    known = ground.values.get(name) or ["nowhere"]
    if random.random() < 0.15:
        known = [*known, "nowhere", "EMAIL", "Us", "'; --"]
    op = random.choice([*OPS, None, "eq", "in", "ne", "ne", "not_in", "not_in", "not_null"])
    one = random.choice(known)
    if op in ("contains", "starts_with"):
        at = random.randint(0, max(0, len(one) - 1))
        one = (one[:2] if op == "starts_with" else one[at : at + 2]) if random.random() < 0.8 else one
        one = random.choice([one, one.upper()])
    return _condition(name, op, one, random.choices(known, k=random.choice([1, 2, 3])))


def _condition(name: str, op: str | None, one: object, several: list[object]) -> dict[str, object]:
    condition: dict[str, object] = {"field": name}
    if op is not None:
        condition["op"] = op
    if op not in ("is_null", "not_null"):
        condition["value"] = several if op in ("in", "not_in") else one
    return condition


def _spoil(random: Random, arguments: Arguments) -> None:
    """One thing wrong, mostly what must be refused."""
    wrong: list[Arguments] = [
        {"metrics": ["revenues"]},
        {"metrics": []},
        {"metrics": ["orders", "orders"]},
        {"group_by": random.sample(DIMENSIONS, 3)},
        {"group_by": ["date", "date"]},
        {"group_by": ["chanel"]},
        {"grain": "hour"},
        {
            "period": random.choice(
                ["2025-02-30", "2025-W53", "last_0_days", "2026-13", "soon", "2026-02-01..2026-01-01"]
            )
        },
        {"where": [{"field": "date", "value": "2026-01-01"}]},
        {"where": [{"field": "channel", "value": None}]},
        {"where": [{"field": "channel", "op": "in", "value": []}]},
        {"where": [{"field": "channel", "op": "is_null", "value": "x"}]},
        {"where": [{"field": "channel", "op": "like", "value": "x"}]},
        {"where": [{"field": "order_status", "value": 1}]},
        {"order_by": ["-nothing"]},
        {"limit": random.choice([0, 1001, -1, True, 1.5])},
        {"filters": []},
        {"compare": "previous_period", "period": "all"},
        {"compare": "last_year"},
        {"having": [{"field": "profit", "op": "gt", "value": 1}]},
        {"having": [{"field": "orders", "op": "gt", "value": "many"}], "metrics": ["orders"]},
        {"top": {"n": 1}, "having": [{"field": "orders", "value": 1}], "metrics": ["orders"], "group_by": ["channel"]},
        {"top": {"n": 1}, "group_by": ["date"]},
        {"top": {"n": 0}, "group_by": ["channel"]},
        {"top": {"n": 1, "by": "profit"}, "group_by": ["channel"]},
        {"top": {"n": 1, "dimension": "refund_reason"}, "group_by": ["channel"]},
        {"top": {"n": 1}, "group_by": ["channel", "campaign_name"]},
        {"show": ["share"], "metrics": ["average_order_value"]},
        {"show": ["share"], "metrics": ["orders", "customers"]},
        {"show": ["running"], "grain": None, "group_by": []},
        {"show": ["rank"]},
        {"fill_gaps": True, "grain": None, "group_by": []},
        {"totals": "yes"},
    ]
    arguments.update(random.choice(wrong))
