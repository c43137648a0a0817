"""`checker author release`: writes exercises/ from solutions/, and loses nobody's work."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from checker.author.gate.notebook import load
from checker.course import Course, Exercise
from checker.files import write_whole
from checker.schema import read
from checker.solution import text_of
from checker.study.reset import back_up


@dataclass(frozen=True)
class Written:
    """An exercise that was written anew, and the copy of what had been in its place where that was no release."""

    path: Path
    backup: Path | None


@dataclass(frozen=True)
class _Released:
    """`.checker/released.json`: by slug, the digest of the text that was released last."""

    format_version: Literal[1]
    digests: dict[str, str]


def release(course: Course, exercises: Sequence[Exercise]) -> list[Written]:
    """Write each exercise whose text differs from what its solution gives.

    Where the text in its place is not the one that was released there last, somebody has worked on it: it is copied
    to the backups first. Raises FaultError, before anything is written, and OSError.
    """
    texts = {exercise: text_of(load(exercise)[1]).encode() for exercise in exercises}
    released = dict(_load(course))
    written = []
    for exercise, text in texts.items():
        before = exercise.notebook.read_bytes() if exercise.notebook.exists() else None
        if before != text:
            is_work = before is not None and _digest(before) != released.get(exercise.slug)
            backup = back_up(course, exercise) if is_work else None
            write_whole(exercise.notebook, text)
            written.append(Written(exercise.notebook, backup))
        released[exercise.slug] = _digest(text)
    _save(course, released)
    return written


def _load(course: Course) -> Mapping[str, str]:
    """Empty where there is none that can be read: then everything counts as somebody's work."""
    try:
        return read(json.loads(_file(course).read_text(encoding="utf-8")), _Released, _file(course).name).digests
    except (OSError, ValueError):
        return {}


def _save(course: Course, digests: Mapping[str, str]) -> None:
    write_whole(_file(course), (json.dumps({"format_version": 1, "digests": digests}, indent=2) + "\n").encode())


def _file(course: Course) -> Path:
    return course.state / "released.json"


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
