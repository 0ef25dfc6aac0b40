"""Which visit brought an order: GA4's transaction rows, found by the order's id, then by its name."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from oracle_analytics import Property, Transaction, Visit
from oracle_campaigns import Campaign, CampaignKey, joined, most, utm
from oracle_channels import default_channel_group
from oracle_facts import Touch
from oracle_records import Order, OrderKey

Way = tuple[str, str | None, str | None, str | None]


def way(visit: Visit) -> Way:
    return visit.source_name, visit.source, visit.medium, visit.campaign


def channels(properties: Sequence[Property]) -> Callable[[Visit], str]:
    """How a visit's channel is told: the property's own group, else the one that most sessions of the same source,
    medium and campaign have, else by GA4's published rules."""
    told: dict[Way, Counter[str]] = {}
    for one in properties:
        for row in one.sessions:
            if row.visit.channel:
                told.setdefault(way(row.visit), Counter())[row.visit.channel] += row.sessions

    def channel_of(visit: Visit) -> str:
        return (
            visit.channel
            or most(told.get(way(visit), {}))
            or default_channel_group(visit.source, visit.medium, visit.campaign)
        )

    return channel_of


def campaign_name(visit: Visit, known: Mapping[CampaignKey, Campaign]) -> str | None:
    """The platform's latest name of the campaign that a visit is of, else the one it names itself."""
    campaign = joined(visit, known)
    return (campaign.name if campaign else None) or utm(visit.campaign)


def touches(
    orders: Iterable[Order],
    order_day: Callable[[Order], date],
    properties: Sequence[Property],
    channel_of: Callable[[Visit], str],
    known: Mapping[CampaignKey, Campaign],
) -> dict[OrderKey, Touch]:
    """The visit of every order that has a transaction row: rows by its id go before rows by its name, then the
    earliest day counts."""
    by_id: dict[str, list[Order]] = {}
    by_name: dict[str, list[Order]] = {}
    for order in orders:
        by_id.setdefault(order.order_id, []).append(order)
        if order.order_name:
            by_name.setdefault(order.order_name.strip().removeprefix("#"), []).append(order)
    rows: dict[OrderKey, list[tuple[bool, Transaction]]] = {}
    for one in properties:
        for row in one.transactions:
            found = row_order(row, one, by_id, by_name, order_day)
            if found is not None:
                key = (found.source_name, found.order_id)
                rows.setdefault(key, []).append((found.order_id != row.transaction_id, row))
    return {
        key: touch(min(held, key=partial(rank, channel_of=channel_of)), channel_of, known) for key, held in rows.items()
    }


def row_order(
    row: Transaction,
    of: Property,
    by_id: Mapping[str, Sequence[Order]],
    by_name: Mapping[str, Sequence[Order]],
    order_day: Callable[[Order], date],
) -> Order | None:
    """The order that a row is of: in each store the one with that id, else with that name; among several stores' the
    one of that day. Nobody's where that does not decide."""
    fitting: dict[str, list[Order]] = {}
    for order in (one for one in by_id.get(row.transaction_id, ()) if of.sees(one.source_name)):
        fitting[order.source_name] = [order]
    named: dict[str, list[Order]] = {}
    for order in (one for one in by_name.get(row.transaction_id, ()) if of.sees(one.source_name)):
        named.setdefault(order.source_name, []).append(order)
    held = [order for orders in ({**named, **fitting}).values() for order in orders]
    if len(held) > 1:
        held = [order for order in held if order_day(order) == row.visit.day]
    return held[0] if len(held) == 1 else None


def rank(candidate: tuple[bool, Transaction], channel_of: Callable[[Visit], str]) -> tuple[bool, date, str, list[str]]:
    by_name, row = candidate
    visit = row.visit
    texts = [visit.medium or "", visit.source or "", visit.campaign or "", visit.campaign_id or "", channel_of(visit)]
    return by_name, visit.day, visit.source_name, texts


def touch(
    candidate: tuple[bool, Transaction],
    channel_of: Callable[[Visit], str],
    known: Mapping[CampaignKey, Campaign],
) -> Touch:
    by_name, row = candidate
    method = "order_name" if by_name else "order_id"
    return Touch(channel_of(row.visit), campaign_name(row.visit, known), method)
