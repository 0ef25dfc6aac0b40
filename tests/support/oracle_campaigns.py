"""Campaigns of the ad platforms: their latest names, the visits that are theirs, and the channel they stand in."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from oracle_ads import AdRow, CampaignRecord
from oracle_analytics import SessionRow, Visit
from oracle_channels import PAID_CHANNELS
from oracle_records import Delivery

CampaignKey = tuple[str, str]
"""The platform family and the campaign's id."""

OWN_CHANNELS = {
    "google": "Paid Search",
    "microsoft": "Paid Search",
    "meta": "Paid Social",
    "linkedin": "Paid Social",
    "tiktok": "Paid Social",
    "amazon": "Paid Shopping",
}
SOURCES = {
    "meta": {"facebook", "fb", "instagram", "ig", "meta", "messenger", "threads"},
    "google": {"google", "youtube", "adwords", "googleads"},
    "microsoft": {"bing", "microsoft", "msn"},
    "linkedin": {"linkedin", "lnkd"},
    "tiktok": {"tiktok"},
    "amazon": {"amazon"},
}


@dataclass
class Campaign:
    key: CampaignKey
    name: str | None = None
    names: set[str] = field(default_factory=set)
    first_day: date = date.max
    last_day: date = date.min

    def ran_on(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@cache
def normal(name: str) -> str:
    """A name's letters and digits alone, in lower case."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


@cache
def family_of(source: str | None) -> str | None:
    """The platform that a visit's source belongs to."""
    site = re.sub(r"^(www|m|l|lm|mobile|out)\.", "", (source or "").strip().lower()).partition(".")[0]
    plain = normal(site).removesuffix("ads") if normal(site) not in SOURCES["google"] else normal(site)
    return next((family for family, sites in SOURCES.items() if plain in sites), None)


def utm(campaign: str | None) -> str | None:
    """The campaign that a visit names; GA4's own words in brackets are none."""
    written = (campaign or "").strip()
    return written if written and not (written.startswith("(") and written.endswith(")")) else None


def campaigns(rows: Iterable[AdRow], records: Iterable[CampaignRecord]) -> dict[CampaignKey, Campaign]:
    """Every campaign, with its platform's latest name: that of its newest record, else that of its latest day."""
    found: dict[CampaignKey, Campaign] = {}
    latest: dict[CampaignKey, tuple[date, Delivery]] = {}
    for row in rows:
        one = found.setdefault((row.family, row.campaign_id), Campaign((row.family, row.campaign_id)))
        one.first_day, one.last_day = min(one.first_day, row.day), max(one.last_day, row.day)
        if row.campaign_name:
            one.names.add(normal(row.campaign_name))
            age = (row.day, row.delivery)
            if one.key not in latest or latest[one.key] <= age:
                latest[one.key], one.name = age, row.campaign_name
    delivered = sorted(records, key=lambda record: record.delivery)
    newest = {(record.family, record.campaign_id): record for record in delivered}
    for key, record in newest.items():
        if record.name:
            one = found.setdefault(key, Campaign(key))
            one.name = record.name
            one.names.add(normal(record.name))
    return found


def joined(visit: Visit, known: Mapping[CampaignKey, Campaign]) -> Campaign | None:
    """The campaign of a visit: by id, else by name among the campaigns of the platform that the source belongs to."""
    family = family_of(visit.source)
    named = utm(visit.campaign)
    for campaign_id in (visit.campaign_id, named):
        held = [known[of, campaign_id] for of in OWN_CHANNELS if campaign_id and (of, campaign_id) in known]
        if len(held) > 1:
            held = [one for one in held if one.key[0] == family]
        if held:
            return held[0]
    if family is None or named is None or not normal(named):
        return None
    fitting = [one for key, one in known.items() if key[0] == family and normal(named) in one.names]
    running = [one for one in fitting if one.ran_on(visit.day)]
    if len(running) == 1:
        return running[0]
    return min(fitting, key=lambda one: (-one.last_day.toordinal(), one.key), default=None)


def most(sessions: Mapping[str, int]) -> str | None:
    """The channel with the most sessions, the first by name of equals."""
    return min(sessions, key=lambda channel: (-sessions[channel], channel), default=None)


def campaign_channels(
    known: Mapping[CampaignKey, Campaign],
    sessions: Sequence[SessionRow],
    channel_of: Callable[[Visit], str],
) -> dict[CampaignKey, str]:
    """Each campaign's channel: the paid one that most of its sessions have, else its platform's own."""
    held: dict[CampaignKey, Counter[str]] = {key: Counter() for key in known}
    for row in sessions:
        campaign = joined(row.visit, known)
        channel = channel_of(row.visit)
        if campaign is not None and channel in PAID_CHANNELS and row.sessions > 0:
            held[campaign.key][channel] += row.sessions
    return {key: most(counted) or OWN_CHANNELS[key[0]] for key, counted in held.items()}
