"""How far a notebook's process is kept apart from the rest of the machine.

- `process`: a process of its own, in a scratch folder, without the user's environment. Every system has it.
- `sandbox`: the same inside bubblewrap (Linux): no network but its own loopback, the file system
  read-only and reduced to what Python needs, its own process tree, nothing of the user's home or of the course.
- `container`: the same behind a command that the instructor gives, such as `podman run ...`.
"""

import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from checker.run.sandbox import bubblewrap
from checker.run.scratch import Scratch

# Number 1 is given the orphans; with SIGCHLD ignored, which no shell does for `exec`, none of them becomes a zombie.
_HOLD = """
import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.write(1, b"ready\\n")
os.dup2(2, 1)
os.execv("/bin/cat", ["cat"])
"""


class Level(StrEnum):
    """The levels of isolation, from the weakest."""

    PROCESS = "process"
    SANDBOX = "sandbox"
    CONTAINER = "container"


@dataclass(frozen=True)
class Isolation:
    """A level; for `container` also the command that the kernel's own command line is appended to.

    `{scratch}` in the command stands for the scratch folder, which the container must see at the
    same path; the kernel is started as `python` in it and needs this package there. `hidden` are the folders that
    the sandbox does not show, wherever they lie: the course's.
    """

    level: Level
    command: tuple[str, ...] = ()
    hidden: tuple[Path, ...] = ()

    @property
    def can_fork(self) -> bool:
        """Whether a kernel that is kept apart in this way can be forked from a process of the checker's."""
        return sys.platform == "linux" and self.level is not Level.CONTAINER


def best_isolation(hidden: Iterable[Path]) -> Isolation:
    """The sandbox where bubblewrap works, without the hidden folders; else a process, which hides none."""
    if sandbox_fault() is not None:
        return Isolation(Level.PROCESS)
    return Isolation(Level.SANDBOX, hidden=tuple(folder.resolve() for folder in hidden))


def choose_isolation(level: str | None, container: str | None, hidden: Iterable[Path]) -> Isolation:
    """What the user asked for, else the best there is. Raises ValueError with a sentence for the user.

    `hidden` are the folders that a notebook must not see: the course's root.
    """
    if container is not None:
        command = tuple(shlex.split(container))
        if level is not None:
            raise ValueError("Give either --isolation or --container, not both.")
        if not command or shutil.which(command[0]) is None:
            raise ValueError(f"The container command {container!r} does not begin with a program on the PATH.")
        return Isolation(Level.CONTAINER, command)
    if level == Level.SANDBOX and (fault := sandbox_fault()) is not None:
        raise ValueError(f"There is no sandbox on this machine: {fault}.")
    return Isolation(Level.PROCESS) if level == Level.PROCESS else best_isolation(hidden)


@cache
def sandbox_fault() -> str | None:
    """Why the sandbox cannot be used here; None if it can."""
    if sys.platform != "linux":
        return "bubblewrap needs Linux"
    if shutil.which("bwrap") is None:
        return "bwrap is not installed"
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        trial = [*bubblewrap(Path(folder), ()), sys.executable, "-S", "-c", ""]
        done = subprocess.run(trial, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"bwrap does not work here: {done.stderr.strip()}"


def kernel_command(isolation: Isolation, scratch: Scratch) -> list[str]:
    """The command line that starts the kernel; `{connection_file}` is filled in by jupyter_client."""
    kernel = ["-P", "-m", "checker.runtime.kernel", "-f", "{connection_file}"]
    match isolation.level:
        case Level.PROCESS:
            return [sys.executable, *kernel]
        case Level.SANDBOX:
            return [*bubblewrap(scratch.root, isolation.hidden), "--chdir", str(scratch.work), sys.executable, *kernel]
        case Level.CONTAINER:
            command = [part.replace("{scratch}", str(scratch.root)) for part in isolation.command]
            return [*command, "python", *kernel]


def holder_command(isolation: Isolation, scratch: Scratch) -> list[str]:
    """The command line that makes a kernel's sandbox and keeps it open for one that enters it.

    In place of `{info}` it takes the descriptor to tell its process's number to; on standard output it
    writes a line when the sandbox is ready. It ends with its standard input.
    """
    # As the sandbox's number 1 it cannot be killed from inside.
    options = ["--as-pid-1", "--info-fd", "{info}"]
    return [*bubblewrap(scratch.root, isolation.hidden), *options, sys.executable, "-I", "-S", "-c", _HOLD]
