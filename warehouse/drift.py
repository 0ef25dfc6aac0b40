"""What has changed in the form of an entity's payloads: a verdict for each JSON path, and the sentence that tells it.

Nothing is judged on little: a path is gone only where at least ENOUGH records lack it, its object being there, and of
at least as many earlier ones nearly all had it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from warehouse.payload_paths import ANY_KEY, NULL, OBJECT, Paths, PathSeen, parent

ENOUGH = 20  # records
USUAL = 0.95  # the share of the earlier records above which a path that is gone is missed
COMMON = 0.5  # the share of the records from which a new path, or a new type, is told of
ALIKE = 0.1  # how far the shares of a path and of its new name may lie apart
NAMED = 3  # paths that a sentence names of one change

PathVerdict = Literal["required", "optional", "new", "gone", "retyped"]
ChangeKind = Literal["gone", "renamed", "retyped", "new", "capped", "unknown status"]


@dataclass(frozen=True)
class Change:
    """One change of a form. was, now: shares, types or names in words; is_read: whether the star rests on the path."""

    kind: ChangeKind
    path: str
    was: str = ""
    now: str = ""
    is_read: bool = False


@dataclass(frozen=True)
class Judgement:
    """verdicts: of every path seen now, and of those gone; changes: what is different since the load before."""

    verdicts: Mapping[str, PathVerdict]
    changes: Sequence[Change]


def judge(
    now: Paths,
    earlier: Sequence[Paths],
    gone: Collection[str],
    required: Collection[str],
    read: Collection[str],
) -> Judgement:
    """Compare the paths of a load with those of earlier ones.

    earlier: newest first; without any, nothing has changed. gone: the paths that the load before judged so. required:
    paths without which a record is bad; read: those that the star rests on.
    """
    verdicts: dict[str, PathVerdict] = {path: "required" if path in required else "optional" for path in now.seen}
    known = set().union(*(paths.seen for paths in earlier), gone)
    lost: dict[str, tuple[PathSeen, PathSeen]] = {}
    found: dict[str, PathSeen] = {}
    changes = []
    for path in sorted(known | set(now.seen)) if earlier else ():
        if ANY_KEY in path.replace("[*]", "").split("."):
            continue  # somebody's own keys come and go
        recent, before = _pooled(path, now, earlier)
        if path in gone and not now.at(path).filled:
            verdicts[path] = "gone"
        elif path not in known:
            # a list that was always empty is not new because it has members
            if recent.holders >= ENOUGH <= before.holders and not path.endswith("[*]"):
                verdicts[path] = "new"
                if recent.share >= COMMON:
                    found[path] = recent
        elif recent.holders < ENOUGH or before.holders < ENOUGH:
            continue
        elif not recent.filled and before.filled >= USUAL * before.holders:
            verdicts[path] = "gone"
            lost[path] = before, recent
        elif strange := _strange(recent, before):
            verdicts[path] = "retyped"
            changes.append(Change("retyped", path, _usual(before), strange, path in read))
    names = _renamed(lost, found)
    changes += [
        Change("renamed", path, _share(lost[path][0]), name, path in read) for path, name in sorted(names.items())
    ]
    changes += [
        Change("gone", path, _share(before), f"none of {recent.holders:,}", path in read)
        for path, (before, recent) in lost.items()
        if path not in names
    ]
    changes += [
        Change("new", path, "", _share(seen))
        for path, seen in found.items()
        if path not in names.values() and parent(path) not in found
    ]
    if now.capped and earlier and not any(paths.capped for paths in earlier):
        changes.append(Change("capped", "", "", f"{now.capped:,}"))
    return Judgement(verdicts, changes)


def sentence(source_name: str, entity: str, changes: Iterable[Change]) -> str:
    """All changes of one entity in a sentence or two."""
    by_kind: dict[str, list[Change]] = {}
    for change in sorted(changes, key=lambda change: (not change.is_read, change.path)):
        by_kind.setdefault(change.kind, []).append(change)
    parts = []
    for kind, one, many in (("gone", "is gone", "are gone"), ("new", "is new", "are new")):
        if held := by_kind.get(kind):
            parts.append(f"{_listed([change.path for change in held])} {one if len(held) == 1 else many}")
    for change in by_kind.get("renamed", ())[:NAMED]:
        parts.append(f"{change.path} is now called {change.now}")
    for change in by_kind.get("retyped", ())[:NAMED]:
        parts.append(f"{change.path} is {_a(change.now)} and was {_a(change.was)}")
    more = sum(max(len(by_kind.get(kind, ())) - NAMED, 0) for kind in ("renamed", "retyped"))
    if more:
        parts.append(f"{more} more have another name or type")
    if capped := by_kind.get("capped"):
        parts.append(f"its records have more paths than are kept, the {capped[0].now} rarest are not watched")
    told = f"{source_name}: the form of {entity} has changed: {_and(parts)}."
    relied = [change.path for kind in by_kind for change in by_kind[kind] if change.is_read]
    return f"{told} The star reads {_listed(relied)}: check what rests on it." if relied else told


def _pooled(path: str, now: Paths, earlier: Sequence[Paths]) -> tuple[PathSeen, PathSeen]:
    """The newest loads that hold enough records to judge a path by, and the earlier ones."""
    recent = [now.at(path)]
    rest = list(earlier)
    while rest and sum(seen.holders for seen in recent) < ENOUGH:
        recent.append(rest.pop(0).at(path))
    return _sum(recent), _sum(paths.at(path) for paths in rest)


def _sum(parts: Iterable[PathSeen]) -> PathSeen:
    holders, seen, types = 0, 0, Counter[str]()
    for part in parts:
        holders, seen = holders + part.holders, seen + part.seen
        types.update(part.types)
    return PathSeen(holders, seen, types)


def _strange(recent: PathSeen, before: PathSeen) -> str | None:
    """The type that most values now have, where none had it before."""
    if min(recent.filled, before.filled) < ENOUGH:
        return None
    unknown = {kind: count for kind, count in recent.types.items() if kind != NULL and kind not in before.types}
    return max(unknown, key=lambda kind: unknown[kind]) if sum(unknown.values()) >= COMMON * recent.filled else None


def _usual(seen: PathSeen) -> str:
    return max((kind for kind in seen.types if kind != NULL), key=lambda kind: (seen.types[kind], kind))


def _renamed(lost: Mapping[str, tuple[PathSeen, PathSeen]], found: Mapping[str, PathSeen]) -> dict[str, str]:
    """Old names → new ones: below the same object, of the same type, in about as many records; never a guess of two."""
    fitting = [
        (old, new)
        for old, (before, _) in lost.items()
        for new, seen in found.items()
        if parent(old) == parent(new)
        and {*before.types} - {NULL} == {*seen.types} - {NULL}
        and abs(before.share - seen.share) <= ALIKE
    ]
    olds, news = Counter(old for old, _ in fitting), Counter(new for _, new in fitting)
    return {old: new for old, new in fitting if olds[old] == news[new] == 1}


def _a(kind: str) -> str:
    return f"an {kind}" if kind == OBJECT else f"a {kind}"


def _share(seen: PathSeen) -> str:
    # never 100 % where one lacks it
    percent = int(100 * seen.share)
    return f"all of {seen.holders:,}" if seen.seen == seen.holders else f"{percent} % of {seen.holders:,}"


def _listed(paths: Sequence[str]) -> str:
    named = list(paths[:NAMED])
    return _and([*named, f"{len(paths) - NAMED} more"] if len(paths) > NAMED else named)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
