"""The health of the machine that grades, so that no notebook is blamed for it."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

LEAST_FREE_BYTES = 10_000_000
"""Less than a kernel needs to start."""


class MachineError(RuntimeError):
    """The machine failed while a notebook ran; the message says how, in a few words."""


def kills_for_memory() -> int:
    """How often this machine has ended a process since it had no memory left; 0 where it does not say."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
    return 0


def space_fault() -> str | None:
    """What is wrong with the temporary folder, where it is full."""
    folder = tempfile.gettempdir()
    with suppress(OSError):  # where there is none at all, whoever needs it says so
        if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
            return f"no space left in {folder}"
    return None


def look(kills_before: int) -> None:
    """Raise MachineError where the temporary folder is full, or a process was ended for memory since `kills_before`."""
    fault = space_fault()
    if fault is None and kills_for_memory() > kills_before:
        fault = "it ran out of memory"
    if fault is not None:
        raise MachineError(fault)
