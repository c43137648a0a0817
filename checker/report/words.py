"""The words that the forms for people share."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from checker.course import Course, CourseError, Exercise
from checker.faults import RunError, in_words
from checker.result import Kept, Outcome, Report

if TYPE_CHECKING:
    from checker.progress import Help

WORDS = {
    Outcome.PASSED: "passed",
    Outcome.NEEDS_WORK: "needs work",
    Outcome.NOT_ATTEMPTED: "not attempted",
    Outcome.NOT_JUDGED: "not judged",
    Outcome.SKIPPED: "skipped",
}
MARKS = {
    Outcome.PASSED: "✓",
    Outcome.NEEDS_WORK: "✗",
    Outcome.NOT_ATTEMPTED: "·",
    Outcome.NOT_JUDGED: "!",
    Outcome.SKIPPED: "-",
}


def said(error: RunError) -> str:
    """`cell 4, line 2: NameError: name 'x' is not defined`, as far as it is known."""
    if error.cell is None:
        return in_words(error)
    if error.line is None:
        return f"cell {error.cell} {in_words(error)}"
    return f"cell {error.cell}, line {error.line}: {in_words(error)}"


def counts(report: Report) -> str:
    """`2 passed, 1 needs work`."""
    said = [(sum(e.outcome is outcome for e in report.exercises), word) for outcome, word in WORDS.items()]
    return ", ".join(f"{count} {word}" for count, word in said if count) or "nothing to grade"


def moment(kept: Kept) -> str:
    """When a kept verdict came about, on this machine's clock: `14:05`, or `2026-03-01 14:05` on another day."""
    then = datetime.fromisoformat(kept.graded).astimezone()
    return f"{then:%H:%M}" if then.date() == datetime.now().date() else f"{then:%Y-%m-%d %H:%M}"


def place_in_book(label: str, course: Course) -> str:
    """The page that explains it, or the bare label: an author's slip must not cost a learner the verdict."""
    try:
        return course.page_of(label)
    except CourseError:
        return label


def section_in_book(label: str, course: Course) -> str:
    """`hp functions, section The sign of the loss`, or the bare label."""
    try:
        section = course.section_of(label)
    except CourseError:
        return label
    return f"{section.chapter}, section {section.title}"


def hint(number: int, about: "Help", course: Course) -> str:
    """That hint of a failing check, and where the book explains it."""
    section, place = section_in_book(about.book, course), place_in_book(about.book, course)
    return (
        f"Hint {number} of {len(about.hints)}: {about.hints[number - 1]}\n"
        f"Book: {section}\n{place} (`checker book` opens it)"
    )


def fresh_again(exercise: Exercise, backup: Path | None) -> str:
    """What a reset has done."""
    said = f"{exercise.notebook.relative_to(exercise.root)} is fresh again."
    return said if backup is None else f"{said}\nYours is kept in {backup.relative_to(exercise.root)}"


def unsaved(error: OSError) -> str:
    """What to say of a verdict that could not be remembered."""
    return f"Your progress could not be saved ({error.strerror}); the verdict stands."
