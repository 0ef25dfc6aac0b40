"""JSON text → values: no number passes through a float, and what cannot be read becomes a BadRecord."""

import re
from collections.abc import Iterator
from decimal import InvalidOperation

import msgspec

from ingest import limits
from ingest.decimals import decimal_number
from ingest.records import BadRecord

TOO_DEEP = "The record is nested too deeply."
_TOO_LONG = f"The record is larger than {limits.RECORD_LIMIT // limits.MEGABYTE} MB."
_NUL = "The record holds a NUL character."
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
).search

# `float_hook` sees the digits as they were written, and whole numbers of any length stay whole numbers
_decode = msgspec.json.Decoder(float_hook=decimal_number).decode
_members = msgspec.json.Decoder(list[msgspec.Raw]).decode
_values = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def decoded(text: bytes, most: int | None = None) -> object:
    """The JSON value of a text, or a BadRecord; most: how long the text may be, if longer than a record."""
    if len(text) > (most or limits.RECORD_LIMIT):
        return BadRecord.of(_TOO_LONG, text)
    try:
        value = _decode(text)
    except UnicodeDecodeError:
        return BadRecord.of("The record is not valid UTF-8.", text)
    except RecursionError:
        return BadRecord.of(TOO_DEEP, text)
    except (InvalidOperation, msgspec.ValidationError):
        return BadRecord.of("The record holds a number that is too large.", text)
    except msgspec.DecodeError:
        return BadRecord.of(explained(text), text)
    if b"\\u0000" in text and _holds_nul(value):
        return BadRecord.of(_NUL, text)
    return value


def is_object(line: bytes) -> bool:
    """Whether a line is a JSON object from its first character on."""
    return line[:1] == b"{" and type(decoded(line)) is dict


def check(text: bytes) -> None:
    """Raise what msgspec raises where a text is not one JSON value."""
    _decode(text)


def members(data: bytes | msgspec.Raw) -> list[msgspec.Raw]:
    """The texts of a list's members. Raises msgspec.DecodeError, UnicodeDecodeError, RecursionError."""
    return _members(data)


def values(data: bytes) -> dict[str, msgspec.Raw]:
    """The texts of an object's values. Raises as `members` does."""
    return _values(data)


def located(data: bytes, pieces: list[msgspec.Raw]) -> Iterator[tuple[int, bytes]]:
    """Each piece of a document with the line it begins at."""
    line, counted, position = 1, 0, 0
    for piece in pieces:
        text = bytes(piece)
        position = data.index(text, position)
        line, counted = line + data.count(b"\n", counted, position), position
        yield line, text
        position += len(text)


def explained(text: bytes) -> str:
    """Why a text is not JSON, as a sentence."""
    if b"\x00" in text:
        return _NUL
    if text.rstrip().endswith(b"}") and _LONE_SURROGATE(text):
        return "The record holds half a character (half a surrogate pair)."
    try:
        _decode(text)
    except msgspec.DecodeError as error:
        where = re.search(r"\(byte ([0-9]+)\)", str(error))
        if where is None or int(where[1]) >= len(text.rstrip()):
            return "The record is not complete JSON: it breaks off."
        return f"The record is not valid JSON: it is malformed at byte {int(where[1]) + 1}."
    except (ValueError, RecursionError, InvalidOperation):
        pass
    return "The record is not valid JSON."


def _holds_nul(value: object) -> bool:
    if type(value) is str:
        return "\x00" in value
    if type(value) is dict:
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return type(value) is list and any(map(_holds_nul, value))
