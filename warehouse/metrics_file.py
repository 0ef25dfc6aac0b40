"""metrics.yml → the operator's own metrics, as they are written: their form is checked here, their meaning elsewhere.

One metric at fault never stands in another's way: it is left out, with a sentence that names it, the field and the
remedy.
"""

import hashlib
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from warehouse.catalog import Window
from warehouse.errors import nearest, quoted
from warehouse.mart_meta import Unit
from warehouse.names import is_slug
from warehouse.query import OPS, Op

FILE = "metrics.yml"
WINDOW_FORMS = "28 days, 4 weeks, 3 months, month_to_date (or week, quarter, year, fiscal_quarter, fiscal_year) or all"
_MOST = 10_000
_MERGE = "tag:yaml.org,2002:merge"
_TRAILING = re.compile(r"([1-9][0-9]{0,4}) (day|week|month)s?")
_TO_DATE = re.compile(r"(week|month|quarter|year|fiscal_quarter|fiscal_year)_to_date")


class Fault(Exception):
    """What is wrong with one own metric, with the remedy: one sentence or two, which begin with the file."""

    def __init__(self, metric: str, field: str | None, what: str, remedy: str) -> None:
        at = f", field {field}" if field else ""
        super().__init__(f"{FILE}: metric {_shown(metric)}{at}: {what}. {remedy}.")


def _shown(name: str) -> str:
    return name if is_slug(name) else quoted(name)


def _window(text: object) -> Window:
    words = " ".join(text.split()) if isinstance(text, str) else ""
    if words == "all":
        return Window(unit="all")
    if (match := _TRAILING.fullmatch(words)) and int(match[1]) <= _MOST:
        return Window.model_validate({"unit": match[2], "last": int(match[1])})
    if match := _TO_DATE.fullmatch(words):
        return Window.model_validate({"unit": match[1]})
    raise ValueError(f"give {WINDOW_FORMS}")


def _sentence(text: object) -> object:
    return " ".join(text.split()) if isinstance(text, str) else text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _added(value: object) -> object:
    return {"plus": value} if isinstance(value, str | list) else value


def _conditions(value: object) -> object:
    if isinstance(value, Mapping):
        return [{"field": name, "value": given} for name, given in value.items()]
    return value


Text = Annotated[StrictStr, BeforeValidator(_sentence), Field(min_length=1, max_length=1000)]
Texts = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sum(_Body):
    """Metrics and measures that are added and taken away."""

    plus: Texts = ()
    minus: Texts = ()


class Condition(_Body):
    """One condition on a dimension or column; value: as YAML read it, what it may be hangs on the column."""

    field: StrictStr
    op: Op | None = None
    value: object = None


Where = Annotated[tuple[Condition, ...], BeforeValidator(_conditions)]
Parts = Annotated[Sum, BeforeValidator(_added)]


class Ratio(_Body):
    """One sum, times a whole factor, over another."""

    numerator: Parts
    denominator: Parts
    factor: Annotated[StrictInt, Field(ge=1)] = 1


class Filtered(_Body):
    """A metric of some of its rows."""

    metric: StrictStr
    where: Annotated[Where, Field(min_length=1)]


class OfColumn(_Body):
    """An aggregate of a fact's column: its sum, or the number of its distinct values."""

    fact: StrictStr
    column: StrictStr
    where: Where = ()


class Count(_Body):
    """The number of a fact's rows, of those that have a value where a column is named."""

    fact: StrictStr
    column: StrictStr | None = None
    where: Where = ()


class Cumulative(_Body):
    """A metric added up over the window that ends on a bucket's last day."""

    metric: StrictStr
    window: Annotated[Window, BeforeValidator(_window)]


Formula = Ratio | Sum | Filtered | OfColumn | Count | Cumulative
FormulaType = Literal["ratio", "derived", "filtered", "distinct", "sum", "count", "cumulative"]
TYPES: tuple[FormulaType, ...] = get_args(FormulaType)


class OwnMetric(_Body):
    """One metric of metrics.yml: what people read about it, and exactly one of TYPES.

    tenants: those it is for, None for every one.
    """

    label: Text | None = None
    description: Text
    unit: Unit | None = None
    synonyms: Texts = ()
    note: Text | None = None
    hidden: StrictBool = False
    tenants: Texts | None = None
    ratio: Ratio | None = None
    derived: Parts | None = None
    filtered: Filtered | None = None
    distinct: OfColumn | None = None
    sum: OfColumn | None = None
    count: Count | None = None
    cumulative: Cumulative | None = None

    @property
    def formula(self) -> tuple[FormulaType, Formula]:
        """The type of its formula, and the formula."""
        return next((kind, found) for kind in TYPES if (found := getattr(self, kind)) is not None)


# said once: what each field wants, by its last name
_RULES: dict[str, str] = {
    "label": "Give a text",
    "description": "Say in a sentence what it is",
    "note": "Give a sentence",
    "unit": f"Give one of {', '.join(get_args(Unit))}",
    "synonyms": "Give a list of texts",
    "hidden": "Give true or false",
    "tenants": "Give a list of tenants' slugs",
    "numerator": "Name a metric or measure, a list of them, or {plus: [...], minus: [...]}",
    "denominator": "Name a metric or measure, a list of them, or {plus: [...], minus: [...]}",
    "derived": "Name the metrics that are added: {plus: [...], minus: [...]}",
    "plus": "Name a metric or measure, or a list of them",
    "minus": "Name a metric or measure, or a list of them",
    "factor": "Give a whole number of at least 1",
    "metric": "Name a metric",
    "window": f"Give {WINDOW_FORMS}",
    "fact": "Name a fact, for example order_lines",
    "column": "Name a column of the fact",
    "where": "Give {dimension: value}, {dimension: [values]}, or a list of {field, op, value}",
    "field": "Name a dimension",
    "op": f"Give one of {', '.join(OPS)}",
    "ratio": "Give {numerator: ..., denominator: ...}",
    "filtered": "Give {metric: ..., where: {dimension: value}}",
    "distinct": "Give {fact: ..., column: ...}",
    "sum": "Give {fact: ..., column: ...}",
    "count": "Give {fact: ...}",
    "cumulative": "Give {metric: ..., window: ...}",
}


class _Twice:
    """Stands for the values of a key that is given twice."""

    def __repr__(self) -> str:
        return "twice"


class _Loader(yaml.SafeLoader):
    """SafeLoader that marks a key given twice instead of keeping the last one in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        # before `<<` is merged in, whose keys may well be given anew
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != _MERGE]
        mapping = super().construct_mapping(node, deep)
        return mapping | {key: _Twice() for key in keys if keys.count(key) > 1}


@dataclass(frozen=True)
class MetricsFile:
    """The own metrics that are for one tenant.

    faults: a sentence for each that is not written rightly, by name; under FILE what is wrong with the file itself.
    others: the names of those that are for other tenants alone.
    digest: changes whenever anything of this may; empty where there is no such file.
    """

    metrics: Mapping[str, OwnMetric] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    digest: str = ""

    @staticmethod
    def read(path: Path, tenant: str) -> "MetricsFile":
        """The metrics.yml at `path`, for the tenant of that slug. Nothing about it is raised."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return MetricsFile()
        except OSError:
            return _unusable("it cannot be read; correct its rights", b"unreadable")
        try:
            document = yaml.load(content.decode("utf-8-sig"), _Loader)
        except UnicodeDecodeError:
            return _unusable("it is not UTF-8 text; correct its encoding", content)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            # ValueError: a date such as 2026-02-30
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 1}" if mark else ""
            return _unusable(f"it is not valid YAML{where}: {getattr(error, 'problem', None) or error}", content)
        if document is None:
            return MetricsFile()
        if not isinstance(document, dict) or "metrics" not in document:
            return _unusable("it has no key metrics; write the metrics below metrics:", content)
        entries = document["metrics"] if document["metrics"] is not None else {}
        if not isinstance(entries, dict):
            return _unusable("metrics must hold names with what each is", content)
        return _read(document, {str(name): body for name, body in entries.items()}, tenant)


def _unusable(what: str, content: bytes) -> MetricsFile:
    return MetricsFile(faults={FILE: f"{FILE}: {what.rstrip('.')}."}, digest=_digest(content))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _read(document: Mapping[object, object], entries: Mapping[str, object], tenant: str) -> MetricsFile:
    metrics: dict[str, OwnMetric] = {}
    faults: dict[str, str] = {}
    strange = [str(key) for key in document if key != "metrics"]
    if strange:
        faults[FILE] = f"{FILE}: unknown key {quoted(strange[0])} beside metrics. Leave it out."
    concerned: dict[str, object] = {}
    for name, body in entries.items():
        # what is for others is not looked at: a notice here must not tell of them
        if not _is_for(body, tenant):
            continue
        concerned[name] = body
        try:
            metrics[name] = _own_metric(name, body)
        except Fault as fault:
            faults[name] = str(fault)
    digest = _digest(repr((strange, concerned)).encode())
    return MetricsFile(metrics, faults, frozenset(entries.keys() - concerned.keys()), digest)


def _is_for(body: object, tenant: str) -> bool:
    named = _listed(body.get("tenants")) if isinstance(body, dict) else None
    return not isinstance(named, list) or tenant in named


def _own_metric(name: str, body: object) -> OwnMetric:
    if isinstance(body, _Twice):
        raise Fault(name, None, "it stands twice", "Keep one of them")
    if not isinstance(body, dict):
        raise Fault(name, None, f"it is {quoted(body)}", f"Give description and one of {', '.join(TYPES)}")
    known = list(OwnMetric.model_fields)
    for key in body:
        if key not in known:
            raise _unknown_key(name, [], str(key), known)
    given = [kind for kind in TYPES if body.get(kind) is not None]
    if len(given) != 1:
        what = "it does not say what it is made of" if not given else f"it is {' and '.join(given)} at once"
        raise Fault(name, None, what, f"Give exactly one of {', '.join(TYPES)}")
    try:
        return OwnMetric.model_validate(body)
    except ValidationError as error:
        raise _fault(name, body, error) from error


def _fault(name: str, body: object, error: ValidationError) -> Fault:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"] if isinstance(part, str)]
    # the type is no field of its own: "field numerator" says it all
    at = ".".join(path[1:] if path[0] in TYPES and len(path) > 1 else path)
    last = path[-1]
    if first["type"] == "extra_forbidden":
        return _unknown_key(name, path[:-1], last, _keys_at(path[:-1]))
    if first["type"] == "missing":
        return Fault(name, at, "it is missing", _RULES[last])
    value = first["input"]
    if isinstance(value, _Twice):
        return Fault(name, at, "it stands twice", "Keep one of them")
    if last == "tenants":
        # its value may name others
        return Fault(name, at, "it is no list of slugs", _RULES[last])
    said = "nothing" if value in ("", None, (), []) or value == {} else quoted(value)
    return Fault(name, at, f"it is {said}", _RULES[last])


_BODIES: dict[str, type[_Body]] = {
    "ratio": Ratio,
    "derived": Sum,
    "filtered": Filtered,
    "distinct": OfColumn,
    "sum": OfColumn,
    "count": Count,
    "cumulative": Cumulative,
    "numerator": Sum,
    "denominator": Sum,
    "where": Condition,
}


def _keys_at(path: list[str]) -> Iterable[str]:
    return _BODIES[path[-1]].model_fields


def _unknown_key(name: str, path: list[str], key: str, known: Iterable[str]) -> Fault:
    close = nearest(key, known)
    hint = f"; nearest: {', '.join(close)}" if close else ""
    at = ".".join(path[1:] if len(path) > 1 and path[0] in TYPES else path)
    return Fault(name, at or None, f"unknown key {quoted(key)}{hint}", f"Known are {', '.join(known)}")
