"""Typed reads from a vendor's payload; a value of a wrong type makes the whole record malformed."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import TypeVar

T = TypeVar("T")
Json = dict[str, object]

LARGEST = Decimal(10) ** 14
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
MICRO = Decimal("0.000001")
DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})([ T].*)?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"),
)


class Malformed(ValueError):
    """A record that the warehouse must leave out: a required value is missing, or one has a wrong type."""


def required(value: T | None, name: str) -> T:
    if value is None:
        raise Malformed(f"{name} is missing")
    return value


def record(value: object) -> Json:
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def section(payload: Json, name: str) -> Json:
    """A nested object; {} where it is missing, null or an empty list (PHP's empty object)."""
    value = payload.get(name)
    if value is None or value == [] or value == "":
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not an object")
    return value


def sections(payload: Json, name: str) -> list[Json]:
    """A list of nested objects; [] where it is missing or null."""
    value = payload.get(name)
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise Malformed(f"{name} is not a list")
    return [record(item) for item in value]


def identity(payload: Json, name: str) -> str | None:
    value = payload.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Malformed(f"{name} is no id")
    return str(value).strip()


def text(payload: Json, name: str) -> str | None:
    """A text as it came; a blank one is none."""
    value = payload.get(name)
    if value is None or isinstance(value, dict | list | bool):
        return None
    written = str(value)
    return written if written.strip() else None


def flag(payload: Json, name: str) -> bool:
    value = payload.get(name)
    return value is True or (isinstance(value, str) and value.strip().lower() == "true") or value == 1


def number(payload: Json, name: str) -> Decimal | None:
    """A decimal of at most 14 integer digits and 4 decimals; None where it is missing or blank."""
    value = payload.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Malformed(f"{name} is no number")
    written = str(value).strip()
    if not NUMBER.fullmatch(written):
        raise Malformed(f"{name} is no number")
    try:
        amount = Decimal(written)
    except InvalidOperation:
        raise Malformed(f"{name} is no number") from None
    if abs(amount) >= LARGEST or amount != round(amount, 4):
        raise Malformed(f"{name} does not fit DECIMAL(18,4)")
    return amount


def money(payload: Json, *names: str) -> Decimal | None:
    """The first of these amounts that is there; Shopify's shop_money of `<name>_set` goes before the plain field."""
    found = None
    for name in names:
        of_shop = number(section(section(payload, f"{name}_set"), "shop_money"), "amount")
        plain = None if isinstance(payload.get(name), dict) else number(payload, name)
        if found is None:
            found = plain if of_shop is None else of_shop
    return found


def amount(payload: Json, *names: str) -> Decimal:
    """The same, zero where none is there."""
    return money(payload, *names) or Decimal(0)


def moment(payload: Json, *names: str) -> datetime | None:
    """The first of these instants that is there, ISO 8601 with an offset, in UTC."""
    found = None
    for name in names:
        value = payload.get(name)
        if value is None or value == "":
            continue
        stamp = _iso(value, name)
        if stamp.tzinfo is None:
            raise Malformed(f"{name} has no offset")
        found = found or stamp.astimezone(UTC)
    return found


def moment_in_utc(payload: Json, name: str) -> datetime | None:
    """WooCommerce's `_gmt` stamps: ISO 8601, UTC though nothing in them says so."""
    value = payload.get(name)
    if value is None or value == "":
        return None
    stamp = _iso(value, name)
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


def moment_of_mail(payload: Json, name: str) -> datetime | None:
    """BigCommerce V2's RFC 2822 stamps."""
    value = payload.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Malformed(f"{name} is no date")
    try:
        stamp = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        stamp = _iso(value, name)
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


def _iso(value: object, name: str) -> datetime:
    if not isinstance(value, str) or len(value) < len("2026-01-01T00:00"):
        raise Malformed(f"{name} is no date")
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        raise Malformed(f"{name} is no date") from None


# Reports

NULLS = {"", "-", "--"}


def at(payload: Json, path: str) -> object:
    """What stands at a path of names, `a.b`; None where a part of it is missing."""
    value: object = payload
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def first(payload: Json, *paths: str) -> object:
    """The first value that is given: not missing, not blank, not one of the reports' dashes."""
    for path in paths:
        value = at(payload, path)
        if value is not None and not (isinstance(value, str) and value.strip() in NULLS):
            return value
    return None


def word(payload: Json, *paths: str) -> str | None:
    """The first text or number that is given, as a text without blanks around it."""
    value = first(payload, *paths)
    if value is None or isinstance(value, bool | dict | list):
        return None
    return str(value).strip()


def figure(payload: Json, *paths: str) -> Decimal | None:
    """A report's number of any precision, half-even at six decimals; 1,000.00 is a thousand.

    Raises:
        Malformed: when it is no number or has more than twelve digits before the point.
    """
    value = first(payload, *paths)
    if value is None:
        return None
    written = str(value).strip()
    if GROUPED.fullmatch(written):
        written = written.replace(",", "")
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal) or not NUMBER.fullmatch(written):
        raise Malformed(f"{paths[0]} is no number")
    exact = Decimal(written)
    if abs(exact) >= Decimal(10) ** 12:
        raise Malformed(f"{paths[0]} is too large")
    return exact if exact == exact.quantize(MICRO) else exact.quantize(MICRO, rounding=ROUND_HALF_EVEN)


def count(payload: Json, *paths: str) -> int | None:
    """A whole number, also as a text."""
    value = first(payload, *paths)
    if value is None:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}(\.0+)?", str(value).strip()):
        raise Malformed(f"{paths[0]} is no whole number")
    return int(Decimal(str(value)))


def day(payload: Json, *paths: str) -> date:
    """The day of a report row: 2026-10-01 (with or without a time), 20261001, 10/1/2026 or {year, month, day}.

    Raises:
        Malformed: when it is missing or none of these.
    """
    value = first(payload, *paths)
    if isinstance(value, dict):
        parts = [value.get("year"), value.get("month"), value.get("day")]
    else:
        written = "" if isinstance(value, bool) else str(value).strip()
        match = next((match for form in DAYS if (match := form.fullmatch(written))), None)
        parts = [match[name] for name in ("year", "month", "day")] if match else [None]
    try:
        return date(*(int(str(part)) for part in parts))
    except (TypeError, ValueError):
        raise Malformed(f"{paths[0]} is no day") from None


def epoch(payload: Json, path: str) -> datetime:
    """Seconds since 1970, milliseconds from 1e11 on."""
    value = figure(payload, path)
    if value is None:
        raise Malformed(f"{path} is missing")
    seconds = value / 1000 if abs(value) >= Decimal(10) ** 11 else value
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(seconds * 1_000_000))
