"""Homes with tenants of a story's own, refreshed by the command line in a process of its own."""

import json
from collections.abc import Mapping
from typing import Any

import yaml
from demo_home import gata_mcp

from warehouse.home import Home


def open_shops(home: Home, tenants: Mapping[str, Mapping[str, Any]]) -> None:
    """Write tenants.yml, and make the folders of exports that it names.

    tenants: as under the key `tenants`; name and currency default to the slug and USD.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    named = {slug: {"name": slug, "currency": "USD", **settings} for slug, settings in tenants.items()}
    home.tenants_file.write_text(yaml.safe_dump({"tenants": named}), encoding="utf-8")
    for settings in named.values():
        for source in settings["sources"].values():
            (home.root / source["files"]).mkdir(parents=True, exist_ok=True)


def refresh_all(home: Home) -> dict[str, dict[str, Any]]:
    """Refresh every tenant, all of which must succeed with no record turned away; → refresh_tenant's answers."""
    ran = gata_mcp("refresh", "--home", str(home.root), "--all", "--json")
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {answer["status"] for answer in answers} == {"succeeded"}
    assert [load for answer in answers for load in answer["loads"] if load["quarantined"]] == []
    return {answer["tenant"]: answer for answer in answers}
