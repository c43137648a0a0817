"""The bank of an exercise: wrong submissions with the check that each must fail, and right ones in other styles.

It lies in `tests/mistakes/`. Each entry is a list of edits of the solution's code, as pairs of old and new.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from nbformat import NotebookNode

from checker.course import Exercise, shown
from checker.schema import Text, read_toml

SEED = 0
"""What the words of the bank were said under."""

Edits = Annotated[tuple[tuple[str, str], ...], Meta(min_length=1, description="pairs of an old and a new text")]


class EditError(Exception):
    """An edit does not fit the solution; the message says which."""


class Mistake(Struct, frozen=True):
    """A misconception: `why` somebody would hold it, the id of the check that it `fails`, and its message."""

    name: Text
    why: Text
    edits: Edits
    fails: Text
    found: str
    expected: str


class Correct(Struct, frozen=True):
    """Another correct solution."""

    name: Text
    edits: Edits


class Bank(Struct, frozen=True):
    """Mistakes and correct variants of one exercise."""

    mistake: tuple[Mistake, ...] = ()
    correct: tuple[Correct, ...] = ()


def bank_file(exercise: Exercise) -> Path:
    """Where the bank of an exercise lies."""
    return exercise.root / "tests" / "mistakes" / f"{exercise.slug}.toml"


def read_bank(exercise: Exercise) -> Bank:
    """The bank of an exercise. Raises OSError, and FaultyData for what does not have its form."""
    file = bank_file(exercise)
    return read_toml(file.read_text(encoding="utf-8"), Bank, shown(file))


def edited(solution: NotebookNode, edits: Sequence[Sequence[str]]) -> NotebookNode:
    """The solution with each (old, new) pair replaced. Raises EditError unless `old` is in its code exactly once."""
    notebook = deepcopy(solution)
    for old, new in edits:
        found = [cell for cell in notebook.cells if cell.cell_type == "code" and old in cell.source]
        times = sum(cell.source.count(old) for cell in found)
        if times != 1:
            raise EditError(f"{old!r} stands {times} times in the code, expected once")
        found[0].source = found[0].source.replace(old, new)
    return notebook


def is_worded(said: str, written: str) -> bool:
    """Whether a message has the words of the bank. There `{}` stands for what is chance under any seed."""
    return re.fullmatch(r"\S+".join(map(re.escape, written.split("{}"))), said) is not None
