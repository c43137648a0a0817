"""The log of the last grading."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from checker.course import load_course
from checker.faults import FaultKind, RunError
from checker.result import CheckResult, ExerciseResult, Kept, Outcome
from checker.study import log

CRASHED = CheckResult("sign", "The sign.", Outcome.NOT_JUDGED, traceback="Traceback: KeyError")
RESULT = ExerciseResult("welcome", "welcome.ipynb", Outcome.NOT_JUDGED, 1.5, None, (CRASHED,))


def written(folder: Path, *results: ExerciseResult) -> list[str]:
    course = load_course(folder)
    with log.opened(course, 7, "sandbox") as note:
        for result in results:
            note(result)
    lines = (course.state / "last-grading.log").read_text(encoding="utf-8").splitlines()
    return [re.sub(r"^[\d-]+ [\d:,]+ ", "", line) for line in lines]


def test_it_says_what_became_of_each_submission_and_why(folder: Path) -> None:
    slow = RunError(FaultKind.TIME, cell=3, limit=60, used=60)
    late = replace(RESULT, outcome=Outcome.NEEDS_WORK, error=slow, checks=())
    kept = replace(late, error=None, outcome=Outcome.PASSED, kept=Kept("2026-01-01T10:00:00+00:00", 5))
    first, *rest = written(folder, RESULT, late, kept)
    assert re.fullmatch(r"checker [\d.]+, Python [\d.]+, seed 7, isolation sandbox", first)
    assert rest == [
        "welcome welcome.ipynb: not_judged in 1.50 s",
        "  sign: not_judged",
        "Traceback: KeyError",
        "welcome welcome.ipynb: needs_work in 1.50 s",
        "  time: cell 3 ran for 60 s; the limit is 60 s",
        "welcome welcome.ipynb: passed in 1.50 s, kept since 2026-01-01T10:00:00+00:00 with seed 5",
    ]


def test_it_is_that_of_the_last_grading_alone(folder: Path) -> None:
    assert written(folder, RESULT) == written(folder, RESULT)


def test_where_none_can_be_written_the_grading_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = load_course(folder)
    course.state.write_text("a file where the folder should be")
    with log.opened(course, 7, "sandbox") as note:
        note(RESULT)
