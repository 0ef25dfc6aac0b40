"""Small stars made to be difficult: NULL keys, orphans, equal ranks, zero and negative figures, huge amounts, gaps."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from gold import Row, source

from warehouse.catalog import CatalogSource

ODD = "O'Brien \"%_\\ ☕"
_TEXTS: dict[str, list[str | None]] = {
    "channel": [None, "Paid Search", "Email", "email", "tv", "Unattributed", "", "Other"],
    "campaign_name": [None, "Spring", "spring", "Ärger", ODD, "Other", "Other (rest)"],
    "order_status": [None, "paid", "pending", "refunded"],
    "customer_country": [None, "Germany", "France", "United States"],
    "customer_type": [None, "new", "returning"],
    "product_title": [None, "Mug", "mug", "Cap", ODD],
    "product_sku": [None, "1", "01", "A-1"],
    "product_vendor": [None, "Maker", "Other"],
    "refund_reason": [None, "damaged", "other"],
    "device_category": [None, "mobile", "desktop"],
    "visitor_country": [None, "Canada", "(not set)"],
    "event_name": [None, "purchase", "page_view", "Purchase"],
}
_CENTS = ["0", "0.01", "10.00", "10.00", "19.99", "7.77", "-3.50", "100", "0.0001", "-0.0002"]
_EQUAL = ["10", "10", "10", "20", "-10", "0"]
_HUGE = [
    "90071992547409.93",
    "99999999999.9999",
    "12345678901.2345",
    "-90071992547409.92",
    "0.0001",
    "99999999999999.9999",
]
_SMALL_HUGE = ["123456789012.345678", "0.000001", "-99999999999.999999", "987654321098.7654"]
_NUMBERS = [0, 0, 1, 2, 3, 10, 100, -4]
_HUGE_NUMBERS = [0, 10**15, 9007199254740993, 999999999999999, -(10**15), 7]
# a leap day, weeks 53 (2020 and 2026), and the years beside them
_ERAS = [
    (date(2019, 12, 1), date(2021, 2, 28)),
    (date(2023, 1, 20), date(2025, 3, 10)),
    (date(2025, 10, 1), date(2027, 2, 10)),
]
_ZONES = ["America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kolkata", "Europe/Berlin", "UTC", "America/St_Johns"]


@dataclass(frozen=True)
class Star:
    """Rows by mart, the sources of the catalog, the tenant's settings, and days at which something happens."""

    tables: dict[str, list[Row]]
    sources: tuple[CatalogSource, ...]
    settings: dict[str, object]
    days: tuple[date, ...]


def star(seed: int) -> Star:
    """The star of a seed."""
    return _Drawn(Random(seed)).star()


class _Drawn:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.first, self.last = random.choice(_ERAS)
        self.days = tuple(sorted(self._pool()))
        self.amounts = random.choice([_CENTS, _CENTS, _EQUAL, [*_CENTS, *_HUGE]])
        self.costs = random.choice([_CENTS, _EQUAL, [*_CENTS, *_SMALL_HUGE]])
        self.numbers = random.choice([_NUMBERS, _NUMBERS, [*_NUMBERS, *_HUGE_NUMBERS]])
        # the fewer values, the more rows a group has
        self.texts = {name: random.sample(texts, random.randint(2, len(texts))) for name, texts in _TEXTS.items()}
        self.unpriced = random.choice([0.0, 0.15, 0.5, 1.0])

    def star(self) -> Star:
        random = self.random
        stores = random.sample(
            [("shopify", "shopify"), ("woo", "woocommerce"), ("shop_eu", "shopify")], random.randint(1, 3)
        )
        sources = [source(name, connector, *self._span()) for name, connector in stores]
        measured: set[str] = set()
        sellers = [name for name, _ in stores]
        for name in ["ga", "ga_two"][: random.choice([0, 1, 1, 1, 2])]:
            measures = random.choice([None, tuple(random.sample(sellers, random.randint(1, len(sellers))))])
            measured.update(sellers if measures is None else measures)
            provides = random.choice([("google_analytics",), ("google_analytics", "events")])
            sources.append(source(name, "google_analytics", *self._span(), *provides, measures=measures))
        accounts = [("facebook_ads", "facebook_ads"), ("search", "google_ads"), ("bing_ads", "bing_ads")]
        for name, connector in accounts[: random.choice([0, 1, 2, 2, 3])]:
            sources.append(source(name, connector, *self._span(), "ads"))
        if random.random() < 0.5:
            sources.append(source("mixpanel", "mixpanel", *self._span(), "events"))
        by_kind = {
            kind: [(each.name, each.connector) for each in sources if kind in each.provides]
            for kind in ("store", "google_analytics", "ads", "events")
        }
        tables = {
            "fct_orders": [self._order(at, measured) for at in self._count(stores)],
            "fct_order_lines": [self._line(at) for at in self._count(stores)],
            "fct_refunds": [self._refund(at) for at in self._count(stores)],
            "fct_ad_performance": [self._ad(at) for at in self._count(by_kind["ads"])],
            "fct_sessions": [self._session(at) for at in self._count(by_kind["google_analytics"])],
            "fct_events": [self._event(at) for at in self._count(by_kind["events"])],
        }
        settings: dict[str, object] = {
            "timezone": random.choice(_ZONES),
            "currency": "USD",
            "week_start": random.choice(["monday", "sunday", "saturday", "wednesday"]),
            "fiscal_year_start": random.choice([1, 2, 4, 7, 10, 12]),
        }
        return Star(tables, tuple(sources), settings, self.days)

    def _pool(self) -> set[date]:
        random, found = self.random, {self.first, self.last}
        day = self.first
        while day <= self.last:
            after = day + timedelta(days=1)
            if (day.month in (2, 12) and day.day >= 28) or (day.month == 1 and day.day < 5):
                found.add(day)
            elif after.day == 1 or day.day == 1:
                found.update([day] if random.random() < 0.5 else [])
            elif random.random() < 0.03:
                found.add(day)
            day = after
        few = random.choice([8, 15, 40])
        return set(random.sample(sorted(found), min(few, len(found)))) | {self.first}

    def _span(self) -> tuple[str | None, str | None]:
        random = self.random
        if random.random() < 0.08:
            return None, None
        first, last = sorted(random.choices([*self.days, self.first, self.first, self.last, self.last], k=2))
        return str(first), str(last)

    def _count(self, sources: list[tuple[str, str]]) -> list[tuple[str, str]]:
        number = self.random.choice([0, 3, 20, 40, 40, 60, 60])
        return self.random.choices(sources, k=number) if sources else []

    def _common(self, at: tuple[str, str], day: str, *texts: str) -> Row:
        random = self.random
        return {
            "source_name": at[0],
            "platform": at[1],
            day: str(random.choice(self.days)),
            **{name: random.choice(self.texts[name]) for name in texts},
        }

    def _amounts(self, prefixes: tuple[str, ...], pool: list[str]) -> Row:
        random, row = self.random, Row()
        priced = random.random() >= self.unpriced
        for name in prefixes:
            value = None if random.random() < 0.05 else random.choice(pool)
            row[f"native_{name}_amount"] = value
            row[f"{name}_amount"] = value if priced else None
        return row

    def _of_an_order(self, at: tuple[str, str], day: str, *texts: str) -> Row:
        carried = ("channel", "campaign_name", "order_status", "customer_country", "customer_type")
        key = f"{at[0]}-{self.random.randint(1, 30)}"
        return {
            **self._common(at, day, *carried, *texts),
            "order_key": key,
            "order_id": key,
            "currency": self.random.choice(["USD", "EUR", None]),
            "is_counted": self.random.random() < 0.85,
        }

    def _order(self, at: tuple[str, str], measured: set[str]) -> Row:
        random = self.random
        return {
            **self._of_an_order(at, "order_date"),
            "person_key": random.choice([None, "ann", "bob", "eve", "zoe"]),
            "is_first_order": random.random() < 0.4,
            "is_measured": at[0] in measured,
            "is_attributed_to_paid": at[0] in measured and random.random() < 0.5,
            **self._amounts(("total", "shipping", "tax", "duties_and_fees", "tips"), self.amounts),
        }

    def _line(self, at: tuple[str, str]) -> Row:
        return {
            **self._of_an_order(at, "order_date", "product_title", "product_sku", "product_vendor"),
            "quantity": self.random.choice([None, "1", "1", "2", "-1", "0.5"]),
            **self._amounts(("gross", "discount"), self.amounts),
        }

    def _refund(self, at: tuple[str, str]) -> Row:
        products = ("product_title", "product_sku", "product_vendor", "refund_reason")
        amounts = ("return", "tax", "shipping", "duties_and_fees", "tips", "refunded")
        return {
            **self._of_an_order(at, "refund_date", *products),
            "quantity": self.random.choice([None, "0", "1", "2"]),
            **self._amounts(amounts, self.amounts),
        }

    def _ad(self, at: tuple[str, str]) -> Row:
        random = self.random
        amounts = self._amounts(("spend", "platform_revenue"), self.costs)
        return {
            **self._common(at, "ad_date", "channel", "campaign_name"),
            "currency": random.choice(["USD", "EUR"]),
            "is_priced": amounts["spend_amount"] is not None,
            "impressions": random.choice(self.numbers),
            "clicks": random.choice(self.numbers),
            "platform_conversions": random.choice(self.costs),
            **amounts,
        }

    def _session(self, at: tuple[str, str]) -> Row:
        return {
            **self._common(at, "session_date", "channel", "campaign_name", "device_category", "visitor_country"),
            "sessions": self.random.choice(self.numbers),
            "engaged_sessions": self.random.choice(self.numbers),
        }

    def _event(self, at: tuple[str, str]) -> Row:
        return {
            **self._common(at, "event_date", "event_name"),
            "event_count": self.random.choice(self.numbers),
        }
