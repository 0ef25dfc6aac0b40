"""A tenant drawn at random: every connector, orders with everything that can happen to them, all of it small."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import drawn_graphql
import drawn_reports
import drawn_stores
import yaml
from drawn_stores import Draws, Record

SLUG = "acme"


def write_tenant(home: Path, seed: int, orders: int = 40) -> None:
    """The tenant's entry in tenants.yml and its exports; orders: of each store."""
    draws = Draws(seed)
    ids: list[tuple[str, str]] = []
    sources: dict[str, dict[str, Any]] = {}

    def deliver(source: str, name: str, rows: Iterable[object] | str, at: int = 1) -> None:
        sources.setdefault(source, {"files": f"exports/{source}"})
        path = home / "exports" / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        written = rows if isinstance(rows, str) else "".join(f"{json.dumps(row)}\n" for row in rows)
        path.write_text(written, encoding="utf-8")
        os.utime(path, (1_770_000_000 + at, 1_770_000_000 + at))

    def told(order: Record, day: str) -> None:
        on = drawn_reports.day(draws) if "," in order[day] else order[day][:10].replace("-", "")
        ids.append((str(order["id"]), on))
        ids.append((str(order.get("name", order["id"])).removeprefix("#"), on))

    shopify = [drawn_stores.shopify_order(draws, 1000 + n, f"#{500 + n}") for n in range(orders)]
    deliver("shopify", "orders.jsonl", shopify)
    deliver("shopify", "refunds.jsonl", [orphan(draws, n) for n in range(3)])
    # names that are numbers of the other stores' orders
    second = [drawn_stores.shopify_order(draws, 2000 + n, f"#{510 + n}") for n in range(orders)]
    deliver("second", "orders.jsonl", second)
    for order in (*shopify, *second):
        told(order, "processed_at")
    deliver(
        "ledger_store", "orders.jsonl", [drawn_graphql.graphql_order(draws, 4000 + n, f"#L{n}") for n in range(orders)]
    )
    versions, products, refunds = [], [], []
    for number in range(505, 505 + orders):
        of_order, lines, back = drawn_stores.bigcommerce_order(draws, number)
        versions += of_order
        products += lines
        refunds += back
        told(of_order[0], "date_created")
    deliver("bigcommerce", "orders.jsonl", versions)
    deliver("bigcommerce", "order_products.jsonl", products)
    deliver("bigcommerce", "refunds.jsonl", refunds)
    placed = [drawn_stores.woocommerce_order(draws, 3000 + n) for n in range(orders)]
    deliver("woocommerce", "orders.jsonl", [order for order, _ in placed])
    deliver("woocommerce", "order_refunds.jsonl", [refund for _, back in placed for refund in back])
    for order, _ in placed:
        told(order, "date_created_gmt")

    for name, share in (("google_analytics", 0.5), ("other_property", 0.2)):
        deliver(name, "sessions-1.jsonl", drawn_reports.sessions(draws, 300), at=1)
        deliver(name, "sessions-2.jsonl", drawn_reports.sessions(draws, 40), at=2)
        deliver(name, "transactions.jsonl", drawn_reports.transactions(draws, ids, share))
        events = [{"date": drawn_reports.day(draws), "eventName": f"e{n}", "eventCount": str(n)} for n in range(30)]
        deliver(name, "events.jsonl", events)
    whole = drawn_reports.meta(draws)
    deliver("facebook_ads", "ad_performance-1.jsonl", whole, at=1)
    deliver("facebook_ads", "ad_performance-2.jsonl", drawn_reports.meta(draws), at=2)
    deliver("facebook_ads", "campaigns.jsonl", [{"id": "202", "name": "Summer Sale, renamed"}])
    deliver("instagram_ads", "ad_performance.jsonl", [row for row in whole if row["account_id"] == "1"])
    deliver("google_ads", "ad_performance.jsonl", [{"results": drawn_reports.google(draws)}])
    deliver("bing_ads", "ad_performance.csv", drawn_reports.microsoft(draws))
    deliver("linkedin_ads", "ad_performance.jsonl", [{"elements": drawn_reports.linkedin(draws)}])
    deliver("linkedin_ads", "campaigns.jsonl", [{"id": 401, "name": "Winter"}, {"id": 402, "name": "Brand"}])
    deliver("tiktok_ads", "ad_performance.jsonl", drawn_reports.tiktok(draws))
    for kind in ("sp", "sb", "sd"):
        deliver("amazon_ads", f"{kind}_campaigns.jsonl", drawn_reports.amazon(draws, kind))
    deliver("mixpanel", "events.jsonl", drawn_reports.mixpanel(draws))
    deliver("amplitude", "events.jsonl", drawn_reports.amplitude(draws))
    deliver("ecb_rates", "rates.csv", drawn_reports.rates(draws))

    sources["second"]["connector"] = "shopify"
    sources["ledger_store"] |= {"connector": "shopify", "api": "graphql"}
    sources["other_property"] |= {"connector": "google_analytics", "measures": ["second", "bigcommerce"]}
    sources["google_analytics"]["measures"] = ["shopify", "second", "woocommerce"]
    sources["facebook_ads"]["account_id"] = "act_1"
    sources["linkedin_ads"] |= {"account_id": "7", "currency": "EUR"}
    sources["mixpanel"]["timezone"] = "America/New_York"
    tenant = {"name": "Acme", "timezone": "America/New_York", "currency": "USD", "sources": sources}
    (home / "tenants.yml").write_text(yaml.safe_dump({"tenants": {SLUG: tenant}}), encoding="utf-8")


def orphan(draws: Draws, number: int) -> Record:
    """A refund of an order that never came."""
    return {
        "id": 900 + number,
        "order_id": 99_000 + number,
        "created_at": drawn_stores.stamp(draws.now()),
        "refund_line_items": [{"line_item_id": 1, "quantity": 1, "subtotal": "12.50", "total_tax": "1.25"}],
        "transactions": [
            {"kind": "refund", "status": "success", "amount": "20.00", "currency": draws.choice(["USD", "EUR"])}
        ],
    }
