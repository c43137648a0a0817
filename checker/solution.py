"""A solution, the source of an exercise: reads it, and makes the learner's notebook from it.

In a code cell of a solution

    ### solution
    space = {"max_depth": hp.randint("max_depth", 2, 9)}
    ### starter
    # space = ...
    ### end

becomes `space = ...` in the exercise: the lines between `starter` and `end` without their `# `.
Without a starter part the block becomes `...`. Everything else is copied as it is.
"""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from checker.runtime.quick_nbformat import NotebookNode, nbformat

SOLUTION, STARTER, END = "### solution", "### starter", "### end"


class MarkError(Exception):
    """A solution's marks do not pair; the message says in which code cell, counted from 1, and line."""


def starter_of(solution: NotebookNode) -> NotebookNode:
    """The exercise that a solution releases to. Raises MarkError. Deterministic; the solution is not changed."""
    notebook = deepcopy(solution)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell.source = "\n".join(_released(cell.source, number))
        cell.outputs = []
        cell.execution_count = None
    return notebook


def solution_code(source: str) -> list[str]:
    """The lines that a code cell's marks keep from the learner, but for empty ones."""
    kept, inside = [], False
    for line in source.splitlines():
        mark = line.strip()
        if mark in (SOLUTION, STARTER, END):
            inside = mark == SOLUTION
        elif inside:
            kept.append(line.rstrip())
    return [line for line in kept if line]


def _released(source: str, cell: int) -> Iterator[str]:
    part: str | None = None  # the mark that the current line stands under
    indent = ""
    stub: list[str] = []
    opened = 0
    for number, line in enumerate(source.splitlines(), 1):
        mark = line.strip()
        if mark == SOLUTION and part is None:
            part, opened, stub, indent = SOLUTION, number, [], line[: len(line) - len(line.lstrip())]
        elif mark == STARTER and part == SOLUTION:
            part, opened = STARTER, number
        elif mark == END and part is not None:
            yield from stub or [f"{indent}..."]
            part = None
        elif mark in (SOLUTION, STARTER, END):
            raise MarkError(
                f"cell {cell}, line {number}: `{mark}` stands where no such mark can; "
                "the order is solution, starter, end"
            )
        elif part == STARTER:
            if not mark.startswith("#"):
                raise MarkError(f"cell {cell}, line {number}: a starter line must begin with `# `, found `{mark}`")
            stub.append(indent + line.strip().removeprefix("#").removeprefix(" "))
        elif part is None:
            yield line
    if part is not None:
        raise MarkError(f"cell {cell}, line {opened}: `{part}` has no `{END}`")


def text_of(notebook: NotebookNode) -> str:
    """The notebook as the text of its file."""
    return str(nbformat.writes(notebook, version=4)) + "\n"


def read_solution(path: Path) -> NotebookNode:
    """A solution as it is in the repository."""
    return nbformat.read(path, as_version=4)
