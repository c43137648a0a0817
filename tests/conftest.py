"""What many tests need: the course, its solutions, and a way to grade edited copies of them."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from checker.course import Course, Exercise, load_course
from checker.limits import Limits
from checker.run.isolation import Isolation, Level, sandbox_fault
from checker.run.warm import WarmProcess, warm_process
from checker.solution import read_solution, starter_of, text_of

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
SEED = 0
PROCESS = Isolation(Level.PROCESS)
SANDBOX = Isolation(Level.SANDBOX)

# A newcomer's machine may have no bubblewrap; in CI its absence is a failure, not a skip.
needs_sandbox = pytest.mark.skipif(
    sandbox_fault() is not None and "CI" not in os.environ, reason=f"no sandbox here: {sandbox_fault()}"
)


@pytest.fixture
def course() -> Course:
    return COURSE


@pytest.fixture(scope="session")
def warm() -> Iterator[Callable[[Isolation], WarmProcess | None]]:
    """The warm process for a level of isolation, one for all tests."""
    with ExitStack() as stack:
        processes = {isolation: stack.enter_context(warm_process(isolation)) for isolation in (PROCESS, SANDBOX)}
        yield processes.get


@pytest.fixture
def welcome() -> Exercise:
    """The welcome exercise with a short limit, so that endless cells end soon."""
    return replace(COURSE.exercises[0], limits=Limits(cell_seconds=10))


def edited(solution: NotebookNode, edits: Sequence[Sequence[str]]) -> NotebookNode:
    """The solution with each (old, new) pair replaced; `old` must stand in its code exactly once."""
    for old, new in edits:
        cells = [cell for cell in solution.cells if cell.cell_type == "code" and old in cell.source]
        assert len(cells) == 1 and cells[0].source.count(old) == 1, f"{old!r} must stand in the code exactly once"
        cells[0].source = cells[0].source.replace(old, new)
    return solution


@pytest.fixture
def write_welcome(tmp_path: Path) -> Callable[..., Path]:
    """Writes a variant of the welcome exercise's solution: `write_welcome(edits, extra="a last cell")`."""

    def write(edits: Sequence[Sequence[str]] = (), extra: str | None = None) -> Path:
        notebook = edited(read_solution(COURSE.exercises[0].solution), edits)
        if extra is not None:
            notebook.cells.append(nbformat.v4.new_code_cell(extra, id="extra"))
        path = tmp_path / "welcome.ipynb"
        nbformat.write(notebook, path)
        return path

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of its own: manifest, solutions, book pages and fresh exercises."""
    shutil.copy(ROOT / "course.toml", tmp_path)
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copytree(ROOT / "book", tmp_path / "book")
    for exercise in COURSE.exercises:
        target = tmp_path / "exercises" / f"{exercise.slug}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text_of(starter_of(read_solution(exercise.solution))))
    return tmp_path
