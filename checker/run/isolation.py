"""How far a notebook's process is kept apart from the rest of the machine.

- `process`: a process of its own, in a scratch folder, without the user's environment. Every system has it.
- `sandbox`: the same inside bubblewrap (Linux): no network but its own loopback, the file system
  read-only and reduced to what Python needs, its own process tree, nothing of the user's home or of the course.
- `container`: the same behind a command that the instructor gives, such as `podman run ...`.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import checker
from checker.run.scratch import Scratch

KERNEL_FILES = ("__init__.py", "runtime", "study/__init__.py", "study/magic.py")
"""The checker's files and folders that a notebook may need; no check, solution or expected value is among them."""

MAX_SHARED_BYTES = 500_000_000
"""What the sandbox's /tmp and /dev/shm each hold."""

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# Of /etc only what programs need to start; root's run of the checker could read all of it.
_SETTINGS = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/ssl/certs",
)


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
    same path; the kernel is started as `python` in it and needs this package there.
    """

    level: Level
    command: tuple[str, ...] = ()

    @property
    def can_fork(self) -> bool:
        """Whether a kernel that is kept apart in this way can be forked from a process of the checker's."""
        return sys.platform == "linux" and self.level is not Level.CONTAINER


@cache
def best_isolation() -> Isolation:
    """The sandbox where bubblewrap works, else a process."""
    return Isolation(Level.SANDBOX if sandbox_fault() is None else Level.PROCESS)


def choose_isolation(level: str | None, container: str | None) -> Isolation:
    """What the user asked for, else the best there is. Raises ValueError with a sentence for the user."""
    if container is not None:
        command = tuple(shlex.split(container))
        if level is not None:
            raise ValueError("Give either --isolation or --container, not both.")
        if not command or shutil.which(command[0]) is None:
            raise ValueError(f"The container command {container!r} does not begin with a program on the PATH.")
        return Isolation(Level.CONTAINER, command)
    if level == Level.SANDBOX and (fault := sandbox_fault()) is not None:
        raise ValueError(f"There is no sandbox on this machine: {fault}.")
    return best_isolation() if level is None else Isolation(Level(level))


@cache
def sandbox_fault() -> str | None:
    """Why the sandbox cannot be used here; None if it can."""
    if sys.platform != "linux":
        return "bubblewrap needs Linux"
    if shutil.which("bwrap") is None:
        return "bwrap is not installed"
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        trial = [*_bwrap(Path(folder)), sys.executable, "-S", "-c", ""]
        done = subprocess.run(trial, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"bwrap does not work here: {done.stderr.strip()}"


def kernel_command(isolation: Isolation, scratch: Scratch) -> list[str]:
    """The command line that starts the kernel; `{connection_file}` is filled in by jupyter_client."""
    kernel = ["-P", "-m", "checker.runtime.kernel", "-f", "{connection_file}"]
    match isolation.level:
        case Level.PROCESS:
            return [sys.executable, *kernel]
        case Level.SANDBOX:
            return [*_bwrap(scratch.root), "--chdir", str(scratch.work), sys.executable, *kernel]
        case Level.CONTAINER:
            command = [part.replace("{scratch}", str(scratch.root)) for part in isolation.command]
            return [*command, "python", *kernel]


def holder_command(scratch: Scratch) -> list[str]:
    """The command line that makes a kernel's sandbox and keeps it open for one that enters it.

    In place of `{info}` it takes the descriptor to tell its process's number to; on standard output it
    writes a line when the sandbox is ready. It ends with its standard input.
    """
    # As the sandbox's number 1 it cannot be killed from inside.
    return [*_bwrap(scratch.root), "--as-pid-1", "--info-fd", "{info}", sys.executable, "-I", "-S", "-c", _HOLD]


def _bwrap(scratch: Path) -> list[str]:
    options = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm"):  # in memory, and so no part of what the watch measures
        options += ["--size", str(MAX_SHARED_BYTES), "--tmpfs", folder]
    for folder in _SYSTEM:
        if os.path.islink(folder):
            options += ["--symlink", os.readlink(folder), folder]
        else:
            options += ["--ro-bind-try", folder, folder]
    for path in (*_SETTINGS, *_python_folders(), *_kernel_files()):
        options += ["--ro-bind-try", path, path]
    return [*options, "--bind", str(scratch), str(scratch), "--remount-ro", "/"]


def _python_folders() -> Sequence[str]:
    """The interpreter with its packages, wherever it lies, and Java's settings where Debian puts them."""
    java = sorted(str(path) for path in Path("/etc").glob("java*"))
    return [*dict.fromkeys((sys.base_prefix, sys.prefix)), *java]


def _kernel_files() -> Sequence[str]:
    return [str(Path(checker.__file__).parent / name) for name in KERNEL_FILES]
