"""Runs a command and takes its time, and the most memory that it and all its processes used."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import psutil

from checker.run.processes import adopt_orphans, descendants, end_all

_SAMPLES_EVERY = 0.2


class CommandError(Exception):
    """A command did not do what is measured; the message says what it wrote."""


def seconds_of(
    command: Sequence[str | Path], folder: Path, env: Mapping[str, str] | None = None, says: str = ""
) -> float:
    """The wall time of the command in the folder. Raises CommandError if it fails or does not say `says`."""
    with nothing_left():
        began = perf_counter()
        done = subprocess.run(
            list(map(str, command)),
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = perf_counter() - began
    if done.returncode != 0 or says not in done.stdout:
        raise CommandError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return seconds


@contextmanager
def nothing_left() -> Iterator[None]:
    """End, at the end, whatever process was started within and still runs: kernels, JVMs, daemons."""
    adopt_orphans()
    try:
        yield
    finally:
        end_all(descendants)


class PeakMemory:
    """Within the `with`, samples the memory of all processes below this one, what they share counted once.

    Each page counts for its share of the processes that map it (PSS).
    """

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._over = Event()
        self._thread = Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "PeakMemory":
        """Begin to sample."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the last sample."""
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(_SAMPLES_EVERY):
            self.megabytes = max(self.megabytes, sum(map(_proportional_bytes, descendants())) / 1e6)


def _proportional_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:  # what cannot be shared out counts in full
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
