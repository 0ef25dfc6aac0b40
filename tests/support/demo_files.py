"""Reads the demo's exports as any JSON reader would: whole records only, in the order of their files' names."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

RFC_2822 = "%a, %d %b %Y %H:%M:%S %z"

Record = dict[str, Any]


def told(root: Path, tenant: str, source: str, entity: str) -> Iterator[Record]:
    """Every whole record of an entity, in the order of the files' names; broken ones are left out."""
    for path in sorted((root / "exports" / tenant / source).iterdir()):
        if not path.name.startswith((f"{entity}.", f"{entity}-")):
            continue
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if ".json." in f"{path.name}." and ".jsonl" not in path.name:
            held = json.loads(text, parse_float=Decimal)
            found = held if isinstance(held, list) else next(iter(held.values()))
            if isinstance(found, dict):
                found = [edge["node"] for edge in found[entity]["edges"]]
        else:
            found = [parsed(line) for line in text.decode("utf-8-sig").splitlines()]
        yield from (record for record in found if isinstance(record, dict) and is_whole(record))


def parsed(line: str) -> object:
    try:
        return json.loads(line, parse_float=Decimal)
    except ValueError:
        return None


def is_whole(record: Record) -> bool:
    """Whether it has its id, its amounts and a time, or (a product of BigCommerce) its order's id."""
    has_time = any(record.get(name) for name in ("created_at", "createdAt", "date_created", "created", "order_id"))
    amount = record["totalPriceSet"]["shopMoney"]["amount"] if "totalPriceSet" in record else ""
    return "id" in record and "N/A" not in (amount, *record.values()) and has_time


def newest(found: Iterator[Record], updated: str) -> dict[int, Record]:
    latest: dict[int, Record] = {}
    for record in found:
        held = latest.get(record["id"])
        if held is None or held[updated] <= record[updated]:
            latest[record["id"]] = record
    return latest


def shopify_orders(root: Path) -> Iterator[Record]:
    """The orders of the stores that are told as the REST API does."""
    for tenant, source in (("tyrell_corp", "shopify"), ("stark_industries", "shopify_eu")):
        yield from told(root, tenant, source, "orders")


def total(amounts: Iterator[object]) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts), Decimal(0))


def bigcommerce(root: Path, entity: str) -> Iterator[Record]:
    return told(root, "wayne_enterprises", "bigcommerce", entity)


def modified(order: Record) -> datetime:
    """When an order of BigCommerce was modified."""
    # %z makes it aware, which the linter does not see in a name
    return datetime.strptime(order["date_modified"], RFC_2822)  # noqa: DTZ007


def latest_bigcommerce(root: Path) -> dict[int, Record]:
    """The newest version of each order: its time is in words, which do not sort."""
    latest: dict[int, Record] = {}
    for order in bigcommerce(root, "orders"):
        held = latest.get(order["id"])
        before, now = (modified(record) for record in (held or order, order))
        if before <= now:
            latest[order["id"]] = order
    return latest
