"""Gives a learner a fresh exercise and keeps the old one."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from checker.course import Course, Exercise
from checker.solution import read_solution, starter_of, text_of


def reset(course: Course, exercise: Exercise) -> Path | None:
    """Put the starter in the place of the learner's notebook; the backup's path, None if there was nothing to keep.

    Raises OSError, before anything is lost, where the backup or the notebook cannot be written.
    """
    backup = None
    if exercise.notebook.exists():
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        backup = course.state / "backups" / f"{exercise.slug}-{stamp}.ipynb"
        backup.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(exercise.notebook, backup)
    exercise.notebook.parent.mkdir(parents=True, exist_ok=True)
    partial = exercise.notebook.with_suffix(".partial")
    partial.write_text(text_of(starter_of(read_solution(exercise.solution))), encoding="utf-8")
    os.replace(partial, exercise.notebook)
    return backup
