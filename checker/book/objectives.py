"""The exam guides' objectives that touch tuning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from checker.book.entries import ExamName, Version, read_entries
from checker.book.questions import Question
from checker.course import Exercise
from checker.schema import Text


@dataclass(frozen=True)
class Part:
    """A section of an exam guide; `weight` is its approximate share of the exam, in percent."""

    exam: ExamName
    name: Text
    weight: Annotated[int, Meta(ge=1, le=99, description="an integer from 1 to 99")]


@dataclass(frozen=True)
class Objective:
    """One objective of an exam guide.

    `sections` are labels of the book that teach it, besides those of its exercises and questions. What the
    book does not teach has none, and `not_here` says why, in Markdown.
    """

    part: Part
    text: str
    sections: tuple[str, ...] = ()
    not_here: str | None = None

    @property
    def name(self) -> str:
        """How exercises and questions name it."""
        return f"{self.part.exam}: {self.text}"


class _Entry(Struct, frozen=True):
    exam: ExamName
    part: Text
    text: Text
    sections: Annotated[tuple[Text, ...], Meta(min_length=1, description="a list of one or more")] | None = None
    not_here: Text | None = None

    def __post_init__(self) -> None:
        if self.sections and self.not_here:
            raise ValueError("expected sections or not_here, found both")


class _File(Struct):
    format_version: Version
    part: Annotated[tuple[Part, ...], Meta(min_length=1, description="one part or more")]
    objective: Annotated[tuple[_Entry, ...], Meta(min_length=1, description="one objective or more")]


def load_objectives(path: Path) -> tuple[Objective, ...]:
    """The objectives in the order of the file. Raises ValueError that says where the file is wrong."""
    file = read_entries(path, _File)
    parts = {(part.exam, part.name): part for part in file.part}
    objectives = []
    for entry in file.objective:
        part = parts.get((entry.exam, entry.part))
        if part is None:
            raise ValueError(f"{path}: {entry.text}: {entry.exam} has no part {entry.part!r}.")
        objectives.append(Objective(part, entry.text, entry.sections or (), entry.not_here))
    return tuple(objectives)


@dataclass(frozen=True)
class Coverage:
    """What the course has for one objective; `sections` are labels of the book, each once."""

    objective: Objective
    sections: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    questions: tuple[Question, ...]


def cover(
    objectives: Iterable[Objective], exercises: Sequence[Exercise], questions: Sequence[Question]
) -> tuple[Coverage, ...]:
    """For each objective its exercises and questions, and the sections that they and the objective itself name."""
    return tuple(_cover(objective, exercises, questions) for objective in objectives)


def _cover(objective: Objective, exercises: Sequence[Exercise], questions: Sequence[Question]) -> Coverage:
    practised = tuple(exercise for exercise in exercises if objective.name in exercise.objectives)
    asked = tuple(question for question in questions if question.objective == objective.name)
    named = [*objective.sections, *(one.book for one in practised), *(one.section for one in asked)]
    return Coverage(objective, tuple(dict.fromkeys(named)), practised, asked)
