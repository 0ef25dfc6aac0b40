"""What analysts ask, in plain words, against answers that were counted by hand-written SQL."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from demo_home import SLUGS
from golden_question import Golden, counted, days, golden_questions
from golden_star import CALENDAR_SHOP, Ground, calendar_shop, demo_ground

from warehouse.errors import CallerError

QUESTIONS = golden_questions()
ANSWERED = [each for each in QUESTIONS if not each.refused]
REFUSED = [each for each in QUESTIONS if each.refused]


@pytest.fixture(scope="module")
def grounds(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Ground]]:
    folder = tmp_path_factory.mktemp("golden")
    with ExitStack() as opened:
        demos = {slug: opened.enter_context(demo_ground(demo, slug, folder / slug)) for slug in SLUGS}
        yield {**demos, CALENDAR_SHOP: opened.enter_context(calendar_shop(folder))}


@pytest.mark.parametrize(
    "question",
    [pytest.param(each, id=each.words, marks=[pytest.mark.slow] if each.slow else []) for each in ANSWERED],
)
def test_an_analysts_question_has_the_answer_that_sql_by_hand_counts(
    grounds: Mapping[str, Ground], question: Golden
) -> None:
    ground = grounds[question.tenant]
    assert counted(question.columns, ground.by_hand(question.sql)) == question.figures

    given = ground.ask(question.call, question.now, question.settings)

    assert [column.name for column in given.columns] == question.columns
    assert [*given.rows, *([given.totals] if given.totals else [])] == question.figures
    assert (given.totals is None) == (question.totals is None)
    assert list(given.other_rows or ()) == question.other
    assert question.period is not None
    assert (given.period.start, given.period.end) == days(question.period)
    compared = given.period.previous
    assert (compared and (compared.start, compared.end)) == (question.previous and days(question.previous))
    assert question.complete in (None, given.period.complete)
    own = [notice for notice in given.notices if notice not in ground.catalog.notices]
    assert len(own) == len(question.notices), own
    for part, notice in zip(question.notices, own, strict=True):
        assert part in notice


@pytest.mark.parametrize("question", REFUSED, ids=[each.words for each in REFUSED])
def test_a_question_without_a_right_answer_is_refused_with_the_next_step(
    grounds: Mapping[str, Ground], question: Golden
) -> None:
    with pytest.raises(CallerError) as refusal:
        grounds[question.tenant].ask(question.call, question.now, question.settings)

    for part in question.refused:
        assert part in str(refusal.value)


def test_there_are_enough_questions_and_none_twice() -> None:
    assert len([question for question in QUESTIONS if not question.slow]) >= 120
    assert len({question.words for question in QUESTIONS}) == len(QUESTIONS)
    calls = [(question.tenant, question.now, str(question.settings), str(question.call)) for question in QUESTIONS]
    assert len(set(calls)) == len(calls)
