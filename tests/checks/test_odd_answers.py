"""Whatever the learner's code answers, a check judges it: an odd answer is never the grader's failure."""

import json
from typing import Any

import pytest

from checker.checks.exam import Asked, Exam, NeedsWork, load_exam
from checker.course import Exercise
from checker.evidence import Answer, Kind, decode
from checker.runtime.kernel.answer import _answer
from tests.conftest import COURSE, SEED, submission_of

NAN = float("nan")
TRIAL = {"loss": -0.9, "status": "ok"}
ODD: list[Any] = [
    *(None, 3, 2.5, True, NAN, "x", [], {}, [None], [[]], [{}], [3, 4], ["x"] * 100),
    *({"object": "builtins.ellipsis"}, [{"object": "a.b"}] * 3, {"a": {"b": 1}}, [{"a": 1}, 3]),
    *({"loss": None}, {"loss": "x", "status": "ok"}, {"loss": NAN, "status": "ok"}, {"loss": [1], "status": ["ok"]}),
    *([TRIAL], [TRIAL] * 2, [TRIAL] * 3, [{"loss": NAN, "status": "ok"}] * 3),
    *([{"values": None, **TRIAL}], [{"values": {}, **TRIAL}] * 9, [{"values": {"max_depth": ["a"]}, **TRIAL}] * 9),
    *([[]] * 5, [[{"values": {}, "loss": "x", "status": 3}]] * 5, [[{"values": {}, "loss": None, "status": {}}]] * 3),
    *({"learning_rate": 3}, {"learning_rate": {"distribution": None}}),
    [{"max_features": [1], "learning_rate": "x", "max_depth": None, "subsample": NAN, "n_estimators": {}}] * 400,
]
JUDGED_BY_VOCABULARY = [exercise for exercise in COURSE.exercises if exercise.slug.startswith("hp-functions")]


def answers_of_the_solution(exam: Exam, exercise: Exercise) -> dict[str, Asked]:
    learner: dict[str, Any] = {}
    for source in submission_of(exercise.solution, exercise).code:
        exec(source, learner)
    asked = {}
    for name, question in exam.questions(SEED).items():
        request = {"expression": question.expression, "inputs": question.inputs, "data": question.data}
        asked[name] = Asked(question, decode(json.dumps(_answer(request, learner)).encode()))
    return asked


def variants(right: Any) -> list[Any]:
    """The odd answers, and the right one with a part lost, doubled or replaced."""
    if not isinstance(right, list):
        return ODD
    return [*ODD, right[:-1], right + right, [None, *right[1:]], [*right[:-1], "x"], [*right[:-1], {}]]


@pytest.mark.parametrize("exercise", JUDGED_BY_VOCABULARY, ids=lambda e: e.slug)
def test_an_odd_answer_is_judged(exercise: Exercise) -> None:
    exam = load_exam(exercise.slug)
    right = answers_of_the_solution(exam, exercise)
    for want, asked in right.items():
        for value in variants(asked.answer.value):
            answers = {**right, want: Asked(asked.question, Answer(Kind.VALUE, value))}
            failed: set[str] = set()
            for check in exam.checks:
                if failed.intersection(check.after):
                    failed.add(check.id)
                elif want in check.wants:
                    try:
                        check.function(*(answers[name] for name in check.wants))
                    except NeedsWork as work:
                        assert work.found and work.expected
                        failed.add(check.id)
