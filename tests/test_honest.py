"""Honest notebooks of every habit pass: what is unusual is not punished."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checker.course import Exercise
from checker.limits import Limits
from checker.result import Outcome
from checker.run.isolation import Isolation, Level, sandbox_fault
from tests.conftest import COURSE, SEED, graded

LEVELS = [
    pytest.param(Isolation(Level.PROCESS), id="process"),
    pytest.param(
        Isolation(Level.SANDBOX),
        id="sandbox",
        marks=pytest.mark.skipif(sandbox_fault() is not None, reason=str(sandbox_fault())),
    ),
]

RETURN = '{"loss": -accuracy, "status": STATUS_OK}'
SCORE = "cross_val_score(tree, X, y, cv=3).mean()"

# A name for each habit: edits of the solution, and a last cell.
HABITS: dict[str, tuple[list[tuple[str, str]], str | None]] = {
    "warnings": ([], "import warnings\nwarnings.warn('mind the gap')\nwarnings.simplefilter('error')"),
    "logging": (
        [],
        "import logging, sys\nlogging.basicConfig(level=logging.DEBUG)\nlogging.error('to stderr')\n"
        "print('Traceback (most recent call last):', file=sys.stderr)",
    ),
    "numpy-errors": ([], "np.seterr(all='ignore')\nnp.float64(1) / 0\nnp.random.seed(1)"),
    "slow-module-beside-the-notebook": ([("accuracy = " + SCORE, "accuracy = mean_score(tree, X, y)")], None),
    "own-functions": (
        [("def objective", f"def score(tree, X, y):\n    return {SCORE}\n\ndef objective"),
         (f"accuracy = {SCORE}", "accuracy = score(tree, X, y)")],
        None,
    ),
    "another-order-of-arguments": ([("(params, X=X, y=y)", "(params, y=y, X=X, verbose=False)")], None),
    "extra-keys": ([(RETURN, RETURN[:-1] + ', "model": tree, "when": __import__("time").time(), "X": X}')], None),
    "float32": ([("-accuracy", "-np.float32(accuracy)")], None),
    "array-of-one-number": ([("-accuracy", "np.array(-accuracy)")], None),
    "threads-that-end": (
        [],
        "import threading\nthread = threading.Thread(target=objective, args=({'max_depth': 3},))\n"
        "thread.start()\nthread.join()",
    ),
    "a-thread-that-goes-on": (
        [],
        "import threading, time\ndef tick():\n    while True:\n        print('.', end='')\n        time.sleep(0.1)\n"
        "threading.Thread(target=tick, daemon=True).start()",
    ),
    "another-folder": ([], "import os, tempfile\nos.chdir(tempfile.mkdtemp())\nopen('notes.txt', 'w').write('mine')"),
    "magics": ([], "%matplotlib inline\n!echo hello\n%time objective({'max_depth': 2})\nfound = !ls"),
    "a-figure": ([], "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()"),
    "long-prints": ([], "for _ in range(3000):\n    print('x' * 100)"),
    "progress-bars": (
        [("show_progressbar=False", "show_progressbar=True")],
        "import time\nfrom tqdm.auto import tqdm\nfor _ in tqdm(range(300)):\n    time.sleep(0.001)",
    ),
    "parallel-cross-validation": ([("cv=3)", "cv=3, n_jobs=2)")], None),
    "a-child-process": ([], "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'], check=True)"),
    "an-empty-and-a-commented-cell": ([], "# nothing here any more"),
    "an-expected-error": ([], "try:\n    objective({})\nexcept KeyError as error:\n    print(error)"),
}  # fmt: skip

HELPERS = """
import time
time.sleep(2)
from sklearn.model_selection import cross_val_score

def mean_score(model, X, y):
    return cross_val_score(model, X, y, cv=3).mean()
"""

QUIET = [name for name, (edits, _) in HABITS.items() if not edits]


@pytest.fixture
def exercise() -> Exercise:
    return COURSE.exercises[0]


@pytest.mark.long
@pytest.mark.parametrize("isolation", LEVELS)
@pytest.mark.parametrize("habit", HABITS)
def test_an_honest_habit_passes(
    habit: str, isolation: Isolation, write_welcome: Callable[..., Path], exercise: Exercise
) -> None:
    edits, extra = HABITS[habit]
    if habit == "slow-module-beside-the-notebook":
        edits = [*edits, ("import numpy as np", "import numpy as np\nfrom helpers import mean_score")]
    path = write_welcome(edits, extra)
    (path.parent / "helpers.py").write_text(HELPERS)
    result = graded(path, exercise, SEED, isolation)
    assert (result.outcome, result.error) == (Outcome.PASSED, None), result.checks


@pytest.mark.parametrize("isolation", LEVELS)
def test_many_habits_in_one_notebook_pass(
    isolation: Isolation, write_welcome: Callable[..., Path], exercise: Exercise
) -> None:
    habits = [HABITS[name][1] or "" for name in QUIET]
    path = write_welcome([("cv=3)", "cv=3, n_jobs=2)")], "\n".join(habits))
    result = graded(path, exercise, SEED, isolation)
    assert (result.outcome, result.error) == (Outcome.PASSED, None), result.checks


@pytest.mark.long
def test_the_limits_leave_room_for_every_solution() -> None:
    """Half of the default limits is enough, so that a slower machine punishes nobody."""
    half = Limits(memory_mb=2000, processes=32, output_mb=5, disk_mb=250)
    for exercise in COURSE.exercises:
        result = graded(exercise.solution, replace(exercise, limits=half), SEED, Isolation(Level.PROCESS))
        assert result.outcome is Outcome.PASSED, result


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows what processes share")
@pytest.mark.parametrize("isolation", LEVELS)
def test_memory_that_children_share_counts_once(
    isolation: Isolation, write_welcome: Callable[..., Path], exercise: Exercise
) -> None:
    cell = """
import os, time
shared = b"x" * 300_000_000
for _ in range(6):
    if os.fork() == 0:
        time.sleep(3)
        os._exit(0)
time.sleep(2)
"""
    path = write_welcome(extra=cell)
    result = graded(path, replace(exercise, limits=Limits(memory_mb=1500)), SEED, isolation)
    assert (result.outcome, result.error) == (Outcome.PASSED, None), result.checks
