"""The questions of a chapter's quiz, from a TOML file; `questions.schema.json` says what it holds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.book.data_file import read_data_file

SCHEMA = Path(__file__).with_name("questions.schema.json")


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


def load_questions(path: Path) -> tuple[Question, ...]:
    """The questions in the order of the file. Raises ValueError that says where the file is wrong."""
    document = read_data_file(path, SCHEMA)
    return tuple(_question(path, entry) for entry in document["question"])


def _question(path: Path, entry: dict[str, Any]) -> Question:
    choices, why = entry["choices"], entry["why"]
    exam_key = entry.get("exam_key", entry["key"])
    if choices.keys() != why.keys() or not {entry["key"], exam_key} <= choices.keys():
        raise ValueError(f"{path}: {entry['id']}: the choices, their whys and the keys do not name the same letters.")
    explained = tuple(Choice(letter, choices[letter], why[letter]) for letter in sorted(choices))
    evidence: dict[str, Any] = {name: entry.get(name) for name in ("proof", "source", "read")}
    facts = {name: entry[name] for name in ("id", "text", "key", "objective", "section")}
    return Question(choices=explained, exam_key=exam_key, **facts, **evidence)
