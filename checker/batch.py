"""Many notebooks in one command, two at a time, each by a grader in a process of its own.

One process could not grade two: a grading ends every process that came up meanwhile, so that nothing can hide.
A grader is forked from the warm process, whose libraries it needs too.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

import psutil

from checker.collect import Target
from checker.result import ExerciseResult, Outcome, RunError
from checker.run.isolation import Isolation
from checker.run.processes import adopt_orphans, descendants, end_all
from checker.run.warm import WarmProcess, warm_process
from checker.text import printable
from checker.verdict_cache import grade_and_keep

_AT_A_TIME = 2
"""Each takes more than half a gigabyte, with Spark more than one."""

_WORTH_TWO = 4
"""Gradings: for fewer, a second grader takes longer to start than it saves."""

_WORTH_FORKING = 2
"""Gradings: a single one would wait longer for a process to fork from than for a kernel of its own."""

_SECONDS_TO_END = 20.0

_LOST = "The process that graded it ended before the verdict: grade it once more."


def grade_all(targets: Sequence[Target], seed: int, isolation: Isolation) -> Generator[ExerciseResult]:
    """Grade each target and keep its verdict; they come in the order of the targets, each as soon as it can.

    Whoever stops before the last one closes the generator, which ends all that runs.
    """
    with ExitStack() as stack:
        warm = stack.enter_context(warm_process(isolation)) if len(targets) >= _WORTH_FORKING else None
        if warm is not None and len(targets) >= _WORTH_TWO and (os.cpu_count() or 1) >= _AT_A_TIME:
            yield from _side_by_side(targets, seed, isolation, warm)
        else:
            for target in targets:
                yield asyncio.run(grade_and_keep(target, seed, isolation, warm))


def _side_by_side(
    targets: Sequence[Target], seed: int, isolation: Isolation, warm: WarmProcess
) -> Generator[ExerciseResult]:
    with _nothing_left(), ThreadPoolExecutor(_AT_A_TIME) as threads, ExitStack() as stack:
        idle: SimpleQueue[_Grader] = SimpleQueue()
        for _ in range(_AT_A_TIME):
            grader = _Grader(seed, isolation, warm)
            stack.callback(grader.end)
            idle.put(grader)

        def grade(target: Target) -> ExerciseResult:
            grader = idle.get()
            try:
                return grader.grade(target)
            finally:
                idle.put(grader)

        stack.callback(threads.shutdown, wait=False, cancel_futures=True)  # before the graders end
        for verdict in [threads.submit(grade, target) for target in targets]:
            yield verdict.result()


@contextmanager
def _nothing_left() -> Iterator[None]:
    """A grader ends what its notebooks started; where one of them has ended the grader, this process does it."""
    adopt_orphans()
    earlier = set(descendants())
    try:
        yield
    finally:
        end_all(lambda: [process for process in descendants() if process not in earlier])


class _Grader:
    """A grader's process, started anew where a notebook has ended it."""

    def __init__(self, seed: int, isolation: Isolation, warm: WarmProcess) -> None:
        self._settings = (dict(os.environ), Path.cwd(), seed, isolation)
        self._warm = warm
        self._process: psutil.Process | None = None
        self._channel: Connection | None = None
        self._busy = False
        with suppress(OSError):  # then the first notebook has no verdict
            self._start()

    def grade(self, target: Target) -> ExerciseResult:
        """The verdict on the target."""
        began = monotonic()
        self._busy = True
        try:
            channel = self._channel or self._start()
            channel.send(target)
            result: ExerciseResult = channel.recv()
        except (OSError, EOFError):
            self._channel = None  # the next notebook gets a new process
            path, seconds = printable(str(target.path)), round(monotonic() - began, 2)
            error = RunError(_LOST)
            result = ExerciseResult(target.exercise.slug, path, Outcome.NOT_JUDGED, seconds, error, checks=())
        self._busy = False
        return result

    def _start(self) -> Connection:
        self._warm.start()
        self._process, self._channel = self._warm.fork_grader()
        self._channel.send(self._settings)
        return self._channel

    def end(self) -> None:
        """End the process with all that it started, in the middle of a grading too."""
        if self._process is None or self._channel is None:
            return
        with suppress(psutil.Error):
            if self._busy:
                self._process.send_signal(signal.SIGINT)
            else:
                self._channel.close()
            self._process.wait(_SECONDS_TO_END)


def serve(channel: Connection, twin: int, answers: socket.socket) -> None:
    """Be a grader: grade one target after the other as they arrive, until the channel is closed.

    Before them its environment arrives, its folder, the seed and the isolation. Its kernels are forked from the
    process `twin`, which `answers`.
    """
    with suppress(EOFError, KeyboardInterrupt):
        environment, folder, seed, isolation = channel.recv()
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        with warm_process(isolation, (twin, answers)) as warm:
            while True:
                target = channel.recv()
                channel.send(asyncio.run(grade_and_keep(target, seed, isolation, warm)))
