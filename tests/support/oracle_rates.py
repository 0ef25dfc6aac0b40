"""The European Central Bank's reference rates: units of a currency for one euro, a row a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from oracle_fields import Json, Malformed, day, figure, record
from oracle_files import records

CARRIED = 7
"""Days for which a rate stands in for the missing ones after it."""


@dataclass(frozen=True)
class Rates:
    """By day and currency; the euro itself is always 1."""

    days: Mapping[date, Mapping[str, Decimal]] = field(default_factory=dict)

    def per_euro(self, currency: str, on: date) -> Decimal | None:
        """A currency's latest rate of that day or of one of the seven days before it."""
        if currency == "EUR":
            return Decimal(1)
        for back in range(CARRIED + 1):
            rate = self.days.get(on - timedelta(days=back), {}).get(currency)
            if rate is not None:
                return rate
        return None

    def ratio(self, source: str, target: str, on: date) -> Fraction | None:
        """What one unit of source is in target, through the euro, exactly; None where one of them has no rate."""
        if source == target:
            return Fraction(1)
        over, under = self.per_euro(target, on), self.per_euro(source, on)
        return Fraction(over) / Fraction(under) if over and under else None


def rates(folders: Iterable[Path]) -> Rates:
    """The rates of every folder, the last delivery of a day."""
    days: dict[date, Mapping[str, Decimal]] = {}
    for folder in folders:
        for found in records(folder, "rates"):
            try:
                row = record(found.value)
                days[day(row, "Date")] = dict(quoted(row))
            except Malformed:
                continue
    return Rates(days)


def quoted(row: Json) -> Iterable[tuple[str, Decimal]]:
    for currency, rate in row.items():
        if currency != "Date" and len(currency) == 3 and rate not in ("N/A", None):
            value = figure(row, currency)
            if value:
                yield currency, value
