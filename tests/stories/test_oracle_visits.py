"""What the oracle makes of GA4's reports, and to whom it attributes orders, against figures worked out by hand."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import Facts, value
from oracle_payloads import Json, deliver, money, shopify_order, total, woocommerce_order
from oracle_reports import google_row, insight, report, session, tenant_of, transaction

GA4: dict[str, dict[str, object]] = {"google_analytics": {}}


def placed(folder: Path, *orders: Json, source: str = "shopify") -> None:
    deliver(folder / source, "orders.jsonl", orders)


def visits(folder: Path, sessions: Iterable[Json] = (), transactions: Iterable[Json] = ()) -> None:
    deliver(folder / "google_analytics", "sessions.jsonl", sessions)
    deliver(folder / "google_analytics", "transactions.jsonl", transactions)


def test_sessions_are_read_from_answers_and_from_flat_rows(tmp_path: Path) -> None:
    google = session("20260301", "google", "organic", "(organic)", 40, channel="Organic Search")
    direct = session("20260301", "(direct)", "(none)", "(direct)", 10, country="DE", deviceCategory="desktop")
    folder = tmp_path / "google_analytics"
    deliver(folder, "sessions-1.json", [report(google, direct | {"sessionDefaultChannelGroup": "Direct"})])
    deliver(folder, "sessions-2.jsonl", [direct | {"date": "2026-03-02"}, {"rows": []}])
    deliver(
        folder, "events.json", [{"reports": [report({"date": "20260301", "eventName": "scroll", "eventCount": "7"})]}]
    )
    facts = tenant_of(tmp_path, GA4)

    assert money(facts, "sessions", "engaged_sessions", "bounce_rate", "events") == ["60", "30", "0.500000", "7"]
    assert value(facts, "sessions", ["channel"], "day") == {
        (date(2026, 3, 1), "Organic Search"): 40,
        (date(2026, 3, 1), "Direct"): 10,
        (date(2026, 3, 2), "Direct"): 10,
    }
    assert value(facts, "sessions", ["visitor_country"]) == {("United States",): 40, ("Germany",): 20}
    assert value(facts, "sessions", ["campaign_name"]) == {(None,): 60}


def test_a_property_day_is_that_of_the_newest_delivery(tmp_path: Path) -> None:
    folder = tmp_path / "google_analytics"
    old = [session("20260301", "google", "cpc", "x", 5), session("20260301", "bing", "cpc", "x", 6)]
    deliver(folder, "sessions-1.jsonl", old, at=1)
    deliver(folder, "sessions-2.jsonl", [session("20260301", "google", "cpc", "x", 8)], at=2)

    assert total(tenant_of(tmp_path, GA4), "sessions") == 8


def test_a_channel_is_told_else_that_of_most_alike_sessions_else_by_the_rules(tmp_path: Path) -> None:
    placed(tmp_path, *(shopify_order(id=number, name=f"#{number}") for number in (1, 2, 3, 4)))
    alike = ("google", "cpc", "Sale")
    visits(
        tmp_path,
        [
            session("20260301", *alike, 5, channel="Paid Search"),
            session("20260301", *alike, 7, channel="Cross-network", country="France"),
        ],
        [
            transaction("20260301", "1", *alike, channel="Paid Search"),
            transaction("20260301", "2", *alike),
            transaction("20260301", "3", "newsletter", "email", "Sale"),
        ],
    )
    facts = tenant_of(tmp_path, {"shopify": {}, **GA4})

    assert value(facts, "orders", ["channel"]) == {
        ("Paid Search",): 1,
        ("Cross-network",): 1,
        ("Email",): 1,
        ("Unattributed",): 1,
    }
    assert money(facts, "total_revenue", "attributed_revenue") == ["736.00", "368.00"]
    assert value(facts, "orders", ["campaign_name"]) == {("Sale",): 3, (None,): 1}


def test_rows_by_id_go_before_rows_by_name_then_the_earliest_day_counts(tmp_path: Path) -> None:
    placed(tmp_path, shopify_order(id=501, name="#1001"), shopify_order(id=502, name="#1002"))
    visits(
        tmp_path,
        [],
        [
            transaction("20260301", "1001", "a", "referral", "x"),
            transaction("20260303", "501", "sms", "sms", "x"),
            transaction("20260302", "501", "b", "email", "x"),
            transaction("20260302", "1002", "c", "audio", "x"),
            transaction("20260301", "1002", "c", "affiliate", "x"),
            transaction("20260301", "1003", "c", "organic", "x"),
        ],
    )
    facts = tenant_of(tmp_path, {"shopify": {}, **GA4})

    assert value(facts, "orders", ["channel"]) == {("Email",): 1, ("Affiliates",): 1}
    assert [row["match_method"] for row in facts.orders] == ["order_id", "order_name"]


@pytest.mark.parametrize(
    ("rows", "measures", "expected"),
    [
        # by day one store's, or the other's
        ([("20260301", "email")], None, {"shopify": "Email", "woocommerce": "Unattributed"}),
        ([("20260305", "email")], None, {"shopify": "Unattributed", "woocommerce": "Email"}),
        (
            [("20260301", "email"), ("20260305", "sms")],
            None,
            {"shopify": "Email", "woocommerce": "SMS"},
        ),
        # no day decides
        ([("20260303", "email")], None, {"shopify": "Unattributed", "woocommerce": "Unattributed"}),
        # only one store is measured
        ([("20260303", "email")], ["woocommerce"], {"shopify": "Unattributed", "woocommerce": "Email"}),
    ],
)
def test_an_id_of_orders_of_two_stores_is_the_one_of_its_day(
    tmp_path: Path, rows: list[tuple[str, str]], measures: list[str] | None, expected: dict[str, str]
) -> None:
    placed(tmp_path, shopify_order(id=9001, name="#70"))
    placed(
        tmp_path, woocommerce_order(id=70, number="70", date_created_gmt="2026-03-05T09:00:00"), source="woocommerce"
    )
    visits(tmp_path, [], [transaction(day, "70", "x", medium, "x") for day, medium in rows])
    settings = {"measures": measures} if measures else {}
    facts = tenant_of(tmp_path, {"shopify": {}, "woocommerce": {}, "google_analytics": settings})

    assert value(facts, "orders", ["source_name", "channel"]) == {pair: 1 for pair in expected.items()}


def test_conversion_rate_counts_the_orders_of_measured_stores(tmp_path: Path) -> None:
    placed(tmp_path, shopify_order(id=1))
    placed(tmp_path, woocommerce_order(id=70), woocommerce_order(id=71), source="woocommerce")
    visits(tmp_path, [session("20260301", "google", "cpc", "x", 8)])

    def rate(**settings: object) -> str:
        sources = {"shopify": {}, "woocommerce": {}, "google_analytics": settings}
        return str(total(tenant_of(tmp_path, sources), "conversion_rate"))

    assert [rate(), rate(measures=["shopify"]), rate(measures=[])] == ["0.375000", "0.125000", "0.000000"]


def advertised(tmp_path: Path, *sessions: Json) -> Facts:
    deliver(tmp_path / "facebook_ads", "ad_performance.jsonl", [insight("2026-03-01", "10", campaign="120001")])
    rows = [google_row("2026-03-01", 5_000_000, name="Summer Sale"), google_row("2026-03-04", 1_000_000, name="Autumn")]
    deliver(tmp_path / "google_ads", "ad_performance.jsonl", [{"results": rows}])
    visits(tmp_path, sessions)
    return tenant_of(tmp_path, {"facebook_ads": {}, "google_ads": {}, **GA4})


def test_a_campaign_takes_the_paid_channel_of_most_of_its_sessions(tmp_path: Path) -> None:
    facts = advertised(
        tmp_path,
        session("20260301", "facebook", "paid_social", "120001", 5, channel="Paid Social"),
        session("20260301", "ig", "video", "summer-sale", 6, channel="Paid Video"),
        session("20260301", "m.facebook.com", "referral", "SUMMER SALE", 50, channel="Referral"),
        session("20260301", "newsletter", "cpc", "Summer Sale", 90, channel="Paid Other"),
        session("20260302", "google", "cpc", "summer_sale", 4, channel="Cross-network"),
    )

    # by id whatever the source, by name only among the platform's sources
    assert value(facts, "ad_spend", ["channel", "campaign_name"]) == {
        ("Paid Video", "Summer Sale"): Decimal("10"),
        ("Cross-network", "Autumn"): Decimal("6"),
    }
    # the platform's latest name, also on visits that bear an older one; else the one the visit names
    assert value(facts, "sessions", ["campaign_name"]) == {("Summer Sale",): 151, ("Autumn",): 4}


def test_spend_stands_in_the_platforms_own_channel_without_sessions(tmp_path: Path) -> None:
    facts = advertised(tmp_path)

    assert value(facts, "ad_spend", ["channel"]) == {("Paid Social",): 10, ("Paid Search",): 6}


def test_roas_mer_and_blended_cost_divide_sums_of_two_facts(tmp_path: Path) -> None:
    placed(tmp_path, shopify_order(id=1), shopify_order(id=2, name="#2", email="b@example.com"))
    deliver(tmp_path / "facebook_ads", "ad_performance.jsonl", [insight("2026-03-01", "46")])
    visits(tmp_path, [], [transaction("20260301", "1", "facebook", "cpc", "77")])
    facts = tenant_of(tmp_path, {"shopify": {}, "facebook_ads": {}, **GA4})

    assert money(facts, "roas", "mer", "cac_blended") == ["4.000000", "8.000000", "23.0000"]
    by_channel = {("Unattributed",): None, ("Paid Social",): Decimal("4.000000")}
    assert value(facts, "roas", ["channel"]) == by_channel
    assert value(facts, "roas", ["campaign_name"])[("Summer Sale",)] == 4
    with pytest.raises(ValueError, match="platform"):
        value(facts, "roas", ["platform"])
