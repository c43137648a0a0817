"""The throw-away folder that a notebook runs in, and the environment that its process sees."""

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import checker

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True)
class Scratch:
    """Where a run may write: all of it is deleted afterwards."""

    root: Path

    @property
    def work(self) -> Path:
        """The notebook's working directory: a copy of the small files beside it."""
        return self.root / "work"

    @property
    def home(self) -> Path:
        """What the notebook takes for the user's home."""
        return self.root / "home"

    @property
    def environment(self) -> dict[str, str]:
        """A few harmless variables of the user's environment; no secret can be among them."""
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        places = {
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "TMPDIR": str(self.root),
            "IPYTHONDIR": str(self.home / "ipython"),
            "MPLBACKEND": "agg",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            # The exercises' data are small: more threads would cost more than they bring.
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
            # The kernel answers with the very checker that asks, wherever that lies.
            "PYTHONPATH": str(Path(checker.__file__).resolve().parent.parent),
        }
        return passed_on | places


@contextmanager
def new_scratch() -> Iterator[Scratch]:
    """A fresh scratch folder."""
    scratch = Scratch(Path(tempfile.mkdtemp(prefix="checker-")))
    try:
        scratch.work.mkdir()
        scratch.home.mkdir()
        yield scratch
    finally:
        _remove(scratch.root)


def put_files(files: Iterable[tuple[str, bytes]], scratch: Scratch) -> None:
    """Put these files, each with its relative path, into the working directory."""
    for path, content in files:
        target = scratch.work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _remove(root: Path) -> None:
    """Delete `root`, however deep its folders are nested: each is moved to the top before it is emptied."""
    folders, number = [str(root)], 0
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in list(entries):
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        os.chmod(entry.path, 0o700)
                        number += 1
                        top = f"{root}/{number}-{secrets.token_hex(8)}"
                        os.rename(entry.path, top)
                        folders.append(top)
                    else:
                        os.unlink(entry.path)
    for folder in reversed(folders):
        with suppress(OSError):
            os.rmdir(folder)
