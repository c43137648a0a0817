"""What the machine is to blame for is never the learner's, and no such verdict is kept."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.course import Exercise
from checker.grade import grade
from checker.result import ExerciseResult, Outcome
from checker.run import machine
from checker.run.kernels import Kernels
from checker.verdict_cache import keep, recall
from tests.conftest import PROCESS, SEED, problem, submission_of

Write = Callable[..., Path]


def judged(path: Path, exercise: Exercise) -> ExerciseResult:
    """The verdict, which must not be kept."""
    submission = submission_of(path, exercise)
    result = asyncio.run(grade(submission, SEED, Kernels(PROCESS)))
    keep(submission, PROCESS, SEED, result)
    assert recall(submission, PROCESS) is None
    return result


def sentence(reason: str) -> str:
    return f"The notebook could not be run on this machine ({reason}): `checker doctor` looks for the cause."


def test_a_cell_that_fails_on_a_full_temporary_folder(
    write_welcome: Write, welcome: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 10**18)  # as if nothing were free
    result = judged(write_welcome(extra="raise OSError(28, 'No space left on device')"), welcome)
    assert result.outcome is Outcome.NOT_JUDGED
    assert problem(result) is not None
    assert "no space left in " in str(problem(result))


def test_a_kernel_that_the_machine_ended_for_want_of_memory(
    write_welcome: Write, welcome: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = iter(range(100))
    monkeypatch.setattr(machine, "kills_for_memory", lambda: next(kills))  # one more whenever somebody looks
    result = judged(write_welcome(extra="import os; os._exit(0)"), welcome)
    assert (result.outcome, problem(result)) == (
        Outcome.NOT_JUDGED,
        ("machine", sentence("it ran out of memory"), None, None),
    )


def test_an_answer_that_is_missing_for_want_of_memory(
    write_welcome: Write, welcome: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = iter(range(100))
    monkeypatch.setattr(machine, "kills_for_memory", lambda: next(kills))
    cell = "import os\ndef objective(params, X=X, y=y): os._exit(0)"
    result = judged(write_welcome(extra=cell), welcome)
    assert problem(result) == ("machine", sentence("it ran out of memory"), None, None)


def test_a_kernel_that_ended_by_itself_is_the_learners(write_welcome: Write, welcome: Exercise) -> None:
    result = asyncio.run(
        grade(submission_of(write_welcome(extra="import os; os._exit(0)"), welcome), SEED, Kernels(PROCESS))
    )
    assert result.outcome is Outcome.NEEDS_WORK
