"""Several notebooks in one command: two graders side by side say what one says, and nothing of them is left."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest

from checker.batch import grade_all
from checker.collect import Target
from checker.course import Exercise
from checker.grade import grade_async
from checker.result import Outcome
from checker.run.isolation import Isolation
from checker.run.processes import descendants
from checker.run.warm import WarmProcess
from checker.solution import read_solution
from tests.conftest import PROCESS, SEED

Warm = Callable[[Isolation], WarmProcess | None]

END_THE_GRADER = """
import os, signal
import psutil
family = [each for each in psutil.Process().parents() if "checker.runtime.kernel.fork" in each.cmdline()]
os.kill(family[1].pid, signal.SIGKILL)  # the kernel's parent is the grader's twin, and the grader is the next
"""


def targets(folder: Path, exercise: Exercise, last_cells: list[str]) -> list[Target]:
    """The solution with each of these cells at its end, as a submission of its own."""
    found = []
    for number, cell in enumerate(last_cells):
        notebook = read_solution(exercise.solution)
        notebook.cells.append(nbformat.v4.new_code_cell(cell, id="last"))
        path = folder / f"{number}.ipynb"
        nbformat.write(notebook, path)
        found.append(Target(path, exercise))
    return found


def test_two_graders_say_what_one_says_in_the_order_of_the_notebooks(
    tmp_path: Path, welcome: Exercise, warm: Warm
) -> None:
    slow, wrong = "import time; time.sleep(3)", "objective = lambda params, X, y: 1.0"
    handed_in = targets(tmp_path, welcome, [slow, wrong, "1 / 0", "1"])
    side_by_side = list(grade_all(handed_in, SEED, PROCESS))
    alone = [asyncio.run(grade_async(target.path, welcome, SEED, PROCESS, warm(PROCESS))) for target in handed_in]
    assert [replace(result, seconds=0) for result in side_by_side] == [replace(result, seconds=0) for result in alone]
    outcomes = [result.outcome for result in side_by_side]
    assert outcomes == [Outcome.PASSED, Outcome.NEEDS_WORK, Outcome.NEEDS_WORK, Outcome.PASSED]


@pytest.mark.long
def test_where_a_notebook_ends_its_grader_the_others_are_graded(tmp_path: Path, welcome: Exercise) -> None:
    before = set(descendants())
    lost, *others = grade_all(targets(tmp_path, welcome, [END_THE_GRADER, "1", "2", "3"]), SEED, PROCESS)
    assert lost.outcome is Outcome.NOT_JUDGED
    assert lost.error is not None
    assert lost.error.message == "The process that graded it ended before the verdict: grade it once more."
    assert [result.outcome for result in others] == [Outcome.PASSED] * 3
    assert set(descendants()) <= before


@pytest.mark.long
def test_who_stops_after_the_first_verdict_leaves_nothing_running(tmp_path: Path, welcome: Exercise) -> None:
    before = set(descendants())
    handed_in = targets(tmp_path, welcome, ["1", *["import time; time.sleep(60)"] * 3])
    with closing(grade_all(handed_in, SEED, PROCESS)) as verdicts:
        assert next(verdicts).outcome is Outcome.PASSED
    assert set(descendants()) <= before


def is_forked(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "checker.runtime.kernel.fork" in process.cmdline()
    return False


@pytest.mark.parametrize("moment", ["running", pytest.param("starting", marks=pytest.mark.long)])
def test_ctrl_c_ends_both_graders_and_their_kernels(folder: Path, welcome: Exercise, moment: str) -> None:
    targets(folder, welcome, ["import time; time.sleep(60)"] * 4)
    command = [sys.executable, "-m", "checker.cli", "grade", *map(str, sorted(folder.glob("?.ipynb")))]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def family() -> list[psutil.Process]:
        return psutil.Process(process.pid).children(recursive=True)

    wanted = {"starting": 1, "running": 7}[moment]  # the warm process, two graders, two twins, two kernels
    deadline = time.monotonic() + 60
    while sum(map(is_forked, family())) < wanted:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running = family()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stderr.strip() == "Stopped. Your files are as you left them."
    assert not psutil.wait_procs(running, timeout=5)[1]
