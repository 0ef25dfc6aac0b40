import json
from pathlib import Path

import pytest
from funnel import FUNNEL, funnel
from gold import Shop, source
from published import publish

from server.desk import Desk
from server.settings import Settings
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
    assert set(net_sales) == {"name", "label", "description", "unit", "type", "date", "additive", "dimensions"}
    assert net_sales["unit"] == "currency"
    assert "customer_country" in answer.dimension_sets[net_sales["dimensions"]]


def test_dimensions_that_no_metric_of_the_tenant_has_are_not_listed(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE)

    assert {one["name"] for one in answer.dimensions}.isdisjoint({"device_category", "visitor_country", "event_name"})
    assert "channel" in {one["name"] for one in answer.dimensions}


def test_everything_that_a_tenant_of_every_source_can_ask_fits_a_short_answer(home: Home) -> None:
    publish(home, WAYNE, funnel(), FUNNEL)
    answer = Desk(Settings(home)).list_metrics(WAYNE)
    text = answer.text()

    assert len(answer.metrics) == 40
    assert len(answer.dimension_sets) == 7
    assert "ecb_rates" not in answer.tenants[0]["data_through"]
    for entry in (*answer.metrics, *answer.dimensions):
        assert text.count(f"\n{entry['name']} ") == 1
    # to be made smaller, never larger
    assert len(json.dumps(answer.structured(), ensure_ascii=False, separators=(",", ":")).encode()) < 13_300
    assert len(text.encode()) < 7_400


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


def test_a_search_without_a_match_says_so_and_offers_the_nearest(home: Home, shop: Shop) -> None:
    answer = Desk(Settings(home)).list_metrics(WAYNE, "netsales")

    assert answer.metrics == []
    assert "Nearest: net_sales" in " ".join(answer.notices)


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
