"""The learner's progress, in `.checker/progress.json`.

    {"format_version": 1,
     "exercises": {"welcome": {"outcome": "needs_work", "failing": "lower_loss_is_better", "hints": 1, "help": {
         "title": "A better configuration has a smaller loss.", "hints": ["...", "...", "..."], "book": "hp-sign"}}}}

`failing` is the first check that needs work, `hints` how many of its hints have been shown, and `help` what
there is to show; an older file has no `help`. A file
that cannot be read counts as no progress; it is put aside before it is written over.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from checker.course import Course, Exercise
from checker.result import ExerciseResult, Outcome

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


def load(course: Course) -> dict[str, Progress]:
    """The progress by slug; empty where there is none that can be read."""
    try:
        data = json.loads(_file(course).read_text(encoding="utf-8"))
        if data["format_version"] != FORMAT_VERSION:
            return {}
        return {
            str(slug): Progress(
                Outcome(entry["outcome"]), entry["failing"], int(entry["hints"]), _help(entry.get("help"))
            )
            for slug, entry in data["exercises"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def ahead(course: Course) -> Exercise | None:
    """The first exercise that is not known to pass."""
    known = load(course)
    return next(
        (e for e in course.exercises if e.slug not in known or known[e.slug].outcome is not Outcome.PASSED), None
    )


def record(course: Course, result: ExerciseResult) -> None:
    """Remember a verdict. Hints already shown for the same failing check stay shown. Raises OSError."""
    progress = load(course)
    failing = result.first_failing
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
    progress = load(course)
    seen = progress.get(slug)
    if seen is None or seen.help is None:
        return None
    number = min(seen.hints + 1, len(seen.help.hints))
    _save(course, progress | {slug: replace(seen, hints=number)})
    return number, seen.help


def forget(course: Course, slug: str) -> None:
    """Drop the verdict on an exercise that was reset. Raises OSError."""
    progress = load(course)
    if progress.pop(slug, None):
        _save(course, progress)


def _help(entry: dict[str, Any] | None) -> Help | None:
    return None if entry is None else Help(entry["title"], tuple(entry["hints"]), entry["book"])


def _save(course: Course, progress: Mapping[str, Progress]) -> None:
    file = _file(course)
    file.parent.mkdir(exist_ok=True)
    if file.exists() and not load(course):
        os.replace(file, file.with_suffix(".unreadable.json"))
    text = json.dumps(
        {"format_version": FORMAT_VERSION, "exercises": {s: asdict(p) for s, p in progress.items()}}, indent=2
    )
    partial = file.with_suffix(".partial")
    partial.write_text(text + "\n", encoding="utf-8")
    os.replace(partial, file)  # complete or not at all, even on a full disk


def _file(course: Course) -> Path:
    return course.state / "progress.json"
