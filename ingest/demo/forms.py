"""How the files of each demo source look: every form a folder of exports may have, spread over the sources."""

from collections.abc import Callable
from functools import partial

from ingest.demo import google_ads, google_analytics, linkedin, meta, microsoft, shopify_graphql, shopifyql, tiktok
from ingest.demo.companies import Company
from ingest.demo.ecb import HEADING
from ingest.demo.folder import Form
from ingest.demo.markets import MARKETS

Forms = dict[str, Form]

_STORES: dict[tuple[str, str], Forms] = {
    ("tyrell_corp", "shopify"): {
        "orders": Form("orders-{month}.jsonl"),
        "shopifyql": Form("shopifyql.csv", compose=shopifyql.table),
    },
    ("tyrell_corp", "woocommerce"): {
        "orders": Form("orders-{month}.json.gz", wrapper=""),
        "order_refunds": Form("order_refunds.part{part}.jsonl", newline=b"\r\n"),
    },
    ("wayne_enterprises", "bigcommerce"): {
        "orders": Form("orders.part{part}.jsonl.gz"),
        "order_products": Form("order_products-{month}.jsonl"),
        "refunds": Form("refunds.json", wrapper="data"),
    },
    ("stark_industries", "shopify_us"): {"orders": Form("orders-{month}.json", compose=shopify_graphql.answer)},
    ("stark_industries", "shopify_eu"): {
        "orders": Form("orders-{month}.ndjson.gz"),
        "refunds": Form("refunds.jsonl", mark=b"\xef\xbb\xbf"),
        "customers": Form("customers.json", wrapper="customers"),
    },
}
# layout of the property's reports: see google_analytics.paged; "flat" is no answer but its rows
_REPORTS = {
    "tyrell_corp": {
        "sessions": ("sessions-{month}.jsonl", "lines"),
        "transactions": ("transactions-{month}.json", "single"),
        "events": ("events-{month}.json.gz", "batch"),
    },
    "wayne_enterprises": {
        "sessions": ("sessions-{month}.json", "array"),
        "transactions": ("transactions-{month}.jsonl", "flat"),
        "events": ("events-{month}.json", "single"),
    },
    "stark_industries": {
        "sessions": ("sessions-{month}.jsonl.gz", "flat"),
        "transactions": ("transactions-{month}.json", "array"),
        "events": ("events-{month}.jsonl", "lines"),
    },
}
_ADS: dict[tuple[str, str], Forms] = {
    ("tyrell_corp", "facebook_ads"): {
        "ad_performance": Form("ad_performance-{month}.json", compose=meta.answer),
        "account_performance": Form("account_performance-{month}.json", compose=meta.answer),
    },
    ("tyrell_corp", "google_ads"): {
        "ad_performance": Form("ad_performance-{month}.json.gz", compose=google_ads.stream),
        "account_performance": Form("account_performance-{month}.json", compose=google_ads.stream),
    },
    ("tyrell_corp", "tiktok_ads"): {
        "ad_performance": Form("ad_performance-{month}.jsonl", compose=tiktok.pages),
        "account_performance": Form("account_performance-{month}.jsonl", compose=tiktok.pages),
    },
    ("wayne_enterprises", "bing_ads"): {
        "ad_performance": Form("ad_performance-{month}.csv", compose=partial(microsoft.table, microsoft.AD_HEADING)),
        "account_performance": Form(
            "account_performance-{month}.csv.gz", compose=partial(microsoft.table, microsoft.ACCOUNT_HEADING)
        ),
    },
    ("wayne_enterprises", "linkedin_ads"): {
        "ad_performance": Form("ad_performance-{month}.json", compose=linkedin.elements),
        "campaigns": Form("campaigns-{month}.json", compose=linkedin.elements),
    },
    ("stark_industries", "facebook_ads"): {
        "ad_performance": Form("ad_performance-{month}.json.gz", compose=meta.answer),
        "account_performance": Form("account_performance-{month}.ndjson"),
        "campaigns": Form("campaigns.json", wrapper=""),
    },
    ("stark_industries", "instagram_ads"): {"ad_performance": Form("ad_performance-{month}.jsonl")},
    ("stark_industries", "google_ads"): {"ad_performance": Form("ad_performance-{month}.jsonl")},
    ("stark_industries", "amazon_ads"): {
        report: Form(f"{report}-{{month}}.json.gz", wrapper="")
        for report in ("sp_campaigns", "sb_campaigns", "sd_campaigns")
    },
}
_EVENTS: dict[str, Forms] = {
    "mixpanel": {"events": Form("events-{month}.jsonl")},
    "amplitude": {"events": Form("events-{month}.jsonl.gz")},
}


def forms_of(company: Company, source: str) -> Forms:
    """The forms of a source's files by entity, in the order in which they are written."""
    if source == "google_analytics":
        return _reports(company)
    if source == "ecb_rates":
        return {"rates": Form("rates.csv", compose=_rates)}
    if source in _EVENTS:
        return _EVENTS[source]
    key = (company.slug, source)
    return _STORES[key] if key in _STORES else _ADS[key]


def is_flat(company: Company, report: str) -> bool:
    """Whether a report of the property comes as rows that name their own columns."""
    return _REPORTS[company.slug][report][1] == "flat"


def _reports(company: Company) -> Forms:
    one = MARKETS[company.slug].property
    forms: Forms = {}
    for report, (name, layout) in _REPORTS[company.slug].items():
        compose: Callable[[list[bytes]], bytes] | None = None
        if layout != "flat":
            compose = google_analytics.paged(google_analytics.names(report, one), one, company.currency, layout)
        forms[report] = Form(name, compose=compose)
    return forms


def _rates(lines: list[bytes]) -> bytes:
    """The table of rates: newest day first."""
    return b"\n".join([HEADING.encode(), *reversed(lines), b""])
