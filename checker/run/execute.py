"""Executes a notebook with nbclient and asks its kernel the grader's questions."""

import asyncio
import json
import logging
import os
import re
import secrets
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, inf
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import psutil
import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from checker.evidence import MAX_ANSWER_BYTES, Answer, Evidence, Kind, Question, RunRecord, decode
from checker.limits import Limits
from checker.result import RunError
from checker.run.guard import Breach, look_at_disk, look_at_processes, watch
from checker.run.isolation import Isolation, Level, kernel_command
from checker.run.processes import adopt_orphans, descendants, end_all
from checker.run.scratch import Scratch, copy_files, new_scratch
from checker.run.store import StoreFault, give_store, load_mlflow, read_runs
from checker.run.warm import PROVISIONER, ForkedProcess, WarmProcess
from checker.text import printable

_GRACE_SECONDS = 10.0
"""How long an interrupted kernel has to come back before it counts as lost."""

_MAX_MESSAGE_BYTES = 50_000_000
"""A larger message from the kernel is not received at all: it could fill the grader's memory."""

_IOPUB_SECONDS = 20
"""How long after a cell's end the last of its messages may arrive: they are lost with one that is too large."""

_ASK_AGAIN_SECONDS = 0.2
"""Between two questions whether a new kernel is ready."""

_RECONNECT_MILLISECONDS = 10
"""Between two tries to reach a kernel that is starting; ZeroMQ's own 100 are a good part of its start."""

_WITH_SPARK = "__import__('checker.runtime.session').runtime.session.warm_up()"
"""Leaves no name in the notebook's."""

_SPARK_SECONDS = 120.0
"""For a session to start; a kernel without one serves as well."""

_MALFORMED = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What code stumbles with over messages that are not what Jupyter's protocol says."""

_NO_MESSAGE = "sent what no kernel sends"

_ENDED = "ended its kernel: it called exit, ran out of memory or crashed in native code"

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")


class _KernelClient(AsyncKernelClient):
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


class _Kernel(AsyncKernelManager):
    """Always the checker's own Python kernel, whatever kernel the notebook's metadata asks for."""

    client_factory = _KernelClient
    command: list[str]
    by_message: bool
    fork: Callable[[str, Mapping[str, str]], ForkedProcess] | None = None  # starts it, if not the command

    @property
    def kernel_spec(self) -> KernelSpec:
        # A signal would reach the sandbox's own process and end it.
        mode = "message" if self.by_message else "signal"
        provisioner = {"kernel_provisioner": {"provisioner_name": PROVISIONER}} if self.fork is not None else {}
        return KernelSpec(
            argv=self.command, display_name="checker", language="python", interrupt_mode=mode, metadata=provisioner
        )


class _Post(Session):
    """Reads the kernel's messages, and ends a kernel that sends too much or what is no message.

    It counts here, where every message of every channel passes: a flood could keep the grader so
    busy that nothing else gets its turn.
    """

    output_mb: float
    end: Callable[[str], None]  # ends the kernel, and says why
    received = 0

    def clone(self) -> "_Post":  # the client works with a copy
        post: _Post = super().clone()
        post.output_mb, post.end = self.output_mb, self.end
        return post

    def feed_identities(self, msg_list: Any, copy: bool = True) -> Any:
        self.received += sum(len(part) for part in msg_list)
        if self.received > self.output_mb * 1e6:
            self.end(_too_much_output(self.output_mb))
            raise Empty
        with self._nothing_but_messages():
            return super().feed_identities(msg_list, copy)

    def deserialize(self, *arguments: Any, **options: Any) -> Any:
        with self._nothing_but_messages():
            message = super().deserialize(*arguments, **options)
            if not all(isinstance(message[part], dict) for part in ("header", "parent_header", "content")):
                raise TypeError("not a message")
            return message

    @contextmanager
    def _nothing_but_messages(self) -> Iterator[None]:
        try:
            yield
        except _MALFORMED as error:
            self.end(_NO_MESSAGE)
            raise Empty from error


class _Client(NotebookClient):
    """Waits for cells to end and drops their output, which nobody reads."""

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        return super().process_message(msg, cell, cell_index) if msg["msg_type"] == "status" else None


@dataclass(frozen=True)
class Ready:
    """A kernel that waits for one notebook, in a scratch folder of its own; `ready_kernel` makes it."""

    client: _Client
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


async def run(
    notebook: NotebookNode,
    folder: Path,
    questions: Callable[[], Mapping[str, Question]],
    limits: Limits,
    isolation: Isolation,
    store_cache: Path | None = None,
    warm: WarmProcess | None = None,
    ready: Ready | None = None,
) -> Evidence:
    """Run `notebook`, which lies in `folder`, read its MLflow runs, then ask `questions`, which are made meanwhile.

    The notebook has an MLflow store of its own, and its runs are read, where `store_cache` is given:
    the folder that keeps an empty store from one grading to the next. Its kernel is `ready` where that is
    given, which was made with the same limits, isolation and cache; else it is forked from `warm` where that
    is given. Neither changes anything but the time.

    Where a cell breaks a limit or ends the kernel, the cells before it are run once more in a fresh
    kernel and asked there, so that what was reached is judged. Nothing is written outside a scratch
    folder and the cache, and every process that the notebook started is ended. Raises OSError or
    RuntimeError where the machine could not start a kernel or make a store.
    """
    kernel = ready_kernel(limits, isolation, store_cache, warm) if ready is None else nullcontext(ready)
    error, evidence = await _run(deepcopy(notebook), folder, questions, kernel, store_cache)
    if evidence is None and error is not None and error.cell is not None:
        before = _first_code_cells(notebook, error.cell - 1)
        kernel = ready_kernel(limits, isolation, store_cache, warm)
        _, evidence = await _run(before, folder, questions, kernel, store_cache)
    if evidence is None:
        lost = {name: Answer(Kind.LOST, text="no answer, for the kernel had ended") for name in questions()}
        evidence = Evidence(error, lost, runs_fault="the kernel had ended before its runs could be read")
    return replace(evidence, error=error)


async def _run(
    notebook: NotebookNode,
    folder: Path,
    questions: Callable[[], Mapping[str, Question]],
    kernel: AbstractAsyncContextManager[Ready],
    store_cache: Path | None,
) -> tuple[RunError | None, Evidence | None]:
    """The error that ended the run, and the evidence; None for the evidence where the kernel was lost."""

    def prepare() -> Mapping[str, Question]:
        asked = questions()
        if store_cache is not None:
            load_mlflow()
        return asked

    preparing = asyncio.create_task(asyncio.to_thread(prepare))  # what is slow to import, while the kernel starts
    async with kernel as session, _watched(session):
        copy_files(folder, session.scratch)
        session.client.nb = notebook
        error = await _execute_cells(session, notebook)
        if session.breach.message is not None or not await _is_idle(session):
            return error, None  # the watch ends a kernel that has broken a limit
        runs: tuple[RunRecord, ...] = ()
        fault = None
        asked = await preparing
        if store_cache is not None:
            # Before the questions, which call the learner's functions once more and may log runs of their own.
            try:
                runs = await asyncio.to_thread(read_runs, session.scratch, store_cache)
            except StoreFault as spoiled:
                fault = str(spoiled)
        # Whatever an objective prints while it is asked need not pile up here.
        session.client.kc.iopub_channel.stop()
        answers: dict[str, Answer] = {}
        for name, question in asked.items():
            answers[name] = await _ask(session, question)
        return error, Evidence(error, answers, runs, fault)


@asynccontextmanager
async def ready_kernel(
    limits: Limits,
    isolation: Isolation,
    store_cache: Path | None,
    warm: WarmProcess | None,
    with_spark: bool = False,
) -> AsyncIterator[Ready]:
    """A kernel for one notebook, as `run` describes it; with Spark where its session should be ready, too.

    Raises OSError or RuntimeError where the machine could not start it. In the end whatever it started is ended.
    """
    with new_scratch() as scratch:
        environment = scratch.environment
        if store_cache is not None:
            environment |= give_store(scratch, store_cache)
        async with _started(scratch, environment, limits, isolation, warm) as session:
            if with_spark:
                await _reply_to(session, session.client.kc.execute(_WITH_SPARK, silent=True), _SPARK_SECONDS)
            yield session


@asynccontextmanager
async def _started(
    scratch: Scratch,
    environment: Mapping[str, str],
    limits: Limits,
    isolation: Isolation,
    warm: WarmProcess | None,
) -> AsyncIterator[Ready]:
    adopt_orphans()
    if warm is not None:
        warm.start()
    earlier = set(descendants())

    breach = Breach()

    def own() -> list[psutil.Process]:
        return [process for process in descendants() if process not in earlier]

    def end() -> None:
        end_all(own)

    def end_saying(why: str) -> None:
        breach.say(why)
        end()

    # Unix sockets in the scratch folder: reachable from a sandbox without a network, and by no other user.
    transport = "tcp" if os.name == "nt" else "ipc"
    kernel = _Kernel(transport=transport, connection_file=str(scratch.root / "kernel.json"))
    kernel.command = kernel_command(isolation, scratch)
    kernel.by_message = isolation.level is not Level.PROCESS
    if warm is not None:
        kernel.fork = partial(warm.fork, scratch, isolation)
    kernel.context.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE_BYTES)
    kernel.context.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_MILLISECONDS)
    post = kernel.session = _Post(parent=kernel)
    post.output_mb, post.end = limits.output_mb, end_saying
    client = _Client(
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


@asynccontextmanager
async def _watched(session: Ready) -> AsyncIterator[None]:
    """End the kernel as soon as it breaks a limit."""
    looking = watch(session.own, session.scratch.root, session.limits, session.breach, session.end)
    watching = asyncio.create_task(looking)
    try:
        yield
    finally:
        watching.cancel()


async def _execute_cells(session: Ready, notebook: NotebookNode) -> RunError | None:
    client, limits, breach = session.client, session.limits, session.breach

    def note_exit(execute_reply: Mapping[str, Any], **_: object) -> None:
        # The kernel says so before it ends: it may still answer for a while.
        for payload in execute_reply["content"].get("payload", []):
            if payload["source"] == "ask_exit" and not payload["keepkernel"]:
                breach.say(_ENDED)

    client.on_cell_executed = note_exit
    deadline = monotonic() + limits.exercise_seconds
    for index, cell in enumerate(notebook.cells):
        _raise_if_interrupted()
        number = client.code_cells_executed + 1
        left = max(deadline - monotonic(), 0.1)
        client.timeout = ceil(min(limits.cell_seconds, left))  # nbclient takes whole seconds only
        try:
            await client.async_execute_cell(cell, index)
        except CellExecutionError as error:
            frames = _FRAME.findall(_COLOUR.sub("", error.traceback))
            lines = [int(line) for count, line in frames if int(count) == number]
            said = _first_line(f"{error.ename}: {error.evalue}")
            return RunError(said, number, lines[-1]) if lines else RunError(f"raised {said}", number)
        except CellTimeoutError as error:
            if "IOPub" in str(error):
                breach.say(_too_much_output(limits.output_mb))
            elif left < limits.cell_seconds:
                breach.say(f"was running when the notebook's limit of {limits.exercise_seconds:g} s was reached")
            else:
                breach.say(f"ran for {limits.cell_seconds:g} s; the limit is {limits.cell_seconds:g} s")
        except DeadKernelError:
            _raise_if_interrupted()
            breach.say(_ENDED)
        except _MALFORMED:
            breach.say(_NO_MESSAGE)
        session.look()  # a quick cell could be over before the watch has seen what it did
        if breach.message is not None:
            return RunError(breach.message, number)
    return None


def _too_much_output(limit: float) -> str:
    return f"wrote more than {limit:g} MB of output; that is the limit"


def _first_code_cells(notebook: NotebookNode, count: int) -> NotebookNode:
    """A copy with only the first `count` code cells that hold code."""
    copy = deepcopy(notebook)
    copy.cells = [cell for cell in copy.cells if cell.cell_type == "code" and cell.source.strip()][:count]
    return copy


def _raise_if_interrupted() -> None:
    """Ctrl-C cancels this task; nbclient takes that for a dead kernel, and Python 3.11 may lose it in `wait_for`."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _first_line(text: str) -> str:
    return printable((_COLOUR.sub("", text).strip().splitlines() or [""])[0], 300)


async def _is_idle(session: Ready) -> bool:
    """Whether the kernel lives and answers, after an interrupt too."""
    client = session.client
    if not await client.km.is_alive():
        return False
    return await _reply_to(session, client.kc.execute("", silent=True), _GRACE_SECONDS) is not None


async def _reply_to(session: Ready, request: str, seconds: float) -> dict[str, Any] | None:
    """The kernel's reply to the message `request`; None if it dies or `seconds` pass."""
    client = session.client
    deadline = monotonic() + seconds
    while (left := deadline - monotonic()) > 0 and await client.km.is_alive():
        _raise_if_interrupted()
        try:
            message: dict[str, Any] = await client.kc.get_shell_msg(timeout=min(left, 1.0))
        except Empty:
            continue
        if message["parent_header"].get("msg_id") == request:
            return message
    return None


async def _ask(session: Ready, question: Question) -> Answer:
    client, seconds = session.client, session.limits.cell_seconds
    if not await client.km.is_alive():
        return Answer(Kind.LOST, text="no answer, for the kernel had ended")
    # The name of the answer's file is secret until the question is asked, and used once.
    path = session.scratch.root / f"answer-{secrets.token_hex(16)}"
    request = json.dumps(
        {"expression": question.expression, "inputs": dict(question.inputs), "data": dict(question.data)}
    )
    code = f"__import__('sys').modules['checker.runtime.kernel.answer'].reply({request!r}, {str(path)!r})"
    reply = await _reply_to(session, client.kc.execute(code, silent=True, store_history=False), seconds)
    if reply is not None:
        raw = _read_answer(path)
        return Answer(Kind.LOST, text="no answer") if raw is None else decode(raw)
    if session.breach.message is not None:
        return Answer(Kind.TIMEOUT, text=session.breach.message)
    if not await client.km.is_alive():
        return Answer(Kind.LOST, text="no answer, for it ended the kernel")
    with suppress(RuntimeError):
        await client.km.interrupt_kernel()
    if not await _is_idle(session):
        session.end()
    return Answer(Kind.TIMEOUT, text=f"ran for {seconds:g} s; the limit is {seconds:g} s")


def _read_answer(path: Path) -> bytes | None:
    """At most one byte more than an answer may have; a link is not followed, a pipe not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            return file.read(MAX_ANSWER_BYTES + 1)
    except OSError:
        return None
