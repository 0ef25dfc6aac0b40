"""What the reports of advertising platforms have in common."""

from collections.abc import Callable, Iterable, Iterator

from ingest.connector import Personal, Total
from ingest.days import day_text
from ingest.records import BadRecord
from ingest.refusals import error_answer

# of a source in tenants.yml: the account where its rows do not say so
OPTIONS = frozenset({"account_id", "currency", "timezone"})
# how reports write that there is no value
NULLS = frozenset({"-", "--"})
# of a report it is the group of people that a row is about
PERSONAL = Personal(kept=frozenset({"gender"}))

Row = Callable[[dict[str, object]], object]


def figures(spend: Iterable[str], impressions: str, clicks: str, factor: str = "1") -> dict[str, Total]:
    """What reconciliation adds up of a report; factor: what the amounts are to be multiplied by."""
    return {
        "spend": Total(tuple(spend), factor),
        "impressions": Total((impressions,)),
        "clicks": Total((clicks,)),
    }


def pages(key: str, row: Row) -> Callable[[object], Iterator[object]]:
    """An unfold for pages that hold their rows under `key`; `row` sees every row, and those that come without a page.

    A vendor's error document becomes a bad record.
    """

    def unfold(value: object) -> Iterator[object]:
        bad = error_answer(value)
        held = value.get(key) if type(value) is dict else None
        if bad is not None:
            yield bad
        elif type(held) is list:
            for item in held:
                yield row(item) if type(item) is dict else item
        else:
            yield row(value) if type(value) is dict else value

    return unfold


def several_days(first: object, last: object) -> BadRecord | None:
    """A bad record for a row from `first` to `last` where these are two days; None where they are not."""
    start, end = day_text(first), day_text(last)
    if start is None or end is None or start == end:
        return None
    return BadRecord(f"The row covers {start} to {end}; ask for one row a day.")
