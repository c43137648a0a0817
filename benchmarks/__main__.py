"""Measures how soon a verdict arrives, and writes the tables into the README: `make bench`.

In each round every way takes its turn: `checker watch` through the whole course; then for each exercise a plain run
by nbclient's own command, a bare script of the same code, and `checker grade`, a new process each; then all exercises
in one command, an unchanged one, and the ten submissions that nbgrader and otter-grader are given too. A learner of
`checker watch` thinks for five seconds before saving, with Spark for fifteen. The course's empty MLflow store is there.
"""

import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import graders, table, verdicts
from benchmarks.measure import CommandError
from checker.course import Course, load_course

ROOT = Path(__file__).parent.parent
RAW = ROOT / "_build" / "bench" / "figures.json"
WAYS = {table.PLAIN: verdicts.plain, table.SCRIPT: verdicts.script, table.ONE: verdicts.one_command}
Grader = Callable[[Course, str, Path], graders.Graded]
OTHERS: dict[str, Grader] = {"nbgrader": graders.by_nbgrader, "otter-grader": graders.by_otter}
PARTS = ("watch", "exercises", "graders")

console = Console(stderr=True)


@contextmanager
def temporary_files() -> Iterator[None]:
    """One folder for all that the commands write to the temporary folder; one that is ended in the middle leaves it."""
    with TemporaryDirectory(prefix="bench-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        yield


@contextmanager
def course_copy(solved: bool) -> Iterator[Course]:
    """A copy of the course, for as long as it is measured."""
    with TemporaryDirectory() as folder:
        yield verdicts.copy_of(load_course(ROOT), Path(folder), solved)


def watch(figures: table.Figures) -> None:
    """One round of `checker watch`."""
    with course_copy(solved=False) as course:
        for exercise, seconds in verdicts.watched(course):
            note(figures, table.WATCH, exercise.slug, seconds)


def exercises(figures: table.Figures) -> None:
    """One round of all that is started anew for each verdict."""
    with course_copy(solved=True) as course:
        for exercise in course.exercises:
            for way, seconds_of in WAYS.items():
                note(figures, way, exercise.slug, seconds_of(exercise))
        note(figures, table.ALL, table.ALL, verdicts.all_in_one(course))
        note(figures, table.UNCHANGED, table.UNCHANGED, verdicts.unchanged(course.exercises[0]))
        note(figures, table.HELP, table.HELP, verdicts.help_text(course))
        figures.without_spark.append(verdicts.memory_without_spark(course))
        console.print(f"without Spark: {figures.without_spark[-1]:.0f} MB")


def ten_submissions(figures: table.Figures) -> None:
    """One round of ten submissions of each task with each grader."""
    with course_copy(solved=True) as course:
        for slug in graders.TASKS:
            graded(figures, table.CHECKER, graders.by_checker, course, slug)
            for package, grade in OTHERS.items():
                try:
                    name = f"{package} {graders.version_of(package)}"
                    graded(figures, name, grade, course, slug)
                except CommandError as error:
                    console.print(str(error), style="red", markup=False)
                    figures.missing[package] = "it could not be installed or run here"


def graded(figures: table.Figures, name: str, grade: Grader, course: Course, slug: str) -> None:
    """One grader's round with one task."""
    with TemporaryDirectory() as folder:
        result = grade(course, slug, Path(folder))
    figures.graders.setdefault(slug, {}).setdefault(name, []).append(result.seconds)
    figures.megabytes.setdefault(slug, {}).setdefault(name, []).append(result.megabytes)
    console.print(f"{name}, {slug}: {result.seconds:.1f} s, {result.megabytes:.0f} MB")


def note(figures: table.Figures, way: str, what: str, seconds: float) -> None:
    """Add a figure, and say it."""
    figures.add(way, what, seconds)
    console.print(f"{way}, {what}: {seconds:.2f} s")


def by_exercise(figures: table.Figures) -> Table:
    """Each exercise's medians, for whoever wants to know where the seconds go."""
    ways = [way for way in (table.PLAIN, table.SCRIPT, table.ONE, table.WATCH) if way in figures.seconds]
    shown = Table("exercise", *ways)
    for slug in figures.exercises:
        shown.add_row(slug, *(f"{figures.median(way, slug):.2f}" for way in ways))
    return shown


def machine() -> str:
    """The kind of machine, in neutral words."""
    memory = psutil.virtual_memory().total / 1e9
    return f"{psutil.cpu_count()} cores with {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--only", type=click.Choice(PARTS), help="Measure one part, and leave the README as it is.")
def main(rounds: int, only: str | None) -> None:
    """Measure, and write the tables into the README."""
    course = load_course(ROOT)
    slugs = [exercise.slug for exercise in course.exercises]
    figures = table.Figures(machine(), slugs, [exercise.slug for exercise in course.exercises if exercise.spark])
    parts = dict(zip(PARTS, (watch, exercises, ten_submissions), strict=True))
    with temporary_files():
        for number in range(rounds):
            for name, part in parts.items():
                if only in (None, name):
                    console.rule(f"round {number + 1} of {rounds}: {name}")
                    part(figures)
                    RAW.parent.mkdir(parents=True, exist_ok=True)
                    RAW.write_text(json.dumps(asdict(figures), indent=1))
    if only != "graders":
        console.print(by_exercise(figures))
    if only is None:
        text = table.README.read_text(encoding="utf-8")
        table.README.write_text(table.into(text, table.section(figures)), encoding="utf-8")
        console.print("README.md has the new tables")


if __name__ == "__main__":
    main()
