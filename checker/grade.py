"""The one way through: notebook, run, evidence, checks, result."""

import asyncio
import shlex
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from time import monotonic

from nbformat import NotebookNode

from checker.checks.exam import Exam, judge, load_exam, unattempted
from checker.course import Exercise
from checker.evidence import Question
from checker.notebook import NotebookError, code_of, read
from checker.result import CheckResult, ExerciseResult, Outcome, RunError, overall
from checker.run.execute import Ready, ready_kernel, run
from checker.run.isolation import Isolation, Level
from checker.run.store import load_mlflow
from checker.run.warm import WarmProcess
from checker.solution import read_solution, starter_of
from checker.text import printable

_LEAST_FREE_BYTES = 10_000_000
"""Less than a kernel needs to start."""


def grade(
    path: Path, exercise: Exercise, seed: int, isolation: Isolation, warm: WarmProcess | None = None
) -> ExerciseResult:
    """`grade_async` for callers without an event loop."""
    return asyncio.run(grade_async(path, exercise, seed, isolation, warm))


async def grade_async(
    path: Path,
    exercise: Exercise,
    seed: int,
    isolation: Isolation,
    warm: WarmProcess | None = None,
    ready: Ready | None = None,
) -> ExerciseResult:
    """Grade the notebook in `path` as `exercise`. Never raises for what is in the file, nor changes it.

    With `warm` its kernel is forked from a process that has the libraries loaded; `ready` is one that waits for
    this exercise. A cancelled grading leaves nothing running.
    """
    started = monotonic()
    outcome, error, checks = await _verdict(path, exercise, seed, isolation, warm, ready)
    return ExerciseResult(
        id=exercise.slug,
        notebook=printable(str(path)),
        outcome=outcome,
        seconds=round(monotonic() - started, 2),
        error=error,
        checks=checks,
    )


async def _verdict(
    path: Path, exercise: Exercise, seed: int, isolation: Isolation, warm: WarmProcess | None, ready: Ready | None
) -> tuple[Outcome, RunError | None, tuple[CheckResult, ...]]:
    try:
        notebook = read(path)
    except NotebookError as problem:
        return Outcome.NEEDS_WORK, RunError(str(problem)), ()
    if exercise.starts_as is Outcome.NOT_ATTEMPTED and is_untouched(notebook, exercise):
        return Outcome.NOT_ATTEMPTED, None, unattempted(load_exam(exercise.chapter, exercise.slug))
    try:
        error, checks = await run_and_judge(notebook, path.parent, exercise, seed, isolation, warm, ready)
    except (OSError, RuntimeError) as fault:
        return Outcome.NOT_JUDGED, RunError(_machine(fault, isolation)), ()
    except Exception as fault:  # a mistake of the checker's own: the other exercises go on
        reason = printable(f"{type(fault).__name__}: {fault}", 300)
        report = f"The checker itself failed ({reason}): please report this with your notebook."
        return Outcome.NOT_JUDGED, RunError(report), ()
    return overall(error, checks), error, checks


def is_untouched(notebook: NotebookNode, exercise: Exercise) -> bool:
    """Whether the notebook's code is still the starter's, so that there is nothing to run."""
    return code_of(notebook) == code_of(starter_of(read_solution(exercise.solution)))


async def run_and_judge(
    notebook: NotebookNode,
    folder: Path,
    exercise: Exercise,
    seed: int,
    isolation: Isolation,
    warm: WarmProcess | None = None,
    ready: Ready | None = None,
) -> tuple[RunError | None, tuple[CheckResult, ...]]:
    """Run the notebook and judge what it leaves behind. Raises OSError or RuntimeError if it cannot be run here."""

    @cache
    def exam_and_questions() -> tuple[Exam, Mapping[str, Question]]:
        exam = load_exam(exercise.chapter, exercise.slug)
        return exam, exam.questions(seed)

    store = _store_cache(exercise)
    evidence = await run(
        notebook, folder, lambda: exam_and_questions()[1], exercise.limits, isolation, store, warm, ready
    )
    return evidence.error, await asyncio.to_thread(judge, *exam_and_questions(), evidence)


@asynccontextmanager
async def ready_for(exercise: Exercise, isolation: Isolation, warm: WarmProcess | None) -> AsyncIterator[Ready]:
    """A kernel that waits for a notebook of that exercise, for the `ready` of `grade_async`. Raises as `ready_kernel`.

    One of Spark's exercises finds its session running, as a notebook on Databricks does. What the grading will need
    of libraries is imported, too.
    """

    def import_all() -> None:
        load_exam(exercise.chapter, exercise.slug)
        if exercise.runs:
            load_mlflow()

    importing = asyncio.create_task(asyncio.to_thread(import_all))
    store = _store_cache(exercise)
    async with ready_kernel(exercise.limits, isolation, store, warm, with_spark=exercise.spark) as ready:
        await importing
        yield ready


def _store_cache(exercise: Exercise) -> Path | None:
    """Where the empty MLflow store is kept, if the exercise needs one."""
    return exercise.cache if exercise.runs else None


def _machine(fault: Exception, isolation: Isolation) -> str:
    reason = str(getattr(fault, "strerror", None) or fault)
    with suppress(OSError):  # where there is no temporary folder at all, the fault says so
        if shutil.disk_usage(tempfile.gettempdir()).free < _LEAST_FREE_BYTES:
            reason = f"no space left in {tempfile.gettempdir()}"  # a kernel that dies of it gives no reason
    if isolation.level is Level.CONTAINER:
        return f"No kernel answered from behind `{shlex.join(isolation.command)}` ({reason}): try it with `python -V`."
    return f"The notebook could not be run on this machine ({reason}): `checker doctor` looks for the cause."
