"""Names: slugs, relation names, quoting."""

import re

SLUG = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
SLUG_RULE = "lower-case letters, digits and single underscores, beginning with a letter, at most 40 characters"
RAW_SCHEMA = "raw"
GOLD_SCHEMA = "gold"


def is_slug(text: str) -> bool:
    """Whether `text` may name a tenant or a source."""
    return len(text) <= 40 and SLUG.match(text) is not None


def normalised(text: str) -> str:
    """What a database would make of a name: two names that meet here would share tables."""
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")


def raw_table(connector: str, entity: str) -> str:
    """The raw table of a connector's entity, e.g. shopify__orders."""
    return f"{connector}__{entity}"


def quote(identifier: str) -> str:
    """A SQL identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'
