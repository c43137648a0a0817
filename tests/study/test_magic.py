"""`%grade` in a real kernel, as a learner's JupyterLab starts one."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from checker.result import Outcome
from checker.run.isolation import Isolation
from checker.run.warm import WarmProcess
from tests.conftest import COURSE, PROCESS, ROOT, SANDBOX, SEED, graded, needs_sandbox

CELLS = ("%load_ext checker", "%grade")


def outputs_of(folder: Path, *cells: str) -> list[nbformat.NotebookNode]:
    """What the last of the cells shows, in a kernel that runs in `folder`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute()
    return list(notebook.cells[-1].outputs)


def test_it_shows_the_verdict_on_the_notebook_that_it_stands_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = folder / "exercises" / "welcome.ipynb"
    before = notebook.read_bytes()
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (shown,) = outputs_of(notebook.parent, *CELLS)
    page = shown["data"]["text/html"]
    assert 'aria-label="Verdict on welcome"' in page
    assert "Which of the two does <code>fmin</code> keep?" in page
    assert notebook.read_bytes() == before


def test_another_exercise_can_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (shown,) = outputs_of(folder / "exercises", "%load_ext checker", "%grade hp-functions/objective")
    assert 'aria-label="Verdict on hp-functions/objective"' in shown["data"]["text/html"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%grade", "%grade cannot tell which notebook this is: name the exercise, as in `%grade welcome`.\n"),
        ("%grade nothing", "There is no file, folder or exercise named nothing; the exercises are welcome, "),
    ],
)
def test_where_it_cannot_grade_it_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert said in outputs_of(folder / "exercises", "%load_ext checker", line)[-1]["text"]


@pytest.mark.parametrize("forked", [False, True], ids=["ordinary", "forked"])
@pytest.mark.parametrize("cells", [CELLS, CELLS[1:]], ids=["loaded", "not loaded"])
@pytest.mark.parametrize("isolation", [PROCESS, pytest.param(SANDBOX, marks=needs_sandbox)], ids=lambda i: i.level)
def test_in_a_notebook_that_is_being_graded_it_does_nothing(
    folder: Path,
    isolation: Isolation,
    cells: Sequence[str],
    forked: bool,
    warm: Callable[[Isolation], WarmProcess | None],
) -> None:
    path = folder / "exercises" / "welcome.ipynb"
    notebook = nbformat.read(folder / "solutions" / "welcome.ipynb", 4)
    notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(notebook, path)
    result = graded(path, COURSE.exercises[0], SEED, isolation, warm(isolation) if forked else None)
    assert (result.outcome, result.error) == (Outcome.PASSED, None)
    assert not os.path.exists(folder / "exercises" / ".checker")
