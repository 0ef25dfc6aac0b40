import gzip
import io
import json
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest

from ingest import limits
from ingest.connector import CONNECTORS, Entity
from ingest.documents import read
from ingest.records import BadRecord, FileRecord
from ingest.texts import Inflated
from warehouse.errors import RefreshError

ORDERS = CONNECTORS["shopify"].entity("orders")
PRODUCTS = CONNECTORS["bigcommerce"].entity("order_products")
BC_REFUNDS = CONNECTORS["bigcommerce"].entity("refunds")

ONE, TWO, THREE = {"id": 1, "total_price": "1.10"}, {"id": 2, "note": "ü\nü"}, {"id": 3}
ALL = [ONE, TWO, THREE]
LINES = "\n".join(map(json.dumps, ALL)).encode()


def taken(folder: Path, content: bytes, entity: Entity = ORDERS, name: str = "orders.jsonl") -> list[FileRecord]:
    path = folder / name
    path.write_bytes(content)
    return list(read(path, entity, pytest.fail))


def values(records: list[FileRecord]) -> list[object]:
    return [record.value.reason if isinstance(record.value, BadRecord) else record.value for record in records]


def reasons(records: list[FileRecord]) -> list[tuple[int, str]]:
    return [(record.line, record.value.reason) for record in records if isinstance(record.value, BadRecord)]


FORMS = {
    "one record a line": LINES,
    "one record a line, with a last line end": LINES + b"\n",
    "CRLF": LINES.replace(b"\n", b"\r\n"),
    "blank lines between": LINES.replace(b"\n", b"\n\n  \n"),
    "byte-order mark": b"\xef\xbb\xbf" + LINES,
    "list on one line": json.dumps(ALL).encode(),
    "list, pretty": json.dumps(ALL, indent=2).encode(),
    "list, pretty, with CRLF and byte-order mark": b"\xef\xbb\xbf"
    + json.dumps(ALL, indent=1).replace("\n", "\r\n").encode(),
    "list, a record a line": b"[\n" + LINES.replace(b"\n", b",\n") + b"\n]",
    "list of single wrappers": json.dumps([{"order": one} for one in ALL]).encode(),
    "wrapper on one line": json.dumps({"orders": ALL}).encode(),
    "wrapper, pretty": json.dumps({"orders": ALL}, indent=2).encode(),
    "wrapper with page information": json.dumps({"orders": ALL, "meta": {"page": 1}, "next": None}, indent=2).encode(),
    "a wrapper a line": b"\n".join(json.dumps({"orders": page}).encode() for page in ([ONE, TWO], [], [THREE])),
    "a single wrapper a line": b"\n".join(json.dumps({"order": one}).encode() for one in ALL),
    "pretty records one after the other": b"\n".join(json.dumps(one, indent=1).encode() for one in ALL),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records(form: str, packed: bool, tmp_path: Path) -> None:
    content = gzip.compress(FORMS[form]) if packed else FORMS[form]
    assert values(taken(tmp_path, content)) == ALL


@pytest.mark.parametrize("content", [json.dumps(ONE), json.dumps(ONE, indent=2), json.dumps({"order": ONE}, indent=2)])
def test_one_bare_record_is_one_record(content: str, tmp_path: Path) -> None:
    assert values(taken(tmp_path, content.encode())) == [ONE]


@pytest.mark.parametrize("content", [b"[]", b'{"orders": []}', b'{"orders":\n[]}'])
def test_an_empty_page_holds_no_records(content: bytes, tmp_path: Path) -> None:
    assert taken(tmp_path, content) == []


def test_the_api_s_data_wrapper_is_read(tmp_path: Path) -> None:
    content = json.dumps({"data": [ONE, TWO], "meta": {"pagination": {}}}, indent=1).encode()
    assert values(taken(tmp_path, content, BC_REFUNDS)) == [ONE, TWO]
    assert values(taken(tmp_path, json.dumps({"data": ONE, "meta": {}}).encode(), BC_REFUNDS)) == [ONE]


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("one record a line", [1, 2, 3]),
        ("blank lines between", [1, 4, 7]),
        ("list, pretty", [2, 6, 10]),
        ("list, a record a line", [2, 3, 4]),
        ("wrapper, pretty", [3, 7, 11]),
        ("pretty records one after the other", [1, 5, 9]),
        ("list on one line", [1, 1, 1]),
    ],
)
def test_a_record_knows_its_line(form: str, lines: list[int], tmp_path: Path) -> None:
    records = taken(tmp_path, FORMS[form])
    assert [(record.file, record.line) for record in records] == [("orders.jsonl", line) for line in lines]


def test_gzip_is_known_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    assert values(taken(tmp_path, gzip.compress(LINES), name="orders.jsonl")) == ALL
    assert values(taken(tmp_path, LINES, name="orders.jsonl.gz")) == ALL
    assert values(taken(tmp_path, gzip.compress(LINES[:20]) + gzip.compress(LINES[20:]))) == ALL


def test_no_number_passes_through_a_float(tmp_path: Path) -> None:
    content = b'{"id": 9007199254740993, "a": 0.1, "b": 1.10, "c": 123456789012345678901234567890.123456789}'
    [record] = values(taken(tmp_path, content))
    assert record == {
        "id": 9007199254740993,
        "a": Decimal("0.1"),
        "b": Decimal("1.10"),
        "c": Decimal("123456789012345678901234567890.123456789"),
    }


@pytest.mark.parametrize(
    "content",
    [b"", b" \r\n\n", b"\xef\xbb\xbf", gzip.compress(b""), gzip.compress(b"\n")],
    ids=["no byte", "blank lines", "byte-order mark", "gzip of nothing", "gzip of a blank line"],
)
def test_an_empty_file_holds_no_records_and_says_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_bytes(content)
    notices: list[str] = []
    assert list(read(path, ORDERS, notices.append)) == []
    assert notices == ['"orders.jsonl" is empty.']


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": 2, "total_price": "1', "The record is not complete JSON: it breaks off."),
        (b'{"id": 2, "total_price": 1.1.1}', "The record is not valid JSON: it is malformed at byte 29."),
        (b'{"id": 2, "name": "M\xfcller"}', "The record is not valid UTF-8."),
        (b'{"id": 2, "name": "a\x00b"}', "The record holds a NUL character."),
        (b'{"id": 2, "name": "a\\u0000b"}', "The record holds a NUL character."),
        (b'{"id": 2, "a\\u0000b": [1]}', "The record holds a NUL character."),
        (b'{"id": 2, "a": [[{"b": "\\u0000"}]]}', "The record holds a NUL character."),
        (b'{"id": 2, "a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "The record is nested too deeply."),
        (b'{"id": 2, "a": ' + b"1" * 5000 + b"}", "The record holds a number that is too large."),
        (b'{"id": 2, "a": 1e99999999999999999999}', "The record holds a number that is too large."),
        (
            b'{"customers": [{"id": 2}]}',
            'This holds "customers", not orders; deliver it under the name of its own entity.',
        ),
        (b'{"orders": {"id": 2}}', 'What stands under "orders" holds no orders.'),
        (b'{"orders": null}', 'What stands under "orders" holds no orders.'),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first line", "in the middle", "last line"])
def test_a_bad_line_is_named_and_the_others_are_taken(line: bytes, reason: str, place: int, tmp_path: Path) -> None:
    lines = [json.dumps(ONE).encode(), json.dumps(THREE).encode()]
    lines.insert(place, line)
    records = taken(tmp_path, b"\n".join(lines) + b"\n")
    assert reasons(records) == [(place + 1, reason)]
    assert [value for value in values(records) if value != reason] == [ONE, THREE]


@pytest.mark.parametrize("line", ["5", '"text"', "null", "true"])
def test_a_line_that_is_another_json_value_is_handed_on_as_it_is(line: str, tmp_path: Path) -> None:
    records = taken(tmp_path, f"{json.dumps(ONE)}\n{line}\n".encode())
    assert values(records) == [ONE, json.loads(line)]


def test_a_list_among_the_lines_is_refused(tmp_path: Path) -> None:
    records = taken(tmp_path, f'{json.dumps(ONE)}\n[{{"id": 2}}]\n{json.dumps(THREE)}\n'.encode())
    assert reasons(records) == [(2, "The line is a list, not a record; deliver one record a line.")]
    assert [record.value for record in records][::2] == [ONE, THREE]


def test_pages_put_one_after_the_other_are_read(tmp_path: Path) -> None:
    for between in ("", "\n"):
        assert values(taken(tmp_path, f"{json.dumps([ONE, TWO])}{between}{json.dumps([THREE])}".encode())) == ALL


def test_a_backslash_before_u0000_is_no_nul(tmp_path: Path) -> None:
    content = json.dumps({"id": 1, "name": "\\u0000"}).encode()
    assert values(taken(tmp_path, content)) == [{"id": 1, "name": "\\u0000"}]


def test_a_cut_gzip_file_gives_the_lines_before_the_cut(tmp_path: Path) -> None:
    lines = [json.dumps({"id": number, "note": f"{number * 7919:x}" * 20}).encode() for number in range(2000)]
    packed = gzip.compress(b"\n".join(lines))
    records = taken(tmp_path, packed[: len(packed) // 2], name="orders.jsonl.gz")
    good, bad = records[:-1], records[-1]
    assert len(good) > 500
    assert [record.value for record in good] == [json.loads(line) for line in lines[: len(good)]]
    assert reasons(records) == [
        (len(good) + 1, "The gzip file is cut off: what follows is missing; deliver the file again.")
    ]
    assert isinstance(bad.value, BadRecord)


def test_a_gzip_file_cut_behind_a_whole_line_is_still_reported(tmp_path: Path) -> None:
    packed = gzip.compress(LINES + b"\n")
    records = taken(tmp_path, packed[:-4])
    assert values(records)[:3] == ALL
    assert reasons(records) == [(4, "The gzip file is cut off: what follows is missing; deliver the file again.")]


def test_a_damaged_gzip_file_is_reported(tmp_path: Path) -> None:
    packed = gzip.compress(LINES + b"\n")
    records = taken(tmp_path, packed[:-8] + b"\x00" * 4 + packed[-4:])
    assert values(records)[:3] == ALL
    assert reasons(records) == [(4, "The gzip file is damaged: what follows cannot be read; deliver the file again.")]


@pytest.mark.parametrize("wrapped", [False, True], ids=["list", "wrapper"])
def test_a_cut_document_gives_the_records_before_the_cut(wrapped: bool, tmp_path: Path) -> None:
    content = json.dumps({"orders": ALL} if wrapped else ALL, indent=2).encode()
    records = taken(tmp_path, content[: content.index(b'"id": 3') + 4])
    assert values(records) == [ONE, TWO, "The record is not complete JSON: it breaks off."]
    assert reasons(records)[0][0] == 10 + wrapped


def test_a_cut_gzip_document_gives_the_records_before_the_cut(tmp_path: Path) -> None:
    packed = gzip.compress(json.dumps(ALL, indent=2).encode())
    records = taken(tmp_path, packed[:-12])
    assert values(records)[:2] == [ONE, TWO]
    assert values(records)[-1] == "The gzip file is cut off: what follows is missing; deliver the file again."


@pytest.mark.parametrize("wrapped", [False, True], ids=["list", "wrapper"])
@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (b'{"id": 2, "name": "M\xfcller"}', "The record is not valid UTF-8."),
        (b'{"id": 2, "name": "a\\u0000b"}', "The record holds a NUL character."),
        (b'{"id": 2, "name": "a\x00b"}', "The record holds a NUL character."),
        (b'{"id": 2, "name": "\\ud83d"}', "The record holds half a character (half a surrogate pair)."),
    ],
)
def test_a_bad_member_of_a_document_does_not_lose_the_others(
    wrapped: bool, member: bytes, reason: str, tmp_path: Path
) -> None:
    content = b",\n".join([json.dumps(ONE).encode(), member, json.dumps(THREE).encode()])
    records = taken(tmp_path, b'{"orders": [' + content + b"]}" if wrapped else b"[" + content + b"]")
    first, bad, third = values(records)
    assert (first, third) == (ONE, THREE)
    assert str(bad).startswith(reason)
    assert reasons(records)[0][0] == 2


def test_a_bad_member_of_a_page_on_one_line_does_not_lose_the_others(tmp_path: Path) -> None:
    page = b'{"orders": [{"id": 1}, {"id": 2, "name": "M\xfcller"}, {"id": 3}]}\n'
    good = b'{"orders": [{"id": 4}]}\n'
    for content in (page, page + good, good + page):
        records = taken(tmp_path, content)
        assert sorted(str(value) for value in values(records) if value != {"id": 4}) == [
            "The record is not valid UTF-8.",
            "{'id': 1}",
            "{'id': 3}",
        ]


def test_a_file_that_is_no_json_is_one_bad_record(tmp_path: Path) -> None:
    page = b"<html>\n<body>\n503 Service Unavailable\n</body>\n</html>\n"
    assert reasons(taken(tmp_path, page)) == [(1, "The record is not valid JSON: it is malformed at byte 1.")]
    assert reasons(taken(tmp_path, '{"id": 1}'.encode("utf-16"))) == [(1, "The file is UTF-16; deliver it as UTF-8.")]


def test_a_record_that_lacks_its_id_is_not_taken_for_a_wrapper(tmp_path: Path) -> None:
    record = {"customer": {"id": 5}, "refunds": [], "total_price": "1.00"}
    assert values(taken(tmp_path, json.dumps(record).encode())) == [record]
    assert values(taken(tmp_path, b"{}")) == [{}]


def test_a_bad_record_keeps_little_of_its_text_and_shows_none(tmp_path: Path) -> None:
    content = b'{"order_id": 7, "name": "' + b"x" * 1_000_000
    [record] = taken(tmp_path, content, PRODUCTS)
    assert isinstance(record.value, BadRecord)
    assert len(record.value.text) <= 64 * 1024
    assert "xxx" not in repr(record.value)


def test_a_record_of_20_mb_is_accepted(tmp_path: Path) -> None:
    big = {"id": 2, "note": "x" * (20 << 20)}
    assert values(taken(tmp_path, f"{json.dumps(ONE)}\n{json.dumps(big)}\n".encode())) == [ONE, big]
    assert values(taken(tmp_path, json.dumps([ONE, big]).encode())) == [ONE, big]


def test_a_record_above_the_limit_is_refused_and_the_others_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RECORD_LIMIT", 1000)
    big = {"id": 2, "note": "x" * 5000}
    for content in (
        "\n".join(map(json.dumps, [ONE, big, THREE])),
        "\n".join(map(json.dumps, [big, ONE, THREE])),
        json.dumps([ONE, big, THREE]),
        json.dumps({"orders": [ONE, big, THREE]}),
    ):
        records = taken(tmp_path, content.encode())
        assert [reason for _, reason in reasons(records)] == ["The record is larger than 64 MB."]
        assert [value for value in values(records) if type(value) is dict] == [ONE, THREE]


def test_a_document_above_the_limit_is_refused_in_one_sentence_unless_it_has_a_record_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DOCUMENT_LIMIT", 40)
    for content in (json.dumps(ALL), json.dumps(ALL, indent=1), '{"id": 1, ' + "x" * 100):
        assert reasons(taken(tmp_path, content.encode())) == [
            (1, "The file is one JSON document of more than 512 MB; deliver it as one record a line.")
        ]
    assert values(taken(tmp_path, b'{"id": 0, "half\n' + LINES))[1:] == ALL


def test_memory_stays_flat_for_one_record_a_line(tmp_path: Path) -> None:
    line = json.dumps({"id": 1, "note": "x" * 1000}).encode() + b"\n"
    path = tmp_path / "orders.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(40):
            file.write(line * 1000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(path, ORDERS, pytest.fail)) == 40_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


def test_memory_stays_bounded_for_a_file_without_any_line_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECORD_LIMIT", 1 << 20)
    monkeypatch.setattr(limits, "DOCUMENT_LIMIT", 2 << 20)
    path = tmp_path / "orders.jsonl"
    path.write_bytes(b"x" * (32 << 20))
    tracemalloc.start()
    try:
        assert len(reasons(list(read(path, ORDERS, pytest.fail)))) == 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


def test_a_file_that_cannot_be_read_fails_the_source_without_naming_a_path(tmp_path: Path) -> None:
    with pytest.raises(RefreshError) as failure:
        list(read(tmp_path / "orders.jsonl", ORDERS, pytest.fail))
    assert str(failure.value) == 'The file "orders.jsonl" cannot be read; check that it exists and its rights.'
    assert failure.value.kind == "unreachable"


def test_the_stream_below_a_cut_gzip_file_ends_instead_of_raising() -> None:
    inflated = Inflated(io.BytesIO(gzip.compress(LINES)[:-9]))
    assert LINES.startswith(io.BufferedReader(inflated).read())
    assert inflated.damage
