"""The learner's progress, in `.checker/progress.json`.

    {"format_version": 1,
     "exercises": {"welcome": {"outcome": "needs_work", "failing": "lower_loss_is_better", "hints": 1}}}

`failing` is the first check that needs work, `hints` how many of its hints have been shown. A file
that cannot be read counts as no progress; it is put aside before it is written over.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from checker.course import Course
from checker.result import ExerciseResult, Outcome

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Progress:
    """The last verdict on one exercise."""

    outcome: Outcome
    failing: str | None
    hints: int


def load(course: Course) -> dict[str, Progress]:
    """The progress by slug; empty where there is none that can be read."""
    try:
        data = json.loads(_file(course).read_text(encoding="utf-8"))
        if data["format_version"] != FORMAT_VERSION:
            return {}
        return {
            str(slug): Progress(Outcome(entry["outcome"]), entry["failing"], int(entry["hints"]))
            for slug, entry in data["exercises"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def record(course: Course, result: ExerciseResult) -> None:
    """Remember a verdict. Hints already shown for the same failing check stay shown. Raises OSError."""
    progress = load(course)
    failing = result.first_failing.id if result.first_failing else None
    before = progress.get(result.id)
    hints = before.hints if before and failing and before.failing == failing else int(failing is not None)
    _save(course, progress | {result.id: Progress(result.outcome, failing, hints)})


def hint_shown(course: Course, slug: str, count: int) -> None:
    """Remember that `count` hints of the failing check of `slug` have been shown. Raises OSError."""
    progress = load(course)
    _save(course, progress | {slug: replace(progress[slug], hints=count)})


def forget(course: Course, slug: str) -> None:
    """Drop the verdict on an exercise that was reset. Raises OSError."""
    progress = load(course)
    if progress.pop(slug, None):
        _save(course, progress)


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
