"""The exam guides' objectives that touch tuning; `objectives.schema.json` says what the file holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.book.data_file import read_data_file
from checker.book.questions import Question
from checker.course import Exercise

SCHEMA = Path(__file__).with_name("objectives.schema.json")


@dataclass(frozen=True)
class Part:
    """A section of an exam guide; `weight` is its approximate share of the exam, in percent."""

    exam: str
    name: str
    weight: int


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


def load_objectives(path: Path) -> tuple[Objective, ...]:
    """The objectives in the order of the file. Raises ValueError that says where the file is wrong."""
    document = read_data_file(path, SCHEMA)
    parts = {(entry["exam"], entry["name"]): Part(**entry) for entry in document["part"]}
    objectives = []
    for entry in document["objective"]:
        part = parts.get((entry["exam"], entry["part"]))
        if part is None:
            raise ValueError(f"{path}: {entry['text']}: {entry['exam']} has no part {entry['part']!r}.")
        objectives.append(Objective(part, entry["text"], tuple(entry.get("sections", ())), entry.get("not_here")))
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
