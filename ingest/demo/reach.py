"""What a demo tenant's advertising, sessions and events come to, summed up from the simulation."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from ingest.demo.amounts import ZERO
from ingest.demo.attendance import SessionRow
from ingest.demo.conversion import Rates, in_cents
from ingest.demo.spending import AdRow, kept

AMOUNTS = ("ad_spend", "platform_revenue")
COUNTS = ("impressions", "clicks", "platform_conversions")
# where nobody of a campaign was seen on the site, the platform's own
_OWN_CHANNELS = {
    "meta": "Paid Social",
    "linkedin": "Paid Social",
    "tiktok": "Paid Social",
    "google": "Paid Search",
    "microsoft": "Paid Search",
    "amazon": "Paid Shopping",
}

Sums = defaultdict[str, Decimal]


def _no_sums() -> Sums:
    return defaultdict(lambda: ZERO)


class Advertising:
    """Adds up the rows of a company's ad accounts that count: amounts in its own currency, and in each account's."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._total = _no_sums()
        self._groups: dict[str, defaultdict[str, Sums]] = {
            name: defaultdict(_no_sums) for name in ("by_day", "by_month", "by_platform", "by_channel", "by_campaign")
        }
        self._native: defaultdict[str, Sums] = defaultdict(_no_sums)
        self._currencies: dict[str, str] = {}
        self._campaigns: dict[str, dict[str, str]] = {}
        self.rows_without_rate = 0

    def add(self, rows: Iterable[AdRow], last: date) -> None:
        """The rows of a day, as they were told last."""
        for row in rows:
            own = self._own(row)
            campaign, family = row.campaign, row.account.family
            channel = campaign.channel if campaign.landing else _OWN_CHANNELS[family]
            named = {"platform_family": family, "name": campaign.name_on(last), "channel": channel}
            self._campaigns.setdefault(campaign.campaign_id, named)
            groups = {
                "by_day": row.day.isoformat(),
                "by_month": f"{row.day:%Y-%m}",
                "by_platform": row.connector,
                "by_channel": channel,
                "by_campaign": campaign.campaign_id,
            }
            for sums in (self._total, *(self._groups[name][key] for name, key in groups.items())):
                for metric, amount in own.items():
                    sums[metric] += amount
            self._currencies[row.connector] = row.account.currency
            native = self._native[row.connector]
            native["ad_spend"] += kept(row.figures.spend)
            native["platform_revenue"] += kept(row.figures.revenue)

    def document(self) -> dict[str, object]:
        """Totals, and the same by day, month, platform, channel and campaign; amounts as text."""
        return {
            "totals": _told(self._total),
            "native_by_platform": {
                name: {"currency": self._currencies[name], **{metric: _text(sums[metric]) for metric in AMOUNTS}}
                for name, sums in sorted(self._native.items())
            },
            **{
                name: {key: _told(sums) for key, sums in sorted(groups.items())}
                for name, groups in self._groups.items()
            },
            "campaigns": dict(sorted(self._campaigns.items())),
            "rows_without_rate": self.rows_without_rate,
        }

    def _own(self, row: AdRow) -> dict[str, Decimal]:
        figures, currency = row.figures, row.account.currency
        ratio = self._rates.ratio(currency, row.day)
        counts = {
            "impressions": Decimal(figures.impressions),
            "clicks": Decimal(figures.clicks),
            "platform_conversions": figures.conversions,
        }
        if ratio is None:
            self.rows_without_rate += 1
            return counts
        amounts = {"ad_spend": kept(figures.spend), "platform_revenue": kept(figures.revenue)}
        if not self._rates.is_own(currency):
            amounts = {metric: in_cents(amount, ratio) for metric, amount in amounts.items()}
        return {**amounts, **counts}


class Sessions:
    """Adds up the rows of a company's property that count."""

    def __init__(self) -> None:
        self._total = Counter[str]()
        self._groups: dict[str, defaultdict[str, Counter[str]]] = {
            name: defaultdict(Counter)
            for name in ("by_day", "by_month", "by_channel", "by_device", "by_country", "by_campaign")
        }

    def add(self, rows: Iterable[SessionRow]) -> None:
        """The rows of a day, as they were told last."""
        for row in rows:
            groups = {
                "by_day": row.day.isoformat(),
                "by_month": f"{row.day:%Y-%m}",
                "by_channel": row.key.channel,
                "by_device": row.key.device,
                "by_country": row.key.country,
                "by_campaign": row.key.joined_campaign,
            }
            held = [self._groups[name][key] for name, key in groups.items() if key]
            for counts in (self._total, *held):
                counts["sessions"] += row.sessions
                counts["engaged_sessions"] += row.engaged

    def document(self) -> dict[str, object]:
        """Totals, and the same by day, month, channel, device, country, and campaign of an ad platform."""
        return {
            "totals": _counted(self._total),
            **{
                name: {key: _counted(counts) for key, counts in sorted(groups.items())}
                for name, groups in self._groups.items()
            },
        }


class Events:
    """Counts the events of a company, each once, on the day on which it happened."""

    def __init__(self) -> None:
        self._groups: dict[str, Counter[str]] = {
            name: Counter() for name in ("by_source_name", "by_name", "by_day", "by_month")
        }

    def add(self, source: str, day: date, counts: Mapping[str, int]) -> None:
        """The counts of a source's events of a day, by name."""
        for name, count in counts.items():
            keys = (source, name, day.isoformat(), f"{day:%Y-%m}")
            for group, key in zip(self._groups.values(), keys, strict=True):
                group[key] += count

    def document(self) -> dict[str, object]:
        """The total, and the same by source, name, day and month."""
        told = {name: dict(sorted(counts.items())) for name, counts in self._groups.items()}
        return {"total": sum(self._groups["by_source_name"].values()), **told}


def _told(sums: Mapping[str, Decimal]) -> dict[str, object]:
    amounts = {metric: _text(sums.get(metric, ZERO)) for metric in AMOUNTS}
    counts = {metric: int(sums.get(metric, ZERO)) for metric in ("impressions", "clicks")}
    return {**amounts, **counts, "platform_conversions": _text(sums.get("platform_conversions", ZERO))}


def _text(amount: Decimal) -> str:
    """Without the zeros that say nothing, but to the cent."""
    short = amount.quantize(Decimal("0.01"))
    return str(short) if short == amount else f"{amount.normalize():f}"


def _counted(counts: Counter[str]) -> dict[str, int]:
    return {"sessions": counts["sessions"], "engaged_sessions": counts["engaged_sessions"]}
