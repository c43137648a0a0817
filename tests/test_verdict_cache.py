"""The verdict that is kept: given again only where nothing has changed that it depends on."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from checker import verdict_cache
from checker.collect import Target
from checker.course import Exercise, load_course
from checker.faults import RunError
from checker.result import CheckResult, ExerciseResult, Outcome
from checker.run.isolation import Isolation
from checker.verdict_cache import grade_and_keep, recall
from tests.conftest import PROCESS, SANDBOX

SEED = 7
FAILING = CheckResult("sign", "The sign.", Outcome.NEEDS_WORK, "0.7", "-0.7", "hp-sign", ("a", "b", "c"))


@pytest.fixture
def target(folder: Path) -> Target:
    exercise = load_course(folder).exercises[0]
    return Target(exercise.notebook, exercise)


@pytest.fixture
def verdict(target: Target, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ExerciseResult]:
    """Grades the target to a given verdict: what takes seconds is left out."""

    def give(
        outcome: Outcome = Outcome.NEEDS_WORK, meanwhile: Callable[[], object] = lambda: None, seconds: float = 1.5
    ) -> ExerciseResult:
        async def graded(path: Path, exercise: Exercise, *_: object) -> ExerciseResult:
            meanwhile()
            error = RunError("NameError: x", 1, 2)
            return ExerciseResult(exercise.slug, str(path), outcome, seconds, error, (FAILING,))

        monkeypatch.setattr("checker.grade.grade_async", graded)
        return asyncio.run(grade_and_keep(target, SEED, PROCESS, None))

    return give


def change(notebook: Path, edit: Callable[[nbformat.NotebookNode], object]) -> None:
    content = nbformat.read(notebook, 4)
    edit(content)
    nbformat.write(content, notebook)


def test_it_is_given_again_whole_and_marked(target: Target, verdict: Callable[..., ExerciseResult]) -> None:
    fresh = verdict()
    assert fresh.kept is None
    again = recall(target, PROCESS)
    assert again is not None and again.kept is not None
    assert replace(again, kept=None) == fresh
    assert again.kept.seed == SEED
    assert recall(target, PROCESS, SEED) == again
    assert recall(target, PROCESS, SEED + 1) is None


def test_what_running_a_notebook_changes_in_it_does_not_matter(
    target: Target, verdict: Callable[..., ExerciseResult]
) -> None:
    verdict()

    def run(content: nbformat.NotebookNode) -> None:
        cell = next(cell for cell in content.cells if cell.cell_type == "code")
        cell.execution_count = 5
        cell.outputs = [nbformat.v4.new_output("stream", text="done")]
        cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00"}
        content.metadata["language_info"] = {"name": "python", "version": "3.13.1"}

    change(target.path, run)
    assert recall(target, PROCESS) is not None


CHANGES: dict[str, Callable[[Target], object]] = {
    "code": lambda t: change(t.path, lambda content: content.cells[-1].update(source="# mine")),
    "skipped cell": lambda t: change(t.path, lambda c: c.cells[1].metadata.update(tags=["skip-execution"])),
    "torn notebook": lambda t: t.path.write_text("{"),
    "file beside it": lambda t: (t.path.parent / "helpers.py").write_text("x = 1"),
    "solution": lambda t: t.exercise.solution.write_text("{}"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_makes_it_no_answer(target: Target, verdict: Callable[..., ExerciseResult], what: str) -> None:
    verdict()
    CHANGES[what](target)
    assert recall(target, PROCESS) is None


def test_another_way_of_grading_makes_it_no_answer(
    target: Target, verdict: Callable[..., ExerciseResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict()
    longer = replace(target.exercise, limits=replace(target.exercise.limits, cell_seconds=90))
    assert recall(replace(target, exercise=longer), PROCESS) is None
    assert recall(target, SANDBOX) is None
    monkeypatch.setattr(verdict_cache, "_installed", lambda: ["mlflow-99.dist-info"])
    assert recall(target, PROCESS) is None


def test_the_checkers_own_files_count(
    target: Target, verdict: Callable[..., ExerciseResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.setattr("checker.__file__", str(package / "__init__.py"))
    verdict()
    assert recall(target, PROCESS) is not None
    (package / "__init__.py").write_text("changed = True")
    assert recall(target, PROCESS) is None


@pytest.mark.parametrize("damage", [lambda text: text[:-20], lambda text: "", lambda text: text.replace("0.7", "0.9")])
def test_a_torn_file_is_no_answer(
    target: Target, verdict: Callable[..., ExerciseResult], damage: Callable[[str], str]
) -> None:
    verdict()
    (file,) = target.exercise.cache.glob("verdicts/*.json")
    file.write_text(damage(file.read_text()))
    assert recall(target, PROCESS) is None


def test_the_file_of_another_notebook_is_no_answer(target: Target, verdict: Callable[..., ExerciseResult]) -> None:
    verdict()
    (file,) = target.exercise.cache.glob("verdicts/*.json")
    digest, content = file.read_text().split("\n", 1)
    assert json.loads(content)["result"]["id"] == "welcome"
    other = target.path.with_name("copy.ipynb")
    other.write_bytes(target.path.read_bytes())
    change(other, lambda notebook: notebook.cells[-1].update(source="# another's"))
    copied = verdict_cache._file(Target(other, target.exercise))
    copied.write_text(f"{digest}\n{content}")
    assert recall(Target(other, target.exercise), PROCESS) is None


def test_a_fault_of_the_machine_is_not_kept(target: Target, verdict: Callable[..., ExerciseResult]) -> None:
    verdict(Outcome.NOT_JUDGED)
    assert recall(target, PROCESS) is None


@pytest.mark.parametrize(("outcome", "kept"), [(Outcome.NEEDS_WORK, False), (Outcome.PASSED, True)])
def test_a_verdict_that_a_limit_of_time_may_have_brought_about_is_not_kept(
    target: Target, verdict: Callable[..., ExerciseResult], outcome: Outcome, kept: bool
) -> None:
    verdict(outcome, seconds=target.exercise.limits.cell_seconds)
    assert (recall(target, PROCESS) is not None) == kept


def test_what_was_saved_during_the_grading_is_not_taken_for_graded(
    target: Target, verdict: Callable[..., ExerciseResult]
) -> None:
    verdict(meanwhile=lambda: change(target.path, lambda content: content.cells[-1].update(source="# newer")))
    assert recall(target, PROCESS) is None


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    target: Target, verdict: Callable[..., ExerciseResult]
) -> None:
    target.exercise.cache.parent.mkdir(exist_ok=True)
    target.exercise.cache.write_text("a file where the folder should be")
    assert verdict().outcome is Outcome.NEEDS_WORK
    assert recall(target, PROCESS) is None


def test_isolation_is_part_of_it_by_its_command_too(target: Target, verdict: Callable[..., ExerciseResult]) -> None:
    verdict()
    assert recall(target, Isolation(PROCESS.level, ("podman",))) is None
