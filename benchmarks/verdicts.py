"""How soon a verdict arrives, and what its notebook takes without a checker."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.measure import PeakMemory, nothing_left, seconds_of
from checker.author.release import release
from checker.course import Course, Exercise, load_course
from checker.run.store import empty_store
from checker.solution import read_solution
from scripts.terminal import Terminal

THINKING = 5.0
THINKING_WITH_SPARK = 15.0
"""So long the learner thinks between the sight of an exercise and the save; meanwhile a kernel is made ready."""

_PROGRAMS = Path(sys.executable).parent
_CHECKER = _PROGRAMS / "checker"


def copy_of(course: Course, folder: Path, solved: bool) -> Course:
    """A course of its own in the folder, with fresh exercises or with solved ones, and with its empty MLflow store."""
    shutil.copy(course.root / "course.toml", folder)
    shutil.copytree(course.root / "solutions", folder / "solutions")
    shutil.copytree(course.root / "book", folder / "book")
    if solved:
        shutil.copytree(course.root / "solutions", folder / "exercises")
    copy = load_course(folder)
    if not solved:
        release(copy, copy.exercises)
    empty_store(copy.exercises[0].cache)  # made once for a course, with its first exercise that logs runs
    return copy


def plain(exercise: Exercise) -> float:
    """The seconds of nbclient's own command on the solution, in an empty folder."""
    with TemporaryDirectory() as folder:
        shutil.copy(exercise.solution, folder)
        return seconds_of([_PROGRAMS / "jupyter-execute", exercise.solution.name], Path(folder))


def script(exercise: Exercise) -> float:
    """The seconds of the solution's code as a Python file, in an empty folder."""
    cells = [cell.source for cell in read_solution(exercise.solution).cells if cell.cell_type == "code"]
    with TemporaryDirectory() as folder:
        Path(folder, "script.py").write_text("\n\n".join(cells), encoding="utf-8")
        return seconds_of([sys.executable, "script.py"], Path(folder))


def one_command(exercise: Exercise) -> float:
    """The seconds of `checker grade` on one exercise of a solved course: a new process, nothing warm."""
    return seconds_of([_CHECKER, "grade", exercise.slug, "--fresh"], exercise.root, says="1 passed")


def all_in_one(course: Course) -> float:
    """The seconds of `checker grade` on all exercises of a solved course."""
    return seconds_of([_CHECKER, "grade", "--fresh"], course.root, says=f"{len(course.exercises)} passed")


def unchanged(exercise: Exercise) -> float:
    """The seconds of `checker grade` on an exercise that has its verdict."""
    return seconds_of([_CHECKER, "grade", exercise.slug], exercise.root, says="(unchanged")


def help_text(course: Course) -> float:
    """The seconds of `checker --help`."""
    return seconds_of([_CHECKER, "--help"], course.root)


def memory_without_spark(course: Course) -> float:
    """The peak, in megabytes, of `checker grade` on a solved course's exercises without Spark."""
    slugs = [exercise.slug for exercise in course.exercises if not exercise.spark]
    with PeakMemory() as peak:
        seconds_of([_CHECKER, "grade", *slugs, "--fresh"], course.root, says=f"{len(slugs)} passed")
    return peak.megabytes


def watched(course: Course) -> Iterator[tuple[Exercise, float]]:
    """Each exercise of a fresh course and the seconds from the save of its solution to the verdict on the screen.

    One `checker watch` from the first exercise to the last, as a learner would: think, save, read, go on.
    """
    with nothing_left(), Terminal(course.root, "watch", course.exercises[0].slug) as terminal:
        for exercise in course.exercises:
            terminal.wait_for(f"  {exercise.slug}", seconds=120)
            terminal.wait_for("waiting for you to save", seconds=120)  # the starter has its verdict
            terminal.read_on(THINKING_WITH_SPARK if exercise.spark else THINKING)
            solution = exercise.solution.read_bytes()
            began = perf_counter()
            exercise.notebook.write_bytes(solution)
            terminal.wait_for("✓ passed", seconds=300)
            yield exercise, perf_counter() - began
            terminal.press("n")
        terminal.press("q")
        terminal.end()
