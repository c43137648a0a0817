"""The learner's progress, in `.checker/progress.json`.

    {"format_version": 1,
     "exercises": {"welcome": {"outcome": "needs_work", "failing": "lower_loss_is_better", "hints": 1, "help": {
         "title": "A better configuration has a smaller loss.", "hints": ["...", "...", "..."], "book": "hp-sign"}}}}

`failing` is the first check that needs work, `hints` how many of its hints have been shown, and `help` what
there is to show; an older file has no `help`. A file
that cannot be read counts as no progress; it is put aside before it is written over.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Literal

from checker.course import Course, Exercise
from checker.files import write_whole
from checker.result import ExerciseResult, Outcome
from checker.schema import FaultyData, read

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Help:
    """What helps with a failing check: its title, its hints, and the book's section as a label."""

    title: str
    hints: tuple[str, ...]
    book: str


@dataclass(frozen=True)
class Progress:
    """The last verdict on one exercise."""

    outcome: Outcome
    failing: str | None
    hints: int
    help: Help | None = None


@dataclass(frozen=True)
class _File:
    format_version: Literal[1]
    exercises: dict[str, Progress]


def load(course: Course) -> dict[str, Progress]:
    """The progress by slug; empty where there is none that can be read."""
    try:
        return _read(course)
    except (OSError, FaultyData):
        return {}


def unreadable(course: Course) -> str | None:
    """What is wrong with the file, a sentence for each fault; None where it can be read, or where there is none."""
    try:
        _read(course)
    except FileNotFoundError:
        pass
    except OSError as error:
        return f"{_file(course).name}: {error.strerror}."
    except FaultyData as faults:
        return str(faults)
    return None


def ahead(course: Course) -> Exercise | None:
    """The first exercise that is not known to pass."""
    known = load(course)
    return next(
        (e for e in course.exercises if e.slug not in known or known[e.slug].outcome is not Outcome.PASSED), None
    )


def record(course: Course, result: ExerciseResult) -> None:
    """Remember a verdict. Hints already shown for the same failing check stay shown. Raises OSError.

    Where nothing was judged, what was known before stands.
    """
    if result.outcome is Outcome.NOT_JUDGED:
        return
    failing = result.first_failing
    with _alone(course):
        progress = load(course)
        if failing is None:
            now = Progress(result.outcome, None, 0)
        else:
            before = progress.get(result.id)
            shown = before.hints if before and before.failing == failing.id else 1
            now = Progress(result.outcome, failing.id, shown, Help(failing.title, failing.hints, failing.book or ""))
        _save(course, progress | {result.id: now})


def next_hint(course: Course, slug: str) -> tuple[int, Help] | None:
    """The number of the next hint for the failing check of `slug`, from 1, remembered as shown; the last one stays.

    None where no check is known to fail. Raises OSError.
    """
    with _alone(course):
        progress = load(course)
        seen = progress.get(slug)
        if seen is None or seen.help is None:
            return None
        number = min(seen.hints + 1, len(seen.help.hints))
        _save(course, progress | {slug: replace(seen, hints=number)})
        return number, seen.help


def forget(course: Course, slug: str) -> None:
    """Drop the verdict on an exercise that was reset. Raises OSError."""
    with _alone(course):
        progress = load(course)
        if progress.pop(slug, None):
            _save(course, progress)


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """Nobody else changes the progress meanwhile: a terminal and a watcher would each write what it has read before."""
    course.state.mkdir(parents=True, exist_ok=True)
    with open(course.state / "progress.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(course: Course) -> dict[str, Progress]:
    file = _file(course)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise FaultyData([f"{file.name}: not JSON: {error}."]) from error
    return read(data, _File, file.name).exercises


def _save(course: Course, progress: Mapping[str, Progress]) -> None:
    file = _file(course)
    if unreadable(course) is not None:
        names = (f"progress.unreadable{f'-{number}' if number else ''}.json" for number in count())
        os.replace(file, next(path for name in names if not (path := file.with_name(name)).exists()))
    data = {"format_version": FORMAT_VERSION, "exercises": {slug: asdict(one) for slug, one in progress.items()}}
    write_whole(file, (json.dumps(data, indent=2) + "\n").encode())


def _file(course: Course) -> Path:
    return course.state / "progress.json"
