import re
from pathlib import Path

import pytest
from demo_home import SLUGS
from funnel import FUNNEL, funnel
from gold import Shop, source
from published import publish

from server.desk import Desk
from server.listing import MOST_BYTES, first_sentence
from server.settings import Settings
from server.snapshots import Snapshots
from warehouse.errors import BadValueError, ConfigError, UnknownNameError
from warehouse.home import Home

WAYNE = "wayne_enterprises"


@pytest.fixture
def shop(home: Home) -> Shop:
    shop = Shop("bigcommerce", "bigcommerce")
    shop.order(1, "2026-03-01", [("Cape", "1", "100", "10")], country="Germany", person="a", first=True)
    shop.order(2, "2026-03-02", [("Mask", "2", "50", "0")], country="Japan", person="a")
    publish(home, WAYNE, shop.rows, [source("bigcommerce", "bigcommerce", "2026-03-01", "2026-03-02")])
    return shop


def test_an_empty_home_answers_with_the_next_step(tmp_path: Path) -> None:
    answer = Desk(Settings(Home(tmp_path))).list_metrics()

    assert answer.tenants == []
    assert "gata-mcp demo" in answer.notices[0]
    assert "gata-mcp init" in answer.text()


def test_a_tenant_without_a_snapshot_is_listed_with_the_next_step(home: Home) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE)

    assert answer.tenants == [
        {
            "tenant": WAYNE,
            "name": "Wayne Enterprises",
            "currency": "USD",
            "timezone": "America/New_York",
            "refreshed_at": None,
            "data_through": None,
        }
    ]
    assert "refresh_tenant" in answer.notices[0]
    assert "never refreshed" in answer.text()


def test_with_several_tenants_their_names_come_first_and_metrics_on_asking(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics()

    assert [tenant["tenant"] for tenant in answer.tenants] == [WAYNE, "tyrell_corp"]
    assert answer.metrics == []
    assert any("Several tenants" in notice for notice in answer.notices)


def test_a_single_served_tenant_shows_its_metrics_at_once(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home, tenants=(WAYNE,))).list_metrics()
    by_name = {metric["name"]: metric for metric in answer.metrics}
    net_sales = by_name["net_sales"]

    assert [tenant["tenant"] for tenant in answer.tenants] == [WAYNE]
    assert answer.tenants[0]["data_through"] == {"bigcommerce": "2026-03-02"}
    assert net_sales == {"name": "net_sales", "description": "gross_sales − discounts − returns", "dimensions": "ol"}
    assert "customer_country" in answer.dimension_sets["ol"]
    assert by_name["orders"]["unit"] == "count"
    assert by_name["customers"]["type"] == "count_distinct"
    assert by_name["refunded_amount"]["date"] == "refund day"


def test_dimensions_that_no_metric_of_the_tenant_has_are_not_listed(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE)

    assert {one["name"] for one in answer.dimensions}.isdisjoint({"device_category", "visitor_country", "event_name"})
    assert "channel" in {one["name"] for one in answer.dimensions}


def test_everything_that_a_tenant_of_every_source_can_ask_fits_a_short_answer(home: Home) -> None:
    publish(home, WAYNE, funnel(), FUNNEL)
    answer = Desk(Settings(home)).list_metrics(WAYNE)
    structured, text = answer.halves()

    assert len(answer.metrics) == 40
    assert len(answer.dimension_sets) == 7
    assert "ecb_rates" not in answer.tenants[0]["data_through"]
    for entry in (*answer.metrics, *answer.dimensions):
        assert len(re.findall(rf"^{entry['name']}(?: \[\w+\])?(?::|$)", text, re.MULTILINE)) == 1
    assert len(structured.encode()) <= MOST_BYTES
    assert len(text.encode()) <= MOST_BYTES


@pytest.mark.parametrize("tenant", SLUGS)
def test_the_whole_answer_of_a_demo_tenant_is_at_most_six_kilobytes_in_each_half(demo: Path, tenant: str) -> None:
    answer = Desk(Settings(Home(demo))).list_metrics(tenant)
    values = {one["name"]: one.get("values") for one in answer.dimensions}

    assert len(answer.metrics) == 40
    assert all(len(half.encode()) <= MOST_BYTES for half in answer.halves())
    assert values["customer_type"] == ["new", "returning"]
    assert all(values[name] for name in ("order_status", "currency", "channel"))


def test_what_is_left_out_of_a_metric_can_be_said_from_the_rule(home: Home) -> None:
    publish(home, WAYNE, funnel(), FUNNEL)
    with Snapshots(home, "1GB", 8).current(WAYNE) as snapshot:
        catalog = snapshot.catalog
    for entry in Desk(Settings(home)).list_metrics(WAYNE).metrics:
        metric = catalog.metrics[entry["name"]]
        days = {catalog.facts[fact].day for fact in metric.facts}
        kind = entry.get("type", "ratio" if " / " in entry["description"] else "sum")
        assert entry.get("unit", "currency") == metric.unit
        assert entry.get("additive", kind not in ("ratio", "median", "count_distinct")) == metric.additive
        assert entry.get("date", "own days" if len(days) > 1 else days.pop()) == metric.day
        assert metric.description.startswith(entry["description"])


def test_a_description_is_cut_after_its_first_sentence_alone() -> None:
    assert first_sentence("Money given back. On the refund day; not returns.") == "Money given back"
    assert first_sentence("(a − b) / (c + d). Each on its own day.") == "(a − b) / (c + d)"
    assert first_sentence("Shown, e.g. Twice or 1.5 times, by all. Then") == "Shown, e.g. Twice or 1.5 times, by all"
    assert first_sentence("No stop") == "No stop"


def test_notices_on_the_data_are_counted_and_those_on_metrics_are_said(home: Home) -> None:
    publish(home, WAYNE, funnel(), FUNNEL, notices=("a: one.", "b: two."))
    assert Desk(Settings(home)).list_metrics(WAYNE).notices == ["2 notices on the data: see the answers."]


def test_fifty_tenants_are_named_shortly_and_found_by_name(home: Home) -> None:
    rest = "timezone: Europe/Berlin, currency: EUR, sources: {shopify: {files: x}}}"
    many = "".join(f"  shop_{at}: {{name: Shop {at} Ltd, {rest}\n" for at in range(60))
    home.tenants_file.write_text(f"tenants:\n{many}")
    publish(home, "shop_7", {}, [source("shopify", "shopify", "2026-03-01", "2026-03-02")])
    desk = Desk(Settings(home))
    answer = desk.list_metrics()

    assert len(answer.tenants) == 50
    assert len(answer.halves()[0].encode()) < 8_000
    assert answer.tenants[7] == {
        "tenant": "shop_7",
        "name": "Shop 7 Ltd",
        "currency": "EUR",
        "timezone": "Europe/Berlin",
        "refreshed_at": "2026-04-01T06:00:00Z",
    }
    assert "10 more tenants are served: search finds them by name." in answer.notices
    assert "Nothing has been published yet for shop_0, shop_1, shop_2 and 46 more" in answer.notices[-1]
    assert [one["tenant"] for one in desk.list_metrics(search="57").tenants] == ["shop_57"]
    assert len(desk.list_metrics(search="net sales").tenants) == 50
    assert len(desk.snapshots) == 0


def test_low_cardinality_values_stand_inline(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE)
    country = next(one for one in answer.dimensions if one["name"] == "customer_country")

    assert set(country["values"]) == {"Germany", "Japan"}
    assert "Germany" in answer.text()


def test_both_halves_name_every_metric_and_dimension(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE)
    text = answer.text()

    for entry in (*answer.metrics, *answer.dimensions):
        assert entry["name"] in text
    for notice in answer.notices:
        assert notice in text


@pytest.mark.parametrize(
    ("search", "metric"),
    [("net_sales", "net_sales"), ("Net Sales", "net_sales"), ("AOV", "average_order_value"), ("cape", "units_sold")],
)
def test_a_search_finds_metrics_by_name_label_synonym_and_value(
    home: Home, shop: Shop, search: str, metric: str
) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE, search)

    assert metric in [one["name"] for one in answer.metrics]


def test_a_search_for_a_value_finds_its_dimension(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE, "germany")

    assert [one["name"] for one in answer.dimensions] == ["customer_country"]


def test_a_search_shows_all_that_is_known_of_what_it_finds(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE, "net sales")
    first = answer.metrics[0]

    assert first == {
        "name": "net_sales",
        "label": "Net sales",
        "description": "gross_sales − discounts − returns. Each on its own day.",
        "unit": "currency",
        "type": "derived",
        "date": "own days",
        "additive": True,
        "dimensions": "ol",
        "synonyms": ["net revenue", "sales after returns"],
    }
    assert "Also: net revenue, sales after returns." in answer.text()
    assert set(answer.dimension_sets) == {metric["dimensions"] for metric in answer.metrics}


def test_a_search_without_a_match_shows_the_nearest_and_says_so(home: Home, shop: Shop) -> None:
    desk = Desk(Settings(home))
    near, none = desk.list_metrics(WAYNE, "custmers"), desk.list_metrics(WAYNE, "xyzzy")

    assert near.metrics[0]["name"] == "customers"
    assert near.notices == ['Nothing matches "custmers": these are the nearest.']
    assert (none.metrics, none.dimensions) == ([], [])
    assert none.notices == ['Nothing matches "xyzzy". Call list_metrics without search to see everything.']


def test_a_search_for_a_metric_that_lacks_a_source_says_so(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE, "ROAS")

    assert "Not offered for want of a source: platform_roas, roas." in answer.notices


def test_a_new_snapshot_is_seen_by_the_next_question(home: Home, shop: Shop) -> None:
    desk = Desk(Settings(home))
    before = desk.list_metrics(WAYNE).tenants[0]["data_through"]
    publish(home, WAYNE, shop.rows, [source("bigcommerce", "bigcommerce", "2026-03-01", "2026-03-05")])

    assert before == {"bigcommerce": "2026-03-02"}
    assert desk.list_metrics(WAYNE).tenants[0]["data_through"] == {"bigcommerce": "2026-03-05"}


def test_a_new_tenant_is_seen_by_the_next_question(home: Home) -> None:
    desk = Desk(Settings(home))
    desk.list_metrics()
    extra = "  stark: {name: S, timezone: UTC, currency: EUR, sources: {shopify: {files: x}}}\n"
    home.tenants_file.write_text(home.tenants_file.read_text() + extra)

    assert [tenant["tenant"] for tenant in desk.list_metrics().tenants] == [WAYNE, "tyrell_corp", "stark"]


@pytest.mark.parametrize("name", ["../x", "", "tyrell_corp", 'a"b', "x'; drop table t", "a\x00b", "x" * 5000, "Wayne"])
def test_a_name_that_is_not_served_is_refused_without_naming_others(home: Home, name: str) -> None:
    desk = Desk(Settings(home, tenants=(WAYNE,)))
    with pytest.raises(UnknownNameError) as refused:
        desk.list_metrics(name)
    message = str(refused.value)

    assert message.startswith("Unknown tenant ")
    assert message.endswith(f"Tenants: {WAYNE}.")
    assert "tyrell" not in message.removeprefix(f'Unknown tenant "{name}"')
    assert "\x00" not in message
    assert len(message) < 250


def test_a_mistake_at_a_tenant_that_is_not_served_does_not_name_it(home: Home) -> None:
    home.tenants_file.write_text(home.tenants_file.read_text().replace("America/Los_Angeles", "Mars/Tyrell"))
    with pytest.raises(ConfigError) as refused:
        Desk(Settings(home, tenants=(WAYNE,))).list_metrics()
    with pytest.raises(ConfigError, match="tyrell_corp"):
        Desk(Settings(home)).list_metrics()

    assert "tyrell" not in str(refused.value).lower()


def test_where_several_are_served_a_tenant_must_be_named(home: Home) -> None:
    with pytest.raises(BadValueError, match="Which tenant"):
        Desk(Settings(home)).served.tenant(None)
