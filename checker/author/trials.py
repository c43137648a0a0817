"""What an exercise must tell apart, each ready to be run: its starter, its solution, and every entry of its bank."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from checker.author.bank import SEED, Correct, EditError, Mistake, bank_file, edited, read_bank
from checker.author.gate.notebook import load
from checker.author.gate.words import FaultError, fault
from checker.batch import grade_all
from checker.course import Course, Exercise
from checker.executors.local import graders_for
from checker.result import ExerciseResult, Outcome
from checker.run.isolation import best_isolation
from checker.schema import line_of
from checker.submission import Cell, Submission, read_submission


@dataclass(frozen=True)
class Trial:
    """A notebook to run, what must come of it, and the place that says so; the line is that of a bank's entry."""

    name: str
    submission: Submission
    expected: Outcome | Mistake
    path: Path
    line: int | None = None


def trials_of(course: Course, exercise: Exercise) -> list[Trial]:
    """The starter, the solution, the mistakes and the other correct solutions, in this order.

    Raises FaultError or FaultyData where one of them cannot be made, and OSError.
    """
    solution, starter = load(exercise)
    # Run even though nothing has been written yet: what its kernel answers must say so, too.
    attempted = replace(exercise, starts_as=Outcome.NEEDS_WORK)
    beside = read_submission(exercise.solution, course, slug=exercise.slug)  # with its files
    untouched = replace(_with_cells(beside, starter, "starter"), exercise=attempted)
    trials = [
        Trial("starter", untouched, exercise.starts_as, exercise.notebook),
        Trial("solution", _with_cells(beside, solution, "solution"), Outcome.PASSED, exercise.solution),
    ]
    bank, file = read_bank(exercise), bank_file(exercise)
    text = file.read_text(encoding="utf-8")
    kinds: dict[str, Sequence[Mistake | Correct]] = {"mistake": bank.mistake, "correct": bank.correct}
    for kind, entries in kinds.items():
        for number, entry in enumerate(entries):
            line = line_of((kind, number), text)
            try:
                notebook = edited(solution, entry.edits)
            except EditError as problem:
                raise FaultError(fault(file, f"{entry.name}: {problem}", line)) from problem
            expected = entry if isinstance(entry, Mistake) else Outcome.PASSED
            trials.append(Trial(entry.name, _with_cells(beside, notebook, entry.name), expected, file, line))
    return trials


def run_all(trials: Sequence[Trial], course: Course) -> Generator[ExerciseResult]:
    """The results, under the seed of the bank's words. Whoever stops before the last one closes the generator."""
    submissions = [trial.submission for trial in trials]
    isolation = best_isolation([course.root])
    yield from grade_all(submissions, graders_for(len(submissions), isolation), SEED, isolation)


def _with_cells(submission: Submission, notebook: NotebookNode, name: str) -> Submission:
    cells = tuple(Cell(cell.cell_type, cell.source, tuple(cell.metadata.get("tags", ()))) for cell in notebook.cells)
    return replace(submission, name=name, cells=cells)
