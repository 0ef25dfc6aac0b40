"""Country names as GA4 writes them; the table beside this file holds the codes that tests use."""

import csv
from functools import cache
from pathlib import Path

from oracle_fields import Json, text


@cache
def names() -> dict[str, str]:
    with Path(__file__).with_name("countries.csv").open(encoding="utf-8", newline="") as table:
        return {row["code"]: row["name"] for row in csv.DictReader(table)}


def country_name(said: str | None) -> str | None:
    """A two-letter code as the name that it stands for; anything else as it came."""
    return names().get(said.strip().upper(), said) if said else None


def country(*addresses: Json, code: str) -> str | None:
    """The country of the first address that names one, by its two-letter code, else by the name it gives."""
    for address in addresses:
        said = text(address, code) or text(address, "country")
        if said:
            return country_name(said)
    return None
