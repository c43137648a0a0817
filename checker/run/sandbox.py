"""What a process in the sandbox sees: the options of bubblewrap.

Of the file system: programs and libraries, Python with its packages, and of this package the folder `runtime` alone,
all read-only. Nothing else is there, and so no check, no solution and no home. Where one path lies in another, the
inner one decides: an environment in a course that is hidden, this package in that environment, its `runtime` in this.
"""

import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import checker

MAX_SHARED_BYTES = 500_000_000
"""What the sandbox's /tmp and /dev/shm each hold."""

_PREFIXES = ("/usr", "/usr/local", sys.base_prefix, sys.prefix)
# Not a whole prefix: the course may lie there.
_PARTS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "include", "share", "etc", "pyvenv.cfg")
_ROOTS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
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


def bubblewrap(scratch: Path, hidden: Iterable[Path]) -> list[str]:
    """The command that runs the one after it in a sandbox, which may write to `scratch` and sees no hidden folder."""
    options = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"]  # root could change the machine's settings
    options += ["--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm"):  # in memory, and so no part of what the watch measures
        options += ["--size", str(MAX_SHARED_BYTES), "--tmpfs", folder]
    for root in _ROOTS:
        if os.path.islink(root):
            options += ["--symlink", os.readlink(root), root]
    package = Path(checker.__file__).resolve().parent
    masks = _masks([folder for folder in (*hidden, package, *_namesakes()) if folder.is_dir()])
    shown = {*_installed(), package / "runtime"}
    for path in sorted(shown | masks):  # a folder comes before what it holds
        options += ["--tmpfs", str(path)] if path in masks else ["--ro-bind", str(path), str(path)]
    options += ["--bind", str(scratch), str(scratch)]
    for folder in ("/dev", *map(str, masks), "/"):
        options += ["--remount-ro", folder]
    return options


@cache
def _installed() -> dict[Path, Path]:
    """The system, the interpreter with its packages, wherever it lies, and the settings; each with its real place."""
    parts = [Path(prefix, part) for prefix in _PREFIXES for part in _PARTS]
    roots = [Path(root) for root in _ROOTS if not os.path.islink(root)]
    settings = [*map(Path, _SETTINGS), *Path("/etc").glob("java*")]
    return {path: path.resolve() for path in (*parts, *roots, *settings) if path.exists()}


def _namesakes() -> Iterable[Path]:
    """Other copies of this package among the libraries: Python would prefer a whole one to the folder that is shown."""
    return [Path(place, checker.__name__).resolve() for place in sys.path]


def _masks(hidden: Iterable[Path]) -> set[Path]:
    """Where hidden folders would be seen in what is installed, which links may have given another name."""
    return {
        path / folder.relative_to(place)
        for folder in hidden
        for path, place in _installed().items()
        if folder.is_relative_to(place)
    }
