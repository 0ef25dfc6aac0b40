"""What cannot be used is named in one sentence and left out, and nothing else is lost beside it."""

import gzip
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from story import Record, Story, bc_order, bc_product, bigcommerce, line, order, shopify

from ingest.runs import RunDocument

DAY = "2026-10-05"
GOOD = [order(1, DAY, "10.00"), order(2, DAY, "5.00")]


def text(record: object) -> bytes:
    return json.dumps(record).encode() + b"\n"


def without(record: Record, *keys: str) -> Record:
    return {key: value for key, value in record.items() if key not in keys}


BEFORE, AFTER = text(GOOD[0]), text(GOOD[1])
THIRD = order(3, DAY, "100.00")
HALF = text(THIRD)[:60]


def cut(*contents: bytes) -> bytes:
    """A gzip file that ends too soon, though all of its text can be had."""
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH) for content in contents)


@dataclass(frozen=True)
class Delivery:
    """The files of one Shopify store, and what is said of them: (file, line, sentence) of each bad record.

    accepted: its good records; orders, total: what is served of them. Two good orders, of 10 and 5, are in each.
    """

    files: Mapping[str, bytes]
    refused: list[tuple[str, int, str]] = field(default_factory=list)
    accepted: int = 2
    orders: int = 2
    total: float = 15


def beside(bad: bytes, sentence: str) -> Delivery:
    """One bad line between two good ones."""
    return Delivery({"orders.jsonl": BEFORE + bad + AFTER}, [("orders.jsonl", 2, sentence)])


DELIVERIES = {
    "no_id": beside(text(without(THIRD, "id")), "id is missing."),
    "blank_id": beside(text({**THIRD, "id": " "}), "id is missing."),
    "number": beside(b"42\n", "The record is a number, not an object."),
    "list": beside(text([THIRD]), "The line is a list, not a record; deliver one record a line."),
    "not_an_amount": beside(text({**THIRD, "total_price": "N/A"}), '"N/A" at total_price is not an amount.'),
    "not_an_amount_inside": beside(
        text({**THIRD, "line_items": [line(11, "1.00"), line(12, "N/A")]}),
        '"N/A" at line_items[1].price is not an amount.',
    ),
    "too_large": beside(
        text({**THIRD, "total_price": "9007199254740993.01"}),
        '"9007199254740993.01" at total_price is too large: at most 14 digits may stand before the point.',
    ),
    "too_large_number": beside(
        text(THIRD).replace(b'"100.00"', b"9007199254740993.01"),
        '"9007199254740993.01" at total_price is too large: at most 14 digits may stand before the point.',
    ),
    "too_fine": beside(text({**THIRD, "total_price": "1.00001"}), '"1.00001" at total_price has more than 4 decimals.'),
    "no_date": beside(text(without(THIRD, "created_at", "processed_at")), "processed_at or created_at is missing."),
    "not_a_date": beside(
        text({**THIRD, "processed_at": "05/10/2026"}),
        '"05/10/2026" at processed_at is not a date and time such as 2026-10-05T14:30:00-04:00.',
    ),
    "broken_in_the_middle": beside(HALF + b"\n", "The record is not complete JSON: it breaks off."),
    "broken_at_the_end": Delivery(
        {"orders.jsonl": BEFORE + AFTER + HALF},
        [("orders.jsonl", 3, "The record is not complete JSON: it breaks off.")],
    ),
    "malformed": beside(
        text(THIRD).replace(b'"id": 3', b'"id": 3 3'), "The record is not valid JSON: it is malformed at byte 10."
    ),
    "not_utf_8": beside(text(THIRD).replace(b"#3", b"#\xff"), "The record is not valid UTF-8."),
    "raw_nul": beside(text(THIRD).replace(b"#3", b"#\x00"), "The record holds a NUL character."),
    "escaped_nul": beside(text(THIRD).replace(b"#3", b"#\\u0000"), "The record holds a NUL character."),
    "refunds_among_orders": beside(
        text({"id": 5, "order_id": 1, "created_at": f"{DAY}T12:00:00Z"}),
        "total_price and currency are missing; it looks like a record of refunds.",
    ),
    "refunds_as_orders": Delivery(
        {"orders.jsonl": BEFORE + AFTER, "orders-2.json": text({"refunds": [{"id": 5, "order_id": 1}]})},
        [("orders-2.json", 1, 'This holds "refunds", not orders; deliver it under the name of its own entity.')],
    ),
    "orders_as_refunds": Delivery(
        {"orders.jsonl": BEFORE + AFTER, "refunds.jsonl": text(THIRD)},
        [("refunds.jsonl", 1, "order_id is missing; it looks like a record of orders.")],
    ),
    "cut_gzip": Delivery(
        {"orders.jsonl.gz": cut(BEFORE + AFTER, HALF)},
        [("orders.jsonl.gz", 3, "The gzip file is cut off: what follows is missing; deliver the file again.")],
    ),
    "damaged_gzip": Delivery(
        {"orders.jsonl": BEFORE + AFTER, "orders-2.jsonl.gz": gzip.compress(text(THIRD))[:10] + b"\xff" * 40},
        [("orders-2.jsonl.gz", 1, "The gzip file is damaged: what follows cannot be read; deliver the file again.")],
    ),
    "empty_file": Delivery({"orders.jsonl": BEFORE + AFTER, "orders-2.jsonl": b""}),
    "array": Delivery(
        {"orders.json": json.dumps([GOOD[0], {**THIRD, "total_price": "N/A"}, GOOD[1]], indent=1).encode()},
        [("orders.json", 18, '"N/A" at total_price is not an amount.')],
    ),
    "one_id_twice": Delivery(
        {"orders.jsonl": BEFORE + text(order(3, DAY, "7.00", updated="2026-10-06")) + AFTER + text(THIRD)},
        accepted=4,
        orders=3,
        total=22,
    ),
    "negative_quantity": Delivery(
        {"orders.jsonl": BEFORE + text(order(3, DAY, "-20.00", line(11, "10.00", -2))) + AFTER},
        accepted=3,
        orders=3,
        total=-5,
    ),
    "twenty_megabytes": Delivery(
        {"orders.jsonl": BEFORE + text({**THIRD, "tags": "x" * 20_000_000}) + AFTER}, accepted=3, orders=3, total=115
    ),
    "ten_bad": Delivery(
        {"orders.jsonl": BEFORE + b"1\n" * 10 + AFTER},
        [("orders.jsonl", number, "The record is a number, not an object.") for number in range(2, 12)],
    ),
    "eleven_of_many_bad": Delivery(
        {
            "orders.jsonl": BEFORE
            + b"1\n" * 11
            + AFTER
            + b"".join(text(order(number, DAY, "1.00")) for number in range(3, 1101))
        },
        [("orders.jsonl", number, "The record is a number, not an object.") for number in range(2, 13)],
        accepted=1100,
        orders=1100,
        total=1113,
    ),
}

NOISE_FIRST = shopify("noise_first", "Fetching orders …", *GOOD)

LONG = "12345678901234.5678"
LONG_SHOPIFY = shopify(
    "long_shopify",
    json.dumps(order(1, DAY, "LONG")).replace('"LONG"', LONG),
)
LONG_BC = bigcommerce(
    "long_bc",
    bc_order(1, DAY, LONG),
    order_products=[bc_product(11, 1, LONG)],
    refunds=[
        '{"id": 5, "order_id": 1, "created": "2026-10-05T13:00:00+00:00", "total_tax": 0, "items": [], '
        f'"total_amount": {LONG}, "payments": [{{"id": 1, "amount": {LONG}, "is_declined": false}}]}}'
    ],
)


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Story, RunDocument]:
    """A tenant with a store for every delivery, and what its one refresh said."""
    stores = [shopify(name) for name in DELIVERIES]
    acme = Story(tmp_path_factory.mktemp("bad"), stores=[*stores, NOISE_FIRST, LONG_SHOPIFY, LONG_BC])
    for store, delivery in DELIVERIES.items():
        for name, content in delivery.files.items():
            acme.put(store, name, content)
    run = acme.refresh()
    assert run.status == "succeeded", run.error
    return acme, run


@pytest.fixture(scope="module")
def acme(refreshed: tuple[Story, RunDocument]) -> Story:
    return refreshed[0]


@pytest.fixture(scope="module")
def run(refreshed: tuple[Story, RunDocument]) -> RunDocument:
    return refreshed[1]


@pytest.mark.parametrize("store", DELIVERIES)
def test_a_bad_record_is_named_by_file_line_and_sentence(acme: Story, store: str) -> None:
    held = acme.raw(f"select file, line, reason from raw._quarantine where source_name = '{store}' order by line")
    assert held == DELIVERIES[store].refused


@pytest.mark.parametrize("store", DELIVERIES)
def test_the_good_orders_beside_it_are_served(acme: Story, store: str) -> None:
    delivery = DELIVERIES[store]
    assert acme.figures(store, "orders", "total_revenue") == [delivery.orders, delivery.total]


@pytest.mark.parametrize("store", DELIVERIES)
def test_accepted_and_quarantined_are_all_that_was_extracted(run: RunDocument, store: str) -> None:
    delivery = DELIVERIES[store]
    loads = [load for load in run.loads if load.source == store]
    assert all(load.extracted == load.accepted + load.quarantined for load in loads)
    assert sum(load.accepted for load in loads) == delivery.accepted
    assert sum(load.quarantined for load in loads) == len(delivery.refused)


@pytest.mark.parametrize("store", [name for name, delivery in DELIVERIES.items() if delivery.refused])
def test_every_answer_tells_of_what_was_left_out(acme: Story, run: RunDocument, store: str) -> None:
    file, place, sentence = DELIVERIES[store].refused[0]
    [notice] = [text for text in acme.ask("orders").notices if text.startswith(f"{store}: ")]
    assert notice in run.notices
    count = len(DELIVERIES[store].refused)
    example = ", for example" if count > 1 else ":"
    assert notice.endswith(f"left out{example} {file} line {place}: {sentence} Mend the file and refresh again.")
    assert f"{count} record{'s' if count > 1 else ''} of " in notice


def test_a_first_line_that_is_no_json_does_not_lose_the_lines_after_it(acme: Story) -> None:
    assert acme.figures(NOISE_FIRST, "orders", "total_revenue") == [2, 15]


def test_an_empty_file_is_noticed(run: RunDocument) -> None:
    assert 'empty_file: "orders-2.jsonl" is empty.' in run.notices


def test_no_sentence_holds_a_path_or_a_trace(acme: Story, run: RunDocument) -> None:
    for notice in run.notices:
        assert not re.search(r"(^|\s)/|\\|Traceback|Error|\n", notice), notice
        assert str(acme.root) not in notice


def test_of_two_records_of_one_id_in_a_batch_the_newest_version_is_served(acme: Story) -> None:
    served = acme.gold(
        "select order_id, native_total_amount::varchar from fct_orders where source_name = 'one_id_twice' order by 1"
    )
    assert served == [("1", "10.0000"), ("2", "5.0000"), ("3", "7.0000")]


def test_a_negative_quantity_lowers_units_and_sales(acme: Story) -> None:
    assert acme.figures("negative_quantity", "units_sold", "gross_sales", "total_revenue") == [-2, -5, -5]


@pytest.mark.parametrize("store", ["long_shopify", "long_bc"])
def test_an_amount_of_more_digits_than_a_double_holds_is_served_to_the_last_one(acme: Story, store: str) -> None:
    assert acme.figures(store, "total_revenue", "gross_sales") == [LONG, LONG]


def test_a_price_of_more_digits_than_a_double_holds_is_served_to_the_last_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    told = json.dumps(order(1, DAY, "LONG", line(11, "LONG"))).replace('"LONG"', LONG)
    acme = Story(tmp_path_factory.mktemp("price"), stores=[shopify("shop", told)])
    assert acme.refresh().status == "succeeded"
    assert acme.figures("shop", "total_revenue", "gross_sales") == [LONG, LONG]


def test_a_refund_of_more_digits_than_a_double_holds_takes_the_order_back_to_nothing(acme: Story) -> None:
    assert acme.figures(LONG_BC, "refunded_amount", "returns", "net_sales") == [LONG, LONG, 0]


# too much of it -------------------------------------------------------------------------------------------------------

ELEVEN_BAD = b"1\n" * 11
HOW_TO_GO_ON = "Correct the export and refresh again, or publish it as it is with --accept."


@pytest.mark.slow
def test_more_than_a_few_bad_records_stop_the_publish_until_somebody_accepts_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    acme = Story(tmp_path_factory.mktemp("limit"), stores=[shopify("shop")])
    acme.put("shop", "orders.jsonl", BEFORE + ELEVEN_BAD + AFTER)

    first = acme.refresh()
    assert first.status == "failed"
    assert first.error is not None
    assert (first.error.kind, first.error.source) == ("verify_failed", "shop")
    assert first.error.message == (
        f'Source "shop": 11 of 13 records of orders cannot be used, more than 1%. {HOW_TO_GO_ON}'
    )
    assert first.error.kept == "Nothing has been published yet."
    assert acme.served is None

    assert acme.refresh(accept=True).status == "succeeded"
    assert acme.figures("shop", "orders", "total_revenue") == [2, 15]
    before = acme.served

    acme.put("shop", "orders-2.jsonl", text(THIRD) + ELEVEN_BAD)
    second = acme.refresh()
    assert second.status == "failed"
    assert second.error is not None
    assert second.error.message.startswith('Source "shop": 11 of 12 records of orders cannot be used')
    assert str(second.error.kept).startswith("The snapshot of ")
    assert acme.served == before
    assert acme.figures("shop", "orders", "total_revenue") == [2, 15]

    accepted = acme.refresh(accept=True)
    assert accepted.status == "succeeded"
    assert any(notice.startswith('Accepted: Source "shop": 11 of 12 records') for notice in accepted.notices)
    assert acme.figures("shop", "orders", "total_revenue") == [3, 115]
