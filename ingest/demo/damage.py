"""Broken records in the demo's exports, a few a year: what an envelope must turn away."""

from datetime import date

from ingest.demo.folder import Payload, encoded

# field names a shape and entity: the amount or parent, the id's siblings and the times that are required
_AMOUNTS = {
    ("shopify", "orders"): "total_price",
    ("shopify_graphql", "orders"): "totalPriceSet",
    ("bigcommerce", "orders"): "total_inc_tax",
    ("woocommerce", "orders"): "total",
    ("bigcommerce", "refunds"): "total_amount",
    ("woocommerce", "order_refunds"): "amount",
}
_TIMES = {
    "shopify": ("created_at", "processed_at"),
    "shopify_graphql": ("createdAt", "processedAt"),
    "bigcommerce": ("date_created", "created"),
    "woocommerce": ("date_created", "date_created_gmt"),
}
_UPDATED = {
    "shopify": "updated_at",
    "shopify_graphql": "updatedAt",
    "bigcommerce": "date_modified",
    "woocommerce": "date_modified_gmt",
}
_DAY_OF_MONTH = 11
# an id that no order of a demo has
_ELSEWHERE = 900_000_000


def kind_of_damage(shape: str, entity: str, day: date, *, takes_lines: bool) -> str | None:
    """What is broken in a record of that day, if one is: one record every other month, of orders' companions less."""
    month = day.year * 12 + day.month
    if day.day != _DAY_OF_MONTH or month % (2 if entity == "orders" else 4):
        return None
    kinds = ["no id", "not an object"]
    if entity == "order_products":
        kinds = ["no parent", "not an object"]
    elif entity == "orders":
        kinds = ["amount", "newer", "no id", "no time", "not an object"]
    elif (shape, entity) in _AMOUNTS:
        kinds = ["amount", "no id", "not an object"]
    if takes_lines:
        kinds.append("half a line")
    return kinds[month // (2 if entity == "orders" else 4) % len(kinds)]


def damaged(shape: str, entity: str, kind: str, payload: Payload) -> bytes:
    """A record like `payload`, broken in that way; unless it is "newer", no good record has its id."""
    if kind == "not an object":
        return b'"-- export resumed --"'
    broken = {**payload}
    if kind == "newer":
        # a later version of a good order: the good one stays the one that is served
        broken[_UPDATED[shape]] = _later(str(payload[_UPDATED[shape]]))
    else:
        broken["id"] = _elsewhere(payload["id"])
    if kind in ("amount", "newer"):
        amount = "N/A" if shape != "shopify_graphql" else {"shopMoney": {"amount": "N/A", "currencyCode": "USD"}}
        broken[_AMOUNTS[shape, entity]] = amount
    elif kind == "no id":
        del broken["id"]
    elif kind == "no parent":
        del broken["order_id"]
    elif kind == "no time":
        for name in _TIMES[shape]:
            broken.pop(name, None)
    text = encoded(broken)
    return text[: len(text) * 3 // 5] if kind == "half a line" else text


def _elsewhere(known: object) -> object:
    """An id that no order of a demo has, of the same form."""
    *kind, number = str(known).rsplit("/", 1)
    other = int(number) + _ELSEWHERE
    return "/".join([*kind, str(other)]) if kind else other


def _later(stamp: str) -> str:
    """The same moment a year on, whatever the format: only the year is touched."""
    year = next(part for part in stamp.replace("-", " ").split() if len(part) == 4 and part.isdigit())
    return stamp.replace(year, str(int(year) + 1), 1)
