"""Runs the cells of a submission in a kernel and asks it the grader's questions."""

import asyncio
import json
import os
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from math import ceil
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from checker.evidence import MAX_ANSWER_BYTES, Answer, Evidence, Kind, Question, RunRecord, decode
from checker.faults import FaultKind, RunError
from checker.run import machine
from checker.run.guard import watch
from checker.run.jupyter import MALFORMED, NO_MESSAGE
from checker.run.kernels import Kernels, Ready, ready_kernel
from checker.run.scratch import put_files
from checker.run.store import StoreFault, read_runs
from checker.submission import Cell, Submission
from checker.text import printable

_GRACE_SECONDS = 10.0
"""How long an interrupted kernel has to come back before it counts as lost."""

_WITH_SPARK = "__import__('checker.runtime.session').runtime.session.warm_up()"
"""Leaves no name in the notebook's."""

_SPARK_SECONDS = 120.0
"""For a session to start; a kernel without one serves as well."""

_ENDED = RunError(FaultKind.ENDED, "ended its kernel: it called exit, ran out of memory or crashed in native code")

_HAD_ENDED = "no answer, for the kernel had ended"

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")

Questions = asyncio.Future[Mapping[str, Question]]
"""What is slow to import is imported while the kernel starts: the questions come when they are needed."""


async def run(submission: Submission, questions: Questions, kernels: Kernels, ready: Ready | None = None) -> Evidence:
    """Run the submission's cells, read its MLflow runs if its exercise asks for them, then ask the questions.

    Its kernel is `ready` where that is given, which was made for the same exercise and in the same way; that changes
    nothing but the time. Where a cell breaks a limit or ends the kernel, the cells before it are run once more in a
    fresh kernel and asked there, so that what was reached is judged. Nothing is written outside a scratch folder and
    the cache, and every process that the notebook started is ended. Raises OSError or RuntimeError where the machine
    could not start a kernel or make a store, or failed while the notebook ran.
    """
    assert submission.exercise is not None
    kills = machine.kills_for_memory()
    code = [cell for cell in submission.cells if cell.kind == "code" and cell.source.strip()]
    kernel = ready_kernel(submission.exercise, kernels) if ready is None else nullcontext(ready)
    error, evidence = await _run(code, submission, questions, kernel)
    if error is not None:
        machine.look(kills)
    if evidence is None and error is not None and error.cell is not None:
        kernel = ready_kernel(submission.exercise, kernels)
        _, evidence = await _run(code[: error.cell - 1], submission, questions, kernel)
    if evidence is None:
        lost = {name: Answer(Kind.LOST, text=_HAD_ENDED, fault=_ENDED) for name in await questions}
        evidence = Evidence(error, lost, runs_fault="the kernel had ended before its runs could be read")
    if any(answer.kind is Kind.LOST for answer in evidence.answers.values()):
        machine.look(kills)
    return replace(evidence, error=error)


async def warm_up_spark(session: Ready) -> None:
    """Start Spark in the kernel that waits, as a notebook on Databricks finds it."""
    await _reply_to(session, session.client.kc.execute(_WITH_SPARK, silent=True), _SPARK_SECONDS)


async def _run(
    code: Sequence[Cell], submission: Submission, questions: Questions, kernel: AbstractAsyncContextManager[Ready]
) -> tuple[RunError | None, Evidence | None]:
    """The error that ended the run, and the evidence; None for the evidence where the kernel was lost."""
    assert submission.exercise is not None
    async with kernel as session, _watched(session):
        put_files(submission.files, session.scratch)
        error = await _execute_cells(session, code)
        if session.breach.error is not None or not await _is_idle(session):
            return error, None  # the watch ends a kernel that has broken a limit
        asked = await questions
        runs: tuple[RunRecord, ...] = ()
        fault = None
        if submission.exercise.runs:
            # Before the questions, which call the learner's functions once more and may log runs of their own.
            try:
                runs = await asyncio.to_thread(read_runs, session.scratch, submission.exercise.cache)
            except StoreFault as spoiled:
                fault = str(spoiled)
        # Whatever an objective prints while it is asked need not pile up here.
        session.client.kc.iopub_channel.stop()
        answers: dict[str, Answer] = {}
        for name, question in asked.items():
            answers[name] = await _ask(session, question)
        return error, Evidence(error, answers, runs, fault)


@asynccontextmanager
async def _watched(session: Ready) -> AsyncIterator[None]:
    """End the kernel as soon as it breaks a limit."""
    looking = watch(session.own, session.scratch.root, session.limits, session.breach, session.end)
    watching = asyncio.create_task(looking)
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def _execute_cells(session: Ready, code: Sequence[Cell]) -> RunError | None:
    client, limits, breach = session.client, session.limits, session.breach

    def note_exit(execute_reply: Mapping[str, Any], **_: object) -> None:
        # The kernel says so before it ends: it may still answer for a while.
        for payload in execute_reply["content"].get("payload", []):
            if payload["source"] == "ask_exit" and not payload["keepkernel"]:
                breach.say(_ENDED)

    client.on_cell_executed = note_exit
    cells = [new_code_cell(cell.source, metadata={"tags": list(cell.tags)}) for cell in code]
    client.nb = new_notebook(cells=cells)
    deadline = monotonic() + limits.exercise_seconds
    for index, cell in enumerate(cells):
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
            return RunError(FaultKind.EXCEPTION, said, number, lines[-1] if lines else None)
        except CellTimeoutError as error:
            if "IOPub" in str(error):
                breach.say(RunError(FaultKind.OUTPUT, limit=limits.output_mb))
            elif left < limits.cell_seconds:
                breach.say(RunError(FaultKind.TIME, limit=limits.exercise_seconds))
            else:
                breach.say(_out_of_time(limits.cell_seconds))
        except DeadKernelError:
            _raise_if_interrupted()
            breach.say(_ENDED)
        except MALFORMED:
            breach.say(NO_MESSAGE)
        session.look()  # a quick cell could be over before the watch has seen what it did
        if breach.error is not None:
            return replace(breach.error, cell=number)
    return None


def _out_of_time(seconds: float) -> RunError:
    return RunError(FaultKind.TIME, limit=seconds, used=seconds)


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
        return Answer(Kind.LOST, text=_HAD_ENDED, fault=_ENDED)
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
    if session.breach.error is not None:
        return Answer(Kind.LOST, fault=session.breach.error)
    if not await client.km.is_alive():
        return Answer(Kind.LOST, text="no answer, for it ended the kernel", fault=_ENDED)
    with suppress(RuntimeError):
        await client.km.interrupt_kernel()
    if not await _is_idle(session):
        session.end()
    return Answer(Kind.LOST, fault=_out_of_time(seconds))


def _read_answer(path: Path) -> bytes | None:
    """At most one byte more than an answer may have; a link is not followed, a pipe not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            return file.read(MAX_ANSWER_BYTES + 1)
    except OSError:
        return None
