"""The processes that a notebook starts, the detached ones too."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import psutil

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def adopt_orphans() -> None:
    """On Linux, become the parent of descendants whose own parent ends, so that a daemon cannot hide."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants() -> list[psutil.Process]:
    """All processes below this one."""
    with suppress(psutil.Error):
        return list(psutil.Process().children(recursive=True))
    return []


def end_all(find: Callable[[], list[psutil.Process]], seconds: float = 5.0) -> None:
    """Kill what `find` finds, and what those start or leave behind meanwhile, until there is nothing left."""
    deadline = monotonic() + seconds
    while (family := find()) and monotonic() < deadline:
        for process in family:
            with suppress(psutil.Error, OSError):
                _kill(process)
        # In short turns: psutil could wait long for one that this process has inherited and must wait for itself.
        psutil.wait_procs(family, timeout=0.02)


def _kill(process: psutil.Process) -> None:
    """Kill the process with its group: one that forks and exits again and again is gone before it is named."""
    if os.name == "posix":
        with suppress(OSError):
            group = os.getpgid(process.pid)
            if group != os.getpgrp():
                os.killpg(group, signal.SIGKILL)
    process.kill()
