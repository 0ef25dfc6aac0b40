from pathlib import Path

import pytest
from raw_layer import Delivery, RawLayer


@pytest.fixture
def raw(tmp_path: Path) -> RawLayer:
    return RawLayer(tmp_path)


def lines(name: str, *members: tuple[str, str, str], minutes: int = 0, bad: tuple[str | None, ...] = ()) -> Delivery:
    return Delivery(name, members, [(key, "bad member") for key in bad], kind="set", minutes=minutes)


def versions(raw: RawLayer) -> int:
    [(count,)] = raw.query("select count(*) from raw._sets")
    return int(count)


def test_a_set_that_differs_is_replaced_whole(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "10"), ("o1", "2", "20"), ("o2", "3", "30")))
    raw.load(lines("a", ("o1", "1", "10"), ("o2", "3", "30"), minutes=1))
    assert raw.held("o1") == ["1=10"]
    assert raw.held("o2") == ["3=30"]
    assert versions(raw) == 3


def test_a_member_that_went_and_came_back_is_there_again(raw: RawLayer) -> None:
    whole = (("o1", "1", "10"), ("o1", "2", "20"))
    raw.load(lines("a", *whole))
    raw.load(lines("a", whole[0], minutes=1))
    raw.load(lines("a", *whole, minutes=2))
    assert raw.held("o1") == ["1=10", "2=20"]
    assert versions(raw) == 3


def test_an_equal_set_is_not_appended_whatever_the_order_of_its_members(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "10"), ("o1", "2", "20")))
    again = raw.load(lines("b", ("o1", "2", "20"), ("o1", "1", "10"), minutes=1))
    assert again.appended == 0
    assert versions(raw) == 1


def test_where_two_files_hold_a_set_the_newer_file_counts(raw: RawLayer) -> None:
    raw.load(
        lines("a", ("o1", "1", "11"), minutes=2),
        lines("b", ("o1", "1", "9"), ("o1", "2", "9"), minutes=1),
    )
    assert raw.held("o1") == ["1=11"]


def test_files_of_one_time_count_by_name(raw: RawLayer) -> None:
    raw.load(lines("b", ("o1", "1", "22")), lines("a", ("o1", "1", "21")))
    assert raw.held("o1") == ["1=22"]


def test_a_late_file_does_not_replace_a_newer_one_and_says_so(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "11"), minutes=2))
    raw.load(lines("b", ("o1", "1", "9"), minutes=1))
    assert raw.held("o1") == ["1=11"]
    assert raw.notices == [
        "shop: 1 set of lines came in a file older than the one that holds them; the newer version stays."
    ]


def test_the_same_file_replaces_its_set_even_with_an_older_time(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "11"), minutes=2))
    raw.load(lines("a", ("o1", "1", "12"), minutes=1))
    assert raw.held("o1") == ["1=12"]
    assert raw.notices == []


def test_a_set_with_a_bad_member_leaves_the_older_set_served(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "10"), ("o1", "2", "20"), ("o2", "3", "30")))
    raw.load(lines("a", ("o1", "1", "11"), ("o2", "3", "31"), minutes=1, bad=("o1",)))
    assert raw.held("o1") == ["1=10", "2=20"]
    assert raw.held("o2") == ["3=31"]
    assert raw.notices == [
        "shop: 1 set of lines came with a record that cannot be used; the earlier version is still served."
    ]


def test_a_set_whose_only_member_is_bad_leaves_the_older_set_served(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "10")))
    raw.load(lines("a", minutes=1, bad=("o1",)))
    assert raw.held("o1") == ["1=10"]
    assert len(raw.notices) == 1


def test_a_set_with_a_bad_member_is_taken_without_it_where_none_is_held(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "10"), bad=("o1",)))
    assert raw.held("o1") == ["1=10"]
    assert raw.notices == [
        "shop: 1 set of lines came with a record that cannot be used; none was held, so the rest counts."
    ]


def test_a_whole_set_of_an_older_file_comes_before_a_spoilt_one_of_a_newer(raw: RawLayer) -> None:
    raw.load(
        lines("a", ("o1", "1", "10"), ("o1", "2", "20"), minutes=1),
        lines("b", ("o1", "1", "11"), minutes=2, bad=("o1",)),
    )
    assert raw.held("o1") == ["1=10", "2=20"]
    assert len(raw.notices) == 1


def test_a_bad_record_without_a_key_spoils_the_sets_next_to_it(raw: RawLayer) -> None:
    before = (("o1", "1", "10"), ("o2", "2", "20"), ("o2", "3", "30"))
    raw.load(lines("a", *before))
    raw.load(lines("a", ("o1", "1", "11"), ("o2", "2", "20"), minutes=1, bad=(None,)))
    assert raw.held("o1") == ["1=11"]
    assert raw.held("o2") == ["2=20", "3=30"]


def test_a_set_that_a_file_no_longer_mentions_is_kept_and_counted(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "10"), ("o2", "2", "20")))
    raw.load(lines("a", ("o2", "2", "20"), minutes=1))
    assert raw.held("o1") == ["1=10"]
    assert raw.notices == [
        "shop: 1 set of lines are gone from the file that held them; they stay, as it may hold changes only."
    ]


def test_a_member_given_twice_in_one_delivery_counts_as_given_last(raw: RawLayer) -> None:
    raw.load(lines("a", ("o1", "1", "10"), ("o1", "1", "11")))
    assert raw.held("o1") == ["1=11"]


def test_an_unchanged_newer_file_keeps_its_set_and_is_not_counted(raw: RawLayer) -> None:
    newer = Delivery("new", [("o1", "1", "10")], kind="set", minutes=5, changed=False)
    raw.load(lines("a", ("o1", "1", "10"), minutes=1))
    raw.load(lines("late", ("o1", "1", "9"), minutes=3), newer)
    assert raw.held("o1") == ["1=10"]
    assert [entry.file for entry in raw.extracted] == ["late"]


def test_a_report_row_given_twice_counts_as_it_came_last_with_a_notice(raw: RawLayer) -> None:
    rows = (("d1", "1", "10"), ("d1", "2", "20"), ("d1", "1", "11"), ("d2", "3", "30"))
    raw.load(Delivery("a", rows, kind="set", is_report=True))
    assert sorted(raw.held("d1")) == ["1=11", "2=20"]
    assert raw.notices == [
        "shop: 1 row of lines came more than once in one delivery with different figures; the last one counts."
    ]


def test_a_report_row_given_twice_alike_counts_once_and_is_not_mentioned(raw: RawLayer) -> None:
    raw.load(Delivery("a", (("d1", "1", "10"), ("d1", "1", "10")), kind="set", is_report=True))
    assert raw.held("d1") == ["1=10"]
    assert raw.notices == []
