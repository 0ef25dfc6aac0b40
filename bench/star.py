"""A synthetic star: gold tables of the marts' own columns, published as a refresh would."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from ingest.connector import connector_options
from warehouse.build import mart_meta
from warehouse.dbt_runner import parsed_manifest
from warehouse.home import Home, replace_text
from warehouse.publish import PublishedSource, publish
from warehouse.store import FileStore
from warehouse.tenants import load_tenants

FIRST_DAY, LAST_DAY = "2024-01-01", "2026-10-16"
PERSONS, PRODUCTS = 200_000, 5_000
SOURCES = (
    PublishedSource("shopify", "shopify", ("store",)),
    PublishedSource("google_analytics", "google_analytics", ("google_analytics", "events")),
    PublishedSource("google_ads", "google_ads", ("ads",)),
)
_TENANT = """  {slug}:
    name: Bench {slug}
    timezone: UTC
    currency: USD
    sources:
      shopify: {{files: .}}
      google_analytics: {{files: .}}
      google_ads: {{files: .}}
"""
# a row an order; Display is in the ads alone, Direct and the like in the orders alone
_BASE = """
create schema gold;
create table n as select
    i,
    1 as k,
    '{first}'::date + (hash(i) % {days})::integer as day,
    (1 + hash(i, 1) % 50000 / 100.0)::decimal(18, 4) as amount,
    ['paid', 'paid', 'paid', 'refunded', 'pending'][1 + (hash(i, 2) % 5)::integer] as status,
    ['United States', 'Germany', 'France', null][1 + (hash(i, 3) % 4)::integer] as country,
    hash(i, 4) % {persons} as person,
    ['Unattributed', 'Direct', 'Organic Search', 'Email', 'Paid Search', 'Paid Social', 'Paid Shopping'][
        1 + (hash(i, 5) % 7)::integer
    ] as channel,
    case when channel like 'Paid%' then channel || ' ' || (1 + hash(i, 6) % 3) end as campaign
from range({orders}) t(i);
create table d as select
    range::date as day,
    channel,
    k,
    channel || ' ' || k as campaign,
    (5 + hash(range, channel, k) % 20000 / 100.0)::decimal(18, 6) as amount,
    day || '-' || campaign as i
from
    range('{first}'::timestamp, '{first}'::timestamp + interval {days} day, interval 1 day),
    unnest(['Paid Search', 'Paid Social', 'Paid Shopping', 'Display']) c(channel),
    range(1, 4) r(k);
"""
_SHOP = {
    "order_date": "day", "refund_date": "day", "ledger_date": "day", "ordered_at": "day::timestamptz",
    "refunded_at": "day::timestamptz", "updated_at": "day::timestamptz", "order_status": "status",
    "customer_country": "country", "order_key": "'o' || i", "order_id": "i", "order_line_key": "'l' || i || '-' || k",
    "line_number": "k", "refund_line_key": "'r' || i", "refund_id": "i", "person_key": "'p' || person",
    "is_counted": "i % 50 != 0", "is_first_order": "i % 4 = 0", "channel": "channel", "campaign_name": "campaign",
    "customer_type": "case when i % 4 = 0 then 'new' else 'returning' end", "source_name": "'shopify'",
    "platform": "'shopify'", "currency": "'USD'", "kind": "'item'", "quantity": "1 + i % 3", "is_measured": "true",
    "is_attributed_to_paid": "campaign is not null", "product_id": f"hash(i, k) % {PRODUCTS}",
    "product_title": f"'Product ' || hash(i, k) % {PRODUCTS}", "product_sku": f"'S' || hash(i, k) % {PRODUCTS}",
    "product_vendor": f"'V' || hash(i, k) % {PRODUCTS // 100}", "discount_amount": "round(amount / 20, 2)",
}  # fmt: skip
_ADS = {
    "source_name": "'google_ads'", "platform": "'google_ads'", "ad_date": "day", "channel": "channel",
    "campaign_name": "campaign", "campaign_id": "campaign", "campaign_key": "'c' || campaign", "account_id": "'1'",
    "ad_performance_key": "i", "currency": "'USD'", "is_priced": "true", "impressions": "(amount * 100)::bigint",
    "clicks": "(amount * 2)::bigint", "platform_conversions": "round(amount / 25, 1)",
    "platform_revenue_amount": "amount * 3",
}  # fmt: skip
_TRAFFIC = {
    "source_name": "'google_analytics'", "platform": "'google_analytics'", "session_date": "day", "channel": "channel",
    "campaign_name": "campaign", "session_row_key": "i", "device_category": "'mobile'", "sessions": "(amount)::bigint",
    "engaged_sessions": "(amount / 2)::bigint",
}  # fmt: skip
# of each mart that has rows: what they are made of, and its columns
_FILLED = {
    "fct_orders": ("n", _SHOP),
    "fct_order_lines": ("(select n.* replace (line.k as k) from n, (values (1), (2)) line(k))", _SHOP),
    "fct_refunds": ("(select * from n where i % 20 = 0)", _SHOP),
    "fct_ad_performance": ("d", _ADS),
    "fct_sessions": ("d", _TRAFFIC),
}


def write_star(file: Path, orders: int, marts: Mapping[str, Mapping[str, str]]) -> None:
    """Write the gold tables of a store with so many orders of two lines each, and of its ads and sessions.

    marts: the SQL types of each mart's columns, by name. A column that nothing is said of gets the row's amount, false
    or null, by what it is called.
    """
    days = duckdb.sql(f"select date '{LAST_DAY}' - date '{FIRST_DAY}' + 1").fetchall()[0][0]
    with duckdb.connect(str(file)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(_BASE.format(first=FIRST_DAY, days=days, persons=PERSONS, orders=orders))
        for mart, types in marts.items():
            source, known = _FILLED.get(mart, ("(select * from n limit 0)", {}))
            cells = []
            for name, kind in types.items():
                default = "amount" if name.endswith("_amount") else "false" if name.startswith("is_") else "null"
                cells.append(f'({known.get(name.removeprefix("native_"), default)})::{kind} as "{name}"')
            connection.execute(f"create table gold.{mart} as select {', '.join(cells)} from {source}")


def publish_stars(home: Home, slugs: Sequence[str], orders: int) -> None:
    """Make a home with a tenant a slug, all of the same star of so many orders."""
    replace_text(home.tenants_file, "tenants:\n" + "".join(_TENANT.format(slug=slug) for slug in slugs))
    tenants = load_tenants(home.tenants_file, connector_options())
    meta = mart_meta(parsed_manifest().nodes.values())
    marts = {
        mart: {name: column["data_type"] for name, column in body["columns"].items()} for mart, body in meta.items()
    }
    with FileStore(home.tenant(slugs[0])).writer() as warehouse:
        write_star(warehouse, orders, marts)
        for slug in slugs:
            publish(FileStore(home.tenant(slug)), warehouse, tenants[slug], meta, SOURCES, [], "bench")
