"""The watch that ends a kernel which uses more than its limits allow."""

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from checker.run.limits import Limits

_LOOK_EVERY = 0.2  # seconds between two looks at the processes
_MEASURE_DISK_EVERY = 5  # looks


@dataclass
class Breach:
    """The first limit that was broken, as the end of a sentence that begins with the cell."""

    message: str | None = None

    def say(self, message: str) -> None:
        """Keep the first breach; what follows is its consequence."""
        self.message = self.message or message


async def watch(
    processes: Callable[[], list[psutil.Process]], folder: Path, limits: Limits, breach: Breach, end: Callable[[], None]
) -> None:
    """Look at the processes and the disk until one limit is broken; then say which, and `end` them all."""
    looks = 0
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        family = processes()
        if len(family) > limits.processes:
            breach.say(f"started {len(family)} processes; the limit is {limits.processes}")
        used = sum(_resident(process) for process in family) / 1e6
        if used > limits.memory_mb:
            breach.say(f"used {used:,.0f} MB of memory; the limit is {limits.memory_mb:,} MB")
        if looks % _MEASURE_DISK_EVERY == 0:
            written = sum(_sizes(folder)) / 1e6
            if written > limits.disk_mb:
                breach.say(f"wrote {written:,.0f} MB to disk; the limit is {limits.disk_mb:,} MB")
        looks += 1
        if breach.message is not None:
            end()
            return


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0  # it has just ended


def _sizes(folder: Path) -> Iterator[int]:
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                continue  # it has just been deleted
