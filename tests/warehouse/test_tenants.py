"""tenants.yml: what is understood, and one clear sentence for each mistake."""

from pathlib import Path

import pytest

from warehouse.errors import ConfigError
from warehouse.tenants import ConnectorOptions, load_tenants

CONNECTORS = {
    "shopify": ConnectorOptions(frozenset({"shop"}), apis=("rest", "graphql")),
    "bigcommerce": ConnectorOptions(frozenset({"store_hash"})),
    "woocommerce": ConnectorOptions(frozenset({"url"})),
}
ACME = """
tenants:
  acme:
    name: Acme
    timezone: America/New_York
    currency: USD
    sources:
      shopify: {files: ./exports/shopify}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "tenants.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_source_is_its_connector_unless_it_names_another(tmp_path: Path) -> None:
    text = ACME + "      shopify_eu: {connector: shopify, shop: acme-eu.myshopify.com}\n"
    acme = load_tenants(write(tmp_path, text), CONNECTORS)["acme"]

    assert {name: source.connector for name, source in acme.sources.items()} == {
        "shopify": "shopify",
        "shopify_eu": "shopify",
    }
    assert acme.sources["shopify"].files == tmp_path / "exports" / "shopify"
    assert acme.sources["shopify_eu"].options == {"shop": "acme-eu.myshopify.com"}
    assert (acme.week_start, acme.fiscal_year_start, acme.keep_pii) == ("monday", 1, False)


@pytest.mark.parametrize(
    ("setting", "api", "shape"),
    [("", None, "shopify"), (", api: rest", None, "shopify"), (", api: graphql", "graphql", "shopify_graphql")],
)
def test_a_source_has_the_shape_of_its_api(setting: str, api: str | None, shape: str, tmp_path: Path) -> None:
    text = ACME.replace("./exports/shopify", f"./exports/shopify{setting}")
    source = load_tenants(write(tmp_path, text), CONNECTORS)["acme"].sources["shopify"]
    assert (source.connector, source.api, source.shape) == ("shopify", api, shape)


def test_a_missing_or_empty_file_holds_no_tenants(tmp_path: Path) -> None:
    assert load_tenants(tmp_path / "tenants.yml", CONNECTORS) == {}
    assert load_tenants(write(tmp_path, "tenants:\n"), CONNECTORS) == {}


@pytest.mark.parametrize(
    ("replace", "by", "sentence"),
    [
        (
            "America/New_York",
            "America/New_Yrk",
            'tenants.yml: acme.timezone is "America/New_Yrk"; did you mean America/New_York',
        ),
        ("USD", "US$", 'tenants.yml: acme.currency is "US$"; did you mean'),
        ("USD", "1234567", 'tenants.yml: acme.currency is "1234567"; give an ISO 4217 code such as USD.'),
        ("currency: USD", "", "tenants.yml: acme.currency is missing; give an ISO 4217 code such as USD."),
        (
            "shopify: {",
            "shoppify: {",
            'tenants.yml: acme.sources.shoppify.connector is "shoppify"; did you mean shopify?',
        ),
        (
            "{files: ./exports/shopify}",
            "{fles: ./exports}",
            'tenants.yml: acme.sources.shopify has the unknown key "fles"; did you mean files?',
        ),
        (
            "{files: ./exports/shopify}",
            "{files: 7}",
            'tenants.yml: acme.sources.shopify.files is "7"; give the path of a folder.',
        ),
        ("  acme:", "  Acme-EU:", 'tenants.yml: the tenant name "Acme-EU" cannot be used; write for example acme_eu.'),
        ("    name: Acme\n", "    nmae: Acme\n", 'tenants.yml: acme has the unknown key "nmae"; did you mean name?'),
        (
            "    name: Acme\n",
            "    name: Acme\n    name: Other\n",
            'tenants.yml: the key "name" stands twice; keep one of them.',
        ),
        (
            "    name: Acme\n",
            "    name: Acme\n    week_start: mnday\n",
            'tenants.yml: acme.week_start is "mnday"; did you mean monday',
        ),
        ("    name: Acme\n", "    name: Acme\n    fiscal_year_start: 13\n", 'acme.fiscal_year_start is "13"'),
        (
            "    name: Acme\n",
            "    name: Acme\n    keep_pii: maybe\n",
            'tenants.yml: acme.keep_pii is "maybe"; input should be a valid boolean.',
        ),
        (
            "{files: ./exports/shopify}",
            "{files: ./exports/shopify, api: soap}",
            'tenants.yml: acme.sources.shopify.api is "soap"; known are rest, graphql.',
        ),
        (
            "shopify: {files: ./exports/shopify}",
            "woocommerce: {files: ./exports/woo, api: v3}",
            'tenants.yml: acme.sources.woocommerce.api is "v3"; woocommerce has only one, leave api out.',
        ),
        ("tenants:", "tenant:", 'tenants.yml: tenants.yml has the unknown key "tenant"; did you mean tenants?'),
        ("sources:", "sources: [", "tenants.yml is not valid YAML at line"),
    ],
)
def test_a_mistake_is_named_with_its_key_value_and_remedy(tmp_path: Path, replace: str, by: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_tenants(write(tmp_path, ACME.replace(replace, by)), CONNECTORS)

    assert sentence in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("other", ["acme__eu", "acme-eu", "Acme EU", "ACME_EU"])
def test_names_that_a_database_would_make_one_are_refused(tmp_path: Path, other: str) -> None:
    entry = ACME.split("tenants:\n")[1].replace("acme:", "acme_eu:", 1)
    text = f"tenants:\n{entry}" + entry.replace("acme_eu:", f'"{other}":', 1).lstrip("\n")
    with pytest.raises(ConfigError, match='become the same name "acme_eu"'):
        load_tenants(write(tmp_path, text), CONNECTORS)


def test_a_missing_folder_is_said_when_it_is_needed(tmp_path: Path) -> None:
    acme = load_tenants(write(tmp_path, ACME), CONNECTORS)["acme"]

    with pytest.raises(ConfigError, match='The folder of source "shopify" \\("shopify"\\) does not exist'):
        acme.sources["shopify"].folder()


def test_a_source_without_a_folder_says_what_to_set(tmp_path: Path) -> None:
    acme = load_tenants(write(tmp_path, ACME.replace("{files: ./exports/shopify}", "{}")), CONNECTORS)["acme"]

    with pytest.raises(ConfigError, match="set files: to the folder"):
        acme.sources["shopify"].folder()
