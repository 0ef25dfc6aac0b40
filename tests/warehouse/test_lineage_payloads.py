import json
from pathlib import Path
from typing import Any

import pytest
from led_back import LedBack

from ingest.envelope import payload_hash
from warehouse.lineage_answer import ContextStep, RawStep

ORDER = "where order_id = '1' and source_name = 'shopify'"


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("led_back")
    LedBack(folder).build()
    return folder


@pytest.fixture
def star(tmp_path: Path, _built: Path) -> LedBack:
    return LedBack.copy_of(_built, tmp_path)


def raw_of(star: LedBack, metric: str, **question: Any) -> RawStep:
    [measure] = star.of(metric, **question).measures
    assert measure.raw is not None
    return measure.raw


def test_the_payloads_of_the_rows_are_found_with_their_file_line_and_hash(star: LedBack) -> None:
    raw = raw_of(star, "orders", period="2026-01")
    assert (raw.agrees, raw.found, raw.hashed, raw.files_count) == (True, 2, 2, 1)
    [file] = raw.files
    assert (file.source, file.table, file.file, file.payloads) == ("shopify", "shopify__orders", "orders.jsonl", 2)
    assert [payload.source_id for payload in raw.payloads] == ["shopify-1", "shopify-2"]
    assert {payload.load_id for payload in raw.payloads} == {"1.5"}
    assert all(payload.payload is None for payload in raw.payloads)


def test_as_many_payloads_as_asked_for_come_with_their_text(star: LedBack) -> None:
    texts = [payload.payload for payload in raw_of(star, "orders", printed=3).payloads]
    assert [text is not None for text in texts] == [True] * 3 + [False] * (len(texts) - 3)
    assert json.loads(texts[0] or "") == {"key": "shopify-1"}


def test_a_payload_that_bears_many_rows_counts_once(star: LedBack) -> None:
    found = star.of("units_sold", period="2026-01-05")
    [measure] = found.measures
    assert (measure.rows.count, measure.loads.payloads) == (2, 1)
    assert measure.raw is not None
    assert measure.raw.found == 1


def test_a_payload_that_is_gone_from_raw_disagrees(star: LedBack) -> None:
    star.spoil("delete from raw.shopify__orders where source_id = 'shopify-1'")
    raw = raw_of(star, "orders")
    assert (raw.agrees, raw.says) == (False, "Not in raw as the star names them: 1 of 9 payloads.")


def test_a_payload_under_another_load_is_told_from_one_that_is_gone(star: LedBack) -> None:
    star.spoil("update raw.shopify__orders set _dlt_load_id = '9.9' where source_id = 'shopify-1'")
    assert (raw_of(star, "orders").says or "").endswith(", 1 of which are held under another load or id.")


def test_a_payload_whose_text_was_changed_disagrees(star: LedBack) -> None:
    star.spoil("""update raw.shopify__orders set payload = '{"key":"other"}' where source_id = 'shopify-1'""")
    raw = raw_of(star, "orders")
    assert raw.says == "Payloads in raw whose hash, taken again, is not the one they are held under: 1."


def test_without_a_work_database_nothing_is_found(star: LedBack) -> None:
    star.raw.unlink()
    raw = raw_of(star, "orders")
    assert (raw.agrees, raw.found, raw.says) == (False, 0, "Not in raw as the star names them: 9 of 9 payloads.")


def test_another_tenants_or_sources_payload_of_the_same_hash_is_not_taken_for_it(star: LedBack) -> None:
    star.spoil("update raw.shopify__orders set source_name = 'other' where source_id = 'shopify-1'")
    assert not raw_of(star, "orders").agrees


def test_the_orders_behind_refunds_are_context_and_no_part_of_the_amount(star: LedBack) -> None:
    [measure] = star.of("returns", where=[{"field": "source_name", "value": "shopify"}]).measures
    assert measure.loads.payloads == 3
    assert measure.context == (ContextStep(agrees=True, kind="order", payloads=2, found=2),)


def test_a_line_that_bears_its_orders_payload_has_no_order_for_context(star: LedBack) -> None:
    [measure] = star.of("units_sold").measures
    assert measure.context == ()


def test_transactions_and_rates_behind_orders_are_context(star: LedBack) -> None:
    rate, row = payload_hash(b"{}"), payload_hash(b"[]")
    star.spoil(
        "create table raw.google_analytics__transactions as from raw.shopify__orders limit 0",
        "create table raw.ecb_rates__rates as from raw.shopify__orders limit 0",
        f"insert into raw.google_analytics__transactions values ('ga', 't', '[]', '{row}', 'rows.json', 1, '3.5')",
        f"insert into raw.ecb_rates__rates values ('ecb', 'd', '{{}}', '{rate}', 'rates.csv', 1, '3.5')",
        *(
            f"alter table star.fct_orders add column if not exists {column} varchar"
            for column in ("transaction_payload_hash", "transaction_load_id", "rate_payload_hash", "rate_load_id")
        ),
        f"update star.fct_orders set transaction_payload_hash = '{row}', transaction_load_id = '3.5' {ORDER}",
        f"update star.fct_orders set rate_payload_hash = '{rate}', rate_load_id = '3.5' {ORDER}",
    )
    for metric, context in (("orders", ["attribution", "rate"]), ("returns", ["order", "attribution", "rate"])):
        [measure] = star.of(metric, where=[{"field": "source_name", "value": "shopify"}]).measures
        assert [(step.kind, step.agrees) for step in measure.context] == [(kind, True) for kind in context]
    star.spoil("delete from raw.ecb_rates__rates")
    [measure] = star.of("orders").measures
    assert [step.says for step in measure.context if step.says] == ["Not in raw: 1 of 1 rate payloads."]
