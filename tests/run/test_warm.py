"""Kernels forked from a warm process: as far apart as ordinary ones, and an ordinary one where no fork is to be had."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from checker.evidence import Evidence, Kind, Question
from checker.run.isolation import Isolation, Level
from checker.run.warm import WarmProcess, warm_process
from tests.conftest import COURSE, PROCESS, SANDBOX, collected, needs_sandbox, submitted

Warm = Callable[[Isolation], WarmProcess | None]
levels = pytest.mark.parametrize(
    "isolation", [PROCESS, pytest.param(SANDBOX, marks=needs_sandbox)], ids=lambda i: i.level
)


def answers(code: str, expression: str, folder: Path, isolation: Isolation, warm: WarmProcess | None) -> Evidence:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    asked = {"asked": Question(expression)}
    return asyncio.run(collected(submitted(notebook, COURSE.exercises[0]), asked, isolation, warm))


def value(evidence: Evidence) -> object:
    assert evidence.error is None
    assert evidence.answers["asked"].kind is Kind.VALUE
    return evidence.answers["asked"].value


@levels
def test_libraries_are_loaded_and_names_are_not(tmp_path: Path, isolation: Isolation, warm: Warm) -> None:
    code = "import sys\nloaded = 'mlflow' in sys.modules and 'hyperopt' in sys.modules, 'mlflow' in globals()"
    assert value(answers(code, "loaded", tmp_path, isolation, warm(isolation))) == [True, False]


@levels
def test_no_two_kernels_draw_the_same_numbers(tmp_path: Path, isolation: Isolation, warm: Warm) -> None:
    code = "import random, numpy as np\ndrawn = random.random(), float(np.random.rand())"
    first, second = (value(answers(code, "drawn", tmp_path, isolation, warm(isolation))) for _ in range(2))
    assert isinstance(first, list) and isinstance(second, list)
    assert not set(first) & set(second)


@needs_sandbox
def test_a_forked_kernel_is_in_the_sandbox_and_has_no_rights_there(tmp_path: Path, warm: Warm) -> None:
    code = """
import os
numbers = os.listdir("/proc/self/fd")
places = [os.readlink(f"/proc/self/fd/{n}") for n in numbers if os.path.islink(f"/proc/self/fd/{n}")]
status = open("/proc/self/status").read()
seen = {
    "rights": [line.split()[1] for line in status.splitlines() if line.startswith(("CapPrm", "CapEff", "CapBnd"))],
    "new rights": status.split("NoNewPrivs:")[1].split()[0],
    "files": [place for place in places if place.startswith("/") and place != "/dev/null"],
    "mounted": [line.split()[4] for line in open("/proc/self/mountinfo") if "checker-" not in line],
    "writable": os.access("/usr", os.W_OK),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "network": [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]],
}
"""
    forked, ordinary = (value(answers(code, "seen", tmp_path, SANDBOX, process)) for process in (warm(SANDBOX), None))
    assert isinstance(forked, dict) and isinstance(ordinary, dict)
    assert forked["rights"] == ["0" * 16] * 3 and forked["new rights"] == "1"
    assert forked["mounted"] == ordinary["mounted"]
    assert (forked["writable"], forked["network"]) == (False, ["lo"])
    assert forked["processes"] <= ordinary["processes"] + 1  # the one that keeps the sandbox open
    assert not [place for place in forked["files"] if "/checker-" not in place]


@needs_sandbox
def test_whoever_keeps_the_sandbox_open_cannot_be_ended_from_inside_and_leaves_no_zombie(
    tmp_path: Path, warm: Warm
) -> None:
    code = """
import os, signal, subprocess, time
from pathlib import Path
os.kill(1, signal.SIGKILL)
subprocess.run(["sh", "-c", "sleep 0.1 &"], check=True)  # an orphan; number 1 gets it
deadline = time.monotonic() + 10
while any("sleep" in path.read_text() for path in Path("/proc").glob("[0-9]*/comm")) and time.monotonic() < deadline:
    time.sleep(0.05)
names = sorted(path.read_text().strip() for path in Path("/proc").glob("[0-9]*/comm"))
"""
    names = value(answers(code, "names", tmp_path, SANDBOX, warm(SANDBOX)))
    assert isinstance(names, list)
    assert "cat" in names and "sleep" not in names


def test_the_environment_of_a_forked_kernel_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "secret")
    code = "import os\nraw = open('/proc/self/environ').read() + str(os.environ)"
    with warm_process(PROCESS) as warm:
        assert "secret" not in str(value(answers(code, "raw", tmp_path, PROCESS, warm)))


LOADED = "import sys\nloaded = 'mlflow' in sys.modules"


def test_one_process_serves_many_gradings_and_is_replaced_when_a_notebook_ends_it(tmp_path: Path) -> None:
    parent = "parent = int(open('/proc/self/stat').read().split()[3])"
    with warm_process(PROCESS) as warm:
        first, second = (value(answers(parent, "parent", tmp_path, PROCESS, warm)) for _ in range(2))
        assert first == second
        answers(f"import os\nos.kill({first}, 9)", "1", tmp_path, PROCESS, warm)
        assert value(answers(LOADED, "loaded", tmp_path, PROCESS, warm)) is True


def test_an_ordinary_kernel_serves_where_forking_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with warm_process(PROCESS) as warm:
        monkeypatch.setattr(WarmProcess, "_asked", lambda *_: int(""))
        assert value(answers(LOADED, "loaded", tmp_path, PROCESS, warm)) is False


def test_there_is_no_warm_process_behind_a_container() -> None:
    with warm_process(Isolation(Level.CONTAINER, ("podman",))) as warm:
        assert warm is None
