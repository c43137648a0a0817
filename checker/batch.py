"""Many notebooks in one command."""

import asyncio
from collections.abc import Generator, Sequence

from checker.grade import grade
from checker.result import ExerciseResult
from checker.run.isolation import Isolation
from checker.run.kernels import Kernels
from checker.submission import Submission


def grade_all(submissions: Sequence[Submission], seed: int, isolation: Isolation) -> Generator[ExerciseResult]:
    """Grade each; the results come in the order of the submissions."""
    for submission in submissions:
        yield asyncio.run(grade(submission, seed, Kernels(isolation)))
