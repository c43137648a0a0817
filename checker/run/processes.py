"""The processes that a notebook starts, the detached ones too."""

import ctypes
import sys
from contextlib import suppress

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


def kill(processes: list[psutil.Process], seconds: float = 5.0) -> None:
    """Kill them and wait until they are gone."""
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(processes, timeout=seconds)
