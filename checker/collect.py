"""Finds the notebooks that a command line names: slugs, files and folders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checker.course import Course, Exercise
from checker.limits import limits_from


class TargetError(Exception):
    """What was named cannot be graded; the message is one sentence for the user."""


@dataclass(frozen=True)
class Target:
    """A notebook file and the exercise that it is graded as."""

    path: Path
    exercise: Exercise


def find_targets(course: Course, names: Sequence[str]) -> tuple[list[Target], list[str]]:
    """The notebooks named, in the course's order, and a note for each notebook in a folder that is no exercise.

    Without names: all exercises. Raises TargetError.
    """
    targets: list[Target] = []
    notes: list[str] = []
    for name in names or [exercise.slug for exercise in course.exercises]:
        path = Path(name)
        exercise = course.find(name)
        if exercise is not None and not path.is_file():
            targets.append(_named(exercise))
        elif path.is_dir():
            found, others = _in_folder(course, path)
            targets += found
            notes += others
        elif path.exists():
            targets.append(Target(path, _exercise_of(course, path)))
        else:
            slugs = ", ".join(e.slug for e in course.exercises)
            raise TargetError(f"There is no file, folder or exercise named {name}; the exercises are {slugs}.")
    order = {exercise.slug: place for place, exercise in enumerate(course.exercises)}
    return sorted(targets, key=lambda target: order[target.exercise.slug]), notes


def with_limits(target: Target, limits: Sequence[str]) -> Target:
    """The target with the limits of `NAME=NUMBER` texts. Raises ValueError with a sentence for the user."""
    given = {name: number for name, _, number in (text.partition("=") for text in limits)}
    exercise = replace(target.exercise, limits=limits_from(given, target.exercise.limits))
    return replace(target, exercise=exercise)


def _named(exercise: Exercise) -> Target:
    if not exercise.notebook.is_file():
        raise TargetError(f"{exercise.notebook} is missing: `checker reset {exercise.slug}` brings it back.")
    return Target(_short(exercise.notebook), exercise)


def _short(path: Path) -> Path:
    """The path as the user would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _in_folder(course: Course, folder: Path) -> tuple[list[Target], list[str]]:
    targets, notes = [], []
    for path in sorted(folder.rglob("*.ipynb")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue  # Jupyter's checkpoints and other hidden copies
        if path.is_symlink():
            notes.append(f"Not graded, in {path.parent}: {path.name} is a link: hand in the notebook itself.")
            continue  # it could lead to another learner's work
        try:
            targets.append(Target(path, _exercise_of(course, path)))
        except TargetError as problem:
            notes.append(f"Not graded, in {path.parent}: {problem}")
    if not targets:
        raise TargetError(f"{folder} holds no exercise of this course.")
    return targets, notes


def _exercise_of(course: Course, path: Path) -> Exercise:
    """By the slug in the notebook's metadata, else by its place in exercises/ or solutions/."""
    from checker.notebook import NotebookError, read, slug_of  # nbformat is slow to import, and a slug needs no file

    problem = f"{path.name} is not an exercise of this course: it does not say which one it is."
    try:
        slug = slug_of(read(path))
    except NotebookError as error:
        slug, problem = None, str(error)
    if slug is not None:
        exercise = course.find(slug)
        if exercise is None:
            raise TargetError(f"{path.name} says that it is the exercise {slug}, which this course does not have.")
        return exercise
    for exercise in course.exercises:
        if path.resolve() in (exercise.notebook.resolve(), exercise.solution.resolve()):
            return exercise
    raise TargetError(problem)
