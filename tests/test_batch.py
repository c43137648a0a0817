"""A batch: results in the order of the submissions whatever runs them, and nothing of a grading is left."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from checker.batch import grade_all
from checker.course import Course, Exercise
from checker.executors.calls import GraderLostError
from checker.executors.local import LocalExecutor
from checker.faults import FaultKind, RunError
from checker.grade import grade
from checker.result import ExerciseResult, Outcome
from checker.run.kernels import Kernels
from checker.run.processes import descendants
from checker.solution import read_solution, starter_of
from checker.submission import Submission
from tests.conftest import PROCESS, SEED, submitted

END_THE_GRADER = """
import os, signal
import psutil
family = [each for each in psutil.Process().parents() if "checker.executors.process" in each.cmdline()]
os.kill(family[1].pid, signal.SIGKILL)  # the kernel's parent is what the grader forked, and the grader is the next
"""


def submissions(exercise: Exercise, last_cells: Sequence[str]) -> list[Submission]:
    """The solution with each of these cells at its end, as a submission of its own."""
    found = []
    for number, cell in enumerate(last_cells):
        notebook = read_solution(exercise.solution)
        notebook.cells.append(nbformat.v4.new_code_cell(cell, id="last"))
        found.append(replace(submitted(notebook, exercise), name=f"{number}.ipynb"))
    return found


class Answers(Executor):
    """Answers each call from a list: a result, or an exception to be raised."""

    def __init__(self, answers: Sequence[object]) -> None:
        self._answers = list(answers)
        self.graded: list[str] = []
        self.ended: list[bool] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        answer = self._answers[len(self.graded)]
        self.graded.append(args[0].name)
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.ended.append(cancel_futures)


def passed(name: str, exercise: Exercise) -> ExerciseResult:
    return ExerciseResult(exercise.slug, name, Outcome.PASSED, 1.0, None, ())


def test_what_cannot_be_graded_is_answered_without_a_grader_and_in_its_place(welcome: Exercise) -> None:
    first, last = submissions(welcome, ["1", "2"])
    unreadable = Submission("empty.ipynb", learner="anna", fault="empty.ipynb is empty.")
    executor = Answers([passed(first.name, welcome), passed(last.name, welcome)])
    results = list(grade_all([first, unreadable, last], executor, SEED, PROCESS))
    assert [result.notebook for result in results] == ["0.ipynb", "empty.ipynb", "1.ipynb"]
    assert executor.graded == ["0.ipynb", "1.ipynb"]
    fault = RunError(FaultKind.UNREADABLE, "empty.ipynb is empty.")
    assert results[1] == ExerciseResult("", "empty.ipynb", Outcome.NOT_JUDGED, 0.0, fault, (), learner="anna")


def test_whose_grader_is_lost_is_not_judged_and_the_others_are(welcome: Exercise) -> None:
    handed_in = submissions(welcome, ["1", "2"])
    executor = Answers([GraderLostError(), passed("1.ipynb", welcome)])
    lost, other = grade_all(handed_in, executor, SEED, PROCESS)
    said = "The process that graded it ended before the verdict: grade it once more."
    assert lost == ExerciseResult(
        "welcome", "0.ipynb", Outcome.NOT_JUDGED, 0.0, RunError(FaultKind.MACHINE, said), checks=()
    )
    assert other.outcome is Outcome.PASSED


@pytest.mark.parametrize("wanted", [1, 2])
def test_the_executor_is_ended_with_the_batch_and_by_who_stops_before(welcome: Exercise, wanted: int) -> None:
    handed_in = submissions(welcome, ["1", "2"])
    executor = Answers([passed(each.name, welcome) for each in handed_in])
    with closing(grade_all(handed_in, executor, SEED, PROCESS)) as results:
        for _ in range(wanted):
            next(results)
    assert executor.ended == [True]


def without_time(results: Sequence[ExerciseResult]) -> list[ExerciseResult]:
    return [replace(result, seconds=0) for result in results]


def test_two_graders_say_what_one_says_in_the_order_of_the_submissions(welcome: Exercise) -> None:
    slow, wrong = "import time; time.sleep(3)", "objective = lambda params, X, y: 1.0"
    handed_in = submissions(welcome, [slow, wrong, "1 / 0", "1"])
    side_by_side = list(grade_all(handed_in, LocalExecutor(2, forks=True), SEED, PROCESS))
    here = [asyncio.run(grade(each, SEED, Kernels(PROCESS))) for each in handed_in]
    assert without_time(side_by_side) == without_time(here)
    outcomes = [result.outcome for result in side_by_side]
    assert outcomes == [Outcome.PASSED, Outcome.NEEDS_WORK, Outcome.NEEDS_WORK, Outcome.PASSED]


@pytest.mark.long
def test_where_a_notebook_ends_its_grader_the_others_are_graded(welcome: Exercise) -> None:
    before = set(descendants())
    handed_in = submissions(welcome, [END_THE_GRADER, "1", "2", "3"])
    lost, *others = grade_all(handed_in, LocalExecutor(2, forks=True), SEED, PROCESS)
    assert lost.outcome is Outcome.NOT_JUDGED
    assert [result.outcome for result in others] == [Outcome.PASSED] * 3
    assert set(descendants()) <= before


@pytest.mark.long
def test_who_stops_after_the_first_verdict_leaves_nothing_running(welcome: Exercise) -> None:
    before = set(descendants())
    handed_in = submissions(welcome, ["1", *["import time; time.sleep(60)"] * 3])
    with closing(grade_all(handed_in, LocalExecutor(2, forks=True), SEED, PROCESS)) as verdicts:
        assert next(verdicts).outcome is Outcome.PASSED
    assert set(descendants()) <= before


def commands(processes: Sequence[psutil.Process]) -> list[str]:
    found = []
    for process in processes:
        with suppress(psutil.Error):
            found.append(" ".join(process.cmdline()))
    return found


@pytest.mark.parametrize("moment", ["running", pytest.param("starting", marks=pytest.mark.long)])
def test_ctrl_c_ends_both_graders_and_their_kernels(folder: Path, welcome: Exercise, moment: str) -> None:
    notebook = read_solution(welcome.solution)
    notebook.cells.append(nbformat.v4.new_code_cell("import time; time.sleep(60)", id="l"))
    for number in range(4):
        nbformat.write(notebook, folder / f"{number}.ipynb")
    command = [sys.executable, "-m", "checker.cli", "grade", *map(str, sorted(folder.glob("?.ipynb")))]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def family() -> list[psutil.Process]:
        return psutil.Process(process.pid).children(recursive=True)

    def is_the_moment() -> bool:
        wanted = {"starting": 2, "running": 6}[moment]  # two graders, what each has forked, and a kernel of each
        return sum("checker.executors.process" in line for line in commands(family())) == wanted

    deadline = time.monotonic() + 60
    while not is_the_moment():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running = family()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stderr.strip() == "Stopped. Your files are as you left them."
    assert not psutil.wait_procs(running, timeout=5)[1]


SEARCH = r"""
import re
own = "of-my-own"
found = {name: False for name in ("of-my-o[w]n", "of-another-learne[r]", "of-the-use[r]")}
for line in open("/proc/self/maps"):
    first, last = (int(number, 16) for number in line.split()[0].split("-"))
    if line.split()[1].startswith("rw"):
        with open("/proc/self/mem", "rb") as memory:
            memory.seek(first)
            content = memory.read(last - first)
        found |= {name: True for name in found if re.search(name.encode(), content)}
assert list(found.values()) == [True, False, False], found
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_a_kernel_finds_nothing_of_what_its_grader_knows_in_its_memory(
    welcome: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "of-the-user")
    handed_in = submissions(welcome, ["name = 'of-another-learner'", SEARCH])
    results = list(grade_all(handed_in, LocalExecutor(1, forks=True), SEED, PROCESS))
    assert [(result.outcome, result.error) for result in results] == [(Outcome.PASSED, None)] * 2


@pytest.mark.long
def test_a_grader_needs_nothing_of_the_courses_folder_and_makes_none(course: Course, tmp_path: Path) -> None:
    handed_in = []
    for slug in ("hp-functions/objective", "spark-trials/by-hand"):
        exercise = course.find(slug)
        assert exercise is not None
        handed_in.append(submitted(starter_of(read_solution(exercise.solution)), exercise))
        handed_in.append(submitted(read_solution(exercise.solution), exercise))
    elsewhere = [
        replace(each, exercise=replace(each.exercise, root=tmp_path / "course")) for each in handed_in if each.exercise
    ]
    here, there = (
        without_time(list(grade_all(each, LocalExecutor(2, forks=True), SEED, PROCESS)))
        for each in (handed_in, elsewhere)
    )
    assert there == here
    assert [result.outcome for result in there] == [Outcome.NOT_ATTEMPTED, Outcome.PASSED] * 2
    assert not list(tmp_path.iterdir())
