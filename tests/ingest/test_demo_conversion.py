"""Demo orders in another currency: parts add up to what was charged, and what goes back whole nets to zero."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from ingest.demo.companies import COMPANIES
from ingest.demo.conversion import Rates, converted, in_cents
from ingest.demo.events import Version
from ingest.demo.people import People
from ingest.demo.shop import Shop
from ingest.demo.truth import bookings, is_counted

RATIO = Fraction(10_000, 10_937)


def versions() -> list[Version]:
    """The foreign store's orders of some weeks, as they stand a year later."""
    company = COMPANIES[2]
    shop = Shop(company, company.stores[0], People(7), 7, 3)
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(40)]
    stories = [story for day in days for story in shop.stories(day)]
    return [version for story in stories if is_counted(version := story.versions(date(2027, 3, 1))[-1])]


def sums(booked: object) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for metric, _, amount in booked:  # type: ignore[attr-defined]
        found[metric] += amount
    return found


def test_the_parts_of_an_order_add_up_to_its_total() -> None:
    checked = 0
    for version in versions():
        placed = version.placed
        sold = sums(booking for booking in converted(Version(placed, ()), RATIO))
        if len(placed.goods) == len(placed.lines):
            checked += 1
            parts = sold["taxes"] + sold["shipping"] + sold["duties_and_fees"] + sold["tips"]
            assert sold["gross_sales"] - sold["discounts"] + parts == sold["total_revenue"]
        assert sold["total_revenue"] == in_cents(placed.total, RATIO)
    assert checked > 200


def test_what_goes_back_whole_nets_to_zero_and_nothing_is_off_by_more_than_a_few_cents() -> None:
    whole = 0
    for version in versions():
        native, own = sums(bookings(version)), sums(converted(version, RATIO))
        assert native.keys() == own.keys()
        for metric, amount in native.items():
            if metric in ("orders", "units_sold", "units_returned"):
                assert own[metric] == amount
            elif amount == 0:
                whole += 1
                assert own[metric] == 0, metric
            else:
                assert abs(own[metric] - in_cents(amount, RATIO)) <= Decimal("0.05"), metric
    assert whole > 50


def test_an_own_amount_stays_and_a_company_without_rates_has_none() -> None:
    day = date(2026, 4, 2)
    known = Rates("EUR", are_known=True, seed=1)

    assert known.ratio("EUR", day) == 1
    assert Fraction(4, 5) < (known.ratio("USD", day) or 0) < 1
    assert known.ratio("XXX", day) is None
    assert Rates("EUR", are_known=False, seed=1).ratio("USD", day) is None
