"""Makes a kernel ready for one notebook, in a scratch folder of its own, and ends it with all that it started."""

import logging
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import psutil
import zmq
from nbformat.v4 import new_notebook

from checker.course import Exercise
from checker.faults import RunError
from checker.limits import Limits
from checker.run.guard import Breach, look_at_disk, look_at_processes
from checker.run.isolation import Isolation, Level, kernel_command
from checker.run.jupyter import Client, Kernel, Post
from checker.run.processes import adopt_orphans, descendants, end_all
from checker.run.scratch import Scratch, new_scratch
from checker.run.store import give_store
from checker.run.warm import WarmProcess

_MAX_MESSAGE_BYTES = 50_000_000
"""A larger message from the kernel is not received at all: it could fill the grader's memory."""

_IOPUB_SECONDS = 20
"""How long after a cell's end the last of its messages may arrive: they are lost with one that is too large."""

_RECONNECT_MILLISECONDS = 10
"""Between two tries to reach a kernel that is starting; ZeroMQ's own 100 are a good part of its start."""


@dataclass(frozen=True)
class Kernels:
    """How kernels are started: kept apart as `isolation` says, and forked from `warm` where that is given."""

    isolation: Isolation
    warm: WarmProcess | None = None


@dataclass(frozen=True)
class Ready:
    """A kernel that waits for one notebook, in a scratch folder of its own; `ready_kernel` makes it."""

    client: Client
    scratch: Scratch
    limits: Limits
    breach: Breach
    own: Callable[[], list[psutil.Process]]  # the processes that came with it or that it started
    end: Callable[[], None]  # ends them

    def look(self) -> None:
        """Look for a breach now."""
        look_at_processes(self.own(), self.limits, self.breach)
        look_at_disk(self.own(), self.scratch.root, self.limits, self.breach)

    async def serves(self) -> bool:
        """Whether the kernel still lives: whatever ended one that waited was no notebook."""
        return bool(await self.client.km.is_alive())


@asynccontextmanager
async def ready_kernel(exercise: Exercise, kernels: Kernels) -> AsyncIterator[Ready]:
    """A kernel for one notebook of the exercise, within its limits, with an MLflow store where its runs are judged.

    Raises OSError or RuntimeError where the machine could not start it. In the end whatever it started is ended.
    """
    with new_scratch() as scratch:
        environment = scratch.environment
        if exercise.runs:
            environment |= give_store(scratch, exercise.cache)
        async with _started(scratch, environment, exercise.limits, kernels) as session:
            yield session


@asynccontextmanager
async def _started(
    scratch: Scratch, environment: Mapping[str, str], limits: Limits, kernels: Kernels
) -> AsyncIterator[Ready]:
    adopt_orphans()
    if kernels.warm is not None:
        kernels.warm.start()
    earlier = set(descendants())
    breach = Breach()

    def own() -> list[psutil.Process]:
        return [process for process in descendants() if process not in earlier]

    def end() -> None:
        end_all(own)

    def end_saying(why: RunError) -> None:
        breach.say(why)
        end()

    # Unix sockets in the scratch folder: reachable from a sandbox without a network, and by no other user.
    transport = "tcp" if os.name == "nt" else "ipc"
    kernel = Kernel(transport=transport, connection_file=str(scratch.root / "kernel.json"))
    kernel.command = kernel_command(kernels.isolation, scratch)
    kernel.by_message = kernels.isolation.level is not Level.PROCESS
    if kernels.warm is not None:
        kernel.fork = partial(kernels.warm.fork, scratch, kernels.isolation)
    kernel.context.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE_BYTES)
    kernel.context.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_MILLISECONDS)
    post = kernel.session = Post(parent=kernel)
    post.output_mb, post.end = limits.output_mb, end_saying
    client = Client(
        new_notebook(), km=kernel, startup_timeout=60, raise_on_iopub_timeout=True, iopub_timeout=_IOPUB_SECONDS
    )
    client.log.setLevel(logging.CRITICAL)  # what goes wrong is in the evidence
    try:
        # What native code writes past Jupyter's channels belongs in no report.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        await client.async_start_new_kernel(cwd=str(scratch.work), env=dict(environment), **quiet)
        await client.async_start_new_kernel_client()
        yield Ready(client, scratch, limits, breach, own, end)
    finally:
        if client.kc is not None:
            client.kc.stop_channels()
        end()
        await kernel.cleanup_resources()
