"""Processes on this machine as an executor: each call has its answer, and nothing of a process outlives it."""

import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from checker.executors.calls import GraderLostError
from checker.executors.local import LocalExecutor, graders_for
from checker.run.processes import descendants
from tests.conftest import PROCESS

ASLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(2)
    yield executor
    executor.shutdown(cancel_futures=True)


def pid_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def say_and_read() -> str:
    print("a library prints")
    os.write(1, b"native code, too")
    return sys.stdin.read()


def leave_a_daemon(file: Path) -> None:
    """Start a process that nobody looks after, and end this one."""
    file.write_text(str(subprocess.Popen(ASLEEP, start_new_session=True).pid))
    os.kill(os.getpid(), signal.SIGKILL)


def wait_with_a_daemon(file: Path) -> None:
    leaving = file.with_suffix(".partial")
    leaving.write_text(str(subprocess.Popen(ASLEEP, start_new_session=True).pid))
    leaving.rename(file)
    time.sleep(600)


def test_a_call_returns_and_raises_what_its_function_does(executor: LocalExecutor) -> None:
    quotient, fault = executor.submit(operator.truediv, 6, 3), executor.submit(operator.truediv, 1, 0)
    assert quotient.result() == 2.0
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        fault.result()


def test_two_calls_run_side_by_side_in_processes_that_serve_many(executor: LocalExecutor) -> None:
    pids = [future.result() for future in [executor.submit(pid_after, 0.5) for _ in range(6)]]
    assert len(set(pids)) == 2
    assert os.getpid() not in pids


def test_what_a_call_prints_is_no_answer_and_it_has_no_input(executor: LocalExecutor) -> None:
    assert executor.submit(say_and_read).result() == ""
    assert executor.submit(operator.add, 1, 1).result() == 2


def test_a_call_that_cannot_be_read_or_answered_is_the_callers_fault_alone() -> None:
    executor = LocalExecutor(1)
    before = executor.submit(os.getpid).result()
    with pytest.raises(TypeError, match="pickle"):
        executor.submit(open, os.devnull).result()
    assert executor.submit(os.getpid).result() == before
    executor.shutdown()


def test_a_lost_process_costs_its_own_call_only(executor: LocalExecutor) -> None:
    first, lost = executor.submit(pid_after, 1.0), executor.submit(os._exit, 0)
    others = [executor.submit(pid_after, 0.1) for _ in range(4)]
    with pytest.raises(GraderLostError):
        lost.result()
    assert len({first.result(), *(future.result() for future in others)}) == 2


def test_what_a_lost_process_leaves_behind_is_ended(executor: LocalExecutor, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with pytest.raises(GraderLostError):
        executor.submit(leave_a_daemon, file).result()
    assert not psutil.pid_exists(int(file.read_text()))


def test_a_shutdown_waits_for_the_calls_and_leaves_no_process() -> None:
    before = set(descendants())
    with LocalExecutor(2) as executor:
        futures = [executor.submit(pid_after, 0.2) for _ in range(4)]
    assert all(future.done() for future in futures)
    assert set(descendants()) <= before


def test_a_shutdown_in_the_midst_ends_what_runs_and_what_that_started(tmp_path: Path) -> None:
    before = set(descendants())
    file = tmp_path / "pid"
    executor = LocalExecutor(1)
    running, waiting = executor.submit(wait_with_a_daemon, file), executor.submit(os.getpid)
    wait_for(file)
    executor.shutdown(cancel_futures=True)
    with pytest.raises(GraderLostError):
        running.result()
    assert waiting.cancelled()
    assert set(descendants()) <= before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_the_processes_end_with_the_one_that_they_work_for(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    code = f"""
from pathlib import Path
from checker.executors.local import LocalExecutor
from tests.executors.test_local import own_pid_then_wait
if __name__ == "__main__":
    LocalExecutor(1).submit(own_pid_then_wait, Path({str(file)!r})).result()
"""
    host = subprocess.Popen([sys.executable, "-c", code])
    wait_for(file)
    grader = psutil.Process(int(file.read_text()))
    host.kill()
    host.wait()
    assert not psutil.wait_procs([grader], timeout=10)[1]


def own_pid_then_wait(file: Path) -> None:
    partial = file.with_suffix(".partial")
    partial.write_text(str(os.getpid()))
    partial.rename(file)
    time.sleep(600)


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 120
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(("submissions", "cores", "graders"), [(1, 8, 1), (3, 8, 1), (4, 8, 2), (300, 8, 2), (4, 1, 1)])
def test_a_second_grader_is_for_many_submissions_on_more_than_one_core(
    submissions: int, cores: int, graders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    with graders_for(submissions, PROCESS) as executor:
        assert executor.most == graders
