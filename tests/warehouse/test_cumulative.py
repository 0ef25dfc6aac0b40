"""Cumulative metrics: each value equals the metric that is added up, asked for the days of the window."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from own import OwnStar, entry

from warehouse.catalog import Window
from warehouse.cumulative import lineage_plan
from warehouse.errors import CallerError
from warehouse.lineage_rows import bearing_rows
from warehouse.periods import Calendar, Grain
from warehouse.query import MetricQuery
from warehouse.windows import window_days

WINDOWS = {
    "days": "28 days",
    "weeks": "1 week",
    "months": "2 months",
    "wtd": "week_to_date",
    "mtd": "month_to_date",
    "fytd": "fiscal_year_to_date",
    "ever": "all",
}
CALENDAR = Calendar("America/New_York")


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnStar]:
    star = OwnStar(tmp_path_factory.mktemp("own"))
    metrics: dict[str, Any] = {
        f"{base}_{name}": entry(cumulative={"metric": base, "window": window})
        for name, window in WINDOWS.items()
        for base in ("net_sales", "orders", "social", "attributed_revenue")
    }
    metrics["social"] = entry(filtered={"metric": "total_sales", "where": {"channel": "Paid Social"}})
    assert not star.define(metrics).metric_notices
    yield star
    star.asked.close()


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "last", "first"),
    [
        (Window(unit="day", last=1), "2026-03-01", "2026-03-01"),
        (Window(unit="day", last=28), "2026-03-01", "2026-02-02"),
        (Window(unit="week", last=2), "2026-03-01", "2026-02-16"),
        (Window(unit="month", last=1), "2026-03-31", "2026-03-01"),
        (Window(unit="month", last=3), "2026-05-31", "2026-03-01"),
        (Window(unit="month", last=1), "2026-02-28", "2026-02-01"),
        (Window(unit="month", last=1), "2026-03-15", "2026-02-16"),
        (Window(unit="month", last=1), "2026-03-30", "2026-02-28"),
        (Window(unit="month", last=12), "2024-02-29", "2023-03-01"),
        (Window(unit="week"), "2026-03-01", "2026-02-23"),
        (Window(unit="month"), "2026-03-31", "2026-03-01"),
        (Window(unit="quarter"), "2026-03-31", "2026-01-01"),
        (Window(unit="year"), "2026-03-31", "2026-01-01"),
        (Window(unit="fiscal_year"), "2026-03-31", "2026-02-01"),
        (Window(unit="fiscal_quarter"), "2026-03-31", "2026-02-01"),
        (Window(unit="all"), "2026-03-31", "0001-01-01"),
        (Window(unit="month", last=9999), "0300-01-01", "0001-01-01"),
    ],
)
def test_a_window_ends_on_its_last_day_and_begins_by_the_tenants_calendar(
    window: Window, last: str, first: str
) -> None:
    calendar = Calendar("UTC", week_start=0, fiscal_year_start=2)
    days = window_days(window, day(last), calendar)
    assert (days.start, days.end) == (day(first), day(last))


def test_a_week_to_date_begins_on_the_tenants_own_first_day() -> None:
    sunday = Calendar("UTC", week_start=6)
    assert window_days(Window(unit="week"), day("2026-03-07"), sunday).start == day("2026-03-01")


def asked_for_windows(star: OwnStar, base: str, name: str, last: date, split: str | None, **question: Any) -> Any:
    """The base metric over the window that ends on a day: its value, or its values by group."""
    window = star.asked.catalog.metrics[f"{base}_{name}"].window
    assert window is not None
    days = window_days(window, last, CALENDAR)
    found = star.asked.rows(metrics=base, period=f"{days.start}..{days.end}", group_by=split or [], **question)
    return dict(found) if split else found[0][0]


def check(star: OwnStar, base: str, grain: Grain, period: tuple[str, str], split: str | None, **question: Any) -> None:
    """Each value of each window of a question by date is that of the base metric asked for its days."""
    first, end = map(day, period)
    on = str(end + timedelta(days=1))
    names = [f"{base}_{name}" for name in WINDOWS]
    group_by = ["date", split] if split else ["date"]
    rows = star.asked.rows(
        metrics=names, grain=grain, group_by=group_by, period=f"{first}..{end}", limit=1000, on=on, **question
    )
    found = {(row[0], row[1] if split else None): row[-len(names) :] for row in rows}
    bucket = CALENDAR.bucket(first, grain)
    while bucket <= end:
        following = CALENDAR.next_bucket(bucket, grain)
        last = min(following - timedelta(days=1), end)
        for at, name in enumerate(WINDOWS):
            expected = asked_for_windows(star, base, name, last, split, on=on, **question)
            by_group = expected if split else {None: expected}
            groups = {group: row[at] for (first_day, group), row in found.items() if first_day == str(bucket)}
            for key in {*by_group, *groups}:
                if key in by_group and key in groups:
                    assert groups[key] == by_group[key], (name, bucket, key)
                else:
                    # a group that nothing is found in, here or there
                    assert (groups.get(key) or by_group.get(key) or 0) == 0, (name, bucket, key)
        bucket = following


def test_by_month_each_value_is_that_of_the_windows_days(star: OwnStar) -> None:
    check(star, "net_sales", "month", ("2026-02-10", "2026-03-20"), "channel")


def test_by_day_each_value_is_that_of_the_windows_days(star: OwnStar) -> None:
    check(star, "net_sales", "day", ("2026-02-26", "2026-03-03"), None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "grain", "split"),
    [
        *product(
            ("net_sales", "orders", "social"), ("day", "week", "month", "fiscal_quarter"), ("channel", "source_name")
        ),
        ("attributed_revenue", "week", "source_name"),
        ("attributed_revenue", "month", None),
    ],
)
def test_every_grain_split_and_filter_gives_the_values_of_the_windows_days(
    star: OwnStar, base: str, grain: Grain, split: str | None
) -> None:
    for period in (("2026-01-03", "2026-01-09"), ("2026-02-27", "2026-03-12"), ("2026-03-30", "2026-04-03")):
        check(star, base, grain, period, split)
    stores = [{"field": "source_name", "op": "in", "value": ["shopify", "woo"]}]
    check(star, base, grain, ("2026-02-27", "2026-03-12"), split, where=stores)


def test_without_dates_the_window_ends_with_the_period_and_totals_are_the_same(star: OwnStar) -> None:
    for name in ("weeks", "ever"):
        found = star.asked.ask(metrics=f"net_sales_{name}", group_by="channel", period="2026-03", totals=True)
        last = day("2026-03-31")
        expected = asked_for_windows(star, "net_sales", name, last, "channel")
        assert {k: v for k, v in found.rows if v} == {k: v for k, v in expected.items() if v}, name
        assert found.totals is not None
        assert found.totals[1] == asked_for_windows(star, "net_sales", name, last, None)
        assert found.totals[1] == star.total(f"net_sales_{name}", period="2026-03")


def test_a_value_hangs_on_the_bucket_and_not_on_the_period_asked(star: OwnStar) -> None:
    names = [f"net_sales_{name}" for name in WINDOWS]
    wide = {row[0]: row for row in star.asked.rows(metrics=names, grain="month", period="2026-01-01..2026-03-31")}
    [narrow] = star.asked.rows(metrics=names, grain="month", period="2026-03")
    assert wide["2026-03-01"] == narrow


def test_a_bucket_without_rows_has_its_row_where_a_window_finds_something(star: OwnStar) -> None:
    rows = star.asked.rows(metrics="net_sales_days", grain="day", period="2026-02-03..2026-02-12")
    assert [first for first, _ in rows] == [f"2026-02-{number:02}" for number in range(3, 13)]
    # beside another metric, whose value is 0 on such a day
    both = star.asked.rows(metrics=["orders", "net_sales_days"], grain="day", period="2026-02-03..2026-02-12")
    assert [row[1] for row in both] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]


def test_it_is_compared_ranked_ordered_and_filtered_like_others(star: OwnStar) -> None:
    compared = star.asked.rows(metrics="net_sales_mtd", grain="day", period="2026-03-02", compare="previous_period")
    [(_, _, value, previous, _)] = compared
    assert value == star.total("net_sales", period="2026-03-01..2026-03-02")
    assert previous == star.total("net_sales", period="2026-03-01")
    top = star.asked.ask(metrics="net_sales_ever", group_by="channel", top={"n": 1}, period="2026-03-31")
    assert [row[0] for row in top.rows] == ["Paid Social", "Other"]
    assert sum(float(row[1] or 0) for row in top.rows) == pytest.approx(
        star.total("net_sales_ever", period="2026-03-31")
    )
    much = [{"field": "net_sales_ever", "op": "gt", "value": 20}]
    ordered = star.asked.rows(
        metrics="net_sales_ever", group_by="channel", period="2026-03", having=much, order_by="net_sales_ever"
    )
    assert [channel for channel, _ in ordered] == ["Paid Search", "Paid Social"]


def test_it_does_not_add_up(star: OwnStar) -> None:
    assert not star.asked.catalog.metrics["net_sales_days"].additive
    for show in ("share", "running"):
        with pytest.raises(CallerError, match="does not add up"):
            star.asked.ask(metrics="net_sales_days", grain="month", show=show)


def test_no_other_metric_is_made_of_it(star: OwnStar, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = OwnStar(tmp_path_factory.mktemp("other"))
    notice = other.fault(
        {
            "ever": entry(cumulative={"metric": "orders", "window": "all"}),
            "x": entry(ratio={"numerator": "ever", "denominator": "orders"}),
        }
    )
    other.asked.close()
    assert notice == (
        "metrics.yml: metric x, field numerator: ever is cumulative, which is no part of another metric. Name another."
    )


def test_a_window_that_begins_before_the_data_is_told(star: OwnStar) -> None:
    told = "net_sales_days reaches back to 2025-12-14, and its data begins on 2026-01-05."
    assert told in star.asked.ask(metrics="net_sales_days", grain="day", period="2026-01-10..2026-01-12").notices
    later = star.asked.ask(metrics=["net_sales_days", "net_sales_ever"], period="2026-03").notices
    assert not [notice for notice in later if "reaches back" in notice]


def test_orders_without_a_rate_in_the_window_are_told(star: OwnStar) -> None:
    found = star.asked.ask(metrics="net_sales_days", period="2026-03-20..2026-03-21")
    assert "1 order in EUR without a rate to USD is left out of amounts." in found.notices


def test_a_period_that_has_not_begun_has_no_value(star: OwnStar) -> None:
    assert star.total("net_sales_ever", period="2027-01") is None
    assert star.asked.rows(metrics="net_sales_ever", grain="month", period="2027-01") == []


def test_lineage_leads_to_the_rows_of_the_windows_days(star: OwnStar) -> None:
    catalog = star.asked.catalog
    for name, period in product(("months", "ever"), ("all", "2026-03-01..2026-03-15")):
        where = [{"field": "channel", "op": "ne", "value": "Email"}]
        question = {"metrics": f"net_sales_{name}", "period": period, "where": where}
        plan = lineage_plan(catalog, MetricQuery.parse(question), day("2026-04-01"))
        total: Any = 0
        for bearing in bearing_rows(catalog, plan):
            [(value,)] = star.asked.connection.execute(
                f"select {bearing.aggregated} from {bearing.table} where {bearing.selected}", list(bearing.values)
            ).fetchall()
            total += catalog.metrics["net_sales"].numerator[bearing.measure] * (value or 0)
        assert float(total) == (star.asked.rows(**question)[0][0] or 0), (name, period)
