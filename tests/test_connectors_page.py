"""docs/connectors.md is what the registry declares."""

from pathlib import Path

import pytest
import yaml

from ingest.connector import CONNECTORS, connector_options
from ingest.connectors_page import OPTIONS, connectors_page
from warehouse.tenants import load_tenants

PAGE = Path(__file__).parent.parent / "docs" / "connectors.md"


def test_the_committed_page_is_what_the_registry_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == connectors_page(), "run python -m ingest.connectors_page"


def test_every_option_of_a_connector_is_explained() -> None:
    assert {option for connector in CONNECTORS.values() for option in connector.options} == set(OPTIONS)


@pytest.mark.parametrize("shape", CONNECTORS)
def test_a_connector_stands_on_the_page_with_its_entities_and_traps(shape: str) -> None:
    connector = CONNECTORS[shape]
    page = connectors_page()
    assert connector.traps
    assert all(f"\n- {trap}\n" in page for trap in connector.traps)
    for entity in connector.entities:
        section = page.split(f"### {connector.label}: {entity.name}\n", maxsplit=1)[1].split("\n#", maxsplit=1)[0]
        assert f"`raw.{entity.table}`" in section
        assert all(f"`{path}`" in section for item in entity.required for path in item.paths)


def test_the_sources_that_the_page_shows_are_valid_in_tenants_yml(tmp_path: Path) -> None:
    shown = connectors_page().split("```yaml\n", maxsplit=1)[1].split("```", maxsplit=1)[0]
    tenant = {"name": "Acme", "timezone": "UTC", "currency": "USD", **yaml.safe_load(shown)}
    file = tmp_path / "tenants.yml"
    file.write_text(yaml.safe_dump({"tenants": {"acme": tenant}}), encoding="utf-8")
    sources = load_tenants(file, connector_options())["acme"].sources
    assert {source.shape for source in sources.values()} <= set(CONNECTORS)
