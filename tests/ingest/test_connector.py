import pytest

from ingest.connector import CONNECTORS, Connector, Entity, connector_options, siblings
from ingest.fields import compile_checks
from ingest.personal import Act, rules_of

ENTITIES = [entity for connector in CONNECTORS.values() for entity in connector.entities]


def test_every_file_of_the_connectors_folder_is_in_the_registry() -> None:
    assert sorted(CONNECTORS) == ["bigcommerce", "shopify", "woocommerce"]
    assert all(isinstance(connector, Connector) for connector in CONNECTORS.values())
    assert sorted(entity.table for entity in ENTITIES) == [
        "bigcommerce__order_products",
        "bigcommerce__orders",
        "bigcommerce__refunds",
        "shopify__customers",
        "shopify__orders",
        "shopify__refunds",
        "woocommerce__order_refunds",
        "woocommerce__orders",
    ]


def test_tenants_yml_learns_each_connectors_own_keys() -> None:
    assert connector_options()["shopify"] == {"shop"}
    assert set(connector_options()) == set(CONNECTORS)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.table)
def test_an_entity_declares_paths_that_can_be_checked(entity: Entity) -> None:
    assert compile_checks(entity.fields)({}) is None
    assert entity.connector in CONNECTORS
    assert entity.kind == "record" or entity.parent
    assert entity.wrapper
    assert entity.one
    assert {entity.id, *entity.day, *filter(None, [entity.updated_at, entity.total])} <= set(entity.fields)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.table)
def test_no_field_that_the_star_reads_is_taken_away_by_redaction(entity: Entity) -> None:
    rules = rules_of(entity.personal)
    whole = {Act.KEEP, Act.PERSON, Act.REFUND}
    for path in entity.fields:
        *way, last = path.replace("[*]", "").split(".")
        in_address = bool(way) and rules.act(way[-1]) is Act.ADDRESS
        assert all(rules.act(key) in whole | {Act.ADDRESS} for key in way), path
        assert rules.is_place(last) if in_address else rules.act(last) in whole, path


def test_siblings_are_the_other_entities_of_the_connector() -> None:
    orders = CONNECTORS["shopify"].entity("orders")
    assert [other.name for other in siblings(orders)] == ["refunds", "customers"]


def test_an_unknown_entity_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        CONNECTORS["shopify"].entity("products")
