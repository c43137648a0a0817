"""Many submissions in one command: each is graded by a process of an executor.

One process could not grade two at a time: a grading ends every process that came up meanwhile, so that none can hide.
"""

from collections.abc import Generator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future

from checker.faults import FaultKind, RunError
from checker.grader import grade_here
from checker.result import ExerciseResult, Outcome
from checker.run.isolation import Isolation
from checker.submission import Submission

_LOST = "The process that graded it ended before the verdict: grade it once more."


def grade_all(
    submissions: Sequence[Submission], executor: Executor, seed: int, isolation: Isolation
) -> Generator[ExerciseResult]:
    """Grade each submission; the results come in the order of the submissions, each as soon as it can.

    In the end the executor is shut down. Whoever stops before the last result closes the generator, which ends
    what runs.
    """
    try:
        gradings = [
            None if submission.exercise is None else executor.submit(grade_here, submission, seed, isolation)
            for submission in submissions
        ]
        for submission, grading in zip(submissions, gradings, strict=True):
            yield _result(submission, grading)
    finally:
        executor.shutdown(cancel_futures=True)


def _result(submission: Submission, grading: Future[ExerciseResult] | None) -> ExerciseResult:
    if grading is None:
        return _not_judged(submission, RunError(FaultKind.UNREADABLE, submission.fault or ""))
    try:
        return grading.result()
    except BrokenExecutor:
        return _not_judged(submission, RunError(FaultKind.MACHINE, _LOST))


def _not_judged(submission: Submission, error: RunError) -> ExerciseResult:
    slug = submission.exercise.slug if submission.exercise else ""
    return ExerciseResult(slug, submission.name, Outcome.NOT_JUDGED, 0.0, error, checks=(), learner=submission.learner)
