"""Likeness: which of the known names, or of the values of a dimension, a text may be meant as."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from warehouse.catalog import Catalog, Dimension, Metric
from warehouse.errors import CallerError, NotAnswerableError, UnknownNameError
from warehouse.periods import GRAINS

ALIKE = 0.6  # from here on two spellings are taken for the same word
_LONGEST = 60
_OFFERED = 3


def words_of(text: str) -> list[str]:
    """The words of a text without case, accents and plural endings: "Net_Sales" → ["net", "sale"]."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    plain = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c))
    return [_singular(word) for word in re.findall(r"[^\W_]+", plain.casefold())]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def likeness(one: list[str], two: list[str]) -> float:
    """How alike two texts are by their words: 1 for the same, less for a part, less still for a spelling; 0 to 1."""
    if not one or not two:
        return 0.0
    left, right = "".join(one), "".join(two)
    if left == right:
        return 1.0
    matcher = SequenceMatcher(None, left, right)
    # most pairs are far from alike, which the quick bounds tell
    alike = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
    spelled = matcher.ratio() * 0.95 if alike else 0.0
    held = min(len(left), len(right)) / max(len(left), len(right))
    if set(one) <= set(two):
        return max(spelled, 0.75 + 0.2 * held)
    if set(two) <= set(one):
        return max(spelled, 0.6 + 0.2 * held)
    return spelled


def meant(text: str, known: Mapping[str, Iterable[str]]) -> list[str]:
    """The names of which `text` is another spelling, the label or a synonym, one that it spells before the others.

    known: what each name is called besides.
    """
    asked = "".join(words_of(text[:_LONGEST]))
    spelled = [name for name in known if "".join(words_of(name)) == asked] if asked else []
    said = [name for name, others in known.items() if asked in ("".join(words_of(other)) for other in others)]
    return spelled or (said if asked else [])


def nearest_of(text: str, known: Mapping[str, Iterable[str]], most: int = _OFFERED) -> list[str]:
    """Up to `most` of the names that `text` is like, or like what they are called besides; the likest first."""
    asked = words_of(text[:_LONGEST])
    scores = {name: max(likeness(asked, words_of(said)) for said in (name, *others)) for name, others in known.items()}
    return [name for name in sorted(scores, key=lambda name: -scores[name]) if scores[name] >= ALIKE][:most]


def called(one: Metric | Dimension) -> tuple[str, ...]:
    """What a metric or a dimension is called besides its name."""
    return one.label, *one.synonyms


def unknown_metric(catalog: Catalog, name: str) -> CallerError:
    """The refusal of a name that is no metric, with what it may be meant as, or why the operator's was left out."""
    if name in catalog.metric_notices and name not in catalog.metrics:
        return NotAnswerableError(catalog.metric_notices[name])
    if name in catalog.dimensions:
        return UnknownNameError("metric", name, (), "It is a dimension: put it into group_by or where.")
    return _unknown("metric", name, {metric: called(one) for metric, one in catalog.listed().items()})


def unknown_dimension(catalog: Catalog, name: str, offered: Iterable[str]) -> UnknownNameError:
    """The refusal of a name that is no dimension, with which of the `offered` ones it may be meant as."""
    if name in catalog.listed():
        return UnknownNameError("dimension", name, (), "It is a metric: put it into metrics, or into having.")
    grain = "_".join(words_of(name))
    if grain in GRAINS:
        return UnknownNameError("dimension", name, (), f"It is a grain of date: give grain {grain}.")
    return _unknown("dimension", name, {one: _called(catalog, one) for one in offered})


def dimension_meant(catalog: Catalog, name: str) -> str | None:
    """The first dimension that a name is another word for, if there is one."""
    return next(iter(meant(name, {one: _called(catalog, one) for one in catalog.dimensions})), None)


def _called(catalog: Catalog, dimension: str) -> tuple[str, ...]:
    # date, which every metric has, is no dimension with a label of its own
    return called(catalog.dimensions[dimension]) if dimension in catalog.dimensions else ()


def _unknown(what: str, name: str, known: Mapping[str, Iterable[str]]) -> UnknownNameError:
    close = meant(name, known)[:_OFFERED] or nearest_of(name, known)
    return UnknownNameError(what, name, (), "list_metrics names them all.", close)
