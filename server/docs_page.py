"""The page that documents the HTTP door: plain HTML out of its OpenAPI document, fetching nothing."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title} {version}</h1>'
_FOOT = '<p>For programs: <a href="openapi.json">openapi.json</a></p></html>'


def docs_page(document: Mapping[str, Any]) -> str:
    """The page for an OpenAPI document whose schemas of arguments are inline."""
    info = document["info"]
    parts = [_HEAD.format(title=escape(info["title"]), version=escape(info["version"]))]
    parts.append(f"<p>{escape(info['description'])}</p>")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(f"<h2><code>{method.upper()} {escape(path)}</code></h2>")
            parts.append(f"<p>{escape(operation['description'])}</p>")
            parts.extend(_arguments(operation))
            parts.extend(_answers(operation["responses"]))
    return "\n".join([*parts, _FOOT])


def _arguments(operation: Mapping[str, Any]) -> Iterator[str]:
    schemas = {each["name"]: each["schema"] for each in operation.get("parameters", ())}
    needed: list[str] = []
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schemas |= content["schema"]["properties"]
        needed += content["schema"].get("required", [])
    for name, schema in schemas.items():
        must = ", required" if name in needed else ""
        allowed = [f"one of {', '.join(map(str, schema['enum']))}"] if "enum" in schema else []
        default = [f"default {json.dumps(schema['default'])}"] if schema.get("default") is not None else []
        said = "; ".join([*filter(None, [schema.get("description")]), *allowed, *default])
        yield f"<p><code>{escape(name)}</code> ({escape(schema.get('type', 'text'))}{must}): {escape(said)}</p>"


def _answers(responses: Mapping[str, Any]) -> Iterator[str]:
    yield "<ul>"
    for status, response in responses.items():
        yield f"<li>{escape(status)}: {escape(response['description'])}</li>"
    yield "</ul>"
