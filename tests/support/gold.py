"""A small gold file made by hand: the marts as their yml declares them, filled with rows given as dicts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from warehouse.answer import Answer, answer
from warehouse.catalog import Catalog, CatalogSource
from warehouse.cataloguing import build_catalog
from warehouse.gold import open_gold
from warehouse.query import MetricQuery
from warehouse.tenants import Tenant

MARTS = Path(__file__).parents[2] / "warehouse" / "dbt" / "models" / "marts"
REFRESHED_AT = datetime(2026, 4, 1, 6, tzinfo=UTC)

Row = dict[str, object]


@cache
def mart_meta_from_yaml(folder: Path = MARTS) -> dict[str, dict[str, Any]]:
    """The marts' meta in the shape that a dbt manifest has it; copy it before changing it."""
    marts: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.yml")):
        for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]:
            marts[model["name"]] = {
                "meta": model["config"].get("meta", {}),
                "columns": {
                    column["name"]: {
                        "description": column["description"],
                        "data_type": column["data_type"],
                        "meta": column.get("config", {}).get("meta", {}),
                    }
                    for column in model["columns"]
                },
            }
    return marts


def tenant(**changes: object) -> Tenant:
    values: dict[str, object] = {
        "slug": "acme",
        "name": "Acme",
        "timezone": "America/New_York",
        "currency": "USD",
        "sources": {},
    }
    return Tenant.model_validate({**values, **changes})


def source(
    name: str,
    connector: str,
    first: str | None,
    through: str | None,
    *provides: str,
    measures: tuple[str, ...] | None = None,
) -> CatalogSource:
    """A source of the catalog, a store if nothing is said that it provides."""

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return CatalogSource(
        name=name,
        connector=connector,
        provides=provides or ("store",),
        measures=measures,
        first_day=day(first),
        data_through=day(through),
    )


def write_gold(path: Path, rows: Mapping[str, Iterable[Row]]) -> None:
    """Write a gold file at `path`: every mart of the yml, with `rows` by mart name."""
    with duckdb.connect(str(path)) as connection:
        fill_gold(connection, rows)


def fill_gold(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, Iterable[Row]]) -> None:
    """Create every mart of the yml in an empty database, with `rows` by mart name."""
    for mart, meta in mart_meta_from_yaml().items():
        columns = ", ".join(f'"{name}" {column["data_type"]}' for name, column in meta["columns"].items())
        connection.execute(f"create table {mart} ({columns})")
        for row in rows.get(mart, ()):
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(f"insert into {mart} ({names}) values ({', '.join('?' * len(row))})", list(row.values()))


class Asked:
    """A gold file with its catalog, to be asked on a day of one's choice (noon in UTC)."""

    def __init__(self, path: Path, sources: Iterable[CatalogSource], **changes: object) -> None:
        self.path = path
        self.catalog = catalog_of(path, sources, **changes)
        self.connection = open_gold(path, temp_directory=path.parent / "spill")

    def ask(self, **arguments: object) -> Answer:
        """The answer; on: the day it is asked, 2026-04-01 if not given."""
        on = str(arguments.pop("on", "2026-04-01"))
        now = datetime.fromisoformat(on).replace(hour=12, tzinfo=UTC)
        return answer(self.catalog, self.connection, MetricQuery.parse(arguments), now, deadline=30)

    def rows(self, **arguments: object) -> list[tuple[Any, ...]]:
        return list(self.ask(**arguments).rows)

    def sql(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.connection.cursor().execute(sql).fetchall())

    def close(self) -> None:
        self.connection.close()


def catalog_of(path: Path, sources: Iterable[CatalogSource], **changes: object) -> Catalog:
    """The catalog of a gold file. changes: settings of the tenant, or notices."""
    notices = changes.pop("notices", ())
    assert isinstance(notices, tuple)
    with duckdb.connect(str(path), read_only=True) as connection:
        return build_catalog(
            mart_meta_from_yaml(),
            tenant(**changes),
            "20260401T060000Z-abcdef",
            REFRESHED_AT,
            list(sources),
            notices,
            connection,
        )


class Shop:
    """Orders of one store, as rows of the three facts."""

    def __init__(self, source_name: str, platform: str, currency: str = "USD", rate: bool = True) -> None:
        self._name = source_name
        self._common: Row = {"source_name": source_name, "platform": platform, "currency": currency}
        self._rate = rate
        self.rows: dict[str, list[Row]] = {"fct_orders": [], "fct_order_lines": [], "fct_refunds": []}

    def _amounts(self, **amounts: object) -> Row:
        priced = {f"{name}_amount": value if self._rate else None for name, value in amounts.items()}
        return {**priced, **{f"native_{name}_amount": value for name, value in amounts.items()}}

    def order(
        self,
        number: int,
        day: str,
        lines: Iterable[tuple[str | None, str, str, str]],
        *,
        tax: str = "0",
        shipping: str = "0",
        total: str | None = None,
        person: str | None = None,
        first: bool = False,
        country: str | None = "United States",
        status: str = "paid",
        counted: bool = True,
    ) -> None:
        """An order with lines of (product title, quantity, gross, discount)."""
        key = f"{self._name}-{number}"
        carried: Row = {
            **self._common,
            "order_key": key,
            "order_id": str(number),
            "order_date": day,
            "order_status": status,
            "is_counted": counted,
            "customer_country": country,
            "customer_type": None if person is None else "new" if first else "returning",
            "channel": "Unattributed",
        }
        net = "0"
        for position, (title, quantity, gross, discount) in enumerate(lines, 1):
            net = str(Decimal(net) + Decimal(gross) - Decimal(discount))
            self.rows["fct_order_lines"].append(
                {
                    **carried,
                    "order_line_key": f"{key}-{position}",
                    "line_number": position,
                    "product_title": title,
                    "product_vendor": None if title is None else "Maker",
                    "is_gift_card": False,
                    "quantity": quantity,
                    **self._amounts(gross=gross, discount=discount, net=str(Decimal(gross) - Decimal(discount))),
                }
            )
        charged = total or str(Decimal(net) + Decimal(tax) + Decimal(shipping))
        self.rows["fct_orders"].append(
            {
                **carried,
                "person_key": person,
                "is_first_order": first,
                **self._amounts(total=charged, shipping=shipping, tax=tax, duties_and_fees="0", tips="0"),
            }
        )

    def refund(
        self,
        number: int,
        day: str,
        value: str,
        *,
        title: str | None = None,
        quantity: str = "0",
        tax: str = "0",
        country: str | None = "United States",
        status: str | None = "partially_refunded",
        reason: str | None = None,
    ) -> None:
        """One refunded line of an order, which need not exist."""
        self.rows["fct_refunds"].append(
            {
                **self._common,
                "refund_line_key": f"{self._name}-r{len(self.rows['fct_refunds'])}",
                "order_key": f"{self._name}-{number}",
                "order_id": str(number),
                "kind": "item" if title else "rest",
                "refund_date": day,
                "order_status": status,
                "customer_country": country,
                "channel": "Unattributed",
                "product_title": title,
                "refund_reason": reason,
                "is_counted": True,
                "quantity": quantity,
                **self._amounts(
                    **{"return": value},
                    tax=tax,
                    shipping="0",
                    duties_and_fees="0",
                    tips="0",
                    refunded=str(Decimal(value) + Decimal(tax)),
                ),
            }
        )


def merged(*shops: Shop) -> dict[str, list[Row]]:
    """The rows of several stores together."""
    return {
        mart: [row for shop in shops for row in shop.rows[mart]]
        for mart in ("fct_orders", "fct_order_lines", "fct_refunds")
    }


def three_stores() -> dict[str, list[Row]]:
    """Two priced stores with different coverage and one whose currency has no rate.

    shopify covers 2026-01-05 to 2026-03-31, woo 2026-02-10 to 2026-03-20, shopify_eu (EUR, no rate) 2026-03-01 to
    2026-03-31. There are guests, orders that do not count, NULL countries and products, a refund without its order.
    """
    shopify = Shop("shopify", "shopify")
    mug_and_cap = [("Mug", "2", "20.00", "1.10"), ("Cap", "1", "15.50", "0")]
    shopify.order(1, "2026-01-05", mug_and_cap, tax="2.75", person="ann", first=True)
    shopify.order(2, "2026-01-31", [("Mug", "1", "10.00", "0")], shipping="4.99", person="ann", country="Canada")
    shopify.order(3, "2026-02-28", [(None, "1", "7.77", "0")], country=None)
    shopify.order(4, "2026-03-01", [("Cap", "3", "46.50", "4.65")], tax="3.33", person="bob", first=True)
    shopify.order(5, "2026-03-02", [("Mug", "9", "90.00", "0")], status="pending", counted=False)
    shopify.order(6, "2026-03-31", [("O'Brien \"%_\\ ☕", "1", "0.01", "0")], person="ann")
    shopify.refund(1, "2026-02-03", "9.45", title="Mug", quantity="1", tax="0.70", reason="damaged")
    shopify.refund(999, "2026-02-03", "5.00", country=None, status=None)
    shopify.refund(4, "2026-03-15", "13.95", title="Cap", quantity="1", tax="1.11")
    woo = Shop("woo", "woocommerce")
    woo.order(1, "2026-02-10", [("Mug", "1", "11.00", "0")], person="ann", country="Germany")
    lamps = [("Lamp", "2", "80.00", "8.00")]
    woo.order(2, "2026-03-20", lamps, tax="14.40", person="eve", first=True, country="Germany")
    europe = Shop("shopify_eu", "shopify", "EUR", rate=False)
    europe.order(1, "2026-03-01", [("Lamp", "1", "39.00", "0")], person="zoe", first=True, country="France")
    lamp_and_mug = [("Lamp", "1", "39.00", "0"), ("Mug", "1", "9.00", "0")]
    europe.order(2, "2026-03-31", lamp_and_mug, person="zoe", country="France")
    europe.refund(1, "2026-03-10", "39.00", title="Lamp", quantity="1", country="France", status="refunded")
    return merged(shopify, woo, europe)


THREE_STORES = (
    source("shopify", "shopify", "2026-01-05", "2026-03-31"),
    source("woo", "woocommerce", "2026-02-10", "2026-03-20"),
    source("shopify_eu", "shopify", "2026-03-01", "2026-03-31"),
)
