import pkgutil
from importlib import import_module
from itertools import chain

import pytest

from ingest.connector import CONNECTORS, Entity, connector_options, siblings
from ingest.fields import FieldType, compile_checks
from ingest.personal import Act, rules_of
from warehouse.tenants import ConnectorOptions, SourceConfig

ENTITIES = [entity for connector in CONNECTORS.values() for entity in connector.entities]


def test_every_file_of_the_connectors_folder_is_in_the_registry_under_its_shape() -> None:
    package = import_module("ingest.connectors")
    assert sorted(CONNECTORS) == sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    assert all(shape == connector.shape for shape, connector in CONNECTORS.items())
    assert {entity.shape for connector in CONNECTORS.values() for entity in connector.entities} == set(CONNECTORS)


def test_every_raw_table_belongs_to_one_entity() -> None:
    tables = [entity.table for entity in ENTITIES]
    assert len(tables) == len(set(tables))
    assert {"shopify__orders", "shopify_graphql__orders", "bigcommerce__order_products"} <= set(tables)


def test_tenants_yml_learns_each_connectors_own_keys() -> None:
    assert connector_options()["shopify"] == ConnectorOptions(frozenset({"shop"}), apis=("rest", "graphql"))
    assert connector_options()["woocommerce"] == ConnectorOptions(frozenset({"url"}))
    assert set(connector_options()) == {connector.name for connector in CONNECTORS.values()}


def test_a_shape_is_a_connector_or_one_of_its_other_apis() -> None:
    rest = SourceConfig(name="shop", connector="shopify")
    graphql = SourceConfig(name="shop", connector="shopify", api="graphql")
    assert [CONNECTORS[source.shape].api for source in (rest, graphql)] == ["rest", "graphql"]
    assert {CONNECTORS[source.shape].name for source in (rest, graphql)} == {"shopify"}


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.table)
def test_an_entity_declares_paths_that_can_be_checked(entity: Entity) -> None:
    assert compile_checks(entity.fields)({}) is None
    assert entity.shape in CONNECTORS
    assert entity.kind == "record" or entity.parent or entity.key
    named = {*entity.ids, *entity.id_optional, *entity.id_else, *entity.day, *chain(*entity.key)}
    summed = {path for total in entity.totals.values() for path in total.paths}
    assert named | summed | ({entity.updated_at} - {None}) <= set(entity.fields)


@pytest.mark.parametrize("entity", [entity for entity in ENTITIES if entity.key], ids=lambda entity: entity.table)
def test_a_report_is_replaced_by_the_day(entity: Entity) -> None:
    assert any(entity.fields[path] is FieldType.DAY for path in chain(*entity.key))


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.table)
def test_no_field_that_the_star_reads_is_taken_away_by_redaction(entity: Entity) -> None:
    rules = rules_of(entity.personal)
    # of a URL only its personal parameters go, of a note persons; a name goes where it is a person's
    whole = {Act.KEEP, Act.PERSON, Act.REFUND, Act.URL, Act.NOTE}
    for path in entity.fields:
        *way, last = path.replace("[*]", "").split(".")
        in_address = bool(way) and rules.act(way[-1]) is Act.ADDRESS
        of_person = Act.PERSON in map(rules.act, way)
        assert all(rules.act(key) in whole | {Act.ADDRESS} for key in way), path
        kept = whole if of_person else whole | {Act.NAME}
        assert rules.is_place(last) if in_address else rules.act(last) in kept, path


def test_siblings_are_the_other_entities_of_the_connector() -> None:
    orders = CONNECTORS["shopify"].entity("orders")
    assert [other.name for other in siblings(orders)] == ["refunds", "customers", "shopifyql"]


def test_an_unknown_entity_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        CONNECTORS["shopify"].entity("products")
