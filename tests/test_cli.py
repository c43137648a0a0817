"""The command as a user runs it, on a copy of the course."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import nbformat
import psutil
import pytest

from checker.solution import starter_of, text_of
from tests.conftest import COURSE, ROOT, needs_sandbox

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs `checker ...` in that course."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "HOME": str(folder)}

    def checker(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "checker.cli", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=180)

    return checker


def test_the_first_run_shows_one_failing_check_and_the_rest_not_attempted(run: Run) -> None:
    done = run("grade", "exercises", "--seed", "0")
    assert (done.returncode, done.stderr) == (1, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[:9] == [
        "✗ needs work     welcome  Your first verdict: the sign of a loss",
        "    ✓ `objective` returns a dict with a loss and a status.",
        "    ✗ The better tree gets the lower loss.",
        "        found        a configuration with accuracy 0.6933 has the loss 0.6933, and one with accuracy",
        "                     0.2733 has the loss 0.2733. Which of the two does `fmin` keep?",
        "        expected     the smaller loss for the better configuration",
        "        hint 1 of 3  fmin keeps the trial with the lowest loss. Which of the two trees would it",
        "                     keep?",
        "        book         book/hp-functions.html#hp-sign (`checker book` opens it)",
    ]
    assert sum("· not attempted" in line for line in lines) == len(COURSE.exercises) - 1
    assert lines[-2].startswith(f"1 needs work, {len(COURSE.exercises) - 1} not attempted")
    assert lines[-1].endswith("open welcome` to change it, `checker hint welcome` for the next hint.")


def test_json_on_standard_output_is_json_alone(run: Run) -> None:
    done = run("grade", "exercises/hp-functions", "--json", "-")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert {exercise["outcome"] for exercise in report["exercises"]} == {"not_attempted"}
    assert "Next:" in done.stderr


def test_the_way_of_a_learner(run: Run, folder: Path) -> None:
    assert "Grade" in run("--help").stdout
    assert run("hint", "welcome").stdout == (
        "There is no failing check to give a hint for: run `checker grade welcome` first.\n"
    )
    assert run("grade", "welcome").returncode == 1
    assert run("hint", "welcome").stdout == (
        "The better tree gets the lower loss.\n"
        "Hint 2 of 3: Accuracy grows as a model gets better; a loss must fall. One sign turns the one into the other.\n"
        "Book: hp functions, section The sign of the loss\n"
        "book/hp-functions.html#hp-sign (`checker book` opens it)\n"
    )
    assert [run("hint", "welcome").stdout.splitlines()[1][:11] for _ in range(2)] == ["Hint 3 of 3", "Hint 3 of 3"]
    assert "✗ needs work" in run("status").stdout
    notebook = folder / "exercises" / "welcome.ipynb"
    solved = (folder / "solutions" / "welcome.ipynb").read_text()
    notebook.write_text(solved)
    done = run("grade", "welcome")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith(
        f"Next: `checker open search-strategies/grid-fits` (about {COURSE.exercises[1].minutes} minutes)."
    )
    assert run("hint", "welcome").stdout == "welcome passes: no hint needed.\n"
    assert f"1 of {len(COURSE.exercises)} passed" in run("status").stdout
    done = run("reset", "welcome")
    assert done.stdout.splitlines()[0] == "exercises/welcome.ipynb is fresh again."
    backup = folder / done.stdout.splitlines()[1].removeprefix("Yours is kept in ")
    assert backup.read_text() == solved
    assert notebook.read_text() == text_of(starter_of(nbformat.read(folder / "solutions" / "welcome.ipynb", 4)))
    assert "not graded yet" in run("status").stdout.splitlines()[0]


def test_grading_leaves_the_notebook_and_its_folder_as_they_were(run: Run, folder: Path) -> None:
    before = {path: path.read_bytes() for path in (folder / "exercises").rglob("*") if path.is_file()}
    run("grade", "welcome")
    assert {path: path.read_bytes() for path in (folder / "exercises").rglob("*") if path.is_file()} == before


def test_a_progress_file_that_cannot_be_read_is_put_aside(run: Run, folder: Path) -> None:
    state = folder / ".checker"
    state.mkdir()
    (state / "progress.json").write_text("{torn")
    done = run("status")
    assert done.returncode == 0
    assert done.stderr == (
        "progress.json: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).\n"
        "It counts as no progress: the next verdict puts it aside, in .checker.\n"
    )
    run("grade", "hp-functions/objective")
    assert (state / "progress.unreadable.json").read_text() == "{torn"
    assert json.loads((state / "progress.json").read_text())["format_version"] == 1


def test_status_counts_the_exercises_that_the_course_has(run: Run, folder: Path) -> None:
    passed = {"outcome": "passed", "failing": None, "hints": 0}
    slugs = ["gone", *(exercise.slug for exercise in COURSE.exercises)]
    (folder / ".checker").mkdir()
    progress = {"format_version": 1, "exercises": dict.fromkeys(slugs, passed)}
    (folder / ".checker" / "progress.json").write_text(json.dumps(progress))
    assert f"\n{len(COURSE.exercises)} of {len(COURSE.exercises)} passed\n" in run("status").stdout


def test_progress_that_cannot_be_saved_does_not_hide_the_verdict(run: Run, folder: Path) -> None:
    (folder / ".checker").write_text("a file where the folder should be")
    done = run("grade", "hp-functions/objective")
    assert done.returncode == 1
    assert "Your progress could not be saved (File exists); the verdict stands." in done.stdout


def test_reset_changes_nothing_where_no_backup_can_be_written(run: Run, folder: Path) -> None:
    (folder / ".checker").write_text("a file where the folder should be")
    notebook = folder / "exercises" / "welcome.ipynb"
    notebook.write_text("mine")
    done = run("reset", "welcome")
    assert done.returncode == 2
    assert "Nothing was changed: no copy could be written" in done.stderr
    assert notebook.read_text() == "mine"


@pytest.mark.parametrize("verb", ["hint", "reset", "open"])
def test_an_unknown_slug_is_answered_with_those_that_exist(run: Run, verb: str) -> None:
    done = run(verb, "nothing")
    assert done.returncode == 2
    assert "There is no exercise 'nothing'; the exercises are welcome, search-strategies/grid-fits," in done.stderr


@pytest.mark.parametrize("verb", ["grade", "status", "hint", "reset", "open", "doctor", "book", "ui"])
def test_every_verb_explains_itself_with_an_example(run: Run, verb: str) -> None:
    done = run(verb, "--help")
    assert done.returncode == 0
    assert f"Example:  checker {verb}" in done.stdout


def test_the_shell_completes_slugs(folder: Path) -> None:
    environment = {
        **os.environ,
        "_CHECKER_COMPLETE": "bash_complete",
        "COMP_WORDS": "checker hint hp",
        "COMP_CWORD": "2",
    }
    command = [str(Path(sys.executable).parent / "checker")]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == [f"plain,{e.slug}" for e in COURSE.exercises if e.slug.startswith("hp")]


def test_the_doctor_names_what_it_found(run: Run) -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert f"ok hyperopt: {version('hyperopt')}" in done.stdout


def test_the_doctor_gives_the_remedy(run: Run, folder: Path) -> None:
    shutil.rmtree(folder / "exercises")
    done = run("doctor")
    assert done.returncode == 3
    assert "cannot be written (No such file or directory)" in done.stdout
    assert "remedy: give yourself write access to it" in done.stdout


def test_a_book_that_is_not_built_yet(run: Run) -> None:
    done = run("book")
    assert done.returncode == 2
    assert "`make book` builds it." in done.stderr


def test_a_manifest_of_another_version(run: Run, folder: Path) -> None:
    (folder / "course.toml").write_text("format_version = 2")
    done = run("status")
    assert done.returncode == 2
    assert done.stderr == "Error: course.toml has format_version 2; this checker reads 1.\n"


def test_colour_only_where_it_is_wanted(run: Run) -> None:
    assert "\x1b[" not in run("grade", "hp-functions/objective").stdout


def is_kernel(process: psutil.Process) -> bool:
    with suppress(psutil.Error):  # one that has just ended
        return "checker.runtime.kernel" in process.cmdline()
    return False


def test_ctrl_c_leaves_nothing_running(folder: Path) -> None:
    notebook = nbformat.read(folder / "exercises" / "welcome.ipynb", 4)
    notebook.cells.append(nbformat.v4.new_code_cell("import time; time.sleep(50)", id="sleep"))
    nbformat.write(notebook, folder / "exercises" / "welcome.ipynb")
    command = [sys.executable, "-m", "checker.cli", "grade", "welcome"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        time.sleep(0.1)
        family = psutil.Process(process.pid).children(recursive=True)
        if any(map(is_kernel, family)):
            break
    time.sleep(5)  # by now the kernel is up; it may be in any cell
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stderr.strip().endswith("Stopped. Your files are as you left them.")
    assert family
    assert not psutil.wait_procs(family, timeout=5)[1]


@needs_sandbox
def test_a_course_that_cannot_be_written_is_graded_and_not_reset(folder: Path) -> None:
    # Root may write wherever the file system lets it: only a read-only mount stops everybody.
    read_only = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(folder), str(folder)]
    notebook = folder / "exercises" / "welcome.ipynb"
    before = notebook.read_bytes()

    def checker(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*read_only, sys.executable, "-m", "checker.cli", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180)

    done = checker("grade", "welcome", "--isolation", "process")
    assert done.returncode == 1
    assert "✗ needs work     welcome" in done.stdout
    assert "Your progress could not be saved (Read-only file system); the verdict stands." in done.stdout
    done = checker("reset", "welcome")
    assert done.returncode == 2
    assert "Nothing was changed: no copy could be written (Read-only file system: " in done.stderr
    assert notebook.read_bytes() == before


@needs_sandbox
def test_a_full_disk_is_not_the_learners_fault(folder: Path) -> None:
    full = ["bwrap", "--dev-bind", "/", "/", "--size", "4096", "--tmpfs", "/tmp"]
    for place in (folder, ROOT):  # the checker itself may lie in /tmp
        full += ["--bind", str(place), str(place)]
    command = [*full, sys.executable, "-m", "checker.cli", "grade", "welcome", "--isolation", "process", "--json", "-"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=180, env={**os.environ, "TMPDIR": "/tmp"}
    )
    assert done.returncode == 3
    result = json.loads(done.stdout)["exercises"][0]
    assert result["outcome"] == "not_judged"
    assert result["error"]["message"] == (
        "The notebook could not be run on this machine (no space left in /tmp): `checker doctor` looks for the cause."
    )
    assert "Traceback" not in done.stderr


def test_open_starts_jupyterlab_on_the_exercise_with_the_courses_kernel(folder: Path) -> None:
    opened, browser = folder / "opened", folder / "browser"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    command = [sys.executable, "-m", "checker.cli", "open", "welcome"]
    environment = {**os.environ, "BROWSER": str(browser), "HOME": str(folder)}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            if opened.exists():
                break
            time.sleep(0.1)
        found = re.search(r"(http://[^/]+)/lab/tree/welcome\.ipynb\?token=(\w+)", opened.read_text())
        assert found is not None
        with urllib.request.urlopen(f"{found[1]}/api/kernelspecs?token={found[2]}", timeout=30) as answer:
            assert "tuning" in json.load(answer)["kernelspecs"]
    finally:
        process.terminate()
        process.wait(timeout=30)
