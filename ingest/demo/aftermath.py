"""What becomes of a demo order in the days after: payment, shipment, edits, refunds, cancellation."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from ingest.demo.amounts import charged
from ingest.demo.clock import LAST_SECOND, instant
from ingest.demo.dice import weighted
from ingest.demo.events import Cancelled, Edited, Happening, OrderPlaced, Progressed
from ingest.demo.refunds import Refunds

_CANCEL_REASONS = ("customer", "inventory", "fraud", "other")
_KEPT = Decimal("0.15")


def aftermath(placed: OrderPlaced, second: int, zone: ZoneInfo, chance: Random) -> tuple[Happening, ...]:
    """Everything that will happen to an order, in order of time, whatever day it is today."""
    outlook = _Outlook(placed, second, zone, chance)
    if placed.goods and not placed.is_test:
        _COURSES[placed.store.connector](outlook)
    return tuple(outlook.happenings)


class _Outlook:
    """An order's future as it is being made up: a moment that only moves on, and what happens at it."""

    def __init__(self, placed: OrderPlaced, second: int, zone: ZoneInfo, chance: Random) -> None:
        self.placed = placed
        self.chance = chance
        self.refunds = Refunds(placed, chance)
        self.happenings: list[Happening] = []
        self._day, self._second, self._zone = placed.recorded_day, second, zone

    def after(self, fewest: int, most: int) -> tuple[datetime, date]:
        """Move on by some days, to any time of that day (of the same day: to what is left of it)."""
        days = self.chance.randint(fewest, most)
        self._day += timedelta(days=days)
        earliest = 0 if days else self._second + 1
        self._second = self.chance.randint(earliest, max(earliest, LAST_SECOND))
        return instant(self._day, self._second, self._zone), self._day

    def soon(self) -> tuple[datetime, date]:
        """Move on by a few seconds of the same day."""
        self._second += self.chance.randint(2, 30)
        return instant(self._day, self._second, self._zone), self._day

    def progress(self, moment: tuple[datetime, date], state: str | None) -> None:
        self.happenings.append(Progressed(*moment, state))

    def cancel(self, moment: tuple[datetime, date]) -> None:
        self.happenings.append(Cancelled(*moment, self.chance.choice(_CANCEL_REASONS)))

    @property
    def is_plain(self) -> bool:
        """Nothing in it whose way back its vendor writes in more than one way."""
        placed = self.placed
        return len(placed.goods) == len(placed.lines) and not placed.tip and not placed.duties


def _shopify(outlook: _Outlook) -> None:
    placed, chance = outlook.placed, outlook.chance
    roll = chance.random()
    if placed.presentment:
        return
    if placed.state in ("pending", "authorized"):
        if roll < 0.6:
            outlook.progress(outlook.after(1, 6), "paid")
        elif roll < 0.8 and len(placed.goods) == len(placed.lines):
            outlook.progress(outlook.after(2, 9), "voided")
            outlook.cancel(outlook.soon())
    elif placed.state == "voided":
        # a voided payment alone takes nothing back
        if roll < 0.5 and len(placed.goods) == len(placed.lines):
            outlook.cancel(outlook.after(1, 5))
    elif placed.state == "paid":
        if roll < 0.04 and len(placed.goods) == len(placed.lines):
            _shopify_cancelled(outlook)
        elif roll < 0.18:
            _shopify_refunded(outlook)
        elif roll < 0.28:
            outlook.progress(outlook.after(1, 4), "fulfilled")


def _shopify_cancelled(outlook: _Outlook) -> None:
    roll, refunds = outlook.chance.random(), outlook.refunds
    if roll < 0.25 or not outlook.is_plain:
        outlook.cancel(outlook.after(0, 6) if roll < 0.1 else outlook.after(1, 6))
        return
    if roll < 0.45:
        outlook.happenings.append(refunds.of_goods(*outlook.after(1, 12), refunds.some()))
    elif roll < 0.55:
        money = charged(outlook.placed.net_goods / 4)
        outlook.happenings.append(refunds.of_money(*outlook.after(1, 12), money))
        outlook.cancel(outlook.after(1, 9))
        return
    outlook.cancel(outlook.after(1, 9))
    # the money follows the cancellation; by then its goods are back already
    goods = refunds.everything()
    if goods:
        shipped = refunds.can_refund_shipping
        outlook.happenings.append(refunds.of_goods(*outlook.soon(), goods, with_shipping=shipped, form="lines"))


def _shopify_refunded(outlook: _Outlook) -> None:
    refunds, chance, happenings = outlook.refunds, outlook.chance, outlook.happenings
    shipping = refunds.can_refund_shipping
    form = chance.choice(("lines", "adjustment"))
    kinds = ((0.28, "full"), (0.3, "part"), (0.1, "part and shipping"), (0.12, "money"), (0.1, "fee"), (0.1, "twice"))
    kind = weighted(chance, kinds) if outlook.is_plain else "part"
    moment = outlook.after(1, 35)
    if kind == "full":
        happenings.append(refunds.of_goods(*moment, refunds.everything(), with_shipping=shipping, form=form))
    elif kind == "part":
        happenings.append(refunds.of_goods(*moment, refunds.some()))
    elif kind == "part and shipping":
        happenings.append(refunds.of_goods(*moment, refunds.some(), with_shipping=shipping, form=form))
    elif kind == "money":
        whole = chance.random() < 0.2
        money = refunds.money_left if whole else charged(outlook.placed.net_goods / chance.choice((3, 5, 10)))
        happenings.append(refunds.of_money(*moment, money))
    elif kind == "fee":
        happenings.append(refunds.of_goods(*moment, refunds.some(), keep=_KEPT))
    else:
        happenings.append(refunds.of_goods(*moment, refunds.some()))
        goods = refunds.everything()
        if goods:
            happenings.append(refunds.of_goods(*outlook.after(1, 25), goods, with_shipping=shipping, form=form))


def _bigcommerce(outlook: _Outlook) -> None:
    placed, chance, happenings = outlook.placed, outlook.chance, outlook.happenings
    roll = chance.random()
    if placed.state == "awaiting payment":
        if roll < 0.4:
            outlook.progress(outlook.after(1, 4), "awaiting fulfillment")
        elif roll < 0.8:
            outlook.cancel(outlook.after(2, 10))
    elif placed.state in ("awaiting fulfillment", "completed"):
        if roll < 0.04:
            _cancelled(outlook, "order")
        elif roll < 0.16:
            _bigcommerce_refunded(outlook)
        elif roll < 0.17:
            outlook.progress(outlook.after(1, 20), "deleted")
        elif roll < 0.2 and len(placed.lines) > 1 and not placed.discounts:
            moment = outlook.after(1, 20)
            happenings.append(Edited(*moment, replace(placed, lines=placed.lines[:-1])))
        elif roll < 0.45 and placed.state == "awaiting fulfillment":
            outlook.progress(outlook.after(1, 3), "shipped")
            if roll < 0.3:
                outlook.progress(outlook.after(2, 6), "completed")


def _bigcommerce_refunded(outlook: _Outlook) -> None:
    placed, refunds, chance = outlook.placed, outlook.refunds, outlook.chance
    moment = outlook.after(1, 30)
    # without an amount its value is price × quantity; with one, no tax can be meant to be in it
    form = "amount" if placed.discounts else "quantity"
    roll = chance.random()
    if roll < 0.15:
        money = refunds.money_left if roll < 0.05 else charged(placed.net_goods / chance.choice((3, 5, 10)))
        outlook.happenings.append(refunds.of_money(*moment, money, "order"))
    elif roll < 0.5:
        outlook.happenings.append(
            refunds.of_goods(*moment, refunds.everything(), with_shipping=refunds.can_refund_shipping, form=form)
        )
    else:
        outlook.happenings.append(refunds.of_goods(*moment, refunds.some(), form=form))


def _woocommerce(outlook: _Outlook) -> None:
    state, roll = outlook.placed.state, outlook.chance.random()
    if state == "pending":
        if roll < 0.55:
            outlook.progress(outlook.after(0, 2) if roll > 0.9 else outlook.after(1, 2), "processing")
        elif roll < 0.75:
            outlook.cancel(outlook.after(1, 3))
        elif roll < 0.85:
            outlook.progress(outlook.after(1, 2), "failed")
    elif state == "on-hold":
        if roll < 0.5:
            outlook.progress(outlook.after(1, 6), "processing")
        elif roll < 0.7:
            outlook.cancel(outlook.after(2, 9))
    elif state in ("processing", "completed"):
        if roll < 0.04:
            _cancelled(outlook, "amount")
        elif roll < 0.17:
            _woocommerce_refunded(outlook)
        elif roll < 0.5 and state == "processing":
            outlook.progress(outlook.after(1, 4), "completed")


def _woocommerce_refunded(outlook: _Outlook) -> None:
    placed, refunds, chance = outlook.placed, outlook.refunds, outlook.chance
    moment, shipping = outlook.after(1, 30), refunds.can_refund_shipping
    roll = chance.random()
    if roll < 0.3:
        refund = refunds.of_goods(*moment, refunds.everything(), with_shipping=shipping)
    elif roll < 0.7:
        refund = refunds.of_goods(*moment, refunds.some(), with_shipping=shipping and roll < 0.4)
    elif roll < 0.78:
        # less money than the lines are worth; WooCommerce records no reason, so the returns stay what they are
        refund = refunds.of_goods(*moment, refunds.some(), keep=_KEPT, records_kept=False)
    elif roll < 0.85:
        refund = refunds.of_money(*moment, refunds.money_left)
    else:
        refund = refunds.of_money(*moment, charged(placed.net_goods / chance.choice((3, 5, 10))))
    outlook.happenings.append(refund)


def _cancelled(outlook: _Outlook, form: str) -> None:
    """Cancelled after payment; the vendor gives no date of it, and the record is touched once more later."""
    refunds, roll = outlook.refunds, outlook.chance.random()
    if roll < 0.3:
        money = charged(outlook.placed.net_goods / 4)
        outlook.happenings.append(refunds.of_money(*outlook.after(1, 12), money, form))
    outlook.cancel(outlook.after(1, 9))
    if roll < 0.7:
        outlook.happenings.append(refunds.of_money(*outlook.after(1, 3), refunds.money_left, form))
    if 0.2 < roll < 0.9:
        outlook.progress(outlook.after(2, 20), None)


_COURSES = {"shopify": _shopify, "bigcommerce": _bigcommerce, "woocommerce": _woocommerce}
