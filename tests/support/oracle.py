"""The independent oracle: every metric, worked out in plain Python from the export files of a tenant.

It shares no code with the product; what it holds to is metrics.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

import oracle_bigcommerce
import oracle_shopify
import oracle_woocommerce
from oracle_ad_platforms import ad_source
from oracle_ads import FAMILIES, AdSource, placed
from oracle_analytics import Property, ga4_property
from oracle_attribution import channels, touches
from oracle_campaigns import campaign_channels, campaigns
from oracle_event_sources import amplitude, mixpanel
from oracle_facts import Facts, Tenant, store_facts
from oracle_metrics import ADDS_UP, DIMENSIONS, METRICS, Group, dimensions_of, value
from oracle_rates import rates
from oracle_records import Store
from oracle_traffic import ad_rows, event_rows, session_rows

__all__ = [
    "ADDS_UP",
    "DIMENSIONS",
    "METRICS",
    "Facts",
    "Group",
    "SourceFolder",
    "TenantExports",
    "dimensions_of",
    "exports",
    "read_tenant",
    "value",
]

STORES: Mapping[str, Callable[[str, Path, str | None], Store]] = {
    "shopify": oracle_shopify.store,
    "bigcommerce": lambda name, folder, api: oracle_bigcommerce.store(name, folder),
    "woocommerce": lambda name, folder, api: oracle_woocommerce.store(name, folder),
}


class SourceFolder(TypedDict):
    """A source's folder of files, and what else tenants.yml says of it."""

    connector: str
    folder: Path
    api: NotRequired[str]
    measures: NotRequired[list[str]]
    account_id: NotRequired[str]
    currency: NotRequired[str]
    timezone: NotRequired[str]


class TenantExports(TypedDict):
    timezone: str
    currency: str
    sources: Mapping[str, SourceFolder]
    week_start: NotRequired[str]
    fiscal_year_start: NotRequired[int]


def exports(home: Path, settings: Mapping[str, Any]) -> TenantExports:
    """A tenant's entry in tenants.yml, its folders made absolute. home: the folder of that file."""
    sources = {
        name: {**source, "connector": source.get("connector", name), "folder": home / source["files"]}
        for name, source in settings["sources"].items()
    }
    return {**settings, "sources": sources}  # type: ignore[typeddict-item]


def read_tenant(tenant: TenantExports) -> Facts:
    """The facts in the folders of a tenant's sources.

    Raises:
        KeyError: when a source's connector is none that is known.
    """
    stores: list[Store] = []
    names: list[str] = []
    properties: list[Property] = []
    accounts: list[AdSource] = []
    folders: list[Path] = []
    of_events: list[tuple[str, SourceFolder]] = []
    for name, source in tenant["sources"].items():
        connector, folder = source["connector"], Path(source["folder"])
        if connector in STORES:
            stores.append(STORES[connector](name, folder, source.get("api")))
            names.append(name)
        elif connector == "google_analytics":
            properties.append(ga4_property(name, folder, source.get("measures")))
        elif connector == "ecb_rates":
            folders.append(folder)
        elif connector in ("mixpanel", "amplitude"):
            of_events.append((name, source))
        elif connector in FAMILIES:
            accounts.append(ad_source(name, connector, folder, source.get("account_id"), source.get("currency")))
        else:
            raise KeyError(connector)
    clock = Tenant(ZoneInfo(tenant["timezone"]), tenant["currency"], rates(folders))
    advertised = placed(accounts)
    known = campaigns(advertised, (record for account in accounts for record in account.campaigns))
    channel_of = channels(properties)
    visits = [row for one in properties for row in one.sessions]
    orders = [order for store in stores for order in store.orders]
    touched = touches(orders, lambda order: clock.day(order.ordered_at), properties, channel_of, known)
    measured = {name: any(one.sees(name) for one in properties) for name in names}
    events = [row for one in properties for row in one.events]
    for name, source in of_events:
        folder = Path(source["folder"])
        if source["connector"] == "mixpanel":
            events.extend(mixpanel(name, folder, clock.day, source.get("timezone")))
        else:
            events.extend(amplitude(name, folder, clock.day))
    return replace(
        store_facts(stores, clock, touched, measured),
        ads=ad_rows(advertised, clock, known, campaign_channels(known, visits, channel_of)),
        sessions=session_rows(visits, channel_of, known),
        events=event_rows(events),
        week_start=tenant.get("week_start", "monday"),
        fiscal_year_start=tenant.get("fiscal_year_start", 1),
    )
