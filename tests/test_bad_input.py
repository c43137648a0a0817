"""Bad input, each answered with one sentence; the file stays as it was and nothing is left running."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest

from checker.course import Exercise
from checker.limits import Limits
from checker.result import Outcome
from checker.run.isolation import Isolation
from checker.run.warm import WarmProcess
from tests.conftest import PROCESS, graded, problem

Write = Callable[..., Path]
Warm = Callable[[Isolation], WarmProcess | None]


@pytest.fixture
def hasty(welcome: Exercise) -> Exercise:
    """The welcome exercise for forked kernels, which have imported all that it needs: endless cells end at once."""
    return replace(welcome, limits=Limits(cell_seconds=4))


def checker(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `checker grade ...`; these notebooks belong to the repository's own course, which may have graded them."""
    command = [sys.executable, "-m", "checker.cli", *arguments, "--fresh"]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={**os.environ, "COLUMNS": "300"}, timeout=120
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "welcome.ipynb is empty: `checker reset` gives you a fresh exercise."),
        (b"  \n", "welcome.ipynb is empty: `checker reset` gives you a fresh exercise."),
        (b"not json", "welcome.ipynb is no notebook: it does not hold JSON."),
        (b'{"a": 1}', "welcome.ipynb is JSON, but no notebook: it has no cells."),
        (b"[1, 2]", "welcome.ipynb is JSON, but no notebook: it has no list of cells."),
        (
            b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
            "welcome.ipynb is JSON, but no notebook: it has no list of cells.",
        ),
        (
            b'{"cells": [{"cell_type": "code", "source": "1"}, {"cell_type": 3}]}',
            "welcome.ipynb is JSON, but no notebook: cell 2 is not what Jupyter writes.",
        ),
        (
            b'{"cells": [{"cell_type": "code",\n"source": "1"}, {"cell_type": "co',
            "welcome.ipynb is cut off at line 2: take the copy that you saved before, or `checker reset`, which keeps "
            "this one.",
        ),
        (
            b'{"cells": [\n<<<<<<< HEAD\n{"cell_type": "code"}\n=======\n>>>>>>> mine\n]}',
            "welcome.ipynb holds a merge conflict at line 2: keep one of the two versions there, and save it.",
        ),
        (b'{"cells": [],\n "metadata" {}}', "welcome.ipynb is no valid JSON at line 2 (Expecting ':' delimiter)."),
        (b"# %%\nimport numpy\n", "welcome.ipynb is a script: hand in the notebook that it was made from."),
        (b"\xff\xfe\x00", "welcome.ipynb is no notebook: it does not hold UTF-8 text."),
        (b"[" * 100_000, "welcome.ipynb is JSON, but no notebook: it has no list of cells."),
    ],
)
def test_a_file_that_is_no_notebook(tmp_path: Path, welcome: Exercise, content: bytes, message: str) -> None:
    path = tmp_path / "welcome.ipynb"
    path.write_bytes(content)
    result = graded(path, welcome, 0, PROCESS)
    assert (result.outcome, problem(result)) == (Outcome.NOT_JUDGED, ("unreadable", message, None, None))
    assert path.read_bytes() == content


def test_a_notebook_of_another_language(write_welcome: Write, welcome: Exercise) -> None:
    path = write_welcome()
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    nbformat.write(notebook, path)
    said = "welcome.ipynb is a notebook for r; the exercises are in Python."
    assert problem(graded(path, welcome)) == ("unreadable", said, None, None)


def test_another_kernel_in_the_metadata_does_not_matter(write_welcome: Write, welcome: Exercise) -> None:
    path = write_welcome()
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "no-such-kernel", "display_name": "?"}
    nbformat.write(notebook, path)
    assert graded(path, welcome, 0, PROCESS).outcome is Outcome.PASSED


def test_a_notebook_without_the_asked_name(write_welcome: Write, welcome: Exercise) -> None:
    result = graded(write_welcome(extra="del objective"), welcome, 0, PROCESS)
    assert (result.outcome, result.error) == (Outcome.NEEDS_WORK, None)
    assert result.checks[0].found == "the notebook does not define `objective`"
    assert result.checks[0].expected == (
        "a cell that defines `objective`, as the starter has: `checker reset` gives you a fresh copy and keeps yours"
    )


def test_deleted_cells(write_welcome: Write, welcome: Exercise) -> None:
    path = write_welcome()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "imports"]
    nbformat.write(notebook, path)
    result = graded(path, welcome, 0, PROCESS)
    assert result.outcome is Outcome.NEEDS_WORK
    assert problem(result) == ("exception", "NameError: name 'X' is not defined", 1, 1)
    assert {check.outcome for check in result.checks} == {Outcome.SKIPPED}


def test_copied_and_moved_cells_with_new_ids_pass(write_welcome: Write, welcome: Exercise) -> None:
    path = write_welcome()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell(c.source) for c in notebook.cells * 2 if c.cell_type == "code"]
    nbformat.write(notebook, path)
    assert graded(path, welcome, 0, PROCESS).outcome is Outcome.PASSED


def test_a_cell_that_raises_is_shown_with_its_line_and_what_was_reached_is_judged(
    write_welcome: Write, welcome: Exercise
) -> None:
    result = graded(write_welcome(extra="a = 1\nraise ValueError('first\\nsecond')"), welcome, 0, PROCESS)
    assert result.outcome is Outcome.NEEDS_WORK
    assert problem(result) == ("exception", "ValueError: first", 4, 2)
    assert {check.outcome for check in result.checks} == {Outcome.PASSED}


@pytest.mark.parametrize(
    "endless", ["while True: pass", "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass"]
)
def test_a_cell_that_never_ends_and_what_was_reached_before_it(
    write_welcome: Write, hasty: Exercise, warm: Warm, endless: str
) -> None:
    result = graded(write_welcome(extra=endless), hasty, 0, PROCESS, warm(PROCESS))
    assert result.outcome is Outcome.NEEDS_WORK
    assert problem(result) == ("time", "ran for 4 s; the limit is 4 s", 4, None)
    assert {check.outcome for check in result.checks} == {Outcome.PASSED}


@pytest.mark.parametrize(
    "killer", ["import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
)
def test_a_cell_that_ends_its_kernel(write_welcome: Write, welcome: Exercise, killer: str) -> None:
    result = graded(write_welcome(extra=killer), welcome, 0, PROCESS)
    assert result.outcome is Outcome.NEEDS_WORK
    said = "ended its kernel: it called exit, ran out of memory or crashed in native code"
    assert problem(result) == ("ended", said, 4, None)
    assert {check.outcome for check in result.checks} == {Outcome.PASSED}  # judged in a kernel that stopped before


def test_an_objective_that_never_ends(write_welcome: Write, hasty: Exercise, warm: Warm) -> None:
    path = write_welcome(extra="def objective(params, X=X, y=y):\n    while True: pass")
    result = graded(path, hasty, 0, PROCESS, warm(PROCESS))
    assert result.checks[0].found is not None
    assert result.checks[0].found.endswith("ran for 4 s; the limit is 4 s")


def test_an_objective_that_ends_its_kernel(write_welcome: Write, welcome: Exercise) -> None:
    path = write_welcome(extra="import os\ndef objective(params, X=X, y=y): os._exit(0)")
    result = graded(path, welcome, 0, PROCESS)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.checks[0].found is not None
    assert result.checks[0].found.endswith("gave no answer, for it ended the kernel")


def test_an_objective_that_raises(write_welcome: Write, welcome: Exercise) -> None:
    path = write_welcome(extra="def objective(params):\n    return params['depth']")
    result = graded(path, welcome, 0, PROCESS)
    assert result.checks[0].found is not None
    assert result.checks[0].found.endswith("raised TypeError: objective() got an unexpected keyword argument 'X'")


def test_shadowed_names_and_noise_do_not_matter(write_welcome: Write, welcome: Exercise) -> None:
    noise = "import sys, warnings, os\nstr = 3\njson = None\nlist = dict = eval = open = None\nos.chdir('/')\n"
    noise += "warnings.warn('a warning')\nprint('to stderr', file=sys.stderr)"
    assert graded(write_welcome(extra=noise), welcome, 0, PROCESS).outcome is Outcome.PASSED


def test_no_process_and_no_scratch_folder_is_left(write_welcome: Write, welcome: Exercise, tmp_path: Path) -> None:
    # Other gradings may run at the same time: this one's processes and folder are told by a sign of their own.
    sign = f"left-{os.getpid()}"
    note = tmp_path / "scratch"
    cell = f"import subprocess, os\nsubprocess.Popen(['sh', '-c', 'sleep 600 # {sign}'])\n"
    cell += f"open({str(note)!r}, 'w').write(os.getcwd())"
    assert graded(write_welcome(extra=cell), welcome, 0, PROCESS).outcome is Outcome.PASSED
    assert not Path(note.read_text()).exists()
    assert not [p for p in psutil.process_iter() if sign in " ".join(_command(p))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def test_the_users_environment_and_home_are_not_visible(
    write_welcome: Write, welcome: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "secret")
    cell = "import os, pathlib\nassert 'A_TOKEN' not in os.environ\n"
    cell += f"assert pathlib.Path.home() != pathlib.Path({str(Path.home())!r})"
    assert graded(write_welcome(extra=cell), welcome, 0, PROCESS).error is None


def test_a_missing_path(tmp_path: Path) -> None:
    done = checker("grade", "nothing.ipynb", cwd=tmp_path)
    assert done.returncode == 2
    assert "There is no file, folder or exercise named nothing.ipynb; the exercises are welcome, " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_notebook_that_does_not_say_which_exercise_it_is(write_welcome: Write, tmp_path: Path) -> None:
    path = write_welcome()
    notebook = nbformat.read(path, as_version=4)
    del notebook.metadata["checker"]
    nbformat.write(notebook, path)
    done = checker("grade", "welcome.ipynb", cwd=tmp_path)
    assert done.returncode == 3
    assert "welcome.ipynb does not say which exercise it is: name it with `--as SLUG`." in done.stdout
    assert checker("grade", "welcome.ipynb", "--as", "welcome", cwd=tmp_path).returncode == 0


def test_in_a_folder_each_file_has_its_row_and_one_bad_notebook_does_not_stop_the_others(
    write_welcome: Write, tmp_path: Path
) -> None:
    write_welcome()
    (tmp_path / "empty.ipynb").write_text("")
    (tmp_path / "link.ipynb").symlink_to("welcome.ipynb")
    (tmp_path / "LOUD.IPYNB").write_text("{}")
    done = checker("grade", ".", "--json", "report.json", cwd=tmp_path)
    assert done.returncode == 3
    assert "empty.ipynb is empty: `checker reset` gives you a fresh exercise." in done.stdout
    rows = json.loads((tmp_path / "report.json").read_text())["exercises"]
    assert [(row["id"], row["notebook"], row["outcome"], row["error"] and row["error"]["message"]) for row in rows] == [
        ("welcome", "welcome.ipynb", "passed", None),
        ("", "LOUD.IPYNB", "not_judged", "LOUD.IPYNB is JSON, but no notebook: it has no cells."),
        ("", "empty.ipynb", "not_judged", "empty.ipynb is empty: `checker reset` gives you a fresh exercise."),
        ("", "link.ipynb", "not_judged", "link.ipynb is a link: hand in the notebook itself."),
    ]


def test_a_report_that_cannot_be_written(write_welcome: Write, tmp_path: Path) -> None:
    write_welcome()
    done = checker("grade", "welcome.ipynb", "--json", "no/such/folder.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "There is no folder no/such to write the report no/such/folder.json into." in done.stderr


def test_no_space_for_a_scratch_folder(
    write_welcome: Write, welcome: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")
    result = graded(write_welcome(), welcome, 0, PROCESS)
    assert result.outcome is Outcome.NOT_JUDGED
    said = (
        "The notebook could not be run on this machine (No such file or directory): "
        "`checker doctor` looks for the cause."
    )
    assert problem(result) == ("machine", said, None, None)
