"""docs/metrics.md is what the yml beside the marts says."""

from pathlib import Path

from by_hand import METRICS
from gold import mart_meta_from_yaml

from server.metrics_page import marts_as_written, metrics_page, whole_catalog
from warehouse.catalog import DATE

PAGE = Path(__file__).parent.parent / "docs" / "metrics.md"


def test_the_committed_page_is_what_the_marts_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == metrics_page(), "run python -m server.metrics_page"


def test_the_page_is_made_of_every_metric_that_a_tenant_could_have() -> None:
    catalog = whole_catalog()
    page = metrics_page()

    assert set(catalog.listed()) == set(METRICS)
    assert catalog.not_offered == ()
    assert marts_as_written() == mart_meta_from_yaml()
    for name, metric in catalog.listed().items():
        section = page.split(f"\n## {name}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
        assert f"**{metric.label}.** {metric.description}" in section
        assert f"- **Unit**: {metric.unit}, {'adds up' if metric.additive else 'does not add up'}" in section
        assert all(synonym in section for synonym in metric.synonyms)
        assert f"- **Split and filtered by**: {', '.join(catalog.dimensions_of(name))}\n" in section
    for name, dimension in catalog.dimensions.items():
        assert f"\n| {name} | {dimension.description} | " in page
    assert f"\n| {DATE} | " in page


def test_a_formula_is_told_in_metrics_and_in_columns() -> None:
    page = metrics_page()

    assert "- **Is**: gross_sales − discounts − returns\n" in page
    assert "- **Is**: (sessions − engaged_sessions) / sessions\n" in page
    assert "- **Is**: `sum of fct_order_lines.gross_amount where is_counted`\n" in page
    assert "- **Is**: 1000 × ad_spend / `sum of fct_ad_performance.impressions where is_priced`\n" in page


def test_a_first_sentence_says_what_is_meant_and_no_more_than_sixty_letters() -> None:
    from server.listing import first_sentence

    for metric in whole_catalog().listed().values():
        assert len(first_sentence(metric.description)) <= 60, metric.description
