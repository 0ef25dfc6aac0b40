"""The reports of one demo company: what its property, ad accounts, event project and the rates tell of each day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from ingest.demo import amazon, amplitude, google_ads, google_analytics, linkedin, meta, microsoft, mixpanel, tiktok
from ingest.demo.attendance import Attendance, SessionRow
from ingest.demo.clock import days
from ingest.demo.companies import Company
from ingest.demo.conversion import Rates
from ingest.demo.ecb import DAYS_BEFORE, is_working_day
from ingest.demo.ecb import line as rates_line
from ingest.demo.events import OrderPlaced
from ingest.demo.folder import Folder, Payload, Record, encoded
from ingest.demo.forms import is_flat
from ingest.demo.funnel import Funnel
from ingest.demo.marketing import AdAccount
from ingest.demo.reach import Advertising, Events, Sessions
from ingest.demo.spending import NOTHING, Figures, Spending, Told
from ingest.demo.tracking import Recorded, Tracking
from ingest.demo.visits import Visits

_PERFORMANCE: dict[str, Callable[[Told], Sequence[Payload | bytes]]] = {
    "meta": meta.ad_performance,
    "google": google_ads.ad_performance,
    "microsoft": microsoft.ad_performance,
    "linkedin": linkedin.ad_performance,
    "tiktok": tiktok.ad_performance,
}
_ACCOUNTS: dict[str, Callable[[AdAccount, date, Figures], Payload | bytes]] = {
    "meta": meta.account_performance,
    "google": google_ads.account_performance,
    "microsoft": microsoft.account_performance,
    "linkedin": linkedin.account_performance,
    "tiktok": tiktok.account_performance,
}
_CAMPAIGNS = {"meta": meta.campaign, "linkedin": linkedin.campaign}
_EVENTS = {"mixpanel": mixpanel.event, "amplitude": amplitude.event}
_NO_RECORD = b'"-- export resumed --"'
_BREAKS_ON, _EVERY_MONTHS = 11, 4


class Reports:
    """Writes one company's reports, day after day, and adds up what they must come to."""

    def __init__(
        self,
        company: Company,
        folders: Mapping[str, Folder],
        funnel: Funnel,
        visits: Visits,
        rates: Rates,
        last: date,
        quarantined: dict[str, dict[str, int]],
        seed: int,
        scale: int,
    ) -> None:
        self._company = company
        self._market = funnel.market
        self._folders = folders
        self._last = last
        self._seed = seed
        self._quarantined = quarantined
        self._attendance = Attendance(funnel, visits, seed)
        self._accounts = [Spending(account, funnel, visits, seed) for account in self._market.accounts]
        tracker = self._market.tracker
        self._tracking = Tracking(company, tracker, seed, scale) if tracker else None
        self.advertising, self.sessions, self.events = Advertising(rates), Sessions(), Events()

    def day(self, day: date, placed: Sequence[OrderPlaced]) -> None:
        """Tell a day, with the orders that were placed on it."""
        self._tell_property(day)
        for account in self._accounts:
            self._tell_account(account, day)
        if self._tracking:
            self._tell_events(self._tracking, day, placed)

    def finish(self, first: date) -> None:
        """Tell what does not belong to a day: campaigns as they stand, rates from before the first day on."""
        for account in self._market.accounts:
            for name in account.sources:
                if "campaigns" in self._folders[name].entities:
                    self._tell_campaigns(account, name, first)
        if self._market.has_rates:
            for day in filter(is_working_day, days(first - timedelta(days=DAYS_BEFORE), self._last)):
                record = Record(_noon(day), 0, rates_line(day, self._seed).encode())
                self._folders["ecb_rates"].add("rates", day, record)

    def document(self) -> dict[str, object]:
        """What all of it comes to."""
        return {
            "advertising": self.advertising.document(),
            "sessions": self.sessions.document(),
            "events": self.events.document(),
        }

    def _tell_property(self, day: date) -> None:
        one = self._market.property
        newest: list[SessionRow] = []
        for statement, newest in self._attendance.sessions(day, self._last):
            rows = [google_analytics.session(row, one) for row in newest]
            self._tell_report("sessions", day, rows, statement.version)
        self.sessions.add(newest)
        bought = self._attendance.transactions(day)
        self._tell_report("transactions", day, [google_analytics.transaction(row, one) for row in bought])
        counts = self._attendance.events(day)
        self._tell_report("events", day, [[f"{day:%Y%m%d}", name, str(count)] for name, count in counts.items()])
        self.events.add("google_analytics", day, counts)

    def _tell_report(self, report: str, day: date, rows: Sequence[Sequence[str]], version: int = 1) -> None:
        called = google_analytics.names(report, self._market.property)
        shape = google_analytics.flat if is_flat(self._company, report) else google_analytics.rows_of
        for number, values in enumerate(rows):
            record = Record(_noon(day), number, encoded(shape(values, called)))
            self._folders["google_analytics"].add(report, day, record, version)

    def _tell_account(self, spending: Spending, day: date) -> None:
        account, newest = spending.account, None
        for newest in spending.told(day, self._last):
            for name in account.sources:
                self._tell_rows(self._folders[name], account, newest, day)
        if newest:
            self.advertising.add(newest.rows, self._last)
        for name in account.sources:
            if account.family == "meta" and self._folders[name].takes_lines("ad_performance"):
                self._break(name, "ad_performance", day)

    def _tell_rows(self, folder: Folder, account: AdAccount, told: Told, day: date) -> None:
        version, at = told.statement.version, _noon(day)
        if account.family == "amazon":
            for report in amazon.REPORTS:
                for number, row in enumerate(amazon.campaigns(report, told)):
                    folder.add(report, day, Record(at, number, encoded(row)), version)
            return
        for number, line in enumerate(_PERFORMANCE[account.family](told)):
            folder.add("ad_performance", day, Record(at, number, _text(line)), version)
        if "account_performance" in folder.entities:
            total = sum((row.figures for row in told.rows), NOTHING)
            line = _ACCOUNTS[account.family](account, day, total)
            folder.add("account_performance", day, Record(at, 0, _text(line)), version)

    def _tell_campaigns(self, account: AdAccount, source: str, first: date) -> None:
        folder = self._folders[source]
        # a list a month where files are by month, else the list of today
        on = {day.replace(day=1): day for day in days(first, self._last)}.values()
        for day in on if not folder.is_single("campaigns") else [self._last]:
            for number, one in enumerate(account.campaigns):
                record = Record(_noon(day), number, encoded(_CAMPAIGNS[account.family](account, one, day)))
                folder.add("campaigns", day, record)

    def _tell_events(self, tracking: Tracking, day: date, placed: Sequence[OrderPlaced]) -> None:
        tracker = tracking.tracker
        folder, counts = self._folders[tracker.connector], dict[str, int]()
        for recorded in tracking.day(day, placed):
            if recorded.uploaded_on > self._last:
                continue
            text = encoded(_EVENTS[tracker.connector](recorded, tracker))
            counts[recorded.name] = counts.get(recorded.name, 0) + 1
            folder.add("events", recorded.uploaded_on, _at(recorded, text))
            if recorded.again_on and recorded.again_on <= self._last:
                folder.add("events", recorded.again_on, _at(recorded, text))
        self.events.add(tracker.connector, day, counts)
        self._break(tracker.connector, "events", day)

    def _break(self, source: str, entity: str, day: date) -> None:
        """Now and then a line of a log among the records."""
        if day.day == _BREAKS_ON and day.month % _EVERY_MONTHS == 0:
            self._folders[source].add(entity, day, Record(_noon(day), 9_999, _NO_RECORD))
            counts = self._quarantined[source]
            counts[entity] = counts.get(entity, 0) + 1


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _at(recorded: Recorded, text: bytes) -> Record:
    return Record(recorded.uploaded_at, int(recorded.key[:12], 16), text)


def _text(line: Payload | bytes) -> bytes:
    return line if isinstance(line, bytes) else encoded(line)
