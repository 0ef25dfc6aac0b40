import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from shop import META

from warehouse.catalog import Catalog
from warehouse.errors import RefreshError
from warehouse.home import Home, TenantHome
from warehouse.publish import PublishedSource, publish
from warehouse.store import FileStore, Version
from warehouse.tenants import Tenant

TENANT = Tenant(slug="acme", name="Acme", timezone="America/New_York", currency="USD", sources={})
SOURCES = [PublishedSource("shop", "shopify", ("store",)), PublishedSource("quiet", "shopify", ("store",))]


@pytest.fixture
def home(tmp_path: Path) -> TenantHome:
    home = Home(tmp_path).tenant("acme")
    home.work.mkdir(parents=True)
    with duckdb.connect(str(home.warehouse_file)) as connection:
        connection.execute(
            """
            create schema raw;
            create schema gold;
            create table raw._dlt_loads as select '1' as load_id, 'acme' as schema_name, 0::bigint as status;
            create table raw.shopify__orders as select 'secret' as payload;
            create table gold.leftover as select 1 as a;
            create table gold.fct_orders as
            select 'shop' as source_name, i::varchar as order_key, i::varchar as order_id, true as is_counted,
                   'USD' as currency, date '2026-10-09' - i::int as order_date,
                   10::decimal(18, 4) as total_amount, 10::decimal(18, 4) as native_total_amount
            from range(5) as t(i);
            create table gold.fct_refunds as select 'shop' as source_name, date '2026-10-20' as refund_date;
            """
        )
    return home


def published(home: TenantHome) -> tuple[Catalog, Version]:
    store = FileStore(home)
    with store.writer():
        catalog = publish(store, home.warehouse_file, TENANT, META, SOURCES, ["A notice."], "f00d")
    version = store.current()
    assert version is not None
    assert version.id == catalog.snapshot
    return catalog, version


def test_the_snapshot_holds_the_marts_and_the_ledger_and_nothing_else(home: TenantHome) -> None:
    _, version = published(home)
    with duckdb.connect(str(version.gold_file), read_only=True) as gold:
        tables = gold.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
    ledger = ["_dlt_dbt_invocation_loads", "_dlt_dbt_invocations", "_dlt_dbt_model_runs", "_dlt_loads"]
    assert tables == [("main", name) for name in (*ledger, "fct_orders", "fct_refunds")]


def test_facts_are_copied_row_by_row_in_the_order_of_their_days(home: TenantHome) -> None:
    _, version = published(home)
    with duckdb.connect(str(version.gold_file), read_only=True) as gold:
        days = [day for (day,) in gold.execute("select order_date from fct_orders").fetchall()]
        types = dict(
            gold.execute(
                "select column_name, data_type from duckdb_columns() where table_name = 'fct_orders'"
            ).fetchall()
        )
    assert days == [date(2026, 10, day) for day in range(5, 10)]
    assert (types["total_amount"], types["order_date"]) == ("DECIMAL(18,4)", "DATE")


def test_the_files_of_a_snapshot_agree_with_each_other(home: TenantHome) -> None:
    catalog, version = published(home)
    assert version.damaged() == []
    assert Catalog.from_json(version.catalog_file.read_bytes()) == catalog
    assert version.fingerprint_file.read_text() == "f00d"
    assert "orders" in yaml.safe_load((version.folder / "semantic.yml").read_text())
    assert sorted(path.name for path in version.folder.iterdir()) == [
        "catalog.json",
        "checksum",
        "fingerprint",
        "gold.duckdb",
        "history.json",
        "semantic.yml",
    ]


def test_a_source_is_covered_from_its_first_to_its_last_record_refunds_included(home: TenantHome) -> None:
    catalog, _ = published(home)
    shop, quiet = catalog.sources
    assert (shop.name, shop.first_day, shop.data_through) == ("shop", date(2026, 10, 5), date(2026, 10, 20))
    assert (quiet.name, quiet.first_day, quiet.data_through) == ("quiet", None, None)
    assert catalog.notices == ("A notice.",)


def test_every_fact_that_names_sources_says_which_days_they_cover_and_what_they_measure(home: TenantHome) -> None:
    with duckdb.connect(str(home.warehouse_file)) as connection:
        connection.execute(
            "create table gold.fct_visits as select 'ga' as source_name, unnest([date '2026-10-01', '2026-10-30']) as d"
        )
    visits = {"fact": "visits", "date": "d", "day": "day", "requires": "google_analytics"}
    meta = META | {"fct_visits": {"meta": visits | {"dimensions": [], "measures": {}}, "columns": {}}}
    sources = [*SOURCES, PublishedSource("ga", "google_analytics", ("google_analytics",), measures=("shop",))]
    store = FileStore(home)
    with store.writer():
        catalog = publish(store, home.warehouse_file, TENANT, meta, sources, [], "f00d")
    shop, _, ga = catalog.sources
    assert (ga.first_day, ga.data_through, ga.measures) == (date(2026, 10, 1), date(2026, 10, 30), ("shop",))
    assert (shop.data_through, shop.measures) == (date(2026, 10, 20), None)


def test_marts_that_break_their_contract_are_not_published(home: TenantHome) -> None:
    _, before = published(home)
    with duckdb.connect(str(home.warehouse_file)) as connection:
        connection.execute("alter table gold.fct_orders drop column total_amount")
    store = FileStore(home)
    with pytest.raises(RefreshError) as error, store.writer():
        publish(store, home.warehouse_file, TENANT, META, SOURCES, [], "f00d")
    assert error.value.kind == "contract"
    assert store.current() == before


def test_the_catalog_says_nothing_of_folders(home: TenantHome, tmp_path: Path) -> None:
    catalog, _ = published(home)
    assert str(tmp_path) not in json.dumps(catalog.model_dump(mode="json"))
