"""The verdict that is kept: given again only where nothing has changed that it depends on."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from checker import verdict_cache
from checker.collect import own_submission
from checker.course import Course, Exercise, load_course
from checker.faults import FaultKind, RunError
from checker.limits import Limits
from checker.result import CheckResult, ExerciseResult, Outcome
from checker.run.isolation import Isolation
from checker.submission import Submission
from checker.verdict_cache import keep, recall
from tests.conftest import PROCESS, SANDBOX

SEED = 7
FAILING = CheckResult("sign", "The sign.", Outcome.NEEDS_WORK, "0.7", "-0.7", "hp-sign", ("a", "b", "c"))
RAISED = RunError(FaultKind.EXCEPTION, "NameError: x", 1, 2)


@pytest.fixture
def own(folder: Path) -> Course:
    return load_course(folder)


@pytest.fixture
def welcome(own: Course) -> Exercise:
    return own.exercises[0]


def verdict_on(submission: Submission, **changes: object) -> ExerciseResult:
    result = ExerciseResult("welcome", submission.name, Outcome.NEEDS_WORK, 1.5, RAISED, (FAILING,))
    return replace(result, **changes)  # type: ignore[arg-type]


def kept(own: Course, **changes: object) -> Submission:
    """The learner's notebook, with its verdict kept."""
    submission = own_submission(own, own.exercises[0])
    keep(submission, PROCESS, SEED, verdict_on(submission, **changes))
    return submission


def change(notebook: Path, edit: Callable[[nbformat.NotebookNode], object]) -> None:
    content = nbformat.read(notebook, 4)
    edit(content)
    nbformat.write(content, notebook)


def test_it_is_given_again_whole_and_marked(own: Course) -> None:
    submission = kept(own)
    again = recall(submission, PROCESS)
    assert again is not None and again.kept is not None
    assert replace(again, kept=None) == verdict_on(submission)
    assert again.kept.seed == SEED
    assert recall(submission, PROCESS, SEED) == again
    assert recall(submission, PROCESS, SEED + 1) is None


def test_what_running_a_notebook_changes_in_it_does_not_matter(own: Course, welcome: Exercise) -> None:
    kept(own)

    def run(content: nbformat.NotebookNode) -> None:
        cell = next(cell for cell in content.cells if cell.cell_type == "code")
        cell.execution_count = 5
        cell.outputs = [nbformat.v4.new_output("stream", text="done")]
        cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00"}
        content.metadata["language_info"] = {"name": "python", "version": "3.13.1"}

    change(welcome.notebook, run)
    assert recall(own_submission(own, welcome), PROCESS) is not None


def beside(exercise: Exercise, name: str, content: str) -> None:
    path = exercise.notebook.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)


CHANGES: dict[str, Callable[[Exercise], object]] = {
    "code": lambda e: change(e.notebook, lambda content: content.cells[-1].update(source="# mine")),
    "skipped cell": lambda e: change(e.notebook, lambda c: c.cells[1].metadata.update(tags=["skip-execution"])),
    "torn notebook": lambda e: e.notebook.write_text("{"),
    "file beside it": lambda e: beside(e, "helpers.py", "x = 1"),
    "file in a folder beside it": lambda e: beside(e, "helpers/__init__.py", "x = 1"),
    "solution": lambda e: e.solution.write_text("{}"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_makes_it_no_answer(own: Course, welcome: Exercise, what: str) -> None:
    kept(own)
    CHANGES[what](welcome)
    assert recall(own_submission(own, welcome), PROCESS) is None


def test_another_way_of_grading_makes_it_no_answer(own: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = kept(own)
    assert submission.exercise is not None
    longer = replace(submission.exercise, limits=Limits(cell_seconds=90))
    assert recall(replace(submission, exercise=longer), PROCESS) is None
    assert recall(submission, SANDBOX) is None
    assert recall(submission, Isolation(PROCESS.level, ("podman",))) is None
    monkeypatch.setattr(verdict_cache, "_installed", lambda: ["mlflow-99.dist-info"])
    assert recall(submission, PROCESS) is None


def test_the_checkers_own_files_count(own: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("old", "new"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "__init__.py").write_text(version)
    monkeypatch.setattr("checker.__file__", str(tmp_path / "old" / "__init__.py"))
    submission = kept(own)
    assert recall(submission, PROCESS) is not None
    monkeypatch.setattr("checker.__file__", str(tmp_path / "new" / "__init__.py"))
    assert recall(submission, PROCESS) is None


@pytest.mark.parametrize("damage", [lambda text: text[:-20], lambda text: "", lambda text: text.replace("0.7", "0.9")])
def test_a_torn_file_is_no_answer(own: Course, welcome: Exercise, damage: Callable[[str], str]) -> None:
    submission = kept(own)
    (file,) = welcome.cache.glob("verdicts/*.json")
    file.write_text(damage(file.read_text()))
    assert recall(submission, PROCESS) is None


def test_the_file_of_another_notebook_is_no_answer(own: Course, welcome: Exercise) -> None:
    submission = kept(own)
    (file,) = welcome.cache.glob("verdicts/*.json")
    digest, content = file.read_text().split("\n", 1)
    assert json.loads(content)["result"]["id"] == "welcome"
    other = replace(submission, name="copy.ipynb", cells=submission.cells[:-1])
    verdict_cache._file(other).write_text(f"{digest}\n{content}")
    assert recall(other, PROCESS) is None


TIME = RunError(FaultKind.TIME, cell=2, limit=60, used=60)
MEMORY = RunError(FaultKind.MEMORY, cell=2, limit=4000, used=4100)


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ({"outcome": Outcome.NOT_JUDGED, "error": RunError(FaultKind.MACHINE, "no space left")}, False),
        ({"outcome": Outcome.NOT_JUDGED, "error": None}, False),
        ({"error": TIME}, False),
        ({"error": None, "checks": (replace(FAILING, fault=FaultKind.TIME),)}, False),
        ({"error": MEMORY}, True),
        ({"error": None, "checks": (replace(FAILING, fault=FaultKind.ENDED),)}, True),
        ({"outcome": Outcome.PASSED, "error": None, "seconds": 299.0}, True),
    ],
    ids=["machine", "not judged", "time of a cell", "time of an answer", "memory", "ended", "slow, and passed"],
)
def test_what_a_busy_machine_may_have_brought_about_is_not_kept(
    own: Course, changes: dict[str, object], stands: bool
) -> None:
    assert (recall(kept(own, **changes), PROCESS) is not None) == stands


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(own: Course, welcome: Exercise) -> None:
    welcome.cache.parent.mkdir(exist_ok=True)
    welcome.cache.write_text("a file where the folder should be")
    assert recall(kept(own), PROCESS) is None


def test_what_cannot_be_graded_has_no_verdict_to_keep(own: Course) -> None:
    submission = Submission("a.ipynb", fault="a.ipynb is empty.")
    keep(submission, PROCESS, SEED, verdict_on(submission, outcome=Outcome.NOT_JUDGED))
    assert recall(submission, PROCESS) is None
