"""Which orders can be led back to their visit, and what the channels then have to show."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ingest.demo.amounts import ZERO
from ingest.demo.events import OrderPlaced
from ingest.demo.marketing import PAID, Market
from ingest.demo.visits import Visit

UNATTRIBUTED = "Unattributed"
_COLUMNS = ("source_name", "order_id", "day", "channel", "campaign_id", "match_method", "is_measured", "is_counted")


@dataclass(frozen=True, slots=True)
class Attributed:
    """An order with the channel that it must be found to have.

    name: without the sign before it; row_day: that of its transaction row, None without one. total: in the reporting
    currency, None without a rate.
    """

    source_name: str
    order_id: int
    name: str
    day: date
    channel: str
    campaign_id: str
    match_method: str
    row_day: date | None
    is_measured: bool
    is_counted: bool
    total: Decimal | None


class Attribution:
    """The orders of one company and the transaction rows that tell of them."""

    def __init__(self, market: Market, last: date) -> None:
        self._market = market
        self._last = last
        self._orders: list[Attributed] = []
        self._days: defaultdict[str, list[date]] = defaultdict(list)

    def add(self, placed: OrderPlaced, visit: Visit | None, *, is_counted: bool, total: Decimal | None) -> None:
        """An order that stands in the exports."""
        is_measured = placed.store.source_name in self._market.property.measures
        name = placed.name.removeprefix("#")
        if is_measured:
            self._days[name].append(placed.day)
        # a row of tomorrow, where the property's day begins before the company's, is not told yet
        told = visit if visit and visit.transaction_id is not None and visit.day <= self._last else None
        method = "none"
        if told:
            method = "order_id" if told.transaction_id == str(placed.order_id) else "order_name"
        self._orders.append(
            Attributed(
                source_name=placed.store.source_name,
                order_id=placed.order_id,
                name=name,
                day=placed.day,
                channel=told.cell.touch.channel if told else UNATTRIBUTED,
                campaign_id=told.cell.touch.joined_campaign if told else "",
                match_method=method,
                row_day=told.day if told else None,
                is_measured=is_measured,
                is_counted=is_counted,
                total=total,
            )
        )

    def document(self) -> dict[str, object]:
        """Orders and revenue by channel and by campaign: counted orders, in the reporting currency."""
        found = [one for one in self.orders() if one.is_counted]
        channels: defaultdict[str, _Sum] = defaultdict(_Sum)
        campaigns: defaultdict[str, _Sum] = defaultdict(_Sum)
        methods: defaultdict[str, int] = defaultdict(int)
        paid = _Sum()
        for one in found:
            channels[one.channel].add(one)
            methods[one.match_method] += 1
            if one.channel in PAID:
                paid.add(one)
            if one.campaign_id:
                campaigns[one.campaign_id].add(one)
        return {
            "attributed_revenue": f"{paid.revenue:.2f}",
            "attributed_orders": paid.orders,
            "measured_orders": sum(one.is_measured for one in found),
            "match_methods": dict(sorted(methods.items())),
            "ambiguous_orders": sum(one.is_counted and self._is_ambiguous(one) for one in self._orders),
            "by_channel": _told(channels),
            "by_campaign": _told(campaigns),
        }

    def table(self) -> bytes:
        """Every order with its channel, as comma-separated lines."""
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(_COLUMNS)
        for one in self.orders():
            flags = int(one.is_measured), int(one.is_counted)
            row = (one.source_name, one.order_id, one.day, one.channel, one.campaign_id, one.match_method, *flags)
            lines.writerow(row)
        return text.getvalue().encode()

    def orders(self) -> Iterator[Attributed]:
        """Every order; one whose row may as well be another's is nobody's."""
        for one in self._orders:
            if self._is_ambiguous(one):
                yield replace(one, channel=UNATTRIBUTED, campaign_id="", match_method="none", row_day=None)
            else:
                yield one

    def _is_ambiguous(self, one: Attributed) -> bool:
        """Whether its row gives a name that another store's order has as well, and the day does not decide."""
        days = self._days[one.name]
        return one.match_method == "order_name" and len(days) > 1 and days.count(one.row_day or one.day) != 1


class _Sum:
    """Orders and their revenue."""

    def __init__(self) -> None:
        self.orders = 0
        self.revenue = ZERO

    def add(self, one: Attributed) -> None:
        self.orders += 1
        self.revenue += one.total or ZERO


def _told(sums: Mapping[str, _Sum]) -> dict[str, dict[str, object]]:
    return {name: {"orders": held.orders, "revenue": f"{held.revenue:.2f}"} for name, held in _sorted(sums.items())}


def _sorted(items: Iterable[tuple[str, _Sum]]) -> list[tuple[str, _Sum]]:
    return sorted(items, key=lambda item: item[0])
