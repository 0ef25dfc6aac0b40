"""The European Central Bank's daily reference rates: eurofxref-hist.csv and eurofxref.csv."""

import re
from collections.abc import Iterator

from ingest.connector import Connector, Entity, required
from ingest.fields import FieldType, typed

# every currency that the file ever had a column for; a new one is kept all the same
CURRENCIES = re.findall(
    "[A-Z]{3}",
    "USD JPY BGN CYP CZK DKK EEK GBP HUF LTL LVL MTL PLN ROL RON SEK SIT SKK CHF ISK NOK HRK RUB TRL TRY AUD BRL CAD "
    "CNY HKD IDR ILS INR KRW MXN MYR NZD PHP SGD THB ZAR",
)

_MONTHS = re.findall(
    "[A-Z][a-z]+",
    "January February March April May June July August September October November December",
)
_WRITTEN_OUT = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})").fullmatch


def _rates(value: object) -> Iterator[object]:
    """The row of a day. The file of a single day writes `02 January 2024` and blanks after its commas."""
    if type(value) is not dict:
        yield value
        return
    row = {key.strip(): held.strip() if type(held) is str else held for key, held in value.items() if key.strip()}
    written = row.get("Date")
    match = _WRITTEN_OUT(written) if type(written) is str else None
    if match and match[2] in _MONTHS:
        row["Date"] = f"{match[3]}-{_MONTHS.index(match[2]) + 1:02}-{int(match[1]):02}"
    yield row


CONNECTOR = Connector(
    name="ecb_rates",
    label="ECB reference rates",
    provides=(),
    options=frozenset(),
    entities=(
        Entity(
            shape="ecb_rates",
            name="rates",
            master="exchange_rates",
            kind="record",
            one=("rate",),
            required=(required("Date", type=FieldType.DAY),),
            optional=typed(FieldType.RATE, *CURRENCIES),
            id="Date",
            day=("Date",),
            nulls=frozenset({"N/A"}),
            csv=True,
            unfold=_rates,
        ),
    ),
    traps=(
        "A rate is so many units for one euro; two other currencies are converted through the euro.",
        "`N/A` is no rate (a currency that has gone, or was suspended).",
        "There are none for weekends and TARGET holidays: the last one is carried over for at most seven days.",
        "Every line ends with a comma: the column without a name is left out.",
    ),
)
