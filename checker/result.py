"""The outcomes, and the result of a grading as plain frozen data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from checker.faults import FaultKind, RunError, is_learners


class Outcome(StrEnum):
    """What became of an exercise or of one check."""

    PASSED = "passed"
    NEEDS_WORK = "needs_work"
    NOT_ATTEMPTED = "not_attempted"
    NOT_JUDGED = "not_judged"  # the grader or the machine failed, never the learner
    SKIPPED = "skipped"  # checks only: what must hold first does not


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check; `found`, `expected`, `book` and the three `hints` are set where there is work to do.

    `fault` is set where no answer came, for a limit or for the kernel's end; `traceback` where the check itself failed.
    """

    id: str
    title: str
    outcome: Outcome
    found: str | None = None
    expected: str | None = None
    book: str | None = None
    hints: tuple[str, ...] = ()
    fault: FaultKind | None = None
    traceback: str = ""

    @property
    def hint(self) -> str | None:
        """The first hint, which goes with the verdict."""
        return self.hints[0] if self.hints else None


@dataclass(frozen=True)
class Kept:
    """When and with which seed a result came about that was kept since: `graded` as ISO 8601 with a time zone."""

    graded: str
    seed: int


@dataclass(frozen=True)
class ExerciseResult:
    """The outcome of one notebook; `kept` is None for one that was graded just now.

    `id` is the slug of its exercise, empty where that is not known; `notebook` and `learner` are the submission's.
    """

    id: str
    notebook: str
    outcome: Outcome
    seconds: float
    error: RunError | None
    checks: tuple[CheckResult, ...]
    kept: Kept | None = None
    learner: str = ""

    @property
    def tracebacks(self) -> tuple[str, ...]:
        """What the checker's own failures left behind."""
        found = [self.error.traceback if self.error else "", *(check.traceback for check in self.checks)]
        return tuple(trace for trace in found if trace)

    @property
    def first_failing(self) -> CheckResult | None:
        """The first check that needs work, in the order of the exercise."""
        return next((c for c in self.checks if c.outcome is Outcome.NEEDS_WORK), None)


@dataclass(frozen=True)
class Report:
    """All exercises of one grading, the seed of those graded now, and how far the notebooks were kept apart."""

    exercises: tuple[ExerciseResult, ...]
    seed: int
    isolation: str

    def seed_of(self, exercise: ExerciseResult) -> int:
        """The seed that replays one of its exercises: a kept result has its own."""
        return exercise.kept.seed if exercise.kept else self.seed

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 something needs work or is not attempted, 3 something was not judged."""
        outcomes = {exercise.outcome for exercise in self.exercises}
        if Outcome.NOT_JUDGED in outcomes:
            return 3
        return 0 if outcomes <= {Outcome.PASSED} else 1


def exercise_from(fields: Mapping[str, Any]) -> ExerciseResult:
    """The result of which `dataclasses.asdict` gave these fields. Raises FaultyData, which names every fault."""
    from checker.schema import read  # slow to import, and `checker --help` reads no result

    return read(fields, ExerciseResult, "the result")


def overall(error: RunError | None, checks: Iterable[CheckResult]) -> Outcome:
    """The outcome of an exercise: a run error is never a pass, and one unjudged check leaves the whole unjudged."""
    outcomes: Sequence[Outcome] = [check.outcome for check in checks]
    if Outcome.NOT_JUDGED in outcomes or (error is not None and not is_learners(error.kind)):
        return Outcome.NOT_JUDGED
    if error is not None:
        return Outcome.NEEDS_WORK
    if outcomes and all(outcome is Outcome.PASSED for outcome in outcomes):
        return Outcome.PASSED
    unreached = {Outcome.NOT_ATTEMPTED, Outcome.SKIPPED}
    if Outcome.NOT_ATTEMPTED in outcomes and set(outcomes) <= unreached:
        return Outcome.NOT_ATTEMPTED
    return Outcome.NEEDS_WORK
