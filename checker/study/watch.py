"""The loop of `checker watch`: save, see, think.

Keys, saves and ended gradings arrive as events in one queue, and each changes the scene. While the learner
thinks, a kernel is made ready; a save gives it the notebook, or ends a grading that runs and starts the next.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

from prompt_toolkit.input import Input
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text
from watchfiles import awatch

from checker import progress
from checker.collect import own_submission
from checker.course import Course, Exercise
from checker.grade import grade, ready_for
from checker.report import words
from checker.report.picture import Scene, picture
from checker.result import ExerciseResult
from checker.run.isolation import Isolation
from checker.run.kernels import Kernels
from checker.run.warm import warm_process
from checker.solution import read_solution, solution_code
from checker.study.reset import reset
from checker.submission import Submission
from checker.text import printable
from checker.verdict_cache import keep, recall

_SURE = "Press r once more to start the exercise afresh; your notebook is kept as a backup."


@dataclass(frozen=True)
class _Verdict:
    """The event that a grading has its result; it goes on to end its kernel."""

    grading: asyncio.Task[None] | None
    result: ExerciseResult


async def watch(
    course: Course, exercise: Exercise, isolation: Isolation, console: Console, keyboard: Input
) -> ExerciseResult | None:
    """Grade `exercise` now and at each save of its notebook, until a key quits; the last verdict, if there is one.

    The key n goes on to the next exercise of the course.
    """
    events: asyncio.Queue[Any] = asyncio.Queue()
    with (
        _keys(keyboard, events),
        warm_process(isolation) as warm,
        Live(console=console, screen=True, refresh_per_second=8) as live,
    ):
        if warm is not None:
            warm.start()
        while True:
            last = await _watch_one(course, exercise, Kernels(isolation, warm), events, live)
            if isinstance(last, Exercise):
                exercise = last
            else:
                return last


async def _watch_one(
    course: Course,
    exercise: Exercise,
    kernels: Kernels,
    events: asyncio.Queue[Any],
    live: Live,
) -> ExerciseResult | Exercise | None:
    """Watch one exercise; the exercise to go on with, or the last verdict where a key quits."""

    saved: asyncio.Queue[Submission] = asyncio.Queue()

    def prepare() -> asyncio.Task[None]:
        nonlocal saved
        saved = asyncio.Queue()
        task = asyncio.create_task(_grade_once(saved, exercise, kernels, events))
        task.add_done_callback(events.put_nowait)
        return task

    scene = Scene(exercise, _following(course, exercise))
    fresh = False  # whether the next save is the reset's own
    running = False  # whether the grading has its submission
    async with _saves(exercise.notebook, events):
        grading = prepare()
        events.put_nowait(exercise.notebook)  # what is there already is looked at as if it had just been saved
        try:
            while True:
                live.update(picture(scene, course, live.console), refresh=True)
                event = await events.get()
                if isinstance(event, _Verdict) and event.grading is grading:
                    scene = _judged(scene, course, event.result)
                elif event is grading:
                    grading.result()  # raises what it may have ended by
                    grading, running = prepare(), False
                elif event == exercise.notebook:
                    scene = replace(scene, running=True, note=scene.note if fresh else "")
                    fresh = False
                    if running:
                        await _end(grading)
                        grading, running = prepare(), False
                    submission = own_submission(course, exercise)
                    if known := recall(submission, kernels.isolation):
                        scene = _judged(scene, course, known)
                    else:
                        running = True
                        saved.put_nowait(submission)
                elif event in ("q", "c-c", "c-d"):
                    return scene.result
                elif event == "n" and scene.following is not None:
                    return scene.following
                elif event == "h" and not scene.passed:
                    scene = replace(scene, note=_hint(course, exercise))
                elif event == "s" and scene.passed:
                    scene = replace(scene, note=_solution(exercise))
                elif event == "r" and scene.note != _SURE:
                    scene = replace(scene, note=_SURE)
                elif event == "r":
                    fresh, note = _reset(course, exercise)
                    scene = replace(scene, note=note)
        finally:
            await _end(grading)


async def _grade_once(
    saved: asyncio.Queue[Submission], exercise: Exercise, kernels: Kernels, events: asyncio.Queue[Any]
) -> None:
    """Make a kernel ready, wait until the notebook is saved, grade it, and put the verdict into the queue."""
    async with AsyncExitStack() as stack:
        ready = None
        with suppress(OSError, RuntimeError):  # what keeps a kernel from starting is said by the grading
            ready = await stack.enter_async_context(ready_for(exercise, kernels))
        submission = await saved.get()
        if ready is not None and not await ready.serves():
            ready = None
        seed = secrets.randbelow(1_000_000)
        result = await grade(submission, seed, kernels, ready)
        keep(submission, kernels.isolation, seed, result)
        events.put_nowait(_Verdict(asyncio.current_task(), result))
        await asyncio.sleep(0)  # whoever waits for events draws now: the end of the kernel takes a while


def _judged(scene: Scene, course: Course, result: ExerciseResult) -> Scene:
    """The scene with a new verdict, which is remembered as progress."""
    scene = replace(scene, result=result, running=False)
    try:
        progress.record(course, result)
    except OSError as error:
        return replace(scene, note=words.unsaved(error))
    return scene


async def _end(task: asyncio.Task[Any]) -> None:
    """Cancel the task and wait until nothing of it runs."""
    task.cancel()
    await asyncio.wait([task])


@contextmanager
def _keys(keyboard: Input, events: asyncio.Queue[Any]) -> Iterator[None]:
    """Put each key that is pressed into the queue, by prompt_toolkit's name for it."""

    def pressed() -> None:
        for press in keyboard.read_keys():
            events.put_nowait(getattr(press.key, "value", press.key))
        if keyboard.closed:  # its terminal is gone
            events.put_nowait("c-d")

    with keyboard.raw_mode(), keyboard.attach(pressed):
        yield


@asynccontextmanager
async def _saves(notebook: Path, events: asyncio.Queue[Any]) -> AsyncIterator[None]:
    """Put the notebook's path into the queue whenever it is saved."""

    async def look() -> None:
        # The folder is watched: editors save by moving a new file to the place of the old one.
        async for changes in awatch(notebook.parent, recursive=False):
            if any(Path(path) == notebook for _, path in changes):
                events.put_nowait(notebook)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        await _end(looking)


def _following(course: Course, exercise: Exercise) -> Exercise | None:
    place = course.exercises.index(exercise) + 1
    return course.exercises[place] if place < len(course.exercises) else None


def _hint(course: Course, exercise: Exercise) -> RenderableType:
    try:
        found = progress.next_hint(course, exercise.slug)
    except OSError as error:
        return f"Your progress could not be saved ({error.strerror})."
    if found is None:
        return "There is a hint when a check fails: change the notebook and save it."
    number, about = found
    return Text(printable(words.hint(number, about, course)))


def _solution(exercise: Exercise) -> RenderableType:
    """The lines that the learner had to write, as the course's own solution has them."""
    cells = [cell.source for cell in read_solution(exercise.solution).cells if cell.cell_type == "code"]
    blocks = [dedent("\n".join(lines)) for cell in cells if (lines := solution_code(cell))]
    code = [Padding(Syntax(block, "python", background_color="default"), (0, 0, 1, 4)) for block in blocks]
    return Group(Text(f"One solution; all of it is in {exercise.solution.relative_to(exercise.root)}:"), *code)


def _reset(course: Course, exercise: Exercise) -> tuple[bool, str]:
    """Whether the exercise was reset, and what to say."""
    try:
        backup = reset(course, exercise)
    except OSError as error:
        return False, f"Nothing was changed: no copy could be written ({error.strerror}: {error.filename})."
    return True, words.fresh_again(exercise, backup)
