"""The files transport: a folder of exports → deliveries, by the names of its files."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from ingest.connector import Connector, Entity
from warehouse.errors import nearest, quoted

_NAME = re.compile(
    r"(?P<entity>[^.\-]+)(?P<suffix>-.*?)?(?:\.part(?P<part>[0-9]+))?\.(?P<extension>jsonl|ndjson|json|csv)(?:\.gz)?",
    re.DOTALL,
)
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Delivery:
    """What came of an entity at one time: one file, or the parts of one in their order.

    name: unique among a folder's deliveries; modified_at: UTC, of the youngest part.
    """

    entity: Entity
    name: str
    paths: tuple[Path, ...]
    modified_at: datetime
    stat_signature: str

    def fingerprint(self) -> str:
        """64 hex digits over the content of all parts; reads them whole. Raises OSError."""
        whole = sha256()
        for path in self.paths:
            part = sha256()
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    part.update(block)
            # a digest a part, so that content moved from one part to the next counts as a change
            whole.update(part.digest())
        return whole.hexdigest()


@dataclass(frozen=True)
class Deliveries:
    """What a folder holds. found: oldest first, as later ones count; notices: a sentence for each file left unread."""

    found: tuple[Delivery, ...]
    notices: tuple[str, ...]


def deliveries(folder: Path, connector: Connector) -> Deliveries:
    """The deliveries in a folder of exports, none of them opened. Hidden files and folders are passed over.

    The stat signature of a delivery is the same as long as name, size, times and inode of its parts are: an equal one
    need not be read again, a different one may still have the same fingerprint. Raises OSError.
    """
    groups: dict[tuple[str, str], list[tuple[int, Path]]] = {}
    entities: dict[str, Entity] = {entity.name: entity for entity in connector.entities}
    notices: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        match = _NAME.fullmatch(path.name)
        if match is None or match["entity"] not in entities:
            notices.append(_unknown(path.name, connector))
        elif match["extension"] == "csv" and not entities[match["entity"]].csv:
            notices.append(
                f"{quoted(path.name)} is not read: {connector.label} publishes JSON; deliver {match['entity']}.jsonl."
            )
        elif match["part"] is None:
            groups[match["entity"], path.name] = [(0, path)]
        else:
            name = f"{match['entity']}{match['suffix'] or ''}.part*"
            groups.setdefault((match["entity"], name), []).append((int(match["part"]), path))
    found = []
    for (entity, name), members in groups.items():
        parts = _parts(name, members, notices)
        stats = [(path, path.stat()) for path in parts]
        youngest = max(stat.st_mtime_ns for _, stat in stats)
        signature = ";".join(
            f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}" for path, stat in stats
        )
        modified_at = datetime.fromtimestamp(youngest // 10**9, UTC).replace(microsecond=youngest % 10**9 // 1000)
        found.append(Delivery(entities[entity], name, tuple(parts), modified_at, signature))
    found.sort(key=lambda delivery: (delivery.modified_at, delivery.name))
    return Deliveries(tuple(found), tuple(notices))


def _parts(name: str, members: list[tuple[int, Path]], notices: list[str]) -> list[Path]:
    """The parts in order; of two with one number the younger, with a notice; a notice for a gap as well."""
    by_number: dict[int, Path] = {}
    for number, path in members:
        other = by_number.get(number)
        if other is None:
            by_number[number] = path
            continue
        older, younger = sorted((other, path), key=lambda part: (part.stat().st_mtime_ns, part.name))
        by_number[number] = younger
        notices.append(f"{quoted(older.name)} is not read: {quoted(younger.name)} is the same part and younger.")
    numbers = sorted(by_number)
    missing = sorted(set(range(min(1, numbers[0]), numbers[-1])) - set(numbers))
    if missing:
        notices.append(f"Of {quoted(name)} part {missing[0]} is missing; the others are read.")
    return [by_number[number] for number in numbers]


def _unknown(name: str, connector: Connector) -> str:
    known = [entity.name for entity in connector.entities]
    close = nearest(re.split(r"[.\-]", name)[0], known, most=1)
    hint = f"did you mean {close[0]}?" if close else f"{connector.label} has {', '.join(known)}."
    return f"{quoted(name)} is not read: it is named after no entity; {hint}"
