"""GA4's three reports: sessions, transactions, events; as the API answers, or a row a record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from oracle_fields import Json, count, day, required, word
from oracle_files import records
from oracle_records import Bearer
from oracle_sets import served

MEASURES = {
    "sessions",
    "engagedSessions",
    "eventCount",
    "purchaseRevenue",
    "totalRevenue",
    "transactions",
    "totalUsers",
}
MEASURES |= {"activeUsers", "newUsers", "screenPageViews", "keyEvents", "conversions", "ecommercePurchases"}


@dataclass(frozen=True)
class Visit:
    """Where visitors came from, as the property tells it; campaign_id only where its report has that column."""

    source_name: str
    day: date
    source: str | None
    medium: str | None
    campaign: str | None
    campaign_id: str | None
    channel: str | None


@dataclass(frozen=True)
class SessionRow:
    visit: Visit
    device_category: str | None
    country: str | None
    sessions: int
    engaged: int
    bearer: Bearer


@dataclass(frozen=True)
class Transaction:
    visit: Visit
    transaction_id: str


@dataclass(frozen=True)
class EventRow:
    """Events of one name: a day's of a report, or one that was recorded by itself."""

    source_name: str
    platform: str
    day: date
    event_name: str | None
    events: int
    bearer: Bearer


@dataclass(frozen=True)
class Property:
    """measures: the stores that the property sees, None for all of them."""

    source_name: str
    measures: tuple[str, ...] | None = None
    sessions: list[SessionRow] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)

    def sees(self, store: str) -> bool:
        return self.measures is None or store in self.measures


def rows(values: Iterable[object]) -> Iterator[object]:
    """The rows of reports, each as one object of its dimensions and metrics; flat rows as they are."""
    for value in values:
        if isinstance(value, list):
            yield from rows(value)
        elif isinstance(value, dict) and isinstance(value.get("reports"), list):
            yield from rows(value["reports"])
        elif isinstance(value, dict) and "dimensionHeaders" in value:
            names = [one["name"] for part in ("dimension", "metric") for one in value.get(f"{part}Headers", [])]
            for row in value.get("rows", []):
                cells = [one.get("value") for part in ("dimension", "metric") for one in row.get(f"{part}Values", [])]
                yield {**dict(zip(names, cells, strict=False)), "_metadata": value.get("metadata") or {}}
        elif isinstance(value, dict) and "date" not in value and isinstance(value.get("rows"), list):
            yield from rows(value["rows"])
        elif not (isinstance(value, dict) and "metricHeaders" in value):
            yield value


def ga4_property(source_name: str, folder: Path, measures: Iterable[str] | None) -> Property:
    """A property with the rows in its folder: of each report and day those of the newest delivery."""
    found = Property(source_name, None if measures is None else tuple(measures))
    for row in reports(folder, "sessions"):
        found.sessions.append(
            SessionRow(
                visit(source_name, row),
                word(row, "deviceCategory"),
                word(row, "country"),
                count(row, "sessions") or 0,
                count(row, "engagedSessions") or 0,
                Bearer("sessions", identity(row), row),
            )
        )
    for row in reports(folder, "transactions"):
        transaction_id = word(row, "transactionId")
        if transaction_id:
            found.transactions.append(Transaction(visit(source_name, row), transaction_id))
    for row in reports(folder, "events"):
        happened = EventRow(
            source_name,
            "google_analytics",
            day(row, "date"),
            word(row, "eventName"),
            count(row, "eventCount") or 0,
            Bearer("events", identity(row), row),
        )
        found.events.append(happened)
    return found


def reports(folder: Path, entity: str) -> Iterator[Json]:
    found = served(
        records(folder, entity, (), rows),
        key=lambda row: day(row, "date"),
        identity=identity,
        parse=lambda row: checked(row, entity),
    )
    for members in found.values():
        for member in members:
            yield member.value


def identity(row: Json) -> str:
    """A row is known by its dimensions."""
    return "|".join(f"{name}={row[name]}" for name in sorted(row) if name not in MEASURES and name != "_metadata")


def checked(row: Json, entity: str) -> Json:
    """A row with the values that its report cannot do without.

    Raises:
        Malformed: when one of them is missing or no number.
    """
    if entity == "sessions":
        required(count(row, "sessions"), "sessions")
        count(row, "engagedSessions")
    elif entity == "events":
        required(word(row, "eventName"), "eventName")
        required(count(row, "eventCount"), "eventCount")
    else:
        required(word(row, "transactionId"), "transactionId")
    return row


def visit(source_name: str, row: Json) -> Visit:
    return Visit(
        source_name,
        day(row, "date"),
        word(row, "sessionSource"),
        word(row, "sessionMedium"),
        word(row, "sessionCampaignName"),
        word(row, "sessionCampaignId"),
        word(row, "sessionDefaultChannelGroup"),
    )
