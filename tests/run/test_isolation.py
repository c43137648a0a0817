"""The levels of isolation: which one is chosen, what it hides, and that real Spark runs inside each."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.course import Exercise
from checker.faults import in_words
from checker.result import Outcome
from checker.run.isolation import Isolation, Level, best_isolation, choose_isolation, sandbox_fault
from tests.conftest import COURSE, PROCESS, SANDBOX, graded, needs_sandbox

# A stand-in for an instructor's container: bubblewrap again, with everything visible and one folder to write to.
CONTAINER = Isolation(
    Level.CONTAINER,
    (
        *("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
        *("--unshare-pid", "--unshare-net", "--bind", "{scratch}", "{scratch}"),
        *("--setenv", "PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"),
    ),
)
levels = pytest.mark.parametrize("isolation", [PROCESS, SANDBOX, CONTAINER], ids=lambda isolation: isolation.level)

SPARK = """
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", False)
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .getOrCreate()
)
assert spark.sparkContext.parallelize(range(8), 4).map(lambda n: n * n).sum() == 140
"""


@needs_sandbox
def test_the_sandbox_is_the_default_where_it_works() -> None:
    assert best_isolation(()) == SANDBOX == choose_isolation(None, None, ())


@pytest.mark.parametrize(
    ("level", "container", "message"),
    [
        ("process", "podman run", "Give either --isolation or --container, not both."),
        (
            None,
            "no-such-program run",
            "The container command 'no-such-program run' does not begin with a program on the PATH.",
        ),
        (None, "", "The container command '' does not begin with a program on the PATH."),
    ],
)
def test_what_cannot_be_chosen(level: str | None, container: str | None, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        choose_isolation(level, container, ())
    assert str(raised.value) == message


def test_without_bubblewrap_a_process_is_used_and_a_sandbox_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    sandbox_fault.cache_clear()
    try:
        assert best_isolation(()) == PROCESS
        with pytest.raises(ValueError) as raised:
            choose_isolation("sandbox", None, ())
        assert str(raised.value) == "There is no sandbox on this machine: bwrap is not installed."
    finally:
        sandbox_fault.cache_clear()


def test_a_container_without_a_kernel_is_not_the_learners_fault(
    write_welcome: Callable[..., Path], welcome: Exercise
) -> None:
    result = graded(write_welcome(), welcome, 0, choose_isolation(None, "false", ()))
    assert result.outcome is Outcome.NOT_JUDGED
    assert result.error is not None
    assert in_words(result.error) == (
        "No kernel answered from behind `false` (Kernel died before replying to kernel_info): try it with `python -V`."
    )


@pytest.mark.long
@needs_sandbox
@levels
def test_real_spark_runs_inside(write_welcome: Callable[..., Path], isolation: Isolation) -> None:
    result = graded(write_welcome(extra=SPARK), COURSE.exercises[0], 0, isolation)
    assert (result.outcome, result.error) == (Outcome.PASSED, None)
