"""Sets: rows of a report or children of a record, of which the newest delivery of a key counts, whole."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

from oracle_fields import Json, Malformed
from oracle_files import Record
from oracle_records import Delivery

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Member(Generic[T]):
    value: T
    delivery: Delivery


def served(
    found: Iterable[Record],
    key: Callable[[Json], K],
    identity: Callable[[Json], str],
    parse: Callable[[Json], T],
) -> dict[K, list[Member[T]]]:
    """The members of each set, from the newest file that holds any; one id twice in a file: the last of them.

    A set with a bad member leaves an older one in place, and is taken without that member only where none is held.
    key, identity and parse say with Malformed that a row is bad; one without even a key belongs nowhere.
    """
    held: dict[K, list[Member[T]]] = {}
    for _, of_file in groupby(found, key=lambda one: one.file):
        fresh: dict[K, dict[str, Member[T]]] = {}
        bad: set[K] = set()
        for one in of_file:
            if not isinstance(one.value, dict):
                continue
            try:
                home = key(one.value)
            except Malformed:
                continue
            members = fresh.setdefault(home, {})
            try:
                members[identity(one.value)] = Member(parse(one.value), one.delivery)
            except Malformed:
                bad.add(home)
        for home, members in fresh.items():
            if home not in bad or home not in held:
                held[home] = list(members.values())
    return held
