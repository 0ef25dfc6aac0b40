"""LinkedIn: an answer of adAnalytics and a campaign as its documentation shows it (published_payloads/README.md)."""

from pathlib import Path
from typing import Any

import pytest
from payload_rows import ids, of_records, payloads, raw_rows, reasons, source_ids

DAY = {"year": 2026, "month": 10, "day": 1}
ELEMENT: dict[str, Any] = {
    "dateRange": {"start": DAY, "end": DAY},
    "pivotValues": ["urn:li:sponsoredCampaign:2"],
    "costInLocalCurrency": "1.5",
}


def test_the_published_elements_are_known_by_day_and_campaign() -> None:
    assert ids(raw_rows("linkedin_ads_ad_performance.json")) == [
        ("2023-01-02|urn:li:sponsoredCampaign:141049524", "2023-01-02"),
        ("2023-01-03|urn:li:sponsoredCampaign:141049524", "2023-01-03"),
    ]


def test_the_published_figures_are_kept_as_they_were_written() -> None:
    first, second = payloads(raw_rows("linkedin_ads_ad_performance.json"))
    assert (first["clicks"], first["impressions"]) == (100, 19090)
    assert first["costInLocalCurrency"] == "209.449"
    assert first["externalWebsiteConversions"] == 3
    assert first["conversionValueInLocalCurrency"] == "450.0"
    assert first["dateRange"] == {
        "start": {"month": 1, "day": 2, "year": 2023},
        "end": {"month": 1, "day": 2, "year": 2023},
    }
    assert (second["clicks"], second["impressions"], second["costInUsd"]) == (408, 20210, "509.980")


def test_the_published_campaign_gives_the_name_and_its_time() -> None:
    (row,) = raw_rows("linkedin_ads_campaigns.json")
    assert row.source_id == "141049524"
    assert row.updated_at is not None
    assert row.updated_at.isoformat() == "2018-06-27T17:16:17+00:00"
    (payload,) = payloads([row])
    assert payload["name"] == "Campaign Sponsored update B"
    assert payload["account"] == "urn:li:sponsoredAccount:506289162"
    assert payload["dailyBudget"] == {"amount": "1800", "currencyCode": "USD"}


def test_an_element_of_a_month_is_refused(tmp_path: Path) -> None:
    month = {"start": DAY, "end": {**DAY, "day": 31}}
    assert reasons(of_records("linkedin_ads", "ad_performance", [{**ELEMENT, "dateRange": month}], tmp_path)) == [
        "The row covers 2026-10-01 to 2026-10-31; ask for one row a day."
    ]


@pytest.mark.parametrize("urn", ["urn:li:sponsoredCreative:9", "urn:li:sponsoredCampaignGroup:9"])
def test_an_element_of_something_else_than_a_campaign_is_refused(urn: str, tmp_path: Path) -> None:
    (reason,) = reasons(of_records("linkedin_ads", "ad_performance", [{**ELEMENT, "pivotValues": [urn]}], tmp_path))
    assert reason is not None
    assert urn in reason
    assert "ask with CAMPAIGN as the first pivot" in reason


def test_an_account_s_total_is_of_the_account(tmp_path: Path) -> None:
    total = {**ELEMENT, "pivotValues": ["urn:li:sponsoredAccount:1"]}
    rows = of_records("linkedin_ads", "account_performance", [total, ELEMENT], tmp_path)
    assert rows[0].parent_id == "2026-10-01"
    assert reasons(rows)[0] is None
    assert "ask with ACCOUNT as the first pivot" in str(reasons(rows)[1])


def test_a_second_pivot_is_part_of_the_id(tmp_path: Path) -> None:
    split = [
        {**ELEMENT, "pivotValues": [*ELEMENT["pivotValues"], f"urn:li:sponsoredCreative:{creative}"]}
        for creative in (8, 9)
    ]
    rows = of_records("linkedin_ads", "ad_performance", split, tmp_path)
    assert len(set(source_ids(rows))) == 2


def test_an_element_without_an_amount_is_refused(tmp_path: Path) -> None:
    element = {key: value for key, value in ELEMENT.items() if key != "costInLocalCurrency"}
    assert reasons(of_records("linkedin_ads", "ad_performance", [element], tmp_path)) == [
        "costInLocalCurrency or costInUsd is missing."
    ]
