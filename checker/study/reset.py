"""Gives a learner a fresh exercise and keeps the old one."""

import shutil
from datetime import datetime
from pathlib import Path

from checker.course import Course, Exercise
from checker.files import write_whole
from checker.solution import read_solution, starter_of, text_of


def reset(course: Course, exercise: Exercise) -> Path | None:
    """Put the starter in the place of the learner's notebook; the backup's path, None if there was nothing to keep.

    Raises OSError, before anything is lost, where the backup or the notebook cannot be written.
    """
    backup = back_up(course, exercise) if exercise.notebook.exists() else None
    write_whole(exercise.notebook, text_of(starter_of(read_solution(exercise.solution))).encode())
    return backup


def back_up(course: Course, exercise: Exercise) -> Path:
    """Copy what lies in the place of the exercise's notebook to a file of its own. Raises OSError."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    backup = course.state / "backups" / f"{exercise.slug}-{stamp}.ipynb"
    backup.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(exercise.notebook, backup)
    return backup
