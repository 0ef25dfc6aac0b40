"""The search of list_metrics: metrics and dimensions by what they are called, mean and hold, the best first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.catalog import Catalog, Dimension, Metric
from warehouse.likeness import ALIKE, called, likeness, words_of

_SAYS_NOTHING = frozenset(
    words_of(
        "a an and are as by did do for how in is many me much of on or our per show the to was we were what which with"
    )
)
_LONG = 4  # a word of so many letters is also found inside others


@dataclass(frozen=True)
class Found:
    """What a search comes to, the best first.

    values: of each dimension, those that were found. exact: whether words were found, and not merely names like them.
    metrics_match: whether the metrics were found by themselves, and not as those that the dimensions found split.
    """

    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    values: Mapping[str, Sequence[str]]
    exact: bool
    metrics_match: bool


@dataclass(frozen=True)
class _Texts:
    """What is said of a metric or dimension: what it is called, what it means, what values it has."""

    names: Sequence[list[str]]
    prose: frozenset[str]
    values: frozenset[tuple[str, ...]] = frozenset()

    def likeness(self, words: list[str]) -> float:
        return 1.0 if tuple(words) in self.values else max(likeness(words, name) for name in self.names)

    def score(self, words: list[str]) -> tuple[float, float]:
        """How many of the words are found, where they are worth most, and how alike the whole is; 0 for nothing."""
        named = {word for name in self.names for word in name}
        held = {word for value in self.values for word in value}
        worth = [
            1.0 if _in(w, named) else 0.7 if _in(w, held, _LONG) else 0.4 if _in(w, self.prose) else 0.0 for w in words
        ]
        hits = sum(1 for each in worth if each)
        return hits / len(words), self.likeness(words) + sum(worth) / len(words)


def search_catalog(catalog: Catalog, search: str) -> Found:
    """What a search names: all of its words, else some of them, else what is spelled like it.

    A dimension that matches brings the metrics that it splits where no metric matches by itself.
    """
    words = [word for word in words_of(search) if word not in _SAYS_NOTHING] or words_of(search)
    metrics = catalog.listed()
    carried = {dimension for name in metrics for dimension in catalog.dimensions_of(name)}
    dimensions = {name: one for name, one in catalog.dimensions.items() if name in carried}
    of_metrics = {name: _metric_texts(name, one) for name, one in metrics.items()}
    of_dimensions = {name: _dimension_texts(name, one) for name, one in dimensions.items()}
    some_metrics, some_dimensions, exact = _best(words, of_metrics, of_dimensions)
    metrics_match = bool(some_metrics) or not some_dimensions
    if not metrics_match:
        some_metrics = [name for name in metrics if set(some_dimensions) & set(catalog.dimensions_of(name))]
    return Found(
        metrics={name: metrics[name] for name in some_metrics},
        dimensions={name: dimensions[name] for name in some_dimensions},
        values={name: _values(words, dimensions[name]) for name in some_dimensions},
        exact=exact,
        metrics_match=metrics_match,
    )


def _best(
    words: list[str], metrics: Mapping[str, _Texts], dimensions: Mapping[str, _Texts]
) -> tuple[list[str], list[str], bool]:
    both = {**metrics, **dimensions}
    scores = {name: texts.score(words) for name, texts in both.items()}
    ranked = sorted(both, key=lambda name: scores[name][::-1], reverse=True)
    whole = [name for name in ranked if scores[name][0] == 1.0 or both[name].likeness(words) == 1.0]
    found = whole or [name for name in ranked if scores[name][0]]
    exact = bool(found)
    if not found:
        alike = {name: texts.likeness(words) for name, texts in both.items()}
        found = [name for name in sorted(both, key=lambda name: -alike[name]) if alike[name] >= ALIKE][:3]
    return [name for name in found if name in metrics], [name for name in found if name in dimensions], exact


def _metric_texts(name: str, metric: Metric) -> _Texts:
    return _Texts([words_of(text) for text in (name, *called(metric))], _prose([metric.description]))


def _dimension_texts(name: str, dimension: Dimension) -> _Texts:
    return _Texts(
        [words_of(text) for text in (name, *called(dimension))],
        _prose([dimension.description]),
        frozenset(tuple(words_of(value.value)) for value in dimension.values or ()),
    )


def _prose(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in words_of(text))


def _values(words: list[str], dimension: Dimension) -> list[str]:
    """The values that hold a word of the search, those that hold most of them first."""
    hits = {
        value.value: sum(_in(word, words_of(value.value), _LONG) for word in words) for value in dimension.values or ()
    }
    return sorted((value for value, number in hits.items() if number), key=lambda value: -hits[value])


def _in(word: str, words: Iterable[str], least: int = 2) -> bool:
    """Whether a word is one of the words, the beginning of one (of at least so many letters), or a long one inside."""
    return any(
        word == each or (len(word) >= least and each.startswith(word)) or (len(word) >= _LONG and word in each)
        for each in words
    )
