"""The learner's progress: what is kept, and that nothing of it gets lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from checker import progress
from checker.course import Course
from checker.progress import Help, Progress
from checker.result import CheckResult, ExerciseResult, Outcome

FAILING = CheckResult(
    "lower", "A better one has a smaller loss.", Outcome.NEEDS_WORK, "0.7", "less", "hp-sign", ("a", "b", "c")
)
SEEN = {
    "outcome": "needs_work",
    "failing": "lower",
    "hints": 1,
    "help": {"title": "A better one has a smaller loss.", "hints": ["a", "b", "c"], "book": "hp-sign"},
}


def result(slug: str, outcome: Outcome = Outcome.PASSED, *checks: CheckResult) -> ExerciseResult:
    return ExerciseResult(slug, f"{slug}.ipynb", outcome, 1.0, None, checks)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path, ())


def written(course: Course, data: Any) -> Path:
    file = course.state / "progress.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(data if isinstance(data, str) else json.dumps(data))
    return file


def test_a_verdict_is_kept_with_what_helps(course: Course) -> None:
    progress.record(course, result("welcome", Outcome.NEEDS_WORK, FAILING))
    assert json.loads((course.state / "progress.json").read_text()) == {
        "format_version": 1,
        "exercises": {"welcome": SEEN},
    }
    help_ = Help("A better one has a smaller loss.", ("a", "b", "c"), "hp-sign")
    assert progress.load(course) == {"welcome": Progress(Outcome.NEEDS_WORK, "lower", 1, help_)}
    assert progress.next_hint(course, "welcome") == (2, help_)
    progress.forget(course, "welcome")
    assert progress.load(course) == {}


def test_an_older_file_without_help_is_read(course: Course) -> None:
    entry = {"outcome": "passed", "failing": None, "hints": 0}
    written(course, {"format_version": 1, "exercises": {"welcome": entry}})
    assert progress.load(course) == {"welcome": Progress(Outcome.PASSED, None, 0)}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{torn", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        ([], "expected a table, found a list of 0."),
        ({"format_version": 2, "exercises": {}}, "format_version: expected 1, found the number 2."),
        ({"format_version": 1}, "the key exercises is missing."),
        (
            {"format_version": 1, "exercises": {"welcome": {**SEEN, "hints": "1"}}},
            'exercises: welcome: hints: expected an integer, found the text "1".',
        ),
        (
            {"format_version": 1, "exercises": {"welcome": {**SEEN, "outcome": "pass"}}},
            "exercises: welcome: outcome: expected one of passed, needs_work, not_attempted, not_judged, skipped, "
            'found the text "pass"; did you mean passed?',
        ),
        (
            {"format_version": 1, "exercises": {"welcome": {**SEEN, "help": {"title": "a", "hints": [3]}}}},
            "exercises: welcome: help: hints 1: expected a text, found the number 3.\n"
            "progress.json: exercises: welcome: help: the key book is missing.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_counts_as_none_and_says_why(course: Course, data: Any, said: str) -> None:
    written(course, data)
    assert progress.load(course) == {}
    assert progress.unreadable(course) == f"progress.json: {said}"


def test_a_file_that_is_not_there_or_fine_has_no_fault(course: Course) -> None:
    assert progress.unreadable(course) is None
    progress.record(course, result("welcome"))
    assert progress.unreadable(course) is None


def test_what_cannot_be_read_is_put_aside_each_time(course: Course) -> None:
    for text in ("{torn", "{torn again"):
        written(course, text)
        progress.record(course, result("welcome"))
    kept = sorted(file.read_text() for file in course.state.glob("progress.unreadable*.json"))
    assert kept == ["{torn", "{torn again"]
    assert progress.load(course).keys() == {"welcome"}


def test_writers_at_one_time_lose_nothing(course: Course) -> None:
    slugs = [f"chapter/{number}" for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda slug: progress.record(course, result(slug)), slugs))
    assert progress.load(course).keys() == set(slugs)
    assert not list(course.state.glob(".progress.json.*"))


def test_where_nothing_was_judged_what_was_known_stands(course: Course) -> None:
    progress.record(course, result("welcome"))
    progress.record(course, result("welcome", Outcome.NOT_JUDGED))
    assert progress.load(course)["welcome"].outcome is Outcome.PASSED
