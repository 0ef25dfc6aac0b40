"""The independent oracle: every store metric, worked out in plain Python from the export files of a tenant.

It shares no code with the product; what it holds to is metrics.md.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

import oracle_bigcommerce
import oracle_shopify
import oracle_woocommerce
from oracle_facts import Facts, Tenant, facts
from oracle_metrics import ADDS_UP, DIMENSIONS, METRICS, Group, dimensions_of, value

__all__ = [
    "ADDS_UP",
    "DIMENSIONS",
    "METRICS",
    "Facts",
    "Group",
    "SourceFolder",
    "TenantExports",
    "dimensions_of",
    "read_tenant",
    "value",
]

STORES = {
    "shopify": oracle_shopify.store,
    "bigcommerce": oracle_bigcommerce.store,
    "woocommerce": oracle_woocommerce.store,
}


class SourceFolder(TypedDict):
    connector: str
    folder: Path


class TenantExports(TypedDict):
    timezone: str
    currency: str
    sources: Mapping[str, SourceFolder]
    week_start: NotRequired[str]
    fiscal_year_start: NotRequired[int]


def read_tenant(tenant: TenantExports) -> Facts:
    """The facts in the folders of a tenant's sources: a row for each order, order line and refunded line.

    Raises:
        KeyError: when a source's connector is no store.
    """
    stores = [STORES[source["connector"]](name, Path(source["folder"])) for name, source in tenant["sources"].items()]
    return facts(
        stores,
        Tenant(ZoneInfo(tenant["timezone"]), tenant["currency"]),
        tenant.get("week_start", "monday"),
        tenant.get("fiscal_year_start", 1),
    )
