from collections.abc import Iterator

import duckdb
import pytest

from warehouse.platform_totals import platform_total_notices


@pytest.fixture
def work() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema gold;
            create table gold.platform_totals (source_name varchar, account_id varchar, day date, measure varchar,
                platform_amount decimal(18, 6), star_amount decimal(18, 6), edits_amount decimal(18, 6),
                difference decimal(18, 6));
            """
        )
        yield connection


def total(
    work: duckdb.DuckDBPyConnection,
    source: str,
    day: int,
    measure: str,
    platform: str,
    star: str,
    *,
    edits: str = "0",
    account: str | None = None,
) -> None:
    work.execute(
        """insert into gold.platform_totals
           select $1, $2, make_date(2026, 10, $3), $4, $5, $6, $7, $5::decimal(18, 6) - $6::decimal(18, 6)""",
        [source, account, day, measure, platform, star, edits],
    )


def test_totals_that_agree_to_the_cent_are_not_mentioned(work: duckdb.DuckDBPyConnection) -> None:
    total(work, "shop", 1, "total_sales", "10.00", "10.00")
    total(work, "ads", 1, "spend", "10.004", "10.00", account="7")
    assert platform_total_notices(work) == []


def test_a_difference_is_told_with_its_figures_and_its_worst_day(work: duckdb.DuckDBPyConnection) -> None:
    for day in range(1, 11):
        total(work, "shop", day, "total_sales", "1000.00", "1000.00")
    total(work, "shop", 11, "total_sales", "990.00", "1000.00")
    total(work, "shop", 12, "total_sales", "1001.00", "1000.00")
    total(work, "shop", 11, "taxes", "5", "6")
    assert platform_total_notices(work) == [
        "shop: its own sales report differs from the star on 2 of 12 days: total_sales 11,991.00 there, 12,000.00 "
        "here, most on 2026-10-11 (-10.00), also taxes."
    ]


def test_edits_that_explain_a_difference_are_named(work: duckdb.DuckDBPyConnection) -> None:
    total(work, "shop", 1, "gross_sales", "80", "100", edits="-20")
    total(work, "shop", 2, "gross_sales", "20", "0", edits="20")
    [notice] = platform_total_notices(work)
    assert notice.endswith("Order edits explain it: the report dates them by their own day, the star by the order's.")
    total(work, "shop", 3, "gross_sales", "7", "0")
    [notice] = platform_total_notices(work)
    assert notice.endswith("Order edits explain 2 of these days.")


def test_an_ad_accounts_total_is_compared_by_its_own_measures(work: duckdb.DuckDBPyConnection) -> None:
    total(work, "google_ads", 1, "spend", "10.50", "10.00", account="7")
    total(work, "google_ads", 1, "impressions", "1200", "1000", account="7")
    assert platform_total_notices(work) == [
        "google_ads: its account totals differ from the star on 1 of 1 day: spend 10.50 there, 10.00 here, most on "
        "2026-10-01 (+0.50), also impressions."
    ]


def test_before_the_first_build_nothing_differs() -> None:
    with duckdb.connect() as connection:
        assert platform_total_notices(connection) == []
