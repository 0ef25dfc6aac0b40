"""list_metrics: what can be asked, from the catalogs of the served tenants.

The overview is read by a model before every question, so it is kept small: it leaves out what says nothing new
(LEFT_OUT), says of each description its first sentence, and shows as many values as fit. A search shows all of what
it finds.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from server.answers import MetricsAnswer
from server.search import Found, search_catalog
from server.served import NO_TENANTS, Served
from server.snapshots import Snapshots
from warehouse.catalog import Catalog, Dimension, Metric
from warehouse.errors import NoSnapshotError, quoted
from warehouse.likeness import words_of
from warehouse.tenants import Tenant

MOST_BYTES = 6 * 1024  # of either half of the overview
MOST_TENANTS = 50
SHORT_LIST = 8
FEW = 3
FOUND_VALUES = 30
FOUND_METRICS = 12
LEFT_OUT = (
    "Without unit a metric is in currency, without type it adds up unless it is a / b, without date it falls on the "
    "day of what it counts, each part of a formula on its own. search shows all."
)
_TOLD = 3
_ADDS_UP = frozenset({"sum", "count", "derived"})
_FORMULA = re.compile(r" [/+−×] ")
_SENTENCE_END = re.compile(r"(?<=\w\w|\w\))\.\s+(?=[^a-z])")
_SAYS_NOTHING = frozenset(words_of("a an the of by"))

_Entry = dict[str, object]


def list_metrics(served: Served, snapshots: Snapshots, tenant: str | None, search: str | None) -> MetricsAnswer:
    """The tenants served (or the one asked for), and what can be asked where that is just one.

    Raises CallerError on a tenant that is not served.
    """
    tenants = list(served.tenants().values()) if tenant is None else [served.tenant(tenant)]
    if not tenants:
        return _answer([], notices=[NO_TENANTS])
    if len(tenants) > 1:
        return _several(tenants, snapshots, search or "")
    [one] = tenants
    try:
        with snapshots.current(one.slug) as snapshot:
            catalog = snapshot.catalog
    except NoSnapshotError as error:
        return _answer([_tenant(one, None)], notices=[f"{one.slug}: {error}"])
    entry = _tenant(one, catalog)
    return _found(entry, catalog, search) if words_of(search or "") else _overview(entry, catalog)


def _several(tenants: Sequence[Tenant], snapshots: Snapshots, search: str) -> MetricsAnswer:
    """The tenants alone, those that a search names where it names some; their days stand in each one's own listing."""
    wanted = set(words_of(search))
    named = [one for one in tenants if wanted & {*words_of(one.slug), *words_of(one.name)}] or tenants
    entries = []
    for one in named[:MOST_TENANTS]:
        entry = _tenant(one, snapshots.catalog(one.slug))
        del entry["data_through"]
        entries.append(entry)
    notices = ["Several tenants are served: call list_metrics with one of them to see its metrics."]
    if len(named) > MOST_TENANTS:
        notices.append(f"{len(named) - MOST_TENANTS} more tenants are served: search finds them by name.")
    if empty := [str(entry["tenant"]) for entry in entries if entry["refreshed_at"] is None]:
        notices.append(f"Nothing has been published yet for {_listed(empty)}: refresh them first (refresh_tenant).")
    return _answer(entries, notices=notices)


def _overview(entry: _Entry, catalog: Catalog) -> MetricsAnswer:
    metrics = catalog.listed()
    carried = Counter(dimension for name in metrics for dimension in catalog.dimensions_of(name))
    dimensions = {name: one for name, one in catalog.dimensions.items() if name in carried}
    answer = _answer(
        [entry],
        [_short_metric(name, one, catalog) for name, one in metrics.items()],
        _sets(catalog, metrics.values()),
        [_short_dimension(name, one) for name, one in dimensions.items()],
        [*_wrong_metrics(catalog), *_data_notices(catalog)],
    )
    values = {name: [value.value for value in one.values or ()] for name, one in dimensions.items()}
    room = MOST_BYTES - max(map(_size, answer.halves()))
    shown = _values_that_fit(values, carried, _days(catalog), room)
    return answer.model_copy(
        update={"dimensions": [{**one, **shown.get(str(one["name"]), {})} for one in answer.dimensions]}
    )


def _values_that_fit(
    values: Mapping[str, Sequence[str]], carried: Counter[str], sources: Iterable[str], room: int
) -> dict[str, _Entry]:
    """The values shown of each dimension, as long as there is room (bytes): of short lists all, of others the first
    few; what costs least a metric first, long lists that few metrics have last."""
    # a source, and mostly its connector too, stands in data_through
    lists = {name: given for name, given in values.items() if not _all_begin(given, sources)}
    most_carried = max(carried.values(), default=0)

    def sizes(name: str) -> tuple[int, ...]:
        return (SHORT_LIST, FEW) if len(lists[name]) <= SHORT_LIST else (FEW,)

    def entry(name: str, most: int) -> _Entry:
        return _shown(list(lists[name][:most]), len(lists[name]))

    def rank(name: str) -> tuple[bool, float]:
        number = carried[name]
        seldom = number * 2 < most_carried
        return seldom and len(lists[name]) > SHORT_LIST, _size(entry(name, sizes(name)[0])) / number

    shown: dict[str, _Entry] = {}
    for name in sorted(lists, key=rank):
        for most in sizes(name):
            # a comma, and no braces
            cost = _size(entry(name, most)) - 1
            if cost <= room and name not in shown:
                shown[name] = entry(name, most)
                room -= cost
    return shown


def _all_begin(values: Iterable[str], sources: Iterable[str]) -> bool:
    """Whether each of the values is the beginning of a source's name."""
    return all(any(source.startswith(value) for source in sources) for value in values)


def _size(part: object) -> int:
    text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode())


def _found(entry: _Entry, catalog: Catalog, search: str | None) -> MetricsAnswer:
    found = search_catalog(catalog, search or "")
    # those that merely have the dimensions found are named in short
    whole: Callable[..., _Entry] = _whole_metric if found.metrics_match else _short_metric
    metrics = dict(list(found.metrics.items())[: FOUND_METRICS if found.metrics_match else None])
    dimensions = [_whole_dimension(name, one, found.values[name]) for name, one in found.dimensions.items()]
    return _answer(
        [entry],
        [whole(name, one, catalog) for name, one in metrics.items()],
        _sets(catalog, metrics.values()),
        dimensions,
        [*_search_notices(catalog, search or "", found), *_wrong_metrics(catalog)],
    )


def _search_notices(catalog: Catalog, search: str, found: Found) -> list[str]:
    told = []
    if lacking := [name for name in catalog.not_offered if set(words_of(search)) <= set(words_of(name))]:
        told.append(f"Not offered for want of a source: {_listed(lacking)}.")
    if not found.metrics and not found.dimensions:
        told.append(f"Nothing matches {quoted(search)}. Call list_metrics without search to see everything.")
    elif not found.exact:
        told.append(f"Nothing matches {quoted(search)}: these are the nearest.")
    if found.metrics_match and len(found.metrics) > FOUND_METRICS:
        told.append(f"{len(found.metrics) - FOUND_METRICS} more metrics match: search for more words.")
    return told


def _wrong_metrics(catalog: Catalog) -> list[str]:
    wrong = list(catalog.metric_notices.values())
    more = len(wrong) - _TOLD
    return [*wrong[:_TOLD], f"{more} more of metrics.yml cannot be used."] if more > 0 else wrong


def _data_notices(catalog: Catalog) -> list[str]:
    # each stands with the answers that its source is in
    number = len(catalog.notices)
    return [f"{number} notice{'' if number == 1 else 's'} on the data: see the answers."] if number else []


def _answer(
    tenants: list[_Entry],
    metrics: Sequence[_Entry] = (),
    sets: Mapping[str, list[str]] | None = None,
    dimensions: Sequence[_Entry] = (),
    notices: Sequence[str] = (),
) -> MetricsAnswer:
    return MetricsAnswer(
        tenants=tenants,
        metrics=list(metrics),
        dimension_sets=dict(sets or {}),
        dimensions=list(dimensions),
        notices=list(notices),
    )


def _tenant(tenant: Tenant, catalog: Catalog | None) -> _Entry:
    return {
        "tenant": tenant.slug,
        "name": tenant.name,
        "currency": tenant.currency,
        "timezone": tenant.timezone,
        "refreshed_at": catalog and catalog.refreshed_at.isoformat().replace("+00:00", "Z"),
        "data_through": catalog and _days(catalog),
    }


def _days(catalog: Catalog) -> dict[str, str | None]:
    # a source of exchange rates alone answers nothing
    sources = [source for source in catalog.sources if source.provides]
    return {source.name: source.data_through.isoformat() if source.data_through else None for source in sources}


def _sets(catalog: Catalog, metrics: Iterable[Metric]) -> dict[str, list[str]]:
    used = {metric.dimension_set for metric in metrics}
    return {_set_id(key, catalog): list(names) for key, names in catalog.dimension_sets.items() if key in used}


def _set_id(key: str, catalog: Catalog) -> str:
    """A short id, the same whichever metrics are shown: the initials of the catalog's own, numbered where they meet."""
    initials = {each: "".join(word[0] for word in each.split("_")) for each in catalog.dimension_sets}
    alike = [each for each, short in initials.items() if short == initials[key]]
    return f"{initials[key]}{alike.index(key) + 1}" if len(alike) > 1 else initials[key]


def _short_metric(name: str, metric: Metric, catalog: Catalog) -> _Entry:
    entry: _Entry = {"name": name}
    definition = first_sentence(metric.description)
    if not _repeats(metric.label, name) and not _FORMULA.search(definition):
        entry["label"] = metric.label
    entry["description"] = definition
    if metric.unit != "currency":
        entry["unit"] = metric.unit
    if metric.type != "ratio" if " / " in definition else metric.type not in _ADDS_UP:
        entry["type"] = metric.type
    if metric.additive != (metric.type in _ADDS_UP):
        entry["additive"] = metric.additive
    days = {catalog.facts[fact].day for fact in metric.facts}
    if metric.day not in ({"own days"} if len(days) > 1 else days):
        entry["date"] = metric.day
    entry["dimensions"] = _set_id(metric.dimension_set, catalog)
    return entry


def _whole_metric(name: str, metric: Metric, catalog: Catalog) -> _Entry:
    return {
        "name": name,
        "label": metric.label,
        "description": metric.description,
        "unit": metric.unit,
        "type": metric.type,
        "date": metric.day,
        "additive": metric.additive,
        "dimensions": _set_id(metric.dimension_set, catalog),
        "synonyms": list(metric.synonyms),
    }


def _short_dimension(name: str, dimension: Dimension) -> _Entry:
    entry: _Entry = {"name": name}
    if not _repeats(dimension.label, name):
        entry["label"] = dimension.label
    definition = first_sentence(dimension.description)
    if not _repeats(definition, name):
        entry["description"] = definition
    return entry


def _whole_dimension(name: str, dimension: Dimension, first: Sequence[str]) -> _Entry:
    entry: _Entry = {
        "name": name,
        "label": dimension.label,
        "description": dimension.description,
        "type": dimension.type,
        "synonyms": list(dimension.synonyms),
    }
    if dimension.values is None:
        return entry
    values = list(dict.fromkeys([*first, *(value.value for value in dimension.values)]))
    return entry | _shown(values[:FOUND_VALUES], len(values))


def _shown(values: list[str], number: int) -> _Entry:
    more = number - len(values)
    return {"values": values, "more": more} if more else {"values": values}


def first_sentence(description: str) -> str:
    """The first sentence of a description, without its full stop: what is meant, before the finer points."""
    return _SENTENCE_END.split(description, maxsplit=1)[0].removesuffix(".")


def _repeats(text: str, name: str) -> bool:
    """Whether a text says no more than the name does."""
    return set(words_of(text)) - _SAYS_NOTHING <= set(words_of(name))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _TOLD
    return f"{', '.join(names[:_TOLD])} and {more} more" if more > 0 else ", ".join(names)
