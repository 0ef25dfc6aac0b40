"""Questions drawn at random, answered as a reference that shares no code with the product answers them.

The reference (tests/support/reference_*.py) counts small stars in plain Python and the demo's tenants by SQL written by
hand. Every failure names its star or tenant and the number of its question, which draw it again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from demo_home import SLUGS
from questions import Arguments, again, clock, drawn
from reference_ground import Json, Twice, of_demo, of_star
from reference_metrics import METRICS
from reference_stars import star

# a shape is compiled once, and asked of other days on other clocks
ASKED_AGAIN = 2
STARS, SHAPES_OF_A_STAR = 30, 18
SHAPES_OF_A_TENANT = 60


@contextmanager
def made_of(seed: int, folder: Path) -> Iterator[Twice]:
    twice = of_star(star(seed), folder)
    yield twice
    twice.close()


def every_question(twice: Twice, seed: int, shapes: int, times: int) -> Iterator[tuple[str, Arguments, datetime]]:
    for number in range(shapes):
        random = Random(f"{seed}:{number}")
        arguments, now = drawn(random, twice.ground), clock(random, twice.ground)
        for _ in range(times):
            yield f"{seed}:{number}: {arguments} at {now}", arguments, now
            arguments, now = again(random, twice.ground, arguments, now)


def hold(twice: Twice, seed: int, shapes: int, times: int = 1 + ASKED_AGAIN) -> tuple[int, int]:
    """Ask; the numbers of answers and of refusals."""
    answered = refused = 0
    wrong = []
    for name, arguments, now in every_question(twice, seed, shapes, times):
        given = twice.ask(arguments, now)
        if difference := twice.difference(arguments, given, now):
            wrong.append(f"{name}: {difference}")
        answered, refused = answered + (given is not None), refused + (given is None)
    assert not wrong, "\n".join([f"{len(wrong)} of {answered + refused}", *wrong[:5]])
    return answered, refused


def test_a_sample_of_questions_is_answered_as_the_reference_answers_them(tmp_path: Path) -> None:
    with made_of(1, tmp_path) as twice:
        answered, refused = hold(twice, 1, shapes=16, times=2)
    assert answered > 20
    assert refused > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 100 + STARS))
def test_every_question_to_a_small_star_is_answered_as_the_reference_answers_it(seed: int, tmp_path: Path) -> None:
    with made_of(seed, tmp_path) as twice:
        answered, refused = hold(twice, seed, SHAPES_OF_A_STAR)
    assert answered + refused == SHAPES_OF_A_STAR * (1 + ASKED_AGAIN)
    assert refused < answered


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_every_question_to_the_demo_is_answered_as_the_reference_answers_it(demo: Path, slug: str) -> None:
    seed = SLUGS.index(slug)
    twice = of_demo(demo, slug, seed)
    answered, refused = hold(twice, seed, SHAPES_OF_A_TENANT)
    twice.close()
    assert answered + refused == SHAPES_OF_A_TENANT * (1 + ASKED_AGAIN)
    assert refused < answered / 3


def test_the_two_engines_of_the_reference_count_alike(tmp_path: Path) -> None:
    with made_of(2, tmp_path) as twice:
        for name, arguments, now in every_question(twice, 7, shapes=20, times=1):
            by_rows, by_sql = twice.expected(arguments, now), twice.expected(arguments, now, twice.sql)
            assert by_rows == by_sql, name


Property = Callable[[Twice, Arguments, datetime, Json], str | None]


def groups_add_up_to_the_total(twice: Twice, arguments: Arguments, now: datetime, given: Json) -> str | None:
    """With a top as well: its values and the remainder."""
    if given["truncated"] or "having" in arguments or not isinstance(given["totals"], list):
        return None
    names = column_names(given)
    # previous buckets that pair with none are in the totals alone
    suffixes = ("",) if "date" in names else ("", "__previous")
    for at, name in enumerate(names):
        metric, _, suffix = name.partition("__")
        if metric in METRICS and METRICS[metric].additive and name in (metric + suffix for suffix in suffixes):
            added = sum((exact(row[at]) for row in rows_of(given)), Decimal(0))
            if added != exact(given["totals"][at]):
                return f"the groups of {name} add up to {added}, and the total is {given['totals'][at]} {suffix}"
    return None


def sides_equal_their_own_questions(twice: Twice, arguments: Arguments, now: datetime, given: Json) -> str | None:
    """Each side of a comparison, against the question of that period alone."""
    if "compare" not in arguments or "top" in arguments or given["truncated"] or "having" in arguments:
        return None
    period, names = given["period"], column_names(given)
    assert isinstance(period, dict)
    plain = {name: arguments[name] for name in ("metrics", "group_by", "grain", "where") if name in arguments}
    metrics = [name for name in names if name in METRICS]
    keys = [name for name in names if name.partition("__")[0] not in METRICS and name != "date__previous"]
    for suffix, days in (("", period), ("__previous", period["previous"])):
        if days["start"] is None:
            continue
        own = twice.ask({**plain, "period": f"{days['start']}..{days['end']}", "limit": 1000}, now)
        assert own is not None
        if own["truncated"]:
            continue
        alone = {cells_of(own, row, keys): cells_of(own, row, metrics) for row in rows_of(own)}
        for row in rows_of(given):
            at = cells_of(given, row, [f"date{suffix}" if name == "date" else name for name in keys])
            side = cells_of(given, row, [f"{name}{suffix}" for name in metrics])
            right = alone.pop(at, None)
            if side != right and not (right is None and all(cell in (None, 0) for cell in side)):
                return f"{side} instead of {right} for {at}{suffix or ' now'}"
        if alone and not (suffix and "date" in keys):
            return f"missing{suffix}: {sorted(map(str, alone))}"
    return None


def column_names(given: Json) -> list[str]:
    columns = given["columns"]
    assert isinstance(columns, list)
    return [column["name"] for column in columns]


def rows_of(given: Json) -> list[list[object]]:
    rows = given["rows"]
    assert isinstance(rows, list)
    return rows


def cells_of(given: Json, row: list[object], names: list[str]) -> tuple[object, ...]:
    columns = column_names(given)
    return tuple(row[columns.index(name)] for name in names)


def exact(cell: object) -> Decimal:
    return Decimal(str(cell or 0))


def check(held: Property, twice: Twice, seed: int, shapes: int, extra: Arguments) -> int:
    """Hold a property of the answers to sound questions; the number of them."""
    answered = 0
    for name, arguments, now in every_question(twice, seed, shapes, 1):
        asked = {**arguments, **extra, "limit": 1000}
        given = twice.ask(asked, now)
        if given is not None:
            answered += 1
            wrong = held(twice, asked, now, given)
            assert wrong is None, f"{name} {wrong}"
    return answered


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 212))
def test_groups_and_the_remainder_add_up_to_the_total(seed: int, tmp_path: Path) -> None:
    with made_of(seed, tmp_path) as twice:
        assert check(groups_add_up_to_the_total, twice, seed, 12, {"totals": True}) > 6


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300, 312))
def test_each_side_of_a_comparison_equals_the_question_of_its_period(seed: int, tmp_path: Path) -> None:
    with made_of(seed, tmp_path) as twice:
        random = Random(seed)
        extra: Arguments = {"compare": random.choice(["previous_period", "previous_year"])}
        assert check(sides_equal_their_own_questions, twice, seed, 12, extra) > 4


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_the_demos_groups_add_up_and_its_comparisons_have_true_sides(demo: Path, slug: str) -> None:
    twice = of_demo(demo, slug, 50)
    assert check(groups_add_up_to_the_total, twice, 50, 10, {"totals": True}) > 5
    assert check(sides_equal_their_own_questions, twice, 51, 10, {"compare": "previous_year"}) > 4
    twice.close()
