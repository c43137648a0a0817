"""Ten submissions of one exercise, graded by the checker, by nbgrader and by otter-grader.

The two others get a virtual environment each, below `_build/bench`. Their task is the same notebook with three
tests in the form that each asks for. Every grader must give full marks to all ten.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from benchmarks.measure import CommandError, PeakMemory, seconds_of
from checker.course import Course
from checker.solution import read_solution, text_of

SUBMISSIONS = 10

_GOOD = '{"n_estimators": 10.0, "max_depth": 8.0, "bootstrap": True, "max_samples": None}'
_POOR = '{"n_estimators": 5.0, "max_depth": 2.0, "bootstrap": True, "max_samples": 0.5}'
_REFUSED = '{"n_estimators": 5.0, "max_depth": 2.0, "bootstrap": False, "max_samples": 0.5}'
TASKS = {
    "spark-trials/by-hand": (
        'assert objective({"n_components": 12, "C": 1.0})["loss"] < objective({"n_components": 1, "C": 1.0})["loss"]',
        'assert objective({"n_components": 16, "C": 1.0})["status"] == "fail"',
        "assert len(predict(X[:5])) == 5",
    ),
    "hp-functions/objective": (
        f'assert set(objective({_GOOD})) >= {{"loss", "status"}}',
        f'assert objective({_GOOD})["loss"] < objective({_POOR})["loss"]',
        f'assert objective({_REFUSED})["status"] == "fail"',
    ),
}
"""For each exercise the three tests: one that logs MLflow runs, as tuning does, and one that does not."""

_BUILD = Path(__file__).parent.parent / "_build" / "bench"


@dataclass(frozen=True)
class Graded:
    """What ten submissions took: seconds, and the peak of memory in megabytes."""

    seconds: float
    megabytes: float


def submissions(course: Course, slug: str) -> list[NotebookNode]:
    """The solution, ten times, each with a comment of its own."""
    exercise = course.find(slug)
    assert exercise is not None
    copies = []
    for number in range(SUBMISSIONS):
        notebook = read_solution(exercise.solution)
        notebook.cells[1].source += f"\n# handed in by learner {number}"
        copies.append(notebook)
    return copies


def by_checker(course: Course, slug: str, folder: Path) -> Graded:
    """Grade the ten with one command; `course` is a copy, and its folder holds what the checker keeps."""
    for number, notebook in enumerate(submissions(course, slug)):
        (folder / f"learner-{number}.ipynb").write_text(text_of(notebook), encoding="utf-8")
    command = [Path(sys.executable).parent / "checker", "grade", folder, "--fresh"]
    with PeakMemory() as peak:
        seconds = seconds_of(command, course.root, says=f"{SUBMISSIONS} passed")
    return Graded(seconds, peak.megabytes)


def environment_of(package: str) -> Path:
    """The folder of the programs of that grader, which is installed first if need be. Raises CommandError."""
    place = _BUILD / package
    programs = place / "bin"
    if not (place / "installed").exists():
        shutil.rmtree(place, ignore_errors=True)
        seconds_of([sys.executable, "-m", "venv", place], Path.cwd())
        seconds_of([programs / "pip", "install", "--quiet", package], Path.cwd())
        (place / "installed").touch()
    return programs


def version_of(package: str) -> str:
    """The release that is installed."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([environment_of(package) / "python", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def by_nbgrader(course: Course, slug: str, folder: Path) -> Graded:
    """Grade the ten with `nbgrader autograde`, whose kernel is the course's own. Raises CommandError."""
    nbgrader = environment_of("nbgrader") / "nbgrader"
    env = _environment(nbgrader.parent, folder) | {"JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))}
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n")
    _write(folder / "source" / "ps1" / "task.ipynb", _with_tests(submissions(course, slug)[0], slug))
    seconds_of([nbgrader, "generate_assignment", "ps1"], folder, env)
    for number, notebook in enumerate(submissions(course, slug)):
        _write(folder / "submitted" / f"learner{number}" / "ps1" / "task.ipynb", _with_tests(notebook, slug))
    with PeakMemory() as peak:
        seconds = seconds_of([nbgrader, "autograde", "ps1"], folder, env)
    with sqlite3.connect(folder / "gradebook.db") as gradebook:
        [(marks,)] = gradebook.execute("select sum(auto_score) from grade")
    _must_be_full(marks, slug, "nbgrader")
    return Graded(seconds, peak.megabytes)


def _with_tests(notebook: NotebookNode, slug: str) -> NotebookNode:
    """The notebook with the tests as nbgrader's locked cells."""
    notebook = nbformat.from_dict(notebook)
    for number, test in enumerate(TASKS[slug]):
        cell = nbformat.v4.new_code_cell(test, id=f"test-{number}")
        about = {"grade": True, "grade_id": f"test-{number}", "locked": True, "points": 1, "cell_type": "code"}
        cell.metadata["nbgrader"] = {**about, "schema_version": 3, "solution": False, "task": False}
        notebook.cells.append(cell)
    return notebook


def by_otter(course: Course, slug: str, folder: Path) -> Graded:
    """Grade the ten with `otter run`, one after the other. Raises CommandError."""
    otter = environment_of("otter-grader") / "otter"
    _lend_packages(otter.parent)
    cases = [{"code": f">>> {test}", "hidden": False, "locked": False} for test in TASKS[slug]]
    suite = {"name": "task", "points": len(cases), "suites": [{"cases": cases, "type": "doctest"}]}
    (folder / "tests").mkdir()
    (folder / "tests" / "task.py").write_text(f"OK_FORMAT = True\ntest = {suite!r}\n")
    env = _environment(otter.parent, folder)
    seconds_of([otter, "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"], folder, env)
    for number, notebook in enumerate(submissions(course, slug)):
        notebook.metadata.kernelspec.name = "python3"  # the kernel must have otter-grader
        _write(folder / f"learner-{number}" / "task.ipynb", notebook)
    seconds, marks = 0.0, 0.0
    with PeakMemory() as peak:
        for number in range(SUBMISSIONS):
            target = f"learner-{number}"
            seconds += seconds_of([otter, "run", f"{target}/task.ipynb", "-o", target, "--no-logo"], folder, env)
    for number in range(SUBMISSIONS):
        results = json.loads((folder / f"learner-{number}" / "results.json").read_text())
        marks += sum(test.get("score", 0) for test in results["tests"])  # the summary has none
    _must_be_full(marks, slug, "otter-grader")
    return Graded(seconds, peak.megabytes)


def _environment(programs: Path, home: Path) -> dict[str, str]:
    """For a program that calls others of its environment, and keeps settings in its home."""
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)}


def _lend_packages(programs: Path) -> None:
    """Otter runs notebooks in its own environment: there it finds the course's packages after its own."""
    [own] = programs.parent.glob("lib/python*/site-packages")
    own.joinpath("course.pth").write_text(f"{sysconfig.get_path('purelib')}\n")


def _write(path: Path, notebook: NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(notebook), encoding="utf-8")


def _must_be_full(marks: float, slug: str, grader: str) -> None:
    full = SUBMISSIONS * len(TASKS[slug])
    if marks != full:
        raise CommandError(f"{grader} gave {marks} of {full} marks to ten right submissions: it has not graded them.")
