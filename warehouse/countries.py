"""Countries: the English short name that a code, or another common name, stands for.

The names stand once, in the dbt macro that translates the vendors' codes (macros/countries.sql).
"""

import re
from functools import cache
from importlib.resources import files

# what people say beside the two-letter code and the short name
_SAID = {
    "america": "US",
    "britain": "GB",
    "czech republic": "CZ",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "ivory coast": "CI",
    "korea": "KR",
    "macedonia": "MK",
    "myanmar": "MM",
    "republic of korea": "KR",
    "russian federation": "RU",
    "the netherlands": "NL",
    "turkiye": "TR",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "usa": "US",
    "viet nam": "VN",
}


@cache
def country_names() -> dict[str, str]:
    """English short names by ISO 3166-1 alpha-2 code, as the marts have them."""
    text = (files("warehouse") / "dbt" / "macros" / "countries.sql").read_text(encoding="utf-8")
    return {code: name.replace("''", "'") for code, name in re.findall(r"\('([A-Z]{2})', '((?:[^']|'')+)'\)", text)}


def country_named(text: str) -> str | None:
    """The short name of the country that a code or a name in common use stands for, None for any other text."""
    said = " ".join(re.findall(r"\w+", text.replace(".", "").casefold()))
    return country_names().get(_SAID.get(said, said.upper()))
