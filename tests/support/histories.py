"""Random batch histories of small stores: late, stale and repeated versions, children that vanish, records that are bad
at first and repaired later. Deterministic by seed.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from story import (
    Record,
    Store,
    Story,
    bc_item,
    bc_order,
    bc_product,
    bc_refund,
    line,
    order,
    refund,
    returned,
    woo_line,
    woo_order,
    woo_refund,
    woo_returned,
)

CONNECTORS = ("shopify", "bigcommerce", "woocommerce")
DAY = "2026-10-{:02d}T{:02d}:00:00+00:00"
_ENTITIES = {
    "shopify": ("orders", "refunds", "customers"),
    "bigcommerce": ("orders", "order_products", "refunds"),
    "woocommerce": ("orders", "order_refunds"),
}


@dataclass
class History:
    """One store and its batches: `batch` makes the next, a list of records an entity."""

    seed: int
    name: str = field(init=False)
    connector: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"h{self.seed:02d}"
        self.connector = CONNECTORS[self.seed % len(CONNECTORS)]
        self._dice = random.Random(self.seed)
        self._told: dict[str, list[Record | str]] = {entity: [] for entity in _ENTITIES[self.connector]}
        self._bad: list[tuple[str, Record]] = []

    @property
    def store(self) -> Store:
        return Store(self.name, self.connector, {})

    def deliver(self, acme: Story, step: int) -> None:
        """Write the files of a batch; what was told before may be told again, in this batch or instead of it."""
        for entity, records in self._batch(step).items():
            if records:
                minutes = step * 60 + self._dice.randrange(50)
                if self._dice.random() < 0.2:
                    # a file that lay about: written before those that are known already
                    minutes -= 90
                acme.deliver(*records, name=f"{entity}-{step}.jsonl", source=self.name, minutes=minutes)

    def _batch(self, step: int) -> dict[str, list[Record | str]]:
        batch: dict[str, list[Record | str]] = {entity: [] for entity in self._told}
        for entity, good in self._bad:
            batch[entity].append(good)
        self._bad = []
        for number in self._dice.sample(range(1, 9), self._dice.randrange(1, 5)):
            version = self._dice.randrange(6)
            for entity, record in self._tell(number, version):
                if self._dice.random() < 0.08:
                    batch[entity].append(self._spoilt(record))
                    self._bad.append((entity, record))
                else:
                    batch[entity].append(record)
        for entity, told in self._told.items():
            if told and self._dice.random() < 0.4:
                batch[entity].append(self._dice.choice(told))
            told += batch[entity]
        return batch

    def _spoilt(self, record: Record) -> Record:
        """The record with an amount that is none."""
        amounts = ("total_price", "total_inc_tax", "total", "total_ex_tax", "amount", "total_amount")
        found = next((name for name in amounts if name in record), "id")
        return {**record, found: {"not": "one"} if found == "id" else "N/A"}

    def _tell(self, number: int, version: int) -> list[tuple[str, Record]]:
        when = DAY.format(1 + number, 5)
        updated = DAY.format(10 + version, number)
        told: list[tuple[str, Record]] = []
        lines = self._dice.sample((1, 2, 3), self._dice.randrange(4))
        amount = 10 + version
        total = f"{amount * max(len(lines), 1)}.00"
        mail = f"buyer{self._dice.randrange(4)}@example.com"
        tell: Any = {"shopify": self._shopify, "bigcommerce": self._bigcommerce, "woocommerce": self._woocommerce}
        told += tell[self.connector](number, when, updated, total, amount, lines, mail)
        return told

    def _shopify(
        self, number: int, when: str, updated: str, total: str, amount: int, lines: list[int], mail: str
    ) -> list[tuple[str, Record]]:
        refunds = [
            refund(number * 10 + k, number, updated, f"{amount}.00", returned(number * 10 + k, f"{amount}.00"))
            for k in lines
            if self._dice.random() < 0.3
        ]
        more: Record = {"cancelled_at": updated} if self._dice.random() < 0.15 else {}
        if self._dice.random() < 0.7:
            more["customer"] = {"id": number % 3 + 1, "email": mail, "updated_at": updated}
        record = order(
            number,
            when,
            total,
            *(line(number * 10 + k, f"{amount}.00") for k in lines),
            updated=updated,
            refunds=refunds,
            currency=self._dice.choice(["USD", "USD", "EUR"]),
            **more,
        )
        told: list[tuple[str, Record]] = [("orders", record)]
        if self._dice.random() < 0.2:
            alone = refund(number * 10 + 9, number + self._dice.randrange(2) * 100, updated, "3.00")
            told.append(("refunds", alone))
        if self._dice.random() < 0.2:
            told.append(("customers", {"id": number % 3 + 1, "email": mail, "updated_at": updated}))
        return told

    def _bigcommerce(
        self, number: int, when: str, updated: str, total: str, amount: int, lines: list[int], mail: str
    ) -> list[tuple[str, Record]]:
        status = self._dice.choice([11, 11, 2, 5, 14])
        record = bc_order(
            number,
            when,
            total,
            updated=updated,
            status_id=status,
            billing_address={"email": mail, "country_iso2": "US"},
        )
        told: list[tuple[str, Record]] = [("orders", record)]
        told += [("order_products", bc_product(number * 10 + k, number, f"{amount}.0000")) for k in lines]
        if lines and self._dice.random() < 0.3:
            item = bc_item("PRODUCT", number * 10 + lines[0], f"{amount}.00")
            told.append(("refunds", bc_refund(number, number, updated, f"{amount}.00", item)))
        return told

    def _woocommerce(
        self, number: int, when: str, updated: str, total: str, amount: int, lines: list[int], mail: str
    ) -> list[tuple[str, Record]]:
        told_of = [{"id": number * 10 + 9, "reason": "", "total": "-2.00"}] if self._dice.random() < 0.3 else []
        status = self._dice.choice(["processing", "completed", "cancelled", "refunded", "failed"])
        record = woo_order(
            number,
            when,
            total,
            *(woo_line(number * 10 + k, f"{amount}.00") for k in lines),
            updated=updated,
            status=status,
            refunds=told_of,
            billing={"email": mail, "country": "US"},
        )
        told: list[tuple[str, Record]] = [("orders", record)]
        if lines and self._dice.random() < 0.3:
            back = woo_returned(number * 100 + 1, number * 10 + lines[0], f"-{amount}.00")
            told.append(("order_refunds", woo_refund(number * 10 + 9, number, updated, f"{amount}.00", back)))
        return told
