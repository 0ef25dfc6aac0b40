"""Amounts, tax lines and timestamps in Shopify's shape."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ingest.demo.amounts import charged
from ingest.demo.events import Tax


def stamp(at: datetime, zone: ZoneInfo) -> str:
    """A timestamp with the offset that the shop's clock has on that day."""
    return at.astimezone(zone).isoformat()


class Money:
    """Money bags of one order: the shop's currency, and the one the buyer saw."""

    def __init__(self, shop: str, presentment: tuple[str, Decimal] | None) -> None:
        self.shop = shop
        self.presentment = presentment[0] if presentment else shop
        self._rate = presentment[1] if presentment else None

    def bag(self, amount: Decimal) -> dict[str, object]:
        """An amount in both currencies."""
        own = {"amount": str(amount), "currency_code": self.shop}
        if self._rate is None:
            return {"shop_money": own, "presentment_money": own}
        seen = {"amount": str(charged(amount * self._rate)), "currency_code": self.presentment}
        return {"shop_money": own, "presentment_money": seen}

    def tax_line(self, tax: Tax) -> dict[str, object]:
        """One tax line."""
        return {
            "title": tax.title,
            "price": str(tax.amount),
            "rate": tax.rate,
            "channel_liable": False,
            "price_set": self.bag(tax.amount),
        }
