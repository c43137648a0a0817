"""Executes a notebook with nbclient and asks its kernel the grader's questions."""

import asyncio
import json
import logging
import os
import re
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from checker.evidence import MAX_ANSWER_BYTES, Answer, Evidence, Kind, Question, decode
from checker.result import RunError
from checker.run.scratch import Scratch, scratch_for

_GRACE_SECONDS = 5.0
"""How long an interrupted kernel has to come back before it counts as lost."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")


class _Kernel(AsyncKernelManager):
    """Always the checker's own Python kernel, whatever kernel the notebook's metadata asks for."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-P", "-m", "checker.run.kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="checker", language="python")


def run(notebook: NotebookNode, folder: Path, questions: Mapping[str, Question], seconds: float) -> Evidence:
    """Run `notebook`, which lies in `folder`, then ask `questions`; each cell and each question has `seconds`.

    Nothing is written outside a scratch folder, and every process that the notebook started and did
    not detach is ended. Raises OSError or RuntimeError where the machine could not start a kernel.
    """
    with scratch_for(folder) as scratch:
        return asyncio.run(_run(notebook, scratch, questions, seconds))


async def _run(notebook: NotebookNode, scratch: Scratch, questions: Mapping[str, Question], seconds: float) -> Evidence:
    # Unix sockets in the scratch folder: no port that another user of the machine could connect to.
    transport = "tcp" if os.name == "nt" else "ipc"
    kernel = _Kernel(transport=transport, connection_file=str(scratch.root / "kernel.json"))
    client = NotebookClient(notebook, km=kernel, timeout=seconds, startup_timeout=60)
    client.log.setLevel(logging.CRITICAL)  # what goes wrong is in the evidence
    try:
        await client.async_start_new_kernel(cwd=str(scratch.work), env=scratch.environment)
        await client.async_start_new_kernel_client()
        error = await _execute_cells(client, notebook, seconds)
        alive = await _is_idle(client)
        answers = {}
        for name, question in questions.items():
            if alive:
                answers[name] = await _ask(client, question, scratch, seconds)
                alive = answers[name].kind in (Kind.VALUE, Kind.MISSING, Kind.STUB, Kind.RAISED) or await _is_idle(
                    client
                )
            else:
                answers[name] = Answer(Kind.LOST, text="no answer, for the kernel had ended")
        return Evidence(error, answers)
    finally:
        await _end(client, kernel)


async def _execute_cells(client: NotebookClient, notebook: NotebookNode, seconds: float) -> RunError | None:
    for index, cell in enumerate(notebook.cells):
        number = client.code_cells_executed + 1
        try:
            await client.async_execute_cell(cell, index)
        except CellExecutionError as error:
            frames = _FRAME.findall(_COLOUR.sub("", error.traceback))
            lines = [int(line) for count, line in frames if int(count) == number]
            return RunError(_first_line(f"{error.ename}: {error.evalue}"), number, lines[-1] if lines else None)
        except CellTimeoutError:
            await client.km.interrupt_kernel()
            return RunError(f"ran for {seconds:g} s; the limit is {seconds:g} s", number)
        except DeadKernelError:
            _raise_if_interrupted()
            return RunError("ended its kernel: it called exit, ran out of memory or crashed in native code", number)
    return None


def _raise_if_interrupted() -> None:
    """Nbclient takes the cancellation that Ctrl-C causes for a dead kernel."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _first_line(text: str) -> str:
    return (_COLOUR.sub("", text).strip().splitlines() or [""])[0][:300]


async def _is_idle(client: NotebookClient) -> bool:
    """Whether the kernel lives and answers, after an interrupt too."""
    if client.kc is None or not await client.km.is_alive():
        return False
    return await _reply_to(client, client.kc.execute("", silent=True), _GRACE_SECONDS) is not None


async def _reply_to(client: NotebookClient, request: str, seconds: float) -> dict[str, Any] | None:
    """The kernel's reply to the message `request`; None if it dies or `seconds` pass."""
    deadline = monotonic() + seconds
    while (left := deadline - monotonic()) > 0 and await client.km.is_alive():
        try:
            message: dict[str, Any] = await client.kc.get_shell_msg(timeout=min(left, 1.0))
        except Empty:
            continue
        if message["parent_header"].get("msg_id") == request:
            return message
    return None


async def _ask(client: NotebookClient, question: Question, scratch: Scratch, seconds: float) -> Answer:
    # The name of the answer's file is secret until the question is asked, and used once.
    path = scratch.root / f"answer-{secrets.token_hex(16)}"
    request = json.dumps(
        {"expression": question.expression, "inputs": dict(question.inputs), "data": dict(question.data)}
    )
    code = f"__import__('sys').modules['checker.run.answer'].reply({request!r}, {str(path)!r})"
    reply = await _reply_to(client, client.kc.execute(code, silent=True, store_history=False), seconds)
    if reply is None:
        if await client.km.is_alive():
            await client.km.interrupt_kernel()
            return Answer(Kind.TIMEOUT, text=f"ran for {seconds:g} s; the limit is {seconds:g} s")
        return Answer(Kind.LOST, text="no answer, for it ended the kernel")
    raw = _read_answer(path)
    return Answer(Kind.LOST, text="no answer") if raw is None else decode(raw)


def _read_answer(path: Path) -> bytes | None:
    """At most one byte more than an answer may have; a link is not followed, a pipe not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            return file.read(MAX_ANSWER_BYTES + 1)
    except OSError:
        return None


async def _end(client: NotebookClient, kernel: _Kernel) -> None:
    """End the kernel and its descendants, without asking."""
    if client.kc is not None:
        client.kc.stop_channels()
    if not kernel.has_kernel:
        return
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(kernel.provisioner.pid).children(recursive=True)
    await kernel.shutdown_kernel(now=True)
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=_GRACE_SECONDS)
