"""What holds for every exercise: its release, its starter, its solution, its bank of mistakes."""

import ast
import asyncio
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from checker.author.release import read_solution, solution_code, starter_of, text_of
from checker.checks.exam import load_exam
from checker.course import Course, Exercise
from checker.grade import grade, is_untouched, run_and_judge
from checker.notebook import code_of
from checker.result import Outcome, RunError
from checker.run.isolation import Isolation, best_isolation
from checker.run.warm import WarmProcess
from tests.conftest import COURSE, ROOT, SEED, edited

ISOLATION = best_isolation()
Warm = Callable[[Isolation], WarmProcess | None]
exercises = pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda e: e.slug)


def starts_spark(exercise: Exercise) -> bool:
    """Whether the solution starts Spark, so that each run of it takes many seconds."""
    return any("from checker.runtime import" in source for source in code_of(read_solution(exercise.solution)))


def case(exercise: Exercise, other: Any, name: Any, place: int) -> Any:
    """One run of an exercise; it is long unless it is the first of its kind, and always with Spark."""
    long = place > 0 or starts_spark(exercise)
    return pytest.param(exercise, other, id=f"{exercise.slug}:{name}", marks=pytest.mark.long if long else ())


def bank(kind: str) -> list[Any]:
    """Every entry of that kind in tests/mistakes, with its exercise."""
    return [
        case(exercise, entry, entry["name"], place)
        for exercise in COURSE.exercises
        for place, entry in enumerate(submissions(exercise)[kind])
    ]


def submissions(exercise: Exercise) -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests" / "mistakes" / f"{exercise.slug}.toml").read_text(encoding="utf-8"))


def judged(exercise: Exercise, edits: list[list[str]], warm: Warm) -> tuple[RunError | None, dict[str, Any]]:
    notebook = edited(read_solution(exercise.solution), edits)
    error, checks = asyncio.run(
        run_and_judge(notebook, exercise.solution.parent, exercise, SEED, ISOLATION, warm(ISOLATION))
    )
    return error, {check.id: check for check in checks}


def is_worded(said: str, written: str) -> bool:
    """Whether a message has the words of the bank. There `{}` stands for what is chance under any seed."""
    return re.fullmatch(".+".join(map(re.escape, written.split("{}"))), said) is not None


@exercises
def test_the_exercise_is_what_the_solution_releases_to(exercise: Exercise) -> None:
    assert exercise.notebook.read_text(encoding="utf-8") == text_of(starter_of(read_solution(exercise.solution)))


@exercises
def test_the_starter_has_its_outcome(exercise: Exercise) -> None:
    assert grade(exercise.notebook, exercise, SEED, ISOLATION).outcome is exercise.starts_as


@exercises
def test_the_starter_runs_and_its_evidence_says_the_same(exercise: Exercise, warm: Warm) -> None:
    notebook = nbformat.read(exercise.notebook, as_version=4)
    assert is_untouched(notebook, exercise)
    error, checks = asyncio.run(
        run_and_judge(notebook, exercise.notebook.parent, exercise, SEED, ISOLATION, warm(ISOLATION))
    )
    assert error is None
    outcomes = {check.outcome for check in checks}
    if exercise.starts_as is Outcome.NOT_ATTEMPTED:
        assert outcomes == {Outcome.NOT_ATTEMPTED}
    else:
        assert Outcome.NEEDS_WORK in outcomes


@exercises
def test_the_solution_passes(exercise: Exercise) -> None:
    result = grade(exercise.solution, exercise, SEED, ISOLATION)
    assert (result.outcome, result.error) == (Outcome.PASSED, None), result.checks


@pytest.mark.parametrize(("exercise", "seed"), [case(exercise, 1, "seed 1", 0) for exercise in COURSE.exercises])
def test_the_solution_passes_under_another_seed(exercise: Exercise, seed: int, warm: Warm) -> None:
    result = grade(exercise.solution, exercise, seed, ISOLATION, warm(ISOLATION))
    assert (result.outcome, result.error) == (Outcome.PASSED, None), result.checks


@pytest.mark.parametrize(("exercise", "mistake"), bank("mistake"))
def test_a_mistake_fails_exactly_its_check(exercise: Exercise, mistake: dict[str, Any], warm: Warm) -> None:
    _, checks = judged(exercise, mistake["edits"], warm)
    assert [c.id for c in checks.values() if c.outcome is Outcome.NEEDS_WORK] == [mistake["fails"]]
    assert {c.outcome for c in checks.values()} <= {Outcome.NEEDS_WORK, Outcome.PASSED, Outcome.SKIPPED}
    failing = checks[mistake["fails"]]
    for said, written in ((failing.found, mistake["found"]), (failing.expected, mistake["expected"])):
        assert is_worded(said, written), f"{said!r} is not {written!r}"
    assert failing.hint and failing.book


@exercises
def test_no_message_contains_the_answer(exercise: Exercise) -> None:
    solution = read_solution(exercise.solution)
    given = "\n".join(cell.source for cell in starter_of(solution).cells)
    code = [cell.source for cell in solution.cells if cell.cell_type == "code"]
    lines = {line.strip().rstrip(",") for source in code for line in solution_code(source) if len(line.strip()) > 3}
    constants = [n.value for source in code for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)]
    literals = {
        f"{value:g}" if isinstance(value, float) else str(value) for value in constants
    }  # 1.0 is the 1 of a text
    calls = {ast.unparse(n) for source in code for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)}
    answers = [answer for answer in lines | literals | calls if answer not in given]
    assert answers
    for mistake in submissions(exercise)["mistake"]:
        said = f"{mistake['found']} {mistake['expected']}"
        found = [answer for answer in answers if re.search(rf"(?<![\w.]){re.escape(answer)}(?![\w.])", said)]
        assert not found, mistake["name"]


@pytest.mark.parametrize(("exercise", "correct"), bank("correct"))
def test_another_correct_solution_passes(exercise: Exercise, correct: dict[str, Any], warm: Warm) -> None:
    error, checks = judged(exercise, correct["edits"], warm)
    assert error is None
    assert {c.outcome for c in checks.values()} == {Outcome.PASSED}, checks


@exercises
def test_the_bank_is_large_enough(exercise: Exercise) -> None:
    assert len(submissions(exercise)["mistake"]) >= 3
    assert len(submissions(exercise)["correct"]) >= 2


@exercises
def test_hints_and_the_manifest_lead_into_the_book(exercise: Exercise, course: Course) -> None:
    exam = load_exam(exercise.chapter, exercise.slug)
    labels = {exercise.book, *(check.book for check in exam.checks)}
    assert all(course.page_of(label).endswith(f"#{label}") for label in labels)
    for check in exam.checks:
        assert len(check.hints) == 3 and all(check.hints)


def test_nothing_else_lies_in_the_exercise_folders() -> None:
    expected = {Path(f"{exercise.slug}.ipynb") for exercise in COURSE.exercises}
    for folder in (ROOT / "exercises", ROOT / "solutions"):
        assert {
            path.relative_to(folder) for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
        } == expected
