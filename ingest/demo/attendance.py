"""What a demo company's GA4 property counts: sessions, transactions and events of a day."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ingest.demo.dice import dice
from ingest.demo.funnel import Funnel
from ingest.demo.marketing import NOT_SET, Touch
from ingest.demo.statements import PROPERTY, Statement, statements
from ingest.demo.visits import Visit, Visits

# for each session, how many of an event (whole ones, and the chance of one more)
_EVENTS = {"page_view": 3.1, "user_engagement": 2.2, "scroll": 1.1, "view_item": 0.9, "add_to_cart": 0.09}
_CHECKOUTS = 1.6
_AGAIN = Touch("Direct", "(direct)", "(none)", "(direct)")
# hits that came late are missing from rows that are at least so large
_LATE_FROM = 4


@dataclass(frozen=True, slots=True, order=True)
class SessionKey:
    """What sessions are told apart by in the report."""

    source: str
    medium: str
    campaign: str
    campaign_id: str
    channel: str
    device: str
    country: str
    joined_campaign: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One row of the sessions report."""

    day: date
    key: SessionKey
    sessions: int
    engaged: int


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One row of the transactions report. visit: that of the order, None where the row belongs to none."""

    day: date
    transaction_id: str
    touch: Touch
    visit: Visit | None


class Attendance:
    """The counts of one property."""

    def __init__(self, funnel: Funnel, visits: Visits, seed: int) -> None:
        self._funnel = funnel
        self._visits = visits
        self._seed = seed
        # a day is told once as sessions and once as events
        self._final = lru_cache(maxsize=2)(self._counted)

    def sessions(self, day: date, until: date) -> Iterator[tuple[Statement, list[SessionRow]]]:
        """The rows of a day, as often as they are told by the end of another: the last count."""
        final = self._final(day)
        for statement in statements(day, PROPERTY, until):
            yield statement, final if statement.is_final else _early(day, final)

    def transactions(self, day: date) -> list[TransactionRow]:
        """The rows of a day: the orders that the property saw, pages opened again, and some without an id."""
        rows = [
            TransactionRow(day, visit.transaction_id, visit.cell.touch, visit)
            for visit in self._visits.on(day)
            if visit.transaction_id is not None
        ]
        # of the day before: whoever opens the page of thanks once more buys once more, as the property sees it
        for earlier in self._visits.again_on(day):
            if earlier.transaction_id is not None:
                rows.append(TransactionRow(day, earlier.transaction_id, _AGAIN, earlier))
        if dice(self._seed, "nameless", self._funnel.company.slug, day).random() < 0.06:
            rows.append(TransactionRow(day, NOT_SET, _AGAIN, None))
        return rows

    def events(self, day: date) -> dict[str, int]:
        """How often each event happened on a day."""
        chance = dice(self._seed, "events", self._funnel.company.slug, day)
        sessions, purchases = sum(row.sessions for row in self._final(day)), len(self.transactions(day))
        counts = Counter({"session_start": sessions, "purchase": purchases})
        counts["begin_checkout"] = int(purchases * _CHECKOUTS + chance.random())
        for name, share in _EVENTS.items():
            counts[name] = int(sessions * share * (0.9 + 0.2 * chance.random()) + chance.random())
        return {name: count for name, count in sorted(counts.items()) if count}

    def _counted(self, day: date) -> list[SessionRow]:
        counts: defaultdict[SessionKey, list[int]] = defaultdict(lambda: [0, 0])
        for cell in self._funnel.cells(day):
            held = counts[_key(cell.touch, cell.device, cell.country, day)]
            held[0] += cell.visits
            held[1] += cell.engaged
        for visit in self._visits.on(day):
            if visit.transaction_id is not None:
                held = counts[_key(visit.cell.touch, visit.cell.device, visit.cell.country, day)]
                held[0] += 1
                held[1] += 1
        return [SessionRow(day, key, *counts[key]) for key in sorted(counts)]


def _key(touch: Touch, device: str, country: str, day: date) -> SessionKey:
    return SessionKey(
        touch.source,
        touch.medium,
        touch.campaign_on(day),
        touch.campaign_id,
        touch.channel,
        device,
        country,
        touch.joined_campaign,
    )


def _early(day: date, final: list[SessionRow]) -> list[SessionRow]:
    """Before the late hits: a little less of the larger rows, and a row that later finds its place in others."""
    rows = []
    for row in final:
        less = row.sessions >= _LATE_FROM
        rows.append(SessionRow(day, row.key, row.sessions - less, min(row.engaged, row.sessions - less)))
    nowhere = SessionKey(NOT_SET, NOT_SET, NOT_SET, NOT_SET, "Unassigned", "tablet", NOT_SET, "")
    return [*rows, SessionRow(day, nowhere, 2, 0)]
