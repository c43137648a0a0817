"""What holds for every exercise: its release, its starter, its solution, its bank of mistakes."""

import ast
import asyncio
import re
import tomllib
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from checker.checks.exam import load_exam
from checker.course import Course, Exercise
from checker.faults import RunError
from checker.grade import is_untouched, ready_for, run_and_judge
from checker.result import CheckResult, Outcome
from checker.run.isolation import Isolation, best_isolation
from checker.run.kernels import Kernels
from checker.run.warm import WarmProcess
from checker.solution import read_solution, solution_code, starter_of, text_of
from tests.conftest import COURSE, ROOT, SEED, edited, graded, submission_of, submitted

ISOLATION = best_isolation(())
Warm = Callable[[Isolation], WarmProcess | None]
Judge = Callable[[NotebookNode, Exercise, int], tuple[RunError | None, dict[str, CheckResult]]]
exercises = pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda e: e.slug)


@pytest.fixture(
    params=["forked", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("spare", "ordinary"))],
)
def judge(request: pytest.FixtureRequest, warm: Warm) -> Judge:
    """Runs a notebook and judges it, in the kernels of each kind: what is expected is the same.

    Forked: as for several notebooks in one command. Spare: made ready before, with Spark where it is needed, as for
    `checker watch`. Ordinary: as Jupyter starts one.
    """

    async def run(notebook: NotebookNode, exercise: Exercise, seed: int) -> Any:
        kernels = Kernels(ISOLATION, None if request.param == "ordinary" else warm(ISOLATION))
        async with AsyncExitStack() as stack:
            ready = None
            if request.param == "spare":
                ready = await stack.enter_async_context(ready_for(exercise, kernels))
            return await run_and_judge(submitted(notebook, exercise), seed, kernels, ready)

    def judged(notebook: NotebookNode, exercise: Exercise, seed: int) -> Any:
        evidence, checks = asyncio.run(run(notebook, exercise, seed))
        return evidence.error, {check.id: check for check in checks}

    return judged


def case(exercise: Exercise, other: Any, name: Any, place: int) -> Any:
    """One run of an exercise; it is long unless it is the first of its kind, and always with Spark."""
    long = place > 0 or exercise.spark
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


def is_worded(said: str, written: str) -> bool:
    """Whether a message has the words of the bank. There `{}` stands for what is chance under any seed."""
    return re.fullmatch(r"\S+".join(map(re.escape, written.split("{}"))), said) is not None


@exercises
def test_the_exercise_is_what_the_solution_releases_to(exercise: Exercise) -> None:
    assert exercise.notebook.read_text(encoding="utf-8") == text_of(starter_of(read_solution(exercise.solution)))


@exercises
def test_the_manifest_says_which_exercises_start_spark(exercise: Exercise) -> None:
    code = "".join(submission_of(exercise.solution, exercise).code)
    assert exercise.spark == ("from checker.runtime import" in code)


@exercises
def test_the_manifest_says_whose_runs_are_read(exercise: Exercise) -> None:
    assert exercise.runs == load_exam(exercise.slug).wants_runs


@exercises
def test_the_starter_has_its_outcome(exercise: Exercise) -> None:
    assert graded(exercise.notebook, exercise, SEED, ISOLATION).outcome is exercise.starts_as


@exercises
def test_the_starter_runs_and_its_evidence_says_the_same(exercise: Exercise, judge: Judge) -> None:
    notebook = nbformat.read(exercise.notebook, as_version=4)
    assert is_untouched(submitted(notebook, exercise))
    error, checks = judge(notebook, exercise, SEED)
    assert error is None
    outcomes = {check.outcome for check in checks.values()}
    if exercise.starts_as is Outcome.NOT_ATTEMPTED:
        assert outcomes == {Outcome.NOT_ATTEMPTED}
    else:
        assert Outcome.NEEDS_WORK in outcomes


@exercises
def test_the_solution_passes(exercise: Exercise, judge: Judge) -> None:
    error, checks = judge(read_solution(exercise.solution), exercise, SEED)
    assert error is None
    assert {check.outcome for check in checks.values()} == {Outcome.PASSED}, checks


@pytest.mark.parametrize(("exercise", "seed"), [case(exercise, 1, "seed 1", 0) for exercise in COURSE.exercises])
def test_the_solution_passes_under_another_seed(exercise: Exercise, seed: int, judge: Judge) -> None:
    error, checks = judge(read_solution(exercise.solution), exercise, seed)
    assert error is None
    assert {check.outcome for check in checks.values()} == {Outcome.PASSED}, checks


@pytest.mark.parametrize(("exercise", "mistake"), bank("mistake"))
def test_a_mistake_fails_exactly_its_check(exercise: Exercise, mistake: dict[str, Any], judge: Judge) -> None:
    _, checks = judge(edited(read_solution(exercise.solution), mistake["edits"]), exercise, SEED)
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
def test_another_correct_solution_passes(exercise: Exercise, correct: dict[str, Any], judge: Judge) -> None:
    error, checks = judge(edited(read_solution(exercise.solution), correct["edits"]), exercise, SEED)
    assert error is None
    assert {c.outcome for c in checks.values()} == {Outcome.PASSED}, checks


@exercises
def test_the_bank_is_large_enough(exercise: Exercise) -> None:
    assert len(submissions(exercise)["mistake"]) >= 3
    assert len(submissions(exercise)["correct"]) >= 2


@exercises
def test_hints_and_the_manifest_lead_into_the_book(exercise: Exercise, course: Course) -> None:
    exam = load_exam(exercise.slug)
    labels = {exercise.book, *(check.book for check in exam.checks)}
    assert all(course.page_of(label).endswith(f"#{label}") for label in labels)
    for check in exam.checks:
        assert len(check.hints) == 3 and all(check.hints)
        by_hand = [hint for hint in check.hints if re.search(r"\bBook:|\b[Ss]ections? [A-Z]", hint)]
        assert not by_hand, "the label says where the book explains it"


def test_nothing_else_lies_in_the_exercise_folders() -> None:
    expected = {Path(f"{exercise.slug}.ipynb") for exercise in COURSE.exercises}
    for folder in (ROOT / "exercises", ROOT / "solutions"):
        assert {
            path.relative_to(folder) for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
        } == expected
