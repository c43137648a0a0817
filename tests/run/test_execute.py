"""What no notebook can bring about by itself: an interrupt that a library swallows; and an odd rest of the time."""

import asyncio
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from checker.evidence import Evidence
from checker.limits import Limits
from checker.run.jupyter import Client
from checker.solution import read_solution
from tests.conftest import COURSE, collected, submitted


def test_an_interrupt_that_a_library_loses_still_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async def cell_that_ends_as_ctrl_c_comes(*_: object) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()  # what Ctrl-C does
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            return  # what wait_for of Python 3.11 does when the cell ends at that moment

    monkeypatch.setattr(Client, "async_execute_cell", cell_that_ends_as_ctrl_c_comes)
    notebook = read_solution(COURSE.exercises[0].solution)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(collected(submitted(notebook, COURSE.exercises[0]), {}))


def test_the_rest_of_the_time_need_not_be_whole_seconds(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    limits = Limits(cell_seconds=300, exercise_seconds=299.5)
    submission = submitted(notebook, replace(COURSE.exercises[0], limits=limits))
    assert asyncio.run(collected(submission, {})) == Evidence(None, {})
