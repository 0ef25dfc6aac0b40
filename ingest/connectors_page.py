"""docs/connectors.md: what each connector reads, from what the registry declares.

`python -m ingest.connectors_page` writes the page after a connector was added or changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ingest.connector import CONNECTORS, Connector, Entity
from ingest.fields import FieldType, listing

# what a source may say of itself in tenants.yml, whatever the vendor calls it
OPTIONS = {
    "shop": "the shop's address (`acme.myshopify.com`)",
    "store_hash": "the store's hash, as in the address of its API",
    "url": "the store's address",
    "account_id": "the advertising account, where its rows do not name it",
    "currency": "the account's currency, where its rows do not name it; else the tenant's",
    "timezone": "the zone in which the vendor cut its days or wrote its stamps, where its rows do not name it",
    "property_id": "the property",
    "project_id": "the project",
}

_INTRODUCTION = """\
# Connectors

<!-- Written by `python -m ingest.connectors_page` from ingest/connectors/; not edited by hand. -->

A source in `tenants.yml` names its connector (by default its own key) and the folder that holds its exports:

```yaml
sources:
  shopify:          {files: ./exports/shopify}
  shopify_eu:       {connector: shopify, api: graphql, files: ./exports/shopify_eu}
  google_analytics: {files: ./exports/ga4, property_id: "123456", measures: [shopify, shopify_eu]}
  google_ads:       {files: ./exports/google_ads, account_id: "1234567890"}
  ecb_rates:        {files: ./exports/ecb}
```

## Files

A file is named after what it holds: `<entity>.jsonl`, `.ndjson` or `.json`, where it says so also `.csv`;
`<entity>-2026-03.jsonl` is a delivery of its own, `<entity>.part1.jsonl` a part of one; `.gz` of each is read too.
JSON may be an array, a bare record, the vendor's own answer (a page, or a page a line) or one record a line. A CSV row
is a record of texts under the names of the heading.

A **record** is known by its id: versions are kept, and the newest counts. A **set** (the rows of a report for one
account and day, or the products of an order) is known by its key and replaced whole: a delivery of a day holds all
rows of that day. A record or row that cannot be right goes to quarantine with its reason, and is counted.

The fields below are the ones that are checked and read; the payload is kept whole, but for personal data.
`name[]` is a list, `name{…}` an object, `a | b` the first that is given.
"""


def connectors_page() -> str:
    """The text of docs/connectors.md."""
    shapes = sorted(CONNECTORS.values(), key=_place)
    return "\n".join(
        [_INTRODUCTION, *_overview(shapes), *_options(shapes), *(line for c in shapes for line in _section(c))]
    )


def _place(connector: Connector) -> tuple[int, str]:
    """Stores first, then traffic, advertising and events, then what answers nothing by itself."""
    order = ("store", "google_analytics", "ads", "events")
    ranks = [order.index(answers) for answers in connector.provides if answers in order]
    return min(ranks, default=len(order)), connector.shape


def _overview(connectors: Iterable[Connector]) -> Iterator[str]:
    yield "## Which there are"
    yield ""
    yield "| connector | in tenants.yml | metrics that need | entities |"
    yield "|---|---|---|---|"
    for connector in connectors:
        entities = ", ".join(entity.name for entity in connector.entities)
        yield f"| {connector.label} | {_setting(connector)} | {', '.join(connector.provides) or '–'} | {entities} |"
    yield ""


def _setting(connector: Connector) -> str:
    if connector.api is None:
        return f"`{connector.name}`"
    default = " (the default)" if connector.is_default else ""
    return f"`{connector.name}`, `api: {connector.api}`{default}"


def _options(connectors: Iterable[Connector]) -> Iterator[str]:
    yield "Options beside `files`, `connector`, `api` and `measures`:"
    yield ""
    yield "| option | of | says |"
    yield "|---|---|---|"
    takers: dict[str, list[str]] = {}
    for connector in connectors:
        for option in connector.options:
            names = takers.setdefault(option, [])
            if connector.name not in names:
                names.append(connector.name)
    for option, says in OPTIONS.items():
        if option in takers:
            yield f"| `{option}` | {', '.join(takers[option])} | {says} |"
    yield ""


def _section(connector: Connector) -> Iterator[str]:
    yield f"## {connector.label}"
    yield ""
    yield f"In tenants.yml: {_setting(connector)}."
    yield ""
    for entity in connector.entities:
        yield from _entity(connector, entity)
    if connector.traps:
        yield "Traps handled:"
        yield ""
        yield from (f"- {trap}" for trap in connector.traps)
        yield ""


def _entity(connector: Connector, entity: Entity) -> Iterator[str]:
    yield f"### {connector.label}: {entity.name}"
    yield ""
    yield f"- **Files**: `{entity.name}.jsonl`, `.json`{', `.csv`' if entity.csv else ''} → `raw.{entity.table}`"
    yield f"- **Feeds**: {_feeds(entity)}"
    yield f"- **Is**: {_identity(entity)}"
    if entity.day:
        yield f"- **Day**: {_day(entity)}"
    currency = _currency(connector, entity)
    if currency:
        yield f"- **Currency**: {currency}"
    needed = "; ".join(f"{_any(item.paths)} ({_types(entity, item.paths)})" for item in entity.required)
    yield f"- **Needs**: {needed}"
    named = {path for item in entity.required for path in item.paths}
    others = [path for path in entity.fields if path not in named and path not in entity.id_optional]
    if others:
        yield f"- **Reads**: `{_tree(others)}`"
    if entity.nulls:
        yield f"- **No value**: {listing(['blank', 'null', *(f'`{text}`' for text in sorted(entity.nulls))])}"
    if entity.children:
        lists = dict.fromkeys(entity.children.values())
        yield f"- **Bulk files**: lines with `__parentId` are put into {listing(f'`{name}`' for name in lists)}"
    yield ""


def _feeds(entity: Entity) -> str:
    inside = [f"{master} (`{place}`)" for master, place in entity.embeds.items()]
    return ", with ".join(
        [f"platform_mm__{entity.feeds}", listing(inside)] if inside else [f"platform_mm__{entity.feeds}"]
    )


def _identity(entity: Entity) -> str:
    if entity.kind == "record":
        newest = f"the newest by `{entity.updated_at}`" if entity.updated_at else "the last delivered"
        said = [f"a record, known by {_joined(entity.ids)}"]
        if entity.id_else:
            said.append(f"where that is missing by {_joined(entity.id_else)}")
        return f"{', '.join(said)}; of its versions {newest} counts"
    key = " and ".join(_any(part) for part in entity.key) if entity.key else _any(entity.parent)
    said = [f"a set per {key}, its rows known by {_joined(entity.ids)}"]
    if entity.id_optional:
        said.append(f"and by what splits them: {', '.join(f'`{path}`' for path in entity.id_optional)}")
    return " ".join(said)


def _day(entity: Entity) -> str:
    form = entity.fields[entity.day[0]]
    zone = "as the vendor cut it" if form is FieldType.DAY else "in the tenant's time zone"
    return f"{_any(entity.day)}, {zone}"


def _currency(connector: Connector, entity: Entity) -> str:
    """Where an entity's currency stands: the required paths, else, of a report, the one nearest to the row's top."""
    paths = [path for item in entity.required if item.type is FieldType.CURRENCY for path in item.paths]
    if not paths and entity.kind == "set" and not entity.parent:
        found = [p for p, leaf in entity.fields.items() if leaf is FieldType.CURRENCY and "[*]" not in p]
        paths = sorted(found, key=lambda path: path.count("."))[:1]
    otherwise = ["the source's `currency`", "the tenant's"] if "currency" in connector.options else []
    if not otherwise:
        return _any(paths)
    if not entity.totals:
        return ""
    return ", else ".join([*([_any(paths)] if paths else []), *otherwise])


def _types(entity: Entity, paths: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(entity.fields[path].value for path in paths))


def _any(paths: Iterable[str]) -> str:
    return " | ".join(f"`{path.replace('[*]', '[]')}`" for path in paths)


def _joined(paths: Iterable[str]) -> str:
    return listing(f"`{path}`" for path in paths)


Tree = dict[str, "Tree"]


def _tree(paths: Iterable[str]) -> str:
    """Paths as one text in which what they share stands once: `line_items[]{id, price}`."""
    root: Tree = {}
    for path in paths:
        node = root
        for step in path.replace("[*]", "[]").split("."):
            node = node.setdefault(step, {})
    return _written(root)


def _written(tree: Mapping[str, Tree]) -> str:
    return ", ".join(f"{name}{{{_written(below)}}}" if below else name for name, below in tree.items())


if __name__ == "__main__":
    page = Path(__file__).parent.parent / "docs" / "connectors.md"
    page.write_text(connectors_page(), encoding="utf-8")
