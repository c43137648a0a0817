"""The questions of a chapter's quiz, from a TOML file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from checker.book.entries import Day, Id, Version, both_or_none, one_of, read_entries
from checker.schema import Text

Letter = Literal["A", "B", "C", "D", "E"]


@dataclass(frozen=True)
class Choice:
    """One answer to choose, in Markdown, and why it is right or wrong."""

    letter: str
    text: str
    why: str


@dataclass(frozen=True)
class Question:
    """One question. `key` is the letter that is right today, `exam_key` the one that the exam expects.

    It rests on a `proof`, Python that the tests execute, or on a `source`, last read on `read` (YYYY-MM-DD).
    """

    id: str
    text: str
    choices: tuple[Choice, ...]
    key: str
    exam_key: str
    objective: str
    section: str
    proof: str | None
    source: str | None
    read: str | None


class _ByLetter(Struct, frozen=True):
    A: Text
    B: Text
    C: Text
    D: Text | None = None
    E: Text | None = None

    def given(self) -> dict[str, str]:
        return {letter: text for letter, text in structs.asdict(self).items() if text is not None}


class _Entry(Struct, frozen=True):
    id: Id
    text: Text
    choices: _ByLetter
    why: _ByLetter
    key: Letter
    objective: Annotated[str, Meta(pattern=r"^(Associate|Professional): .", description="EXAM: OBJECTIVE")]
    section: Text
    exam_key: Letter | None = None
    proof: Annotated[str, Meta(pattern="assert ", description="Python that asserts something")] | None = None
    source: Text | None = None
    read: Day | None = None

    def __post_init__(self) -> None:
        letters = self.choices.given().keys()
        if letters != self.why.given().keys() or not {self.key, self.exam_key or self.key} <= letters:
            raise ValueError("the choices, their whys and the keys do not name the same letters")
        one_of(self, "proof", "source")
        both_or_none(self, "source", "read")


class _File(Struct):
    format_version: Version
    question: Annotated[tuple[_Entry, ...], Meta(min_length=8, description="eight questions or more")]


def load_questions(path: Path) -> tuple[Question, ...]:
    """The questions in the order of the file. Raises ValueError that says where the file is wrong."""
    return tuple(map(_question, read_entries(path, _File).question))


def _question(entry: _Entry) -> Question:
    why = entry.why.given()
    choices = tuple(Choice(letter, text, why[letter]) for letter, text in entry.choices.given().items())
    facts = structs.asdict(entry) | {"choices": choices, "exam_key": entry.exam_key or entry.key}
    del facts["why"]
    return Question(**facts)
