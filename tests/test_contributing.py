"""CONTRIBUTING.md is true: who follows it word for word has an exercise that passes the gate and the tests."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

SLUG = "hp-functions/learning-rate"
SOLUTION, BANK = f"solutions/{SLUG}.ipynb", f"tests/mistakes/{SLUG}.toml"
EXAM = "checker/checks/hp_functions/learning_rate.py"
Run = Callable[..., subprocess.CompletedProcess[str]]


def blocks() -> list[tuple[str, str]]:
    """The language and the text of each block of the part on adding an exercise, in its order."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    part = page.split("## Add an exercise\n")[1].split("\n## ")[0]
    return re.findall(r"^```(\w+)\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of the repository as an author's tools and the tests of an exercise need."""
    skipped = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for folder in ("checker", "tests", "scripts", "solutions", "book"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=skipped)
    for file in ("course.toml", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


@pytest.fixture
def run(clone: Path) -> Run:
    """Runs a module of that clone as a command."""

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(clone), "COLUMNS": "200"}
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=clone, capture_output=True, text=True, env=environment, timeout=900)

    return command


def follow(language: str, text: str, clone: Path, run: Run) -> None:
    """Do what the page says of a block: type a command, or put the text where it belongs."""
    if language == "text":
        for line in text.splitlines():
            typed, _, comment = map(str.strip, line.partition("#"))
            if typed.startswith("checker "):
                done = run("checker.cli", *typed.split()[1:])
                assert done.stderr == "" or "Error" not in done.stderr, done.stderr
                assert comment not in ("passed", "not attempted") or comment in done.stdout
    elif text.startswith("[[exercise]]"):
        manifest = clone / "course.toml"
        entry = re.compile(rf'\[\[exercise\]\]\nslug = "{SLUG}".*?(?=\n\[\[|\Z)', re.DOTALL)
        manifest.write_text(entry.sub(text, manifest.read_text(encoding="utf-8")), encoding="utf-8")
    elif text.startswith("[[mistake]]"):
        (clone / BANK).write_text(text, encoding="utf-8")
    elif "exam = Exam(" in text:
        (clone / EXAM).write_text(text, encoding="utf-8")
    else:
        replace_next_cell(clone / SOLUTION, language, text)


def replace_next_cell(path: Path, language: str, text: str) -> None:
    """Replace the first cell that is still the scaffold's."""
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if not cell.metadata.get("typed"))
    assert cell.cell_type == ("markdown" if language == "markdown" else "code")
    cell.source, cell.metadata["typed"] = text.strip(), True
    nbformat.write(notebook, path)


@pytest.mark.long
def test_the_example_passes_the_gate_and_the_tests(clone: Path, run: Run) -> None:
    assert run("checker.cli", "author", "release").returncode == 0
    for language, text in blocks():
        follow(language, text, clone, run)
    assert "TODO" not in "".join((clone / file).read_text(encoding="utf-8") for file in (SOLUTION, BANK, EXAM))
    done = run("checker.cli", "author", "check", SLUG)
    assert done.stdout == "No fault found.\n"
    done = run("pytest", "-q", "-k", SLUG, "tests/checks/test_odd_answers.py", "tests/test_exercises.py")
    assert done.returncode == 0, done.stdout
    for arguments in (["check"], ["format", "--check"]):
        done = run("ruff", *arguments, EXAM)
        assert done.returncode == 0, done.stdout
