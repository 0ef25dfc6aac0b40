"""The JSON paths of payloads: which stand in how many records, and with which types."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

MAX_PATHS = 1_000  # of one entity; what stands in the fewest records is left out
MAX_DEPTH = 16
MAX_MEMBERS = 50  # of a list; the members after those are taken to be like them
MAX_KEYS = 60  # of an object over all records; beyond that its rare keys are names of somebody's own
RARE = 0.2  # the share of records up to which such a key is rare

ROOT = "$"
ANY_KEY = "*"
NULL, OBJECT, LIST = "null", "object", "list"
_TYPES = {str: "text", int: "number", float: "number", bool: "boolean", type(None): NULL}
# numbers, days, digests and uuids: keys that name a thing and not a field
_ID_KEY = re.compile(r"\d+|\d{4}-\d\d-\d\d.*|(?=.*\d)[0-9a-f]{12,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)

# the records that have a path with whatever type: one record may have it with two, in two members of a list
_ANY = ""

_Found = set[tuple[str, str]]


@dataclass(frozen=True)
class PathSeen:
    """One path in a sample. holders: the records that have the object it belongs to; seen: those of them that have it;
    types: in how many records it has which type."""

    holders: int
    seen: int
    types: Mapping[str, int]

    @property
    def filled(self) -> int:
        """At least so many records give it a value other than null."""
        return max((count for kind, count in self.types.items() if kind != NULL), default=0)

    @property
    def share(self) -> float:
        return self.seen / self.holders if self.holders else 0.0


@dataclass(frozen=True)
class Paths:
    """The paths of one sample, lists as `[*]` and free keys as `*`; capped: how many rare ones were left out."""

    records: int
    seen: Mapping[str, PathSeen]
    capped: int = 0

    def at(self, path: str) -> PathSeen:
        """What was seen of a path, be it nothing."""
        if path in self.seen:
            return self.seen[path]
        above = parent(path)
        if above == ROOT:
            return PathSeen(self.records, 0, {})
        held = self.seen[above].types if above in self.seen else {}
        return PathSeen(held.get(LIST if path.endswith("[*]") else OBJECT, 0), 0, {})


def parent(path: str) -> str:
    """The path of the object that a path belongs to; that of a list's members is the list's own."""
    if path.endswith("[*]"):
        return path.removesuffix("[*]")
    return path.rpartition('."' if path.endswith('"') else ".")[0] or ROOT


def paths_of(payloads: Iterable[str]) -> Paths:
    """The paths of JSON objects, each counted once a record.

    Keys that are ids, and the rare keys of an object that has very many, count as one key `*`.
    """
    documents = [msgspec.json.decode(payload) for payload in payloads]
    free: set[str] = set()
    counted = _count(documents, free)
    while wide := _wide(counted):
        free |= wide
        counted = _count(documents, free)
    # a parent stands in no fewer records than what is below it, and its name is shorter
    ranked = sorted(counted, key=lambda path: (-counted[path][_ANY], len(path), path))
    seen = {}
    for path in sorted(ranked[:MAX_PATHS]):
        above = parent(path)
        holders = len(documents) if above == ROOT else counted[above][LIST if path.endswith("[*]") else OBJECT]
        types = {kind: count for kind, count in sorted(counted[path].items()) if kind != _ANY}
        seen[path] = PathSeen(holders, counted[path][_ANY], types)
    return Paths(len(documents), seen, max(len(ranked) - MAX_PATHS, 0))


def _count(documents: Iterable[object], free: set[str]) -> dict[str, Counter[str]]:
    records, pairs = Counter[str](), Counter[tuple[str, str]]()
    below: dict[tuple[str, str], str] = {}
    for document in documents:
        found: _Found = set()
        if type(document) is dict:
            _object(document, ROOT, 0, found, below, free)
        pairs.update(found)
        records.update({path for path, _ in found})
    counted = {path: Counter({_ANY: count}) for path, count in records.items()}
    for (path, kind), count in pairs.items():
        counted[path][kind] = count
    return counted


def _object(
    value: dict[str, object], path: str, depth: int, found: _Found, below: dict[tuple[str, str], str], free: set[str]
) -> None:
    for key, member in value.items():
        child = below.get((path, key))
        if child is None:
            child = below[path, key] = _child(path, key, free)
        _value(member, child, depth + 1, found, below, free)


def _value(
    value: object, path: str, depth: int, found: _Found, below: dict[tuple[str, str], str], free: set[str]
) -> None:
    if type(value) is dict:
        found.add((path, OBJECT))
        if depth < MAX_DEPTH:
            _object(value, path, depth, found, below, free)
    elif type(value) is list:
        found.add((path, LIST))
        if depth < MAX_DEPTH:
            for member in value[:MAX_MEMBERS]:
                _value(member, f"{path}[*]", depth + 1, found, below, free)
    else:
        found.add((path, _TYPES[type(value)]))


def _child(path: str, key: str, free: set[str]) -> str:
    name = _join(path, f'"{key}"' if "." in key or "[" in key else key)
    return _join(path, ANY_KEY) if name in free or _ID_KEY.fullmatch(key) else name


def _join(path: str, key: str) -> str:
    return key if path == ROOT else f"{path}.{key}"


def _wide(counted: Mapping[str, Counter[str]]) -> set[str]:
    """The rare keys of objects that have too many different ones."""
    children: dict[str, list[str]] = {}
    for path in counted:
        if not path.endswith("[*]"):
            children.setdefault(parent(path), []).append(path)
    wide: set[str] = set()
    for above, names in children.items():
        if len(names) > MAX_KEYS and above != ROOT:
            most = RARE * counted[above][OBJECT]
            wide |= {name for name in names if counted[name][_ANY] < most and not name.endswith(f".{ANY_KEY}")}
    return wide
