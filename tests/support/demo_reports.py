"""Reads the demo's reports as each vendor documents them: plain JSON and CSV readers, nothing of the product's."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = dict[str, Any]

PURCHASES = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")


@dataclass(frozen=True)
class Spent:
    """What one row of an ad platform's report says, in the account's currency."""

    day: str
    campaign_id: str
    campaign_name: str | None
    placement: str
    spend: Decimal
    impressions: int
    clicks: int
    conversions: Decimal
    revenue: Decimal


def files(root: Path, tenant: str, source: str, entity: str) -> list[Path]:
    """An entity's files, in the order of their names: what is told again comes after."""
    folder = root / "exports" / tenant / source
    return sorted(path for path in folder.iterdir() if path.name.startswith((f"{entity}.", f"{entity}-")))


def text(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8-sig")


def documents(path: Path) -> list[Any]:
    """The JSON values of a file: one, or one a line."""
    if ".jsonl" in path.name or ".ndjson" in path.name:
        return [json.loads(line, parse_float=Decimal) for line in text(path).splitlines()]
    return [json.loads(text(path), parse_float=Decimal)]


def meta(path: Path) -> Iterator[Spent]:
    for document in documents(path):
        for row in document["data"] if isinstance(document, dict) and "data" in document else [document]:
            if isinstance(row, dict):
                yield Spent(
                    row["date_start"],
                    row.get("campaign_id", ""),
                    row.get("campaign_name"),
                    row.get("publisher_platform", ""),
                    Decimal(row["spend"]),
                    int(row["impressions"]),
                    int(row["clicks"]),
                    bought(row.get("actions", [])),
                    bought(row.get("action_values", [])),
                )


def bought(actions: list[Row]) -> Decimal:
    """Every variant says the same: it counts once."""
    values = {Decimal(action["value"]) for action in actions if action["action_type"] in PURCHASES}
    assert len(values) <= 1
    return values.pop() if values else Decimal(0)


def google(path: Path) -> Iterator[Spent]:
    for document in documents(path):
        for page in document if isinstance(document, list) else [{"results": [document]}]:
            for row in page["results"]:
                campaign, metrics = row.get("campaign", {}), row["metrics"]
                yield Spent(
                    row["segments"]["date"],
                    campaign.get("id", ""),
                    campaign.get("name"),
                    "",
                    Decimal(metrics.get("costMicros", "0")) / 1_000_000,
                    int(metrics.get("impressions", "0")),
                    int(metrics.get("clicks", "0")),
                    Decimal(metrics.get("conversions", 0)),
                    Decimal(metrics.get("conversionsValue", 0)),
                )


def microsoft(path: Path) -> Iterator[Spent]:
    for row in csv.DictReader(io.StringIO(text(path))):
        yield Spent(
            row["TimePeriod"],
            row.get("CampaignId", ""),
            row.get("CampaignName"),
            "",
            Decimal(row["Spend"]),
            int(row["Impressions"]),
            int(row["Clicks"]),
            Decimal(row["ConversionsQualified"]),
            Decimal(row["Revenue"]),
        )


def linkedin(path: Path) -> Iterator[Spent]:
    for document in documents(path):
        for row in document["elements"]:
            start = row["dateRange"]["start"]
            (pivot,) = row["pivotValues"]
            yield Spent(
                date(start["year"], start["month"], start["day"]).isoformat(),
                pivot.rsplit(":", 1)[1],
                None,
                "",
                Decimal(row["costInLocalCurrency"]),
                row["impressions"],
                row["clicks"],
                Decimal(row["externalWebsiteConversions"]),
                Decimal(row["conversionValueInLocalCurrency"]),
            )


def tiktok(path: Path) -> Iterator[Spent]:
    for page in documents(path):
        assert page["code"] == 0
        for row in page["data"]["list"]:
            metrics = row["metrics"]
            revenue = metrics["total_complete_payment_rate"]
            yield Spent(
                row["dimensions"]["stat_time_day"].removesuffix(" 00:00:00"),
                row["dimensions"].get("campaign_id", ""),
                metrics.get("campaign_name"),
                "",
                Decimal(metrics["spend"]),
                int(metrics["impressions"]),
                int(metrics["clicks"]),
                Decimal(metrics["conversion"]),
                Decimal(0) if revenue == "-" else Decimal(revenue),
            )


def amazon(path: Path) -> Iterator[Spent]:
    for document in documents(path):
        for row in document:
            window = "14d" if "purchases14d" in row else ""
            yield Spent(
                row["date"],
                str(row["campaignId"]),
                row["campaignName"],
                "",
                Decimal(row["cost"]),
                row["impressions"],
                row["clicks"],
                Decimal(row[f"purchases{window}"]),
                Decimal(row[f"sales{window}"]),
            )


READERS: dict[str, Callable[[Path], Iterator[Spent]]] = {
    "facebook_ads": meta,
    "instagram_ads": meta,
    "google_ads": google,
    "bing_ads": microsoft,
    "linkedin_ads": linkedin,
    "tiktok_ads": tiktok,
    "amazon_ads": amazon,
}


def newest(found: Iterable[list[Any]], day: Callable[[Any], str]) -> Iterator[Any]:
    """Of a day told in several files, the last; found: the rows of each file, oldest first."""
    days: dict[str, list[Any]] = {}
    for rows in found:
        told: dict[str, list[Any]] = {}
        for row in rows:
            told.setdefault(day(row), []).append(row)
        days.update(told)
    for key in sorted(days):
        yield from days[key]


def spent(root: Path, tenant: str, source: str, *entities: str) -> list[Spent]:
    """The rows that count of a source's reports."""
    reader = READERS[source]
    return [
        row
        for entity in entities or ("ad_performance",)
        for row in newest((list(reader(path)) for path in files(root, tenant, source, entity)), lambda row: row.day)
    ]


def analytics(root: Path, tenant: str, report: str) -> Iterator[Row]:
    """The rows that count of a property's report, by the names of its columns; every value is text."""
    held = (list(_reported(path)) for path in files(root, tenant, "google_analytics", report))
    yield from newest(held, lambda row: str(row["date"]))


def _reported(path: Path) -> Iterator[Row]:
    for document in documents(path):
        pages = document if isinstance(document, list) else document.get("reports", [document])
        for page in pages:
            if "rows" not in page:
                yield page
                continue
            names = [header["name"] for header in (*page["dimensionHeaders"], *page["metricHeaders"])]
            for row in page["rows"]:
                values = [cell["value"] for cell in (*row["dimensionValues"], *row["metricValues"])]
                yield dict(zip(names, values, strict=True))


def events(root: Path, tenant: str, source: str) -> Iterator[Row]:
    """Every whole event of an export, repeats and all."""
    for path in files(root, tenant, source, "events"):
        yield from (document for document in documents(path) if isinstance(document, dict))


def rates(root: Path, tenant: str) -> dict[date, dict[str, Decimal]]:
    """Units of each currency for a euro, by day."""
    (path,) = files(root, tenant, "ecb_rates", "rates")
    return {
        date.fromisoformat(row.pop("Date")): {
            currency: Decimal(value) for currency, value in row.items() if value not in ("N/A", "", None)
        }
        for row in csv.DictReader(io.StringIO(text(path)))
    }
