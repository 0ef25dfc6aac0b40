"""A JSON object out of the bytes of a request, read strictly: what could be understood in two ways is refused."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import NoReturn, TypeVar

from warehouse.errors import BadValueError, quoted

EXAMPLE = {"tenant": "acme", "metrics": ["net_sales"], "period": "last_month"}
MAX_DEPTH = 20  # a question with alternatives and lists of values is 7 deep

_SEND = f"Send one JSON object such as {json.dumps(EXAMPLE)}."

T = TypeVar("T")


def json_object(body: bytes) -> dict[str, object]:
    """The object that `body` holds.

    Raises BadValueError on what is no UTF-8, no JSON, no object, on a name given twice, on half a surrogate pair, on
    NaN and infinity, on numbers with thousands of digits and on what is nested deeper than `MAX_DEPTH`.
    """
    if not body.strip():
        raise BadValueError(f"The body is empty. {_SEND}")
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=once_each, parse_constant=_no_number, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise BadValueError(f"The body is not UTF-8 at byte {error.start}. {_SEND}") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadValueError(f"The body is not valid JSON at {where}. {_SEND}") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # Python reads no whole number of more than 4,300 digits
        raise BadValueError("A number in the body has too many digits: write it in fewer.") from error
    _check_depth(value)
    _check_texts(value)
    if not isinstance(value, dict):
        raise BadValueError(f"The body is {quoted(value)}, not an object. {_SEND}")
    return value


def once_each(pairs: Sequence[tuple[str, T]], where: str = "one object of the body") -> dict[str, T]:
    """The names and values as a dict; raises BadValueError on a name given twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise BadValueError(f"The name {quoted(twice)} stands twice in {where}: give it once.")
    return found


def _no_number(text: str) -> NoReturn:
    raise BadValueError(f"{quoted(text)} is no number in JSON: use null or a number.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadValueError(f"The number {quoted(text)} is too large to be read: write a smaller one.")
    return number


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise _too_deep()


def _check_texts(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadValueError("A text in the body has half of a surrogate pair: write whole characters.") from error


def _too_deep() -> BadValueError:
    return BadValueError(f"The body is nested deeper than {MAX_DEPTH} levels. {_SEND}")
