"""The operator's own metrics: each equals the question that it stands for, and a bad one is told and left out."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pytest
from boring_semantic_layer import from_yaml
from funnel import FUNNEL
from own import OwnStar, entry

from warehouse.catalog import Catalog
from warehouse.lineage_rows import bearing_rows
from warehouse.metrics_file import MetricsFile
from warehouse.own_metrics import with_own_metrics
from warehouse.planning import make_plan
from warehouse.query import MetricQuery
from warehouse.semantic import semantic_yaml


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnStar]:
    star = OwnStar(tmp_path_factory.mktemp("own"))
    yield star
    star.asked.close()


CONDITIONS: list[dict[str, object]] = [
    {"field": "channel", "op": "eq", "value": "Paid Social"},
    {"field": "channel", "op": "ne", "value": "Paid Social"},
    {"field": "channel", "op": "not_in", "value": ["Email", "Paid Search"]},
    {"field": "product_title", "op": "gt", "value": "Lamp"},
    {"field": "product_title", "op": "lte", "value": "Lamp"},
    {"field": "product_title", "op": "contains", "value": "AMP"},
    {"field": "product_title", "op": "starts_with", "value": "o'brien \"%_\\ ☕"},
    {"field": "campaign_name", "op": "is_null"},
    {"field": "campaign_name", "op": "not_null"},
    {"field": "source_name", "op": "eq", "value": "woo"},
]


def test_a_filtered_metric_equals_the_filtered_question_for_every_operator(star: OwnStar) -> None:
    names = [f"some_{at}" for at in range(len(CONDITIONS))]
    star.define(
        {
            name: entry(filtered={"metric": "units_sold", "where": [condition]})
            for name, condition in zip(names, CONDITIONS, strict=True)
        }
    )
    [totals] = star.asked.rows(metrics=names)
    assert list(totals) == [star.total("units_sold", where=[condition]) for condition in CONDITIONS]


def test_a_filtered_metric_of_several_facts_equals_the_filtered_question_group_by_group(star: OwnStar) -> None:
    star.define({"some": entry(filtered={"metric": "net_sales", "where": [CONDITIONS[3]]})})
    ours = dict(star.asked.rows(metrics="some", group_by="customer_country"))
    asked = dict(star.asked.rows(metrics="net_sales", group_by="customer_country", where=[CONDITIONS[3]]))
    assert {key: value for key, value in ours.items() if value} == {key: value for key, value in asked.items() if value}


def test_where_may_be_a_mapping_of_values_and_lists_and_its_conditions_all_hold(star: OwnStar) -> None:
    where = {"channel": ["Paid Social", "Direct"], "customer_country": "Canada"}
    star.define({"some": entry(filtered={"metric": "orders", "where": where})})
    asked = [{"field": "channel", "op": "in", "value": ["Paid Social", "Direct"]}]
    asked.append({"field": "customer_country", "value": "Canada"})
    assert star.total("some") == star.total("orders", where=asked) == 1


def test_a_filtered_metric_may_be_filtered_added_and_divided(star: OwnStar) -> None:
    catalog = star.define(
        {
            "social_share": entry(ratio={"numerator": "social_sales", "denominator": "net_sales"}),
            "social_sales": entry(filtered={"metric": "net_sales", "where": {"channel": "Paid Social"}}),
            "social_mugs": entry(filtered={"metric": "social_sales", "where": {"product_title": "Mug"}}),
            "social_rest": entry(derived={"plus": "social_sales", "minus": "social_mugs"}),
            "social_cost": entry(ratio={"numerator": "ad_spend", "denominator": "social_orders", "factor": 1000}),
            "social_orders": entry(filtered={"metric": "orders", "where": {"channel": "Paid Social"}}, hidden=True),
        }
    )
    social = {"field": "channel", "value": "Paid Social"}
    sales = star.total("net_sales", where=[social])
    mugs = star.total("net_sales", where=[social, {"field": "product_title", "value": "Mug"}])
    assert (star.total("social_sales"), star.total("social_mugs")) == (sales, mugs)
    assert star.total("social_rest") == pytest.approx(sales - mugs)
    assert star.total("social_share") == pytest.approx(sales / star.total("net_sales"), abs=1e-6)
    cost = 1000 * star.total("ad_spend") / star.total("orders", where=[social])
    assert star.total("social_cost") == pytest.approx(cost, abs=1e-4)
    units = {name: metric.unit for name, metric in catalog.metrics.items() if metric.own}
    assert units["social_share"] == "ratio"
    assert (units["social_cost"], units["social_rest"], units["social_orders"]) == ("currency", "currency", "count")
    assert "social_orders" not in catalog.listed()


def test_aggregates_over_a_column_are_of_rows_that_count(star: OwnStar) -> None:
    star.define(
        {
            "titles": entry(distinct={"fact": "order_lines", "column": "product_title"}),
            "lamp_orders": entry(
                distinct={"fact": "fct_order_lines", "column": "order_key", "where": {"product_title": "Lamp"}}
            ),
            "order_rows": entry(count={"fact": "orders"}),
            "known_buyers": entry(count={"fact": "orders", "column": "person_key"}),
            "net_value": entry(sum={"fact": "order_lines", "column": "net_amount"}),
            "pieces": entry(sum={"fact": "order_lines", "column": "quantity", "where": {"channel": "Email"}}),
            "big_days": entry(distinct={"fact": "ad_performance", "column": "impressions"}),
        }
    )
    counted = "from fct_order_lines where is_counted"
    [(titles, lamps, net, pieces)] = star.asked.sql(
        f"""select count(distinct product_title), count(distinct order_key) filter (product_title = 'Lamp'),
                   sum(net_amount), sum(quantity) filter (channel = 'Email') {counted}"""
    )
    [(orders, buyers)] = star.asked.sql("select count(*), count(person_key) from fct_orders where is_counted")
    assert [star.total(name) for name in ("titles", "lamp_orders")] == [titles, lamps]
    assert [star.total(name) for name in ("order_rows", "known_buyers")] == [orders, buyers]
    assert star.total("order_rows") == star.total("orders")
    assert (star.total("net_value"), star.total("pieces")) == (float(net), float(pieces))
    assert star.total("big_days") == 8


def test_a_column_of_true_and_false_filters_by_either(star: OwnStar) -> None:
    catalog = star.define(
        {
            "first": entry(filtered={"metric": "orders", "where": {"is_first_order": True}}),
            "again": entry(filtered={"metric": "customers", "where": {"is_first_order": False}}),
            "paid": entry(filtered={"metric": "total_revenue", "where": {"is_attributed_to_paid": True}}),
        }
    )
    assert star.total("first") == star.total("new_customers")
    assert star.total("again") == star.total("returning_customers")
    # known only of days that a property measures, as the built-in metric
    assert catalog.facts["orders"].measures["paid__charged_total"].requires == ("google_analytics",)
    ours, built_in = (
        star.asked.ask(metrics=name, grain="month", group_by=["date", "source_name"], period="2026")
        for name in ("paid", "attributed_revenue")
    )
    assert ours.rows == built_in.rows
    assert [notice.replace("paid", "attributed_revenue") for notice in ours.notices] == list(built_in.notices)


def test_what_adds_up_and_what_it_can_be_split_by_follow_from_the_parts(star: OwnStar) -> None:
    catalog = star.define(
        {
            "social": entry(filtered={"metric": "total_sales", "where": {"channel": "Paid Social"}}),
            "people": entry(filtered={"metric": "customers", "where": {"channel": "Paid Social"}}),
            "contribution": entry(derived={"plus": "net_sales", "minus": "ad_spend"}),
            "products": entry(distinct={"fact": "refunds", "column": "product_key"}),
            "share": entry(ratio={"numerator": ["taxes", "shipping"], "denominator": "total_sales"}),
            "back": entry(filtered={"metric": "refunded_amount", "where": {"refund_reason": "damaged"}}),
        }
    )
    additive = {name: metric.additive for name, metric in catalog.metrics.items() if metric.own}
    assert additive == dict.fromkeys(additive, False) | {"social": True, "contribution": True, "back": True}
    assert catalog.dimensions_of("social") == catalog.dimensions_of("total_sales")
    assert catalog.dimensions_of("contribution") == ("date", "channel", "campaign_name")
    assert catalog.dimensions_of("products") == catalog.dimensions_of("returns")
    assert catalog.metrics["contribution"].facts == ("ad_performance", "order_lines", "refunds")
    days = {name: catalog.metrics[name].day for name in ("social", "products", "back")}
    assert days == {"social": "own days", "products": "return day", "back": "refund day"}
    types = {name: catalog.metrics[name].type for name in ("social", "people", "products", "share", "back")}
    assert types == {
        "social": "derived",
        "people": "count_distinct",
        "products": "count_distinct",
        "share": "ratio",
        "back": "sum",
    }
    assert set(catalog.dimension_sets) >= {metric.dimension_set for metric in catalog.metrics.values()}
    assert Catalog.from_json(catalog.to_json()) == catalog


def test_the_parts_of_a_filtered_metric_add_up_to_its_total(star: OwnStar) -> None:
    star.define({"social": entry(filtered={"metric": "total_sales", "where": {"channel": "Paid Social"}})})
    for dimension in ("source_name", "campaign_name"):
        values = [value for _, value in star.asked.rows(metrics="social", group_by=dimension) if value is not None]
        assert sum(values) == pytest.approx(star.total("social")), dimension


def test_a_new_metric_changes_no_group_and_no_value_of_a_built_in_one(star: OwnStar) -> None:
    star.define({})
    before = star.asked.rows(metrics=["orders", "customers"], group_by="channel")
    star.define({"rows": entry(count={"fact": "orders"})})
    assert star.asked.rows(metrics=["orders", "customers"], group_by="channel") == before


def test_amounts_without_a_rate_are_told_for_own_metrics_as_for_others(star: OwnStar) -> None:
    star.define(
        {
            "french": entry(filtered={"metric": "gross_sales", "where": {"customer_country": "France"}}),
            "canadian": entry(filtered={"metric": "gross_sales", "where": {"customer_country": "Canada"}}),
            "value": entry(sum={"fact": "order_lines", "column": "net_amount"}),
        }
    )
    left_out = "2 orders in EUR without a rate to USD are left out of amounts."
    france = star.asked.ask(metrics="french")
    assert (france.rows, left_out in france.notices) == (((None,),), True)
    assert left_out in star.asked.ask(metrics="value").notices
    canada = star.asked.ask(metrics="canadian")
    assert (canada.rows, [text for text in canada.notices if "rate" in text]) == (((10,),), [])


def test_a_metric_of_one_store_is_covered_by_that_store(star: OwnStar) -> None:
    star.define({"woo_sales": entry(filtered={"metric": "net_sales", "where": {"source_name": "woo"}})})
    found = star.asked.ask(metrics="woo_sales", grain="month", period="2026-01-01..2026-04-30", fill_gaps=True)
    assert [value for _, value in found.rows][:2] == [None, 11]
    assert list(found.data_through) == ["woo"]


def test_a_value_that_no_row_has_is_told_at_publish_and_with_the_metrics_answers_alone(star: OwnStar) -> None:
    some = entry(filtered={"metric": "orders", "where": {"channel": ["email", "Direct"]}}, note="Mind it.")
    notice = star.fault({"some": some, "fine": entry(filtered={"metric": "orders", "where": {"channel": "Direct"}})})
    unseen = 'o row of orders has channel "email"; nearest: Email'
    assert notice == f"metrics.yml: metric some, field where.channel: n{unseen}. Correct it if it is misspelt."
    assert f"Mind it. N{unseen}." in star.asked.ask(metrics="some").notices
    assert not [text for text in star.asked.ask(metrics="fine").notices if "email" in text]


def test_the_notes_of_what_a_metric_is_made_of_stand_with_it(star: OwnStar) -> None:
    star.define({"claimed": entry(filtered={"metric": "platform_revenue", "where": {"channel": "Paid Social"}})})
    note = star.asked.catalog.metrics["platform_revenue"].note
    assert note is not None
    assert note in star.asked.ask(metrics="claimed").notices


def test_lineage_finds_the_rows_that_a_filtered_metric_is_made_of(star: OwnStar) -> None:
    where = [
        {"field": "channel", "op": "ne", "value": "Email"},
        {"field": "product_title", "op": "contains", "value": "u"},
    ]
    catalog = star.define({"some": entry(filtered={"metric": "net_sales", "where": where})})
    plan = make_plan(catalog, MetricQuery.parse({"metrics": "some"}), today=date(2026, 4, 1))
    total: Any = 0
    for bearing in bearing_rows(catalog, plan):
        [(value,)] = star.asked.connection.execute(
            f"select {bearing.aggregated} from {bearing.table} where {bearing.selected}", list(bearing.values)
        ).fetchall()
        total += catalog.metrics["some"].numerator[bearing.measure] * (value or 0)
    assert float(total) == star.total("some")


def test_a_metric_that_lacks_a_source_is_left_out_without_a_word(tmp_path: Path) -> None:
    store_alone = OwnStar(tmp_path, [source for source in FUNNEL if source.name == "shopify"])
    catalog = store_alone.define(
        {
            "ad_share": entry(ratio={"numerator": "ad_spend", "denominator": "net_sales"}),
            "double_share": entry(ratio={"numerator": "net_sales", "denominator": "social_spend"}),
            "social_spend": entry(filtered={"metric": "ad_spend", "where": {"channel": "Paid Social"}}),
            "bought": entry(distinct={"fact": "sessions", "column": "device_category"}),
            "raw_spend": entry(ratio={"numerator": "spend", "denominator": "orders"}),
            "measured": entry(derived={"plus": "measured_orders"}),
            "paid": entry(filtered={"metric": "orders", "where": {"is_attributed_to_paid": True}}),
            "mug_sales": entry(filtered={"metric": "net_sales", "where": {"product_title": "Mug"}}),
        }
    )
    store_alone.asked.close()
    assert [name for name, metric in catalog.metrics.items() if metric.own] == ["mug_sales"]
    assert catalog.metric_notices == {}


FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "unknown metric": (
        {"ratio": {"numerator": "net_sale", "denominator": "orders"}},
        'x, field numerator: unknown metric "net_sale"; nearest: net_sales, total_sales, units_sold. Correct the name.',
    ),
    "ratio in a sum": (
        {"ratio": {"numerator": ["orders", "roas"], "denominator": "orders"}},
        "x, field numerator: roas does not add up. Name it alone, or metrics that add up.",
    ),
    "ratio of a ratio": (
        {"ratio": {"numerator": "orders", "denominator": "roas"}},
        "x, field denominator: it adds the ratio roas, which does not add up. Name metrics that add up.",
    ),
    "sum of distinct": (
        {"derived": {"plus": ["customers", "orders"]}},
        "x, field derived: customers does not add up. Name it alone, or metrics that add up.",
    ),
    "derived of a distinct": (
        {"derived": "customers"},
        "x, field derived: customers does not add up. Name metrics that add up.",
    ),
    "nothing": (
        {"derived": {"plus": "tips", "minus": "tips"}},
        "x, field derived: it adds up nothing: name a measure or a metric. Name metrics that add up.",
    ),
    "amounts and counts": (
        {"derived": ["net_sales", "orders"]},
        "x, field derived: it adds amounts and orders, which is none. Add what is of one unit.",
    ),
    "circle": (
        {"derived": ["x", "orders"]},
        "x, field derived: it is defined by itself: x → x. Break the circle.",
    ),
    "filtered ratio": (
        {"filtered": {"metric": "roas", "where": {"channel": "Email"}}},
        "x, field metric: roas is a ratio. Filter what it is made of, and divide these metrics.",
    ),
    "dimension": (
        {"filtered": {"metric": "orders", "where": {"chanel": "Email"}}},
        'x, field where: unknown dimension or column of orders "chanel"; nearest: channel. Correct the name.',
    ),
    "dimension of several": (
        {"filtered": {"metric": "net_sales", "where": {"chanel": "Email"}}},
        'x, field where: unknown dimension of order_lines and refunds "chanel"; nearest: channel. Correct the name.',
    ),
    "dimension of one of several": (
        {"filtered": {"metric": "total_sales", "where": {"product_title": "Mug"}}},
        "x, field where: product_title is no dimension of orders, and it is made of order_lines and orders and refunds."
        " Filter by source_name, platform, channel, campaign_name, currency, order_status, customer_country,"
        " customer_type.",
    ),
    "dimension of several kinds": (
        {"filtered": {"metric": "y", "where": {"source_name": "woo"}}},
        "x, field where: source_name is not the same in ad_performance and order_lines and refunds."
        " Filter by channel, campaign_name.",
    ),
    "day": (
        {"filtered": {"metric": "orders", "where": {"order_date": "2026-01-01"}}},
        "x, field where: order_date is the day. Leave it out: the period of a question says which days.",
    ),
    "type of a column": (
        {"filtered": {"metric": "gross_sales", "where": {"quantity": "1"}}},
        "x, field where.quantity: quantity is DECIMAL(18,4). Filter by columns of text, or of true and false.",
    ),
    "no text": (
        {"filtered": {"metric": "orders", "where": {"customer_country": [False]}}},
        'x, field where.customer_country: "false" is read as no text. Put it in quotes.',
    ),
    "no value": (
        {"filtered": {"metric": "orders", "where": {"customer_country": None}}},
        "x, field where.customer_country: it has no value. Give one, or use the op is_null or not_null.",
    ),
    "value too many": (
        {"filtered": {"metric": "orders", "where": [{"field": "channel", "op": "is_null", "value": "x"}]}},
        "x, field where.channel: is_null takes no value. Leave value out.",
    ),
    "list for one": (
        {"filtered": {"metric": "orders", "where": [{"field": "channel", "op": "gt", "value": ["x"]}]}},
        "x, field where.channel: gt takes one value, not a list. Use in or not_in for a list.",
    ),
    "empty list": (
        {"filtered": {"metric": "orders", "where": {"channel": []}}},
        "x, field where.channel: the list is empty. Give at least one value.",
    ),
    "marker": (
        {"filtered": {"metric": "orders", "where": {"channel": "@@p1@@"}}},
        'x, field where.channel: "@@p1@@" cannot be compared with. Leave it out.',
    ),
    "flag": (
        {"filtered": {"metric": "orders", "where": {"is_first_order": "yes, please"}}},
        'x, field where.is_first_order: it holds true or false, and "yes, please" is neither. Give true or false.',
    ),
    "rows that do not count": (
        {"filtered": {"metric": "orders", "where": {"is_counted": False}}},
        "x, field where.is_counted: rows where it is false come into no metric of fct_orders. Leave it out.",
    ),
    "fact": (
        {"distinct": {"fact": "order_line", "column": "product_key"}},
        'x, field fact: unknown fact "order_line"; nearest: order_lines, orders. Correct the name.',
    ),
    "column": (
        {"distinct": {"fact": "order_lines", "column": "product_keys"}},
        'x, field column: unknown column of fct_order_lines "product_keys"; nearest: product_key, product_sku, '
        "product_id. Correct the name.",
    ),
    "distinct amounts": (
        {"distinct": {"fact": "orders", "column": "total_amount"}},
        "x, field column: total_amount is DECIMAL(18,4). Count distinct values of text or whole numbers.",
    ),
    "sum of text": (
        {"sum": {"fact": "orders", "column": "channel"}},
        "x, field column: channel is VARCHAR. Sum whole numbers or decimals.",
    ),
    "sum of currencies": (
        {"sum": {"fact": "orders", "column": "native_total_amount"}},
        "x, field column: native_total_amount holds amounts of several currencies."
        " Sum total_amount, which is in the reporting one.",
    ),
    "unit": (
        {"derived": "orders", "unit": "currency"},
        "x, field unit: it is currency, and the metric is count. Give count or number.",
    ),
    "unit of an amount": (
        {"derived": "net_sales", "unit": "number"},
        "x, field unit: it is number, and the metric is currency. Give currency.",
    ),
    "cumulative of a distinct": (
        {"cumulative": {"metric": "customers", "window": "28 days"}},
        "x, field metric: customers does not add up. Name a metric that adds up.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_metric_is_left_out_with_the_field_and_the_remedy_and_the_rest_serve(star: OwnStar, fault: str) -> None:
    formula, said = FAULTS[fault]
    fine = entry(derived={"plus": "net_sales", "minus": "ad_spend"})
    assert star.fault({"y": fine, "x": entry(**formula)}) == f"metrics.yml: metric {said}"
    assert [name for name, metric in star.asked.catalog.metrics.items() if metric.own] == ["y"]
    assert star.asked.ask(metrics=["orders", "y"]).notices == star.asked.ask(metrics=["orders", "y"]).notices
    assert not [text for text in star.asked.ask(metrics="orders").notices if "metrics.yml" in text]


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("net_sales", "the name is a built-in metric's. Choose another"),
        ("sold_value", "the name is a built-in measure's. Choose another"),
        ("channel", "the name is a dimension's. Choose another"),
        ("date", "the name is a dimension's. Choose another"),
        ("gross_amount", "the name is a column's. Choose another"),
        ("count", "the name is one of ibis's own. Choose another"),
    ],
)
def test_a_name_that_is_taken_is_refused(star: OwnStar, name: str, whose: str) -> None:
    assert star.fault({name: entry(derived="orders")}) == f"metrics.yml: metric {name}: {whose}."


@pytest.mark.parametrize("name", ["Email sales", "a__b", "x" * 41, "1st", ""])
def test_a_name_that_is_no_slug_is_refused(star: OwnStar, name: str) -> None:
    assert "the name cannot be used. Write lower-case letters" in star.fault({name: entry(derived="orders")})


def test_a_metric_made_of_a_bad_one_names_it(star: OwnStar) -> None:
    notices = star.define(
        {
            "a": entry(derived="b"),
            "b": entry(derived="c"),
            "c": entry(derived="b"),
            "d": entry(derived="e"),
            "e": entry(),
        }
    ).metric_notices
    assert notices["b"] == "metrics.yml: metric b, field derived: c is left out itself. Mend that one first."
    assert notices["c"] == "metrics.yml: metric c, field derived: it is defined by itself: b → c → b. Break the circle."
    assert notices["d"] == "metrics.yml: metric d, field derived: e is left out itself. Mend that one first."
    assert set(notices) == {"a", "b", "c", "d", "e"}


def test_a_built_in_name_means_the_built_in_metric_although_an_own_one_tries_to_take_it(star: OwnStar) -> None:
    star.define({"orders": entry(derived="clicks"), "bought": entry(derived="orders")})
    assert star.total("bought") == star.total("orders")


def test_metrics_are_replaced_not_added_to_and_a_catalog_without_them_is_as_before(star: OwnStar) -> None:
    plain = star.define({})
    first = star.define({"mugs": entry(filtered={"metric": "net_sales", "where": {"product_title": "Mug"}})})
    second = with_own_metrics(first, MetricsFile(), star.asked.connection.cursor())
    assert first.metrics.keys() - plain.metrics.keys() == {"mugs"}
    assert second == plain.model_copy(update={"metrics_digest": ""})


def test_the_file_for_bsl_holds_what_it_can_say_and_loads(star: OwnStar, tmp_path: Path) -> None:
    catalog = star.define(
        {
            "titles": entry(distinct={"fact": "order_lines", "column": "product_title"}),
            "mugs": entry(filtered={"metric": "gross_sales", "where": {"product_title": "M'); drop"}}),
            "mug_share": entry(ratio={"numerator": "mugs", "denominator": "gross_sales"}),
            "same_orders": entry(derived="orders"),
            "all_orders": entry(cumulative={"metric": "orders", "window": "all"}),
        }
    )
    (tmp_path / "semantic.yml").write_text(semantic_yaml(catalog), encoding="utf-8")
    (tmp_path / "copy.duckdb").write_bytes(star.asked.path.read_bytes())
    connection = ibis.duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True)
    tables = {name: connection.table(name) for name in connection.list_tables()}
    loaded = from_yaml(str(tmp_path / "semantic.yml"), tables=tables)
    for fact, metric in (("order_lines", "titles"), ("orders", "orders"), ("orders", "same_orders")):
        [[theirs]] = loaded[fact].query(measures=[metric]).execute().values.tolist()
        assert theirs == star.total(metric)
    assert "drop" not in (tmp_path / "semantic.yml").read_text(encoding="utf-8")
    assert "all_orders" not in (tmp_path / "semantic.yml").read_text(encoding="utf-8")
