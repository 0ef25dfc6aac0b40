"""Answers on a small gold made by hand, against figures written out or counted by other SQL."""

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from gold import THREE_STORES, Asked, Shop, source, three_stores, write_gold

from warehouse.periods import GRAINS
from warehouse.plan import calendar_of

# every additive metric as rows of (sign, fact, date, amount); the other metrics as SQL over one fact
ADDITIVE = {
    "total_revenue": [("", "fct_orders", "total_amount")],
    "gross_sales": [("", "fct_order_lines", "gross_amount")],
    "discounts": [("", "fct_order_lines", "discount_amount")],
    "returns": [("", "fct_refunds", "return_amount")],
    "net_sales": [("", "fct_order_lines", "net_amount"), ("-", "fct_refunds", "return_amount")],
    "taxes": [("", "fct_orders", "tax_amount"), ("-", "fct_refunds", "tax_amount")],
    "shipping": [("", "fct_orders", "shipping_amount"), ("-", "fct_refunds", "shipping_amount")],
    "duties_and_fees": [("", "fct_orders", "duties_and_fees_amount"), ("-", "fct_refunds", "duties_and_fees_amount")],
    "tips": [("", "fct_orders", "tips_amount"), ("-", "fct_refunds", "tips_amount")],
    "total_sales": [
        *(("", "fct_orders", f"{name}_amount") for name in ("tax", "shipping", "duties_and_fees")),
        *(("-", "fct_refunds", f"{name}_amount") for name in ("return", "tax", "shipping", "duties_and_fees")),
        ("", "fct_order_lines", "net_amount"),
    ],
    "refunded_amount": [("", "fct_refunds", "refunded_amount")],
    "orders": [("", "fct_orders", "1")],
    "new_customers": [("", "fct_orders", "is_first_order::int")],
    "units_sold": [("", "fct_order_lines", "quantity")],
    "units_returned": [("", "fct_refunds", "quantity")],
}
DISTINCT = {
    "customers": "count(distinct person_key)",
    "returning_customers": "count(distinct case when not is_first_order then person_key end)",
    "median_order_value": "median(total_amount)",
}
SPLITS = ("source_name", "platform", "currency", "customer_country", "customer_type", "order_status", "channel")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, three_stores())
    asked = Asked(path, THREE_STORES)
    yield asked
    asked.close()


def day_of(fact: str) -> str:
    return "refund_date" if fact == "fct_refunds" else "order_date"


def by_hand(stores: Asked, metric: str, dimension: str | None, where: str = "true") -> dict[object, object]:
    """Σ signed rows by a dimension: no joins, so nothing to lose in one."""
    key = dimension or "null"
    rows = " union all ".join(
        f"select {key if key != 'date' else day_of(fact)} as k, {sign}{amount} as v from {fact} "
        f"where is_counted and {where.replace('date', day_of(fact))}"
        for sign, fact, amount in ADDITIVE[metric]
    )
    return {
        key.isoformat() if isinstance(key, date) else key: value
        for key, value in stores.sql(f"select k, sum(v) from ({rows}) group by k")
    }


def answered(stores: Asked, metric: str, dimension: str | None, **more: object) -> dict[object, object]:
    group_by = [dimension] if dimension else []
    rows = stores.rows(metrics=metric, group_by=group_by, limit=1000, **more)
    return {(row[0] if dimension else None): row[-1] for row in rows}


def number(value: object) -> object:
    return None if value is None else Decimal(str(value))


@pytest.mark.parametrize("metric", ADDITIVE)
def test_every_additive_metric_equals_a_count_by_hand_for_every_dimension(stores: Asked, metric: str) -> None:
    for dimension in (None, *stores.catalog.dimensions_of(metric)):
        ours, theirs = answered(stores, metric, dimension), by_hand(stores, metric, dimension)
        assert ours.keys() == theirs.keys(), dimension
        # where no row of a group has an amount: null without a rate, else what a covered group has of nothing, 0
        for key, value in theirs.items():
            assert number(ours[key]) == (value if value is not None else number(ours[key])), (dimension, key)
            assert value is not None or ours[key] in (None, 0)


@pytest.mark.parametrize("metric", ADDITIVE)
def test_groups_add_up_to_the_total(stores: Asked, metric: str) -> None:
    total = answered(stores, metric, None)[None]
    for dimension in stores.catalog.dimensions_of(metric):
        groups = answered(stores, metric, dimension).values()
        assert sum(Decimal(str(value)) for value in groups if value is not None) == Decimal(str(total)), dimension


@pytest.mark.parametrize("metric", DISTINCT)
@pytest.mark.parametrize("dimension", SPLITS)
def test_what_does_not_add_up_equals_a_count_by_hand(stores: Asked, metric: str, dimension: str) -> None:
    theirs = stores.sql(f"select {dimension}, {DISTINCT[metric]} from fct_orders where is_counted group by 1")
    ours = answered(stores, metric, dimension)
    assert {key: number(value) for key, value in ours.items()} == {key: number(value) for key, value in theirs}


def test_several_facts_meet_on_null_keys_and_on_groups_that_only_one_has(stores: Asked) -> None:
    rows = stores.rows(
        metrics=["orders", "gross_sales", "returns", "net_sales"],
        group_by=["customer_country", "order_status"],
        period="2026-02",
    )
    assert rows == [
        ("Germany", "paid", 1, 11, 0, 11),
        (None, "paid", 1, 7.77, 0, 7.77),
        ("United States", "partially_refunded", 0, 0, 9.45, -9.45),
        (None, None, 0, 0, 5, -5),
    ]


def test_each_part_of_a_metric_falls_on_its_own_day(stores: Asked) -> None:
    rows = stores.rows(metrics=["net_sales", "taxes", "total_sales", "orders"], grain="month")
    assert rows == [
        ("2026-01-01", 44.4, 2.75, 52.14, 2),
        ("2026-02-01", 4.32, -0.7, 3.62, 2),
        ("2026-03-01", 99.91, 16.62, 116.53, 5),
    ]


def test_ratios_are_sums_over_sums_rounded_half_even(stores: Asked) -> None:
    metrics = ["average_order_value", "return_rate", "repeat_rate"]
    # 177.03 of goods in 7 orders with a rate, 28.40 returned; 2 of 4 persons came again
    assert stores.rows(metrics=metrics) == [(25.29, 0.160425, 0.5)]
    assert stores.rows(metrics="average_order_value", period="2026-03") == [(37.9533,)]


def test_orders_without_a_rate_leave_amounts_and_the_average_but_not_the_counts(stores: Asked) -> None:
    answer = stores.ask(
        metrics=["orders", "total_revenue", "net_sales", "average_order_value", "median_order_value", "customers"],
        group_by="source_name",
        order_by="source_name",
    )
    assert answer.rows[1] == ("shopify_eu", 2, None, None, None, None, 1)
    assert "2 orders in EUR without a rate to USD are left out of amounts." in answer.notices
    assert not [text for text in stores.ask(metrics="orders").notices if "rate" in text]
    priced = stores.ask(metrics="net_sales", where={"field": "currency", "value": "USD"})
    assert not [text for text in priced.notices if "rate" in text]


def test_a_sum_is_null_only_where_no_row_has_a_rate(stores: Asked) -> None:
    rows = stores.rows(metrics=["gross_sales", "net_sales", "returns"], grain="day", period="2026-03-01..2026-03-15")
    assert rows == [
        ("2026-03-01", 46.5, 41.85, 0),
        ("2026-03-10", 0, None, None),
        ("2026-03-15", 0, -13.95, 13.95),
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # covered by one source, and nothing happened
        ({"period": "2026-01-06..2026-01-30"}, (0, 0, None, 0, None)),
        # before the first day, after the last, and of a source that does not cover it
        ({"period": "2025"}, (None, None, None, None, None)),
        ({"period": "2026-04"}, (None, None, None, None, None)),
        ({"period": "2026-01", "where": {"field": "source_name", "value": "woo"}}, (None, None, None, None, None)),
        ({"period": "2026-01", "where": {"field": "platform", "value": "woocommerce"}}, (None, None, None, None, None)),
        ({"period": "2026-02", "where": {"field": "platform", "op": "ne", "value": "shopify"}}, (1, 11, 11, 1, 11)),
        (
            {"period": "2026-02-11..2026-02-20", "where": {"field": "source_name", "value": ["woo", "nowhere"]}},
            (0, 0, None, 0, None),
        ),
        ({"where": {"field": "source_name", "value": "nowhere"}}, (None, None, None, None, None)),
        (
            {
                "period": "2026-01-10",
                "where": {"any": [{"field": "source_name", "value": "woo"}, {"field": "channel", "value": "x"}]},
            },
            (0, 0, None, 0, None),
        ),
    ],
)
def test_nothing_is_zero_where_a_source_covers_the_days_and_else_null(
    stores: Asked, arguments: dict[str, object], expected: tuple[object, ...]
) -> None:
    metrics = ["orders", "net_sales", "average_order_value", "customers", "median_order_value"]
    assert stores.rows(metrics=metrics, **arguments) == [expected]


def test_split_by_source_each_group_is_covered_by_its_own_source(stores: Asked) -> None:
    rows = stores.rows(metrics=["returns", "orders"], group_by="source_name", period="2026-02", order_by="source_name")
    assert rows == [("shopify", 14.45, 1), ("woo", 0, 1)]


def test_incomplete_coverage_is_told_and_periods_that_are_not_over(stores: Asked) -> None:
    march = stores.ask(metrics="orders", period="2026-03")
    assert march.notices == ("Not the whole period is covered: woo has 2026-02-10 to 2026-03-20.",)
    assert march.period.model_dump() == {
        "start": date(2026, 3, 1),
        "end": date(2026, 3, 31),
        "timezone": "America/New_York",
        "complete": False,
    }
    alone = stores.ask(metrics="orders", period="2026-03", where={"field": "source_name", "value": "shopify"})
    assert alone.notices == ()
    assert alone.period.complete
    assert alone.data_through == {"shopify": date(2026, 3, 31)}
    running = stores.ask(on="2026-03-31", metrics="orders", period="this_month")
    assert "The period is not over: it ends on 2026-03-31." in running.notices
    future = stores.ask(metrics="orders", period="2027")
    assert future.notices == ("No rows match the question.", "The period has not begun: it starts on 2027-01-01.")
    monthly = stores.ask(on="2026-03-31", metrics="orders", grain="month")
    assert "The month of 2026-03-01 is not over." in monthly.notices
    assert monthly.period.start == date(2026, 1, 5)


def test_rows_that_do_not_count_make_no_group(stores: Asked) -> None:
    assert ("pending",) not in [row[:1] for row in stores.rows(metrics="orders", group_by="order_status")]


def countries(stores: Asked, *filters: object) -> set[object]:
    return {row[0] for row in stores.rows(metrics="orders", group_by="customer_country", where=list(filters))}


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        (None, "Canada", {"Canada"}),
        ("eq", "canada", set()),
        ("ne", "Canada", {"United States", "Germany", "France", None}),
        (None, ["Canada", "France"], {"Canada", "France"}),
        ("in", "Canada", {"Canada"}),
        ("not_in", ["Canada", "France"], {"United States", "Germany", None}),
        ("gt", "Germany", {"United States"}),
        ("gte", "Germany", {"United States", "Germany"}),
        ("lt", "France", {"Canada"}),
        ("lte", "France", {"Canada", "France"}),
        ("contains", "AN", {"Canada", "Germany", "France"}),
        ("contains", "%", set()),
        ("contains", "a_a", set()),
        ("starts_with", "ge", {"Germany"}),
        ("is_null", None, {None}),
        ("not_null", None, {"United States", "Germany", "France", "Canada"}),
    ],
)
def test_filters_are_literal_and_only_negations_keep_nulls(
    stores: Asked, op: str | None, value: object, expected: set[object]
) -> None:
    given = {"field": "customer_country", "op": op, "value": value}
    assert countries(stores, given) == expected


def test_filters_all_hold_and_any_gives_alternatives(stores: Asked) -> None:
    either = {"any": [{"field": "customer_country", "value": "Canada"}, {"field": "source_name", "value": "woo"}]}
    assert countries(stores, either) == {"Canada", "Germany"}
    assert countries(stores, either, {"field": "platform", "value": "shopify"}) == {"Canada"}


@pytest.mark.parametrize(
    "value",
    [
        "' or 1=1 --",
        '"; drop table fct_orders; --',
        "$1",
        "@@p1@@",
        "\\",
        "nul \x00 in it",
        "☕",
        "x" * 100_000,
        "2024-01-01",
    ],
)
def test_any_text_is_a_plain_value(stores: Asked, value: str) -> None:
    assert stores.rows(metrics="orders", where={"field": "channel", "value": value}) == [(0,)]
    assert stores.rows(metrics="orders", where={"field": "channel", "op": "ne", "value": value}) == [(9,)]
    found = stores.rows(metrics="units_sold", where={"field": "product_title", "op": "contains", "value": value})
    assert found == [(1 if value in ("\\", "☕") else 0,)]


def test_a_value_with_every_kind_of_quote_is_found(stores: Asked) -> None:
    title = "O'Brien \"%_\\ ☕"
    assert stores.rows(
        metrics="gross_sales", group_by="product_title", where={"field": "product_title", "value": title}
    ) == [(title, 0.01)]


def test_an_unknown_filter_value_is_answered_with_what_may_be_meant(stores: Asked) -> None:
    answer = stores.ask(metrics="orders", where={"field": "customer_country", "value": ["Germny", "Canada"]})
    assert answer.rows == ((1,),)
    assert answer.notices[0] == 'No row has customer_country "Germny". Did you mean "Germany"?'
    several = stores.ask(metrics="orders", where={"field": "customer_country", "value": ["a", "b", "c", "d", "e"]})
    assert len([text for text in several.notices if "Its values are" in text]) == 3
    assert several.notices[3] == "No row has 2 more of the filter values."
    none = stores.ask(metrics="orders", where={"field": "campaign_name", "op": "ne", "value": "Spring"})
    assert none.notices[0] == "No row has a campaign_name."


def test_an_unknown_value_of_many_is_looked_up_in_gold(tmp_path_factory: pytest.TempPathFactory) -> None:
    shop = Shop("shopify", "shopify")
    for index in range(150):
        shop.order(index, "2026-01-05", [(f"Mug {index}", "1", "1", "0")])
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, shop.rows)
    many = Asked(path, THREE_STORES)
    wrong = many.ask(metrics="units_sold", where={"field": "product_title", "value": "mug 77"})
    assert wrong.notices[0].startswith('No row has product_title "mug 77". Did you mean "Mug 77"')
    partly = many.ask(metrics="units_sold", where={"field": "product_title", "value": ["Mug 7", "Mug x"]})
    assert partly.rows == ((1,),)
    assert partly.notices[0].startswith('No row has product_title "Mug x"')
    right = many.ask(metrics="units_sold", where={"field": "product_title", "value": "Mug 77"})
    assert not [text for text in right.notices if "No row" in text]
    many.close()


def test_nothing_found_is_told(stores: Asked) -> None:
    answer = stores.ask(metrics="orders", group_by="channel", period="2026-01-06..2026-01-30")
    assert answer.rows == ()
    assert answer.notices[0] == "No rows match the question."


def test_rows_come_in_the_asked_order_with_nulls_last_and_ties_by_the_groups(stores: Asked) -> None:
    assert [
        row[0] for row in stores.rows(metrics="orders", group_by="customer_country", order_by="customer_country")
    ] == [*("Canada", "France", "Germany", "United States", None)]
    assert [
        row[0] for row in stores.rows(metrics="orders", group_by="customer_country", order_by="-customer_country")
    ] == [*("United States", "Germany", "France", "Canada", None)]
    rows = stores.rows(metrics="orders", group_by="customer_country")
    assert rows == [("United States", 3), ("France", 2), ("Germany", 2), ("Canada", 1), (None, 1)]
    by_ratio = stores.rows(metrics="average_order_value", group_by="customer_country", order_by="-average_order_value")
    assert [row[0] for row in by_ratio] == ["Germany", "United States", "Canada", None, "France"]
    by_sum = stores.rows(metrics="net_sales", group_by="customer_country", order_by="net_sales")
    assert by_sum == [(None, 2.77), ("Canada", 10), ("United States", 52.86), ("Germany", 83), ("France", None)]


def test_rows_beyond_the_limit_are_cut_and_that_is_told(stores: Asked) -> None:
    answer = stores.ask(metrics="orders", group_by="customer_country", limit=2)
    assert (answer.row_count, answer.truncated, len(answer.rows)) == (2, True, 2)
    assert "There are more rows than the 2 shown: raise limit (at most 1000) or narrow the question." in answer.notices
    whole = stores.ask(metrics="orders", group_by="customer_country", limit=5)
    assert not whole.truncated


def test_an_answer_says_what_it_is_of(stores: Asked) -> None:
    answer = stores.ask(metrics=["orders", "net_sales"], group_by="channel", grain="quarter")
    assert answer.tenant == "acme"
    assert answer.currency == "USD"
    assert answer.snapshot == stores.catalog.snapshot
    assert [(each.name, each.label, each.unit, each.type) for each in answer.columns] == [
        ("date", "Date", None, "date"),
        ("channel", "Channel", None, "text"),
        ("orders", "Orders", "count", "integer"),
        ("net_sales", "Net sales", "currency", "decimal"),
    ]
    assert answer.definitions["net_sales"] == "gross_sales − discounts − returns. Each on its own day."


def test_the_snapshots_own_notices_are_in_every_answer(stores: Asked) -> None:
    noted = copy.copy(stores)
    noted.catalog = stores.catalog.model_copy(update={"notices": ("3 records are in quarantine.",)})
    assert noted.ask(metrics="orders").notices[-1] == "3 records are in quarantine."


def test_amounts_beyond_a_double_are_exact(tmp_path_factory: pytest.TempPathFactory) -> None:
    shop = Shop("shopify", "shopify")
    for index in range(91):
        shop.order(index, "2026-01-05", [("Ship", "1", "98901098901098.9011", "0")])
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, shop.rows)
    large = Asked(path, THREE_STORES)
    assert large.rows(metrics=["gross_sales", "average_order_value"]) == [
        ("9000000000000000.0001", "98901098901098.9011")
    ]
    large.close()


def test_buckets_of_every_grain_are_the_calendars(tmp_path_factory: pytest.TempPathFactory) -> None:
    shop = Shop("shopify", "shopify")
    first = date(2023, 12, 25).toordinal()
    days = [date.fromordinal(first + offset) for offset in (*range(0, 470, 3), *range(60, 75), *range(365, 380))]
    for index, day in enumerate(days):
        shop.order(index, day.isoformat(), [])
    path = tmp_path_factory.mktemp("gold") / "gold.duckdb"
    write_gold(path, shop.rows)
    for week_start, fiscal in (("monday", 1), ("sunday", 2), ("thursday", 12), ("tuesday", 6)):
        asked = Asked(
            path,
            [source("shopify", "shopify", "2023-12-25", "2025-04-10")],
            week_start=week_start,
            fiscal_year_start=fiscal,
        )
        calendar = calendar_of(asked.catalog)
        for grain in GRAINS:
            expected: dict[str, int] = {}
            for day in days:
                bucket = calendar.bucket(day, grain).isoformat()
                expected[bucket] = expected.get(bucket, 0) + 1
            assert dict(asked.rows(metrics="orders", grain=grain, limit=1000)) == expected, (grain, week_start, fiscal)
        asked.close()


def test_many_threads_on_one_connection_get_their_own_answers(stores: Asked) -> None:
    def ask(index: int) -> object:
        return stores.rows(metrics=["net_sales", "orders"], group_by=SPLITS[index % len(SPLITS)])

    alone = [ask(index) for index in range(len(SPLITS))]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, range(8 * len(SPLITS))))
    assert together == alone * 8


def test_an_explained_answer_holds_the_sql_that_gives_its_figures(stores: Asked) -> None:
    answer = stores.ask(
        metrics=["orders", "net_sales"],
        group_by="channel",
        period="2026-01-01..2026-03-31",
        where={"field": "channel", "op": "ne", "value": "it's $1"},
        top={"n": 1},
        totals=True,
        explain=True,
    )
    ranking, rows, totals, *_ = (answer.sql or "").split(";\n")
    assert "$" not in (answer.sql or "").replace("it''s $1", "")
    assert [row[0] for row in stores.sql(ranking)][:1] == [answer.rows[0][0]]
    assert len(stores.sql(rows)) == answer.row_count
    assert answer.totals is not None
    assert answer.totals[1] in stores.sql(totals)[0]
    assert stores.ask(metrics="orders").sql is None
