"""The watch that ends a kernel which uses more than its limits allow."""

import asyncio
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from checker.faults import FaultKind, RunError
from checker.limits import Limits

_LOOK_EVERY = 0.2  # seconds between two looks at the processes
_MEASURE_DISK_EVERY = 5  # looks
_MAX_DEPTH = 50  # folders in each other
_FILE_BYTES = 4096  # what a file takes at least, an empty one too


@dataclass
class Breach:
    """The first limit that was broken."""

    error: RunError | None = None

    def say(self, error: RunError) -> None:
        """Keep the first breach; what follows is its consequence."""
        self.error = self.error or error


async def watch(
    processes: Callable[[], list[psutil.Process]], folder: Path, limits: Limits, breach: Breach, end: Callable[[], None]
) -> None:
    """Look at the processes and the disk until one limit is broken; then say which, and `end` them all."""
    looks = 0
    while breach.error is None:
        await asyncio.sleep(_LOOK_EVERY)
        look_at_processes(processes(), limits, breach)
        if looks % _MEASURE_DISK_EVERY == 0:
            look_at_disk(processes(), folder, limits, breach)
        looks += 1
    end()


def look_at_processes(family: list[psutil.Process], limits: Limits, breach: Breach) -> None:
    """Say if these are too many processes, or take too much memory."""
    if len(family) > limits.processes:
        breach.say(RunError(FaultKind.PROCESSES, limit=limits.processes, used=len(family)))
    used = sum(_resident(process) for process in family) / 1e6
    if used > limits.memory_mb:
        used = sum(_share(process) for process in family) / 1e6
    if used > limits.memory_mb:
        breach.say(RunError(FaultKind.MEMORY, limit=limits.memory_mb, used=used))


def look_at_disk(family: list[psutil.Process], folder: Path, limits: Limits, breach: Breach) -> None:
    """Say if there is too much in `folder`, or in the files that the processes hold open."""
    written = _written(folder, limits.disk_mb * 1e6) + sum(_unnamed(process) for process in family)
    if written == float("inf"):
        breach.say(RunError(FaultKind.DISK, limit=_MAX_DEPTH))
    elif written > limits.disk_mb * 1e6:
        breach.say(RunError(FaultKind.DISK, limit=limits.disk_mb, used=written / 1e6))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0  # it has just ended


def _share(process: psutil.Process) -> int:
    """Resident memory, of which what forked processes share is counted once; slower to find out."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, AttributeError):  # only Linux knows
        return _resident(process)


def _written(folder: Path, enough: float) -> float:
    """The bytes that the files below `folder` take on the disk; it stops counting at `enough`."""
    total = 0.0
    folders = [(str(folder), 0)]
    while folders and total <= enough:
        place, depth = folders.pop()
        if depth > _MAX_DEPTH:
            return float("inf")  # paths grow too long to look further
        with suppress(OSError), os.scandir(place) as entries:  # what was there may have just been deleted
            for entry in entries:
                with suppress(OSError):
                    total += max(entry.stat(follow_symlinks=False).st_blocks * 512, _FILE_BYTES)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, depth + 1))
                if total > enough:
                    break
    return total


def _unnamed(process: psutil.Process) -> int:
    """The bytes in files that a process holds open though they have no name: deleted ones, or in memory alone."""
    total = 0
    with suppress(OSError):
        for number in os.listdir(f"/proc/{process.pid}/fd"):
            with suppress(OSError):
                about = os.stat(f"/proc/{process.pid}/fd/{number}")
                if about.st_nlink == 0 and stat.S_ISREG(about.st_mode):
                    total += about.st_blocks * 512
    return total
