"""Many notebooks in one command, two at a time: each grader is a process of its own, which forks its kernels.

One process could not grade two: a grading ends every process that came up meanwhile, so that nothing can hide.
`python -m checker.graders` is such a grader. On its standard input arrive, pickled, the seed with the isolation and
then one target after the other; for each it writes a line with the result as JSON.
"""

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout, suppress
from dataclasses import asdict
from queue import SimpleQueue
from time import monotonic

from checker.kept import grade_and_keep
from checker.result import ExerciseResult, Outcome, RunError, exercise_from
from checker.run.isolation import Isolation
from checker.run.processes import adopt_orphans, descendants, end_all
from checker.run.warm import warm_process
from checker.targets import Target
from checker.text import printable

_AT_A_TIME = 2
"""Each takes more than half a gigabyte, with Spark more than one."""

_WORTH_TWO = 4
"""Gradings: for fewer, a second grader takes longer to start than it saves."""

_WORTH_FORKING = 2
"""Gradings: a single one would wait longer for a process to fork from than for a kernel of its own."""

_SECONDS_TO_END = 20.0

_LOST = "The process that graded it was ended from outside: grade it once more."


def grade_all(targets: Sequence[Target], seed: int, isolation: Isolation) -> Generator[ExerciseResult]:
    """Grade each target and keep its verdict; they come in the order of the targets, each as soon as it can.

    Whoever stops before the last one closes the iterator, which ends all that runs.
    """
    if len(targets) >= _WORTH_TWO and os.name == "posix" and (os.cpu_count() or 1) >= _AT_A_TIME:
        return _side_by_side(targets, seed, isolation)
    return _one_by_one(targets, seed, isolation)


def _one_by_one(targets: Sequence[Target], seed: int, isolation: Isolation) -> Generator[ExerciseResult]:
    with warm_process(isolation) if len(targets) >= _WORTH_FORKING else nullcontext() as warm:
        for target in targets:
            yield asyncio.run(grade_and_keep(target, seed, isolation, warm))


def _side_by_side(targets: Sequence[Target], seed: int, isolation: Isolation) -> Generator[ExerciseResult]:
    with _nothing_left(), ThreadPoolExecutor(_AT_A_TIME) as threads, ExitStack() as stack:
        idle: SimpleQueue[_Grader] = SimpleQueue()
        for _ in range(_AT_A_TIME):
            grader = _Grader(seed, isolation)
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
    """A grader's process, which is started anew where it has ended."""

    def __init__(self, seed: int, isolation: Isolation) -> None:
        self._settings = (seed, isolation)
        self._busy = False
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        # In a session of its own: Ctrl-C is for the command, which ends its graders in order.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "checker.graders"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._say(process, self._settings)
        return process

    @staticmethod
    def _say(process: subprocess.Popen[bytes], message: object) -> None:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended: then no answer comes
            pickle.dump(message, process.stdin)
            process.stdin.flush()

    def grade(self, target: Target) -> ExerciseResult:
        """The verdict on the target."""
        began = monotonic()
        if self._process.poll() is not None:
            self.end()
            self._process = self._started()
        self._busy = True
        self._say(self._process, target)
        assert self._process.stdout is not None
        try:
            result = exercise_from(json.loads(self._process.stdout.readline()))
        except (ValueError, KeyError, TypeError):
            self._process.kill()
            self._process.wait()  # so that the next grading sees that it has ended
            path, seconds = printable(str(target.path)), round(monotonic() - began, 2)
            result = ExerciseResult(target.exercise.slug, path, Outcome.NOT_JUDGED, seconds, RunError(_LOST), checks=())
        self._busy = False
        return result

    def end(self) -> None:
        """End the process with all that it started, in the middle of a grading too."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        if self._busy:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main() -> None:
    """Grade what arrives until the input ends."""
    answers = sys.stdout
    with suppress(EOFError, KeyboardInterrupt), redirect_stdout(sys.stderr):
        seed, isolation = pickle.load(sys.stdin.buffer)
        with warm_process(isolation) as warm:
            while True:
                target = pickle.load(sys.stdin.buffer)
                result = asyncio.run(grade_and_keep(target, seed, isolation, warm))
                print(json.dumps(asdict(result)), file=answers, flush=True)


if __name__ == "__main__":
    main()
