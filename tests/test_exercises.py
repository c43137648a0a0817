"""What holds for every exercise: the gate has nothing to say, whatever kind of kernel its notebooks run in."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from checker.author.bank import SEED
from checker.author.check import check
from checker.author.gate.runs import fault_of
from checker.author.trials import Trial, trials_of
from checker.course import Exercise
from checker.grade import ready_for, run_and_judge
from checker.result import ExerciseResult, overall
from checker.run.isolation import Isolation, best_isolation
from checker.run.kernels import Kernels
from checker.run.warm import WarmProcess
from tests.conftest import COURSE, graded, submission_of

ISOLATION = best_isolation(())
Warm = Callable[[Isolation], WarmProcess | None]
Judge = Callable[[Trial, int], ExerciseResult]
exercises = pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda e: e.slug)
TRIALS = {exercise.slug: trials_of(COURSE, exercise) for exercise in COURSE.exercises}


@pytest.fixture(
    params=["forked", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("spare", "ordinary"))],
)
def judge(request: pytest.FixtureRequest, warm: Warm) -> Judge:
    """Runs a notebook and judges it, in the kernels of each kind: what is expected is the same.

    Forked: as for several notebooks in one command. Spare: made ready before, with Spark where it is needed, as for
    `checker watch`. Ordinary: as Jupyter starts one.
    """

    async def run(trial: Trial, seed: int) -> Any:
        kernels = Kernels(ISOLATION, None if request.param == "ordinary" else warm(ISOLATION))
        async with AsyncExitStack() as stack:
            ready = None
            if request.param == "spare":
                assert trial.submission.exercise is not None
                ready = await stack.enter_async_context(ready_for(trial.submission.exercise, kernels))
            return await run_and_judge(trial.submission, seed, kernels, ready)

    def judged(trial: Trial, seed: int) -> ExerciseResult:
        evidence, checks = asyncio.run(run(trial, seed))
        return ExerciseResult(trial.name, trial.name, overall(evidence.error, checks), 0, evidence.error, checks)

    return judged


def trials() -> Iterator[Any]:
    """Every trial; one of a bank is long unless it is the first mistake or correct variant, and always with Spark."""
    for exercise in COURSE.exercises:
        seen = set()
        for trial in TRIALS[exercise.slug]:
            kind = (trial.path, type(trial.expected))
            long = kind in seen or (exercise.spark and trial.line is not None)
            seen.add(kind)
            yield pytest.param(trial, id=f"{exercise.slug}:{trial.name}", marks=pytest.mark.long if long else ())


@exercises
def test_the_gate_has_nothing_to_say(exercise: Exercise) -> None:
    assert list(check(COURSE, [exercise], static=True, tell=print)) == []


@exercises
def test_the_manifest_says_which_exercises_start_spark(exercise: Exercise) -> None:
    code = "".join(submission_of(exercise.solution, exercise).code)
    assert exercise.spark == ("from checker.runtime import" in code)


@exercises
def test_the_starter_has_its_outcome(exercise: Exercise) -> None:
    assert graded(exercise.notebook, exercise, SEED, ISOLATION).outcome is exercise.starts_as


@pytest.mark.parametrize("trial", list(trials()))
def test_a_run_gives_what_it_must(trial: Trial, judge: Judge) -> None:
    assert fault_of(trial, judge(trial, SEED)) is None


@pytest.mark.parametrize(
    "exercise",
    [pytest.param(e, id=e.slug, marks=pytest.mark.long if e.spark else ()) for e in COURSE.exercises],
)
def test_the_solution_passes_under_another_seed(exercise: Exercise, judge: Judge) -> None:
    [solution] = [trial for trial in TRIALS[exercise.slug] if trial.name == "solution"]
    assert fault_of(solution, judge(solution, 1)) is None
