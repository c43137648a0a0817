"""Processes on this machine as an executor, for calls that may cost their process its life.

The standard library's `ProcessPoolExecutor` gives up every call when one of its processes ends. Here the others go on,
and a new process takes the place of the lost one.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import psutil

from checker.executors.calls import GraderLostError, call_of, result_of
from checker.run.isolation import Isolation
from checker.run.processes import adopt_orphans, descendants, end_all
from checker.run.scratch import Scratch

_AT_A_TIME = 2
"""A grader takes more than half a gigabyte, with Spark more than one."""

_WORTH_TWO = 4
"""Gradings: for fewer, a second grader takes longer to start than it saves."""

_WORTH_FORKING = 2
"""Gradings: a single one would wait longer for a process to fork from than for a kernel of its own."""

_SECONDS_TO_END = 20.0


def graders_for(submissions: int, isolation: Isolation) -> "LocalExecutor":
    """The processes that grade so many submissions soonest."""
    processes = _AT_A_TIME if submissions >= _WORTH_TWO and (os.cpu_count() or 1) >= _AT_A_TIME else 1
    return LocalExecutor(processes, forks=submissions >= _WORTH_FORKING and isolation.can_fork)


class LocalExecutor(Executor):
    """Runs each call in one of several processes, which start when they are needed and serve many calls.

    There are at `most` so many. With `forks` each of them has what kernels are forked from. The future of a call whose
    process ended raises GraderLostError.
    """

    def __init__(self, processes: int, forks: bool = False) -> None:
        self._forks = forks
        adopt_orphans()
        self._earlier = set(descendants())
        self.most = processes
        self._threads = ThreadPoolExecutor(processes)
        self._lock = Lock()  # held while processes come and go
        self._processes: set[_Process] = set()
        self._idle: list[_Process] = []
        self._is_over = False

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call an importable function in a process; arguments and result can be pickled."""
        return self._threads.submit(self._answered, call_of(function, args, kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes with all that they started: after the last call, with `cancel_futures` in the midst of it.

        Without either of the two they end when their calls have ended, on Linux.
        """
        self._threads.shutdown(wait and not cancel_futures, cancel_futures=cancel_futures)
        if wait or cancel_futures:
            self._end()
            self._threads.shutdown(wait)

    def _answered(self, call: bytes) -> Any:
        try:
            process = self._take()
        except OSError as fault:
            raise GraderLostError("no process could be started") from fault
        try:
            answer = process.ask(call)
        except (OSError, EOFError) as fault:
            self._lose(process)
            raise GraderLostError("the process ended before its answer") from fault
        self._idle.append(process)
        return result_of(answer)

    def _take(self) -> "_Process":
        """An idle process, else a new one: there are never more than threads."""
        with suppress(IndexError):
            return self._idle.pop()
        with self._lock:
            if self._is_over:
                raise OSError("the executor is shut down")
            process = _Process(self._forks)
            self._processes.add(process)
            return process

    def _lose(self, process: "_Process") -> None:
        """End what is left of a process, and what nobody looks after any more."""
        process.end()
        with self._lock:
            self._processes.discard(process)
            end_all(self._strays)

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            processes = list(self._processes)
        for process in processes:
            process.terminate()
        for process in processes:
            self._lose(process)

    def _strays(self) -> list[psutil.Process]:
        """The processes below this one that came after the executor and are none of its processes, nor below one."""
        below = descendants()
        families = {process for each in self._processes for process in each.family()}
        return [process for process in below if process not in self._earlier and process not in families]


class _Process:
    """A process that answers calls, seen from outside; `checker.executors.process` is its own side."""

    def __init__(self, forks: bool) -> None:
        self._folder = TemporaryDirectory(prefix="checker-", ignore_cleanup_errors=True)
        # In a session of its own: Ctrl-C in the terminal is for this process, which ends the other.
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "checker.executors.process", *(["forks"] if forks else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=Scratch(Path(self._folder.name)).environment,
            cwd=self._folder.name,
        )
        self._send(dict(os.environ))

    def ask(self, call: bytes) -> bytes:
        """The answer to the call. Raises OSError or EOFError where the process ends before."""
        self._send(call)
        assert self._popen.stdout is not None
        answer: bytes = pickle.load(self._popen.stdout)
        return answer

    def _send(self, thing: object) -> None:
        assert self._popen.stdin is not None
        pickle.dump(thing, self._popen.stdin)
        self._popen.stdin.flush()

    def terminate(self) -> None:
        """Tell it to end, with what it does now; to be followed by `end`."""
        self._popen.terminate()

    def end(self) -> None:
        """Wait until it has ended, as it was told or by itself; not for ever."""
        try:
            self._popen.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._folder.cleanup()

    def family(self) -> list[psutil.Process]:
        """The process, unless it has ended, and all below it."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._popen.pid)
            return [process, *process.children(recursive=True)]
        return []
