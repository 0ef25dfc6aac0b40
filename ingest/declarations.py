"""What the dbt project must know of the connectors: its source definitions and which shapes feed which master model.

`python -m ingest.declarations` writes both files into the project after a connector was added or changed.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from ingest.connector import CONNECTORS, Connector, Entity

_NOTE = "Written by `python -m ingest.declarations` from ingest/connectors/; not edited by hand."


def project_files() -> dict[Path, str]:
    """The generated files of the dbt project, each with the text that the registry gives it."""
    folder = Path(str(files("warehouse") / "dbt"))
    return {
        folder / "models/master/sources.yml": sources_yaml(),
        folder / "macros/declarations.sql": declarations_sql(),
    }


def sources_yaml() -> str:
    """The raw tables as dbt sources."""
    lines = [
        f"# {_NOTE}",
        "version: 2",
        "",
        "sources:",
        "  - name: raw",
        "    description: What dlt loads. Versions of records, and of sets, are appended and never changed.",
        "    database: wh",
        "    schema: raw",
        "    tables:",
    ]
    for connector, entity in _entities():
        grain = "member of a version of a set" if entity.kind == "set" else "version of a record"
        lines.append(f"      - name: {entity.table}")
        lines.append(f"        description: {connector.label}, {entity.name}. One row per {grain}.")
    lines += [
        "      - name: _sets",
        "        description: Which load holds the newest version of a set. One row per version of a set.",
    ]
    return "\n".join(lines) + "\n"


def declarations_sql() -> str:
    """A macro that says for each master model which raw tables feed it, and in which records it stands inside."""
    masters: dict[str, tuple[list[str], list[str]]] = {}
    for connector, entity in _entities():
        records, _ = masters.setdefault(entity.feeds, ([], []))
        records.append(
            f"{{'connector': '{connector.name}', 'shape': '{connector.shape}', 'entity': '{entity.name}', "
            f"'kind': '{entity.kind}'}}"
        )
        for master, place in entity.embeds.items():
            _, inside = masters.setdefault(master, ([], []))
            inside.append(f"{{'connector': '{connector.name}', 'shape': '{connector.shape}', 'list': '{place}'}}")
    lines = [f"{{# {_NOTE} #}}", "{% macro declarations() %}", "  {{ return({"]
    for master, (records, inside) in sorted(masters.items()):
        lines.append(f"    '{master}': {{")
        lines += ["      'records': [", *(f"        {record}," for record in records), "      ],"]
        lines += ["      'inside': [", *(f"        {place}," for place in inside), "      ],"]
        lines.append("    },")
    lines += ["  }) }}", "{% endmacro %}"]
    return "\n".join(lines) + "\n"


def _entities() -> Iterator[tuple[Connector, Entity]]:
    for shape in sorted(CONNECTORS):
        for entity in CONNECTORS[shape].entities:
            yield CONNECTORS[shape], entity


if __name__ == "__main__":
    for path, text in project_files().items():
        path.write_text(text, encoding="utf-8")
