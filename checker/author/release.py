"""Writes exercises/ from solutions/."""

from pathlib import Path

from checker.course import Course
from checker.solution import read_solution, starter_of, text_of


def release(course: Course) -> list[Path]:
    """Write every exercise whose text differs from what its solution gives; the paths written."""
    written = []
    for exercise in course.exercises:
        text = text_of(starter_of(read_solution(exercise.solution)))
        target = exercise.notebook
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            written.append(target)
    return written
