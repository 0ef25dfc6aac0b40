"""The types a vendor's field may have, and checks compiled from paths such as `line_items[*].price`."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from ingest.days import day_text, epoch
from warehouse.errors import quoted

# DECIMAL(18,4) of the warehouse
INTEGER_DIGITS = 14
DECIMALS = 4
# DECIMAL(18,6), in which the figures of advertising are kept
REPORT_DIGITS = 12
_REPORT_BOUND = 10**REPORT_DIGITS - Decimal("0.0000005")


class FieldType(Enum):
    """What a field holds. `null` and blank text are the absence of a value, whatever the type."""

    ID = "id"  # a whole number or text
    TEXT = "text"
    MONEY = "amount"  # a decimal, as number or text, that DECIMAL(18,4) holds exactly
    QUANTITY = "quantity"  # likewise; negative ones are real
    RATE = "rate"  # a decimal of any precision
    INTEGER = "whole number"
    BOOLEAN = "true or false"
    CURRENCY = "currency code"
    INSTANT = "ISO date and time with an offset"
    UTC_INSTANT = "ISO date and time"  # without an offset it is UTC (WooCommerce's *_gmt)
    RFC2822 = "RFC 2822 date and time"
    DAY = "day"  # 2026-10-01, 20261001, 2026-10-01 00:00:00, 10/1/2026, {"year": 2026, "month": 10, "day": 1}
    COST = "cost"  # an amount of any precision; DECIMAL(18,6) holds what stands before its point
    NUMBER = "number"  # likewise, no amount of money (conversions)
    EPOCH = "seconds since 1970"  # or milliseconds, from 1e11 on


class Fault(NamedTuple):
    """What is wrong with a value, and at which path of its record; `str()` is a clause without a full stop."""

    at: str
    what: str
    value: str = ""

    def below(self, prefix: str) -> "Fault":
        """The same fault seen from a level further up."""
        return self._replace(at=prefix + self.at if self.at.startswith("[") or not self.at else f"{prefix}.{self.at}")

    def __str__(self) -> str:
        return f"{self.value} at {self.at} {self.what}" if self.value else f"{self.at} {self.what}"


Check = Callable[[object], Fault | None]

_PLAIN_AMOUNT = re.compile(rf"-?[0-9]{{1,{INTEGER_DIGITS}}}(?:\.[0-9]{{1,{DECIMALS}}}0*)?").fullmatch
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?").fullmatch
_WHOLE = re.compile(r"-?[0-9]{1,18}").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
).fullmatch
_CLOCK = re.compile(
    r".{10}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?"
).fullmatch
_RFC = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"
).fullmatch
_MONTHS = dict(zip(re.findall("...", "JanFebMarAprMayJunJulAugSepOctNovDec"), range(1, 13), strict=True))
# what is remembered is bounded
_MOST_PLANS = 5_000
_MOST_AMOUNTS = 50_000
_STEP = Decimal(1).scaleb(-DECIMALS)
_TOO_LARGE = "is too large: at most {digits} digits may stand before the point"
_TOO_FINE = f"has more than {DECIMALS} decimals"


def is_blank(value: object) -> bool:
    """Whether a value stands for no value: null, or text without a character that shows."""
    return value is None or (type(value) is str and not value.strip())


def id_text(value: object) -> str | None:
    """An id as text; None where the value is no id."""
    if type(value) is int:
        return str(value)
    return value.strip() or None if type(value) is str else None


def instant(value: object, form: FieldType) -> datetime | None:
    """A timestamp as an aware UTC datetime; None where the text is not of the form."""
    if form is FieldType.EPOCH:
        return epoch(value)
    return _instant(value, form) if type(value) is str else None


@lru_cache(maxsize=4096)
def _is_recent_day(text: str) -> bool:
    """Whether a text is a day, YYYY-MM-DD, of a year that no offset leads out of."""
    return "1970" < text < "2100" and text[4] == "-" and day_text(text) is not None


# a record writes the same moment several times
@lru_cache(maxsize=1024)
def _instant(value: str, form: FieldType) -> datetime | None:
    try:
        if form is FieldType.RFC2822:
            return _rfc2822(value)
        match = _ISO(value)
        if match is None or (match[1] is None and form is not FieldType.UTC_INSTANT):
            return None
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if match[1] is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _rfc2822(value: str) -> datetime | None:
    match = _RFC(value)
    if match is None or match[2] not in _MONTHS:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    zone = timezone(-offset if sign == "-" else offset)
    return datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=zone).astimezone(
        UTC
    )


def _shown(value: object) -> str:
    return quoted(value) if isinstance(value, str | int | Decimal) else "a list or an object"


def _decimal(noun: str) -> Check:
    refused = Fault("", f"is not {noun}")
    too_large = _TOO_LARGE.format(digits=INTEGER_DIGITS)
    # the same prices and shares of tax come in record after record
    known: set[str] = set()

    def check(value: object) -> Fault | None:
        if type(value) is str:
            if value in known:
                return None
            if _PLAIN_AMOUNT(value) is not None or not value.strip():
                if len(known) >= _MOST_AMOUNTS:
                    known.clear()
                known.add(value)
                return None
            if _DECIMAL(value) is None:
                return refused._replace(value=_shown(value))
            number = Decimal(value)
        elif type(value) is int:
            # the length is looked at first: a number of thousands of digits is never turned into text
            return None if value.bit_length() < 47 or abs(value) < 10**INTEGER_DIGITS else _fault(value, too_large)
        elif isinstance(value, Decimal):
            number = value
        else:
            return refused._replace(value=_shown(value))
        if number and number.adjusted() >= INTEGER_DIGITS:
            return _fault(value, too_large)
        if number != number.quantize(_STEP):
            return _fault(value, _TOO_FINE)
        return None

    return check


def _figure(noun: str) -> Check:
    """A decimal of any precision, of which DECIMAL(18,6) holds what stands before the point."""
    refused = Fault("", f"is not {noun}")
    too_large = _TOO_LARGE.format(digits=REPORT_DIGITS)

    def check(value: object) -> Fault | None:
        if type(value) is int:
            return None if abs(value) < 10**REPORT_DIGITS else _fault(value, too_large)
        if isinstance(value, Decimal):
            number = value
        elif type(value) is str:
            text = value.strip()
            if not text:
                return None
            if _DECIMAL(text) is None:
                return refused._replace(value=_shown(value))
            number = Decimal(text)
        else:
            return refused._replace(value=_shown(value))
        # what rounds up to one digit more is too large as well
        if number and number.adjusted() >= REPORT_DIGITS - 1 and abs(number) >= _REPORT_BOUND:
            return _fault(value, too_large)
        return None

    return check


def _fault(value: object, what: str) -> Fault:
    return Fault("", what, _shown(value))


def _rate(value: object) -> Fault | None:
    if type(value) is int or isinstance(value, Decimal):
        return None
    if type(value) is str and (_DECIMAL(value) is not None or not value.strip()):
        return None
    return _fault(value, "is not a rate")


def _id(value: object) -> Fault | None:
    return None if type(value) is int or type(value) is str else _fault(value, "is not an id")


def _text(value: object) -> Fault | None:
    return None if type(value) is str else _fault(value, "is not text")


def _integer(value: object) -> Fault | None:
    if type(value) is int:
        return None if value.bit_length() < 60 else _fault(value, "is too large")
    if type(value) is str and (_WHOLE(value) is not None or not value.strip()):
        return None
    return _fault(value, "is not a whole number")


def _boolean(value: object) -> Fault | None:
    if type(value) is bool or (type(value) is int and value in (0, 1)):
        return None
    if type(value) is str and (value in ("true", "false", "0", "1") or not value.strip()):
        return None
    return _fault(value, "is neither true nor false")


def _currency(value: object) -> Fault | None:
    if type(value) is str and (_CURRENCY(value) is not None or not value.strip()):
        return None
    return _fault(value, "is not a currency code")


def _timestamp(form: FieldType) -> Check:
    example = {
        FieldType.INSTANT: "2026-10-05T14:30:00-04:00",
        FieldType.UTC_INSTANT: "2026-10-05T14:30:00",
        FieldType.RFC2822: "Mon, 05 Oct 2026 14:30:00 +0000",
    }[form]

    needs_offset = form is FieldType.INSTANT

    def check(value: object) -> Fault | None:
        if form is not FieldType.RFC2822 and type(value) is str:
            # most are valid at a glance, and need not be worked out
            match = _CLOCK(value)
            if match and (match[1] or not needs_offset) and _is_recent_day(value[:10]):
                return None
        if instant(value, form) is not None or is_blank(value):
            return None
        return _fault(value, f"is not a date and time such as {example}")

    return check


def _day(value: object) -> Fault | None:
    if day_text(value) is not None or is_blank(value):
        return None
    return _fault(value, "is not a day such as 2026-10-01")


def _epoch(value: object) -> Fault | None:
    if epoch(value) is not None or is_blank(value):
        return None
    return _fault(value, "is not a number of seconds since 1970")


_LEAVES: dict[FieldType, Check] = {
    FieldType.ID: _id,
    FieldType.TEXT: _text,
    FieldType.MONEY: _decimal("an amount"),
    FieldType.QUANTITY: _decimal("a quantity"),
    FieldType.RATE: _rate,
    FieldType.INTEGER: _integer,
    FieldType.BOOLEAN: _boolean,
    FieldType.CURRENCY: _currency,
    FieldType.DAY: _day,
    FieldType.COST: _figure("an amount"),
    FieldType.NUMBER: _figure("a number"),
    FieldType.EPOCH: _epoch,
    **{form: _timestamp(form) for form in (FieldType.INSTANT, FieldType.UTC_INSTANT, FieldType.RFC2822)},
}


@dataclass
class _Node:
    check: Check | None = None
    items: "_Node | None" = None
    children: "dict[str, _Node]" = field(default_factory=dict)


def compile_checks(fields: Mapping[str, FieldType], nulls: Collection[str] = ()) -> Check:
    """One function that checks the typed paths of a record and returns the first fault, or None.

    A path that is absent, null, blank or one of `nulls` is no fault; what lies on the way must be an object, and a
    list before `[*]`.
    """
    root = _Node()
    for path, leaf in fields.items():
        node = root
        for part in path.split("."):
            name, starred, rest = part.partition("[*]")
            if rest:
                raise ValueError(f"cannot read the path {path}")
            node = node.children.setdefault(name, _Node())
            if starred:
                node.items = node = node.items or _Node()
        node.check = _tolerant(_LEAVES[leaf], nulls) if nulls else _LEAVES[leaf]
    return _object(root.children)


def _tolerant(check: Check, nulls: Collection[str]) -> Check:
    return lambda value: None if type(value) is str and value.strip() in nulls else check(value)


def _object(children: Mapping[str, _Node]) -> Check:
    steps = {name: _value(child) for name, child in children.items()}
    # records repeat their keys: which of the steps an object needs is looked up, not tried
    plans: dict[tuple[str, ...], tuple[tuple[str, Check], ...]] = {}

    def check(record: object) -> Fault | None:
        if type(record) is not dict:
            # an empty PHP map is written as an empty list
            return None if record == [] or is_blank(record) else Fault("", "is not an object")
        keys = tuple(record)
        plan = plans.get(keys)
        if plan is None:
            if len(plans) >= _MOST_PLANS:
                plans.clear()
            plan = plans[keys] = tuple((name, step) for name, step in steps.items() if name in record)
        for name, step in plan:
            value = record[name]
            if value is not None:
                fault = step(value)
                if fault is not None:
                    return fault.below(name)
        return None

    return check


def _value(node: _Node) -> Check:
    if node.check is not None:
        return node.check
    return _list(_value(node.items)) if node.items else _object(node.children)


def _list(item: Check) -> Check:
    def check(value: object) -> Fault | None:
        if type(value) is not list:
            return None if value == {} or is_blank(value) else Fault("", "is not a list")
        for index, member in enumerate(value):
            fault = item(member) if type(member) is dict else Fault("", "is not an object")
            if fault is not None:
                return fault.below(f"[{index}]")
        return None

    return check


def getter(path: str) -> Callable[[object], object]:
    """A function that reads one path (`customer.id`, `_links.up[0].href`) of a record; None where it leads nowhere."""
    if "." not in path and "[" not in path:
        return lambda record: record.get(path) if type(record) is dict else None
    steps = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]

    def read(value: object) -> object:
        for step in steps:
            if isinstance(step, int):
                value = value[step] if isinstance(value, list) and len(value) > step else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value

    return read


def under(prefix: str, *groups: Mapping[str, FieldType]) -> dict[str, FieldType]:
    """The fields of `groups`, each path put below `prefix`."""
    return {f"{prefix}.{path}": leaf for group in groups for path, leaf in group.items()}


def typed(leaf: FieldType, *paths: str) -> dict[str, FieldType]:
    """Paths that are all of one type."""
    return dict.fromkeys(paths, leaf)


def listing(names: Iterable[str], last: str = "and") -> str:
    """Names as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    *head, tail = names
    return f"{', '.join(head)} {last} {tail}" if head else tail
