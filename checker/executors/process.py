"""One process of a `LocalExecutor`: `python -P -m checker.executors.process`.

It answers calls, one after the other, until its standard input ends; what calls import, it imports for the first.
"""

import ctypes
import os
import pickle
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import BinaryIO

from checker.executors.calls import answer_to

_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Answer each call of standard input on standard output."""
    with suppress(KeyboardInterrupt, BrokenPipeError):
        _end_with_the_parent()
        calls, answers = _moved(0, "rb"), _moved(1, "wb")
        with suppress(EOFError):
            while True:
                call = pickle.load(calls)  # bytes in bytes: a call that cannot be read leaves the next one in its place
                pickle.dump(answer_to(call), answers)
                answers.flush()


def _moved(standard: int, mode: str) -> BinaryIO:
    """The standard stream under another number, so that nothing that a library prints or reads gets between."""
    stream: BinaryIO = os.fdopen(os.dup(standard), mode)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, standard)
    os.close(nowhere)
    return stream


def _end_with_the_parent() -> None:
    """When told to end, do what Ctrl-C does: a grading ends its kernel. On Linux, a parent that ends tells it so."""

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: it could be told again by the parent's end
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may have ignored it
    signal.signal(signal.SIGTERM, end)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


if __name__ == "__main__":
    main()
