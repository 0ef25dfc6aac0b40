import pytest

from server.json_object import MAX_DEPTH, json_object
from warehouse.errors import BadValueError


def test_an_object_is_read_as_it_is_written() -> None:
    body = ' {"metrics": ["orders"], "limit": 5, "where": {"value": 0.5, "é": null}}\n'

    assert json_object(body.encode()) == {"metrics": ["orders"], "limit": 5, "where": {"value": 0.5, "é": None}}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The body is empty."),
        (b" \n", "The body is empty."),
        (b"{", "not valid JSON at line 1, column 2."),
        (b'{"a": 1}{"a": 1}', "not valid JSON at line 1, column 9."),
        (b"{'a': 1}", "not valid JSON"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7."),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8 at byte 0."),
        (b"[]", 'The body is "[]", not an object.'),
        (b"null", 'The body is "null", not an object.'),
        (b'"metrics"', 'The body is "metrics", not an object.'),
        (b'{"a": 1, "b": 2, "a": 1}', 'The name "a" stands twice'),
        (b'{"a": [{"b": 1, "b": 2}]}', 'The name "b" stands twice'),
        (b'{"a": NaN}', '"NaN" is no number'),
        (b'{"a": -Infinity}', '"-Infinity" is no number'),
        (b'{"a": 1e999}', 'The number "1e999" is too large'),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udc00": 1}', "surrogate"),
        (b"[" * 100_000, f"deeper than {MAX_DEPTH} levels"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, f"deeper than {MAX_DEPTH} levels"),
    ],
)
def test_what_could_be_understood_in_two_ways_or_not_at_all_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(BadValueError) as refused:
        json_object(body)

    assert says in str(refused.value)
    assert len(str(refused.value)) < 250


def test_a_body_is_read_up_to_the_depth_that_is_named() -> None:
    fits = b'{"a":' * (MAX_DEPTH - 1) + b"1" + b"}" * (MAX_DEPTH - 1)

    assert json_object(fits)
    with pytest.raises(BadValueError):
        json_object(b'{"a":' + fits + b"}")


def test_many_names_are_compared_in_a_moment() -> None:
    names = b",".join(b'"k%d": 1' % number for number in range(80_000))

    with pytest.raises(BadValueError, match='"k7" stands twice'):
        json_object(b"{" + names + b', "k7": 1}')
