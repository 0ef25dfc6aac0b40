"""The sources of a demo tenant, as tenants.yml lists them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.demo.companies import COMPANIES, Company
from ingest.demo.marketing import Market
from ingest.demo.markets import MARKETS

Settings = dict[str, str | list[str]]


@dataclass(frozen=True)
class Source:
    """One source. settings: its keys in tenants.yml beside connector and files."""

    name: str
    connector: str
    settings: Settings = field(default_factory=dict)

    def entry(self, slug: str) -> str:
        """Its line in tenants.yml."""
        values: dict[str, str] = {}
        if self.connector != self.name:
            values["connector"] = self.connector
        for key, value in self.settings.items():
            values[key] = f"[{', '.join(value)}]" if isinstance(value, list) else _scalar(value)
        values["files"] = f"./exports/{slug}/{self.name}"
        return f"{self.name}: {{{', '.join(f'{key}: {value}' for key, value in values.items())}}}"


def sources_of(company: Company) -> tuple[Source, ...]:
    """Every source of a company: its stores, its property, its ad accounts, its events, the rates."""
    return tuple(_sources(company, MARKETS[company.slug]))


def tenants_yml() -> str:
    """The demo's tenants.yml."""
    lines = ["# The tenants of `gata-mcp demo`; it writes this file itself.", "tenants:"]
    for company in COMPANIES:
        lines += [
            f"  {company.slug}:",
            f"    name: {company.name}",
            f"    timezone: {company.timezone}",
            f"    currency: {company.currency}",
            "    sources:",
            *(f"      {source.entry(company.slug)}" for source in sources_of(company)),
        ]
    return "\n".join(lines) + "\n"


def _sources(company: Company, market: Market) -> Iterator[Source]:
    for store in company.stores:
        yield Source(store.source_name, store.connector, {"api": store.api} if store.api else {})
    seen = market.property
    measures: Settings = {"measures": list(seen.measures)} if seen.is_partial else {}
    yield Source(
        "google_analytics",
        "google_analytics",
        {"property_id": seen.property_id, "timezone": seen.timezone, **measures},
    )
    for account in market.accounts:
        # Meta writes its accounts' ids with a prefix everywhere but in its reports
        account_id = f"act_{account.account_id}" if account.family == "meta" else account.account_id
        for name in account.sources:
            settings: Settings = {
                "account_id": account_id,
                "currency": account.currency,
                "timezone": account.timezone,
            }
            yield Source(name, name, settings)
    if market.tracker:
        tracker = market.tracker
        project: Settings = {"project_id": tracker.project_id}
        if tracker.timezone != "UTC":
            project["timezone"] = tracker.timezone
        yield Source(tracker.connector, tracker.connector, project)
    if market.has_rates:
        yield Source("ecb_rates", "ecb_rates")


def _scalar(value: str) -> str:
    """A text that YAML reads as text."""
    return json.dumps(value) if value.isdigit() else value
