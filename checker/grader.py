"""What a process that grades does with a submission; the batch sends it there, whichever executor the process is of."""

import asyncio
import atexit
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

from checker.result import ExerciseResult
from checker.run.isolation import Isolation
from checker.submission import Submission

if TYPE_CHECKING:
    from checker.run.kernels import Kernels


def grade_here(submission: Submission, seed: int, isolation: Isolation, forks: bool) -> ExerciseResult:
    """Grade a submission in this process, which grades no other meanwhile.

    With `forks` its kernels are forked from a process that is kept for the next ones, too.
    """
    from checker.grade import grade  # slow, and whoever sends the submission does without

    return asyncio.run(grade(submission, seed, _kernels(isolation, forks)))


@cache
def _kernels(isolation: Isolation, forks: bool) -> "Kernels":
    from checker.run.kernels import Kernels
    from checker.run.warm import warm_process

    if not forks:
        return Kernels(isolation)
    kept = ExitStack()
    atexit.register(kept.close)
    warm = kept.enter_context(warm_process(isolation))
    if warm is not None:
        warm.start()  # its imports go on beside those of the grading
    return Kernels(isolation, warm)
