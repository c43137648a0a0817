"""Hostile notebooks, one row of attacks.toml each: the verdict holds, and nothing else comes to harm."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from rich.console import Console

from checker.checks.exam import judge, load_exam
from checker.course import Exercise
from checker.evidence import Answer, Evidence, Kind
from checker.grade import grade, ready_for
from checker.limits import Limits
from checker.report.json_report import to_json
from checker.report.terminal import show_end, show_exercise
from checker.report.words import said
from checker.result import ExerciseResult, Outcome, Report, overall
from checker.run.isolation import Isolation, Level, sandbox_fault
from checker.run.kernels import Kernels
from checker.run.warm import WarmProcess
from checker.solution import read_solution, starter_of
from checker.text import printable
from tests.conftest import COURSE, ROOT, SEED, graded, problem, submission_of

ATTACKS: list[dict[str, Any]] = tomllib.loads((ROOT / "tests" / "attacks.toml").read_text(encoding="utf-8"))["attack"]
WELCOME = COURSE.exercises[0]
BEST = Isolation(Level.PROCESS if sandbox_fault() else Level.SANDBOX)
MAX_GROWTH = 500e6
"""Bytes that the grader itself may need for one hostile notebook."""


NO_SANDBOX = pytest.mark.skipif(sandbox_fault() is not None, reason=str(sandbox_fault()))


def rows() -> list[Any]:
    """Each attack that is a notebook to run, at each level where it is defended, in a kernel of each kind."""
    found = []
    for attack in ATTACKS:
        levels = attack.get("levels", ["process", "sandbox"]) if "file" not in attack else []
        for level, kernel in product(levels, ("ordinary", "forked", "spare")):
            marks = [NO_SANDBOX] if level == "sandbox" else []
            if attack.get("long") or level != levels[-1] or kernel != "forked":
                marks.append(pytest.mark.long)
            found.append(
                pytest.param(
                    {**attack, **attack.get("at", {}).get(level, {})},
                    Isolation(Level(level)),
                    kernel,
                    id=f"{attack['name']}-{level}-{kernel}",
                    marks=marks,
                )
            )
    return found


@pytest.fixture(scope="module", autouse=True)
def the_grader_is_unharmed_in_the_end() -> Iterator[None]:
    yield
    assert graded(WELCOME.solution, WELCOME, SEED, BEST).outcome is Outcome.PASSED


@pytest.fixture
def scratches(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this test's scratch folders are made. A short path: a socket's name has room for 100 characters."""
    folder = Path(tempfile.mkdtemp(prefix="a-"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def course_files() -> dict[str, str]:
    """The content of everything that a grading could spoil in the course."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in listed if (ROOT / name).is_file()}


def written(attack: dict[str, Any], path: Path, places: dict[str, str]) -> None:
    """The hostile notebook."""
    solution = read_solution(WELCOME.solution)
    notebook = starter_of(solution) if attack["on"] == "starter" else solution
    cell = attack["cell"]
    for name, place in places.items():
        cell = cell.replace(name, place)
    if cell:
        notebook.cells.append(nbformat.v4.new_code_cell(cell.strip()))
    notebook.metadata.update(attack.get("metadata", {}))
    path.parent.mkdir()
    nbformat.write(notebook, path)


def shown(result: ExerciseResult) -> str:
    """All that a reader of the report sees."""
    console = Console(record=True, file=StringIO(), width=400)
    show_exercise(result, COURSE, console)
    report = Report((result,), SEED, "process")
    show_end(report, COURSE, console)
    return console.export_text() + to_json(report)


def matches(sentence: str, text: str | None) -> bool:
    pattern = re.escape(sentence).replace("N", r"[\d,]+") if re.search(r"\bN\b", sentence) else re.escape(sentence)
    return re.fullmatch(pattern, text or "") is not None


def left_over(mark: str) -> list[int]:
    """The numbers of the processes with `mark` among their arguments."""
    return [p.pid for p in psutil.process_iter(["cmdline"]) if mark in " ".join(p.info["cmdline"] or [])]


async def verdict(path: Path, exercise: Exercise, kernels: Kernels, spare: bool) -> ExerciseResult:
    """The verdict, in a kernel that was made ready before where it is to be a spare one."""
    async with ready_for(exercise, kernels) if spare else nullcontext() as ready:
        return await grade(submission_of(path, exercise), SEED, kernels, ready)


@pytest.mark.parametrize(("attack", "isolation", "kernel"), rows())
def test_an_attack_gains_nothing_and_harms_nothing(
    attack: dict[str, Any],
    isolation: Isolation,
    kernel: str,
    warm: Callable[[Isolation], WarmProcess | None],
    tmp_path: Path,
    scratches: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = f"mark-{os.getpid()}-{attack['name']}"
    monkeypatch.setenv("A_TOKEN", mark)
    secret, neighbour = tmp_path / "secret.json", tmp_path / "ben" / "welcome.ipynb"
    secret.write_text('{"kind": "value", "value": "the grader\'s secret"}')
    neighbour.parent.mkdir()
    shutil.copyfile(WELCOME.solution, neighbour)
    before = {**course_files(), "secret": secret.read_bytes(), "neighbour": neighbour.read_bytes()}
    exercise: Exercise = replace(WELCOME, limits=Limits(**{"cell_seconds": 60, **attack.get("limits", {})}))
    memory = psutil.Process().memory_info().rss

    with socket.create_server(("127.0.0.1", 0)) as server:
        places = {
            "MARK": mark,
            "SECRET": str(secret),
            "NEIGHBOUR": str(neighbour),
            "COURSE": str(ROOT),
            "PORT": str(server.getsockname()[1]),
        }
        written(attack, tmp_path / "anna" / "welcome.ipynb", places)
        kernels = Kernels(isolation, None if kernel == "ordinary" else warm(isolation))
        path = tmp_path / "anna" / "welcome.ipynb"
        result = asyncio.run(verdict(path, exercise, kernels, spare=kernel == "spare"))

    assert result.outcome.value == attack["outcome"], result
    assert (result.error is not None) == ("error" in attack), result.error
    if result.error is not None:
        assert matches(attack["error"], said(result.error)), result.error
    if "found" in attack:
        assert result.first_failing is not None
        assert matches(attack["found"], result.first_failing.found), result.first_failing.found
    if "checks" in attack:
        assert [check.outcome.value for check in result.checks] == attack["checks"]

    report = shown(result)
    assert "Traceback" not in report and "the grader's secret" not in report and mark not in report
    report.encode()  # nothing that could not be written to a file or a terminal
    after = {**course_files(), "secret": secret.read_bytes(), "neighbour": neighbour.read_bytes()}
    assert after == before
    assert not left_over(mark)
    assert not list(scratches.iterdir())
    assert psutil.Process().memory_info().rss - memory < MAX_GROWTH


@pytest.mark.long
def test_a_folder_with_hostile_files_is_graded_to_its_end(tmp_path: Path) -> None:
    files = {attack["file"]: attack for attack in ATTACKS if "file" in attack}
    for kind in (*files, "honest"):
        (tmp_path / kind).mkdir()
    solution = read_solution(WELCOME.solution)
    nbformat.write(solution, tmp_path / "honest" / "welcome.ipynb")
    os.mkfifo(tmp_path / "pipe" / "welcome.ipynb")
    (tmp_path / "link" / "welcome.ipynb").symlink_to(tmp_path / "honest" / "welcome.ipynb")
    solution.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")] * 200_000
    (tmp_path / "outputs" / "welcome.ipynb").write_text(json.dumps(solution))
    solution.cells = [nbformat.v4.new_code_cell("1", id="one")] * 100_000
    (tmp_path / "cells" / "welcome.ipynb").write_text(json.dumps(solution))

    done = subprocess.run(
        [sys.executable, "-m", "checker.cli", "grade", tmp_path, "--json", tmp_path / "report.json"],
        cwd=ROOT, env={**os.environ, "COLUMNS": "300"}, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    rows = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["exercises"]
    assert {row["learner"]: (row["error"] or row)["message" if row["error"] else "outcome"] for row in rows} == {
        **{kind: attack["error"] for kind, attack in files.items()},
        "honest": "passed",
    }


MADE_UP: list[Any] = [
    None, True, 0, 1.0, float("nan"), float("inf"), "", "ok", [], {}, [[]], [{}], [0], {"loss": 0, "status": "ok"},
    [{"loss": -0.5, "status": "ok"}] * 2, [{}] * 300, [[]] * 300,
]  # fmt: skip


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.slug)
def test_one_made_up_answer_to_every_question_never_passes(exercise: Exercise) -> None:
    exam = load_exam(exercise.slug)
    questions = exam.questions(SEED)
    for value in MADE_UP:
        answers = dict.fromkeys(questions, Answer(Kind.VALUE, value))
        assert overall(None, judge(exam, questions, Evidence(None, answers))) is not Outcome.PASSED, value


def test_a_mistake_of_the_checker_leaves_one_exercise_unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.grade.run_and_judge", lambda *arguments: {}["a\x1bb"])
    result = graded(WELCOME.solution, WELCOME, SEED, BEST)
    sentence = "The checker itself failed (KeyError: 'a\\x1bb'): please report this with your notebook."
    assert (result.outcome, problem(result)) == (Outcome.NOT_JUDGED, ("machine", sentence, None, None))
    (trace,) = result.tracebacks
    assert trace.startswith("Traceback") and "KeyError" in trace


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, and ü, 表 and ✓\nas well", "plain, and ü, 表 and ✓\nas well"),
        ("\x1b[31mred\x07\x9b0m", "red␇\N{REPLACEMENT CHARACTER}0m"),
        ("\u202eback\u200b\xa0wards", "back\u200b\xa0wards"),
        ("half \ud800", "half \N{REPLACEMENT CHARACTER}"),
        ("x" * 30, "x" * 20 + "…"),
    ],
)
def test_text_of_a_notebook_is_made_harmless(text: str, shown: str) -> None:
    assert printable(text, 20 if len(set(text)) == 1 else 100) == shown
