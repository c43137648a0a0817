"""Jupyter's own classes, where a grader needs them to behave otherwise: a client that does not trust its kernel."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from math import inf
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbformat import NotebookNode

from checker.faults import FaultKind, RunError
from checker.run.warm import PROVISIONER, ForkedProcess

MALFORMED = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What code stumbles with over messages that are not what Jupyter's protocol says."""

NO_MESSAGE = RunError(FaultKind.ENDED, "sent what no kernel sends")

_ASK_AGAIN_SECONDS = 0.2
"""Between two questions whether a new kernel is ready."""


class KernelClient(AsyncKernelClient):
    """Goes on as soon as the kernel is ready; Jupyter's own listens for a while longer, at each start."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until both of the kernel's channels answer. Raises RuntimeError if it ends or `timeout` seconds pass."""
        deadline = monotonic() + (inf if timeout is None else timeout)
        asked = set()
        while monotonic() < deadline:
            if not await self.parent.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            asked.add(self.kernel_info())
            with suppress(Empty):  # it may have answered before anybody listened
                while True:
                    message = await self.get_iopub_msg(timeout=_ASK_AGAIN_SECONDS)
                    is_idle = message["content"].get("execution_state") == "idle"
                    if is_idle and message["parent_header"].get("msg_id") in asked:
                        return
        raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")


class Kernel(AsyncKernelManager):
    """Always the checker's own Python kernel, whatever kernel the notebook's metadata asks for."""

    client_factory = KernelClient
    command: list[str]
    by_message: bool
    fork: Callable[[str, Mapping[str, str]], ForkedProcess] | None = None  # starts it, if not the command

    @property
    def kernel_spec(self) -> KernelSpec:
        """How it is started and interrupted."""
        # A signal would reach the sandbox's own process and end it.
        mode = "message" if self.by_message else "signal"
        provisioner = {"kernel_provisioner": {"provisioner_name": PROVISIONER}} if self.fork is not None else {}
        return KernelSpec(
            argv=self.command, display_name="checker", language="python", interrupt_mode=mode, metadata=provisioner
        )


class Post(Session):
    """Reads the kernel's messages, and ends a kernel that sends too much or what is no message.

    It counts here, where every message of every channel passes: a flood could keep the grader so
    busy that nothing else gets its turn.
    """

    output_mb: float
    end: Callable[[RunError], None]  # ends the kernel, for this reason
    received = 0

    def clone(self) -> "Post":  # the client works with a copy
        """A copy that counts for itself."""
        post: Post = super().clone()
        post.output_mb, post.end = self.output_mb, self.end
        return post

    def feed_identities(self, msg_list: Any, copy: bool = True) -> Any:
        """Take a message apart, unless it was one too many. Raises Empty, as where there is none."""
        self.received += sum(len(part) for part in msg_list)
        if self.received > self.output_mb * 1e6:
            self.end(RunError(FaultKind.OUTPUT, limit=self.output_mb))
            raise Empty
        with self._nothing_but_messages():
            return super().feed_identities(msg_list, copy)

    def deserialize(self, *arguments: Any, **options: Any) -> Any:
        """The message. Raises Empty where it is none."""
        with self._nothing_but_messages():
            message = super().deserialize(*arguments, **options)
            if not all(isinstance(message[part], dict) for part in ("header", "parent_header", "content")):
                raise TypeError("not a message")
            return message

    @contextmanager
    def _nothing_but_messages(self) -> Iterator[None]:
        try:
            yield
        except MALFORMED as error:
            self.end(NO_MESSAGE)
            raise Empty from error


class Client(NotebookClient):
    """Waits for cells to end and drops their output, which nobody reads."""

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Look at nothing but the kernel's status."""
        return super().process_message(msg, cell, cell_index) if msg["msg_type"] == "status" else None
