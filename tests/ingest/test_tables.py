import gzip
import tracemalloc
from pathlib import Path

import pytest

from ingest.connector import Entity, required
from ingest.documents import read
from ingest.fields import FieldType
from ingest.records import BadRecord, FileRecord

REPORT = Entity(
    shape="vendor",
    name="report",
    kind="set",
    csv=True,
    id=("CampaignId", "TimePeriod"),
    key=(("TimePeriod",),),
    required=(
        required("TimePeriod", type=FieldType.DAY),
        required("CampaignId", type=FieldType.ID),
        required("Spend", type=FieldType.COST),
    ),
)
ROWS = [
    {"TimePeriod": "2026-10-01", "CampaignId": "1", "Spend": "1.50"},
    {"TimePeriod": "2026-10-01", "CampaignId": "2", "Spend": ""},
]
PLAIN = "TimePeriod,CampaignId,Spend\n2026-10-01,1,1.50\n2026-10-01,2,\n"


def taken(folder: Path, content: str | bytes, name: str = "report.csv") -> list[FileRecord]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read(path, REPORT, pytest.fail))


def values(records: list[FileRecord]) -> list[object]:
    return [record.value.reason if isinstance(record.value, BadRecord) else record.value for record in records]


FORMS = {
    "plain": PLAIN,
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "byte-order mark": "\ufeff" + PLAIN,
    "no last line end": PLAIN.rstrip("\n"),
    "quoted": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in PLAIN.splitlines()),
    "blank lines": PLAIN.replace("\n", "\n\n") + "\n",
    "last comma, as the ECB writes it": PLAIN.replace("\n", ",\n"),
    "semicolons": PLAIN.replace(",", ";"),
    "tabs": PLAIN.replace(",", "\t"),
    "blanks around names": PLAIN.replace("TimePeriod,CampaignId", "TimePeriod, CampaignId "),
    "a report's own lines around it": '"Report Name: Campaigns"\r\n"Report Time: 10/1/2026, 10/2/2026"\r\n\r\n'
    + PLAIN
    + '\r\n"©2026 Microsoft Corporation. All rights reserved. "\r\n',
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_table_gives_the_same_rows(form: str, packed: bool, tmp_path: Path) -> None:
    content = FORMS[form].encode()
    name = "report.csv.gz" if packed else "report.csv"
    assert values(taken(tmp_path, gzip.compress(content) if packed else content, name)) == ROWS


def test_a_row_knows_its_line_also_behind_cells_of_several_lines(tmp_path: Path) -> None:
    content = 'About\nTimePeriod,CampaignId,Spend,Name\n2026-10-01,1,1,"a ""b""\nc,\n\nd"\n\n2026-10-02,2,2,"e"\n'
    records = taken(tmp_path, content)
    assert [record.line for record in records] == [3, 8]
    assert [record.value["Name"] for record in records if isinstance(record.value, dict)] == ['a "b"\nc,\n\nd', "e"]


def test_a_heading_without_a_known_column_is_the_first_line_of_several(tmp_path: Path) -> None:
    assert values(taken(tmp_path, "Report\nday,spend\n2026-10-01,1\n")) == [{"day": "2026-10-01", "spend": "1"}]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("TimePeriod\n2026-10-01\n", "The table has no line that names its columns."),
        ("TimePeriod,Spend,Spend\n2026-10-01,1,2\n", 'The table has two columns named "Spend".'),
        (PLAIN.encode("utf-16"), "The file is UTF-16; deliver it as UTF-8."),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_as_a_whole(content: str | bytes, reason: str, tmp_path: Path) -> None:
    assert values(taken(tmp_path, content)) == [reason]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"2026-10-01,3", "The row ends after 2 of 3 columns."),
        (b"2026-10-01,3,4,5", "The row has more values than the table has columns, 3."),
        (b'2026-10-01,"3,4', "The row's quotes do not close."),
        (b'2026-10-01,"3"x,4', "The row's quotes are misplaced."),
        (b"2026-10-01,M\xfcller,4", "The row is not valid UTF-8."),
        (b"2026-10-01,a\x00b,4", "The row holds a NUL character."),
        (b"Total", "The row ends after 1 of 3 columns."),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first row", "in the middle", "last row"])
@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
def test_a_bad_row_is_named_and_the_others_are_taken(
    row: bytes, reason: str, place: int, quoted: bool, tmp_path: Path
) -> None:
    heading, *rows = FORMS["quoted" if quoted else "plain"].encode().splitlines()
    rows.insert(place, row)
    records = taken(tmp_path, b"\n".join([heading, *rows]))
    assert [(record.line, record.value.reason) for record in records if isinstance(record.value, BadRecord)] == [
        (place + 2, reason)
    ]
    assert [value for value in values(records) if value != reason] == ROWS


def test_a_cut_table_gives_the_rows_before_the_cut(tmp_path: Path) -> None:
    lines = ["TimePeriod,CampaignId,Spend", *(f"2026-10-01,{number},{number * 7919 % 97}" for number in range(9000))]
    packed = gzip.compress("\n".join(lines).encode())
    records = taken(tmp_path, packed[: len(packed) // 2], "report.csv.gz")
    assert len(records) > 1000
    assert values(records)[-1] == "The gzip file is cut off: what follows is missing; deliver the file again."
    assert all(isinstance(record.value, dict) for record in records[:-2])


def test_memory_stays_flat_for_a_long_table(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    with path.open("w") as file:
        file.write("TimePeriod,CampaignId,Spend,Name\n")
        for number in range(20_000):
            file.write(f'2026-10-01,{number},1,"{"x" * 500}"\n')
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(path, REPORT, pytest.fail)) == 20_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


def test_an_entity_without_tables_takes_a_csv_name_for_json(tmp_path: Path) -> None:
    plain = Entity(shape="vendor", name="report", kind="record")
    path = tmp_path / "report.csv"
    path.write_text('{"id": 1}')
    assert [record.value for record in read(path, plain, pytest.fail)] == [{"id": 1}]
