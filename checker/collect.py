"""Finds the notebooks that a command line names, by slug, file or folder; each becomes a submission."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from checker.course import Course, Exercise, shown
from checker.limits import limits_from
from checker.submission import Submission, is_notebook, read_submission
from checker.text import escaped

MAX_DEPTH = 50
"""Folders in each other: what lies deeper is not looked for."""


class UnknownNameError(Exception):
    """Nothing has the name that was given; the message is one sentence for the user."""


def find_submissions(course: Course, names: Sequence[str], slug: str | None = None) -> list[Submission]:
    """What is named, in the course's order, and what cannot be graded at the end; without names all exercises.

    Each file that is named or found is among them. With `slug` all are graded as that exercise. Raises
    UnknownNameError.
    """
    found = [one for name in names or [e.slug for e in course.exercises] for one in _named(course, name, slug)]
    order = {exercise.slug: place for place, exercise in enumerate(course.exercises)}
    return sorted(found, key=lambda one: order[one.exercise.slug] if one.exercise else len(order))


def own_submission(course: Course, exercise: Exercise) -> Submission:
    """The learner's own notebook of an exercise."""
    return read_submission(exercise.notebook, course, slug=exercise.slug)


def is_own(submission: Submission) -> bool:
    """Whether it is the learner's own notebook of the course, whose verdicts are progress."""
    return submission.exercise is not None and submission.name == shown(submission.exercise.notebook)


def with_limits(submission: Submission, limits: Sequence[str]) -> Submission:
    """The submission with the limits of `NAME=NUMBER` texts. Raises ValueError with a sentence for the user."""
    if submission.exercise is None:
        return submission
    given = {name: number for name, _, number in (text.partition("=") for text in limits)}
    exercise = replace(submission.exercise, limits=limits_from(given, submission.exercise.limits))
    return replace(submission, exercise=exercise)


def _named(course: Course, name: str, slug: str | None) -> Iterator[Submission]:
    path = Path(name)
    exercise = course.find(name)
    if exercise is not None and not path.is_file():
        if not exercise.notebook.exists():
            raise UnknownNameError(
                f"{shown(exercise.notebook)} is missing: `checker reset {exercise.slug}` brings it back."
            )
        yield own_submission(course, exercise)
    elif path.is_dir():
        found = sorted(_in_folder(path, course, slug), key=lambda one: one.name)
        if not found:
            raise UnknownNameError(f"{shown(path)} holds no notebook.")
        yield from found
    elif os.path.lexists(path):
        yield read_submission(path, course, slug=slug)
    else:
        slugs = [one.slug for one in course.exercises]
        near = get_close_matches(name, slugs, 1) or [one for one in slugs if one.rpartition("/")[2] == name]
        meant = f"did you mean {near[0]}?" if near else f"the exercises are {', '.join(slugs)}."
        raise UnknownNameError(f"There is no file, folder or exercise named {shown(path)}; {meant}")


def _in_folder(folder: Path, course: Course, slug: str | None) -> Iterator[Submission]:
    """Every notebook below the folder, but for hidden ones; and every folder that cannot be looked into."""
    folders = [Path()]
    while folders:
        below = folders.pop()
        learner = escaped(below.parts[0]) if below.parts else ""
        try:
            if len(below.parts) > MAX_DEPTH:
                raise OSError(None, f"it lies more than {MAX_DEPTH} folders deep")
            with os.scandir(folder / below) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            fault = f"the folder {shown(folder / below)} could not be looked into ({error.strerror})."
            yield Submission(shown(folder / below), learner=learner, fault=fault)
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                folders.append(below / entry.name)
            elif is_notebook(entry.name):
                yield _found(folder / below / entry.name, course, learner, slug, entry.is_symlink())


def _found(path: Path, course: Course, learner: str, slug: str | None, is_link: bool) -> Submission:
    if is_link:  # it could lead to another learner's work
        return Submission(
            shown(path), learner=learner, fault=f"{escaped(path.name)} is a link: hand in the notebook itself."
        )
    return read_submission(path, course, learner, slug)
