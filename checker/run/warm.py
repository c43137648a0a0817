"""Kernels forked from a process with a notebook's libraries loaded: they start in a tenth of the time.

`warm_process` starts that process, once for many gradings; `WarmProvisioner` is what jupyter_client
starts a kernel with. A sandboxed kernel enters a sandbox that bubblewrap has made for it, the same as
an ordinary kernel's. Behind a container's command, and where there is no fork to be had, the ordinary
kernel serves.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from checker.run.isolation import Isolation, Level, holder_command
from checker.run.scratch import Scratch

PROVISIONER = "checker-warm"
"""The entry point of `WarmProvisioner` in pyproject.toml."""

_START_SECONDS = 120.0


class WarmProcess:
    """The process that kernels are forked from; `warm_process` makes and ends it.

    `forked` is one that is there already: the number of the process, and the socket that it answers.
    """

    def __init__(self, folder: Path, forked: tuple[int, socket.socket] | None = None) -> None:
        self._folder = folder
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | ForkedProcess | None = None
        self._channel: socket.socket | None = None
        if forked is not None:
            self._process, self._channel = ForkedProcess(forked[0]), forked[1]
            self._channel.settimeout(_START_SECONDS)

    def fork(
        self, scratch: Scratch, isolation: Isolation, connection_file: str, env: Mapping[str, str]
    ) -> "ForkedProcess":
        """Start a kernel in `scratch`, kept apart as `isolation` says. Raises OSError where that fails."""
        holder = _Holder(holder_command(isolation, scratch)) if isolation.level is Level.SANDBOX else None
        request = {
            "connection_file": connection_file,
            "cwd": str(scratch.work),
            "env": {name: value for name, value in env.items() if name != "JPY_PARENT_PID"},
            "sandbox": None if holder is None else holder.inside,
        }
        try:
            with self._lock:
                return ForkedProcess(self._asked(json.dumps(request).encode()), holder)
        except (OSError, ValueError) as fault:
            if holder is not None:
                holder.end()
            raise OSError("no kernel can be forked") from fault

    def _asked(self, request: bytes) -> int:
        """The number of the process that the warm one forked. Raises OSError or ValueError if it has ended."""
        if self._channel is None:
            raise OSError("the process was never started")
        self._channel.send(request)
        return int(self._channel.recv(64))

    def start(self) -> None:
        """Start it unless it runs; its imports go on while the caller does. To be called before each grading.

        A grading ends every process that was started meanwhile, and a hostile notebook may end any that it can reach.
        """
        with self._lock:
            self._start()

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.end()
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_START_SECONDS)  # the first answer waits for the imports
        with its:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "checker.runtime.kernel.fork"],
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=Scratch(self._folder).environment,
                cwd=self._folder,
            )
        self._channel = ours

    def end(self) -> None:
        """End the process; kernels that still run end with it."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def warm_process(isolation: Isolation) -> Iterator[WarmProcess | None]:
    """A warm process for the gradings within; None where kernels cannot be forked."""
    if not isolation.can_fork:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        warm = WarmProcess(Path(folder))
        try:
            yield warm
        finally:
            warm.end()


class _Holder:
    """A process that does nothing but keep a sandbox open."""

    def __init__(self, command: list[str]) -> None:
        reading, writing = os.pipe()
        with open(reading, "rb") as info:
            try:
                self.process = subprocess.Popen(
                    [part.replace("{info}", str(writing)) for part in command],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[writing],
                    env={"PATH": os.defpath},
                )
            finally:
                os.close(writing)
            assert self.process.stdout is not None
            if not self.process.stdout.readline():  # it speaks when everything is mounted
                raise OSError("bubblewrap did not make a sandbox")
            self.inside = int(json.load(info)["child-pid"])

    def end(self) -> None:
        """End the sandbox and all that is in it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


class ForkedProcess:
    """A process that is no child of this one, with the methods of `subprocess.Popen` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, holder: _Holder | None = None) -> None:
        self.pid = pid
        self._holder = holder
        try:
            self._process: psutil.Process | None = psutil.Process(pid)
        except psutil.NoSuchProcess:
            self._process = None

    def poll(self) -> int | None:
        """None while it runs; how it ended is known to its parent alone."""
        if self._process is not None and self._process.is_running():
            with suppress(psutil.NoSuchProcess):
                if self._process.status() != psutil.STATUS_ZOMBIE:
                    return None
        self._let_go()
        return 1

    def wait(self) -> int:
        """Called when `poll` has said that it ended."""
        self._let_go()
        return 1

    def send_signal(self, number: int) -> None:
        """To this process alone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    terminate = kill

    def _let_go(self) -> None:
        if self._holder is not None:
            self._holder.end()
            self._holder = None


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by the function `fork` of its manager, in place of a command."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Fork the kernel; where that fails, start the ordinary one, which `cmd` does."""
        try:
            process = await asyncio.to_thread(self.parent.fork, self.parent.connection_file, options["env"])
        except OSError:
            return await super().launch_kernel(cmd, **options)
        self.process = process
        self.pid = self.pgid = process.pid
        return self.connection_info
