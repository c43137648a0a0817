"""What a process that grades does with a submission; the batch sends it there, whichever executor the process is of."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.result import ExerciseResult
from checker.run.isolation import Isolation
from checker.submission import Submission

if TYPE_CHECKING:
    from checker.run.warm import WarmProcess

warm: "WarmProcess | None" = None
"""What this process forks its kernels from, where it has something."""


def grade_here(submission: Submission, seed: int, isolation: Isolation) -> ExerciseResult:
    """Grade a submission in this process, which grades no other meanwhile, and has a folder of its own to work in."""
    from checker.grade import grade  # slow, and whoever sends the submission does without
    from checker.run.kernels import Kernels

    exercise = submission.exercise
    if exercise is not None and not exercise.root.is_dir():  # the course lies on another machine
        submission = replace(submission, exercise=replace(exercise, root=Path.cwd()))
    return asyncio.run(grade(submission, seed, Kernels(isolation, warm)))
