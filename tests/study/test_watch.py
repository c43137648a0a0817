"""`checker watch` in a real terminal, with real kernels: what it shows, what its keys do, and that nothing is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from scripts.terminal import Terminal


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    with Terminal(folder, "watch", "welcome") as terminal:
        yield terminal


def solve(folder: Path) -> None:
    (folder / "exercises" / "welcome.ipynb").write_text((folder / "solutions" / "welcome.ipynb").read_text())


def test_the_loop_of_a_learner(terminal: Terminal, folder: Path) -> None:
    shown = terminal.wait_for("waiting for you to save exercises/welcome.ipynb")
    assert "✗ needs work     welcome" in shown
    assert "hint 1 of 3" in shown
    terminal.press("h")
    terminal.wait_for("Hint 2 of 3: ")
    solve(folder)
    terminal.wait_for("✓ passed")
    terminal.wait_for("Next: Count the fits of a grid search (about")
    terminal.press("s")
    terminal.wait_for("One solution; all of it is in solutions/welcome.ipynb:")
    terminal.press("r")
    terminal.wait_for("Press r once more to start the exercise afresh; your notebook is kept as a backup.")
    terminal.press("r")
    terminal.wait_for("exercises/welcome.ipynb is fresh again.")
    terminal.wait_for("Yours is kept in .checker/backups/welcome-")
    terminal.wait_for("✗ needs work")
    solve(folder)
    terminal.wait_for("Next: Count the fits of a grid search (about")
    (folder / "exercises" / "welcome.ipynb").touch()
    terminal.wait_for("(unchanged since")
    terminal.press("n")
    terminal.wait_for("· not attempted  search-strategies/grid-fits")
    terminal.press("q")
    terminal.wait_for("open search-strategies/grid-fits` (about")
    assert terminal.end() == 0


def test_a_save_during_a_grading_starts_afresh(terminal: Terminal, folder: Path) -> None:
    terminal.wait_for("waiting for you to save")
    notebook = nbformat.read(folder / "exercises" / "welcome.ipynb", 4)
    notebook.cells.append(nbformat.v4.new_code_cell("import time; time.sleep(50)", id="sleep"))
    nbformat.write(notebook, folder / "exercises" / "welcome.ipynb")
    terminal.wait_for("grading exercises/welcome.ipynb")
    solve(folder)
    terminal.wait_for("✓ passed", seconds=20)


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_ending_it_in_the_middle_of_a_grading_leaves_nothing_running(
    terminal: Terminal, folder: Path, key: str
) -> None:
    terminal.wait_for("grading exercises/welcome.ipynb")
    family = terminal.family()
    terminal.press(key)
    assert terminal.end() == 0
    assert not psutil.wait_procs(family, timeout=5)[1]
    assert not [name for name in os.listdir(folder) if name.startswith("checker-")]


def test_it_ends_with_its_terminal(terminal: Terminal) -> None:
    terminal.wait_for("grading exercises/welcome.ipynb")
    family = terminal.family()
    terminal.hang_up()
    terminal.process.wait(timeout=20)
    assert not psutil.wait_procs(family, timeout=5)[1]


def test_a_signal_ends_it_too(terminal: Terminal) -> None:
    terminal.wait_for("grading exercises/welcome.ipynb")
    family = terminal.family()
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    assert not psutil.wait_procs(family, timeout=5)[1]


def test_without_a_terminal_it_says_what_to_use(folder: Path) -> None:
    command = [sys.executable, "-m", "checker.cli", "watch", "welcome"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "watch draws in a terminal, and this is none: `checker grade` prints a verdict." in done.stderr
