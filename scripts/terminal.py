"""A real terminal with the checker's command in it, for tests and benchmarks."""

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path
from time import monotonic

import psutil

_STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()=>][A-Z0-9]?")


class Terminal:
    """The checker's command in a terminal of 100 by 40 characters; it ends where the `with` does."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        ours, its = pty.openpty()
        ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        command = [sys.executable, "-m", "checker.cli", *arguments]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "TERM": "xterm-256color", "HOME": str(folder)}
        for size in ("COLUMNS", "LINES"):  # pytest-xdist sets them
            environment.pop(size, None)
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True
        )
        os.close(its)
        self._ours = ours
        self.said = ""

    def wait_for(self, text: str, seconds: float = 60) -> str:
        """What is written until `text` appears; it must appear after what was waited for before."""
        deadline = monotonic() + seconds
        while text not in self.said:
            if not self._read() or monotonic() > deadline:
                raise TimeoutError(f"{text!r} did not appear in: {self.said[-3000:]}")
        before, self.said = self.said.split(text, 1)
        return before + text

    def read_on(self, seconds: float) -> None:
        """Let the time pass; who did not read meanwhile would make a command wait that goes on drawing."""
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            self._read()

    def _read(self) -> bool:
        """Read what there is, or wait for it a moment; False if the command has closed the terminal."""
        if select.select([self._ours], [], [], 0.2)[0]:
            try:
                self.said += _STEERING.sub("", os.read(self._ours, 65536).decode(errors="replace"))
            except OSError:
                return False
        return True

    def end(self) -> int:
        """The exit code of a command that is ending; who did not read on would keep it from writing its last words."""
        deadline = monotonic() + 20
        while (code := self.process.poll()) is None:
            if monotonic() > deadline:
                raise TimeoutError(f"it does not end; it said: {self.said[-3000:]}")
            self._read()
        return code

    def press(self, key: str) -> None:
        """Type the key."""
        os.write(self._ours, key.encode())

    def hang_up(self) -> None:
        """Close the terminal and leave the command alone, as a window that is closed does."""
        os.close(self._ours)
        self._ours = -1

    def family(self) -> list[psutil.Process]:
        """All processes that the command has started."""
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def __enter__(self) -> "Terminal":
        """The terminal, whose command runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the command, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._ours >= 0:
            self.hang_up()
