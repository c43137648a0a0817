"""One process of a `LocalExecutor`: `python -P -m checker.executors.process`.

It reads its environment and then calls from standard input, and answers one after the other until that ends. Its
working directory is a folder of its own. With the
argument `forks` it loads the libraries of a notebook, which a grader needs too, and forks from itself what kernels are
forked from. That comes first of all, while it knows nothing that a notebook may not know: no seed, no submission, no
variable of the user's.
"""

import ctypes
import os
import pickle
import shutil
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import BinaryIO, cast

_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Answer each call of standard input on standard output."""
    calls, answers = _moved(0, "rb"), _moved(1, "wb")
    _end_with_the_parent()
    forked = None
    if sys.argv[1:] == ["forks"]:
        from checker.runtime.kernel.fork import fork_from_here

        forked = fork_from_here()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may have ignored it
    signal.signal(signal.SIGTERM, _interrupt)
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        _settle(forked, pickle.load(calls))
        _answer_all(calls, answers)
    shutil.rmtree(os.getcwd(), ignore_errors=True)  # the parent may have been ended before it could
    os._exit(0)  # to take four thousand modules apart would take a second


def _moved(standard: int, mode: str) -> BinaryIO:
    """The standard stream under another number, so that nothing that a library prints or reads gets between."""
    stream = cast(BinaryIO, os.fdopen(os.dup(standard), mode))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, standard)
    os.close(nowhere)
    return stream


def _end_with_the_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Do what Ctrl-C does: a grading ends its kernel. Once, for the parent's end could come after its word."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)


def _settle(forked: tuple[int, socket.socket] | None, environment: dict[str, str]) -> None:
    """Have the parent's environment, and let gradings find what their kernels are forked from."""
    os.environ.clear()
    os.environ.update(environment)
    if forked is not None:
        from pathlib import Path

        from checker import grader
        from checker.run.warm import WarmProcess

        grader.warm = WarmProcess(Path.cwd(), forked)


def _answer_all(calls: BinaryIO, answers: BinaryIO) -> None:
    from checker.executors.calls import answer_to

    while True:
        call = pickle.load(calls)  # bytes in bytes: a call that cannot be read leaves the next one in its place
        pickle.dump(answer_to(call), answers)
        answers.flush()


if __name__ == "__main__":
    main()
