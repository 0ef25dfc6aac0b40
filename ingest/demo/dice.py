"""The demo's chance: one seeded generator for each thing that happens."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Face = TypeVar("Face")


def dice(*parts: object) -> Random:
    """A generator that depends on the parts only: no global state, no salted hash, the same on every machine."""
    return Random("|".join(map(str, parts)))


def weighted(chance: Random, faces: Sequence[tuple[float, Face]]) -> Face:
    """One of the faces, each given with its share of 1; the last takes what is left."""
    roll = chance.random()
    for share, face in faces:
        roll -= share
        if roll < 0:
            return face
    return faces[-1][1]
