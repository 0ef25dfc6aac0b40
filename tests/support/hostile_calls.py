"""Tool calls that nobody means well: right questions with something wrong in them, nonsense of every type and size."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Call = tuple[str, dict[str, Any]]

LARGE = 10_000_000
# what a caller may have heard of and must not get at
NEIGHBOUR = "tyrell_corp"
NEIGHBOURS_NAME = "Tyrell Corporation"

_TEXTS = [
    "",
    " ",
    "null",
    "None",
    "true",
    "NaN",
    "-Infinity",
    "0",
    "-1",
    "1e400",
    "١٢",
    "{",
    "[]",
    "{}",
    '["orders"]',
    '["orders", "orders"]',
    '{"field": "channel", "value": "x"}',
    '[{"field": "channel", "op": "in", "value": ["x", null]}]',
    '"orders"',
    '{"any": []}',
    "'; drop table fct_orders; --",
    "x' or '1'='1",
    "\"; attach '/etc/passwd' as x; --",
    "orders union select * from duckdb_tables()",
    "pragma database_list",
    "$1",
    "@@p1@@",
    "@@p{}@@",
    "{{ var('tenant') }}",
    "${HOME}",
    "%s%n{0}{x.__class__}",
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows",
    "C:\\",
    "file:///etc/passwd",
    "a\x00b",
    "\x00",
    "\x1b[31mred\x07",
    "a\r\nb\tc",
    "\x85\u2028\u2029",
    "\ufeff\ufffe\uffff",
    "\u202egnp.exe",
    "\ud800",
    "x\udfffy",
    "é",
    "e\u0301",
    "Z̷̢͕a̸l̶g̵o̷",
    "👩‍👩‍👧‍👦",
    "ｏｒｄｅｒｓ",
    "оrders",
    "ORDERS",
    "orders ",
    " orders",
    "orders\n",
    "-orders",
    "--orders",
    "orders__previous",
    "orders__change__change",
    "__class__",
    "constructor",
    "is__rest",
    "__f_channel",
    "order_key",
    "fct_orders",
    "_dlt_load_id",
    "person_key",
    NEIGHBOUR,
    NEIGHBOURS_NAME,
    f"wayne_enterprises/../{NEIGHBOUR}",
    f"WAYNE_ENTERPRISES,{NEIGHBOUR}",
    "0001-01-01..9999-12-31",
    "9999-W53",
    "0000",
    "9999-12-31",
    "FY9999-Q4",
    "FY0001",
    "last_99999999999999999999_days",
    "last_3650000_days",
    "last_-1_days",
    "2026-02-30",
    "2026-10-31..2026-10-01",
    "20260401T060000Z-abcdef",
    "20260401T060000Z-abcdef/../..",
]
_NUMBERS: list[Any] = [
    0,
    -1,
    1,
    3,
    1000,
    1001,
    2**31,
    2**63,
    2**64,
    -(2**63) - 1,
    10**400,
    0.1,
    -0.0,
    1.5,
    1e308,
    5e-324,
    float("nan"),
    float("inf"),
    float("-inf"),
    True,
    False,
    None,
]
_KEYS = ["field", "op", "value", "any", "n", "by", "dimension", "x", "", "a\x00b", "__proto__"]
_OPS = [
    "eq",
    "ne",
    "in",
    "not_in",
    "gt",
    "gte",
    "lt",
    "lte",
    "contains",
    "starts_with",
    "is_null",
    "not_null",
    "like",
    "=",
    "EQ",
    "",
    None,
]

ADDITIVE = {"orders", "total_revenue", "net_sales", "units_sold", "returns"}
TOGETHER = [
    ["orders"],
    ["orders"],
    ["total_revenue", "orders"],
    ["units_sold"],
    ["customers", "median_order_value"],
    ["returns"],
    ["average_order_value"],
    ["net_sales"],
]
METRICS = sorted({name for names in TOGETHER for name in names})
GROUPS = [[], [], ["channel"], ["source_name"], ["customer_country", "date"], ["product_title"]]
DIMENSIONS = ["channel", "source_name", "customer_country", "order_status", "date", "product_title", "refund_reason"]
_VALUES = ["shopify", "woocommerce", "woo", "Germany", "germany", "Unattributed", "Mug", "paid", "USD"]
_PERIODS = [
    "all",
    "today",
    "last_30_days",
    "this_year",
    "last_month",
    "2026",
    "2026-03",
    "2026-Q1",
    "2026-W10",
    "FY2026",
    "year_to_date",
    "2026-01-01..2026-03-31",
]
_GRAINS = ["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
_WORDS = ["sales", "aov", "country", "Germany", "how many customers", "revenu"]

LIST_ARGUMENTS = ("tenant", "search")
QUERY_ARGUMENTS = (
    "metrics",
    "tenant",
    "group_by",
    "grain",
    "period",
    "where",
    "order_by",
    "limit",
    "compare",
    "having",
    "top",
    "totals",
    "show",
    "fill_gaps",
    "snapshot",
    "explain",
)


def calls(seed: int, number: int, tenant: str) -> Iterator[Call]:
    """So many calls of the three tools; one of refresh_tenant always has something that must be refused.

    A client sends NaN and infinity as null.
    """
    random = Random(seed)
    for _ in range(number):
        kind = random.random()
        if kind < 0.1:
            yield "list_metrics", _listing(random, tenant)
        elif kind < 0.2:
            yield "refresh_tenant", _refusable(random, tenant)
        else:
            yield "query_metric", _spoiled(random, question(random, tenant))


def large_calls() -> Iterator[Call]:
    """Every argument with ten million characters, a list of a million entries, and lists in lists."""
    deep: Any = "x"
    for _ in range(100):
        deep = [deep]
    large: list[Any] = ["x" * LARGE, "\u202e" * (LARGE // 3), ["x" * 8] * (LARGE // 10), {"x" * LARGE: 1}, deep]
    large += [[{"field": "channel", "value": "x" * LARGE}], {"any": [{"field": "x" * LARGE}]}, 10**4000]
    for value in large:
        for name in QUERY_ARGUMENTS:
            yield "query_metric", {"metrics": ["orders"]} | {name: value}
        for name in LIST_ARGUMENTS:
            yield "list_metrics", {name: value}
        for name in ("tenant", "sources", "full", "wait_seconds"):
            yield "refresh_tenant", {"tenant": NEIGHBOUR} | {name: value}
    yield "query_metric", {"metrics": ["orders"], "x" * LARGE: 1}
    yield "query_metric", {"metrics": ["orders"], **{f"x{at}": at for at in range(100_000)}}


def question(random: Random, tenant: str) -> dict[str, Any]:
    """A question that is mostly right."""
    # few shapes, as each is compiled once
    metrics = random.choice(TOGETHER)
    group_by = random.choice(GROUPS)
    asked: dict[str, Any] = {"metrics": list(metrics), "group_by": list(group_by), "period": random.choice(_PERIODS)}
    drawn: dict[str, Callable[[], Any]] = {
        "tenant": lambda: tenant,
        "where": lambda: [_filter(random) for _ in range(random.randint(1, 2))],
        "order_by": lambda: [random.choice(["", "-"]) + random.choice(metrics + group_by)],
        "limit": lambda: random.randint(1, 1000),
        "totals": lambda: True,
        "explain": lambda: True,
    }
    if random.random() < 0.3:
        asked["grain"] = random.choice(_GRAINS)
        drawn["fill_gaps"] = lambda: True
    if asked["period"] != "all":
        drawn["compare"] = lambda: random.choice(["previous_period", "previous_year"])
    if set(metrics) <= ADDITIVE:
        drawn["show"] = lambda: ["share", "running"] if "grain" in asked else "share"
    if len(group_by) == 1 and random.random() < 0.5:
        drawn["top"] = lambda: {"n": random.randint(1, 5)}
    else:
        drawn["having"] = lambda: [{"field": metrics[0], "op": random.choice(_OPS[:8]), "value": 1.5}]
    for name, draw in drawn.items():
        if random.random() < 0.2:
            asked[name] = draw()
    return asked


def nonsense(random: Random, depth: int = 3) -> Any:
    """A value of any type."""
    kind = random.random()
    if kind < 0.45 or depth == 0:
        return _text(random)
    if kind < 0.65:
        return random.choice(_NUMBERS)
    if kind < 0.85:
        many = random.choice([0, 1, 2, 2, 3, 11, 60, 300])
        first = nonsense(random, depth - 1)
        return [first if random.random() < 0.5 else nonsense(random, 0) for _ in range(many)]
    return {random.choice(_KEYS): nonsense(random, depth - 1) for _ in range(random.randint(0, 4))}


def _text(random: Random) -> str:
    kind = random.random()
    if kind < 0.7:
        return random.choice(_TEXTS)
    if kind < 0.8:
        return "".join(chr(random.randrange(0x110000)) for _ in range(random.randint(1, 12)))
    if kind < 0.9:
        return random.choice(_TEXTS or [""])[:5] * random.choice([1, 50, 5000])
    return random.choice([*METRICS, *DIMENSIONS, *_VALUES, *_PERIODS])


def _filter(random: Random) -> dict[str, Any]:
    value = random.choice([random.choice(_VALUES), random.sample(_VALUES, 2), _text(random)])
    one: dict[str, Any] = {
        "field": random.choice(DIMENSIONS[:4] if random.random() < 0.9 else DIMENSIONS),
        "value": value,
    }
    if isinstance(value, str) and random.random() < 0.6:
        one["op"] = random.choice(["eq", "ne", "contains", *(_OPS if random.random() < 0.1 else ())])
    return {"any": [one, one]} if random.random() < 0.2 else one


def _spoiled(random: Random, asked: dict[str, Any]) -> dict[str, Any]:
    for _ in range(random.choice([0, 0, 0, 1, 1, 1, 1, 2, 5])):
        kind = random.random()
        if kind < 0.7:
            asked[random.choice(QUERY_ARGUMENTS)] = nonsense(random)
        elif kind < 0.85:
            asked[_text(random)] = nonsense(random, 1)
        else:
            asked.pop(random.choice([*asked, ""]), None)
    return asked


def _listing(random: Random, tenant: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"search": random.choice(_WORDS)} if random.random() < 0.5 else {}
    if random.random() < 0.5:
        asked["tenant"] = tenant
    if random.random() < 0.8:
        asked[random.choice([*LIST_ARGUMENTS, _text(random)])] = nonsense(random)
    return asked


def _refusable(random: Random, tenant: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"tenant": tenant, "wait_seconds": 0}
    asked[random.choice(["full", "sources", "wait_seconds", _text(random)])] = nonsense(random)
    # whatever else there is, this is wrong
    bad: list[dict[str, Any]] = [
        {"tenant": NEIGHBOUR},
        {"tenant": f" {tenant}"},
        {"tenant": random.choice([0, [tenant], {"a": 1}, True])},
        {"sources": ["bigcommerc"]},
        {"sources": random.choice([5, {"a": 1}, [[]], [None], ["a\x00b"]])},
        {"full": random.choice(["maybe", 2, [], {}])},
        {"wait_seconds": random.choice([50.1, -1, "soon", "NaN", True, [], 10**400])},
        {"wait": 1},
    ]
    return asked | random.choice(bad)
