"""The payloads that vendors publish, through the whole pipeline; every value of the star is worked out by hand."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copy

import duckdb
import pytest
from shared_data import shared_data
from shops import open_shops, refresh_all
from written_rows import WrittenRows

from warehouse.home import Home, TenantHome
from warehouse.store import FileStore

# one order of Shopify is published twice: on a page, without its lines, and by itself
FILES: Mapping[str, Mapping[str, str]] = {
    "shopify_page": {
        "orders.json": "shopify_orders.json",
        "refunds.json": "shopify_refund.json",
        "customers.json": "shopify_customer.json",
    },
    "shopify_refunded": {"orders.json": "shopify_order.json", "refunds.json": "shopify_refund.json"},
    "shopify_single": {"orders.json": "shopify_order.json"},
    "bigcommerce": {"orders.json": "bigcommerce_orders.json", "orders-single.json": "bigcommerce_order.json"},
    "woocommerce": {"orders.json": "woocommerce_orders.json", "order_refunds.json": "woocommerce_order_refunds.json"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> TenantHome:
    """A refreshed tenant whose sources hold the published files as they are."""
    home = Home(tmp_path_factory.mktemp("vendors"))
    sources = {name: {"connector": name.split("_")[0], "files": f"exports/{name}"} for name in FILES}
    open_shops(home, {"acme": {"timezone": "America/New_York", "sources": sources}})
    for name, files in FILES.items():
        for entity, published in files.items():
            copy(shared_data() / "vendor" / published, home.root / "exports" / name / entity)
    refresh_all(home)
    return home.tenant("acme")


@pytest.fixture
def gold(home: TenantHome) -> Iterator[duckdb.DuckDBPyConnection]:
    version = FileStore(home).current()
    assert version is not None
    with duckdb.connect(str(version.gold_file), read_only=True) as connection:
        yield connection


# Shopify was ordered at 11:00-05:00. Its authorized order is pending, but where 209.00 of 409.94 came back.
# BigCommerce's 11 is Awaiting Fulfillment, its 7 Awaiting Payment. WooCommerce gave 9.00 and 10.00 of 39.00 back.
ORDERS = """
source_name      | order_id  | ordered_at           | order_date | order_status       | source_status
shopify_page     | 450789469 | 2008-01-10T16:00:00Z | 2008-01-10 | partially_refunded | partially_refunded
shopify_refunded | 450789469 | 2008-01-10T16:00:00Z | 2008-01-10 | partially_refunded | authorized
shopify_single   | 450789469 | 2008-01-10T16:00:00Z | 2008-01-10 | pending            | authorized
bigcommerce      | 100       | 2018-01-10T21:05:30Z | 2018-01-10 | paid               | 11
bigcommerce      | 218       | 2019-03-05T21:40:11Z | 2019-03-05 | pending            | 7
woocommerce      | 723       | 2017-03-21T19:16:00Z | 2017-03-21 | partially_refunded | completed
woocommerce      | 727       | 2017-03-22T19:28:02Z | 2017-03-22 | paid               | processing
"""
# Without tax 218 has 11.09 of shipping, and fees of 12.30 (cost_exc_tax, as it is published) and 4.00 (cost_ex_tax).
AMOUNTS = """
source_name      | order_id  | total_amount | tax_amount | shipping_amount | duties_and_fees_amount | currency
shopify_page     | 450789469 | 598.94       | 11.94      | 0               | 0                      | USD
shopify_refunded | 450789469 | 409.94       | 11.94      | 0               | 0                      | USD
shopify_single   | 450789469 | 409.94       | 11.94      | 0               | 0                      | USD
bigcommerce      | 100       | 361.95       | 0          | 0               | 0                      | USD
bigcommerce      | 218       | 69.84        | 5.31       | 11.09           | 16.30                  | USD
woocommerce      | 723       | 39.00        | 0          | 10.00           | 0                      | USD
woocommerce      | 727       | 29.35        | 1.35       | 10.00           | 0                      | USD
"""
# Shopify's three orders have one e-mail address and one time, so that the source's name says which is the first;
# BigCommerce's two have one address and two customer ids.
PERSONS = """
source_name      | order_id  | order_name | is_counted | customer_country | is_first_order | customer_type
shopify_page     | 450789469 | #1001      | true       | United States    | true           | new
shopify_refunded | 450789469 | #1001      | true       | United States    | false          | returning
shopify_single   | 450789469 | #1001      | true       | United States    | false          | returning
bigcommerce      | 100       | 100        | true       | United States    | true           | new
bigcommerce      | 218       | 218        | true       | United States    | false          | returning
woocommerce      | 723       | 723        | true       | Brazil           | true           | new
woocommerce      | 727       | 727        | true       | United States    | true           | new
"""
# An order without lines has its goods total for one: 597.00 less 10.00; 336.32 without tax; 62.6793 without tax,
# less 5.00 and a coupon's 5.00 (67.84 + 12.00 − 10.00 = 69.84 with tax).
LINES = """
source_name      | order_id  | line_id   | product_sku   | quantity | gross_amount | discount_amount | net_amount
shopify_page     | 450789469 | -         | -             | 0        | 597.00       | 10.00           | 587.00
shopify_refunded | 450789469 | 466157049 | IPOD2008GREEN | 1        | 199.00       | 0               | 199.00
shopify_refunded | 450789469 | 518995019 | IPOD2008RED   | 1        | 199.00       | 0               | 199.00
shopify_refunded | 450789469 | 703073504 | IPOD2008BLACK | 1        | 199.00       | 0               | 199.00
shopify_single   | 450789469 | 466157049 | IPOD2008GREEN | 1        | 199.00       | 0               | 199.00
shopify_single   | 450789469 | 518995019 | IPOD2008RED   | 1        | 199.00       | 0               | 199.00
shopify_single   | 450789469 | 703073504 | IPOD2008BLACK | 1        | 199.00       | 0               | 199.00
bigcommerce      | 100       | -         | -             | 0        | 336.32       | 0               | 336.32
bigcommerce      | 218       | -         | -             | 0        | 62.6793      | 10.00           | 52.6793
woocommerce      | 723       | 311       | -             | 1        | 9.00         | 0               | 9.00
woocommerce      | 723       | 313       | -             | 1        | 20.00        | 0               | 20.00
woocommerce      | 727       | 315       | -             | 2        | 6.00         | 0               | 6.00
woocommerce      | 727       | 316       | Bar3          | 1        | 12.00        | 0               | 12.00
"""
# Shopify's was made at 13:35:06-04:00. WooCommerce's 726 names no item: its 10.00 takes back goods, of which
# 29.00 − 9.00 are left.
REFUNDS = """
source_name      | refund_id | order_id  | kind | refunded_at          | refund_date | refund_reason
shopify_page     | 509562969 | 450789469 | item | 2016-06-20T17:35:06Z | 2016-06-20  | it broke during shipping
shopify_page     | 509562969 | 450789469 | item | 2016-06-20T17:35:06Z | 2016-06-20  | it broke during shipping
shopify_refunded | 509562969 | 450789469 | item | 2016-06-20T17:35:06Z | 2016-06-20  | it broke during shipping
shopify_refunded | 509562969 | 450789469 | item | 2016-06-20T17:35:06Z | 2016-06-20  | it broke during shipping
woocommerce      | 724       | 723       | item | 2017-03-21T19:55:37Z | 2017-03-21  | -
woocommerce      | 726       | 723       | rest | 2017-03-21T20:07:11Z | 2017-03-21  | -
"""
# Shopify's items come without a subtotal: 199.00 × 1 each. The 209.00 that was given back is theirs by halves.
REFUNDED = """
source_name      | refund_id | line_id   | product_sku   | quantity | return_amount | tax_amount | refunded_amount
shopify_page     | 509562969 | 703073504 | IPOD2008BLACK | 1        | 199.00        | 0          | 104.50
shopify_page     | 509562969 | 466157049 | IPOD2008GREEN | 1        | 199.00        | 0          | 104.50
shopify_refunded | 509562969 | 703073504 | IPOD2008BLACK | 1        | 199.00        | 0          | 104.50
shopify_refunded | 509562969 | 466157049 | IPOD2008GREEN | 1        | 199.00        | 0          | 104.50
woocommerce      | 724       | 311       | -             | 1        | 9.00          | 0          | 9.00
woocommerce      | 726       | -         | -             | 0        | 10.00         | 0          | 10.00
"""


@pytest.mark.parametrize(
    ("table", "written"),
    [
        pytest.param("fct_orders", ORDERS, id="times and states of orders"),
        pytest.param("fct_orders", AMOUNTS, id="amounts of orders"),
        pytest.param("fct_orders", PERSONS, id="persons of orders"),
        pytest.param("fct_order_lines", LINES, id="lines"),
        pytest.param("fct_refunds", REFUNDS, id="times and reasons of refunds"),
        pytest.param("fct_refunds", REFUNDED, id="amounts of refunds"),
    ],
)
def test_the_star_holds_what_the_payloads_say(gold: duckdb.DuckDBPyConnection, table: str, written: str) -> None:
    assert WrittenRows.of(written).missing_and_extra(gold, table) == ([], [])


# no traffic source stands beside these stores, and each order is in the currency of its shop
UNATTRIBUTED = {"campaign_key", "campaign_name", "transaction_payload_hash", "transaction_load_id"}
UNCONVERTED = {"rate_payload_hash", "rate_load_id"}


@pytest.mark.parametrize(
    ("table", "blank"),
    [
        ("fct_orders", {"cancelled_at", "exclusion_reason", *UNATTRIBUTED, *UNCONVERTED}),
        # a line that stands for an order's goods total has no id and no product; vendors may leave out a SKU
        ("fct_order_lines", {"ledger_date", "line_id", "product_key", "product_id", "product_title", "product_sku"}),
        ("fct_refunds", {"line_id", "product_key", "product_id", "product_title", "product_sku", "refund_reason"}),
    ],
)
def test_nothing_is_null_that_the_payloads_say(gold: duckdb.DuckDBPyConnection, table: str, blank: set[str]) -> None:
    columns = [name for name, *_ in gold.execute(f"describe {table}").fetchall()]
    [counts] = gold.execute(
        f"select {', '.join(f'count({name})' for name in columns)}, count(*) from {table}"
    ).fetchall()
    nowhere_said = set() if table == "fct_orders" else {"product_vendor", "campaign_name"}

    assert {name for name, count in zip(columns, counts, strict=False) if count < counts[-1]} == blank | nowhere_said


def test_amounts_in_the_reporting_currency_are_the_vendors_own(gold: duckdb.DuckDBPyConnection) -> None:
    for table in ("fct_orders", "fct_order_lines", "fct_refunds"):
        names = [name for name, *_ in gold.execute(f"describe {table}").fetchall()]
        native = [name for name in names if name.startswith("native_")]
        differs = " or ".join(f"{name} is distinct from {name.removeprefix('native_')}" for name in native)
        assert native
        assert gold.execute(f"select count(*) from {table} where {differs}").fetchall() == [(0,)]


PERSONAL = (
    "Bob Norman", "bob.norman@", "janedoe@", "john.doe@", "joao.silva@", "hostmail.com", "Chestnut Street",
    "455 Main Street", "555 East Street", "969 Market", "Av. Brasil", "555-625-1199", "557734881234", "16136120707",
    "555-123-4567", "1234567890", "(555) 555-5555", "(11) 1111-1111",
)  # fmt: skip
# too short to be looked for among the bytes of a database
NAMES = ("Bob", "Norman", "Jane", "John", "Doe", "João", r"Jo\u00e3o", "Silva")
ANYONE = "|".join([*map(re.escape, PERSONAL), *(rf"\b{re.escape(name)}\b" for name in NAMES)])


def text_cells(file: Path, pattern: str) -> list[str]:
    """The columns of a database with a cell that the pattern is found in, numbers and times aside."""
    found = []
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            """select format('"{}"."{}"', schema_name, table_name), column_name from duckdb_columns()
               where not internal and data_type not similar to '(BOOLEAN|.*INT|DOUBLE|DATE|TIME.*|DECIMAL.*)'"""
        ).fetchall()
        assert columns
        for table, column in columns:
            sql = f"select count(*) from {table} where regexp_matches(cast(\"{column}\" as varchar), $1, 'i')"
            if connection.execute(sql, [pattern]).fetchall() != [(0,)]:
                found.append(f"{table}.{column}")
    return found


def databases(home: TenantHome) -> list[Path]:
    return [home.warehouse_file, *home.snapshots.glob("*/gold.duckdb")]


def test_no_person_is_in_any_file_of_the_tenant(home: TenantHome) -> None:
    files = [path for path in home.root.parent.rglob("*") if path.is_file()]
    assert {*databases(home)} <= {*files}
    for path in files:
        content = path.read_bytes().lower()
        assert [trace for trace in PERSONAL if trace.lower().encode() in content] == [], path.name


def test_no_person_is_in_any_table_of_the_tenant(home: TenantHome) -> None:
    assert {file.name: text_cells(file, ANYONE) for file in databases(home)} == {"wh.duckdb": [], "gold.duckdb": []}


def test_every_person_looked_for_is_in_the_published_files(home: TenantHome) -> None:
    files = [path.read_text(encoding="utf-8") for path in (home.root.parents[1] / "exports").glob("*/*.json")]
    text = "\n".join([*files, *(json.dumps(json.loads(file), ensure_ascii=False) for file in files)])

    assert [trace for trace in (*PERSONAL, *NAMES) if trace not in text] == []


def test_the_search_for_persons_finds_what_is_kept(home: TenantHome) -> None:
    assert '"raw"."shopify__orders".payload' in text_cells(home.warehouse_file, r"\blouisville\b")
    assert '"main"."fct_refunds".refund_reason' in text_cells(databases(home)[1], "broke during")
