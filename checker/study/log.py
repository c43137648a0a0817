"""The log of the last grading, in `.checker/last-grading.log`, for whoever looks for the cause of a verdict."""

import logging
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import metadata

from checker.course import Course
from checker.report.words import said
from checker.result import ExerciseResult


@contextmanager
def opened(course: Course, seed: int, isolation: str) -> Iterator[Callable[[ExerciseResult], None]]:
    """A new log; call what it gives with each result. Where none can be written, nothing is."""
    log = logging.Logger("checker.grading")
    with suppress(OSError):  # the verdict stands without it
        course.state.mkdir(exist_ok=True)
        handler = logging.FileHandler(course.state / "last-grading.log", mode="w", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        log.addHandler(handler)
    try:
        version = metadata.version("tuning-checker")
        log.info("checker %s, Python %s, seed %d, isolation %s", version, platform.python_version(), seed, isolation)
        yield lambda result: _note(log, result)
    finally:
        for each in log.handlers:
            each.close()


def _note(log: logging.Logger, result: ExerciseResult) -> None:
    kept = f", kept since {result.kept.graded} with seed {result.kept.seed}" if result.kept else ""
    log.info("%s %s: %s in %.2f s%s", result.id or "no exercise", result.notebook, result.outcome, result.seconds, kept)
    if result.error is not None:
        log.info("  %s: %s", result.error.kind, said(result.error))
    for check in result.checks:
        log.info("  %s: %s", check.id, check.outcome)
    for trace in result.tracebacks:
        log.info("%s", trace)
