"""`checker author check`: the gate, one sentence for each fault."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing

from checker.author.bank import bank_file
from checker.author.gate import exam as exams
from checker.author.gate import notebook as notebooks
from checker.author.gate.bank import faults_of_bank
from checker.author.gate.course import fault_of_runs, faults_of_entry, faults_of_folders
from checker.author.gate.runs import fault_of
from checker.author.gate.words import FaultError
from checker.author.trials import run_all, trials_of
from checker.book.objectives import load_objectives
from checker.course import Course, Exercise
from checker.sections import sections_of


def check(course: Course, exercises: Sequence[Exercise], static: bool, tell: Callable[[str], None]) -> Iterator[str]:
    """The faults of the folders and of these exercises, each as soon as it is found.

    An exercise is run only where nothing else is wrong with it, and not at all with `static`; `tell` is told of each
    run before it begins.
    """
    yield from faults_of_folders(course)
    book = course.root / "book"
    labels = sections_of(book)
    try:
        objectives = [objective.name for objective in load_objectives(book / "objectives.toml")]
    except ValueError as unreadable:
        yield from str(unreadable).splitlines()
        return
    sound = []
    for exercise in exercises:
        faults = [*faults_of_entry(course, exercise, labels, objectives), *_faults_of_files(course, exercise, labels)]
        yield from faults
        if not faults:
            sound.append(exercise)
    if not static:
        yield from _faults_of_runs(course, sound, tell)


def _faults_of_files(course: Course, exercise: Exercise, labels: Collection[str]) -> Iterator[str]:
    """Of the exam, the notebooks and the bank, where they are there."""
    checks = None
    if exams.exam_file(exercise).is_file():
        yield from exams.faults_of_source(exercise)
        try:
            exam = exams.load(exercise)
        except FaultError as fault:
            yield str(fault)
        else:
            checks = [check.id for check in exam.checks]
            yield from exams.faults_of_exam(exercise, exam, labels)
            yield from fault_of_runs(course, exercise, exam.wants_runs)
    if exercise.solution.is_file():
        try:
            solution, starter = notebooks.load(exercise)
        except FaultError as fault:
            yield str(fault)
        else:
            yield from notebooks.faults_of_notebooks(exercise, solution, starter)
            if bank_file(exercise).is_file():
                yield from faults_of_bank(exercise, solution, starter, checks)


def _faults_of_runs(course: Course, exercises: Sequence[Exercise], tell: Callable[[str], None]) -> Iterator[str]:
    trials = [(exercise.slug, trial) for exercise in exercises for trial in trials_of(course, exercise)]
    with closing(run_all([trial for _, trial in trials], course)) as results:
        for number, (slug, trial) in enumerate(trials, 1):
            tell(f"{number} of {len(trials)}: {slug}, {trial.name}")
            fault = fault_of(trial, next(results))
            if fault is not None:
                yield fault
