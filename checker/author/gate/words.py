"""How the gate puts a fault into a sentence."""

from pathlib import Path

from checker.course import shown
from checker.schema import ended


class FaultError(Exception):
    """There is a fault, and without mending it nothing else can be looked at; the message is its sentence."""


def fault(path: Path, problem: str, line: int | None = None) -> str:
    """The sentence about a file, with the line where that is known."""
    place = shown(path) if line is None else f"{shown(path)}:{line}"
    return f"{place}: {ended(problem)}"


def line_with(text: str, path: Path) -> int | None:
    """The first line of the file that has the text in it, from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), None)
