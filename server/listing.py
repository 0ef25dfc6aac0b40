"""list_metrics: what can be asked, from the catalogs of the served tenants."""

import re
from collections.abc import Iterable

from server.answers import MetricsAnswer
from server.served import NO_TENANTS, Served
from server.snapshots import Snapshots
from warehouse.catalog import Catalog, Dimension, Metric
from warehouse.errors import NoSnapshotError, nearest, quoted
from warehouse.tenants import Tenant

SHOWN_VALUES = 12

_Entry = dict[str, object]


def list_metrics(served: Served, snapshots: Snapshots, tenant: str | None, search: str | None) -> MetricsAnswer:
    """The tenants served (or the one asked for), and what can be asked where that is just one.

    Raises CallerError on a tenant that is not served.
    """
    tenants = list(served.tenants().values()) if tenant is None else [served.tenant(tenant)]
    if not tenants:
        return MetricsAnswer(tenants=[], metrics=[], dimension_sets={}, dimensions=[], notices=[NO_TENANTS])
    entries: list[_Entry] = []
    notices: list[str] = []
    catalog: Catalog | None = None
    for one in tenants:
        try:
            with snapshots.current(one.slug) as snapshot:
                catalog = snapshot.catalog
                entries.append(_tenant(one, catalog))
        except NoSnapshotError as error:
            entries.append(_tenant(one, None))
            notices.append(f"{one.slug}: {error}")
    if len(tenants) > 1:
        notices.append("Several tenants are served: call list_metrics with one of them to see its metrics.")
        catalog = None
    if catalog is None:
        return MetricsAnswer(tenants=entries, metrics=[], dimension_sets={}, dimensions=[], notices=notices)
    metrics, dimensions = _found(catalog, search)
    if search and not metrics and not dimensions:
        names = [*catalog.listed(), *catalog.dimensions]
        close = nearest(search, names)
        hint = f" Nearest: {', '.join(close)}." if close else ""
        notices.append(f"Nothing matches {quoted(search)}.{hint} Call list_metrics without search to see everything.")
    sets = dict.fromkeys(metric.dimension_set for metric in metrics.values())
    return MetricsAnswer(
        tenants=entries,
        metrics=[_metric(name, metric) for name, metric in metrics.items()],
        dimension_sets={key: list(catalog.dimension_sets[key]) for key in sets},
        dimensions=[_dimension(name, dimension) for name, dimension in dimensions.items()],
        notices=[*notices, *catalog.notices],
    )


def _tenant(tenant: Tenant, catalog: Catalog | None) -> _Entry:
    through = None
    if catalog is not None:
        # a source of exchange rates alone answers nothing
        sources = [source for source in catalog.sources if source.provides]
        through = {source.name: source.data_through and source.data_through.isoformat() for source in sources}
    return {
        "tenant": tenant.slug,
        "name": tenant.name,
        "currency": tenant.currency,
        "timezone": tenant.timezone,
        "refreshed_at": catalog and catalog.refreshed_at.isoformat().replace("+00:00", "Z"),
        "data_through": through,
    }


def _metric(name: str, metric: Metric) -> _Entry:
    return {
        "name": name,
        "label": metric.label,
        "description": metric.description,
        "unit": metric.unit,
        "type": metric.type,
        "date": metric.day,
        "additive": metric.additive,
        "dimensions": metric.dimension_set,
    }


def _dimension(name: str, dimension: Dimension) -> _Entry:
    entry: _Entry = {
        "name": name,
        "label": dimension.label,
        "description": dimension.description,
        "type": dimension.type,
    }
    if dimension.values is not None:
        entry["values"] = [value.value for value in dimension.values[:SHOWN_VALUES]]
        if len(dimension.values) > SHOWN_VALUES:
            entry["more_values"] = len(dimension.values) - SHOWN_VALUES
    return entry


def _found(catalog: Catalog, search: str | None) -> tuple[dict[str, Metric], dict[str, Dimension]]:
    """What a search names; without one, everything.

    A dimension that matches brings the metrics that it splits where no metric matches by itself, and the metrics
    that match bring their dimensions where none does.
    """
    metrics = catalog.listed()
    carried = {dimension for name in metrics for dimension in catalog.dimensions_of(name)}
    dimensions = {name: one for name, one in catalog.dimensions.items() if name in carried}
    words = _words(search or "")
    if not words:
        return metrics, dimensions
    for every in (True, False):
        some_metrics = {name: one for name, one in metrics.items() if _matches(words, _said(name, one), every)}
        some_dimensions = {name: one for name, one in dimensions.items() if _matches(words, _told(name, one), every)}
        if some_metrics or some_dimensions:
            break
    if some_dimensions and not some_metrics:
        some_metrics = {
            name: one for name, one in metrics.items() if set(some_dimensions) & set(catalog.dimensions_of(name))
        }
    if some_metrics and not some_dimensions:
        carried = {dimension for name in some_metrics for dimension in catalog.dimensions_of(name)}
        some_dimensions = {name: one for name, one in dimensions.items() if name in carried}
    return some_metrics, some_dimensions


def _said(name: str, metric: Metric) -> str:
    return _joined([name, metric.label, metric.description, *metric.synonyms])


def _told(name: str, dimension: Dimension) -> str:
    values = [value.value for value in dimension.values or ()]
    return _joined([name, dimension.label, dimension.description, *dimension.synonyms, *values])


def _joined(texts: Iterable[str]) -> str:
    return " ".join(" ".join(_words(text)) for text in texts)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _matches(words: list[str], said: str, every: bool) -> bool:
    hits = [word in said for word in words]
    return all(hits) if every else any(hits)
