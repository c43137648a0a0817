"""The one way through: submission, run, evidence, checks, result."""

import asyncio
import shlex
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic

import checker.runtime.quick_nbformat  # noqa: F401  (before nbclient imports nbformat)
from checker.checks.exam import Exam, judge, load_exam, unattempted
from checker.course import Exercise
from checker.evidence import Evidence, Question
from checker.faults import FaultKind, RunError
from checker.result import CheckResult, ExerciseResult, Outcome, overall
from checker.run.execute import run, warm_up_spark
from checker.run.isolation import Isolation, Level
from checker.run.kernels import Kernels, Ready, ready_kernel
from checker.run.machine import space_fault
from checker.run.store import load_mlflow
from checker.solution import read_solution, starter_of
from checker.submission import Submission
from checker.text import printable


async def grade(submission: Submission, seed: int, kernels: Kernels, ready: Ready | None = None) -> ExerciseResult:
    """Grade a submission with the data and parameters of a seed. Never raises for what is in it.

    `ready` is a kernel that waits for this exercise. A cancelled grading leaves nothing running.
    """
    began = monotonic()
    if submission.exercise is None or submission.fault is not None:
        result = _ungradable(submission)
    elif is_untouched(submission) and submission.exercise.starts_as is Outcome.NOT_ATTEMPTED:
        result = _result(submission, None, unattempted(load_exam(submission.exercise.slug)))
    else:
        result = await _run_and_judged(submission, seed, kernels, ready)
    return replace(result, seconds=round(monotonic() - began, 2))


def is_untouched(submission: Submission) -> bool:
    """Whether the code is still the starter's, so that there is nothing to run. Not known where no solution lies."""
    assert submission.exercise is not None
    try:
        starter = starter_of(read_solution(submission.exercise.solution))
    except OSError:
        return False
    return submission.code == [
        source for cell in starter.cells if cell.cell_type == "code" and (source := cell.source.strip())
    ]


async def run_and_judge(
    submission: Submission, seed: int, kernels: Kernels, ready: Ready | None = None
) -> tuple[Evidence, tuple[CheckResult, ...]]:
    """Run the submission and judge what it leaves behind. Raises OSError or RuntimeError if it cannot be run here."""
    exercise = submission.exercise
    assert exercise is not None

    def load() -> Exam:
        exam = load_exam(exercise.slug)
        if exercise.runs:
            load_mlflow()
        return exam

    exam = asyncio.create_task(asyncio.to_thread(load))
    asked = asyncio.create_task(_questions(exam, seed))
    try:
        evidence = await run(submission, asked, kernels, ready)
        return evidence, await asyncio.to_thread(judge, await exam, await asked, evidence)
    finally:
        await asyncio.gather(exam, asked, return_exceptions=True)


@asynccontextmanager
async def ready_for(exercise: Exercise, kernels: Kernels) -> AsyncIterator[Ready]:
    """A kernel that waits for a notebook of that exercise, for the `ready` of `grade`. Raises as `ready_kernel`.

    One of Spark's exercises finds its session running, as a notebook on Databricks does. What the grading will need
    of libraries is imported, too.
    """

    def import_all() -> None:
        load_exam(exercise.slug)
        if exercise.runs:
            load_mlflow()

    importing = asyncio.create_task(asyncio.to_thread(import_all))
    try:
        async with ready_kernel(exercise, kernels) as ready:
            if exercise.spark:
                await warm_up_spark(ready)
            await importing
            yield ready
    finally:
        await asyncio.gather(importing, return_exceptions=True)


async def _questions(exam: asyncio.Task[Exam], seed: int) -> Mapping[str, Question]:
    return await asyncio.to_thread((await exam).questions, seed)


async def _run_and_judged(submission: Submission, seed: int, kernels: Kernels, ready: Ready | None) -> ExerciseResult:
    try:
        evidence, checks = await run_and_judge(submission, seed, kernels, ready)
    except (OSError, RuntimeError) as fault:
        return _not_judged(submission, _of_the_machine(fault, kernels.isolation), fault)
    except Exception as fault:  # a mistake of the checker's own: the other exercises go on
        reason = printable(f"{type(fault).__name__}: {fault}", 300)
        report = f"The checker itself failed ({reason}): please report this with your notebook."
        return _not_judged(submission, report, fault)
    return _result(submission, evidence.error, checks)


def _ungradable(submission: Submission) -> ExerciseResult:
    return _result(submission, RunError(FaultKind.UNREADABLE, submission.fault or ""), ())


def _not_judged(submission: Submission, said: str, fault: Exception) -> ExerciseResult:
    trace = "".join(traceback.format_exception(fault))
    return _result(submission, RunError(FaultKind.MACHINE, said, traceback=trace), ())


def _result(submission: Submission, error: RunError | None, checks: tuple[CheckResult, ...]) -> ExerciseResult:
    return ExerciseResult(
        id=submission.exercise.slug if submission.exercise else "",
        notebook=submission.name,
        outcome=overall(error, checks),
        seconds=0.0,
        error=error,
        checks=checks,
        learner=submission.learner,
    )


def _of_the_machine(fault: Exception, isolation: Isolation) -> str:
    # A kernel that dies of a full disk gives no reason.
    reason = space_fault() or str(getattr(fault, "strerror", None) or fault)
    if isolation.level is Level.CONTAINER:
        return f"No kernel answered from behind `{shlex.join(isolation.command)}` ({reason}): try it with `python -V`."
    return f"The notebook could not be run on this machine ({reason}): `checker doctor` looks for the cause."
