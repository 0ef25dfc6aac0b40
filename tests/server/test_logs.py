import logging

import pytest

from server.logs import FORMAT, OneLine


def test_a_record_with_a_traceback_is_one_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record = logging.LogRecord("n", logging.ERROR, __file__, 1, "a\nb", None, (ValueError, error, None))
    line = OneLine(FORMAT).format(record)

    assert "\n" not in line
    assert "a\\nb" in line
    assert "ValueError" in line


@pytest.mark.parametrize("text", ["plain", "with\r\nbreaks"])
def test_a_message_is_kept_whole(text: str) -> None:
    record = logging.LogRecord("n", logging.INFO, __file__, 1, text, None, None)

    assert text.split("\r\n")[-1] in OneLine(FORMAT).format(record)
