"""What many tests need: the course, its solutions, and a way to grade edited copies of them."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from checker.author.bank import SEED, edited
from checker.course import Course, Exercise, load_course
from checker.evidence import Evidence, Question
from checker.faults import in_words
from checker.grade import grade
from checker.limits import Limits
from checker.result import ExerciseResult
from checker.run.execute import run
from checker.run.isolation import Isolation, Level, sandbox_fault
from checker.run.kernels import Kernels
from checker.run.warm import WarmProcess, warm_process
from checker.solution import read_solution, starter_of, text_of
from checker.submission import Cell, Submission, read_submission

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
PROCESS = Isolation(Level.PROCESS)
SANDBOX = Isolation(Level.SANDBOX)

# A newcomer's machine may have no bubblewrap; in CI its absence is a failure, not a skip.
needs_sandbox = pytest.mark.skipif(
    sandbox_fault() is not None and "CI" not in os.environ, reason=f"no sandbox here: {sandbox_fault()}"
)


def submission_of(path: Path, exercise: Exercise) -> Submission:
    """The notebook in `path`, graded as this very exercise, with its limits."""
    submission = read_submission(path, COURSE, slug=COURSE.exercises[0].slug)
    return submission if submission.exercise is None else replace(submission, exercise=exercise)


def submitted(notebook: NotebookNode, exercise: Exercise, files: Sequence[tuple[str, bytes]] = ()) -> Submission:
    """A notebook that lies in no file."""
    cells = tuple(Cell(cell.cell_type, cell.source) for cell in notebook.cells)
    return Submission("welcome.ipynb", exercise, cells, tuple(files))


def graded(
    path: Path,
    exercise: Exercise,
    seed: int = SEED,
    isolation: Isolation = PROCESS,
    warm: WarmProcess | None = None,
) -> ExerciseResult:
    """The verdict on the notebook in `path`."""
    return asyncio.run(grade(submission_of(path, exercise), seed, Kernels(isolation, warm)))


async def collected(
    submission: Submission,
    questions: Mapping[str, Question],
    isolation: Isolation = PROCESS,
    warm: WarmProcess | None = None,
) -> Evidence:
    """What a submission left behind, and its answers to these questions."""
    asked: asyncio.Future[Mapping[str, Question]] = asyncio.get_running_loop().create_future()
    asked.set_result(questions)
    return await run(submission, asked, Kernels(isolation, warm))


def problem(result: ExerciseResult | Evidence) -> tuple[str, str, int | None, int | None] | None:
    """What ended the run: kind, words, cell and line."""
    error = result.error
    return None if error is None else (error.kind.value, in_words(error), error.cell, error.line)


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
